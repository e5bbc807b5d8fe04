//! Counting requests: how many of which kind, and how long they took. Nothing of who asked or for what.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::text::Text;

/// Upper ends of the durations' buckets.
const BUCKETS: [(Duration, &str); 6] = [
    (Duration::from_millis(5), "0.005"),
    (Duration::from_millis(25), "0.025"),
    (Duration::from_millis(100), "0.1"),
    (Duration::from_millis(500), "0.5"),
    (Duration::from_millis(2500), "2.5"),
    (Duration::from_secs(10), "10"),
];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const REQUESTS: &str = "muwajaha_http_requests_total";
const DURATIONS: &str = "muwajaha_http_request_duration_seconds";

/// Whose business a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Area {
    Kiosk,
    Visitor,
    Bookings,
    Office,
    /// Pages, health, metrics, and what is nowhere.
    Other,
}

impl Area {
    const ALL: [Self; 5] = [Self::Kiosk, Self::Visitor, Self::Bookings, Self::Office, Self::Other];

    fn of(path: &str) -> Self {
        match path.strip_prefix("/v1/").and_then(|rest| rest.split('/').next()) {
            Some("kiosk") => Self::Kiosk,
            Some("visitor") => Self::Visitor,
            Some("bookings" | "outcomes") => Self::Bookings,
            Some("admin") => Self::Office,
            Some(_) | None => Self::Other,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Visitor => "visitor",
            Self::Bookings => "bookings",
            Self::Office => "office",
            Self::Other => "other",
        }
    }
}

/// What was counted since the service started.
#[derive(Debug, Default)]
pub(crate) struct HttpCounts([AreaCounts; Area::ALL.len()]);

#[derive(Debug, Default)]
struct AreaCounts {
    by_class: [AtomicU64; CLASSES.len()],
    /// Those that took as long as this bucket and no longer than the one before; the last for the rest.
    by_duration: [AtomicU64; BUCKETS.len() + 1],
    microseconds: AtomicU64,
}

impl HttpCounts {
    /// A request for `path` was answered with `status` after `took`.
    pub(crate) fn count(&self, path: &str, status: u16, took: Duration) {
        let area = Area::of(path);
        let Some(counts) = Area::ALL.iter().position(|known| *known == area).and_then(|at| self.0.get(at)) else {
            return;
        };
        let class = usize::from(status / 100).saturating_sub(1);
        let bucket = BUCKETS.iter().position(|(end, _)| took <= *end).unwrap_or(BUCKETS.len());
        for counter in [counts.by_class.get(class), counts.by_duration.get(bucket)].into_iter().flatten() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        counts.microseconds.fetch_add(u64::try_from(took.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }

    pub(super) fn write(&self, text: &mut Text) {
        text.family(REQUESTS, "counter", "Requests answered, by whose business they are and class of status.");
        for (area, counts) in Area::ALL.iter().zip(&self.0) {
            for (class, counter) in CLASSES.iter().zip(&counts.by_class) {
                text.sample(REQUESTS, &[("area", area.word()), ("status", class)], counter.load(Ordering::Relaxed));
            }
        }
        text.family(DURATIONS, "histogram", "How long answers took; of a WebSocket, until it was open.");
        for (area, counts) in Area::ALL.iter().zip(&self.0) {
            counts.write_durations(area.word(), text);
        }
    }
}

impl AreaCounts {
    fn write_durations(&self, area: &str, text: &mut Text) {
        let ends = BUCKETS.iter().map(|(_, end)| *end).chain(["+Inf"]);
        let mut so_far = 0;
        for (end, counter) in ends.zip(&self.by_duration) {
            so_far += counter.load(Ordering::Relaxed);
            text.sample(&format!("{DURATIONS}_bucket"), &[("area", area), ("le", end)], so_far);
        }
        let seconds = Duration::from_micros(self.microseconds.load(Ordering::Relaxed)).as_secs_f64();
        text.sample(&format!("{DURATIONS}_sum"), &[("area", area)], seconds);
        text.sample(&format!("{DURATIONS}_count"), &[("area", area)], so_far);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_once_in_its_area_class_and_bucket() {
        let counts = HttpCounts::default();
        counts.count("/v1/kiosk/time", 200, Duration::from_millis(25));
        counts.count("/v1/kiosk/bookings/bk-1/join", 409, Duration::from_millis(26));
        counts.count("/v1/admin/kiosks", 200, Duration::from_secs(60));
        counts.count("/visit", 404, Duration::ZERO);
        let mut text = Text::default();
        counts.write(&mut text);
        let text = text.finish();
        for line in [
            "muwajaha_http_requests_total{area=\"kiosk\",status=\"2xx\"} 1",
            "muwajaha_http_requests_total{area=\"kiosk\",status=\"4xx\"} 1",
            "muwajaha_http_requests_total{area=\"other\",status=\"4xx\"} 1",
            "muwajaha_http_request_duration_seconds_bucket{area=\"kiosk\",le=\"0.005\"} 0",
            "muwajaha_http_request_duration_seconds_bucket{area=\"kiosk\",le=\"0.025\"} 1",
            "muwajaha_http_request_duration_seconds_bucket{area=\"kiosk\",le=\"+Inf\"} 2",
            "muwajaha_http_request_duration_seconds_sum{area=\"kiosk\"} 0.051",
            "muwajaha_http_request_duration_seconds_bucket{area=\"office\",le=\"10\"} 0",
            "muwajaha_http_request_duration_seconds_count{area=\"office\"} 1",
        ] {
            assert!(text.lines().any(|written| written == line), "{line} is not in\n{text}");
        }
    }
}
