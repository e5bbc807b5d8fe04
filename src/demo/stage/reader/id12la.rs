//! An ID-12LA: STX, ten hexadecimal digits, two digits of checksum (XOR of the five bytes), CR, LF,
//! ETX, once for each card that comes. It takes no commands.
//!
//! Source: ID Innovations, *ID-2/12/20 LA Series Datasheet X1*, section 4 (9600 baud; its example
//! `0C000621A58E`). The data sheet does not say what a resting card does; here it is told once.

use std::time::Instant;

use super::card::{Card, Em4100};
use super::device::{Device, Outbox, only_em4100};
use super::rdm6300::checksum;

/// The simulated reader.
#[derive(Debug, Default)]
pub(super) struct Id12la {
    resting: Option<Em4100>,
    outbox: Outbox,
}

impl Device for Id12la {
    fn field_changed(&mut self, cards: &[Card], now: Instant) {
        let card = only_em4100(cards);
        if let Some(card) = card.filter(|card| self.resting != Some(*card)) {
            self.outbox.push(now, frame(card));
        }
        self.resting = card;
    }

    fn transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.outbox.pop_due(now)
    }

    fn wake_at(&self) -> Option<Instant> {
        self.outbox.wake_at()
    }
}

fn frame(card: Em4100) -> Vec<u8> {
    let [a, b, c, d, e] = card;
    let number = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
    format!("\x02{number:010X}{:02X}\r\n\x03", checksum(card)).into_bytes()
}
