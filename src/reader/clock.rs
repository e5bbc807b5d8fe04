//! The only clock of this process: boot time, for libosdp too. It never jumps.

use muwajaha_core::domain::BootTime;
use rustix::time::{ClockId, clock_gettime};

/// Boot time now.
pub fn boot_now() -> BootTime {
    let now = clock_gettime(ClockId::Boottime);
    let milliseconds = now.tv_sec.saturating_mul(1000).saturating_add(now.tv_nsec / 1_000_000);
    BootTime::from_millis(milliseconds.try_into().unwrap_or_default())
}
