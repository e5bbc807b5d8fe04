//! Probes for readers of which nothing is known.

use std::time::Duration;

use super::*;
use crate::badge::osdp::OsdpProbe;

fn at(milliseconds: u64) -> BootTime {
    BootTime::from_millis(milliseconds)
}

/// What is found when each piece arrives a second after the one before.
fn heard(pieces: &[&[u8]]) -> Option<Finding> {
    let mut probe = ListeningProbe::default();
    for (second, piece) in (1..).zip(pieces) {
        probe.receive(piece, at(second * 1000), &mut |_| {});
        probe.handle_timeout(at(second * 1000 + 500), &mut |_| {});
    }
    probe.finding()
}

fn twn4_printing() -> ReaderProtocol {
    ReaderProtocol::Twn4(Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() })
}

fn text(prefix: &str, suffix: &str, length: u8, checksum: TextChecksum, means: TextMeaning) -> ReaderProtocol {
    let (prefix, suffix) = (prefix.to_owned(), suffix.to_owned());
    ReaderProtocol::Text(TextSettings { prefix, length, suffix, checksum, means, reversed: false })
}

#[test]
fn every_frame_names_its_reader() {
    use TextChecksum as Sum;
    use TextMeaning as Means;
    for (line, other, expected) in [
        (&b"\x023E0045DC9532\x03"[..], &b""[..], ReaderProtocol::Rdm6300),
        (b"\x023E0045DC9532\r\n\x03", b"", ReaderProtocol::Id12la),
        (b"3E0045DC95\r", b"3E0045DC96\r", twn4_printing()),
        (b"04A22B1A5C6480\r", b"04A22B1A5C6481\r", twn4_printing()),
        (b"3E0045DC95\r\n", b"3E0045DC96\r\n", text("", "\r\n", 10, Sum::None, Means::Em4100Hex)),
        (b"0004578453\r", b"0004578454\r", text("", "\r", 10, Sum::None, Means::Em4100Decimal)),
        (b"123,45678\r\n", b"123,45679\r\n", text("", "\r\n", 9, Sum::None, Means::SiteAndNumber)),
        (b"\x023E0045DC9532\r\n", b"\x023E0045DC9631\r\n", text("\u{2}", "\r\n", 10, Sum::XorBytes, Means::Em4100Hex)),
        (b":04A22B1A35\r\n", b":04A22B1A36\r\n", text(":", "\r\n", 10, Sum::None, Means::Em4100Hex)),
        (b":11223344556E93\r", b":11223344556E94\r", text(":", "\r", 14, Sum::None, Means::UidHex)),
        (b"A-4711\n", b"A-4712\n", text("", "\n", 6, Sum::None, Means::Text)),
    ] {
        assert_eq!(heard(&[line, other]), Some(Finding::Serial(expected)), "{}", line.escape_ascii());
    }
}

#[test]
fn a_guessed_frame_takes_two_different_cards_in_turn() {
    let (card, other) = (b"3E0045DC95\r", b"3E0045DC96\r");
    assert_eq!(heard(&[card]), None);
    assert_eq!(heard(&[card, card, card]), None);
    assert_eq!(heard(&[card, b"A-4711\r", other]), None);
    assert_eq!(heard(&[b"3E0045DC95\r\n", b"3E0045DC96\r"]), None);
    assert!(heard(&[card, card, other]).is_some());
    let with_checksum = b"\x023E0045DC9532\r\n";
    assert_eq!(heard(&[with_checksum, with_checksum]), None);
    assert!(heard(&[with_checksum, b"\x023E0045DC9631\r\n"]).is_some());
}

/// The last byte is the exclusive or, the negated sum of the others, or made of their characters.
#[test]
fn a_card_that_ends_like_a_checksum_is_taken_for_no_other_frame() {
    for card in [&b"3E0045DCA7\r"[..], b"3E0045DCA1\r", b"3E0045DC70\r", b"3E0045DCC8\r", b"0812345678\r"] {
        for lines in [[card, b"3E0045DC95\r"], [b"3E0045DC95\r", card]] {
            assert_eq!(heard(&lines), Some(Finding::Serial(twn4_printing())), "{}", card.escape_ascii());
        }
        assert_eq!(heard(&[card]), None);
    }
}

#[test]
fn what_is_no_card_is_no_reader() {
    for lines in [
        [&b"\x023E0045DC9533\x03"[..], b"\x023E0045DC9633\x03"],
        [b"\x023E0045DC95", b"\x023E0045DC96"],
        [b"ABC\r", b"ABD\r"],
        [b"08A12233\r", b"08A12234\r"],
        [b"abcdefgh\x03", b"abcdefgi\x03"],
        [b"\xff\xfeab\r", b"\xff\xfeac\r"],
    ] {
        assert_eq!(heard(&[lines, lines].concat()), None, "{}", lines[0].escape_ascii());
    }
}

#[test]
fn bursts_of_which_none_is_a_card_are_counted_apart() {
    let mut probe = ListeningProbe::default();
    let garbled = [0xf8, 0x0d, 0x80, 0x78, 0x0d];
    for (second, (piece, torn, unusable)) in
        (1..).zip([(&garbled[..], 1, 0), (b"3E0045DC95\r", 1, 1), (&[0xff], 2, 1), (b"3E0045DC95\r", 2, 1)])
    {
        probe.receive(piece, at(second * 1000), &mut |_| {});
        probe.handle_timeout(at(second * 1000 + 500), &mut |_| {});
        let counts = probe.counts();
        assert_eq!((counts.torn, counts.unusable, counts.good), (torn, unusable, 0), "{second}");
    }
}

proptest! {
    #[test]
    fn noise_and_splits_before_a_frame_change_nothing(card: [u8; 5], noise in noise(40), cuts in cuts()) {
        let sum = card.iter().fold(0, |sum, byte| sum ^ byte);
        let digits: String = card.iter().chain([&sum]).map(|byte| format!("{byte:02X}")).collect();
        for (tail, expected) in [("\u{3}", ReaderProtocol::Rdm6300), ("\r\n\u{3}", ReaderProtocol::Id12la)] {
            let bytes = [&noise[..], format!("\u{2}{digits}{tail}").as_bytes()].concat();
            let mut probe = ListeningProbe::default();
            let mut cards = 0;
            for piece in pieces(&bytes, &cuts) {
                probe.receive(piece, at(1000), &mut |event| cards += u32::from(matches!(event, ReaderEvent::CardRead(_))));
            }
            prop_assert_eq!((probe.finding(), cards), (Some(Finding::Serial(expected)), 1));
        }
    }

    #[test]
    fn noise_is_no_reader(noise in noise(4096)) {
        prop_assert_eq!(heard(&[&noise]), None);
    }
}

/// A frame in clear with a checksum, built apart from the code under test.
fn reply(address: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x53, address, u8::try_from(5 + body.len() + 1).unwrap(), 0, 0];
    frame.extend(body);
    let sum = frame.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    frame.push(sum.wrapping_neg());
    frame
}

/// A reader that answers PDID at its own address, and under all readers' address where it is asked so.
struct Osdp {
    address: u8,
    echoes: bool,
    asked: Vec<u8>,
}

impl Osdp {
    fn hears(&mut self, question: &[u8]) -> Vec<u8> {
        assert_eq!((&question[..2], question.len()), (&[0xff, 0x53][..], 10));
        assert_eq!(question[3..8], [9, 0, 4, 0x61, 0], "osdp_ID in clear, sequence number 0");
        self.asked.push(question[2]);
        let mut line = if self.echoes { question.to_vec() } else { Vec::new() };
        if question[2] == self.address || question[2] == 127 {
            let body = [0x45, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
            line.extend(reply(question[2] | 0x80, &body));
        }
        line
    }

    fn is_probed(&mut self, first: u8) -> Option<Finding> {
        let (mut probe, mut now) = (OsdpProbe::new(first), at(0));
        while let Some(due) = probe.poll_timeout() {
            now = now.max(due);
            probe.handle_timeout(now, &mut |_| {});
            while let Some(question) = probe.poll_transmit() {
                let answer = self.hears(&question);
                now = now + Duration::from_millis(20);
                probe.receive(&answer, now, &mut |_| {});
            }
        }
        probe.finding()
    }
}

#[test]
fn an_osdp_reader_is_found_at_once_at_the_given_address_and_by_searching_at_another() {
    for (address, most_asked) in [(5, 1), (0, 4), (126, 130)] {
        let mut reader = Osdp { address, echoes: true, asked: vec![] };
        assert_eq!(reader.is_probed(5), Some(Finding::Osdp { address }));
        assert!(reader.asked.len() <= most_asked, "{:?}", reader.asked);
    }
}

#[test]
fn where_no_osdp_reader_is_four_questions_are_asked_and_their_echo_is_no_reader() {
    for echoes in [false, true] {
        let (mut probe, mut asked, mut now) = (OsdpProbe::new(0), vec![], at(0));
        while let Some(due) = probe.poll_timeout() {
            now = now.max(due);
            probe.handle_timeout(now, &mut |_| {});
            while let Some(question) = probe.poll_transmit() {
                asked.push(question[2]);
                if echoes {
                    probe.receive(&question, now, &mut |_| {});
                }
            }
        }
        assert_eq!((probe.finding(), asked), (None, vec![0, 0, 127, 127]));
        assert!(now <= at(1000), "{now:?}");
    }
}
