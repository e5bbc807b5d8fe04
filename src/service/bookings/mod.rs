//! Bookings as connectors put them: checked field by field, given a kiosk, answered with a link.
//!
//! Idempotent by (connector, id, revision). Checks that rest on other bookings run inside the one
//! writing transaction, so two requests cannot take one kiosk. Office and file import go the same way.

mod assign;
mod outcomes;
mod put;
mod slot;

pub(crate) use outcomes::{__path_outcomes, After, conclude, outcomes};
pub(crate) use put::put_booking;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use muwajaha_wire::bookings::{BookingReply, BookingRequest, BookingState, NoFreeKiosk, SlotReply, booking_problem};

use crate::app::App;
use crate::clock::rfc3339;
use crate::extract::{ConnectorIdentity, Json};
use crate::fault::Fault;
use crate::store::BookingRow;

/// `PUT /v1/bookings/{connector_booking_id}`
#[utoipa::path(put, path = "/v1/bookings/{connector_booking_id}", tag = "bookings",
    security(("connector_credential" = [])), request_body = BookingRequest,
    params(("connector_booking_id" = String, Path, description = "The connector's own id")),
    responses((status = 200, body = BookingReply), (status = 201, body = BookingReply),
        (status = 401, body = muwajaha_wire::problem::Problem), (status = 409, body = NoFreeKiosk),
        (status = 422, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    ConnectorIdentity(connector): ConnectorIdentity,
    Path(id): Path<String>,
    Json(request): Json<BookingRequest>,
) -> Result<Response, Fault> {
    let put = put_booking(&app, &connector.name, &connector.name, &id, &request).await?;
    let status = if put.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(reply(&app, &put.row))).into_response())
}

/// `GET /v1/bookings/{connector_booking_id}`
#[utoipa::path(get, path = "/v1/bookings/{connector_booking_id}", tag = "bookings",
    security(("connector_credential" = [])),
    params(("connector_booking_id" = String, Path, description = "The connector's own id")),
    responses((status = 200, body = BookingReply), (status = 404, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn get(
    State(app): State<App>,
    ConnectorIdentity(connector): ConnectorIdentity,
    Path(id): Path<String>,
) -> Result<Json<BookingReply>, Fault> {
    let row = app.store.booking_of(&connector.name, &id).await?.ok_or_else(|| Fault::unknown("booking"))?;
    Ok(Json(reply(&app, &row)))
}

/// `DELETE /v1/bookings/{connector_booking_id}`
#[utoipa::path(delete, path = "/v1/bookings/{connector_booking_id}", tag = "bookings",
    security(("connector_credential" = [])),
    params(("connector_booking_id" = String, Path, description = "The connector's own id")),
    responses((status = 200, body = BookingReply), (status = 404, body = muwajaha_wire::problem::Problem),
        (status = 409, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn delete(
    State(app): State<App>,
    ConnectorIdentity(connector): ConnectorIdentity,
    Path(id): Path<String>,
) -> Result<Json<BookingReply>, Fault> {
    let row = app.store.booking_of(&connector.name, &id).await?.ok_or_else(|| Fault::unknown("booking"))?;
    Ok(Json(reply(&app, &cancel(&app, &connector.name, &row.id, None).await?)))
}

/// Withdraws a booking and ends its call; again is fine. `outcome` goes to the connector's feed,
/// where it was not the connector who asked.
pub(crate) async fn cancel(app: &App, who: &str, id: &str, outcome: Option<&str>) -> Result<BookingRow, Fault> {
    let mut change = app.store.change(who, app.clock.now_ms()).await?;
    let row = change.booking(id).await?.ok_or_else(|| Fault::unknown("booking"))?;
    if row.cancelled_at_ms.is_some() {
        return Ok(row);
    }
    if row.outcome.is_some() {
        return Err(Fault::conflict(booking_problem::ALREADY_ENDED, "the visit has its outcome"));
    }
    change.cancel_booking(id).await?;
    if let Some(outcome) = outcome {
        change.set_outcome(&row, outcome, false).await?;
    }
    change.note("booking cancelled", id, "").await?;
    let cancelled = change.booking(id).await?.ok_or_else(|| Fault::unknown("booking"))?;
    change.commit().await?;
    app.hub.end(id);
    app.kiosk_sockets.tell_of_change(&app.store, &row.facility).await;
    tracing::info!(booking = id, "booking cancelled");
    Ok(cancelled)
}

/// The booking as its connector sees it.
pub(crate) fn reply(app: &App, row: &BookingRow) -> BookingReply {
    let state = match (row.cancelled_at_ms, &row.outcome) {
        (Some(_), _) => BookingState::Cancelled,
        (None, Some(_)) => BookingState::Finished,
        (None, None) => BookingState::Booked,
    };
    let token = app.secret.link_token(&row.id, row.link_generation);
    BookingReply {
        connector_booking_id: row.connector_booking_id.clone(),
        revision: u64::try_from(row.revision).unwrap_or_default(),
        booking: row.id.clone(),
        facility: row.facility.clone(),
        kiosk: row.kiosk.clone(),
        inmate: row.inmate.clone(),
        slot: slot_reply(row.starts_at_ms, row.ends_at_ms),
        state,
        outcome: row.outcome.clone(),
        visitor_link: format!("{}/visit#{token}", app.config.public_front()),
    }
}

fn slot_reply(starts_at_ms: i64, ends_at_ms: i64) -> SlotReply {
    SlotReply { starts_at: rfc3339(starts_at_ms), ends_at: rfc3339(ends_at_ms) }
}
