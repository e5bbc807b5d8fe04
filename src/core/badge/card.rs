//! What a reader tells of a card, before any rule is applied.
//!
//! Every value lies inline and is bounded; none shows its content in a log. Sources: ISO/IEC 14443-3
//! (lengths and the cascade tag of UIDs), NXP AN10927 rev. 4.1 (a UID of four bytes that begins with
//! 08 is drawn anew each time the card is powered), Elatec's TWN3 manual 6.1 (the bits of a
//! proximity card come first bit first, left-aligned, `80 80 01 C0` for 26 bits).

use serde::{Deserialize, Serialize};

/// The longest [`CardBits`].
pub const MOST_BITS: u8 = 128;
/// The longest [`CardText`], in characters.
pub const LONGEST_TEXT: usize = 32;
const LONGEST_UID: usize = 10;
const RANDOM: u8 = 0x08;
const CASCADE_TAG: u8 = 0x88;

/// Kinds of cards whose bytes a reader may deliver turned round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardKind {
    /// EM4100, EM4102 and their kin at 125 kHz.
    Em4100,
    /// ISO/IEC 14443 type A at 13.56 MHz: MIFARE, NTAG, DESFire.
    Iso14443a,
}

/// Why a card can be no badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CardRefusal {
    /// Its UID is drawn anew each time.
    #[error("this card shows another number each time (a random UID): give a card with a fixed one")]
    RandomUid,
    /// A cascade tag stands where a UID begins, so that the reader told only a part of it.
    #[error("the reader tells only a part of this card's UID: set it to deliver all 7 or 10 bytes")]
    PartOfUid,
    /// A UID has 4, 7 or 10 bytes.
    #[error("a UID has 4, 7 or 10 bytes")]
    UidLength,
    /// A card of so many bits has no format in the facility's rules.
    #[error("no format is configured for a card of so many bits: add it to `reader.badges.formats`")]
    UnknownFormat,
    /// A parity bit is wrong.
    #[error("a parity bit of this card is wrong: hold it to the reader again")]
    WrongParity,
    /// The reader can read it, but it is no kind of card that can be a badge.
    #[error("this kind of card can be no badge")]
    UnknownKind,
}

/// What a reader tells of a card.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardIdentifier {
    /// The 40 bits of an EM4100 card: version byte first, then the number, most significant first.
    Em4100([u8; 5]),
    /// The UID of an ISO/IEC 14443 type A card.
    Iso14443a(Uid),
    /// The bits of a proximity card, as a Wiegand line would carry them.
    Bits(CardBits),
    /// What a plain-text reader prints for a card.
    Text(CardText),
}

impl std::fmt::Debug for CardIdentifier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Em4100(_) => "Em4100([redacted])",
            Self::Iso14443a(_) => "Iso14443a([redacted])",
            Self::Bits(_) => "Bits([redacted])",
            Self::Text(_) => "Text([redacted])",
        })
    }
}

/// A UID of 4, 7 or 10 bytes, UID0 first, without cascade tags.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Uid {
    length: u8,
    bytes: [u8; LONGEST_UID],
}

impl Uid {
    /// From its bytes, UID0 first.
    ///
    /// # Errors
    /// [`CardRefusal`] for another length, a random UID and a UID of which only a part was told.
    pub fn new(bytes: &[u8]) -> Result<Self, CardRefusal> {
        match bytes {
            [RANDOM, _, _, _] => Err(CardRefusal::RandomUid),
            [CASCADE_TAG, _, _, _] => Err(CardRefusal::PartOfUid),
            [_, _, _, _] | [_, _, _, _, _, _, _] | [_, _, _, _, _, _, _, _, _, _] => {
                let mut uid = Self { length: 0, bytes: [0; LONGEST_UID] };
                for (to, from) in uid.bytes.iter_mut().zip(bytes) {
                    *to = *from;
                    uid.length += 1;
                }
                Ok(uid)
            }
            _ => Err(CardRefusal::UidLength),
        }
    }

    /// The bytes, UID0 first.
    pub fn reveal(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl std::fmt::Debug for Uid {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Uid([redacted])")
    }
}

/// 1 to [`MOST_BITS`] bits of a proximity card.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardBits {
    count: u8,
    /// The last bit is the lowest.
    value: u128,
}

impl CardBits {
    /// The first `count` bits of `bytes`, the highest bit of the first byte first. `None` where
    /// there are none, more than [`MOST_BITS`], or fewer in `bytes`.
    pub fn from_left_aligned(bytes: &[u8], count: usize) -> Option<Self> {
        let short = u8::try_from(count).ok().filter(|count| (1..=MOST_BITS).contains(count))?;
        let bytes = bytes.get(..count.div_ceil(8))?;
        let value = bytes.iter().fold(0_u128, |value, byte| (value << 8) | u128::from(*byte));
        Some(Self { count: short, value: value >> (bytes.len() * 8 - count) })
    }

    /// How many there are.
    pub fn count(&self) -> u8 {
        self.count
    }

    /// `count` bits from `first` on, counted from 0, as a number; `None` where they lie outside.
    pub fn reveal(&self, first: u8, count: u8) -> Option<u128> {
        let behind = self.count.checked_sub(first)?.checked_sub(count)?;
        let mask = u128::MAX.checked_shr(u32::from(MOST_BITS - count)).unwrap_or(0);
        Some((self.value >> behind) & mask)
    }
}

impl std::fmt::Debug for CardBits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "CardBits({} bits, [redacted])", self.count)
    }
}

/// 1 to [`LONGEST_TEXT`] visible ASCII characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardText {
    length: u8,
    bytes: [u8; LONGEST_TEXT],
}

impl CardText {
    /// From its characters; `None` where there are none or too many, or one is a space, a control
    /// character or no ASCII.
    pub fn new(characters: &[u8]) -> Option<Self> {
        if !(1..=LONGEST_TEXT).contains(&characters.len()) || !characters.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let mut text = Self { length: 0, bytes: [0; LONGEST_TEXT] };
        for (to, from) in text.bytes.iter_mut().zip(characters) {
            *to = *from;
            text.length += 1;
        }
        Some(text)
    }

    /// The characters.
    pub fn reveal(&self) -> &str {
        self.bytes.get(..usize::from(self.length)).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl std::fmt::Debug for CardText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CardText([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_has_four_seven_or_ten_bytes_and_is_no_random_one() {
        for length in 0..=12 {
            let uid = Uid::new(&vec![0x04; length]);
            assert_eq!(uid.is_ok(), matches!(length, 4 | 7 | 10), "{length}");
            assert!(uid.is_ok_and(|uid| uid.reveal().len() == length) || !matches!(length, 4 | 7 | 10));
        }
        assert_eq!(Uid::new(&[0x08, 1, 2, 3]), Err(CardRefusal::RandomUid));
        assert_eq!(Uid::new(&[0x88, 4, 1, 2]), Err(CardRefusal::PartOfUid));
        assert!(Uid::new(&[0x08, 1, 2, 3, 4, 5, 6]).is_ok());
    }

    #[test]
    fn the_manuals_26_bits_are_site_1_number_3() {
        let bits = CardBits::from_left_aligned(&[0x80, 0x80, 0x01, 0xc0], 26).unwrap();
        assert_eq!((bits.count(), bits.reveal(1, 8), bits.reveal(9, 16)), (26, Some(1), Some(3)));
        assert_eq!((bits.reveal(0, 26), bits.reveal(0, 27), bits.reveal(26, 1)), (Some(0x202_0007), None, None));
    }

    #[test]
    fn bits_are_as_many_as_there_are() {
        let all = CardBits::from_left_aligned(&[0xff; 16], 128).unwrap();
        assert_eq!((all.reveal(0, 128), all.reveal(5, 0)), (Some(u128::MAX), Some(0)));
        assert_eq!(CardBits::from_left_aligned(&[0; 17], 129), None);
        assert_eq!(CardBits::from_left_aligned(&[0; 3], 25), None);
        assert_eq!(CardBits::from_left_aligned(&[0; 3], 0), None);
    }

    #[test]
    fn nothing_of_a_card_shows_in_a_log() {
        let text = CardText::new(b"A-4711").unwrap();
        let uid = Uid::new(&[4, 7, 1, 1]).unwrap();
        let bits = CardBits::from_left_aligned(&[0x47, 0x11], 16).unwrap();
        let shown = [
            format!("{:?}", CardIdentifier::Em4100([0x47, 0x11, 1, 1, 4])),
            format!("{:?} {uid:?}", CardIdentifier::Iso14443a(uid)),
            format!("{:?} {bits:?}", CardIdentifier::Bits(bits)),
            format!("{:?} {text:?}", CardIdentifier::Text(text)),
        ];
        assert!(shown.iter().all(|shown| shown.contains("[redacted]") && !shown.contains("47")), "{shown:?}");
    }
}
