//! The one badge number of a card, whichever reader reads it, and its digest.
//!
//! Rules, version 1: an EM4100 card carries 40 bits, an 8-bit version and a 32-bit number. The
//! number printed on the card and what Wiegand readers deliver leave the version out, so the badge
//! number is the 32-bit number alone, most significant byte first.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::domain::Redacted;

/// The version of the rules in this module; stored beside every digest, so that a change of rules
/// orphans no enrolled badge.
pub const NORMALISATION_VERSION: NormalisationVersion = NormalisationVersion(1);

/// A version of the normalisation rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NormalisationVersion(pub u16);

/// A card's number after normalisation: never logged, never stored by the kiosk.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BadgeNumber(Redacted<u32>);

impl std::fmt::Debug for BadgeNumber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("BadgeNumber([redacted])")
    }
}

/// Why typed text is no badge number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TypedNumberError {
    /// Neither of the forms that cards carry.
    #[error("a badge number is the ten digits printed on the card, or ten hexadecimal digits after `0x`")]
    Unreadable,
    /// More than 32 bits.
    #[error("the ten digits are above 4294967295, which no card carries: read them again")]
    TooLarge,
}

impl BadgeNumber {
    /// From the five bytes of an EM4100 card, version byte first.
    pub fn from_em4100([_version, a, b, c, d]: [u8; 5]) -> Self {
        Self(Redacted::new(u32::from_be_bytes([a, b, c, d])))
    }

    /// From what a person types: the decimal number printed on the card, or `0x` and the ten
    /// hexadecimal digits of the full EM4100 code.
    ///
    /// # Errors
    /// [`TypedNumberError`], fit to show beside the field.
    pub fn from_typed(text: &str) -> Result<Self, TypedNumberError> {
        let text = text.trim();
        if let Some(digits) = text.strip_prefix("0x") {
            let bytes = hex::decode(digits).map_err(|_| TypedNumberError::Unreadable)?;
            let bytes: [u8; 5] = bytes.try_into().map_err(|_| TypedNumberError::Unreadable)?;
            return Ok(Self::from_em4100(bytes));
        }
        if text.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TypedNumberError::Unreadable);
        }
        text.parse().map(|number| Self(Redacted::new(number))).map_err(|_| TypedNumberError::TooLarge)
    }

    /// The ten decimal digits printed on the card; for the service's store and a technician's eyes.
    pub fn reveal_printed(&self) -> String {
        format!("{:010}", self.0.reveal())
    }
}

/// Which key a digest was made under.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BadgeKeyId(pub String);

/// A kiosk's own key for badge digests, derived by the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadgeKey {
    /// The key's name, beside every digest made with it.
    pub id: BadgeKeyId,
    /// 32 bytes in hexadecimal digits.
    pub secret: Redacted<String>,
}

impl BadgeKey {
    /// The digest of `badge` under this key.
    pub fn digest(&self, badge: &BadgeNumber) -> BadgeDigest {
        let secret = self.secret.reveal().as_bytes();
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret)
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        mac.update(&NORMALISATION_VERSION.0.to_be_bytes());
        mac.update(&badge.0.reveal().to_be_bytes());
        BadgeDigest {
            key_id: self.id.clone(),
            normalisation_version: NORMALISATION_VERSION,
            hmac_sha256: hex::encode(mac.finalize().into_bytes()),
        }
    }
}

/// A pseudonym for a badge number: good against a casual look, no secret (32 bits fall in minutes
/// to whoever holds the key).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BadgeDigest {
    /// The key it was made under.
    pub key_id: BadgeKeyId,
    /// The rules its badge number was made by.
    pub normalisation_version: NormalisationVersion,
    /// HMAC-SHA256 in hexadecimal digits.
    pub hmac_sha256: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_number_and_the_card_are_one_badge() {
        let read = BadgeNumber::from_em4100([0x01, 0x00, 0x45, 0xdc, 0x95]);
        assert_eq!(BadgeNumber::from_typed("0004578453"), Ok(read.clone()));
        assert_eq!(BadgeNumber::from_typed("0x010045dc95"), Ok(read.clone()));
        assert_eq!(read.reveal_printed(), "0004578453");
    }

    #[test]
    fn what_no_card_carries_is_refused_with_its_remedy() {
        assert_eq!(BadgeNumber::from_typed("12"), Err(TypedNumberError::Unreadable));
        assert_eq!(BadgeNumber::from_typed("9999999999"), Err(TypedNumberError::TooLarge));
    }

    #[test]
    fn a_badge_number_shows_in_no_log() {
        assert_eq!(format!("{:?}", BadgeNumber::from_em4100([1, 2, 3, 4, 5])), "BadgeNumber([redacted])");
    }
}
