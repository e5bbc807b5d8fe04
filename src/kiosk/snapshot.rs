//! The service's snapshot of the room, turned into the kiosk's [`Schedule`].
//!
//! Closed failure: an unknown role, language or zone, a slot that runs backwards or text that is no
//! JSON refuses the whole snapshot and names the field; the last good one stays in force. Pure;
//! used on `net` and `store`. Errors never repeat content, which is personal.

use muwajaha_core::badge::{BadgeDigest, BadgeKey, BadgeKeyId, NormalisationVersion};
use muwajaha_core::domain::{
    Booking, BookingId, FacilityId, Inmate, InmateId, KioskId, Language, Policy, PolicyError, Redacted, Role, Schedule,
    Slot, StaffId, StaffMember, UpdateHours, Utc, is_staff_number,
};
use muwajaha_wire::kiosk::{BadgeDigestWire, BookingWire, InmateWire, PolicyWire, RoomSnapshot, StaffWire};

/// Why a snapshot is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// No JSON, or not of the contract's shape.
    #[error("the snapshot is no JSON of the contract's shape (line {line}, column {column})")]
    Shape {
        /// Where it breaks.
        line: usize,
        /// Where it breaks.
        column: usize,
    },
    /// A field holds what this kiosk does not know.
    #[error("snapshot field {field}: {problem}; the last good snapshot stays in force")]
    Field {
        /// As a JSON pointer.
        field: String,
        /// What is wrong.
        problem: String,
    },
}

fn refused(field: impl Into<String>, problem: impl Into<String>) -> SnapshotError {
    SnapshotError::Field { field: field.into(), problem: problem.into() }
}

/// The schedule in a snapshot's exact text.
///
/// # Errors
/// [`SnapshotError`] names the field.
pub fn schedule_from_json(json: &str) -> Result<Schedule, SnapshotError> {
    let snapshot: RoomSnapshot = serde_json::from_str(json)
        .map_err(|error| SnapshotError::Shape { line: error.line(), column: error.column() })?;
    schedule(snapshot)
}

fn schedule(snapshot: RoomSnapshot) -> Result<Schedule, SnapshotError> {
    let is_key = hex::decode(&snapshot.badge_key.secret).is_ok_and(|secret| secret.len() == 32);
    if !is_key {
        return Err(refused("/badge_key/secret", "not 32 bytes in hexadecimal digits"));
    }
    Ok(Schedule {
        kiosk: KioskId::new(snapshot.kiosk),
        badge_key: BadgeKey { id: BadgeKeyId(snapshot.badge_key.id), secret: Redacted::new(snapshot.badge_key.secret) },
        policy: policy(snapshot.policy)?,
        bookings: numbered(snapshot.bookings, booking)?,
        inmates: numbered(snapshot.inmates, |_, wire| Ok(inmate(wire)))?,
        staff: numbered(snapshot.staff, staff)?,
    })
}

fn numbered<Wire, Core>(
    list: Vec<Wire>,
    convert: impl Fn(usize, Wire) -> Result<Core, SnapshotError>,
) -> Result<Vec<Core>, SnapshotError> {
    list.into_iter().enumerate().map(|(index, wire)| convert(index, wire)).collect()
}

fn language(field: impl Into<String>, tag: &str) -> Result<Language, SnapshotError> {
    Language::from_tag(tag).ok_or_else(|| refused(field, "a language that this kiosk does not speak"))
}

fn policy(wire: PolicyWire) -> Result<Policy, SnapshotError> {
    let policy = Policy {
        default_language: language("/policy/default_language", &wire.default_language)?,
        zone: wire.zone,
        join_before_start_seconds: wire.join_before_start_seconds,
        closes_at_minute: wire.closes_at_minute,
        call_outlives_signalling_seconds: wire.call_outlives_signalling_seconds,
        relay_only: wire.relay_only,
        staff_number_without_reader: wire.staff_number_without_reader,
        update_hours: wire.update_hours.map_or_else(UpdateHours::default, |hours| UpdateHours {
            from_minute: hours.from_minute,
            until_minute: hours.until_minute,
        }),
    };
    policy.validate().map_err(|error| match error {
        PolicyError::UnknownZone(_) => refused("/policy/zone", error.to_string()),
        PolicyError::ClosingMinuteOutOfRange(_) => refused("/policy/closes_at_minute", error.to_string()),
        PolicyError::UpdateMinuteOutOfRange(_) => refused("/policy/update_hours", error.to_string()),
    })?;
    Ok(policy)
}

fn booking(index: usize, wire: BookingWire) -> Result<Booking, SnapshotError> {
    let slot = Slot::new(Utc::from_millis(wire.starts_at_ms), Utc::from_millis(wire.ends_at_ms))
        .map_err(|error| refused(format!("/bookings/{index}/ends_at_ms"), error.to_string()))?;
    Ok(Booking {
        id: BookingId::new(wire.id),
        revision: wire.revision,
        facility: FacilityId::new(wire.facility),
        kiosk: KioskId::new(wire.kiosk),
        inmate: InmateId::new(wire.inmate),
        visitor: Redacted::new(wire.visitor),
        slot,
        language: language(format!("/bookings/{index}/language"), &wire.language)?,
        supervised: wire.supervised,
        privileged: wire.privileged,
        cancelled: wire.cancelled,
        finished: wire.finished,
    })
}

fn badges(wire: Vec<BadgeDigestWire>) -> Vec<BadgeDigest> {
    wire.into_iter()
        .map(|digest| BadgeDigest {
            key_id: BadgeKeyId(digest.key_id),
            normalisation_version: NormalisationVersion(digest.normalisation_version),
            hmac_sha256: digest.hmac_sha256,
        })
        .collect()
}

fn inmate(wire: InmateWire) -> Inmate {
    Inmate { id: InmateId::new(wire.id), name: Redacted::new(wire.name), badges: badges(wire.badges) }
}

fn staff(index: usize, wire: StaffWire) -> Result<StaffMember, SnapshotError> {
    let role = match wire.role.as_str() {
        "guard" => Role::Guard,
        "technician" => Role::Technician,
        _ => return Err(refused(format!("/staff/{index}/role"), "a role that this kiosk does not know")),
    };
    if wire.number.as_deref().is_some_and(|number| !is_staff_number(number)) {
        return Err(refused(format!("/staff/{index}/number"), "a staff number that is not 4 to 8 digits"));
    }
    Ok(StaffMember {
        id: StaffId::new(wire.id),
        role,
        badges: badges(wire.badges),
        number: wire.number.map(Redacted::new),
        pin_verifier: Redacted::new(wire.pin_verifier),
        valid_until: Utc::from_millis(wire.valid_until_ms),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn room() -> Value {
        json!({
            "kiosk": "K-01",
            "badge_key": {"id": "k1", "secret": "00".repeat(32)},
            "policy": {"zone": "Asia/Baghdad", "default_language": "ar", "join_before_start_seconds": 600,
                       "call_outlives_signalling_seconds": 120, "relay_only": true, "added_later": 1},
            "bookings": [{"id": "b", "revision": 1, "facility": "f", "kiosk": "K-01", "inmate": "i", "visitor": "v",
                          "starts_at_ms": 1000, "ends_at_ms": 2000, "language": "ckb",
                          "cancelled": false, "finished": false}],
            "inmates": [{"id": "i", "name": "n", "badges": []}],
            "staff": [{"id": "s", "role": "guard", "badges": [], "pin_verifier": "$argon2id$", "valid_until_ms": 5}],
        })
    }

    #[test]
    fn a_room_becomes_a_schedule_and_later_fields_do_not_matter() {
        let schedule = schedule_from_json(&room().to_string()).unwrap();
        assert_eq!(schedule.bookings[0].language, Language::Kurdish);
        assert_eq!(schedule.staff[0].role, Role::Guard);
    }

    #[test]
    fn a_service_that_knows_no_staff_numbers_yet_allows_none() {
        let older = schedule_from_json(&room().to_string()).unwrap();
        assert_eq!((older.policy.staff_number_without_reader, &older.staff[0].number), (false, &None));
        let mut room = room();
        room["policy"]["staff_number_without_reader"] = json!(true);
        room["staff"][0]["number"] = json!("4711");
        let newer = schedule_from_json(&room.to_string()).unwrap();
        assert!(newer.policy.staff_number_without_reader);
        assert_eq!(newer.staff[0].number, Some(Redacted::new("4711".to_owned())));
        assert!(!format!("{newer:?}").contains("4711"));
    }

    #[test]
    fn what_the_kiosk_does_not_know_refuses_the_snapshot_and_names_the_field() {
        for (pointer, value) in [
            ("/policy/zone", json!("Asia/Nowhere")),
            ("/policy/default_language", json!("fr")),
            ("/policy/closes_at_minute", json!(1440)),
            ("/bookings/0/language", json!("xx")),
            ("/bookings/0/ends_at_ms", json!(1000)),
            ("/staff/0/role", json!("governor")),
            ("/staff/0/number", json!("47 11")),
            ("/badge_key/secret", json!("short")),
        ] {
            let mut room = room();
            match room.pointer_mut(pointer) {
                Some(place) => *place = value,
                None if pointer.ends_with("number") => room["staff"][0]["number"] = value,
                None => room["policy"]["closes_at_minute"] = value,
            }
            let Err(SnapshotError::Field { field, .. }) = schedule_from_json(&room.to_string()) else {
                panic!("{pointer} was not refused")
            };
            assert_eq!(field, pointer);
        }
    }

    #[test]
    fn half_written_json_is_refused_at_its_place_without_repeating_it() {
        let text = room().to_string();
        let error = schedule_from_json(&text[..text.len() / 2]).unwrap_err();
        assert!(matches!(error, SnapshotError::Shape { line: 1, .. }), "{error}");
    }
}
