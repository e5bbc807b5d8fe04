//! A TWN4 that prints each card by itself: its bytes in hexadecimal digits and a carriage return.
//!
//! Ten digits are an EM4100 card; eight, fourteen or twenty a UID. The digits carry no checksum: a
//! pair lost or gained on the way could make another card, so this is for the USB cable, whose
//! packets have a CRC of their own; on a serial cable poll the reader with `crc = true`. Let the
//! reader's firmware search for EM4102 and ISO 14443A alone: a proximity card's bits would have
//! eight digits too. A line whose digits are torn apart by a longer pause is none.

use std::time::Duration;

use super::super::card::{CardKind, CardRefusal};
use super::super::dialog::{FrameCounts, ReaderDialog, ReaderEvent, count};
use super::command::{em4100, uid};
use super::line::{Line, Lines};
use crate::domain::BootTime;

const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Listens to a TWN4 that prints cards.
#[derive(Debug)]
pub struct Twn4Listener {
    lines: Lines,
    reversed: Vec<CardKind>,
    unusable: u64,
    heard: BootTime,
}

impl Twn4Listener {
    /// With the kinds of cards whose bytes come turned round.
    pub fn new(reversed: Vec<CardKind>) -> Self {
        Self { lines: Lines::new(false), reversed, unusable: 0, heard: BootTime::default() }
    }
}

impl ReaderDialog for Twn4Listener {
    fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        if now.since(self.heard) > LONGEST_PAUSE {
            self.lines.break_off();
        }
        self.heard = now;
        for byte in bytes {
            let Some(Line::Whole(bytes)) = self.lines.push(*byte) else { continue };
            let card = match bytes.len() {
                5 => em4100(&bytes, &self.reversed),
                4 | 7 | 10 => uid(&bytes, &self.reversed),
                _ => Err(CardRefusal::UnknownKind),
            };
            match card {
                Ok(card) => tell(ReaderEvent::CardRead(card)),
                Err(refusal) => {
                    count(&mut self.unusable);
                    tell(ReaderEvent::CardRefused(refusal));
                }
            }
        }
    }

    fn counts(&self) -> FrameCounts {
        FrameCounts { unusable: self.unusable, ..self.lines.counts }
    }
}
