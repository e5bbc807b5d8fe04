//! What the office reads by day: bookings, outcomes. A day is one of the facility's own zone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use muwajaha_wire::admin::ReportRow;

use crate::app::App;
use crate::fault::Fault;
use crate::store::BookingRow;

const A_DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The zones of all facilities.
struct Zones(BTreeMap<String, TimeZone>);

impl Zones {
    async fn read(app: &App) -> Result<Self, Fault> {
        let rows = app.store.facilities().await?.into_iter();
        Ok(Self(rows.map(|row| (row.id, TimeZone::get(&row.zone).unwrap_or(TimeZone::UTC))).collect()))
    }

    /// The day of an instant at `facility`.
    fn day(&self, facility: &str, at_ms: i64) -> Date {
        let zone = self.0.get(facility).cloned().unwrap_or(TimeZone::UTC);
        jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned_datetime(zone).date()
    }
}

fn day(text: &str, pointer: &str) -> Result<Date, Fault> {
    text.parse().map_err(|_| Fault::field("invalid-field", pointer, "write a day like `2026-11-24`"))
}

fn midnight_ms(date: Date) -> i64 {
    date.to_zoned_datetime(TimeZone::UTC).map_or(0, |start| start.timestamp().as_millisecond())
}

/// Before `date` begins in any zone: it does so up to 14 hours before or after it does in UTC.
fn earliest_ms(date: Date) -> i64 {
    midnight_ms(date) - A_DAY_MS
}

/// After `date` has ended in every zone.
fn latest_ms(date: Date) -> i64 {
    midnight_ms(date) + 2 * A_DAY_MS
}

/// Bookings that start on a day of their facility, earliest first.
pub(crate) async fn bookings_of_day(app: &App, facility: Option<&str>, text: &str) -> Result<Vec<BookingRow>, Fault> {
    let date = day(text, "/day")?;
    let zones = Zones::read(app).await?;
    let mut rows = app.store.bookings_starting(facility, earliest_ms(date), latest_ms(date)).await?;
    rows.retain(|row| zones.day(&row.facility, row.starts_at_ms) == date);
    Ok(rows)
}

/// Outcomes by the facility's day, from `from` to `to`, both included.
pub(crate) async fn report_rows(app: &App, from: Option<&str>, to: Option<&str>) -> Result<Vec<ReportRow>, Fault> {
    let from = from.map(|text| day(text, "/from")).transpose()?;
    let to = to.map(|text| day(text, "/to")).transpose()?;
    let (from_ms, to_ms) = (from.map_or(i64::MIN, earliest_ms), to.map_or(i64::MAX, latest_ms));
    let zones = Zones::read(app).await?;
    let mut counts = BTreeMap::<(Date, String, String), u64>::new();
    for row in app.store.outcomes_between(from_ms, to_ms).await? {
        let date = zones.day(&row.facility, row.starts_at_ms);
        if from.is_none_or(|from| from <= date) && to.is_none_or(|to| date <= to) {
            *counts.entry((date, row.facility, row.outcome)).or_default() += 1;
        }
    }
    let rows = counts.into_iter().map(|((day, facility, outcome), visits)| ReportRow {
        day: day.to_string(),
        facility,
        outcome,
        visits,
    });
    Ok(rows.collect())
}
