//! The room as one kiosk may know it: today and the next two days in the facility's zone.
//!
//! Badges leave the service only as digests under a key of that kiosk's own. The ETag is the hash of
//! the very bytes, so that an unchanged room costs a header.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use muwajaha_core::badge::{BadgeKey, BadgeKeyId, BadgeNumber};
use muwajaha_core::domain::Redacted;
use muwajaha_wire::kiosk::{
    BadgeDigestWire, BadgeKeyWire, BookingWire, InmateWire, PolicyWire, RoomSnapshot, StaffWire,
};

use super::door::KioskIdentity;
use crate::app::App;
use crate::fault::Fault;
use crate::secrets::hash_token;
use crate::store::{BadgeRow, BookingRow, FacilityRow, KioskRow};

const DAYS: i32 = 3;

/// `GET /v1/kiosk/snapshot`
#[utoipa::path(get, path = "/v1/kiosk/snapshot", tag = "kiosk", security(("kiosk_certificate" = [])),
    params(("If-None-Match" = Option<String>, Header, description = "ETag of the snapshot at hand")),
    responses((status = 200, body = RoomSnapshot), (status = 304, description = "unchanged"),
        (status = 403, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn snapshot(
    State(app): State<App>,
    KioskIdentity(kiosk): KioskIdentity,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    // A room can be read while nothing can be written.
    if let Err(error) = app.store.mark_heard(&kiosk.id, app.clock.now_ms()).await {
        tracing::warn!(%error, kiosk = kiosk.id, "that a kiosk was heard could not be kept: free the disk");
    }
    let snapshot = room_snapshot(&app, &kiosk).await?;
    let body = serde_json::to_string(&snapshot).unwrap_or_default();
    let tag = format!("\"{}\"", hash_token(&body));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|entry| entry.trim().trim_start_matches("W/") == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let headers = [
        (header::ETAG, tag),
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    Ok((headers, body).into_response())
}

async fn room_snapshot(app: &App, kiosk: &KioskRow) -> Result<RoomSnapshot, Fault> {
    let facility = app.store.facility(&kiosk.facility).await?.ok_or_else(|| Fault::unknown("facility"))?;
    let (from_ms, to_ms) = days(&facility.zone, app.clock.now_ms());
    let kiosks = app.store.kiosks().await?;
    let in_room: BTreeSet<String> =
        kiosks.into_iter().filter(|other| other.room == kiosk.room).map(|other| other.id).collect();
    let mut bookings = app.store.bookings_between(&facility.id, from_ms, to_ms).await?;
    bookings.retain(|booking| in_room.contains(&booking.kiosk));
    let key = badge_key(app, &kiosk.id);
    let badges = app.store.badges_of(&facility.id).await?;
    let (mut of_inmates, mut of_staff) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
    for badge in &badges {
        let Some(digest) = digest(&key, badge) else { continue };
        match (&badge.inmate, &badge.staff) {
            (Some(inmate), _) => of_inmates.entry(inmate.clone()).or_default().push(digest),
            (None, Some(staff)) => of_staff.entry(staff.clone()).or_default().push(digest),
            (None, None) => {}
        }
    }
    let named: BTreeSet<&str> = bookings.iter().map(|booking| booking.inmate.as_str()).collect();
    let inmates = app.store.inmates_of(&facility.id).await?;
    let staff = app.store.staff_of(&facility.id).await?;
    Ok(RoomSnapshot {
        kiosk: kiosk.id.clone(),
        inmates: inmates
            .into_iter()
            .filter_map(|inmate| {
                let (badges, has_visit) = (of_inmates.remove(&inmate.id), named.contains(inmate.id.as_str()));
                // Whoever has a badge is told "no visit today"; a name leaves the service only for a visit.
                (has_visit || badges.is_some()).then(|| InmateWire {
                    badges: badges.unwrap_or_default(),
                    name: if has_visit { inmate.name } else { String::new() },
                    id: inmate.id,
                })
            })
            .collect(),
        bookings: bookings.into_iter().map(|row| booking_wire(row, &facility)).collect(),
        staff: staff
            .into_iter()
            .map(|member| StaffWire {
                badges: of_staff.remove(&member.id).unwrap_or_default(),
                id: member.id,
                role: member.role,
                number: member.number,
                pin_verifier: member.pin_verifier,
                valid_until_ms: member.valid_until_ms,
            })
            .collect(),
        policy: PolicyWire { update_hours: Some(app.config.updates.hours()), ..policy_wire(&facility) },
        badge_key: BadgeKeyWire { id: key.id.0.clone(), secret: key.secret.reveal().clone() },
    })
}

/// From today's first instant in `zone` to the first one after the next two days.
fn days(zone: &str, now_ms: i64) -> (i64, i64) {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let today = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default().to_zoned_datetime(zone.clone()).date();
    let start = |days: i32| {
        let day = today.saturating_add(jiff::Span::new().days(days));
        day.to_zoned_datetime(zone.clone()).map_or(now_ms, |start| start.timestamp().as_millisecond())
    };
    (start(0), start(DAYS))
}

fn badge_key(app: &App, kiosk: &str) -> BadgeKey {
    let secret: Redacted<String> = app.secret.badge_key(kiosk);
    let name: String = hash_token(secret.reveal()).chars().take(8).collect();
    BadgeKey { id: BadgeKeyId(format!("b1-{name}")), secret }
}

/// The digest by the rules that the badge was stored under. Those of a later release, after which the
/// service went back to this one, name nobody here.
fn digest(key: &BadgeKey, badge: &BadgeRow) -> Option<BadgeDigestWire> {
    let number = BadgeNumber::from_typed(&badge.printed_number).ok()?;
    if badge.normalisation_version != i64::from(number.normalisation_version().0) {
        return None;
    }
    let digest = key.digest(&number);
    Some(BadgeDigestWire {
        key_id: digest.key_id.0,
        normalisation_version: digest.normalisation_version.0,
        hmac_sha256: digest.hmac_sha256,
    })
}

fn booking_wire(row: BookingRow, facility: &FacilityRow) -> BookingWire {
    BookingWire {
        supervised: facility.supervised && !row.privileged,
        privileged: row.privileged,
        revision: u64::try_from(row.change_count).unwrap_or_default(),
        cancelled: row.cancelled_at_ms.is_some(),
        finished: row.outcome.is_some(),
        id: row.id,
        facility: row.facility,
        kiosk: row.kiosk,
        inmate: row.inmate,
        visitor: row.visitor,
        starts_at_ms: row.starts_at_ms,
        ends_at_ms: row.ends_at_ms,
        language: row.language,
    }
}

pub(crate) fn policy_wire(row: &FacilityRow) -> PolicyWire {
    PolicyWire {
        zone: row.zone.clone(),
        default_language: row.default_language.clone(),
        join_before_start_seconds: u32::try_from(row.join_before_start_seconds).unwrap_or_default(),
        closes_at_minute: row.closes_at_minute.and_then(|minute| u16::try_from(minute).ok()),
        call_outlives_signalling_seconds: u32::try_from(row.call_outlives_signalling_seconds).unwrap_or_default(),
        relay_only: row.relay_only,
        staff_number_without_reader: row.staff_number_without_reader,
        update_hours: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_are_the_facilitys_own() {
        let late_in_utc = "2026-11-24T22:30:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let (from, to) = days("Asia/Baghdad", late_in_utc);
        let text = |milliseconds| jiff::Timestamp::from_millisecond(milliseconds).unwrap().to_string();
        assert_eq!((text(from), text(to)), ("2026-11-24T21:00:00Z".to_owned(), "2026-11-27T21:00:00Z".to_owned()));
    }
}
