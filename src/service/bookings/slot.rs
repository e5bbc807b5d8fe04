//! From what a connector writes as a slot to two instants, or to the field that is wrong.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use muwajaha_wire::bookings::{SlotRequest, booking_problem};

use crate::fault::Fault;

const LONGEST_MS: i64 = 4 * 60 * 60 * 1000;

/// Start and end in UTC milliseconds.
pub(super) fn parse(slot: &SlotRequest, now_ms: i64) -> Result<(i64, i64), Fault> {
    let zone = match &slot.zone {
        Some(name) => Some(TimeZone::get(name).map_err(|_| {
            let detail = format!("`{name}` is no IANA time zone; use one like `Asia/Baghdad`");
            Fault::field(booking_problem::UNKNOWN_ZONE, "/slot/zone", detail)
        })?),
        None => None,
    };
    let starts_at_ms = instant(&slot.starts_at, zone.as_ref(), "/slot/starts_at")?;
    let ends_at_ms = instant(&slot.ends_at, zone.as_ref(), "/slot/ends_at")?;
    let refuse = |code, detail| Err(Fault::field(code, "/slot/ends_at", detail));
    if ends_at_ms <= starts_at_ms {
        return refuse(booking_problem::ENDS_BEFORE_START, "choose an end after the start");
    }
    if ends_at_ms - starts_at_ms > LONGEST_MS {
        return refuse(booking_problem::SLOT_TOO_LONG, "a slot is at most four hours long");
    }
    if ends_at_ms <= now_ms {
        return refuse(booking_problem::SLOT_OVER, "the slot has passed; choose a later one");
    }
    Ok((starts_at_ms, ends_at_ms))
}

fn instant(text: &str, zone: Option<&TimeZone>, pointer: &str) -> Result<i64, Fault> {
    let invalid = |detail| Fault::field(booking_problem::INVALID_FIELD, pointer, detail);
    let Some(zone) = zone else {
        let instant = text.parse::<jiff::Timestamp>().map_err(|_| {
            invalid("write RFC 3339 with its offset, like `2026-11-24T10:00:00+03:00`, or add `/slot/zone`")
        })?;
        return Ok(instant.as_millisecond());
    };
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Err(invalid("with `/slot/zone` write local time without an offset, like `2026-11-24T10:00`"));
    }
    let local: DateTime = text.parse().map_err(|_| invalid("write local time like `2026-11-24T10:00`"))?;
    let instant = zone.to_ambiguous_timestamp(local).unambiguous().map_err(|_| {
        let detail = "the clocks change then: this local time does not exist or exists twice; write it with its offset";
        Fault::field(booking_problem::AMBIGUOUS_TIME, pointer, detail)
    })?;
    Ok(instant.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(starts_at: &str, ends_at: &str, zone: Option<&str>) -> SlotRequest {
        SlotRequest { starts_at: starts_at.to_owned(), ends_at: ends_at.to_owned(), zone: zone.map(ToOwned::to_owned) }
    }

    fn refusal(starts_at: &str, ends_at: &str, zone: Option<&str>) -> String {
        parse(&slot(starts_at, ends_at, zone), 0).unwrap_err().words()
    }

    #[test]
    fn local_time_and_offset_are_the_same_instant() {
        let local = parse(&slot("2026-11-24T10:00", "2026-11-24T10:30", Some("Asia/Baghdad")), 0).unwrap();
        let offset = parse(&slot("2026-11-24T10:00:00+03:00", "2026-11-24T07:30:00Z", None), 0).unwrap();
        assert_eq!(local, offset);
    }

    #[test]
    fn the_wrong_field_is_named() {
        let (start, end) = ("2026-11-24T10:00:00Z", "2026-11-24T10:30:00Z");
        assert!(refusal("24/11/2026", end, None).starts_with("/slot/starts_at: write RFC 3339"));
        assert!(refusal(start, "2026-11-24T09:00:00Z", None).starts_with("/slot/ends_at: choose an end after"));
        assert!(refusal(start, "2026-11-24T14:00:01Z", None).starts_with("/slot/ends_at: a slot is at most four"));
        assert!(refusal(start, end, Some("Mars/Olympus")).starts_with("/slot/zone: `Mars/Olympus`"));
        assert!(refusal(start, end, Some("Asia/Baghdad")).starts_with("/slot/starts_at: with `/slot/zone`"));
    }

    #[test]
    fn an_hour_that_the_clocks_skip_or_repeat_is_not_guessed() {
        let skipped = refusal("2026-03-29T02:30", "2026-03-29T03:30", Some("Europe/Berlin"));
        assert!(skipped.contains("the clocks change then"), "{skipped}");
        let repeated = refusal("2026-10-25T02:30", "2026-10-25T04:30", Some("Europe/Berlin"));
        assert!(repeated.contains("the clocks change then"), "{repeated}");
    }
}
