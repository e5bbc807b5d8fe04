//! A polled TWN4 with and without CRC, and one that prints cards: a card comes only out of a line that
//! is right, and whatever came before, a reader that answers is read again.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use muwajaha_core::badge::{CardIdentifier, ReaderProtocol, Twn4Mode, Twn4Settings};
use muwajaha_fuzz::{
    Line, chip,
    frames::{bytes_of, twn4_lines},
};

fn identifier(card: &CardIdentifier) -> Option<Vec<u8>> {
    match card {
        CardIdentifier::Em4100(bytes) => Some(bytes.to_vec()),
        CardIdentifier::Iso14443a(uid) => Some(uid.reveal().to_vec()),
        CardIdentifier::Bits(_) => None,
        CardIdentifier::Text(_) => panic!("a TWN4 prints no text"),
    }
}

fn polled(with_crc: bool, input: &[u8]) {
    let settings = Twn4Settings { crc: with_crc, ..Twn4Settings::default() };
    let mut line = Line::new(&ReaderProtocol::Twn4(settings));
    let check = |card: &CardIdentifier, heard: &[u8]| {
        let tells = |answer: &[u8]| match (answer, identifier(card)) {
            ([0, 1, 0x40 | 0x80, _, length, told @ ..], Some(card)) => {
                usize::from(*length) == card.len() && told == card
            }
            ([0, 1, 0x49, _, length, told @ ..], None) => usize::from(*length) == told.len(),
            _ => false,
        };
        assert!(twn4_lines(heard, with_crc).iter().any(|answer| tells(answer)), "no right line tells this card");
    };
    let mut reader = chip::Twn4 { with_crc };
    line.run(input, &mut reader, check);
    line.heals(&mut reader, Duration::from_secs(20), check);
}

fn printing(input: &[u8]) {
    let settings = Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() };
    let mut line = Line::new(&ReaderProtocol::Twn4(settings));
    let check = |card: &CardIdentifier, heard: &[u8]| {
        let printed = identifier(card).expect("it prints no bits");
        let mut digits: Vec<u8> = heard.iter().copied().filter(|byte| *byte != b'\n').collect();
        assert_eq!(digits.pop(), Some(b'\r'));
        assert!(bytes_of(&digits[digits.len() - 2 * printed.len()..]) == Some(printed));
    };
    for piece in input.chunks(7) {
        line.hear(piece, check);
        line.wait(Duration::from_millis(u64::from(piece[0]) * 4), check);
    }
    let known = line.cards.len();
    line.hear(b"\r04A22B1A5C6480\r", check);
    assert!(line.cards.len() > known && identifier(&line.cards[line.cards.len() - 1]).unwrap() == chip::CARD);
}

fuzz_target!(|input: &[u8]| {
    let Some((how, input)) = input.split_first() else { return };
    match how % 3 {
        0 => polled(false, input),
        1 => polled(true, input),
        _ => printing(input),
    }
});
