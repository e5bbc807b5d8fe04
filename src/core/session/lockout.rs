//! The growing delay after wrong PINs, by member of staff; after staff numbers see `number_lockout`.
//!
//! Pure. Delays run on boot time; across a restart they are measured in civil time, which can
//! shorten a delay only by time that demonstrably passed: a clock that jumped backwards means the
//! whole delay again.

use std::time::Duration;

use super::defect::planted;
use super::number_lockout::NumberLockouts;
use crate::domain::{BootTime, StaffId, Utc};

/// Wrong PINs by member of staff, and until when no PIN of theirs is taken.
#[derive(Debug, Default)]
pub(super) struct Lockouts {
    entries: Vec<Lockout>,
    /// PINs that came after a typed number.
    pub(super) by_number: NumberLockouts,
}

#[derive(Debug)]
struct Lockout {
    staff: StaffId,
    wrong_pins: u32,
    until: BootTime,
}

/// How long no PIN is taken after this many wrong ones in a row.
pub(super) fn delay_after(wrong_pins: u32) -> Duration {
    match wrong_pins {
        0..=2 => Duration::ZERO,
        3 => Duration::from_secs(5),
        4 => Duration::from_secs(15),
        5 => Duration::from_secs(60),
        6.. => Duration::from_secs(300),
    }
}

/// The civil time that demonstrably passed.
pub(super) fn passed_since(last: Utc, utc: Utc) -> Duration {
    if utc < last { Duration::ZERO } else { last.until(utc) }
}

impl Lockouts {
    /// What the record knows, at boot time `boot` and civil time `utc`.
    pub(super) fn recover(
        wrong_pins: &[(StaffId, u32, Utc)],
        refused_by_number: Option<(u32, Utc)>,
        boot: BootTime,
        utc: Utc,
    ) -> Self {
        if planted!(LockoutForgottenAtRestart) {
            return Self::default();
        }
        let entries = wrong_pins.iter().map(|(staff, wrong_pins, last)| {
            let until = boot + delay_after(*wrong_pins).saturating_sub(passed_since(*last, utc));
            Lockout { staff: staff.clone(), wrong_pins: *wrong_pins, until }
        });
        Self { entries: entries.collect(), by_number: NumberLockouts::recover(refused_by_number, boot, utc) }
    }

    /// Until when no PIN of `staff` is taken, where that lies after `now`.
    pub(super) fn locked_until(&self, staff: &StaffId, now: BootTime) -> Option<BootTime> {
        let entry = self.entries.iter().find(|entry| &entry.staff == staff)?;
        (entry.until > now).then_some(entry.until)
    }

    /// One more wrong PIN.
    pub(super) fn refused(&mut self, staff: &StaffId, now: BootTime) {
        let index = self.entries.iter().position(|entry| &entry.staff == staff);
        let mut entry = match index {
            Some(index) => self.entries.swap_remove(index),
            None => Lockout { staff: staff.clone(), wrong_pins: 0, until: now },
        };
        entry.wrong_pins = entry.wrong_pins.saturating_add(1);
        let delay = if planted!(LockoutNeverGrows) { Duration::ZERO } else { delay_after(entry.wrong_pins) };
        entry.until = now + delay;
        self.entries.push(entry);
    }

    /// The right PIN: all is forgiven.
    pub(super) fn accepted(&mut self, staff: &StaffId) {
        self.entries.retain(|entry| &entry.staff != staff);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUARD: &str = "guard";

    fn at(seconds: u64) -> BootTime {
        BootTime::from_millis(seconds * 1000)
    }

    fn utc(seconds: i64) -> Utc {
        Utc::from_millis(seconds * 1000)
    }

    #[test]
    fn two_slips_are_free_and_the_delay_grows_to_five_minutes() {
        let seconds: Vec<u64> = (0..=8).map(|wrong| delay_after(wrong).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 5, 15, 60, 300, 300, 300]);
    }

    #[test]
    fn a_restart_shortens_a_delay_only_by_the_time_that_passed() {
        let guard = StaffId::new(GUARD);
        let record = [(guard.clone(), 5, utc(1000))];
        let until = |now| Lockouts::recover(&record, None, at(10), utc(now)).locked_until(&guard, at(10));
        assert_eq!(until(1020), Some(at(50)));
        assert_eq!(until(1060), None);
        assert_eq!(until(-5_000_000), Some(at(70)), "a clock that jumped backwards means the whole delay");
    }

    #[test]
    fn one_guards_slips_do_not_lock_out_another() {
        let mut lockouts = Lockouts::default();
        for _ in 0..4 {
            lockouts.refused(&StaffId::new(GUARD), at(0));
        }
        assert_eq!(lockouts.locked_until(&StaffId::new(GUARD), at(1)), Some(at(15)));
        assert_eq!(lockouts.locked_until(&StaffId::new("other"), at(1)), None);
        lockouts.accepted(&StaffId::new(GUARD));
        assert_eq!(lockouts.locked_until(&StaffId::new(GUARD), at(1)), None);
    }
}
