//! A PN532: a card comes only out of a frame whose two sums are right, and whatever came before, a
//! chip that answers is read again.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use muwajaha_core::badge::{CardIdentifier, Pn532Settings, ReaderProtocol};
use muwajaha_fuzz::{Line, chip, frames::pn532_lists};

fuzz_target!(|input: &[u8]| {
    let mut line = Line::new(&ReaderProtocol::Pn532(Pn532Settings::default()));
    let check = |card: &CardIdentifier, heard: &[u8]| {
        let CardIdentifier::Iso14443a(uid) = card else { panic!("{card:?}") };
        assert!(pn532_lists(heard, uid.reveal()), "no right frame lists this card");
    };
    line.run(input, &mut chip::Pn532, check);
    line.heals(&mut chip::Pn532, Duration::from_secs(20), check);
});
