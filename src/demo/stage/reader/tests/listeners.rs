//! Readers that speak by themselves: RDM6300, ID-12LA, plain text.

use std::time::Duration;

use super::*;

const SEEED_EXAMPLE: Em4100 = [0x62, 0xe3, 0x08, 0x6c, 0xed];
const INNOVATIONS_EXAMPLE: Em4100 = [0x0c, 0x00, 0x06, 0x21, 0xa5];

#[test]
fn a_frame_is_what_an_rdm6300_sends() {
    assert_eq!(&frame(SEEED_EXAMPLE), b"\x0262E3086CED08\x03");
    assert_eq!(&corrupt_frame(SEEED_EXAMPLE), b"\x0262E3086CEDF7\x03");
}

#[tokio::test]
async fn an_rdm6300_sends_three_frames_for_a_tap() {
    let mut desk = Desk::with(ReaderModel::Rdm6300);
    desk.reader.tap(SEEED_EXAMPLE).await.unwrap();
    assert_eq!(desk.far_end.hear(14), frame(SEEED_EXAMPLE));
    let rest = desk.far_end.overhear();
    assert!(rest.len() <= 28 && rest.len().is_multiple_of(14), "{rest:?}");
}

#[test]
fn an_rdm6300_repeats_a_resting_card_and_hears_none_of_two() {
    let mut desk = Desk::with(ReaderModel::Rdm6300);
    desk.reader.put(SEEED_EXAMPLE);
    assert_eq!(desk.far_end.hear(5 * 14), frame(SEEED_EXAMPLE).repeat(5));
    desk.reader.put(INNOVATIONS_EXAMPLE);
    desk.far_end.overhear();
    assert_eq!(desk.far_end.overhear(), b"", "two chips at 125 kHz drown each other");
    desk.reader.lift();
    desk.reader.put(Iso14443a::classic([1, 2, 3, 4]));
    assert_eq!(desk.far_end.overhear(), b"", "a chip at 13.56 MHz is not seen");
}

#[test]
fn an_id12la_tells_a_card_once() {
    let mut desk = Desk::with(ReaderModel::Id12la);
    desk.reader.put(INNOVATIONS_EXAMPLE);
    assert_eq!(desk.far_end.hear(16), b"\x020C000621A58E\r\n\x03");
    assert_eq!(desk.far_end.overhear(), b"");
    desk.reader.lift();
    desk.reader.put(INNOVATIONS_EXAMPLE);
    assert_eq!(desk.far_end.hear(16), b"\x020C000621A58E\r\n\x03");
}

#[test]
fn a_text_reader_prints_the_manuals_lines() {
    let inditag = TextFormat { prefix: ":".to_owned(), check: TextCheck::ComplementOfBytes, ..TextFormat::default() };
    let mut desk = Desk::with(ReaderModel::Text(inditag));
    desk.reader.put([0x11, 0x22, 0x33, 0x44, 0x55]);
    assert_eq!(desk.far_end.hear(15), b":112233445501\r\n");
    assert_eq!(desk.far_end.overhear(), b"");

    let prox = TextFormat { suffix: "\r".to_owned(), ..TextFormat::default() };
    let mut desk = Desk::with(ReaderModel::Text(prox));
    desk.reader.put(Wiegand::h10301(1, 3));
    assert_eq!(desk.far_end.hear(11), b"1A808001C0\r");
}

#[test]
fn a_text_reader_repeats_where_it_is_set_so_and_prints_two_cards() {
    let format = TextFormat { repeat_after: Some(Duration::from_millis(30)), ..TextFormat::default() };
    let mut desk = Desk::with(ReaderModel::Text(format));
    desk.reader.put(Card::Text("A-4711".to_owned()));
    assert_eq!(desk.far_end.hear_text(24), "A-4711\r\n".repeat(3));
    desk.reader.put(Card::Text("B-0815".to_owned()));
    let lines = desk.far_end.hear_text(80);
    assert!(lines.contains("A-4711\r\nB-0815\r\n"), "{lines:?}");
}

#[test]
fn checksums_of_text() {
    let line = |check| {
        let format = TextFormat { suffix: String::new(), check, ..TextFormat::default() };
        String::from_utf8(format.line(&Card::Em4100(SEEED_EXAMPLE))).unwrap()
    };
    assert_eq!(line(TextCheck::XorOfBytes), "62E3086CED08");
    assert_eq!(line(TextCheck::None), "62E3086CED");
    // Of the ten characters `62E3086CED`.
    assert_eq!(line(TextCheck::XorOfCharacters), "62E3086CED0E");
}
