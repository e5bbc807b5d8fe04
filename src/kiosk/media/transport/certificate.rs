//! DTLS certificates: one of our own for each connection, and the peer's, told by its SHA-256.
//!
//! webrtcbin compares no fingerprint, so whoever can reach the port could speak as the visitor:
//! the comparison here is what the gate's opening rests on.

use muwajaha_core::engine::CertificateFingerprint;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

use crate::media::MediaError;

/// A certificate of our own.
pub(super) struct OwnCertificate {
    /// Certificate and key, as `dtlsdec.pem` wants them.
    pub pem: String,
    /// What our description must say of it.
    pub fingerprint: CertificateFingerprint,
}

impl OwnCertificate {
    /// A new ECDSA P-256 certificate that says nothing about this kiosk.
    pub(super) fn generate() -> Result<Self, MediaError> {
        let failed = |error: rcgen::Error| MediaError::build("certificate", error);
        let key = rcgen::KeyPair::generate().map_err(failed)?;
        let mut parameters = rcgen::CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "WebRTC");
        let certificate = parameters.self_signed(&key).map_err(failed)?;
        Ok(Self {
            pem: format!("{}{}", certificate.pem(), key.serialize_pem()),
            fingerprint: Sha256::digest(certificate.der()).into(),
        })
    }
}

/// The SHA-256 of a certificate in PEM; `None` where it is none.
pub(super) fn fingerprint_of_pem(pem: &str) -> Option<CertificateFingerprint> {
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
    Some(Sha256::digest(certificate.as_ref()).into())
}
