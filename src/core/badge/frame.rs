//! What all reader decoders share: the ASCII frame, its counters, and telling a resting card from a
//! new one.
//!
//! Both supported readers send STX, ten hexadecimal digits, a two-digit checksum (the exclusive or
//! of the five bytes) and a tail. STX appears nowhere else in a frame, so every STX starts anew and
//! a torn frame costs only itself. Nothing here grows with its input.

use serde::{Deserialize, Serialize};

use super::{BadgeNumber, Id12laDecoder, Rdm6300Decoder, RestingCards};
use crate::domain::BootTime;

pub(super) const START_OF_TEXT: u8 = 0x02;
pub(super) const END_OF_TEXT: u8 = 0x03;

/// Bytes of the card and its checksum, as hexadecimal digits.
const DIGITS: usize = 12;

/// What a decoder has seen so far. The counts only grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameCounts {
    /// Frames with a right checksum.
    pub good: u64,
    /// Whole frames with a wrong checksum.
    pub wrong_checksum: u64,
    /// Frames that broke off or had a byte in them that belongs to no frame.
    pub torn: u64,
    /// Bytes outside every frame.
    pub noise_bytes: u64,
}

/// A sans-IO decoder of one reader's protocol.
pub trait FrameDecoder {
    /// Takes one byte; the five bytes of a card, version byte first, when it ends a good frame.
    fn push(&mut self, byte: u8) -> Option<[u8; 5]>;
    /// What was seen so far.
    fn counts(&self) -> FrameCounts;
}

/// Which protocol a reader speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReaderProtocol {
    /// RDM6300 and its kin: 14 bytes a frame.
    Rdm6300,
    /// ID-12LA, ID-20LA in ASCII mode: 16 bytes a frame.
    Id12la,
}

impl ReaderProtocol {
    fn decoder(self) -> Box<dyn FrameDecoder + Send> {
        match self {
            Self::Rdm6300 => Box::new(Rdm6300Decoder::default()),
            Self::Id12la => Box::new(Id12laDecoder::default()),
        }
    }
}

/// From the bytes of one serial line to badge reads: a decoder and the cards that rest on it.
pub struct BadgeStream {
    decoder: Box<dyn FrameDecoder + Send>,
    resting: RestingCards,
}

impl std::fmt::Debug for BadgeStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("BadgeStream").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

impl BadgeStream {
    /// A stream of this protocol with nothing read yet.
    pub fn new(protocol: ReaderProtocol) -> Self {
        Self { decoder: protocol.decoder(), resting: RestingCards::default() }
    }

    /// Takes bytes that arrived at `now` and tells every card newly put to the reader.
    pub fn push(&mut self, bytes: &[u8], now: BootTime, mut read: impl FnMut(BadgeNumber)) {
        for &byte in bytes {
            if let Some(card) = self.decoder.push(byte)
                && self.resting.is_new(&BadgeNumber::from_em4100(card), now)
            {
                read(BadgeNumber::from_em4100(card));
            }
        }
    }

    /// What was seen so far.
    pub fn counts(&self) -> FrameCounts {
        self.decoder.counts()
    }
}

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
}

impl AsciiFrame {
    pub(super) fn new(tail: &'static [u8]) -> Self {
        Self { tail, progress: Progress::Outside, bytes: [0; DIGITS / 2], counts: FrameCounts::default() }
    }

    pub(super) fn counts(&self) -> FrameCounts {
        self.counts
    }

    pub(super) fn push(&mut self, byte: u8) -> Option<[u8; 5]> {
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

fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
