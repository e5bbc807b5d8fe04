//! How a line that came from an unknown reader could be framed.
//!
//! The strictest reading that makes cards of two lines comes first: one with a checksum, then the
//! meanings that fewest lines have. A guess is for a technician, who compares the badge's number.

use super::super::dialog::{ReaderDialog, ReaderEvent};
use super::{TextChecksum, TextDecoder, TextMeaning, TextSettings};
use crate::domain::BootTime;

const CHECKSUMS: [TextChecksum; 5] = [
    TextChecksum::XorBytes,
    TextChecksum::NegatedSumBytes,
    TextChecksum::XorCharacters,
    TextChecksum::SumCharacters,
    TextChecksum::None,
];
const SHORTEST_WORD: usize = 6;
const MEANINGS: [TextMeaning; 5] = [
    TextMeaning::Em4100Decimal,
    TextMeaning::SiteAndNumber,
    TextMeaning::Em4100Hex,
    TextMeaning::UidHex,
    TextMeaning::Text,
];

impl TextSettings {
    /// The frame in which both lines are a card. One line does not tell it: of one card in fifty the last
    /// characters happen to be a checksum of the others.
    pub fn guess(line: &[u8], other: &[u8]) -> Option<Self> {
        let of_other = Self::guesses(other);
        Self::guesses(line).into_iter().find(|settings| of_other.contains(settings))
    }

    /// All frames that make a card of a line, from its prefix to its suffix.
    pub(in super::super) fn guesses(line: &[u8]) -> Vec<Self> {
        let Some((prefix, card, suffix)) = parts(line) else { return Vec::new() };
        let (mut guesses, mut is_refused) = (Vec::new(), false);
        let candidates = CHECKSUMS.iter().flat_map(|checksum| MEANINGS.iter().map(move |means| (*checksum, *means)));
        for (checksum, means) in candidates {
            let Some(length) = card.len().checked_sub(checksum.digits()).and_then(|length| u8::try_from(length).ok())
            else {
                continue;
            };
            // A UID that can be no badge is no text either.
            let is_known = means != TextMeaning::Text || !is_refused && is_free_text(card, suffix, checksum);
            let (prefix, suffix) = (prefix.to_owned(), suffix.to_owned());
            let settings = Self { prefix, length, suffix, checksum, means, reversed: false };
            match settings.validate().ok().filter(|()| is_known).and_then(|()| settings.reads(line)) {
                Some(ReaderEvent::CardRead(_)) => guesses.push(settings),
                Some(_) if means == TextMeaning::UidHex => is_refused = true,
                Some(_) | None => {}
            }
        }
        guesses
    }

    fn reads(&self, line: &[u8]) -> Option<ReaderEvent> {
        let mut read = None;
        TextDecoder::new(self.clone()).receive(line, BootTime::default(), &mut |event| read = Some(event));
        read
    }
}

/// Prefix, card with its checksum, and suffix.
fn parts(line: &[u8]) -> Option<(&str, &str, &str)> {
    let text = std::str::from_utf8(line).ok()?;
    let body = text.trim_end_matches(|character: char| character.is_ascii_control());
    let card = body.trim_start_matches(|character: char| !character.is_ascii_alphanumeric());
    Some((body.get(..body.len() - card.len())?, card, text.get(body.len()..)?))
}

/// Whether characters of no known meaning are a card: a number, or a word that noise does not make.
fn is_free_text(card: &str, suffix: &str, checksum: TextChecksum) -> bool {
    let is_number = card.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = card.len() >= SHORTEST_WORD
        && card.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:,".contains(&byte));
    checksum == TextChecksum::None && suffix.contains(['\r', '\n']) && (is_number || is_word)
}
