//! Whom the kiosk trusts, and what it shows of itself.
//!
//! It trusts the authority of `service.ca_file` alone where one is given, else the public ones. It
//! shows its certificate to its service once it has one, by TLS 1.3 only: in older ones a certificate,
//! and the word that it is refused, cross the wire in clear. One rustls configuration serves HTTP and WebSockets.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::AlertDescription;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WantsClientCert, WebPkiServerVerifier};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, SupportedProtocolVersion};

use crate::identity::KeptIdentity;

/// The only authorities that are trusted, and the file that they came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    path: PathBuf,
    pem: Vec<u8>,
}

impl Authority {
    /// Reads a PEM file.
    ///
    /// # Errors
    /// [`TlsError`] names the file and the remedy.
    pub fn read(path: &Path) -> Result<Self, TlsError> {
        let unreadable =
            |error| TlsError::Authority { path: path.to_owned(), problem: format!("cannot be read ({error})") };
        Ok(Self::from_file(path, std::fs::read(path).map_err(unreadable)?))
    }

    /// A PEM text that stood in this file.
    pub fn from_file(path: &Path, pem: Vec<u8>) -> Self {
        Self { path: path.to_owned(), pem }
    }

    /// The PEM text.
    pub fn pem(&self) -> &[u8] {
        &self.pem
    }
}

/// Why there is no trust.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The authority's file cannot be used.
    #[error("{path}: {problem}; give the PEM file of the authority that signed the service's certificate")]
    Authority {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// rustls would not have it.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// The configuration of a machine that is no kiosk yet.
///
/// # Errors
/// [`TlsError`] names the file and the remedy.
pub fn as_stranger(authority: Option<&Authority>) -> Result<Arc<ClientConfig>, TlsError> {
    Ok(Arc::new(trusting(authority, &[&TLS13])?.with_no_client_auth()))
}

/// The configuration of connections to TURN servers: they speak TLS 1.2 too, and our certificate is
/// none of their business.
///
/// # Errors
/// [`TlsError`] names the file and the remedy.
pub fn towards_relays(authority: Option<&Authority>) -> Result<Arc<ClientConfig>, TlsError> {
    Ok(Arc::new(trusting(authority, &[&TLS12, &TLS13])?.with_no_client_auth()))
}

/// The configuration of a kiosk's connections to its service.
///
/// # Errors
/// [`TlsError`] names the file and the remedy.
pub fn as_kiosk(authority: Option<&Authority>, identity: Arc<KeptIdentity>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut config = trusting(authority, &[&TLS13])?.with_client_cert_resolver(identity);
    // A session that is resumed shows the certificate of its beginning.
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// The configuration of a machine that is no kiosk yet and looks who is there: `wrap` puts something around
/// the verifier, to see what it sees.
///
/// # Errors
/// [`TlsError`] names the file and the remedy.
pub fn as_onlooker(
    authority: Option<&Authority>,
    wrap: impl FnOnce(Arc<WebPkiServerVerifier>) -> Arc<dyn ServerCertVerifier>,
) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots(authority)?), Arc::clone(&provider))
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13])?;
    Ok(builder.dangerous().with_custom_certificate_verifier(wrap(verifier)).with_no_client_auth())
}

fn trusting(
    authority: Option<&Authority>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions)?;
    Ok(builder.with_root_certificates(roots(authority)?))
}

/// Whom to believe: this authority alone, or the public ones.
fn roots(authority: Option<&Authority>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    match authority {
        Some(Authority { path, pem }) => {
            let refused = |problem: String| TlsError::Authority { path: path.clone(), problem };
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|error| refused(format!("is no PEM file ({error})")))?;
                roots.add(certificate).map_err(|error| refused(format!("holds no usable authority ({error})")))?;
            }
            if roots.is_empty() {
                return Err(refused("holds no certificate".to_owned()));
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    Ok(roots)
}

/// Whether somewhere in this error the service says that it does not take our certificate: it
/// ended, or another authority signed it.
#[allow(clippy::wildcard_enum_match_arm, reason = "every other fault is one of the line")]
pub(super) fn is_certificate_refused(error: &(dyn Error + 'static)) -> bool {
    let told = std::iter::successors(Some(error), |&error| match error.downcast_ref::<std::io::Error>() {
        // What an IO error wraps is not its source.
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    });
    told.filter_map(|error| error.downcast_ref::<rustls::Error>()).any(|error| match error {
        rustls::Error::AlertReceived(alert) => matches!(
            alert,
            AlertDescription::BadCertificate
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnknownCA
        ),
        _ => false,
    })
}
