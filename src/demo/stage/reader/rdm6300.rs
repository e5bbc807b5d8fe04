//! An RDM6300: STX, ten hexadecimal digits, two digits of checksum (XOR of the five bytes), ETX,
//! repeated about every 65 ms while the card rests. It takes no commands.
//!
//! Source: the RDM630 specification of Seeed Studio's Electronic Brick (9600 baud, frame and
//! checksum; its example `62E3086CED`, `08`).

use std::time::{Duration, Instant};

use super::card::{Card, Em4100};
use super::device::{Device, only_em4100};

const FRAME_EVERY: Duration = Duration::from_millis(65);

/// The simulated reader.
#[derive(Debug, Default)]
pub(super) struct Rdm6300 {
    resting: Option<(Em4100, Instant)>,
}

impl Device for Rdm6300 {
    fn field_changed(&mut self, cards: &[Card], now: Instant) {
        self.resting = only_em4100(cards).map(|card| match self.resting {
            Some((before, next)) if before == card => (card, next),
            Some(_) | None => (card, now),
        });
    }

    fn transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        let (card, next) = self.resting.as_mut()?;
        (*next <= now).then(|| {
            *next = now + FRAME_EVERY;
            frame(*card).to_vec()
        })
    }

    fn wake_at(&self) -> Option<Instant> {
        self.resting.map(|(_, next)| next)
    }
}

/// One frame of a card.
pub fn frame(card: Em4100) -> [u8; 14] {
    framed(card, checksum(card))
}

/// A frame whose checksum is wrong, as a bad line delivers it.
pub fn corrupt_frame(card: Em4100) -> [u8; 14] {
    framed(card, !checksum(card))
}

/// The XOR of a chip's bytes, which these readers send behind them.
pub(super) fn checksum(card: Em4100) -> u8 {
    card.iter().fold(0, |sum, byte| sum ^ byte)
}

fn framed(card: Em4100, checksum: u8) -> [u8; 14] {
    let mut frame = [0x02; 14];
    let [a, b, c, d, e] = card;
    let digits = format!("{:010X}{checksum:02X}\x03", u64::from_be_bytes([0, 0, 0, a, b, c, d, e]));
    for (byte, digit) in frame.iter_mut().skip(1).zip(digits.bytes()) {
        *byte = digit;
    }
    frame
}
