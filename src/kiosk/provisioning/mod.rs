//! Making a kiosk known to its service: a technician's one-time code becomes the kiosk's identity.
//!
//! Runs once, from the command line. Doing it again harms nothing: an identity that the service
//! still accepts is kept, and an existing configuration is never overwritten. A code is good once, so
//! it is handed over only after the identity's file is known to be writable. The code and the token
//! reach no log.

mod identity;
mod private_file;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muwajaha_core::domain::{KioskId, Redacted};
use muwajaha_wire::kiosk::{ProvisionReply, ProvisionRequest};
use muwajaha_wire::problem::Problem;
use reqwest::Url;

pub use identity::{Identity, IdentityError};
use private_file::PrivateFile;

use crate::config;
use crate::net::tls::{self, TlsError};
use crate::net::{CallError, NetSettings, ServiceClient, Timings, random_jitter};

/// Why provisioning did not work.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// `--service`.
    #[error("--service: {0}")]
    Service(String),
    /// `--ca`.
    #[error("--ca: {0}")]
    Authority(#[from] TlsError),
    /// A file in the directory.
    #[error("{path}: {source}; give a directory that can be written to --dir")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The service did not take the code.
    #[error(
        "the service refuses the code ({0}): ask for a new one with \
         `muwajaha-service admin --config FILE kiosk-code ID`"
    )]
    CodeRefused(String),
    /// No usable answer.
    #[error("no answer from the service ({0}): check its address, its authority and the network")]
    Unreachable(String),
    /// The identity that is there already.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provisioned {
    /// The kiosk has a new identity.
    Anew(KioskId),
    /// The identity that was there is still accepted; the code was not used.
    AsBefore(KioskId),
}

/// What the command line says.
#[derive(Debug, Clone)]
pub struct Order {
    /// The service's kiosk listener.
    pub service: String,
    /// The technician's code.
    pub code: Redacted<String>,
    /// Where identity and configuration go.
    pub directory: PathBuf,
    /// The only authority to trust.
    pub authority: Option<PathBuf>,
}

/// Carries the order out.
///
/// # Errors
/// [`ProvisionError`] with the remedy.
pub async fn provision(order: &Order) -> Result<Provisioned, ProvisionError> {
    let service = config::service_url(&order.service).map_err(ProvisionError::Service)?;
    let tls = tls::client_config(order.authority.as_deref())?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ProvisionError::File { path, source }
    };
    fs::create_dir_all(&order.directory).map_err(failed(&order.directory))?;
    let identity_file = order.directory.join("identity.toml");
    let known = identity_file.exists().then(|| Identity::read(&identity_file)).transpose()?;
    let accepted = match known {
        Some(identity) => is_accepted(&service, &tls, &identity).await?.then_some(identity),
        None => None,
    };
    let done = match accepted {
        Some(identity) => Provisioned::AsBefore(identity.kiosk),
        None => {
            let file = PrivateFile::prepare(&identity_file).map_err(failed(&identity_file))?;
            let identity = redeem(&service, &tls, &order.code).await?;
            file.keep(&identity.to_toml()).map_err(failed(&identity_file))?;
            Provisioned::Anew(identity.kiosk)
        }
    };
    if let Some(authority) = &order.authority {
        let copy = order.directory.join("ca.pem");
        let text = fs::read(authority).map_err(failed(authority))?;
        if fs::read(&copy).ok().as_ref() != Some(&text) {
            fs::write(&copy, text).map_err(failed(&copy))?;
        }
    }
    let config_file = order.directory.join("kiosk.toml");
    if !config_file.exists() {
        fs::write(&config_file, config_text(&service, order.authority.is_some())).map_err(failed(&config_file))?;
    }
    Ok(done)
}

async fn is_accepted(
    service: &Url,
    tls: &Arc<rustls::ClientConfig>,
    identity: &Identity,
) -> Result<bool, ProvisionError> {
    let settings = NetSettings {
        service: service.clone(),
        kiosk: identity.kiosk.clone(),
        token: identity.token.clone(),
        tls: Arc::clone(tls),
        timings: Timings::default(),
        jitter: random_jitter(),
    };
    let client = ServiceClient::new(&settings).map_err(|error| ProvisionError::Unreachable(error.to_string()))?;
    match client.time().await {
        Ok(_) => Ok(true),
        Err(CallError::TokenRefused) => Ok(false),
        Err(error) => Err(ProvisionError::Unreachable(error.to_string())),
    }
}

async fn redeem(
    service: &Url,
    tls: &Arc<rustls::ClientConfig>,
    code: &Redacted<String>,
) -> Result<Identity, ProvisionError> {
    let timings = Timings::default();
    let unreachable = |error: reqwest::Error| {
        let error: &dyn std::error::Error = &error;
        let deepest = std::iter::successors(Some(error), |error| error.source()).last().unwrap_or(error);
        ProvisionError::Unreachable(deepest.to_string())
    };
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured((**tls).clone())
        .connect_timeout(timings.connect)
        .timeout(timings.answer)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(unreachable)?;
    let mut url = service.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["v1", "kiosk", "provision"]);
    }
    let request = ProvisionRequest { code: code.reveal().clone() };
    let answer = http.post(url).json(&request).send().await.map_err(unreachable)?;
    let status = answer.status();
    if status.is_client_error() {
        let problem = answer.json::<Problem>().await.map(|problem| problem.title).unwrap_or_default();
        return Err(ProvisionError::CodeRefused(format!("{status} {problem}")));
    }
    if !status.is_success() {
        return Err(ProvisionError::Unreachable(format!("it answers {status}")));
    }
    let reply: ProvisionReply = answer
        .json()
        .await
        .map_err(|_| ProvisionError::Unreachable("its answer is not of the contract's shape".to_owned()))?;
    Ok(Identity { kiosk: KioskId::new(reply.kiosk), facility: reply.facility, token: Redacted::new(reply.token) })
}

/// The example's text with this service, its authority, and directories beside it.
fn config_text(service: &Url, has_authority: bool) -> String {
    let text = config::EXAMPLE
        .replace("\"https://visits.example:8444\"", &format!("{:?}", service.as_str()))
        .replace("\"/var/lib/muwajaha\"", "\"store\"")
        .replace("\"/run/muwajaha\"", "\"runtime\"");
    if has_authority { text } else { text.replace("ca_file = ", "# ca_file = ") }
}
