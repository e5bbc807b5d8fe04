//! Taking in the record of a kiosk, row by row, kept to the byte.
//!
//! A row is known by (kiosk, epoch, sequence): the same again is fine, another row under the same
//! key is a conflict and is told, a gap is not jumped: the answer says how far the service holds.
//! Of what the rows tell, only two things change anything here: the end of a visit at this very kiosk,
//! and that its record was set aside.

use axum::extract::State;
use muwajaha_core::session::{AuditEntry, AuditKind};
use muwajaha_wire::kiosk::{EventBatch, EventRow, EventsAcknowledged, event_problem};

use super::door::KioskIdentity;
use crate::app::App;
use crate::extract::Json;
use crate::fault::Fault;
use crate::store::{BookingRow, Change, EventInsert};

const LONGEST_BODY_BYTES: usize = 16 * 1024;
const MOST_ROWS: usize = 1000;

/// `POST /v1/kiosk/events`
#[utoipa::path(post, path = "/v1/kiosk/events", tag = "kiosk", security(("kiosk_certificate" = [])),
    request_body = EventBatch,
    responses((status = 200, body = EventsAcknowledged), (status = 403, body = muwajaha_wire::problem::Problem),
        (status = 409, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn events(
    State(app): State<App>,
    KioskIdentity(kiosk): KioskIdentity,
    Json(batch): Json<EventBatch>,
) -> Result<Json<EventsAcknowledged>, Fault> {
    validate(&batch)?;
    let mut change = app.store.change(&kiosk.id, app.clock.now_ms()).await?;
    change.mark_heard(&kiosk.id).await?;
    let mut held = change.last_sequence(&kiosk.id, &batch.epoch).await?;
    let mut ended = Vec::new();
    for row in &batch.events {
        let sequence = i64::try_from(row.sequence).unwrap_or(i64::MAX);
        if sequence <= held {
            let chain = change.chain_of(&kiosk.id, &batch.epoch, sequence).await?;
            if chain.is_some_and(|chain| chain != row.chain) {
                tracing::warn!(kiosk = kiosk.id, sequence, "a kiosk sent another row under a known key");
                return Err(Fault::conflict(
                    event_problem::CONFLICT,
                    format!("sequence {sequence} is held with another chain value: open a new epoch"),
                ));
            }
        } else if sequence == held + 1 {
            let (kiosk, epoch) = (kiosk.id.as_str(), batch.epoch.as_str());
            change.add_event(&EventInsert { kiosk, epoch, sequence, body: &row.body, chain: &row.chain }).await?;
            held = sequence;
            ended.extend(take_note(&mut change, kiosk, row).await?);
        }
    }
    change.commit().await?;
    for booking in &ended {
        app.hub.end(&booking.id);
        app.kiosk_sockets.tell_of_change(&app.store, &booking.facility).await;
        tracing::info!(booking = booking.id, kiosk = kiosk.id, "visit ended");
    }
    Ok(Json(EventsAcknowledged { acked_through: u64::try_from(held).unwrap_or_default() }))
}

fn validate(batch: &EventBatch) -> Result<(), Fault> {
    let invalid = |pointer: String, detail| Err(Fault::field("invalid-field", &pointer, detail));
    if batch.epoch.is_empty() || batch.epoch.len() > 64 {
        return invalid("/epoch".to_owned(), "1 to 64 characters");
    }
    if batch.events.len() > MOST_ROWS {
        return invalid("/events".to_owned(), "at most 1000 rows at a time");
    }
    for (index, row) in batch.events.iter().enumerate() {
        if row.sequence == 0 || i64::try_from(row.sequence).is_err() {
            return invalid(format!("/events/{index}/sequence"), "counts from 1");
        }
        if row.body.len() > LONGEST_BODY_BYTES {
            return invalid(format!("/events/{index}/body"), "at most 16 KiB");
        }
        if row.chain.len() > 128 {
            return invalid(format!("/events/{index}/chain"), "hexadecimal digits of a SHA-256");
        }
    }
    Ok(())
}

/// What a row changes here: an ended visit, which is handed back, or a record that was set aside.
async fn take_note(change: &mut Change, kiosk: &str, row: &EventRow) -> Result<Option<BookingRow>, Fault> {
    let Ok(entry) = serde_json::from_str::<AuditEntry>(&row.body) else { return Ok(None) };
    if let AuditKind::RecordReplaced { .. } = entry.kind {
        change.mark_record_set_aside(kiosk).await?;
    }
    finish_visit(change, kiosk, entry.kind).await
}

/// Gives the booking its outcome, where this row ends a visit of this kiosk. The kiosk was there, so
/// its word replaces what the service concluded; the first word of a kiosk stands.
async fn finish_visit(change: &mut Change, kiosk: &str, row: AuditKind) -> Result<Option<BookingRow>, Fault> {
    let AuditKind::VisitEnded { booking, reason, .. } = row else { return Ok(None) };
    let Some(booking) = change.booking(booking.as_str()).await? else { return Ok(None) };
    if booking.kiosk != kiosk || booking.ended_by_kiosk {
        return Ok(None);
    }
    let outcome = serde_json::to_value(reason.outcome()).unwrap_or_default();
    change.set_outcome(&booking, outcome.as_str().unwrap_or_default(), true).await?;
    Ok(Some(booking))
}
