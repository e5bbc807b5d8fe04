//! How a plain-text reader frames its cards: `[reader.text]`.

use serde::{Deserialize, Serialize};

use super::super::card::LONGEST_TEXT;
use super::super::dialog::ReaderSettingsError;

const LONGEST_FIX: usize = 8;

/// `[reader.text]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSettings {
    /// What stands before a card, up to 8 ASCII characters; `"\u0002"` is STX. Without one, a frame
    /// begins at the line's first character or behind one that can be in no card.
    #[serde(default)]
    pub prefix: String,
    /// How many characters a card has, without prefix, checksum and suffix.
    pub length: u8,
    /// What stands behind, 1 to 8 ASCII characters that can be in no card.
    #[serde(default = "carriage_return")]
    pub suffix: String,
    /// Which two hexadecimal digits stand between the card and the suffix.
    #[serde(default)]
    pub checksum: TextChecksum,
    /// What the characters mean.
    pub means: TextMeaning,
    /// Whether the bytes of a UID or an EM4100 card come last byte first.
    #[serde(default)]
    pub reversed: bool,
}

fn carriage_return() -> String {
    "\r".to_owned()
}

/// A checksum of two hexadecimal digits over the card's characters, or over the bytes that they are
/// the hexadecimal digits of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextChecksum {
    /// None: a changed character makes another card.
    #[default]
    None,
    /// The exclusive or of the characters.
    XorCharacters,
    /// The sum of the characters modulo 256.
    SumCharacters,
    /// The exclusive or of the bytes, as RDM6300 and ID-12LA have it.
    XorBytes,
    /// What makes the bytes add up to 0 modulo 256, as Elatec's IndiTag has it (TWN3 manual 6.2).
    NegatedSumBytes,
}

/// What the characters of a card mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextMeaning {
    /// The ten decimal digits printed on an EM4100 card.
    Em4100Decimal,
    /// The ten hexadecimal digits of an EM4100 card, version first.
    Em4100Hex,
    /// The 8, 14 or 20 hexadecimal digits of a UID.
    UidHex,
    /// Three decimal digits of site and five of number, as on a card of 26 bits; with nine
    /// characters there is one between them that is no digit.
    SiteAndNumber,
    /// Any visible characters, 4 to 32, that the reader prints for a card.
    Text,
}

impl TextMeaning {
    /// Whether `character` can be at place `at` of a card of `length`.
    pub(super) fn allows(self, character: u8, at: usize, length: usize) -> bool {
        match self {
            Self::Em4100Decimal => character.is_ascii_digit(),
            Self::Em4100Hex | Self::UidHex => character.is_ascii_hexdigit(),
            Self::SiteAndNumber if length == 9 && at == 3 => {
                character.is_ascii_graphic() && !character.is_ascii_alphanumeric()
            }
            Self::SiteAndNumber => character.is_ascii_digit(),
            Self::Text => character.is_ascii_graphic(),
        }
    }

    /// Whether `character` can be anywhere in a card of `length` or its checksum.
    pub(super) fn has(self, character: u8, length: usize) -> bool {
        (0..length).any(|at| self.allows(character, at, length))
    }

    fn fits(self, length: usize) -> bool {
        match self {
            Self::Em4100Decimal | Self::Em4100Hex => length == 10,
            Self::UidHex => matches!(length, 8 | 14 | 20),
            Self::SiteAndNumber => matches!(length, 8 | 9),
            Self::Text => (4..=LONGEST_TEXT).contains(&length),
        }
    }
}

impl TextSettings {
    /// Checks them.
    ///
    /// # Errors
    /// The first fault, with its remedy.
    pub fn validate(&self) -> Result<(), ReaderSettingsError> {
        let wrong = |problem| Err(ReaderSettingsError { table: "reader.text", problem });
        let length = usize::from(self.length);
        if !self.means.fits(length) {
            return wrong(
                "length is 10 for em4100-decimal and em4100-hex, 8, 14 or 20 for uid-hex, 8 or 9 for site-and-number, \
                 4 to 32 for text",
            );
        }
        let (prefix, suffix) = (self.prefix.as_bytes(), self.suffix.as_bytes());
        if !self.prefix.is_ascii() || !self.suffix.is_ascii() || prefix.len().max(suffix.len()) > LONGEST_FIX {
            return wrong("prefix and suffix are at most 8 ASCII characters");
        }
        let in_card = |byte: &u8| self.means.has(*byte, length) || byte.is_ascii_hexdigit();
        if suffix.is_empty() || suffix.iter().any(|byte| in_card(byte) || prefix.contains(byte)) {
            return wrong(
                "suffix has 1 to 8 characters, none of which can be in a card or is in the prefix: `\"\\r\"`",
            );
        }
        let of_bytes = match self.checksum {
            TextChecksum::None | TextChecksum::XorCharacters | TextChecksum::SumCharacters => false,
            TextChecksum::XorBytes | TextChecksum::NegatedSumBytes => true,
        };
        if of_bytes && !matches!(self.means, TextMeaning::Em4100Hex | TextMeaning::UidHex) {
            return wrong("a checksum over bytes needs hexadecimal digits: `means` is em4100-hex or uid-hex");
        }
        Ok(())
    }
}
