//! The key of one reader: sixteen bytes that nobody could guess.

use crate::domain::Redacted;

const KEY_BYTES: usize = 16;
/// SCBK-D, the key that every reader knows until it is given its own (IEC 60839-11-5, annex D).
const DEFAULT_KEY: [u8; KEY_BYTES] = *b"0123456789:;<=>?";

/// A reader's secure channel base key (SCBK).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderKey(Redacted<[u8; KEY_BYTES]>);

/// Why text or bytes are no key for a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReaderKeyError {
    /// Not 32 hexadecimal digits.
    #[error("a reader's key is 32 hexadecimal digits: install one with `muwajaha reader install-key`")]
    Unreadable,
    /// The key that every reader knows.
    #[error("this is OSDP's default key, which everyone knows: install a key with `muwajaha reader install-key`")]
    Default,
    /// A pattern that is tried first.
    #[error("this key is a pattern that can be guessed: install a random one with `muwajaha reader install-key`")]
    Weak,
}

impl ReaderKey {
    /// From bytes that a random generator made.
    ///
    /// # Errors
    /// Where they are the default key or a pattern.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Result<Self, ReaderKeyError> {
        if bytes == DEFAULT_KEY {
            return Err(ReaderKeyError::Default);
        }
        if is_pattern(&bytes) {
            return Err(ReaderKeyError::Weak);
        }
        Ok(Self(Redacted::new(bytes)))
    }

    /// From 32 hexadecimal digits, as a key file holds them.
    ///
    /// # Errors
    /// A [`ReaderKeyError`] with its remedy.
    pub fn from_hex(text: &str) -> Result<Self, ReaderKeyError> {
        let bytes = hex::decode(text.trim()).map_err(|_| ReaderKeyError::Unreadable)?;
        Self::from_bytes(bytes.try_into().map_err(|_| ReaderKeyError::Unreadable)?)
    }

    /// The bytes, for whoever encrypts with them.
    pub fn reveal(&self) -> &[u8; KEY_BYTES] {
        self.0.reveal()
    }

    /// The 32 hexadecimal digits, for the key file and the child process.
    pub fn reveal_hex(&self) -> String {
        hex::encode(self.0.reveal())
    }
}

/// A constant step from byte to byte (all equal, ascending, descending), or up to eight bytes said
/// again.
fn is_pattern(bytes: &[u8; KEY_BYTES]) -> bool {
    let steps: Vec<u8> = bytes.iter().zip(bytes.iter().skip(1)).map(|(one, next)| next.wrapping_sub(*one)).collect();
    let has_one_step = steps.iter().all(|step| Some(step) == steps.first());
    let is_repeated =
        [2, 4, 8].into_iter().any(|period| bytes.iter().zip(bytes.iter().skip(period)).all(|(a, b)| a == b));
    has_one_step || is_repeated
}
