//! A key that was made just now, and the request for its certificate.

use muwajaha_core::domain::Redacted;
use muwajaha_core::provisioning::ShortCode;
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _};
use sha2::{Digest as _, Sha256};

/// An ECDSA key on P-256 that no file holds yet.
pub(crate) struct FreshKey(KeyPair);

impl FreshKey {
    /// Makes one.
    pub(crate) fn generate() -> Result<Self, rcgen::Error> {
        KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map(Self)
    }

    /// The request in PEM. It names nobody: who asks is known by the code, or by the certificate at hand.
    pub(crate) fn request(&self) -> Result<String, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.serialize_request(&self.0)?.pem()
    }

    /// What people compare to know this key again.
    pub(crate) fn short_code(&self) -> ShortCode {
        ShortCode::of_key_sha256(Sha256::digest(self.0.subject_public_key_info()).into())
    }

    /// The private key in PEM.
    pub(crate) fn reveal(&self) -> Redacted<String> {
        Redacted::new(self.0.serialize_pem())
    }
}
