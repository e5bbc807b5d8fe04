//! An authority of kiosks for tests, as the service has one.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use muwajaha_core::domain::KioskId;
use muwajaha_wire::provisioning::SignedOrder;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, SigningKey as _, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use sha2::{Digest as _, Sha256};

use super::{FreshKey, Identity, KeptIdentity};

static AUTHORITY: LazyLock<(Issuer<'static, KeyPair>, rcgen::Certificate)> = LazyLock::new(|| {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let certificate = params.self_signed(&key).unwrap();
    (Issuer::new(params, key), certificate)
});

/// Longer than any test's clock runs.
pub(crate) const ALWAYS: RangeInclusive<i32> = 1980..=4000;

/// Signs a request for the kiosk, good in these years.
pub(crate) fn sign(kiosk: &str, request: &str, years: RangeInclusive<i32>) -> String {
    let mut request = CertificateSigningRequestParams::from_pem(request).unwrap();
    request.params.distinguished_name.push(DnType::CommonName, kiosk);
    request.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    request.params.not_before = date_time_ymd(*years.start(), 1, 1);
    request.params.not_after = date_time_ymd(*years.end(), 12, 31);
    request.signed_by(&AUTHORITY.0).unwrap().pem()
}

/// SHA-256 of a certificate, in hexadecimal digits.
pub(crate) fn hash(certificate: &[u8]) -> String {
    hex::encode(Sha256::digest(certificate))
}

/// SHA-256 of the first certificate in this text, whatever stands around it.
pub(crate) fn hash_of_pem(text: &str) -> String {
    hash(&CertificateDer::from_pem_slice(text.as_bytes()).unwrap())
}

/// An identity that is kept nowhere yet.
pub(crate) fn identity(kiosk: &str, years: RangeInclusive<i32>) -> Identity {
    let key = FreshKey::generate().unwrap();
    let certificate = sign(kiosk, &key.request().unwrap(), years);
    Identity::new(KioskId::new(kiosk), "karkh".to_owned(), certificate, key.reveal()).unwrap()
}

/// An identity in this file.
pub(crate) fn kept_in(file: &Path, identity: Identity) -> Arc<KeptIdentity> {
    std::fs::write(file, identity.to_toml()).unwrap();
    KeptIdentity::of(identity, file)
}

/// The authority's certificate in PEM.
pub(crate) fn authority() -> String {
    AUTHORITY.1.pem()
}

/// A file for a technician's stick with this order.
pub(crate) fn sign_order(order: &str) -> String {
    let signature = AUTHORITY.0.key().sign(&SignedOrder::signed_bytes(order)).unwrap();
    serde_json::to_string(&SignedOrder { order: order.to_owned(), signature: hex::encode(signature) }).unwrap()
}

/// What a service that knows this authority judges certificates by; none is let in as well.
pub(crate) fn verifier() -> Arc<dyn ClientCertVerifier> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(AUTHORITY.1.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).allow_unauthenticated().build().unwrap()
}
