//! TWN4: polled by the Simple Protocol against a simulated reader, and printing cards by itself.

use std::collections::VecDeque;
use std::time::Duration;

use super::line::{Line, Mishap, SimulatedReader, mishaps};
use super::numbers::uids;
use super::*;

/// The document's own loop, beside which the decoder's is another one.
fn crc(bytes: &[u8]) -> [u8; 2] {
    let mut crc = 0xffff_u16;
    for byte in bytes {
        let mut byte = *byte ^ (crc & 0xff) as u8;
        byte ^= byte << 4;
        crc = ((u16::from(byte) << 8) | (crc >> 8)) ^ u16::from(byte >> 4) ^ (u16::from(byte) << 3);
    }
    crc.to_le_bytes()
}

fn digits(bytes: &[u8], with_crc: bool) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if with_crc {
        bytes.extend(crc(&bytes));
    }
    let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("{digits}\r").into_bytes()
}

#[derive(Default)]
pub(super) struct Twn4 {
    with_crc: bool,
    card: Option<(u8, u8, Vec<u8>)>,
    half: Vec<u8>,
    mishaps: VecDeque<Mishap>,
    is_unplugged: bool,
    lights: u8,
    beeps: usize,
    set_up: usize,
}

impl Twn4 {
    fn answers(&mut self, command: &[u8]) -> Vec<u8> {
        match command {
            [0x05, 0x02, 0x01, 0x02, 0, 0, 0x01, 0, 0, 0] => self.set_up += 1,
            [0x04, 0x00, 0x03, 0, 0] => {}
            [0x04, 0x02, lights] => self.lights |= lights,
            [0x04, 0x03, lights] => self.lights &= !lights,
            [0x04, 0x07, 50, _, _, _, _, _, _] => self.beeps += 1,
            [0x05, 0x00, 0x20] => {
                let Some((kind, bits, identifier)) = &self.card else { return vec![0, 0] };
                let length = u8::try_from(identifier.len()).unwrap();
                return [&[0, 1, *kind, *bits, length][..], identifier].concat();
            }
            _ => return vec![5],
        }
        vec![0]
    }
}

impl SimulatedReader for Twn4 {
    fn hears(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut pieces = vec![];
        for byte in if self.is_unplugged { &[] } else { bytes } {
            if *byte != b'\r' {
                self.half.push(*byte);
                continue;
            }
            let asked = hex::decode(std::mem::take(&mut self.half)).unwrap_or_default();
            let sum_length = if self.with_crc { 2 } else { 0 };
            let answer = match asked.len().checked_sub(sum_length).map(|at| asked.split_at(at)) {
                Some((command, sum)) if !self.with_crc || sum == crc(command) => self.answers(command),
                _ => vec![5],
            };
            let answer = digits(&answer, self.with_crc);
            pieces.extend(self.mishaps.pop_front().unwrap_or(Mishap::None).befalls(answer));
        }
        pieces
    }
}

pub(super) fn with(kind: u8, bits: u8, identifier: Vec<u8>) -> Twn4 {
    Twn4 { card: Some((kind, bits, identifier)), ..Twn4::default() }
}

fn settings(crc: bool) -> Twn4Settings {
    Twn4Settings { crc, ..Twn4Settings::default() }
}

fn line(crc: bool) -> Line {
    Line::new(&ReaderProtocol::Twn4(settings(crc)))
}

const EM4100: (u8, u8, [u8; 5]) = (0x40, 40, [0x01, 0x00, 0x45, 0xdc, 0x95]);

fn em4100(with_crc: bool) -> Twn4 {
    Twn4 { with_crc, card: Some((EM4100.0, EM4100.1, EM4100.2.to_vec())), ..Twn4::default() }
}

#[test]
fn the_outputs_of_a_reader_that_is_only_looked_for_are_left_alone() {
    for (is_probe, sets_outputs) in [(false, true), (true, false)] {
        let mut line = line(false);
        if is_probe {
            line.stream = BadgeStream::new(Box::new(Twn4Dialog::probing(settings(false))), BadgeRules::default());
        }
        line.run(&mut em4100(false), Duration::from_secs(5));
        assert_eq!((line.badges.len(), line.stream.health()), (1, ReaderHealth::Answering));
        assert_eq!(line.written.iter().any(|asked| asked.starts_with(b"04")), sets_outputs);
    }
}

#[test]
fn every_kind_of_card_is_its_badge_and_a_resting_one_is_one_read() {
    for with_crc in [false, true] {
        let mut line = line(with_crc);
        let mut reader = em4100(with_crc);
        line.run(&mut reader, Duration::from_secs(60));
        for (kind, bits, identifier) in [
            (0x80, 32, vec![0x66, 0xcf, 0x4d, 0xc2]),
            (0x80, 56, vec![4, 0xa2, 0x2b, 0x1a, 0x5c, 0x64, 0x80]),
            (0x80, 80, vec![4, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            (0x49, 26, vec![0x80, 0x80, 0x01, 0xc0]),
        ] {
            reader.card = Some((kind, bits, identifier));
            line.run(&mut reader, Duration::from_secs(5));
        }
        let read = ["0004578453", "66:CF:4D:C2", "04:A2:2B:1A:5C:64:80", "04:01:02:03:04:05:06:07:08:09", "1/00003"];
        assert_eq!(line.typed(), read);
        for (kind, bits, identifier) in [(0x80, 32, [8, 1, 2, 3]), (0x82, 32, [1; 4]), (0x49, 26, [0x80, 0, 1, 0xc0])] {
            reader.card = Some((kind, bits, identifier.to_vec()));
            line.run(&mut reader, Duration::from_secs(5));
        }
        assert_eq!(line.refusals, [CardRefusal::RandomUid, CardRefusal::UnknownKind, CardRefusal::WrongParity]);
        assert_eq!((line.badges.len(), line.healths), (5, vec![ReaderHealth::Answering]));
        assert_eq!(reader.set_up, 1);
    }
}

#[test]
fn bytes_that_the_firmware_turns_round_are_turned_back() {
    let reversed = vec![CardKind::Em4100, CardKind::Iso14443a];
    let mut line = Line::new(&ReaderProtocol::Twn4(Twn4Settings { reversed, ..settings(false) }));
    let mut reader = Twn4 { card: Some((0x40, 40, vec![0x95, 0xdc, 0x45, 0x00, 0x01])), ..Twn4::default() };
    line.run(&mut reader, Duration::from_secs(2));
    reader.card = Some((0x80, 32, vec![0xc2, 0x4d, 0xcf, 0x66]));
    line.run(&mut reader, Duration::from_secs(2));
    assert_eq!(line.typed(), ["0004578453", "66:CF:4D:C2"]);
}

/// After power-on, in the middle of what the kiosk before had asked, and where it refuses the carriage
/// return without a checksum.
#[test]
fn what_a_reader_says_before_it_was_asked_anything_is_no_bad_frame() {
    for (with_crc, said) in [
        (false, &b"TWN4/B1.03/CCF1.57/PRS1.03/PI\r"[..]),
        (false, b"45DC9\r"),
        (false, b"0001402805010045"),
        (true, b"05\r"),
    ] {
        let (mut line, mut reader) = (line(with_crc), em4100(with_crc));
        line.run(&mut reader, Duration::from_millis(10));
        line.hear(said);
        line.run(&mut reader, Duration::from_secs(5));
        let FrameCounts { good, .. } = line.stream.counts();
        assert!(good > 40, "{good}");
        assert_eq!(line.stream.counts(), FrameCounts { good, ..FrameCounts::default() }, "{said:?}");
        assert_eq!((line.badges.len(), line.healths), (1, vec![ReaderHealth::Answering]));
    }
}

#[test]
fn a_reader_that_restarts_is_set_up_again_and_one_that_is_gone_is_said_to_be_silent() {
    let (mut line, mut reader) = (line(false), Twn4::default());
    line.run(&mut reader, Duration::from_secs(2));
    line.hear(b"TWN4/B1.03/CCF1.57/PRS1.03/PI\r");
    line.run(&mut reader, Duration::from_secs(2));
    assert_eq!((reader.set_up, line.healths.len()), (2, 1));
    reader.is_unplugged = true;
    line.run(&mut reader, Duration::from_secs(600));
    assert_eq!(line.healths[1..], [ReaderHealth::Silent]);
    reader = em4100(false);
    line.run(&mut reader, Duration::from_secs(3));
    assert_eq!((line.healths[2..].to_vec(), line.badges.len()), (vec![ReaderHealth::Answering], 1));
}

#[test]
fn light_and_buzzer_tell_accepted_from_refused_and_the_light_goes_out() {
    let (mut line, mut reader) = (line(true), em4100(true));
    line.stream.show(ReaderFeedback::Accepted, line.now);
    line.run(&mut reader, Duration::from_secs(2));
    assert_eq!((reader.lights, reader.beeps), (0, 0), "a reader that was not heard yet is asked nothing");
    for (feedback, light, beeps) in [(ReaderFeedback::Accepted, 0x02, 1), (ReaderFeedback::Refused, 0x01, 3)] {
        line.stream.show(feedback, line.now);
        line.run(&mut reader, Duration::from_millis(300));
        assert_eq!((reader.lights, reader.beeps), (light, beeps));
    }
    for _ in 0..1000 {
        line.stream.show(ReaderFeedback::Accepted, line.now);
    }
    line.run(&mut reader, Duration::from_millis(500));
    assert_eq!((reader.lights, reader.beeps), (0x02, 4), "only the last one is shown");
    line.run(&mut reader, Duration::from_secs(2));
    assert_eq!((reader.lights, line.badges.len()), (0, 1), "polled on meanwhile");
}

#[test]
fn a_printing_reader_names_the_same_cards() {
    let ascii = Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() };
    let mut line = Line::new(&ReaderProtocol::Twn4(ascii));
    line.hear(b"\n010045DC95\r\n66CF4DC2\r04a22b1a5c6480\r04010203040506070809\r");
    assert_eq!(line.typed(), ["0004578453", "66:CF:4D:C2", "04:A2:2B:1A:5C:64:80", "04:01:02:03:04:05:06:07:08:09"]);
    line.hear(b"08010203\r0102030405060708\r010045DC9\r01-0045DC95\r010045");
    line.now = line.now + Duration::from_secs(1);
    line.hear(b"DC\r66CF4DC3\r");
    let refusals = [CardRefusal::RandomUid, CardRefusal::UnknownKind, CardRefusal::UnknownKind];
    assert_eq!((line.badges.len(), &line.refusals[..]), (5, &refusals[..]), "eight bytes, and one behind the pause");
    let FrameCounts { good, torn, unusable, .. } = line.stream.counts();
    assert_eq!((good, torn, unusable), (8, 3, 3));
}

proptest! {
    #[test]
    fn a_card_is_read_whatever_befalls_a_few_answers(
        uid in uids(),
        with_crc: bool,
        mishaps in proptest::collection::vec(mishaps(), 0..12),
    ) {
        let bits = u8::try_from(uid.reveal().len() * 8).unwrap();
        let card = Some((0x80, bits, uid.reveal().to_vec()));
        let (mut line, mut reader) = (line(with_crc), Twn4 { with_crc, card, ..Twn4::default() });
        reader.mishaps = mishaps.into();
        line.run(&mut reader, Duration::from_secs(30));
        prop_assert_eq!(line.badges.first(), Some(&BadgeNumber::from_uid(uid)));
        prop_assert!(line.badges.iter().all(|badge| *badge == BadgeNumber::from_uid(uid)));
        prop_assert_eq!(line.stream.health(), ReaderHealth::Answering);
    }

    /// A false card without CRC needs a carriage return behind 18 digits (22/256 each) that begin
    /// with 0001, a known kind and a right length: less than 2^-70 a byte. A printing reader's eight
    /// digits come about with 2^-36 a byte, counting what must stand before them.
    #[test]
    fn noise_is_no_badge(noise in noise(4096), with_crc: bool) {
        let (mut line, mut reader) = (line(with_crc), Twn4 { with_crc, ..Twn4::default() });
        line.run(&mut reader, Duration::from_secs(1));
        for piece in noise.chunks(100) {
            line.hear(piece);
            line.run(&mut reader, Duration::from_millis(30));
        }
        prop_assert_eq!(line.badges, vec![]);
    }

    /// The CRC finds every change within sixteen bits. Without it only the form is checked: then a
    /// changed digit of the card is another card.
    #[test]
    fn with_crc_an_answer_with_one_changed_byte_is_never_another_badge(
        card: [u8; 5],
        place: prop::sample::Index,
        byte: u8,
    ) {
        let mut answer = digits(&[&[0, 1, 0x40, 40, 5][..], &card].concat(), true);
        let place = place.index(answer.len());
        answer[place] = byte;
        let (mut line, mut reader) = (line(true), Twn4 { with_crc: true, ..Twn4::default() });
        reader.mishaps = vec![Mishap::None, Mishap::None, Mishap::None, Mishap::Lost].into();
        line.run(&mut reader, Duration::from_millis(150));
        line.hear(&answer);
        line.run(&mut reader, Duration::from_secs(3));
        prop_assert!(line.badges.iter().all(|badge| *badge == BadgeNumber::from_em4100(card)));
    }

    #[test]
    fn a_printed_card_survives_any_split_and_noise_that_ends_in_no_digit(
        card: [u8; 5],
        noise in noise(40),
        cuts in cuts(),
    ) {
        let mut bytes = noise;
        bytes.push(b'\r');
        bytes.extend(digits(&card, false));
        let ascii = Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() };
        let read = reads(&ReaderProtocol::Twn4(ascii), &pieces(&bytes, &cuts));
        prop_assert_eq!(read.last(), Some(&BadgeNumber::from_em4100(card)));
    }
}
