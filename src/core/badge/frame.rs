//! What the RDM6300 and the ID-12LA share: the ASCII frame.
//!
//! Both send STX, ten hexadecimal digits, a two-digit checksum (the exclusive or of the five bytes)
//! and a tail. STX appears nowhere else in a frame, so every STX starts anew and a torn frame costs
//! only itself; a frame that pauses is torn, so that a half one of before a cut joins nothing that comes
//! after it. Nothing here grows with its input.

use std::time::Duration;

use super::card::CardIdentifier;
use super::dialog::{FrameCounts, ReaderEvent, count};
use crate::domain::BootTime;

pub(super) const START_OF_TEXT: u8 = 0x02;
pub(super) const END_OF_TEXT: u8 = 0x03;

/// Bytes of a frame follow one another; even at 300 bits a second all of them come within this.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// Bytes of the card and its checksum, as hexadecimal digits.
const DIGITS: usize = 12;

/// How far into a frame a decoder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Progress {
    #[default]
    Outside,
    Digits(usize),
    Tail(usize),
}

/// The common frame with its protocol's tail.
#[derive(Debug)]
pub(super) struct AsciiFrame {
    tail: &'static [u8],
    progress: Progress,
    bytes: [u8; DIGITS / 2],
    counts: FrameCounts,
    heard: BootTime,
}

impl AsciiFrame {
    pub(super) fn new(tail: &'static [u8]) -> Self {
        Self {
            tail,
            progress: Progress::Outside,
            bytes: [0; DIGITS / 2],
            counts: FrameCounts::default(),
            heard: BootTime::default(),
        }
    }

    pub(super) fn counts(&self) -> FrameCounts {
        self.counts
    }

    pub(super) fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        if now.since(self.heard) > LONGEST_PAUSE && self.progress != Progress::Outside {
            count(&mut self.counts.torn);
            self.progress = Progress::Outside;
        }
        self.heard = now;
        for &byte in bytes {
            if let Some(card) = self.push(byte) {
                tell(ReaderEvent::CardRead(CardIdentifier::Em4100(card)));
            }
        }
    }

    fn push(&mut self, byte: u8) -> Option<[u8; 5]> {
        if byte == START_OF_TEXT {
            if self.progress != Progress::Outside {
                count(&mut self.counts.torn);
            }
            self.progress = Progress::Digits(0);
            self.bytes = [0; DIGITS / 2];
            return None;
        }
        match self.progress {
            Progress::Outside => {
                count(&mut self.counts.noise_bytes);
                None
            }
            Progress::Digits(taken) => {
                self.push_digit(taken, byte);
                None
            }
            Progress::Tail(taken) => self.push_tail(taken, byte),
        }
    }

    fn push_digit(&mut self, taken: usize, byte: u8) {
        let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (Some(digit), Some(slot)) = (digit, self.bytes.get_mut(taken / 2)) else {
            count(&mut self.counts.torn);
            self.progress = Progress::Outside;
            return;
        };
        *slot = (*slot << 4) | digit;
        self.progress = if taken + 1 == DIGITS { Progress::Tail(0) } else { Progress::Digits(taken + 1) };
    }

    fn push_tail(&mut self, taken: usize, byte: u8) -> Option<[u8; 5]> {
        if self.tail.get(taken) != Some(&byte) {
            count(&mut self.counts.torn);
            self.progress = Progress::Outside;
            return None;
        }
        if taken + 1 < self.tail.len() {
            self.progress = Progress::Tail(taken + 1);
            return None;
        }
        self.progress = Progress::Outside;
        let [version, a, b, c, d, checksum] = self.bytes;
        if version ^ a ^ b ^ c ^ d != checksum {
            count(&mut self.counts.wrong_checksum);
            return None;
        }
        count(&mut self.counts.good);
        Some([version, a, b, c, d])
    }
}
