//! Time as the session sees it: handed in, never read.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Time since this machine booted, suspended time included (`CLOCK_BOOTTIME`). It never jumps, so
/// deadlines live on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootTime {
    milliseconds: u64,
}

impl BootTime {
    /// The instant this many milliseconds after boot.
    pub fn from_millis(milliseconds: u64) -> Self {
        Self { milliseconds }
    }

    /// Milliseconds since boot.
    pub fn as_millis(self) -> u64 {
        self.milliseconds
    }

    /// Time from `earlier` to this instant; zero where `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.milliseconds.saturating_sub(earlier.milliseconds))
    }
}

impl std::ops::Add<Duration> for BootTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self { milliseconds: self.milliseconds.saturating_add(milliseconds) }
    }
}

impl std::ops::Sub<Duration> for BootTime {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self { milliseconds: self.milliseconds.saturating_sub(milliseconds) }
    }
}

/// A point in civil time, in UTC milliseconds since 1970. Everything stored is in this form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Utc {
    milliseconds: i64,
}

impl Utc {
    /// The instant this many milliseconds after 1970-01-01T00:00:00Z.
    pub fn from_millis(milliseconds: i64) -> Self {
        Self { milliseconds }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn as_millis(self) -> i64 {
        self.milliseconds
    }

    /// Time from this instant until `later`; zero where `later` has passed.
    pub fn until(self, later: Self) -> Duration {
        let milliseconds = later.milliseconds.saturating_sub(self.milliseconds);
        Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
    }
}

impl std::ops::Add<Duration> for Utc {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self { milliseconds: self.milliseconds.saturating_add(milliseconds) }
    }
}

impl std::ops::Sub<Duration> for Utc {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self { milliseconds: self.milliseconds.saturating_sub(milliseconds) }
    }
}

/// The visit service's clock, as the kiosk knows it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceTime {
    /// What the service's clock reads.
    pub at: Utc,
    /// How far that may be off.
    pub error: Duration,
}

/// The time at which an event is handled, sampled once per event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// `CLOCK_BOOTTIME`; deadlines live here.
    pub boot: BootTime,
    /// This machine's civil clock, which may be years off.
    pub wall: Utc,
    /// The service's clock; `None` until it was heard since boot. Admission needs it.
    pub service: Option<ServiceTime>,
}

impl Now {
    /// The best civil time at hand: the service's, else this machine's own. For people to read;
    /// permissions use [`Now::service`] alone.
    pub fn best_utc(&self) -> Utc {
        self.service.map_or(self.wall, |service| service.at)
    }

    /// The boot time at which the service's clock will read `utc`; `None` without the service's time.
    pub fn boot_at(&self, utc: Utc) -> Option<BootTime> {
        self.service.map(|service| self.boot + service.at.until(utc))
    }
}
