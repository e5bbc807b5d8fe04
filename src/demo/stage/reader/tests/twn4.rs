//! An Elatec TWN4, by the bytes that its maker printed.

use std::time::Duration;

use super::*;

const EXAMPLE_UID: [u8; 4] = [0x66, 0xcf, 0x4d, 0xc2];

fn simple(has_crc: bool) -> Desk {
    Desk::with(ReaderModel::Twn4Simple { has_crc })
}

#[test]
fn the_documents_examples_without_crc() {
    let mut desk = simple(false);
    let asks = &mut desk.far_end;
    asks.expect(b"0005\r", b"0001\r");
    asks.expect(b"0004FF\r", b"001D54574E342F42312E30332F434346312E35372F505253312E30332F5049\r");
    asks.expect(b"000403\r", b"000354574E\r");
    asks.expect(b"0006\r", b"000B\r");
    asks.expect(b"0008\r", b"002D002F000B47303531353233\r");
    asks.expect(b"000DFF\r", b"001031323334353637383930313233343536\r");
    asks.expect(b"0503\r", b"002FFE0700F7000000\r");
    asks.expect(b"050010\r", b"0000\r");
    desk.reader.put(Iso14443a::classic(EXAMPLE_UID));
    desk.far_end.expect(b"050010\r", b"000180200466CF4DC2\r");
    desk.far_end.expect(b"050002\r", b"000180200266CF\r");
    desk.reader.lift();
    desk.far_end.expect(b"050010\r", b"0000\r");
}

#[test]
fn the_documents_examples_with_crc_and_a_wrong_one() {
    let mut desk = simple(true);
    desk.far_end.expect(b"000515A7\r", b"000131E1\r");
    desk.far_end.send(b"000515A8\r");
    assert_eq!(desk.far_end.overhear(), b"");
    desk.far_end.send(b"0005\r");
    assert_eq!(desk.far_end.overhear(), b"");
    desk.far_end.expect(b"000515a7\r", b"000131E1\r");
}

#[test]
fn what_is_no_command_is_refused() {
    let mut desk = simple(false);
    desk.far_end.expect(b"05001\r", b"05\r");
    desk.far_end.expect(b"hello!\r", b"05\r");
    desk.far_end.expect(b"7700\r", b"01\r");
    desk.far_end.expect(b"0500\r", b"02\r");
    desk.far_end.expect(b"05001000\r", b"03\r");
}

#[test]
fn cards_of_every_kind_resting_two_at_once_and_unwanted() {
    let mut desk = simple(false);
    desk.reader.put([0x3e, 0x00, 0x45, 0xdc, 0x95]);
    desk.far_end.expect(b"050010\r", b"00014028053E0045DC95\r");
    desk.far_end.expect(b"050010\r", b"00014028053E0045DC95\r");
    desk.reader.put(Iso14443a::desfire([4, 1, 2, 3, 4, 5, 6]));
    let (chip, card) = (b"00014028053E0045DC95\r".to_vec(), b"000180380704010203040506\r".to_vec());
    let mut found: Vec<_> = (0..2)
        .map(|_| {
            desk.far_end.send(b"050010\r");
            desk.far_end.hear_until(b'\r')
        })
        .collect();
    found.sort();
    assert_eq!(found, [chip, card]);
    // Only MIFARE, as appendix A.1 has it.
    desk.far_end.expect(b"05020000000001000000\r", b"00\r");
    desk.far_end.expect(b"050010\r", b"000180380704010203040506\r");
    desk.reader.lift();
    desk.reader.put(Wiegand::h10301(1, 3));
    desk.far_end.expect(b"050010\r", b"0000\r");
    desk.far_end.expect(b"05020002000000000000\r", b"00\r");
    desk.far_end.expect(b"050010\r", b"0001491A04808001C0\r");
}

#[test]
fn lights_and_buzzer_are_seen() {
    let mut desk = simple(false);
    desk.far_end.expect(b"041107\r", b"00\r");
    assert_eq!(desk.reader.shown(), [], "not initialised");
    desk.far_end.expect(b"041007\r", b"00\r");
    desk.far_end.expect(b"041102\r", b"00\r");
    desk.far_end.expect(b"041202\r", b"00\r");
    desk.far_end.expect(b"041401F401F401\r", b"00\r");
    desk.far_end.expect(b"0407646009640000\r", b"02\r");
    desk.far_end.expect(b"04076460096400C800\r", b"00\r");
    let light = |colour, is_blinking| Shown::Light { colour, is_blinking, lasting: None };
    let beep = Shown::Sound { lasting: Some(Duration::from_millis(100)) };
    let shown = [light(Colour::Green, false), Shown::LightOut(Colour::Green), light(Colour::Red, true), beep];
    assert_eq!(desk.reader.shown(), shown);
}

#[test]
fn the_lights_are_ports_too() {
    let mut desk = simple(false);
    desk.far_end.expect(b"040203\r", b"00\r");
    assert_eq!(desk.reader.shown(), [], "no outputs yet");
    desk.far_end.expect(b"0400030000\r", b"00\r");
    desk.far_end.expect(b"040202\r", b"00\r");
    desk.far_end.expect(b"040302\r", b"00\r");
    let shown =
        [Shown::Light { colour: Colour::Green, is_blinking: false, lasting: None }, Shown::LightOut(Colour::Green)];
    assert_eq!(desk.reader.shown(), shown);
}

#[test]
fn a_restarted_reader_has_forgotten_everything_but_the_card() {
    let mut desk = simple(false);
    desk.reader.put(Iso14443a::classic(EXAMPLE_UID));
    desk.far_end.expect(b"05020000000000000000\r", b"00\r");
    desk.far_end.expect(b"050010\r", b"0000\r");
    desk.far_end.send(b"0001\r");
    desk.far_end.expect(b"050010\r", b"000180200466CF4DC2\r");
    desk.reader.unplug().unwrap();
    desk.reader.plug().unwrap();
    FarEnd::open(desk.reader.path()).expect(b"050010\r", b"000180200466CF4DC2\r");
}

#[test]
fn the_standard_app_prints_a_new_card_by_itself() {
    let mut desk = Desk::with(ReaderModel::Twn4Standard);
    desk.reader.put(Iso14443a::classic(EXAMPLE_UID));
    assert_eq!(desk.far_end.hear(9), b"66CF4DC2\r");
    assert_eq!(desk.far_end.overhear(), b"", "a resting card is printed once");
    desk.reader.lift();
    desk.reader.put(Iso14443a::classic(EXAMPLE_UID));
    assert_eq!(desk.far_end.overhear(), b"", "it is remembered for two seconds");
    desk.reader.put(Iso14443a::classic([1, 2, 3, 4]));
    let both = desk.far_end.hear_text(36);
    assert!(both.contains("01020304\r66CF4DC2\r"), "{both:?}");
    let blinking = Shown::Light { colour: Colour::Red, is_blinking: true, lasting: None };
    assert!(desk.reader.shown().contains(&blinking));
}
