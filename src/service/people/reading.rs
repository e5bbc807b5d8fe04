//! What the office reads: the change log, a kiosk's record, outcomes by day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use muwajaha_wire::admin::ReportRow;

use crate::app::App;
use crate::fault::Fault;

const A_DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Outcomes by the facility's day, from `from` to `to`, both included.
pub(crate) async fn report_rows(app: &App, from: Option<&str>, to: Option<&str>) -> Result<Vec<ReportRow>, Fault> {
    let day = |text: Option<&str>, pointer| match text {
        Some(text) => text
            .parse::<Date>()
            .map(Some)
            .map_err(|_| Fault::field("invalid-field", pointer, "write a day like `2026-11-24`")),
        None => Ok(None),
    };
    let (from, to) = (day(from, "/from")?, day(to, "/to")?);
    let midnight =
        |date: Date| date.to_zoned_datetime(TimeZone::UTC).map_or(0, |start| start.timestamp().as_millisecond());
    // A day begins up to 14 hours before or after it does in UTC; the exact day is judged below.
    let from_ms = from.map_or(i64::MIN, |date| midnight(date) - A_DAY_MS);
    let to_ms = to.map_or(i64::MAX, |date| midnight(date) + 2 * A_DAY_MS);
    let zones: BTreeMap<String, TimeZone> = app
        .store
        .facilities()
        .await?
        .into_iter()
        .map(|row| (row.id, TimeZone::get(&row.zone).unwrap_or(TimeZone::UTC)))
        .collect();
    let mut counts = BTreeMap::<(Date, String, String), u64>::new();
    for row in app.store.outcomes_between(from_ms, to_ms).await? {
        let zone = zones.get(&row.facility).cloned().unwrap_or(TimeZone::UTC);
        let start = jiff::Timestamp::from_millisecond(row.starts_at_ms).unwrap_or_default();
        let date = start.to_zoned_datetime(zone).date();
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
