//! A facility's mapping from cards to badge numbers: `[reader.badges]` of the configuration.
//!
//! All kiosks of a facility share it, or one card would be two badges. Without it: an EM4100 card is
//! its 32-bit number, a UID is itself, and a card of 26 bits is HID's H10301: an even parity bit over
//! the first 13 bits, 8 bits of site, 16 bits of number, an odd parity bit over the last 13 (HID's
//! tech tip 5 and RF IDeas' learning centre print the same picture).

use serde::{Deserialize, Serialize};

use super::card::{CardBits, CardIdentifier, CardRefusal, MOST_BITS, Uid};
use super::number::{BadgeNumber, SiteAndNumber};
use super::typed::USUAL_BITS;

const MOST_FORMATS: usize = 8;
const MOST_PARITIES: usize = 4;

/// `[reader.badges]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BadgeRules {
    /// What an EM4100 card is.
    pub em4100: Em4100Rule,
    /// What cards of so many bits are, one entry a count of bits.
    pub formats: Vec<BitsFormat>,
}

impl Default for BadgeRules {
    fn default() -> Self {
        Self { em4100: Em4100Rule::default(), formats: vec![BitsFormat::h10301()] }
    }
}

/// What an EM4100 card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Em4100Rule {
    /// Its 32-bit number, printed on it in ten digits.
    #[default]
    Number,
    /// The lower 24 bits as site and number, printed on it as `070,56469`: for a facility that has
    /// readers with a 26-bit Wiegand output too. Badges enrolled by the ten digits stay valid; those
    /// enrolled by site and number do not when a facility goes back, for 24 bits do not tell which
    /// of 256 cards was meant.
    SiteAndNumber,
}

/// What a card of so many bits is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitsFormat {
    /// How many bits the card has, parity and all; 2 to 128.
    pub bits: u8,
    /// What they are.
    pub means: BitsMeaning,
    /// Where the site lies; for a site and number alone.
    #[serde(default)]
    pub site: Option<BitRange>,
    /// Where the number or the UID lies.
    pub number: BitRange,
    /// Whether the bytes of a UID or an EM4100 number come last byte first.
    #[serde(default)]
    pub reversed: bool,
    /// Ranges in which the count of ones is even, their parity bit among them.
    #[serde(default)]
    pub even_parity: Vec<BitRange>,
    /// Ranges in which it is odd.
    #[serde(default)]
    pub odd_parity: Vec<BitRange>,
}

/// What bits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BitsMeaning {
    /// A site, up to 32 bits, and a number, up to 32.
    SiteAndNumber,
    /// The 32-bit number of an EM4100 card.
    Em4100,
    /// A UID of 32, 56 or 80 bits.
    Uid,
}

/// Bits in a row; the first bit of a card is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitRange {
    /// The first.
    pub from: u8,
    /// How many.
    pub count: u8,
}

/// What is wrong with [`BadgeRules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadgeRulesError {
    /// Too many formats.
    #[error("reader.badges.formats: at most 8")]
    TooManyFormats,
    /// Two formats for one count of bits.
    #[error("reader.badges.formats: two are for cards of {0} bits; leave one")]
    Twice(u8),
    /// Not 2 to 128 bits.
    #[error("reader.badges.formats: bits = {0}; a card has 2 to 128")]
    Bits(u8),
    /// A range lies outside the card.
    #[error("reader.badges.formats: a range of the card of {0} bits is empty or reaches past its end")]
    Range(u8),
    /// Lengths that do not fit the meaning.
    #[error(
        "reader.badges.formats: for the card of {0} bits give `site` and `number` of up to 32 bits (site-and-number), \
         a `number` of 32 (em4100), or one of 32, 56 or 80 (uid)"
    )]
    Meaning(u8),
}

impl BadgeRules {
    /// Checks them.
    ///
    /// # Errors
    /// The first fault, with its remedy.
    pub fn validate(&self) -> Result<(), BadgeRulesError> {
        if self.formats.len() > MOST_FORMATS {
            return Err(BadgeRulesError::TooManyFormats);
        }
        for (index, format) in self.formats.iter().enumerate() {
            if self.formats.iter().skip(index + 1).any(|other| other.bits == format.bits) {
                return Err(BadgeRulesError::Twice(format.bits));
            }
            format.validate()?;
        }
        Ok(())
    }

    /// The one badge number of a card.
    ///
    /// # Errors
    /// Why the card can be no badge.
    pub fn badge(&self, card: &CardIdentifier) -> Result<BadgeNumber, CardRefusal> {
        match card {
            CardIdentifier::Em4100(bytes) => Ok(self.em4100(BadgeNumber::from_em4100(*bytes), *bytes)),
            CardIdentifier::Iso14443a(uid) => Ok(BadgeNumber::from_uid(*uid)),
            CardIdentifier::Bits(bits) => {
                let format = self.formats.iter().find(|format| format.bits == bits.count());
                self.bits(format.ok_or(CardRefusal::UnknownFormat)?, bits)
            }
            CardIdentifier::Text(text) => Ok(BadgeNumber::from_text(*text)),
        }
    }

    fn em4100(&self, number: BadgeNumber, [_version, _, site, high, low]: [u8; 5]) -> BadgeNumber {
        match self.em4100 {
            Em4100Rule::Number => number,
            Em4100Rule::SiteAndNumber => {
                let (site, low) = (u32::from(site), u32::from(u16::from_be_bytes([high, low])));
                BadgeNumber::from_site_and_number(SiteAndNumber { bits: USUAL_BITS, site, number: low })
                    .known_earlier_as(&number)
            }
        }
    }

    fn bits(&self, format: &BitsFormat, bits: &CardBits) -> Result<BadgeNumber, CardRefusal> {
        let ones = |range: &BitRange| bits.reveal(range.from, range.count).map(u128::count_ones);
        let is_even = format.even_parity.iter().all(|range| ones(range).is_some_and(|ones| ones % 2 == 0));
        let is_odd = format.odd_parity.iter().all(|range| ones(range).is_some_and(|ones| ones % 2 == 1));
        if !is_even || !is_odd {
            return Err(CardRefusal::WrongParity);
        }
        let number = format.number(bits).ok_or(CardRefusal::UnknownFormat)?;
        match format.means {
            BitsMeaning::SiteAndNumber => {
                let field = |range: BitRange| u32::try_from(bits.reveal(range.from, range.count)?).ok();
                let site = format.site.and_then(field).ok_or(CardRefusal::UnknownFormat)?;
                let number = field(format.number).ok_or(CardRefusal::UnknownFormat)?;
                Ok(BadgeNumber::from_site_and_number(SiteAndNumber { bits: format.bits, site, number }))
            }
            BitsMeaning::Em4100 => match number.as_slice() {
                &[a, b, c, d] => Ok(self.em4100(BadgeNumber::from_em4100([0, a, b, c, d]), [0, a, b, c, d])),
                _ => Err(CardRefusal::UnknownFormat),
            },
            BitsMeaning::Uid => Uid::new(&number).map(BadgeNumber::from_uid),
        }
    }
}

impl BitsFormat {
    /// HID's open format of 26 bits.
    pub fn h10301() -> Self {
        Self {
            bits: USUAL_BITS,
            means: BitsMeaning::SiteAndNumber,
            site: Some(BitRange { from: 1, count: 8 }),
            number: BitRange { from: 9, count: 16 },
            reversed: false,
            even_parity: vec![BitRange { from: 0, count: 13 }],
            odd_parity: vec![BitRange { from: 13, count: 13 }],
        }
    }

    fn validate(&self) -> Result<(), BadgeRulesError> {
        if !(2..=MOST_BITS).contains(&self.bits) {
            return Err(BadgeRulesError::Bits(self.bits));
        }
        let parities = self.even_parity.len().max(self.odd_parity.len());
        let mut ranges = self.even_parity.iter().chain(&self.odd_parity).chain(&self.site).chain([&self.number]);
        let is_inside = |range: &BitRange| {
            range.count > 0 && u16::from(range.from) + u16::from(range.count) <= u16::from(self.bits)
        };
        if parities > MOST_PARITIES || !ranges.all(is_inside) {
            return Err(BadgeRulesError::Range(self.bits));
        }
        let fits = match self.means {
            BitsMeaning::SiteAndNumber => {
                self.site.is_some_and(|site| site.count <= 32) && self.number.count <= 32 && !self.reversed
            }
            BitsMeaning::Em4100 => self.site.is_none() && self.number.count == 32,
            BitsMeaning::Uid => self.site.is_none() && matches!(self.number.count, 32 | 56 | 80),
        };
        if fits { Ok(()) } else { Err(BadgeRulesError::Meaning(self.bits)) }
    }

    /// The bytes of the number's range, first byte first.
    fn number(&self, bits: &CardBits) -> Option<Vec<u8>> {
        let value = bits.reveal(self.number.from, self.number.count)?;
        let length = usize::from(self.number.count.div_ceil(8));
        let mut bytes: Vec<u8> = value.to_be_bytes().into_iter().skip(16 - length).collect();
        if self.reversed {
            bytes.reverse();
        }
        Some(bytes)
    }
}

/// The bits of an H10301 card, with its parities.
pub(super) fn h10301_bits(site: u8, number: u16) -> Option<CardBits> {
    let [high, low] = number.to_be_bytes();
    let payload = u32::from_be_bytes([0, site, high, low]);
    let even = (payload >> 12).count_ones() % 2;
    let odd = 1 - (payload & 0xfff).count_ones() % 2;
    let all = (even << 25) | (payload << 1) | odd;
    CardBits::from_left_aligned(&(all << 6).to_be_bytes(), usize::from(USUAL_BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rules: &BadgeRules, bytes: &[u8], count: usize) -> Result<String, CardRefusal> {
        let bits = CardBits::from_left_aligned(bytes, count).unwrap();
        rules.badge(&CardIdentifier::Bits(bits)).map(|badge| badge.reveal_typed())
    }

    #[test]
    fn the_manuals_card_is_site_1_number_3_and_a_flipped_bit_is_refused() {
        let rules = BadgeRules::default();
        assert_eq!(read(&rules, &[0x80, 0x80, 0x01, 0xc0], 26), Ok("1/00003".to_owned()));
        for bit in 0..26_usize {
            let mut bytes = [0x80, 0x80, 0x01, 0xc0];
            bytes[bit / 8] ^= 0x80 >> (bit % 8);
            assert_eq!(read(&rules, &bytes, 26), Err(CardRefusal::WrongParity), "bit {bit}");
        }
        assert_eq!(read(&rules, &[0x80, 0x80, 0x01, 0xc0], 27), Err(CardRefusal::UnknownFormat));
    }

    #[test]
    fn bits_are_made_as_they_are_read() {
        let rules = BadgeRules::default();
        for (site, number) in [(1, 3), (0, 0), (255, 65535), (123, 45678)] {
            let card = CardIdentifier::Bits(h10301_bits(site, number).unwrap());
            assert_eq!(rules.badge(&card).unwrap().reveal_typed(), format!("{site}/{number:05}"));
        }
        assert_eq!(h10301_bits(1, 3), CardBits::from_left_aligned(&[0x80, 0x80, 0x01, 0xc0], 26));
    }

    #[test]
    fn an_em4100_card_is_one_badge_beside_readers_with_26_bits_and_the_enrolled_one_stays() {
        let rules = BadgeRules { em4100: Em4100Rule::SiteAndNumber, ..BadgeRules::default() };
        let badge = rules.badge(&CardIdentifier::Em4100([0x01, 0x00, 0x45, 0xdc, 0x95])).unwrap();
        let over_wiegand = CardIdentifier::Bits(h10301_bits(0x45, 0xdc95).unwrap());
        assert_eq!(rules.badge(&over_wiegand).unwrap(), badge);
        assert_eq!(badge.reveal_typed(), "69/56469");
        let earlier: Vec<_> = badge.all().map(|number| BadgeNumber::new(*number).reveal_typed()).collect();
        assert_eq!(earlier, ["69/56469", "0004578453"]);
    }

    #[test]
    fn uids_and_em4100_numbers_come_out_of_raw_bits() {
        let whole = |bits, means, reversed| BitsFormat {
            bits,
            means,
            site: None,
            number: BitRange { from: 0, count: bits },
            reversed,
            even_parity: vec![],
            odd_parity: vec![],
        };
        let mut rules = BadgeRules {
            formats: vec![whole(32, BitsMeaning::Em4100, false), whole(56, BitsMeaning::Uid, true)],
            ..BadgeRules::default()
        };
        assert_eq!(rules.validate(), Ok(()));
        assert_eq!(read(&rules, &[0x00, 0x45, 0xdc, 0x95], 32), Ok("0004578453".to_owned()));
        assert_eq!(read(&rules, &[7, 6, 5, 4, 3, 2, 4], 56), Ok("04:02:03:04:05:06:07".to_owned()));
        rules.formats = vec![whole(32, BitsMeaning::Uid, false)];
        assert_eq!(read(&rules, &[0x08, 1, 2, 3], 32), Err(CardRefusal::RandomUid));
    }

    #[test]
    fn wrong_rules_are_refused() {
        let with = |change: fn(&mut BitsFormat)| {
            let mut format = BitsFormat::h10301();
            change(&mut format);
            BadgeRules { formats: vec![format], ..BadgeRules::default() }.validate()
        };
        assert_eq!(BadgeRules::default().validate(), Ok(()));
        assert_eq!(with(|format| format.bits = 129), Err(BadgeRulesError::Bits(129)));
        assert_eq!(with(|format| format.bits = 25), Err(BadgeRulesError::Range(25)));
        assert_eq!(with(|format| format.site = None), Err(BadgeRulesError::Meaning(26)));
        assert_eq!(with(|format| format.means = BitsMeaning::Uid), Err(BadgeRulesError::Meaning(26)));
        let twice = BadgeRules { formats: vec![BitsFormat::h10301(); 2], ..BadgeRules::default() };
        assert_eq!(twice.validate(), Err(BadgeRulesError::Twice(26)));
        let many = BadgeRules { formats: vec![BitsFormat::h10301(); 9], ..BadgeRules::default() };
        assert_eq!(many.validate(), Err(BadgeRulesError::TooManyFormats));
    }
}
