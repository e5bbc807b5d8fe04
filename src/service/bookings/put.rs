//! Putting a booking: is it known, may it change, who is free, and then one row.

use muwajaha_core::domain::Language;
use muwajaha_wire::bookings::{BookingRequest, booking_problem};

use super::assign::{SEARCH_MS, Wish, free_kiosk, free_slots, inmate_is_busy};
use super::slot;
use crate::app::App;
use crate::fault::Fault;
use crate::secrets::{hash_token, random_id};
use crate::signalling::CallTimes;
use crate::store::{BookingRow, Change, FacilityRow};

const LONGEST_NAME: usize = 200;
const LONGEST_ID: usize = 120;

/// What became of it.
pub(crate) struct PutBooking {
    pub(crate) row: BookingRow,
    pub(crate) created: bool,
}

/// A request that is right in itself.
struct Checked {
    facility: FacilityRow,
    /// Kiosks that would do, the best first.
    kiosks: Vec<String>,
    starts_at_ms: i64,
    ends_at_ms: i64,
}

/// Creates or changes the booking `id` of `connector`, in the name of `who`.
pub(crate) async fn put_booking(
    app: &App,
    connector: &str,
    who: &str,
    id: &str,
    request: &BookingRequest,
) -> Result<PutBooking, Fault> {
    let revision = check_revision(id, request)?;
    let text = serde_json::to_string(request).unwrap_or_default();
    let known = app.store.booking_of(connector, id).await?;
    if let Some(row) = known.filter(|row| row.revision == revision && row.request == text) {
        return Ok(PutBooking { row, created: false });
    }
    let now_ms = app.clock.now_ms();
    let checked = check(app, request, now_ms).await?;
    let mut change = app.store.change(who, now_ms).await?;
    let known = change.booking_of(connector, id).await?;
    if let Some(row) = &known {
        if row.revision == revision && row.request == text {
            return Ok(PutBooking { row: row.clone(), created: false });
        }
        may_change(row, revision, request, &checked)?;
    }
    let kiosk = assign(&mut change, &checked, request, known.as_ref(), now_ms).await?;
    let row = merge(app, connector, id, request, &checked, kiosk, known.as_ref(), revision, text);
    change.put_booking(&row).await?;
    change.note(if known.is_some() { "booking changed" } else { "booking created" }, &row.id, &row.kiosk).await?;
    let row = change.booking(&row.id).await?.ok_or_else(|| Fault::unknown("booking"))?;
    change.commit().await?;
    tell(app, &row, known.as_ref()).await;
    Ok(PutBooking { row, created: known.is_none() })
}

fn check_revision(id: &str, request: &BookingRequest) -> Result<i64, Fault> {
    if id.is_empty() || id.len() > LONGEST_ID {
        let detail = "the booking's id in the path has 1 to 120 characters";
        return Err(Fault::field(booking_problem::INVALID_FIELD, "/connector_booking_id", detail));
    }
    let revision = i64::try_from(request.revision).ok().filter(|revision| *revision > 0);
    revision.ok_or_else(|| Fault::field(booking_problem::INVALID_FIELD, "/revision", "counts from 1"))
}

async fn check(app: &App, request: &BookingRequest, now_ms: i64) -> Result<Checked, Fault> {
    let invalid = |pointer, detail: &str| Err(Fault::field(booking_problem::INVALID_FIELD, pointer, detail));
    let unknown = |pointer, detail: String| Fault::field(booking_problem::UNKNOWN_ID, pointer, detail);
    let name = request.visitor.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return invalid("/visitor/name", "1 to 200 characters");
    }
    if Language::from_tag(&request.visitor.language).is_none() {
        return invalid("/visitor/language", "one of `ar`, `ckb`, `en`");
    }
    let (starts_at_ms, ends_at_ms) = slot::parse(&request.slot, now_ms)?;
    let named = match &request.kiosk {
        Some(id) => {
            let kiosk = app.store.kiosk(id).await?.filter(|kiosk| kiosk.revoked_at_ms.is_none());
            Some(kiosk.ok_or_else(|| unknown("/kiosk", format!("no kiosk `{id}` takes part")))?)
        }
        None => None,
    };
    let facility = match (&request.facility, &named) {
        (Some(id), _) => id.clone(),
        (None, Some(kiosk)) => kiosk.facility.clone(),
        (None, None) => return invalid("/facility", "name a facility or a kiosk"),
    };
    let row = app.store.facility(&facility).await?.filter(|row| row.revoked_at_ms.is_none());
    let facility = row.ok_or_else(|| unknown("/facility", format!("no facility `{facility}` takes part")))?;
    if named.as_ref().is_some_and(|kiosk| kiosk.facility != facility.id) {
        return invalid("/kiosk", "this kiosk stands in another facility");
    }
    let inmate = app.store.inmate(&request.inmate).await?.filter(|inmate| inmate.revoked_at_ms.is_none());
    if inmate.is_none_or(|inmate| inmate.facility != facility.id) {
        return Err(unknown("/inmate", format!("no inmate `{}` is held at `{}`", request.inmate, facility.id)));
    }
    let of_facility = app.store.kiosks_of(&facility.id).await?.into_iter().map(|kiosk| kiosk.id);
    let kiosks = named.map_or_else(|| of_facility.collect(), |kiosk| vec![kiosk.id]);
    Ok(Checked { facility, kiosks, starts_at_ms, ends_at_ms })
}

fn may_change(row: &BookingRow, revision: i64, request: &BookingRequest, checked: &Checked) -> Result<(), Fault> {
    if revision < row.revision {
        let detail = format!("revision {} is known; send a higher one", row.revision);
        return Err(Fault::conflict(booking_problem::REVISION_OUTDATED, detail).at("/revision"));
    }
    if revision == row.revision {
        let detail = "this revision is known with other content; send a higher one";
        return Err(Fault::conflict(booking_problem::REVISION_CONFLICT, detail).at("/revision"));
    }
    if row.cancelled_at_ms.is_some() {
        return Err(Fault::conflict(booking_problem::CANCELLED, "a cancelled booking stays so: book under a new id"));
    }
    if row.outcome.is_some() {
        return Err(Fault::conflict(booking_problem::ALREADY_ENDED, "the visit has its outcome"));
    }
    let moves = request.inmate != row.inmate
        || checked.starts_at_ms != row.starts_at_ms
        || request.privileged != row.privileged
        || !checked.kiosks.contains(&row.kiosk);
    if row.kiosk_joined_at_ms.is_some() && moves {
        return Err(Fault::conflict(booking_problem::UNDER_WAY, "the visit has begun; only its end may change"));
    }
    Ok(())
}

async fn assign(
    change: &mut Change,
    checked: &Checked,
    request: &BookingRequest,
    known: Option<&BookingRow>,
    now_ms: i64,
) -> Result<String, Fault> {
    let wish = Wish { inmate: &request.inmate, starts_at_ms: checked.starts_at_ms, ends_at_ms: checked.ends_at_ms };
    let (from_ms, to_ms) = (wish.starts_at_ms - SEARCH_MS, wish.ends_at_ms + SEARCH_MS);
    let mut bookings = change.bookings_between(&checked.facility.id, from_ms, to_ms).await?;
    bookings.retain(|booking| known.is_none_or(|row| row.id != booking.id));
    let mut kiosks = checked.kiosks.clone();
    if let Some(row) = known {
        kiosks.sort_by_key(|kiosk| *kiosk != row.kiosk);
        if row.kiosk_joined_at_ms.is_some() {
            kiosks.truncate(1);
        }
    }
    let free_slots = || serde_json::to_value(free_slots(&kiosks, &bookings, wish, now_ms)).unwrap_or_default();
    if inmate_is_busy(&bookings, wish) {
        let fault = Fault::conflict(booking_problem::INMATE_OVERLAP, "the inmate has another visit then");
        return Err(fault.at("/slot").with("free_slots", free_slots()));
    }
    free_kiosk(&kiosks, &bookings, wish).cloned().ok_or_else(|| {
        let fault = Fault::conflict(booking_problem::NO_FREE_KIOSK, "no kiosk is free then; see `free_slots`");
        fault.at(if request.kiosk.is_some() { "/kiosk" } else { "/slot" }).with("free_slots", free_slots())
    })
}

#[expect(clippy::too_many_arguments, reason = "each is a part of the one row made here")]
fn merge(
    app: &App,
    connector: &str,
    connector_booking_id: &str,
    request: &BookingRequest,
    checked: &Checked,
    kiosk: String,
    known: Option<&BookingRow>,
    revision: i64,
    text: String,
) -> BookingRow {
    let id = known.map_or_else(|| random_id("bk"), |row| row.id.clone());
    let link_generation = known.map_or(1, |row| row.link_generation);
    BookingRow {
        link_hash: hash_token(&app.secret.link_token(&id, link_generation)),
        id,
        connector: connector.to_owned(),
        connector_booking_id: connector_booking_id.to_owned(),
        revision,
        request: text,
        change_count: known.map_or(0, |row| row.change_count),
        facility: checked.facility.id.clone(),
        kiosk,
        inmate: request.inmate.clone(),
        visitor: request.visitor.name.trim().to_owned(),
        language: request.visitor.language.clone(),
        privileged: request.privileged,
        starts_at_ms: checked.starts_at_ms,
        ends_at_ms: checked.ends_at_ms,
        link_generation,
        cancelled_at_ms: None,
        kiosk_joined_at_ms: known.and_then(|row| row.kiosk_joined_at_ms),
        visitor_arrived_at_ms: known.and_then(|row| row.visitor_arrived_at_ms),
        outcome: None,
        ended_by_kiosk: false,
    }
}

async fn tell(app: &App, row: &BookingRow, known: Option<&BookingRow>) {
    tracing::info!(booking = row.id, kiosk = row.kiosk, "booking put");
    app.hub.change_times(&row.id, CallTimes::of(row), muwajaha_core::domain::Utc::from_millis(app.clock.now_ms()));
    app.kiosk_sockets.tell_of_change(&app.store, &row.facility).await;
    if let Some(old) = known.filter(|old| old.facility != row.facility) {
        app.kiosk_sockets.tell_of_change(&app.store, &old.facility).await;
    }
}
