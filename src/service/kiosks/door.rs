//! The door of the kiosk listener: who shows no certificate that is good comes no further.
//!
//! TLS has judged signature, purpose and time by then; here the database says whether the
//! certificate is still the kiosk's, and whether the kiosk is revoked, anew for each request.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum_server::tls::TlsInfo;
use muwajaha_wire::kiosk::certificate_problem;

use super::authority::certificate_hash;
use crate::app::App;
use crate::fault::Fault;
use crate::store::KioskRow;

/// A kiosk that showed its certificate; known behind the door alone.
#[derive(Clone)]
pub(crate) struct KioskIdentity(pub(crate) KioskRow);

/// Under which the certificate that it showed is kept.
#[derive(Clone)]
pub(crate) struct ShownCertificate(pub(crate) String);

/// Lets known kiosks in; around every route of kiosks but the one by which they become known.
pub(crate) async fn know_the_kiosk(
    State(app): State<App>,
    Extension(connection): Extension<Arc<TlsInfo>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(shown) = connection.peer_certificates.first().map(|shown| certificate_hash(shown)) else {
        return unknown().into_response();
    };
    match app.store.kiosk_by_certificate(&shown).await {
        Ok(Some(kiosk)) if kiosk.revoked_at_ms.is_some() => {
            Fault::new(StatusCode::FORBIDDEN, certificate_problem::KIOSK_REVOKED, "This kiosk is revoked")
                .into_response()
        }
        Ok(Some(kiosk)) => {
            request.extensions_mut().insert(KioskIdentity(kiosk));
            request.extensions_mut().insert(ShownCertificate(shown));
            next.run(request).await
        }
        Ok(None) => unknown().into_response(),
        Err(error) => Fault::from(error).into_response(),
    }
}

pub(super) fn unknown() -> Fault {
    Fault::new(StatusCode::FORBIDDEN, certificate_problem::UNKNOWN_CERTIFICATE, "No kiosk is known by this certificate")
        .detail("only kiosks are served here: `muwajaha provision` makes a machine one, by a code of the office")
}

impl<S: Send + Sync> FromRequestParts<S> for KioskIdentity {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unknown)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ShownCertificate {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unknown)
    }
}
