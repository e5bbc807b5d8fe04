//! What handlers take from a request: who asks, from where, and a body that is what it should be.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use muwajaha_core::domain::Redacted;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::fault::Fault;
use crate::secrets::hash_token;
use crate::store::ConnectorRow;

/// From where a request came; set by [`know_the_caller`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) IpAddr);

/// Notes the caller's address, refuses floods, and counts what was answered; around every route. The proxy is
/// the one whose word is believed, if any.
pub(crate) async fn know_the_caller(
    State((app, trusted_proxy)): State<(App, Option<IpAddr>)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let (began, path) = (Instant::now(), request.uri().path().to_owned());
    let address = caller_address(peer.ip(), trusted_proxy, request.headers());
    let response = match app.requests.take(address, began) {
        Ok(()) => {
            request.extensions_mut().insert(Caller(address));
            next.run(request).await
        }
        Err(seconds) => Fault::too_many(seconds).into_response(),
    };
    app.http.count(&path, response.status().as_u16(), began.elapsed());
    response
}

/// The peer, or what the one trusted proxy says of its own peer: the last entry, since a caller can
/// write all those before it.
fn caller_address(peer: IpAddr, trusted_proxy: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
    if trusted_proxy != Some(peer) {
        return peer;
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    last.and_then(|value| value.rsplit(',').next()).and_then(|entry| entry.trim().parse().ok()).unwrap_or(peer)
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        let found = parts.extensions.get::<Self>().copied();
        found.ok_or_else(|| Fault::unauthorised("the caller's address is unknown"))
    }
}

/// The bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A credential was refused: slows down whoever guesses.
fn refuse(app: &App, parts: &Parts) -> Fault {
    let Some(Caller(address)) = parts.extensions.get::<Caller>() else {
        return Fault::unauthorised("the caller's address is unknown");
    };
    match app.refused_credentials.take(*address, Instant::now()) {
        Ok(()) => Fault::unauthorised("send `Authorization: Bearer …` with a credential that was not revoked"),
        Err(seconds) => Fault::too_many(seconds),
    }
}

/// A connector that showed its credential.
pub(crate) struct ConnectorIdentity(pub(crate) ConnectorRow);

impl FromRequestParts<App> for ConnectorIdentity {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let Some(token) = bearer(&parts.headers) else { return Err(refuse(app, parts)) };
        match app.store.connector_by_token(&hash_token(token)).await? {
            Some(connector) if connector.revoked_at_ms.is_none() => Ok(Self(connector)),
            Some(_) | None => Err(refuse(app, parts)),
        }
    }
}

/// The office, with the admin credential.
pub(crate) struct AdminIdentity;

impl FromRequestParts<App> for AdminIdentity {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        match bearer(&parts.headers) {
            Some(token) if is_admin_token(app, token) => Ok(Self),
            Some(_) | None => Err(refuse(app, parts)),
        }
    }
}

/// Whoever watches the service, with the credential for that or the office's own.
pub(crate) struct MetricsIdentity;

impl FromRequestParts<App> for MetricsIdentity {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        match bearer(&parts.headers) {
            Some(token) if is_same(token, &app.metrics_token) || is_admin_token(app, token) => Ok(Self),
            Some(_) | None => Err(refuse(app, parts)),
        }
    }
}

pub(crate) fn is_admin_token(app: &App, token: &str) -> bool {
    is_same(token, &app.admin_token)
}

/// Compares in a time that tells nothing of the credential.
fn is_same(token: &str, credential: &Redacted<String>) -> bool {
    hash_token(token).as_bytes().ct_eq(hash_token(credential.reveal()).as_bytes()).into()
}

/// A JSON body; what is wrong with it is told with line and column, or with the field.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let status = rejection.status();
            if status == StatusCode::PAYLOAD_TOO_LARGE {
                Fault::new(status, "body-too-large", "The body is too large").detail("send fewer rows at a time")
            } else {
                Fault::new(status, "body-unreadable", "The body did not arrive whole")
            }
        })?;
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| describe(&error))?;
        deserializer.end().map_err(|error| malformed(&error))?;
        Ok(Self(value))
    }
}

/// What follows the question mark; what is wrong with it is told.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        read.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection| {
            let fault = Fault::new(StatusCode::BAD_REQUEST, "invalid-query", "The query cannot be as it is");
            fault.detail(rejection.body_text())
        })
    }
}

/// Names the field that is wrong, or the place where the text is no JSON.
pub(crate) fn describe(error: &serde_path_to_error::Error<serde_json::Error>) -> Fault {
    if !error.inner().is_data() {
        return malformed(error.inner());
    }
    let pointer: String = error.path().iter().map(segment).collect();
    let message = error.inner().to_string();
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let pointer = missing.map_or_else(|| pointer.clone(), |field| format!("{pointer}/{field}"));
    Fault::field("invalid-field", &pointer, message)
}

fn segment(segment: &serde_path_to_error::Segment) -> String {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => "/?".to_owned(),
    }
}

fn malformed(error: &serde_json::Error) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "malformed-json", "The body is no JSON").detail(error.to_string())
}

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_trusted_proxy_is_believed_and_only_its_last_word() {
        let (proxy, stranger): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "192.0.2.9".parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.1, 198.51.100.7".parse().unwrap());
        assert_eq!(caller_address(proxy, Some(proxy), &headers).to_string(), "198.51.100.7");
        assert_eq!(caller_address(stranger, Some(proxy), &headers), stranger);
        assert_eq!(caller_address(proxy, None, &headers), proxy);
    }
}
