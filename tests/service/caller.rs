//! Who asks at the doors of a house: by a credential, or by a kiosk's certificate.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use reqwest::Client;
use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder};

use super::{Door, House};

pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Somebody who asks: with a credential, without one where it is empty, or by a certificate.
pub(crate) trait Caller {
    fn token(&self) -> Option<&str> {
        None
    }

    fn client(&self) -> Option<&Client> {
        None
    }
}

impl Caller for &str {
    fn token(&self) -> Option<&str> {
        (!self.is_empty()).then_some(self)
    }
}

impl Caller for &String {
    fn token(&self) -> Option<&str> {
        (!self.is_empty()).then_some(self)
    }
}

impl Caller for &Machine {
    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }
}

/// A machine with a kiosk's certificate and its key.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) certificate: CertificateDer<'static>,
    client: Client,
    pub(super) trust: Arc<ClientConfig>,
}

impl Machine {
    /// Shows this certificate to the service of this authority.
    pub(crate) fn new(certificate: &str, key: &KeyPair, authority: &Path) -> Self {
        let shown = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let private = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        let trust = trusting(authority).with_client_auth_cert(vec![shown.clone()], private).unwrap();
        // Each request is a handshake of its own.
        let client = Client::builder().tls_backend_preconfigured(trust.clone()).timeout(LONGEST_WAIT);
        let client = client.pool_max_idle_per_host(0).build().unwrap();
        Self { certificate: shown, client, trust: Arc::new(trust) }
    }

    /// A request that no handshake lets through.
    pub(crate) async fn is_cut_off(&self, house: &House) -> bool {
        self.client.get(house.url(Door::Kiosk, "/v1/kiosk/time")).send().await.is_err()
    }
}

/// A certificate request for this key.
pub(crate) fn request_for(key: &KeyPair) -> String {
    CertificateParams::default().serialize_request(key).unwrap().pem().unwrap()
}

pub(super) fn trusting(authority: &Path) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
    ClientConfig::builder().with_root_certificates(roots)
}
