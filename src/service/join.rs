//! Joining a call: what a kiosk gets inside the join window, for one call, never stored.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use muwajaha_core::domain::{BookingId, Redacted, Utc};
use muwajaha_core::engine::{DirectVariant, EngineVariant, JoinDescriptor};
use muwajaha_wire::kiosk::{JoinReply, join_problem};

use crate::app::App;
use crate::extract::Json;
use crate::fault::Fault;
use crate::kiosks::KioskIdentity;
use crate::secrets::{Side, SocketGrant, random_id};
use crate::store::{BookingRow, FacilityRow};
use crate::turn::ice_servers;

/// A signed token opens nothing this long after the slot it was made for, even if that was moved.
pub(crate) const GRANT_OUTLIVES_SLOT_MS: i64 = 4 * 60 * 60 * 1000;

/// `POST /v1/kiosk/bookings/{booking}/join`
#[utoipa::path(post, path = "/v1/kiosk/bookings/{booking}/join", tag = "kiosk", security(("kiosk_certificate" = [])),
    params(("booking" = String, Path, description = "Booking id")),
    responses((status = 200, body = JoinReply), (status = 403, body = muwajaha_wire::problem::Problem),
        (status = 404, body = muwajaha_wire::problem::Problem), (status = 409, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn join(
    State(app): State<App>,
    KioskIdentity(kiosk): KioskIdentity,
    Path(booking): Path<String>,
    headers: HeaderMap,
) -> Result<Json<JoinReply>, Fault> {
    let row = app.store.booking(&booking).await?.filter(|row| row.facility == kiosk.facility);
    let row = row.ok_or_else(|| Fault::unknown("booking"))?;
    let facility = app.store.facility(&row.facility).await?.ok_or_else(|| Fault::unknown("facility"))?;
    may_join(&row, &facility, &kiosk.id, app.clock.now_ms())?;
    // The visit does not wait for this: the kiosk's own record tells its end, whatever is concluded here.
    if let Err(error) = app.store.mark_joined(&row.id, app.clock.now_ms()).await {
        tracing::warn!(%error, booking = row.id, "that the kiosk joins could not be kept: free the disk");
    }
    let descriptor = descriptor(&app, &row, &facility, &signalling_front(&app, &headers)?);
    tracing::info!(booking = row.id, kiosk = kiosk.id, "kiosk joins");
    Ok(Json(JoinReply { descriptor: serde_json::to_value(descriptor).unwrap_or_default() }))
}

/// From when on a visit may be joined.
pub(crate) fn opens_at_ms(row: &BookingRow, facility: &FacilityRow) -> i64 {
    row.starts_at_ms - facility.join_before_start_seconds * 1000
}

fn may_join(row: &BookingRow, facility: &FacilityRow, kiosk: &str, now_ms: i64) -> Result<(), Fault> {
    if row.cancelled_at_ms.is_some() {
        return Err(Fault::conflict(join_problem::CANCELLED, "the booking was cancelled"));
    }
    if row.outcome.is_some() {
        return Err(Fault::conflict(join_problem::ALREADY_ENDED, "the visit has ended"));
    }
    if row.kiosk != kiosk {
        return Err(Fault::conflict(join_problem::AT_ANOTHER_KIOSK, format!("the visit is at kiosk {}", row.kiosk)));
    }
    if now_ms < opens_at_ms(row, facility) || now_ms >= row.ends_at_ms {
        return Err(Fault::conflict(join_problem::OUTSIDE_JOIN_WINDOW, "too early or too late by the service's clock"));
    }
    Ok(())
}

fn descriptor(app: &App, row: &BookingRow, facility: &FacilityRow, front: &str) -> JoinDescriptor {
    let token = app.secret.sign_grant(&SocketGrant {
        side: Side::Kiosk,
        booking: row.id.clone(),
        instance: random_id("kiosk"),
        bound_to: row.kiosk.clone(),
        early: false,
        expires_at_ms: row.ends_at_ms + GRANT_OUTLIVES_SLOT_MS,
    });
    JoinDescriptor {
        booking: BookingId::new(&row.id),
        engine: EngineVariant::Direct(DirectVariant {
            signalling_url: format!("{front}/v1/kiosk/calls/{}/signalling", row.id),
            token: Redacted::new(token),
        }),
        ice_servers: ice_servers(&app.config.turn, &row.id, row.ends_at_ms),
        relay_only: facility.relay_only,
        not_before: Utc::from_millis(row.starts_at_ms),
        ends_at: Utc::from_millis(row.ends_at_ms),
        supervised: facility.supervised && !row.privileged,
        recorded: false,
        privileged: row.privileged,
    }
}

/// `wss://…` of the kiosk listener: as configured, or by the name under which the kiosk reached it.
fn signalling_front(app: &App, headers: &HeaderMap) -> Result<String, Fault> {
    if let Some(url) = &app.config.kiosk.url {
        return Ok(format!("wss://{}", url.trim_start_matches("https://").trim_end_matches('/')));
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).filter(|host| is_host(host));
    host.map(|host| format!("wss://{host}")).ok_or_else(|| {
        Fault::new(StatusCode::BAD_REQUEST, "no-host", "The request names no host").detail("send a Host header")
    })
}

/// Whether `text` is made of what a host and port are made of.
pub(crate) fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte))
}
