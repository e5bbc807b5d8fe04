//! A reader that prints plain text, in the frame that its settings describe.
//!
//! The last bytes that arrived are held against the frame, so that after any noise the next whole
//! frame is found; nothing longer than one frame is kept. With a prefix a frame is known by both its
//! ends. Without one it is known by its end and length alone: noise that ends in characters of a
//! card makes its frame too long, and it is dropped. Where there is no checksum, a character changed
//! on the way makes another card; the settings say which readers have none.

mod guess;
mod settings;

use std::time::Duration;

use super::card::{CardIdentifier, CardRefusal, CardText, Uid};
use super::dialog::{FrameCounts, ReaderDialog, ReaderEvent, count, count_many};
use super::rules::h10301_bits;
use crate::domain::BootTime;
pub use settings::{TextChecksum, TextMeaning, TextSettings};

const CHECKSUM_DIGITS: usize = 2;
/// Characters of a frame follow one another; a longer pause ends what has begun.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Decoder of plain-text frames.
#[derive(Debug)]
pub struct TextDecoder {
    settings: TextSettings,
    /// The last bytes: at most a frame, and the one before it.
    window: Window,
    counts: FrameCounts,
    unusable: u64,
    heard: BootTime,
}

#[derive(Default)]
struct Window(Vec<u8>);

impl std::fmt::Debug for Window {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Window({} bytes)", self.0.len())
    }
}

enum Found<'a> {
    Card(&'a [u8]),
    WrongChecksum,
    Torn,
}

impl TextDecoder {
    /// For the frames of these settings, which [`TextSettings::validate`] has checked.
    pub fn new(settings: TextSettings) -> Self {
        Self {
            settings,
            window: Window::default(),
            counts: FrameCounts::default(),
            unusable: 0,
            heard: BootTime::default(),
        }
    }

    fn frame_length(&self) -> usize {
        let TextSettings { prefix, length, suffix, checksum, .. } = &self.settings;
        prefix.len() + usize::from(*length) + checksum.digits() + suffix.len()
    }

    fn push(&mut self, byte: u8, tell: &mut dyn FnMut(ReaderEvent)) {
        if self.window.0.len() > self.frame_length() {
            self.window.0.drain(..1);
            count(&mut self.counts.noise_bytes);
        }
        self.window.0.push(byte);
        if !self.window.0.ends_with(self.settings.suffix.as_bytes()) {
            return;
        }
        let window = std::mem::take(&mut self.window.0);
        match self.find(&window) {
            Found::Card(characters) => {
                let card = card(characters, &self.settings);
                count(&mut self.counts.good);
                match card {
                    Ok(card) => tell(ReaderEvent::CardRead(card)),
                    Err(refusal) => {
                        count(&mut self.unusable);
                        tell(ReaderEvent::CardRefused(refusal));
                    }
                }
            }
            Found::WrongChecksum => count(&mut self.counts.wrong_checksum),
            Found::Torn => count(&mut self.counts.torn),
        }
    }

    /// What the window, which ends in the suffix, holds.
    fn find<'a>(&self, window: &'a [u8]) -> Found<'a> {
        let TextSettings { prefix, length, suffix, checksum, means, reversed: _ } = &self.settings;
        let length = usize::from(*length);
        let Some((before, frame)) = window.len().checked_sub(self.frame_length()).map(|at| window.split_at(at)) else {
            return Found::Torn;
        };
        let body = frame.strip_prefix(prefix.as_bytes()).and_then(|body| body.strip_suffix(suffix.as_bytes()));
        let Some((characters, digits)) = body.and_then(|body| body.split_at_checked(length)) else {
            return Found::Torn;
        };
        let is_longer = prefix.is_empty() && before.last().is_some_and(|byte| means.has(*byte, length));
        let is_card = characters.iter().enumerate().all(|(at, byte)| means.allows(*byte, at, length));
        if is_longer || !is_card || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Found::Torn;
        }
        if checksum.of(characters) == byte_of(digits) { Found::Card(characters) } else { Found::WrongChecksum }
    }
}

impl TextChecksum {
    /// How many digits it has on the line.
    fn digits(self) -> usize {
        if self == Self::None { 0 } else { CHECKSUM_DIGITS }
    }

    /// `None` where there is none.
    fn of(self, characters: &[u8]) -> Option<u8> {
        let xor = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum ^ byte);
        let sum = |bytes: &[u8]| bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        match self {
            Self::None => None,
            Self::XorCharacters => Some(xor(characters)),
            Self::SumCharacters => Some(sum(characters)),
            Self::XorBytes => hex::decode(characters).ok().map(|bytes| xor(&bytes)),
            Self::NegatedSumBytes => hex::decode(characters).ok().map(|bytes| sum(&bytes).wrapping_neg()),
        }
    }
}

/// The byte that two hexadecimal digits are; `None` for no digits.
fn byte_of(digits: &[u8]) -> Option<u8> {
    hex::decode(digits).ok()?.first().copied()
}

fn card(characters: &[u8], settings: &TextSettings) -> Result<CardIdentifier, CardRefusal> {
    let text = std::str::from_utf8(characters).map_err(|_| CardRefusal::UnknownKind)?;
    let mut bytes = match settings.means {
        TextMeaning::Em4100Decimal => {
            let number: u32 = text.parse().map_err(|_| CardRefusal::UnknownKind)?;
            [&[0][..], &number.to_be_bytes()].concat()
        }
        TextMeaning::Em4100Hex | TextMeaning::UidHex => hex::decode(text).map_err(|_| CardRefusal::UnknownKind)?,
        TextMeaning::SiteAndNumber => return site_and_number(text).ok_or(CardRefusal::UnknownKind),
        TextMeaning::Text => {
            return CardText::new(characters).map(CardIdentifier::Text).ok_or(CardRefusal::UnknownKind);
        }
    };
    if settings.reversed {
        bytes.reverse();
    }
    if settings.means == TextMeaning::UidHex {
        return Uid::new(&bytes).map(CardIdentifier::Iso14443a);
    }
    <[u8; 5]>::try_from(bytes).map(CardIdentifier::Em4100).map_err(|_| CardRefusal::UnknownKind)
}

/// `12345678` or `123,45678`, as the bits that the card has.
fn site_and_number(text: &str) -> Option<CardIdentifier> {
    let (site, rest) = text.split_at_checked(3)?;
    let number = rest.trim_start_matches(|character: char| !character.is_ascii_digit());
    h10301_bits(site.parse().ok()?, number.parse().ok()?).map(CardIdentifier::Bits)
}

impl ReaderDialog for TextDecoder {
    fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        if now.since(self.heard) > LONGEST_PAUSE {
            count_many(&mut self.counts.noise_bytes, self.window.0.len());
            self.window.0.clear();
        }
        self.heard = now;
        for byte in bytes {
            self.push(*byte, tell);
        }
    }

    fn counts(&self) -> FrameCounts {
        FrameCounts { unusable: self.unusable, ..self.counts }
    }
}
