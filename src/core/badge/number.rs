//! The one badge number of a card, whichever reader reads it.
//!
//! Version 1 of the rules: an EM4100 card carries 40 bits, an 8-bit version and a 32-bit number. What
//! is printed on it and what Wiegand readers deliver leave the version out, so the badge number is the
//! 32-bit number alone, most significant byte first. Version 2, for all other kinds, the kind being a
//! part of the number: a UID is its 4, 7 or 10 bytes, UID0 first; a site and number are kept with the
//! card's count of bits; text is kept character by character. A card that had another number under the
//! facility's earlier mapping is looked up by both, so that a change of rules orphans no badge.

use serde::{Deserialize, Serialize};

use super::card::{CardText, Uid};
use crate::domain::Redacted;

/// A version of the normalisation rules; stored beside every digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NormalisationVersion(pub u16);

impl NormalisationVersion {
    /// The rules of EM4100 numbers.
    pub const EM4100: Self = Self(1);
    /// The rules of every other kind.
    pub const WITH_KIND: Self = Self(2);
}

/// A card's number after normalisation: never logged, never stored by the kiosk. Two are equal when
/// they are the same number by today's rules.
#[derive(Clone)]
pub struct BadgeNumber {
    number: Redacted<Number>,
    earlier: Option<Redacted<Number>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Number {
    Em4100(u32),
    Uid(Uid),
    SiteAndNumber(SiteAndNumber),
    Text(CardText),
}

/// What a card of a site carries.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SiteAndNumber {
    /// How many bits the card has, parity and all: 26 for H10301.
    pub bits: u8,
    /// The site, also called facility code.
    pub site: u32,
    /// The number within it.
    pub number: u32,
}

impl std::fmt::Debug for SiteAndNumber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SiteAndNumber([redacted])")
    }
}

impl PartialEq for BadgeNumber {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for BadgeNumber {}

impl std::hash::Hash for BadgeNumber {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl std::fmt::Debug for BadgeNumber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("BadgeNumber([redacted])")
    }
}

impl BadgeNumber {
    pub(super) fn new(number: Number) -> Self {
        Self { number: Redacted::new(number), earlier: None }
    }

    /// From the five bytes of an EM4100 card, version byte first.
    pub fn from_em4100([_version, a, b, c, d]: [u8; 5]) -> Self {
        Self::new(Number::Em4100(u32::from_be_bytes([a, b, c, d])))
    }

    /// From the 32-bit number of an EM4100 card.
    pub fn from_em4100_number(number: u32) -> Self {
        Self::new(Number::Em4100(number))
    }

    /// From a UID.
    pub fn from_uid(uid: Uid) -> Self {
        Self::new(Number::Uid(uid))
    }

    /// From a site and number.
    pub fn from_site_and_number(site: SiteAndNumber) -> Self {
        Self::new(Number::SiteAndNumber(site))
    }

    /// From what a plain-text reader prints.
    pub fn from_text(text: CardText) -> Self {
        Self::new(Number::Text(text))
    }

    /// The same badge, which earlier rules gave the number of `earlier`.
    #[must_use]
    pub fn known_earlier_as(mut self, earlier: &Self) -> Self {
        self.earlier = Some(earlier.number.clone());
        self
    }

    /// The version of the rules that this number is made by.
    pub fn normalisation_version(&self) -> NormalisationVersion {
        self.number.reveal().version()
    }

    pub(super) fn reveal(&self) -> &Number {
        self.number.reveal()
    }

    /// Today's number, then the one of earlier rules.
    pub(super) fn all(&self) -> impl Iterator<Item = &Number> {
        std::iter::once(self.number.reveal()).chain(self.earlier.iter().map(Redacted::reveal))
    }
}

impl Number {
    pub(super) fn version(&self) -> NormalisationVersion {
        match self {
            Self::Em4100(_) => NormalisationVersion::EM4100,
            Self::Uid(_) | Self::SiteAndNumber(_) | Self::Text(_) => NormalisationVersion::WITH_KIND,
        }
    }

    /// Hands the bytes that a digest covers to `take`, in order: the version in two bytes; from
    /// version 2 on the kind in one; the number, whose length its kind or the end tells.
    pub(super) fn digested(&self, mut take: impl FnMut(&[u8])) {
        take(&self.version().0.to_be_bytes());
        match self {
            Self::Em4100(number) => take(&number.to_be_bytes()),
            Self::Uid(uid) => {
                take(&[2]);
                take(uid.reveal());
            }
            Self::SiteAndNumber(SiteAndNumber { bits, site, number }) => {
                take(&[3, *bits]);
                take(&site.to_be_bytes());
                take(&number.to_be_bytes());
            }
            Self::Text(text) => {
                take(&[4]);
                take(text.reveal().as_bytes());
            }
        }
    }
}
