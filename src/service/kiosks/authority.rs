//! The authority of kiosks: signs the certificates by which they are known on their listener.
//!
//! One of the service's own, made once in the data directory, or the facility's by
//! `kiosk.client_ca`. Of a request it takes the public key alone; what the certificate says is said
//! here. A signature is not enough to be let in: the database knows which certificates are good.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use muwajaha_core::domain::Redacted;
use muwajaha_core::provisioning::ShortCode;
use muwajaha_wire::provisioning::{ProvisioningOrder, SignedOrder};
use rcgen::{
    CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SerialNumber, SigningKey as _, date_time_ymd,
};
use rustls::RootCertStore;
use rustls::pki_types::UnixTime;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use sha2::{Digest as _, Sha256};

use crate::config::ClientAuthority;
use crate::fault::Fault;
use crate::secrets::{load_or_create, random};
use crate::tls::{TlsError, certificates, ensure_authority, later, new_key, provider};

/// How long a certificate is good; its kiosk asks for the next one when two thirds are over.
const LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// It begins so much before it was signed: the service's clock may be set back a little.
const BEGINS_BEFORE: Duration = Duration::from_secs(60 * 60);
/// Nobody but this service believes in it, so that it may outlive the machines.
const OWN_AUTHORITY_DAYS: i32 = 30 * 365;
const LONGEST_REQUEST_BYTES: usize = 8 * 1024;

/// The authority, with its key.
pub(crate) struct KioskAuthority {
    issuer: Issuer<'static, KeyPair>,
    verifier: Arc<dyn ClientCertVerifier>,
}

/// A certificate that a kiosk is to be known by.
pub(crate) struct SignedCertificate {
    pub(crate) pem: String,
    pub(crate) hash: String,
}

impl KioskAuthority {
    /// Opens the facility's authority, or the one in the data directory, which is made where it is missing.
    pub(crate) fn open(given: Option<&ClientAuthority>, directory: &Path, now_ms: i64) -> Result<Self, TlsError> {
        let (certificate_path, key_path) = match given {
            Some(given) => (given.certificate.clone(), given.key.clone()),
            None => make_own(directory, now_ms)?,
        };
        let wrong = |path: &Path, problem: String| TlsError::KioskAuthority { path: path.to_owned(), problem };
        let key = std::fs::read_to_string(&key_path)
            .map(Redacted::new)
            .map_err(|source| TlsError::File { path: key_path.clone(), source })?;
        let key = KeyPair::from_pem(key.reveal())
            .map_err(|_| wrong(&key_path, "holds no private key in PEM that can be used (PKCS #8)".to_owned()))?;
        let trusted = certificates(&certificate_path)?;
        let unusable = |problem: &dyn std::fmt::Display| {
            let remedy = "give the PEM file of an authority that may sign certificates, its own first";
            wrong(&certificate_path, format!("{problem}; {remedy}"))
        };
        let first = trusted.first().ok_or_else(|| unusable(&"no certificate"))?;
        let issuer = Issuer::from_ca_cert_der(first, key).map_err(|error| unusable(&error))?;
        if !issuer.key_usages().is_empty() && !issuer.key_usages().contains(&KeyUsagePurpose::KeyCertSign) {
            return Err(unusable(&"its first certificate may not sign others"));
        }
        let mut roots = RootCertStore::empty();
        for certificate in trusted {
            roots.add(certificate).map_err(|error| unusable(&error))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
            .allow_unauthenticated()
            .build()
            .map_err(|error| unusable(&error))?;
        let authority = Self { issuer, verifier };
        if !authority.vouches_for_itself(now_ms) {
            return Err(wrong(
                &key_path,
                format!("is not the key of the first certificate in {}", certificate_path.display()),
            ));
        }
        Ok(authority)
    }

    /// Whether what it signs is believed: certificate and key may be of different authorities.
    fn vouches_for_itself(&self, now_ms: i64) -> bool {
        let trial = KeyPair::generate().ok().and_then(|key| {
            let params = params("trial", now_ms);
            params.signed_by(&key, &self.issuer).ok()
        });
        let now = UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(now_ms).unwrap_or_default()));
        trial.is_some_and(|trial| self.verifier.verify_client_cert(trial.der(), &[], now).is_ok())
    }

    /// Judges the certificates that are shown in handshakes.
    pub(crate) fn verifier(&self) -> Arc<dyn ClientCertVerifier> {
        Arc::clone(&self.verifier)
    }

    /// The file for a technician's stick.
    pub(crate) fn sign_order(&self, order: &ProvisioningOrder) -> Result<String, Fault> {
        let order = serde_json::to_string(order).unwrap_or_default();
        let signature = self.issuer.key().sign(&SignedOrder::signed_bytes(&order)).map_err(|error| {
            tracing::error!(%error, "a provisioning order could not be signed: look at `kiosk.client_ca`");
            Fault::internal()
        })?;
        let signed = SignedOrder { order, signature: hex::encode(signature) };
        Ok(serde_json::to_string(&signed).unwrap_or_default())
    }

    /// Signs a certificate of `kiosk` for the key of `request`, which the requester must hold.
    pub(crate) fn sign(&self, kiosk: &str, request: &str, now_ms: i64) -> Result<SignedCertificate, Fault> {
        let key = requested_key(request)?;
        let signed = params(kiosk, now_ms).signed_by(&key, &self.issuer).map_err(|error| {
            tracing::error!(%error, kiosk, "a kiosk's certificate could not be signed: look at `kiosk.client_ca`");
            Fault::internal()
        })?;
        Ok(SignedCertificate { pem: signed.pem(), hash: certificate_hash(signed.der()) })
    }
}

/// SHA-256 in hexadecimal digits: under which a certificate is kept and found.
pub(crate) fn certificate_hash(certificate: &[u8]) -> String {
    hex::encode(Sha256::digest(certificate))
}

/// What people compare to know a key again.
pub(crate) fn short_code(key: &impl PublicKeyData) -> ShortCode {
    ShortCode::of_key_sha256(Sha256::digest(key.subject_public_key_info()).into())
}

/// The key of a request whose signature proves that its sender holds it.
pub(crate) fn requested_key(request: &str) -> Result<impl PublicKeyData, Fault> {
    let refused = |detail: &str| Fault::field("invalid-field", "/certificate_request", detail);
    if request.len() > LONGEST_REQUEST_BYTES {
        return Err(refused("at most 8 KiB"));
    }
    let read = CertificateSigningRequestParams::from_pem(request)
        .map_err(|error| refused(&format!("{error}: send a signed PKCS #10 request in PEM")))?;
    if read.public_key.algorithm() != &PKCS_ECDSA_P256_SHA256 {
        return Err(refused("send a request for an ECDSA key on P-256"));
    }
    Ok(read.public_key)
}

fn params(kiosk: &str, now_ms: i64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, kiosk);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    let mut serial: [u8; 16] = random();
    if let Some(first) = serial.first_mut() {
        // Positive, and of the same length always.
        *first = *first & 0x7f | 0x40;
    }
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    let now = date_time_ymd(1970, 1, 1) + Duration::from_millis(u64::try_from(now_ms).unwrap_or_default());
    params.not_before = now - BEGINS_BEFORE;
    params.not_after = now + LIFE;
    params
}

fn make_own(directory: &Path, now_ms: i64) -> Result<(PathBuf, PathBuf), TlsError> {
    let (certificate, key_path) = (directory.join("kiosk-ca.pem"), directory.join("kiosk-ca-key.pem"));
    let key = KeyPair::from_pem(load_or_create(&key_path, new_key)?.reveal())?;
    let now = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default();
    let today = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    ensure_authority(&certificate, &key, "Muwajaha kiosks", later(today, OWN_AUTHORITY_DAYS), today)?;
    Ok((certificate, key_path))
}
