//! How a line that came from an unknown reader could be framed.
//!
//! The strictest reading that makes a card of the line comes first: one with a checksum, then the
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
    /// The frame of a line, from its prefix to its suffix; `None` where no card is in it.
    pub fn guess(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        let body = text.trim_end_matches(|character: char| character.is_ascii_control());
        let suffix = text.get(body.len()..)?;
        let card = body.trim_start_matches(|character: char| !character.is_ascii_alphanumeric());
        let prefix = body.get(..body.len() - card.len())?;
        let candidates = CHECKSUMS.iter().flat_map(|checksum| MEANINGS.iter().map(move |means| (*checksum, *means)));
        for (checksum, means) in candidates {
            let Some(length) = card.len().checked_sub(checksum.digits()).and_then(|length| u8::try_from(length).ok())
            else {
                continue;
            };
            let is_known = means != TextMeaning::Text || is_free_text(card, suffix, checksum);
            let (prefix, suffix) = (prefix.to_owned(), suffix.to_owned());
            let settings = Self { prefix, length, suffix, checksum, means, reversed: false };
            let read = settings.validate().ok().filter(|()| is_known).and_then(|()| settings.reads(line));
            if matches!(read, Some(ReaderEvent::CardRead(_))) {
                return Some(settings);
            }
            // A UID that can be no badge is no text either.
            if means == TextMeaning::UidHex && read.is_some() {
                return None;
            }
        }
        None
    }

    fn reads(&self, line: &[u8]) -> Option<ReaderEvent> {
        let mut read = None;
        TextDecoder::new(self.clone()).receive(line, BootTime::default(), &mut |event| read = Some(event));
        read
    }
}

/// Whether characters of no known meaning are a card: a number, or a word that noise does not make.
fn is_free_text(card: &str, suffix: &str, checksum: TextChecksum) -> bool {
    let is_number = card.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = card.len() >= SHORTEST_WORD
        && card.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:,".contains(&byte));
    checksum == TextChecksum::None && suffix.contains(['\r', '\n']) && (is_number || is_word)
}
