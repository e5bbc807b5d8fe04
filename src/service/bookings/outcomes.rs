//! How visits ended: a feed for connectors, and what the service concludes where no kiosk told.
//!
//! The service concludes only once the kiosk was heard after the visit (its record is in, and tells
//! of no end), or after three days of silence.

use axum::extract::State;
use muwajaha_core::domain::OutcomeCode;
use muwajaha_wire::bookings::{OutcomePage, OutcomeWire};
use serde::Deserialize;

use crate::app::App;
use crate::clock::rfc3339;
use crate::extract::{ConnectorIdentity, Json, Query};
use crate::fault::Fault;
use crate::store::BookingRow;

const MOST_OUTCOMES: i64 = 500;
const CONCLUDED_AFTER_MS: i64 = 5 * 60 * 1000;
const GIVEN_UP_AFTER_MS: i64 = 72 * 60 * 60 * 1000;

/// Where to read on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// `next` of the page before; 0 to begin.
    #[serde(default)]
    pub(crate) after: i64,
    /// At most this many; 100 where left out.
    pub(crate) limit: Option<i64>,
}

/// `GET /v1/outcomes`
#[utoipa::path(get, path = "/v1/outcomes", tag = "bookings", security(("connector_credential" = [])), params(After),
    responses((status = 200, body = OutcomePage), (status = 401, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn outcomes(
    State(app): State<App>,
    ConnectorIdentity(connector): ConnectorIdentity,
    Query(after): Query<After>,
) -> Result<Json<OutcomePage>, Fault> {
    let limit = after.limit.unwrap_or(100).clamp(1, MOST_OUTCOMES);
    let mut rows = app.store.outcomes_after(&connector.name, after.after, limit + 1).await?;
    let wanted = usize::try_from(limit).unwrap_or_default();
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().map_or(after.after, |row| row.cursor);
    let outcomes = rows.into_iter().map(|row| OutcomeWire {
        cursor: row.cursor,
        connector_booking_id: row.connector_booking_id,
        booking: row.booking,
        kiosk: row.kiosk,
        outcome: row.outcome,
        at: rfc3339(row.at_ms),
    });
    Ok(Json(OutcomePage { outcomes: outcomes.collect(), next, more }))
}

/// Gives an outcome to bookings whose kiosk will not; to be called now and then.
pub(crate) async fn conclude(app: &App) -> Result<(), sqlx::Error> {
    let now_ms = app.clock.now_ms();
    for row in app.store.bookings_to_conclude(now_ms - GIVEN_UP_AFTER_MS, CONCLUDED_AFTER_MS).await? {
        let kiosk = app.store.kiosk(&row.kiosk).await?;
        let heard_at_ms = kiosk.and_then(|kiosk| kiosk.last_heard_at_ms).unwrap_or(i64::MIN);
        let Some(outcome) = conclusion(&row, heard_at_ms, now_ms) else { continue };
        let mut change = app.store.change("service", now_ms).await?;
        let is_open = change.booking(&row.id).await?.is_some_and(|row| !row.is_closed());
        if !is_open {
            continue;
        }
        let outcome = serde_json::to_value(outcome).unwrap_or_default();
        change.set_outcome(&row, outcome.as_str().unwrap_or_default(), false).await?;
        change.note("outcome concluded", &row.id, outcome.as_str().unwrap_or_default()).await?;
        change.commit().await?;
        app.kiosk_sockets.tell_of_change(&app.store, &row.facility).await;
    }
    Ok(())
}

fn conclusion(row: &BookingRow, heard_at_ms: i64, now_ms: i64) -> Option<OutcomeCode> {
    let silent = heard_at_ms < row.ends_at_ms + CONCLUDED_AFTER_MS;
    if silent && now_ms < row.ends_at_ms + GIVEN_UP_AFTER_MS {
        return None;
    }
    match (row.kiosk_joined_at_ms, row.visitor_arrived_at_ms) {
        (Some(_), _) => (now_ms >= row.ends_at_ms + GIVEN_UP_AFTER_MS).then_some(OutcomeCode::TechnicalFailureKiosk),
        (None, _) if silent => Some(OutcomeCode::TechnicalFailureNetwork),
        (None, Some(_)) => Some(OutcomeCode::PrisonerDidNotArrive),
        (None, None) => Some(OutcomeCode::VisitorDidNotArrive),
    }
}
