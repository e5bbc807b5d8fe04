//! Making a kiosk known to its service: a technician's one-time code becomes the kiosk's identity.
//!
//! Runs once, from the command line. Doing it again harms nothing: an identity that the service
//! still accepts is kept, unless it is to be another one, and an existing configuration is never
//! overwritten. A code is good once, so it is handed over only after all is known to be in order here.
//! The key is made here; the code and the key reach no log.

mod introduction;
mod reach;
mod stick;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muwajaha_core::domain::{KioskId, Redacted};
use muwajaha_wire::kiosk::{ProvisionReply, ProvisionRequest};
use muwajaha_wire::problem::Problem;
use reqwest::{Response, StatusCode, Url};
use serde::Serialize;

use crate::config::{self, ConfigError, KioskConfig};
use crate::identity::{FreshKey, Identity, IdentityError, KeptIdentity, PrivateFile};
use crate::net::tls::{self, Authority, TlsError};
use crate::net::{CallError, NetSettings, ServiceClient, Timings, random_jitter};
pub use introduction::Introduced;
pub use reach::{ReachError, Reached, reach};
pub use stick::{StickError, file_on, kiosks_on, order_from_file};

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
    /// The configuration that is there already.
    #[error("{0}; mend it or move it away")]
    Config(#[from] ConfigError),
    /// It is for another service.
    #[error(
        "{path} names another service, or is of another mind about `ca_file`, than this command: \
         change its [service], or move it away"
    )]
    OtherService {
        /// The configuration.
        path: PathBuf,
    },
    /// The service did not take the code.
    #[error(
        "the service refuses the code ({0}): ask for a new one with \
         `muwajaha-service admin --config FILE kiosk-code ID`"
    )]
    CodeRefused(String),
    /// It is there and does not work.
    #[error("the service answers {0}: look at its log")]
    ServiceFailed(StatusCode),
    /// The office said no.
    #[error("the office refused this machine")]
    ApprovalRefused,
    /// The office said nothing.
    #[error("the office has not approved this machine in time: ask again")]
    ApprovalExpired,
    /// It counts too many attempts from here.
    #[error("the service counts too many attempts from here: wait a minute, then try again")]
    TooManyAttempts,
    /// No usable answer.
    #[error("no answer from the service ({0}): check its address, its authority, this machine's clock and the network")]
    Unreachable(String),
    /// The identity that is there already.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// No key.
    #[error("no key can be made: {0}")]
    Key(#[from] rcgen::Error),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provisioned {
    /// The kiosk has a new identity.
    Anew(KioskId),
    /// The identity that was there is still accepted; the code was not used.
    AsBefore(KioskId),
}

/// By what the service believes that this machine is to be a kiosk.
#[derive(Debug, Clone)]
pub enum Voucher {
    /// A technician's one-time code.
    Code(Redacted<String>),
    /// The office's word for a short code that this machine shows.
    Office,
}

/// What the command line, or the wizard, says.
#[derive(Debug, Clone)]
pub struct Order {
    /// The service's kiosk listener.
    pub service: String,
    /// By what the service is to believe it.
    pub voucher: Voucher,
    /// Where identity and configuration go.
    pub directory: PathBuf,
    /// The only authority to trust.
    pub authority: Option<Authority>,
    /// Use the code even though the service accepts the identity that is there.
    pub anew: bool,
}

/// Carries the order out. `told` is handed the short code that the office is to approve, where it is.
///
/// # Errors
/// [`ProvisionError`] with the remedy.
pub async fn provision(order: &Order, told: impl Fn(Introduced)) -> Result<Provisioned, ProvisionError> {
    let service = config::service_url(&order.service).map_err(ProvisionError::Service)?;
    let stranger = tls::as_stranger(order.authority.as_ref())?;
    fs::create_dir_all(&order.directory).map_err(failed(&order.directory))?;
    let config_file = order.directory.join("kiosk.toml");
    let has_config = config_file.exists();
    if has_config {
        agrees(&config_file, &service, order)?;
    }
    // All of it is on the disk before a code is used, and takes its name after; the configuration is the last.
    let mut files = Vec::new();
    if let Some(authority) = &order.authority {
        let copy = order.directory.join("ca.pem");
        if fs::read(&copy).ok().as_deref() != Some(authority.pem()) {
            files.push((PrivateFile::write(&copy, authority.pem()).map_err(failed(&copy))?, copy));
        }
    }
    if !has_config {
        let text = config_text(&service, order.authority.is_some(), &order.directory);
        let file = PrivateFile::write(&config_file, text.as_bytes()).map_err(failed(&config_file))?;
        files.push((file, config_file));
    }
    let identity_file = order.directory.join("identity.toml");
    let done = match accepted(&identity_file, &service, order).await? {
        Some(kiosk) => Provisioned::AsBefore(kiosk),
        None => {
            let file = PrivateFile::prepare(&identity_file).map_err(failed(&identity_file))?;
            let identity = match &order.voucher {
                Voucher::Code(code) => redeem(&service, &stranger, code).await?,
                Voucher::Office => introduction::approved(&service, &stranger, told).await?,
            };
            file.keep(&identity.to_toml()).map_err(failed(&identity_file))?;
            Provisioned::Anew(identity.kiosk)
        }
    };
    for (file, path) in files {
        file.take_name().map_err(failed(&path))?;
    }
    Ok(done)
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> ProvisionError {
    let path = path.to_owned();
    move |source| ProvisionError::File { path, source }
}

/// The configuration that is there leads to the service of this order.
fn agrees(config_file: &Path, service: &Url, order: &Order) -> Result<(), ProvisionError> {
    let config = KioskConfig::read(config_file)?;
    if config.service == *service && config.authority.is_some() == order.authority.is_some() {
        return Ok(());
    }
    Err(ProvisionError::OtherService { path: config_file.to_owned() })
}

/// The line may be closed before the word arrives that this certificate is refused (TLS 1.3 lets a client speak first).
const ASKED_TIMES: u32 = 3;

/// The kiosk that the service still knows this machine as, where that is to be asked.
async fn accepted(identity_file: &Path, service: &Url, order: &Order) -> Result<Option<KioskId>, ProvisionError> {
    if order.anew || !identity_file.try_exists().unwrap_or(true) {
        return Ok(None);
    }
    let identity = KeptIdentity::read(identity_file)?;
    let kiosk = identity.shown().kiosk.clone();
    let settings = NetSettings {
        service: service.clone(),
        kiosk: kiosk.clone(),
        tls: tls::as_kiosk(order.authority.as_ref(), Arc::clone(&identity))?,
        identity,
        timings: Timings::default(),
        jitter: random_jitter(),
    };
    let client = ServiceClient::new(&settings).map_err(|error| ProvisionError::Unreachable(error.to_string()))?;
    let mut last = None;
    for _ in 0..ASKED_TIMES {
        match client.time().await {
            Ok(_) => return Ok(Some(kiosk)),
            Err(CallError::NotAdmitted) => return Ok(None),
            Err(error) => last = Some(error.to_string()),
        }
    }
    Err(ProvisionError::Unreachable(last.unwrap_or_default()))
}

async fn redeem(
    service: &Url,
    tls: &Arc<rustls::ClientConfig>,
    code: &Redacted<String>,
) -> Result<Identity, ProvisionError> {
    let key = FreshKey::generate()?;
    let request = ProvisionRequest { code: code.reveal().clone(), certificate_request: key.request()? };
    let answer = post(service, tls, &["provision"], &request).await?;
    let status = answer.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(ProvisionError::TooManyAttempts);
    }
    if status.is_client_error() {
        let problem = answer.json::<Problem>().await.map(|problem| problem.title).unwrap_or_default();
        return Err(ProvisionError::CodeRefused(format!("{status} {problem}")));
    }
    if !status.is_success() {
        return Err(ProvisionError::ServiceFailed(status));
    }
    let reply = answer.json().await.map_err(|_| ProvisionError::not_of_the_contract())?;
    identity_of(reply, &key)
}

/// What the service gave, if it goes with this key.
fn identity_of(reply: ProvisionReply, key: &FreshKey) -> Result<Identity, ProvisionError> {
    let ProvisionReply { kiosk, facility, certificate } = reply;
    let identity = Identity::new(KioskId::new(kiosk), facility, certificate, key.reveal());
    identity.map_err(|_| ProvisionError::not_of_the_contract())
}

/// Says something to the kiosk listener, as a machine that is no kiosk yet.
async fn post(
    service: &Url,
    tls: &Arc<rustls::ClientConfig>,
    path: &[&str],
    body: &impl Serialize,
) -> Result<Response, ProvisionError> {
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
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(["v1", "kiosk"]).extend(path);
    }
    http.post(url).json(body).send().await.map_err(unreachable)
}

impl ProvisionError {
    fn not_of_the_contract() -> Self {
        Self::Unreachable("its answer is not of the contract's shape".to_owned())
    }
}

/// Where a kiosk's own machine keeps all of it (`systemd/`).
const MACHINES_DIRECTORY: &str = "/var/lib/muwajaha";

/// Where a kiosk provisioned in `directory` leaves its signs of life; a kiosk's own machine has the
/// runtime directory that its units make.
pub fn runtime_directory(directory: &Path) -> PathBuf {
    if directory == Path::new(MACHINES_DIRECTORY) { "/run/muwajaha".into() } else { directory.join("runtime") }
}

/// The example's text with this service, its authority, and directories beside it.
fn config_text(service: &Url, has_authority: bool, directory: &Path) -> String {
    let runtime = runtime_directory(directory);
    let runtime = format!("{:?}", runtime.strip_prefix(directory).unwrap_or(&runtime).display().to_string());
    let text = config::EXAMPLE
        .replace("\"https://visits.example:8444\"", &format!("{:?}", service.as_str()))
        .replace("\"/var/lib/muwajaha\"", "\"store\"")
        .replace("\"/run/muwajaha\"", &runtime);
    if has_authority { text } else { text.replace("ca_file = ", "# ca_file = ") }
}
