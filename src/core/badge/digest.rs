//! Digests of badge numbers: what the service sends and the kiosk keeps instead of the numbers.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::number::{BadgeNumber, NormalisationVersion, Number};
use crate::domain::Redacted;

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
    /// The digest of `badge` under this key, by today's rules.
    pub fn digest(&self, badge: &BadgeNumber) -> BadgeDigest {
        self.digest_number(badge.reveal())
    }

    /// Every digest that `badge` may be enrolled by: of today's rules first, of earlier ones after.
    pub fn digests(&self, badge: &BadgeNumber) -> impl Iterator<Item = BadgeDigest> {
        badge.all().map(|number| self.digest_number(number))
    }

    fn digest_number(&self, number: &Number) -> BadgeDigest {
        let secret = self.secret.reveal().as_bytes();
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret)
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        number.digested(|bytes| mac.update(bytes));
        BadgeDigest {
            key_id: self.id.clone(),
            normalisation_version: number.version(),
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
