//! The clock that media ends calls by.

use muwajaha_core::domain::BootTime;

/// Now, by `CLOCK_BOOTTIME`.
pub(super) fn boot_now() -> BootTime {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let milliseconds = u64::try_from(time.tv_nsec / 1_000_000).unwrap_or(0);
    BootTime::from_millis(seconds.saturating_mul(1000).saturating_add(milliseconds))
}
