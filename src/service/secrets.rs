//! Secrets: the service's own key and what is derived from it, random tokens and their hashes.
//!
//! Tokens handed out are kept as SHA-256 only and found by that hash, so that no comparison takes
//! longer for a better guess. Files are written 0600 before a byte of the secret is in them.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use muwajaha_core::domain::Redacted;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The key from which all others are derived.
#[derive(Clone, Debug)]
pub(crate) struct ServiceSecret(Redacted<[u8; 32]>);

/// Which side of a call a socket token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// The kiosk's.
    Kiosk,
    /// The visitor's.
    Visitor,
}

/// What a socket token says; signed, so that it outlives a restart of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SocketGrant {
    /// Which side.
    pub(crate) side: Side,
    /// Which booking.
    pub(crate) booking: String,
    /// The page load or the join it was made for.
    pub(crate) instance: String,
    /// The kiosk, or the link's generation, that must still hold.
    pub(crate) bound_to: String,
    /// Made before the visit could be joined: good only until it can be.
    #[serde(default)]
    pub(crate) early: bool,
    /// UTC milliseconds from which it opens nothing, whatever became of the booking.
    pub(crate) expires_at_ms: i64,
}

impl ServiceSecret {
    /// Reads the key at `path`, or makes one.
    pub(crate) fn load_or_create(path: &Path) -> Result<Self, SecretError> {
        let text = load_or_create(path, || hex::encode(random::<32>()))?;
        let bytes = hex::decode(text.reveal().trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(|bytes| Self(Redacted::new(bytes))).ok_or_else(|| SecretError::Damaged(path.to_owned()))
    }

    /// A key for one purpose.
    fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, self.0.reveal())
            .expand(purpose.as_bytes(), &mut key)
            .unwrap_or_else(|_| unreachable!("32 bytes are within HKDF's reach"));
        key
    }

    /// The key of badge digests for this kiosk alone, in hexadecimal digits.
    pub(crate) fn badge_key(&self, kiosk: &str) -> Redacted<String> {
        Redacted::new(hex::encode(self.derive(&format!("badge-key/1/{kiosk}"))))
    }

    /// The token of a visitor's link: always the same for a booking and a generation, so that a
    /// repeated request can be answered though only the hash is stored.
    pub(crate) fn link_token(&self, booking: &str, generation: i64) -> String {
        let mut mac = hmac_sha256(&self.derive("visitor-link/1"));
        mac.update(format!("{booking}/{generation}").as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes().first_chunk::<24>().unwrap_or(&[0; 24]))
    }

    /// A token that opens one side of a call's signalling.
    pub(crate) fn sign_grant(&self, grant: &SocketGrant) -> String {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(grant).unwrap_or_default());
        let mut mac = hmac_sha256(&self.derive("socket-grant/1"));
        mac.update(payload.as_bytes());
        format!("{payload}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// What `token` grants at `now_ms`, if it is this service's, untouched and not expired.
    pub(crate) fn verify_grant(&self, token: &str, now_ms: i64) -> Option<SocketGrant> {
        let (payload, signature) = token.split_once('.')?;
        let mut mac = hmac_sha256(&self.derive("socket-grant/1"));
        mac.update(payload.as_bytes());
        mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let grant: SocketGrant = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        (now_ms < grant.expires_at_ms).then_some(grant)
    }
}

fn hmac_sha256(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"))
}

/// Random bytes from the operating system.
pub(crate) fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).unwrap_or_else(|_| unreachable!("Linux gives random bytes once it has booted"));
    bytes
}

/// A token of 256 random bits.
pub(crate) fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// An identifier: `prefix` and 80 random bits.
pub(crate) fn random_id(prefix: &str) -> String {
    format!("{prefix}-{}", hex::encode(random::<10>()))
}

/// Letters and digits that nobody mixes up when typing.
const CODE_ALPHABET: [char; 32] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y',
    'Z', '2', '3', '4', '5', '6', '7', '8', '9',
];

/// A provisioning code: its name, by which wrong attempts are counted, and its secret.
pub(crate) fn random_code() -> (String, String) {
    let letters: Vec<char> =
        random::<12>().iter().filter_map(|byte| CODE_ALPHABET.get(usize::from(byte % 32)).copied()).collect();
    let (name, secret) = letters.split_at(4);
    (name.iter().collect(), secret.iter().collect())
}

/// SHA-256 in hexadecimal digits: under which tokens are kept and found.
pub(crate) fn hash_token(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Why a secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("{0} holds no key: restore it from the backup; without it every link and badge digest changes")]
    Damaged(std::path::PathBuf),
    #[error("{path}: {source}")]
    File { path: std::path::PathBuf, source: std::io::Error },
}

/// The text of the secret file at `path`, made by `create` where there is none.
pub(crate) fn load_or_create(path: &Path, create: impl FnOnce() -> String) -> Result<Redacted<String>, SecretError> {
    let failed = |source| SecretError::File { path: path.to_owned(), source };
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => Err(SecretError::Damaged(path.to_owned())),
        Ok(text) => Ok(Redacted::new(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text = create();
            write_private(path, &text).map_err(failed)?;
            Ok(Redacted::new(text))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes `text` to `path`, readable by its owner alone, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> ServiceSecret {
        ServiceSecret(Redacted::new([7; 32]))
    }

    fn grant() -> SocketGrant {
        SocketGrant {
            side: Side::Visitor,
            booking: "bk-1".to_owned(),
            instance: "a".to_owned(),
            bound_to: "1".to_owned(),
            early: false,
            expires_at_ms: 1_000,
        }
    }

    #[test]
    fn a_socket_token_opens_until_it_expires() {
        let token = secret().sign_grant(&grant());
        assert_eq!(secret().verify_grant(&token, 999), Some(grant()));
        assert_eq!(secret().verify_grant(&token, 1_000), None);
    }

    #[test]
    fn a_socket_token_with_one_letter_changed_opens_nothing() {
        let token = secret().sign_grant(&grant());
        for index in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            assert!(secret().verify_grant(&forged, 0).is_none_or(|granted| granted == grant()), "letter {index}");
        }
        assert_eq!(ServiceSecret(Redacted::new([8; 32])).verify_grant(&token, 0), None);
    }

    #[test]
    fn a_link_is_the_same_again_and_another_after_renewal() {
        let link = secret().link_token("bk-1", 1);
        assert_eq!(link, secret().link_token("bk-1", 1));
        assert_ne!(link, secret().link_token("bk-1", 2));
        assert_ne!(link, secret().link_token("bk-2", 1));
        assert_eq!(link.len(), 32);
    }

    #[test]
    fn the_secret_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret.key");
        let first = ServiceSecret::load_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = ServiceSecret::load_or_create(&path).unwrap();
        assert_eq!(first.badge_key("K-01").reveal(), again.badge_key("K-01").reveal());
        std::fs::write(&path, "torn").unwrap();
        assert!(ServiceSecret::load_or_create(&path).unwrap_err().to_string().contains("restore it from the backup"));
    }
}
