//! What the targets share: a line in virtual time, and frames checked in another way than the
//! decoders do it.
//!
//! A target knows nothing of a decoder's inside. It keeps every byte that it handed in, and whatever
//! card comes out must lie in those bytes in a frame that is right by the checks here.

pub mod chip;
pub mod frames;
pub mod osdp;

use std::time::Duration;

use muwajaha_core::badge::{CardIdentifier, ReaderDialog, ReaderEvent, ReaderFeedback, ReaderHealth, ReaderProtocol};
use muwajaha_core::domain::BootTime;

/// A protocol and everything that passed.
pub struct Line {
    dialog: Box<dyn ReaderDialog + Send>,
    now: BootTime,
    /// Every byte handed in so far.
    pub heard: Vec<u8>,
    /// Every card told so far.
    pub cards: Vec<CardIdentifier>,
    asked: Vec<u8>,
}

/// A reader that does what it is asked: what the kiosk wrote in, its answer out.
pub trait Obedient {
    /// Its answer.
    fn answers(&mut self, asked: &[u8]) -> Vec<u8>;
}

impl Line {
    /// A line of which nothing was heard.
    pub fn new(protocol: &ReaderProtocol) -> Self {
        protocol.validate().expect("the target's settings are right");
        Self { dialog: protocol.dialog(), now: BootTime::from_millis(1), heard: vec![], cards: vec![], asked: vec![] }
    }

    /// Bytes arrive; `check` is told each card with every byte up to the one that ended it.
    pub fn hear(&mut self, bytes: &[u8], check: impl Fn(&CardIdentifier, &[u8])) {
        for byte in bytes {
            self.heard.push(*byte);
            let (cards, heard) = (&mut self.cards, &self.heard);
            self.dialog.receive(&[*byte], self.now, &mut |event| keep(event, cards, heard, &check));
            self.write();
        }
    }

    /// Time passes.
    pub fn wait(&mut self, time: Duration, check: impl Fn(&CardIdentifier, &[u8])) {
        self.now = self.now + time;
        if self.dialog.poll_timeout().is_some_and(|at| at <= self.now) {
            let (cards, heard) = (&mut self.cards, &self.heard);
            self.dialog.handle_timeout(self.now, &mut |event| keep(event, cards, heard, &check));
            let next = self.dialog.poll_timeout().expect("a polled reader is always asked again");
            assert!(next > self.now, "time must pass before the next timeout");
            self.write();
        }
    }

    fn write(&mut self) {
        while let Some(bytes) = self.dialog.poll_transmit() {
            assert!((1..=128).contains(&bytes.len()), "{} bytes to write", bytes.len());
            self.asked = bytes;
        }
    }

    fn answer(&mut self, reader: &mut dyn Obedient, check: impl Fn(&CardIdentifier, &[u8])) {
        let asked = std::mem::take(&mut self.asked);
        if !asked.is_empty() {
            let answer = reader.answers(&asked);
            self.hear(&answer, check);
        }
    }

    /// Runs the input: bytes to hear, time to pass, answers as they should be, feedback to show.
    pub fn run(&mut self, mut input: &[u8], reader: &mut dyn Obedient, check: impl Fn(&CardIdentifier, &[u8])) {
        while let Some((operation, rest)) = input.split_first() {
            input = rest;
            match operation {
                0..=191 => {
                    let (bytes, rest) = input.split_at(usize::from(*operation).min(input.len()));
                    self.hear(bytes, &check);
                    input = rest;
                }
                192..=223 => self.wait(Duration::from_millis(1 << ((operation - 192) % 11)), &check),
                224..=247 => {
                    self.answer(reader, &check);
                }
                248..=251 => self.dialog.show(ReaderFeedback::Accepted, self.now),
                252..=255 => self.dialog.show(ReaderFeedback::Refused, self.now),
            }
        }
    }

    /// Whatever came before, an obedient reader is answering and its card read within `time`.
    pub fn heals(&mut self, reader: &mut dyn Obedient, time: Duration, check: impl Fn(&CardIdentifier, &[u8])) {
        let (known, end) = (self.cards.len(), self.now + time);
        while self.now < end && self.cards.len() == known {
            self.wait(Duration::from_millis(5), &check);
            self.answer(reader, &check);
        }
        assert!(self.cards.len() > known, "no card was read in {time:?}");
        assert_eq!(self.dialog.health(), ReaderHealth::Answering);
    }
}

fn keep(event: ReaderEvent, cards: &mut Vec<CardIdentifier>, heard: &[u8], check: &impl Fn(&CardIdentifier, &[u8])) {
    if let ReaderEvent::CardRead(card) = event {
        check(&card, heard);
        cards.push(card);
    }
}
