//! The admin API of what the office looks through: bookings, the change log, the records of kiosks,
//! outcomes by day. A booking can be put in the office's name, withdrawn or given a new link.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post, put};
use muwajaha_wire::admin::{BookingMemberWire, ChangeWire, KioskEventWire, Listing, ReportRow};
use muwajaha_wire::bookings::{BookingReply, BookingRequest, NoFreeKiosk};
use muwajaha_wire::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use super::OFFICE_DESK;
use super::api::Listed;
use super::office::cancelled_by_establishment;
use crate::app::{App, OFFICE};
use crate::bookings::{After, cancel, put_booking, reply};
use crate::clock::rfc3339;
use crate::extract::{AdminIdentity, Json, Query};
use crate::fault::Fault;

const MOST_ROWS: i64 = 1000;

/// Their routes below `/v1/admin`.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/admin/kiosks/{id}/events", get(kiosk_events))
        .route("/v1/admin/bookings", get(list_bookings))
        .route("/v1/admin/bookings/{id}", put(put_office_booking))
        .route("/v1/admin/bookings/{id}/cancel", post(cancel_booking))
        .route("/v1/admin/bookings/{id}/link", post(renew_link))
        .route("/v1/admin/changes", get(changes))
        .route("/v1/admin/report", get(report))
}

/// Reads a kiosk's record.
#[utoipa::path(get, path = "/v1/admin/kiosks/{id}/events", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path), After), responses((status = 200, body = Listing<KioskEventWire>)))]
pub(crate) async fn kiosk_events(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
    Query(after): Query<After>,
) -> Listed<KioskEventWire> {
    let limit = after.limit.unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS);
    let rows = app.store.kiosk_events_after(&id, after.after, limit).await?;
    let items = rows.into_iter().map(|row| KioskEventWire {
        cursor: row.cursor,
        epoch: row.epoch,
        sequence: u64::try_from(row.sequence).unwrap_or_default(),
        body: row.body,
    });
    Ok(Json(Listing { items: items.collect() }))
}

/// Which bookings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichBookings {
    /// Only this facility's.
    facility: Option<String>,
    /// All that start on this day in their facility's zone, `2026-11-24`, earliest first.
    day: Option<String>,
}

/// Lists the newest bookings, or those of a day.
#[utoipa::path(get, path = "/v1/admin/bookings", tag = "admin", security(("admin_credential" = [])),
    params(WhichBookings), responses((status = 200, body = Listing<BookingMemberWire>), (status = 422, body = Problem)))]
pub(crate) async fn list_bookings(
    State(app): State<App>,
    _office: AdminIdentity,
    Query(which): Query<WhichBookings>,
) -> Listed<BookingMemberWire> {
    let facility = which.facility.as_deref();
    let rows = match &which.day {
        Some(day) => super::bookings_of_day(&app, facility, day).await?,
        None => app.store.bookings(facility, MOST_ROWS).await?,
    };
    let items = rows.into_iter().map(|row| BookingMemberWire {
        booking: reply(&app, &row),
        connector: row.connector,
        visitor: row.visitor,
    });
    Ok(Json(Listing { items: items.collect() }))
}

/// Creates or changes a booking of the office's own, by the id that the office gave it.
#[utoipa::path(put, path = "/v1/admin/bookings/{id}", tag = "admin", security(("admin_credential" = [])),
    request_body = BookingRequest, params(("id" = String, Path, description = "The office's own id")),
    responses((status = 200, body = BookingReply), (status = 409, body = NoFreeKiosk), (status = 422, body = Problem)))]
pub(crate) async fn put_office_booking(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
    Json(request): Json<BookingRequest>,
) -> Result<Json<BookingReply>, Fault> {
    let put = put_booking(&app, OFFICE, OFFICE_DESK, &id, &request).await?;
    Ok(Json(reply(&app, &put.row)))
}

/// Withdraws a booking in the establishment's name.
#[utoipa::path(post, path = "/v1/admin/bookings/{id}/cancel", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path)), responses((status = 200, body = BookingReply), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn cancel_booking(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
) -> Result<Json<BookingReply>, Fault> {
    let row = cancel(&app, OFFICE_DESK, &id, Some(&cancelled_by_establishment())).await?;
    Ok(Json(reply(&app, &row)))
}

/// Gives a booking a new visitor's link.
#[utoipa::path(post, path = "/v1/admin/bookings/{id}/link", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path)), responses((status = 200, body = BookingReply), (status = 404, body = Problem)))]
pub(crate) async fn renew_link(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
) -> Result<Json<BookingReply>, Fault> {
    let row = super::renew_link(&app, &id).await?;
    Ok(Json(reply(&app, &row)))
}

/// Which rows of the change log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichChanges {
    /// Those after this one, oldest first; 0 to begin.
    #[serde(default)]
    after: i64,
    /// Those before this one instead, newest first; any large number to begin.
    before: Option<i64>,
    /// At most this many; 1000 where left out.
    limit: Option<i64>,
}

/// Reads the change log.
#[utoipa::path(get, path = "/v1/admin/changes", tag = "admin", security(("admin_credential" = [])),
    params(WhichChanges), responses((status = 200, body = Listing<ChangeWire>)))]
pub(crate) async fn changes(
    State(app): State<App>,
    _office: AdminIdentity,
    Query(which): Query<WhichChanges>,
) -> Listed<ChangeWire> {
    let limit = which.limit.unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS);
    let rows = match which.before {
        Some(before) => app.store.changes_before(before, limit).await?,
        None => app.store.changes_after(which.after, limit).await?,
    };
    let items = rows.into_iter().map(|row| ChangeWire {
        id: row.id,
        at: rfc3339(row.at_ms),
        who: row.who,
        what: row.what,
        subject: row.subject,
        detail: row.detail,
    });
    Ok(Json(Listing { items: items.collect() }))
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Days {
    /// First day, `2026-11-24`.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
}

/// Counts outcomes by day and facility.
#[utoipa::path(get, path = "/v1/admin/report", tag = "admin", security(("admin_credential" = [])),
    params(Days), responses((status = 200, body = Listing<ReportRow>), (status = 422, body = Problem)))]
pub(crate) async fn report(
    State(app): State<App>,
    _office: AdminIdentity,
    Query(days): Query<Days>,
) -> Listed<ReportRow> {
    let items = super::report_rows(&app, days.from.as_deref(), days.to.as_deref()).await?;
    Ok(Json(Listing { items }))
}
