//! Whatever arrives in whatever pieces, exactly the cards of right frames come out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use muwajaha_core::badge::{CardIdentifier, ReaderEvent, ReaderProtocol};
use muwajaha_core::domain::BootTime;
use muwajaha_fuzz::frames::stx_cards;

fuzz_target!(|input: &[u8]| {
    let Some((piece, heard)) = input.split_first() else { return };
    let mut dialog = ReaderProtocol::Rdm6300.dialog();
    let mut cards = Vec::new();
    for bytes in heard.chunks(usize::from(*piece) + 1) {
        dialog.receive(bytes, BootTime::from_millis(1), &mut |event| match event {
            ReaderEvent::CardRead(CardIdentifier::Em4100(card)) => cards.push(card),
            other => panic!("{other:?}"),
        });
    }
    assert!(cards == stx_cards(heard, b"\x03"), "{} cards", cards.len());
    assert_eq!(dialog.counts().good, cards.len() as u64);
});
