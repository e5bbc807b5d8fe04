//! Whom the kiosk trusts: the authority of `service.ca_file` alone where one is given, else the
//! public ones. One rustls configuration serves HTTP and WebSockets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

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

/// The TLS configuration of all connections to the service.
///
/// # Errors
/// [`TlsError`] names the file and the remedy.
pub fn client_config(authority: Option<&Path>) -> Result<Arc<rustls::ClientConfig>, TlsError> {
    let mut roots = rustls::RootCertStore::empty();
    match authority {
        Some(path) => {
            let refused = |problem: String| TlsError::Authority { path: path.to_owned(), problem };
            let certificates =
                CertificateDer::pem_file_iter(path).map_err(|error| refused(format!("cannot be read ({error})")))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| refused(format!("is no PEM file ({error})")))?;
                roots.add(certificate).map_err(|error| refused(format!("holds no usable authority ({error})")))?;
            }
            if roots.is_empty() {
                return Err(refused("holds no certificate".to_owned()));
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
