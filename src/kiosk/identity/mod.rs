//! Who this kiosk is: its name, and the certificate and key that prove it to the service.
//!
//! One file holds all of it, for the kiosk alone, and is only ever replaced as a whole, so that a key
//! never stands beside another key's certificate. The key is made here and leaves this machine never.

mod kept;
mod key;
mod private_file;
#[cfg(test)]
pub(crate) mod signer;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use muwajaha_core::domain::{KioskId, Redacted, Utc};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde::Deserialize;
use x509_parser::prelude::{FromDer as _, X509Certificate};

pub use kept::KeptIdentity;
pub(crate) use key::FreshKey;
pub(crate) use private_file::PrivateFile;

/// Who this kiosk is. There is none whose certificate and key do not go together.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The kiosk's id, also the name painted on its case.
    pub kiosk: KioskId,
    /// Its facility.
    pub facility: String,
    certificate: String,
    key: Redacted<String>,
    certified: Arc<CertifiedKey>,
    life: Life,
}

/// From when until when a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Life {
    from: Utc,
    until: Utc,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Not there, or not readable.
    #[error("{path}: {source}; run `muwajaha provision --service URL --code CODE --dir DIR` first")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not what provisioning wrote.
    #[error("{path} is not what `muwajaha provision` wrote: move it away and provision this kiosk anew")]
    Broken {
        /// Which file.
        path: PathBuf,
    },
}

/// The certificate is none, or not for this key.
#[derive(Debug, thiserror::Error)]
#[error("the certificate is none, or not for this kiosk's key")]
pub struct NoProof;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kiosk: KioskId,
    facility: String,
    certificate: String,
    key: Redacted<String>,
}

impl Identity {
    /// An identity of these parts, both texts in PEM.
    ///
    /// # Errors
    /// Where they do not go together.
    pub fn new(kiosk: KioskId, facility: String, certificate: String, key: Redacted<String>) -> Result<Self, NoProof> {
        let chain: Vec<_> =
            CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<_, _>>().map_err(|_| NoProof)?;
        let life = chain.first().and_then(|leaf| Life::of(leaf)).ok_or(NoProof)?;
        let private = PrivateKeyDer::from_pem_slice(key.reveal().as_bytes()).map_err(|_| NoProof)?;
        let provider = rustls::crypto::ring::default_provider();
        let certified = CertifiedKey::from_der(chain, private, &provider).map_err(|_| NoProof)?;
        Ok(Self { kiosk, facility, certificate, key, certified: Arc::new(certified), life })
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`IdentityError`]; never with the file's content, which is secret.
    pub fn read(path: &Path) -> Result<Self, IdentityError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| IdentityError::Unreadable { path: path.to_owned(), source })?;
        let broken = || IdentityError::Broken { path: path.to_owned() };
        let File { kiosk, facility, certificate, key } = toml::from_str(&text).map_err(|_| broken())?;
        Self::new(kiosk, facility, certificate, key).map_err(|_| broken())
    }

    /// The file's text.
    pub(crate) fn to_toml(&self) -> String {
        let Self { kiosk, facility, certificate, key, .. } = self;
        let line = |key: &str, value: &str| format!("{key} = {}\n", toml::Value::String(value.to_owned()));
        line("kiosk", kiosk.as_str())
            + &line("facility", facility)
            + &line("certificate", certificate)
            + &line("key", key.reveal())
    }

    /// From when on it is time for the next certificate: two thirds of this one's life are over.
    pub fn renewal_due_at(&self) -> Utc {
        let life = self.life.until.as_millis().saturating_sub(self.life.from.as_millis());
        self.life.from + Duration::from_millis(u64::try_from(life / 3 * 2).unwrap_or_default())
    }

    /// When its certificate ends.
    pub fn ends_at(&self) -> Utc {
        self.life.until
    }
}

impl Life {
    fn of(certificate: &[u8]) -> Option<Self> {
        let (_, read) = X509Certificate::from_der(certificate).ok()?;
        let validity = read.validity();
        let instant = |time: x509_parser::time::ASN1Time| Utc::from_millis(time.timestamp().saturating_mul(1000));
        Some(Self { from: instant(validity.not_before), until: instant(validity.not_after) })
    }
}
