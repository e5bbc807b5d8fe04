//! The keyed chain through the record: each row's value is an HMAC over the one before and its
//! exact bytes, so that a changed, removed or inserted row is found.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A chain value: HMAC-SHA256.
pub(super) type Link = [u8; 32];

/// The chain's key: 32 random bytes that never leave the store directory.
#[derive(Clone)]
pub(super) struct ChainKey(pub(super) [u8; 32]);

impl ChainKey {
    fn link(&self, parts: &[&[u8]]) -> Link {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0)
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The value that stands before an epoch's first row.
    pub(super) fn genesis(&self, epoch: &str, previous_head: &str) -> Link {
        self.link(&[b"muwajaha record\n", epoch.as_bytes(), b"\n", previous_head.as_bytes()])
    }

    /// The value of a row with this body after `previous`.
    pub(super) fn next(&self, previous: &Link, body: &str) -> Link {
        self.link(&[previous, body.as_bytes()])
    }
}
