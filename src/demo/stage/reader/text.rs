//! A reader that prints a line of text by itself: prefix, digits, checksum, suffix.
//!
//! Sources for the forms that it can take: Elatec's TWN3 manual 6.2 (IndiTag: a colon, the ID, the
//! two's complement of the sum of its bytes, CR LF; its example `:112233445501`) and 6.1 (HID Prox:
//! the count of bits as a byte, then the bits left-aligned, CR; its example `1A808001C0`).

use std::time::{Duration, Instant};

use super::card::Card;
use super::device::{Device, Outbox, newcomers};

/// How a plain-text reader prints a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFormat {
    /// Before the digits.
    pub prefix: String,
    /// After digits and checksum.
    pub suffix: String,
    /// Two hexadecimal digits between digits and suffix.
    pub check: TextCheck,
    /// After which time a resting card is printed again; never where there is none.
    pub repeat_after: Option<Duration>,
}

impl Default for TextFormat {
    fn default() -> Self {
        let (prefix, suffix) = (String::new(), "\r\n".to_owned());
        Self { prefix, suffix, check: TextCheck::None, repeat_after: None }
    }
}

/// The checksum behind a card's digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextCheck {
    /// None at all.
    None,
    /// The XOR of the bytes that the digits stand for.
    XorOfBytes,
    /// The two's complement of the sum of the bytes that the digits stand for.
    ComplementOfBytes,
    /// The XOR of the printed characters.
    XorOfCharacters,
}

/// The simulated reader.
#[derive(Debug)]
pub(super) struct TextReader {
    format: TextFormat,
    cards: Vec<Card>,
    outbox: Outbox,
    again: Option<Instant>,
}

impl TextReader {
    pub(super) fn new(format: TextFormat) -> Self {
        Self { format, cards: Vec::new(), outbox: Outbox::default(), again: None }
    }
}

impl Device for TextReader {
    fn field_changed(&mut self, cards: &[Card], now: Instant) {
        for card in newcomers(&self.cards, cards) {
            self.outbox.push(now, self.format.line(&card));
            self.again = self.format.repeat_after.map(|after| now + after);
        }
        self.cards = cards.to_vec();
    }

    fn advance(&mut self, now: Instant) {
        if self.again.is_some_and(|again| again <= now) {
            for card in &self.cards {
                self.outbox.push(now, self.format.line(card));
            }
            self.again = self.format.repeat_after.filter(|_| !self.cards.is_empty()).map(|after| now + after);
        }
    }

    fn transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.outbox.pop_due(now)
    }

    fn wake_at(&self) -> Option<Instant> {
        self.outbox.wake_at().or(self.again)
    }
}

impl TextFormat {
    /// The line of a card.
    pub fn line(&self, card: &Card) -> Vec<u8> {
        let digits = match card {
            Card::Em4100(chip) => hexadecimal(chip),
            Card::Iso14443a(chip) => hexadecimal(&chip.uid),
            Card::Wiegand(bits) => format!("{:02X}{}", bits.count(), hexadecimal(bits.left_aligned())),
            Card::Text(text) => text.clone(),
        };
        let check = match self.check {
            TextCheck::None => None,
            TextCheck::XorOfBytes => Some(bytes(&digits).fold(0, |sum, byte| sum ^ byte)),
            TextCheck::ComplementOfBytes => Some(bytes(&digits).fold(0_u8, u8::wrapping_sub)),
            TextCheck::XorOfCharacters => Some(digits.bytes().fold(0, |sum, byte| sum ^ byte)),
        };
        let check = check.map(|check| format!("{check:02X}")).unwrap_or_default();
        [&self.prefix, &digits, &check, &self.suffix].map(String::as_str).concat().into_bytes()
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The bytes that pairs of hexadecimal digits stand for; other pairs are left out.
fn bytes(digits: &str) -> impl Iterator<Item = u8> {
    let pairs = digits.as_bytes().chunks_exact(2);
    pairs.filter_map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
}
