//! Calls on the service's kiosk API: one method a call, every answer bounded in size and time.

use std::time::Duration;

use muwajaha_core::domain::{BookingId, Redacted, Utc};
use muwajaha_core::engine::{IceServer, JoinDescriptor};
use muwajaha_wire::kiosk::{
    EventBatch, EventRow, EventsAcknowledged, JoinReply, RelaysReply, RenewalReply, RenewalRequest, TimeReply,
};
use muwajaha_wire::problem::Problem;
use reqwest::header::{ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, RANGE, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::de::DeserializeOwned;

use super::{NetSettings, tls};
use crate::snapshot::SnapshotError;
use crate::store::{Batch, CachedSnapshot};
use crate::system::clock::{HeardTime, boot_now};

const SMALL_BODY: usize = 64 * 1024;
const SNAPSHOT_BODY: usize = 16 * 1024 * 1024;
const LONGEST_DOWNLOAD: Duration = Duration::from_secs(12 * 3600);
const LONGEST_WAIT_FOR_FILE: Duration = Duration::from_secs(30);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(600);

/// Why a call brought nothing. No variant repeats what the service said.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No connection, no trust, no answer in time.
    #[error("the service is out of reach: {0}")]
    Unreachable(String),
    /// 429 or 5xx.
    #[error("the service answers {status}")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// When to come again, where it said so.
        retry_after: Option<Duration>,
    },
    /// 401, 403, or the TLS handshake says so: this kiosk's certificate is good no more.
    #[error("the service refuses this kiosk's certificate: provision it anew")]
    NotAdmitted,
    /// Another 4xx, by its problem code.
    #[error("the service refuses the call: {status} {code}")]
    Problem {
        /// The HTTP status.
        status: u16,
        /// The problem's code, empty where it has none.
        code: String,
    },
    /// More than the call may bring.
    #[error("the answer is longer than this call allows")]
    BodyTooLarge,
    /// Not of the contract's shape.
    #[error("the answer to `{0}` is not of the contract's shape")]
    Malformed(&'static str),
    /// A snapshot that this kiosk does not understand.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl CallError {
    /// When the service wants to be called again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::Unreachable(_)
            | Self::NotAdmitted
            | Self::Problem { .. }
            | Self::BodyTooLarge
            | Self::Malformed(_)
            | Self::Snapshot(_) => None,
        }
    }
}

/// A client of the service's kiosk API.
#[derive(Debug)]
pub struct ServiceClient {
    http: reqwest::Client,
    service: Url,
}

impl ServiceClient {
    /// A client for these settings.
    ///
    /// # Errors
    /// Where the client cannot be built.
    pub fn new(settings: &NetSettings) -> Result<Self, CallError> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured((*settings.tls).clone())
            .connect_timeout(settings.timings.connect)
            .timeout(settings.timings.answer)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("muwajaha/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| CallError::Unreachable("the HTTP client cannot be built".to_owned()))?;
        Ok(Self { http, service: settings.service.clone() })
    }

    fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.service.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["v1", "kiosk"]).extend(path);
        }
        self.http.request(method, url)
    }

    /// The service's clock; half the round trip is its error.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn time(&self) -> Result<HeardTime, CallError> {
        let asked = boot_now();
        let answer = send(self.request(Method::GET, &["time"])).await?;
        let answered = boot_now();
        let reply: TimeReply = json(answer, "time").await?;
        let half = answered.since(asked) / 2;
        let error = half + Duration::from_millis(1);
        Ok(HeardTime { boot: answered, at: Utc::from_millis(reply.now_ms) + half, error })
    }

    /// The relays that calls use, with a credential that holds for a self-check.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn relays(&self) -> Result<Vec<IceServer>, CallError> {
        let answer = send(self.request(Method::GET, &["relays"])).await?;
        let reply: RelaysReply = json(answer, "relays").await?;
        let servers = reply.ice_servers.into_iter().map(|server| IceServer {
            url: server.urls,
            username: server.username.map(Redacted::new),
            credential: server.credential.map(Redacted::new),
        });
        Ok(servers.collect())
    }

    /// The room's snapshot; `None` where it is still the one with this ETag.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn snapshot(&self, etag: Option<&str>) -> Result<Option<CachedSnapshot>, CallError> {
        let mut request = self.request(Method::GET, &["snapshot"]);
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let answer = send(request).await?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let etag = answer.headers().get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = body(answer, SNAPSHOT_BODY).await?;
        let json = String::from_utf8(bytes).map_err(|_| CallError::Malformed("snapshot"))?;
        Ok(Some(CachedSnapshot { json, etag }))
    }

    /// Sends rows up; returns the last sequence that the service holds without a gap.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn send_rows(&self, batch: &Batch) -> Result<u64, CallError> {
        let events = batch
            .rows
            .iter()
            .map(|row| EventRow { sequence: row.sequence, body: row.body.clone(), chain: row.chain.clone() })
            .collect();
        let batch = EventBatch { epoch: batch.epoch.clone(), events };
        let answer = send(self.request(Method::POST, &["events"]).json(&batch)).await?;
        json::<EventsAcknowledged>(answer, "events").await.map(|reply| reply.acked_through)
    }

    /// The next certificate, for the key of `request`.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn renew(&self, certificate_request: String) -> Result<String, CallError> {
        let request = RenewalRequest { certificate_request };
        let answer = send(self.request(Method::POST, &["certificate"]).json(&request)).await?;
        json::<RenewalReply>(answer, "certificate").await.map(|reply| reply.certificate)
    }

    /// A file of an update from byte `from` on; its body may take hours.
    pub(crate) async fn update_file(&self, name: &str, from: u64) -> Result<Response, CallError> {
        let mut request = self.request(Method::GET, &["updates", name]).timeout(LONGEST_DOWNLOAD);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let answered = tokio::time::timeout(LONGEST_WAIT_FOR_FILE, send(request)).await;
        answered.map_err(|_| CallError::Unreachable("no answer in time".to_owned()))?
    }

    /// A short file of an update; `None` where the service has none.
    pub(crate) async fn small_update_file(&self, name: &str) -> Result<Option<Vec<u8>>, CallError> {
        match send(self.request(Method::GET, &["updates", name])).await {
            Ok(answer) => body(answer, SMALL_BODY).await.map(Some),
            Err(CallError::Problem { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The join descriptor of a booking, not yet validated.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn join(&self, booking: &BookingId) -> Result<JoinDescriptor, CallError> {
        let answer = send(self.request(Method::POST, &["bookings", booking.as_str(), "join"])).await?;
        let reply: JoinReply = json(answer, "join").await?;
        serde_json::from_value(reply.descriptor).map_err(|_| CallError::Malformed("join"))
    }
}

/// A call's token as an `Authorization` header that no log shows.
pub(super) fn bearer(token: &Redacted<String>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

async fn send(request: RequestBuilder) -> Result<Response, CallError> {
    let answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return Ok(answer);
    }
    if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        return Err(CallError::NotAdmitted);
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(CallError::Unavailable { status: status.as_u16(), retry_after: retry_after(answer.headers()) });
    }
    let problem = body(answer, SMALL_BODY).await.ok().and_then(|bytes| serde_json::from_slice::<Problem>(&bytes).ok());
    let code = problem.map(|problem| problem.code().to_owned()).unwrap_or_default();
    let code = code.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(64).collect();
    Err(CallError::Problem { status: status.as_u16(), code })
}

/// What a `Retry-After` in seconds asks for, within reason.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
}

/// The error's chain without its URL, which names a booking.
fn unreachable(error: reqwest::Error) -> CallError {
    let error = error.without_url();
    if tls::is_certificate_refused(&error) {
        return CallError::NotAdmitted;
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    CallError::Unreachable(text)
}

async fn body(mut answer: Response, limit: usize) -> Result<Vec<u8>, CallError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > limit {
            return Err(CallError::BodyTooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn json<Reply: DeserializeOwned>(answer: Response, call: &'static str) -> Result<Reply, CallError> {
    serde_json::from_slice(&body(answer, SMALL_BODY).await?).map_err(|_| CallError::Malformed(call))
}
