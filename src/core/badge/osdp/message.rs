//! What the kiosk and its OSDP child say to each other: one JSON value a datagram.
//!
//! Everything the child says is of another process, fed by bytes from outside, and is read as such:
//! bounded, with unknown words refused.

use serde::{Deserialize, Serialize};

use super::guard::Loss;
use crate::badge::{CardBits, CardIdentifier, CardRefusal, FrameCounts, Latency, ReaderCondition, ReaderFeedback, Uid};
use crate::domain::Redacted;

/// The longest datagram that is read.
pub const LONGEST_MESSAGE_BYTES: usize = 2048;

/// From the kiosk to its child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ToPanel {
    /// The first word, once.
    Begin(Begin),
    /// Light and buzzer.
    Show(ReaderFeedback),
}

/// What a child needs to know, and all that it ever knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    /// The reader's address, 0 to 126.
    pub address: u8,
    /// Bits a second on the line.
    pub baud: u32,
    /// The reader's key: 32 hexadecimal digits.
    pub key: Redacted<String>,
    /// What for.
    pub purpose: Purpose,
}

/// What a child is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To read badges, from a reader that proves to know the key.
    Read,
    /// To give the key to a reader that still has the default one. No badge is told.
    InstallKey,
}

/// From the child to the kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FromPanel {
    /// The reader knows the key: everything from here on is encrypted and signed.
    Secured(ReaderIdentity),
    /// A card.
    Card(ToldCard),
    /// The reader's case was opened or closed, its power fails or is back.
    Condition(ReaderCondition),
    /// What the line carried so far.
    Counts(FrameCounts),
    /// How fast the reader answers.
    Latency(Latency),
    /// Over; the child ends.
    Lost(Loss),
}

/// What a reader says of itself (PDID and PDCAP).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReaderIdentity {
    /// IEEE OUI of the vendor.
    pub vendor: [u8; 3],
    /// The vendor's model number.
    pub model: u8,
    /// The model's version.
    pub version: u8,
    /// Serial number.
    pub serial: [u8; 4],
    /// Firmware: major, minor, build.
    pub firmware: [u8; 3],
    /// Function code, compliance level, number of items: SIA OSDP, annex B.
    pub capabilities: Vec<[u8; 3]>,
}

/// A card as the reader saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldCard {
    /// How the reader calls it.
    pub format: CardFormat,
    /// How many bits count.
    pub bits: u16,
    /// The bits, first bit highest, as hexadecimal digits.
    pub hex: Redacted<String>,
}

/// The format that a reader names (osdp_RAW, byte 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardFormat {
    /// Bits without a format: a chip's own number.
    Unspecified,
    /// Bits with Wiegand's parity.
    Wiegand,
}

impl ToldCard {
    /// The card, as any other reader would tell it: bits without a format that are as many as a
    /// chip's own number has are that number, all others go by the facility's formats.
    ///
    /// # Errors
    /// Why it can be no badge.
    pub fn identifier(&self) -> Result<CardIdentifier, CardRefusal> {
        let bytes = hex::decode(self.hex.reveal()).map_err(|_| CardRefusal::UnknownKind)?;
        match (self.format, self.bits) {
            (CardFormat::Unspecified, 32 | 56 | 80) => Uid::new(&bytes).map(CardIdentifier::Iso14443a),
            (CardFormat::Unspecified, 40) => {
                bytes.try_into().map(CardIdentifier::Em4100).map_err(|_| CardRefusal::UnknownKind)
            }
            (CardFormat::Unspecified | CardFormat::Wiegand, bits) => {
                let bits = CardBits::from_left_aligned(&bytes, usize::from(bits));
                bits.map(CardIdentifier::Bits).ok_or(CardRefusal::UnknownFormat)
            }
        }
    }
}
