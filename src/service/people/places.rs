//! Facilities with their rules, and rooms.

use jiff::tz::TimeZone;
use muwajaha_core::domain::Policy;
use muwajaha_wire::admin::{NewFacility, PolicyChange, RoomWire};

use super::{OFFICE_DESK, checks};
use crate::app::App;
use crate::fault::Fault;
use crate::store::FacilityRow;

const MINUTES_OF_A_DAY: u16 = 24 * 60;

pub(crate) async fn add_facility(app: &App, new: &NewFacility) -> Result<FacilityRow, Fault> {
    checks::id("/id", &new.id)?;
    let name = checks::name("/name", &new.name)?;
    let default = Policy::default();
    let mut row = FacilityRow {
        id: new.id.clone(),
        name,
        zone: default.zone,
        default_language: default.default_language.tag().to_owned(),
        join_before_start_seconds: i64::from(default.join_before_start_seconds),
        closes_at_minute: default.closes_at_minute.map(i64::from),
        call_outlives_signalling_seconds: i64::from(default.call_outlives_signalling_seconds),
        relay_only: default.relay_only,
        supervised: true,
        staff_number_without_reader: default.staff_number_without_reader,
        revoked_at_ms: None,
    };
    apply(app, &mut row, &new.policy)?;
    if app.store.facility(&new.id).await?.is_some() {
        return Err(checks::taken("/id"));
    }
    save(app, &row, "facility created").await?;
    Ok(row)
}

pub(super) async fn change_facility(app: &App, id: &str, policy: &PolicyChange) -> Result<FacilityRow, Fault> {
    let mut row = app.store.facility(id).await?.ok_or_else(|| Fault::unknown("facility"))?;
    apply(app, &mut row, policy)?;
    save(app, &row, "facility changed").await?;
    app.kiosk_sockets.tell_of_change(&app.store, id).await;
    Ok(row)
}

async fn save(app: &App, row: &FacilityRow, what: &str) -> Result<(), Fault> {
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    change.put_facility(row).await?;
    let detail = format!(
        "zone {}, language {}, join {} s before, closes at minute {:?}, outlives signalling {} s, relay only {}, \
         supervised {}, staff number without a reader {}",
        row.zone,
        row.default_language,
        row.join_before_start_seconds,
        row.closes_at_minute,
        row.call_outlives_signalling_seconds,
        row.relay_only,
        row.supervised,
        row.staff_number_without_reader
    );
    change.note(what, &row.id, &detail).await?;
    change.commit().await?;
    Ok(())
}

fn apply(app: &App, row: &mut FacilityRow, change: &PolicyChange) -> Result<(), Fault> {
    let invalid = |pointer, detail: &str| Err(Fault::field("invalid-field", pointer, detail));
    if let Some(zone) = &change.zone {
        if TimeZone::get(zone).is_err() {
            let detail = format!("`{zone}` is no IANA time zone; use one like `Asia/Baghdad`");
            return Err(Fault::field("unknown-zone", "/policy/zone", detail));
        }
        row.zone.clone_from(zone);
    }
    if let Some(tag) = &change.default_language {
        checks::language("/policy/default_language", tag)?;
        row.default_language.clone_from(tag);
    }
    match change.join_before_start_seconds {
        Some(seconds) if seconds > 7200 => return invalid("/policy/join_before_start_seconds", "at most 7200"),
        Some(seconds) => row.join_before_start_seconds = i64::from(seconds),
        None => {}
    }
    match change.call_outlives_signalling_seconds {
        Some(seconds) if seconds > 3600 => return invalid("/policy/call_outlives_signalling_seconds", "at most 3600"),
        Some(seconds) => row.call_outlives_signalling_seconds = i64::from(seconds),
        None => {}
    }
    match change.closes_at_minute {
        Some(MINUTES_OF_A_DAY) => row.closes_at_minute = None,
        Some(minute) if minute > MINUTES_OF_A_DAY => {
            return invalid("/policy/closes_at_minute", "0 to 1439, or 1440 for never");
        }
        Some(minute) => row.closes_at_minute = Some(i64::from(minute)),
        None => {}
    }
    row.relay_only = change.relay_only.unwrap_or(row.relay_only);
    row.supervised = change.supervised.unwrap_or(row.supervised);
    row.staff_number_without_reader = change.staff_number_without_reader.unwrap_or(row.staff_number_without_reader);
    if row.relay_only && app.config.turn.urls.is_empty() {
        return invalid("/policy/relay_only", "this service has no `[turn]` to relay by: configure it, or say false");
    }
    Ok(())
}

pub(crate) async fn add_room(app: &App, new: &RoomWire) -> Result<RoomWire, Fault> {
    checks::id("/id", &new.id)?;
    let name = checks::name("/name", &new.name)?;
    let facility = app.store.facility(&new.facility).await?.filter(|row| row.revoked_at_ms.is_none());
    if facility.is_none() {
        return Err(checks::unknown("/facility", "facility", &new.facility));
    }
    if app.store.room(&new.id).await?.is_some() {
        return Err(checks::taken("/id"));
    }
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    change.add_room(&new.id, &new.facility, &name).await?;
    change.note("room created", &new.id, &new.facility).await?;
    change.commit().await?;
    Ok(RoomWire { id: new.id.clone(), facility: new.facility.clone(), name, revoked: false })
}
