//! The three clocks behind [`Now`]: time since boot, this machine's civil clock, the service's.
//!
//! The service's clock is kept as an offset to boot time: heard on `net`, read on `session` and
//! main. A jump of the machine's civil clock therefore moves neither a deadline nor an admission.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use muwajaha_core::domain::{BootTime, Now, ServiceTime, Utc};
use rustix::time::{ClockId, clock_gettime};

/// How far a quartz may drift: the error grows by one millisecond in this many.
const DRIFT_ONE_IN: u64 = 10_000;

/// `CLOCK_BOOTTIME`, now.
pub fn boot_now() -> BootTime {
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let milliseconds = u64::try_from(time.tv_nsec / 1_000_000).unwrap_or(0);
    BootTime::from_millis(seconds.saturating_mul(1000).saturating_add(milliseconds))
}

/// This machine's civil clock, now; it may be years off.
pub fn wall_now() -> Utc {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Utc::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// The service's clock as it was heard once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HeardTime {
    /// The boot time at which it was heard.
    pub boot: BootTime,
    /// What the service's clock read then.
    pub at: Utc,
    /// How far that may be off.
    pub error: Duration,
}

impl HeardTime {
    /// What the service's clock reads at `boot`.
    pub fn at(&self, boot: BootTime) -> ServiceTime {
        let elapsed = boot.since(self.boot);
        let drift = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX) / DRIFT_ONE_IN;
        ServiceTime { at: self.at + elapsed, error: self.error + Duration::from_millis(drift) }
    }
}

/// The service's clock, shared between threads. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct ServiceClock {
    heard: Arc<Mutex<Option<HeardTime>>>,
}

impl ServiceClock {
    /// A clock that may already have been heard since boot, by the process before this one.
    pub fn starting_from(heard: Option<HeardTime>) -> Self {
        Self { heard: Arc::new(Mutex::new(heard)) }
    }

    /// The service's clock was heard.
    pub fn hear(&self, heard: HeardTime) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
    }

    /// What was heard last.
    pub fn heard(&self) -> Option<HeardTime> {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All three clocks, sampled together.
    pub fn now(&self) -> Now {
        let boot = boot_now();
        Now { boot, wall: wall_now(), service: self.heard().map(|heard| heard.at(boot)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_clock_runs_on_with_boot_time_and_grows_less_sure() {
        let heard = HeardTime {
            boot: BootTime::from_millis(1_000),
            at: Utc::from_millis(5_000_000),
            error: Duration::from_millis(20),
        };
        let two_days = Duration::from_secs(2 * 24 * 3600);
        let time = heard.at(BootTime::from_millis(1_000) + two_days);
        assert_eq!(time.at, Utc::from_millis(5_000_000) + two_days);
        assert_eq!(time.error, Duration::from_millis(20 + 17_280));
    }

    #[test]
    fn boot_time_is_known_and_does_not_run_backwards() {
        let first = boot_now();
        assert!(first.as_millis() > 0 && boot_now() >= first);
    }
}
