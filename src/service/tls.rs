//! Certificates: the configured ones, or an authority of this service's own in the data directory.
//!
//! The authority is made once; its `ca.pem` is what kiosks and browsers of a demo or a closed
//! network trust. The server certificate is made anew when the names change or it nears its end.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use muwajaha_core::provisioning::AuthorityDigits;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::ClientCertVerifier;
use sha2::{Digest as _, Sha256};

use crate::clock::Clock;
use crate::config::{Config, Tls};
use crate::secrets::{SecretError, load_or_create, write_private};

/// The server certificate holds for this long and is made anew within its last tenth.
const SERVER_DAYS: i32 = 397;
const RENEWED_BEFORE_END_DAYS: i32 = 40;
const AUTHORITY_YEARS: i32 = 10;

/// Why there is no certificate to serve with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{path}: {source}")]
    File { path: std::path::PathBuf, source: std::io::Error },
    #[error("{path}: no PEM {what} in it")]
    NoPem { path: std::path::PathBuf, what: &'static str },
    #[error("certificate and key do not go together: {0}")]
    Rustls(#[from] rustls::Error),
    #[error("`tls.self_signed_names`: {0}; write host names and IP addresses")]
    Authority(#[from] rcgen::Error),
    #[error("{path}: {problem}")]
    KioskAuthority { path: std::path::PathBuf, problem: String },
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// What the listeners of visitors and of the office serve with: TLS 1.2 and 1.3, HTTP/1.1.
pub(crate) fn server_config(tls: &Tls, data_directory: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let (chain, key) = server_certificate(tls, data_directory)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// What the listener of kiosks serves with: TLS 1.3 alone, in which a client's certificate and the
/// word that it is refused are encrypted. Nothing is resumed, so that each connection shows the
/// certificate of its own time, judged by the service's clock.
pub(crate) fn kiosk_server_config(
    tls: &Tls,
    data_directory: &Path,
    clients: Arc<dyn ClientCertVerifier>,
    clock: &Clock,
) -> Result<Arc<ServerConfig>, TlsError> {
    let (mut chain, key) = server_certificate(tls, data_directory)?;
    if tls.certificate.is_none() {
        // A machine that is no kiosk yet shows its authority to be compared.
        chain.extend(certificates(&data_directory.join("ca.pem"))?);
    }
    let mut config = ServerConfig::builder_with_details(provider(), Arc::new(clock.clone()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// The service's own authority in PEM, where its certificate is by that one.
pub(crate) fn own_authority(config: &Config) -> Option<String> {
    let is_own = config.tls.certificate.is_none();
    is_own.then(|| std::fs::read_to_string(config.data_directory.join("ca.pem")).ok()).flatten()
}

/// The digits by which a technician knows the authority again that the kiosk listener shows, where it shows one.
pub(crate) fn authority_digits(config: &Config) -> Option<String> {
    let shown = match &config.tls.certificate {
        Some(chain) => certificates(chain).ok().filter(|chain| chain.len() > 1)?,
        None => certificates(&config.data_directory.join("ca.pem")).ok()?,
    };
    let digest = Sha256::digest(shown.last()?);
    Some(AuthorityDigits::of_sha256(digest.into()).as_str().to_owned())
}

pub(crate) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

type ChainAndKey = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn server_certificate(tls: &Tls, data_directory: &Path) -> Result<ChainAndKey, TlsError> {
    let (chain_path, key_path) = match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
        _ => {
            ensure_self_signed(&tls.self_signed_names, data_directory, jiff::Timestamp::now())?;
            (data_directory.join("server.pem"), data_directory.join("server-key.pem"))
        }
    };
    let key = PrivateKeyDer::from_pem_file(&key_path)
        .map_err(|_| TlsError::NoPem { path: key_path.clone(), what: "private key" })?;
    Ok((certificates(&chain_path)?, key))
}

/// All certificates of a PEM file, of which there is at least one.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let no_pem = || TlsError::NoPem { path: path.to_owned(), what: "certificate" };
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    read.ok().filter(|certificates| !certificates.is_empty()).ok_or_else(no_pem)
}

/// Makes authority and server certificate where they are missing, outdated or for other names.
fn ensure_self_signed(names: &[String], directory: &Path, now: jiff::Timestamp) -> Result<(), TlsError> {
    let today = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let (authority_path, server_path) = (directory.join("ca.pem"), directory.join("server.pem"));
    let authority_key = KeyPair::from_pem(load_or_create(&directory.join("ca-key.pem"), new_key)?.reveal())?;
    ensure_authority(
        &authority_path,
        &authority_key,
        "Muwajaha visit service authority",
        later(today, AUTHORITY_YEARS * 365),
        today,
    )?;
    let note_path = directory.join("server.names");
    let mut names = names.to_vec();
    names.sort_unstable();
    names.dedup();
    let wanted = names.join(" ");
    if server_path.exists() && is_current(&note_path, &wanted, today) {
        return Ok(());
    }
    let authority_text = std::fs::read_to_string(&authority_path)
        .map_err(|source| TlsError::File { path: authority_path.clone(), source })?;
    let issuer = Issuer::from_ca_cert_pem(&authority_text, authority_key)?;
    let server_key = KeyPair::generate()?;
    let until = later(today, SERVER_DAYS);
    let certificate = server_params(names, today, until)?.signed_by(&server_key, &issuer)?;
    let key_path = directory.join("server-key.pem");
    write_private(&key_path, &server_key.serialize_pem())
        .map_err(|source| TlsError::File { path: key_path.clone(), source })?;
    write(&server_path, &certificate.pem())?;
    write(&note_path, &format!("{until}\n{wanted}\n"))
}

/// Makes an authority's certificate where there is none yet.
pub(crate) fn ensure_authority(
    path: &Path,
    key: &KeyPair,
    name: &str,
    until: Date,
    today: Date,
) -> Result<(), TlsError> {
    if path.exists() {
        return Ok(());
    }
    write(path, &authority_params(name, until, today)?.self_signed(key)?.pem())
}

pub(crate) fn new_key() -> String {
    KeyPair::generate().map(|key| key.serialize_pem()).unwrap_or_default()
}

fn is_current(note_path: &Path, wanted: &str, today: Date) -> bool {
    let Ok(note) = std::fs::read_to_string(note_path) else { return false };
    let mut lines = note.lines();
    let until = lines.next().and_then(|line| line.parse::<Date>().ok());
    until.is_some_and(|until| later(today, RENEWED_BEFORE_END_DAYS) < until) && lines.next() == Some(wanted)
}

fn authority_params(name: &str, until: Date, today: Date) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, today, until);
    Ok(params)
}

fn server_params(names: Vec<String>, today: Date, until: Date) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Muwajaha visit service");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, today, until);
    Ok(params)
}

/// From the day before, so that a clock that is a little slow accepts it.
fn set_validity(params: &mut CertificateParams, today: Date, until: Date) {
    let instant =
        |date: Date| date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs());
    params.not_before = instant(later(today, -1));
    params.not_after = instant(until);
}

pub(crate) fn later(date: Date, days: i32) -> Date {
    date.saturating_add(jiff::Span::new().days(days))
}

fn write(path: &Path, text: &str) -> Result<(), TlsError> {
    std::fs::write(path, text).map_err(|source| TlsError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starting_again_keeps_the_certificate_until_names_or_time_change() {
        let directory = tempfile::tempdir().unwrap();
        let make = |names: &[&str], at: &str| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            ensure_self_signed(&names, directory.path(), at.parse().unwrap()).unwrap();
            let read = |file| std::fs::read_to_string(directory.path().join(file)).unwrap();
            (read("ca.pem"), read("server.pem"))
        };
        let first = make(&["localhost", "127.0.0.1"], "2026-11-24T00:00:00Z");
        assert_eq!(first, make(&["127.0.0.1", "localhost"], "2026-12-24T00:00:00Z"));
        let renamed = make(&["visit.example"], "2026-12-24T00:00:00Z");
        assert_eq!(first.0, renamed.0);
        assert_ne!(first.1, renamed.1);
        let renewed = make(&["visit.example"], "2027-12-24T00:00:00Z");
        assert_eq!(first.0, renewed.0);
        assert_ne!(renamed.1, renewed.1);
    }

    #[test]
    fn a_name_that_is_none_is_refused_with_its_key() {
        let directory = tempfile::tempdir().unwrap();
        let names = ["نام".to_owned()];
        let error = ensure_self_signed(&names, directory.path(), jiff::Timestamp::now()).unwrap_err();
        assert!(error.to_string().starts_with("`tls.self_signed_names`"), "{error}");
    }
}
