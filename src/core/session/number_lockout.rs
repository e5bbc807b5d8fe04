//! The growing delays after staff numbers.
//!
//! Pure. Nothing here asks whether a number names anybody, so that no delay tells. Each typed number
//! has a delay of its own, as a member of staff's badge has; beside it all numbers share one, so that
//! they cannot be tried in bulk. Numbers are not on disk: after a restart each counts as if all that
//! was refused before had been its own.

use std::collections::VecDeque;
use std::time::Duration;

use super::defect::planted;
use super::lockout::{delay_after, passed_since};
use crate::domain::{BootTime, Redacted, Utc};

/// The number tried longest ago is forgotten; by then the shared delay is at its longest.
const MOST_NUMBERS: usize = 64;

/// Refused PINs by typed number and of all numbers, and until when no PIN is taken after one.
#[derive(Debug, Default)]
pub(super) struct NumberLockouts {
    /// The number tried last stands last.
    tried: VecDeque<Tried>,
    refused_in_a_row: u32,
    shared_until: Option<BootTime>,
    /// What a number not in `tried` has behind it, for all that is known.
    refused_before_restart: u32,
}

#[derive(Debug)]
struct Tried {
    number: Redacted<String>,
    refused: u32,
    until: BootTime,
}

/// How long no PIN is taken after any number, once this many were refused in a row. It stays short
/// enough for a guard who waits while somebody plays with the pad.
fn shared_delay_after(refused: u32) -> Duration {
    match refused {
        0..=3 => Duration::ZERO,
        4..=5 => Duration::from_secs(5),
        6..=8 => Duration::from_secs(15),
        9.. => Duration::from_secs(60),
    }
}

impl NumberLockouts {
    /// What the record knows, at boot time `boot` and civil time `utc`.
    pub(super) fn recover(refused: Option<(u32, Utc)>, boot: BootTime, utc: Utc) -> Self {
        let Some((count, last)) = refused else { return Self::default() };
        let longest = delay_after(count).max(shared_delay_after(count));
        let shared_until = Some(boot + longest.saturating_sub(passed_since(last, utc)));
        Self { tried: VecDeque::new(), refused_in_a_row: count, shared_until, refused_before_restart: count }
    }

    /// Until when no PIN is taken after `number`, where that lies after `now`.
    pub(super) fn locked_until(&self, number: &Redacted<String>, now: BootTime) -> Option<BootTime> {
        let own = self.tried.iter().find(|tried| &tried.number == number).map(|tried| tried.until);
        own.max(self.shared_until).filter(|until| *until > now)
    }

    /// One more refused PIN after `number`.
    pub(super) fn refused(&mut self, number: &Redacted<String>, now: BootTime) {
        let place = self.tried.iter().position(|tried| &tried.number == number);
        let known = place.and_then(|place| self.tried.remove(place));
        let before = known.map_or(self.refused_before_restart, |tried| tried.refused);
        let refused = before.saturating_add(1);
        self.refused_in_a_row = self.refused_in_a_row.saturating_add(1);
        let (own, shared) = if planted!(LockoutNeverGrows) {
            (Duration::ZERO, Duration::ZERO)
        } else {
            (delay_after(refused), shared_delay_after(self.refused_in_a_row))
        };
        self.tried.push_back(Tried { number: number.clone(), refused, until: now + own });
        if self.tried.len() > MOST_NUMBERS {
            self.tried.pop_front();
        }
        self.shared_until = if planted!(NumberDelayNotShared) { None } else { Some(now + shared) };
    }

    /// The right PIN after `number`: this number and what all share is forgiven.
    pub(super) fn accepted(&mut self, number: &Redacted<String>) {
        self.tried.retain(|tried| &tried.number != number);
        (self.refused_in_a_row, self.shared_until, self.refused_before_restart) = (0, None, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> BootTime {
        BootTime::from_millis(seconds * 1000)
    }

    fn utc(seconds: i64) -> Utc {
        Utc::from_millis(seconds * 1000)
    }

    fn number(text: &str) -> Redacted<String> {
        Redacted::new(text.to_owned())
    }

    /// The delay after each of `numbers`, each refused as soon as it may be.
    fn delays(lockouts: &mut NumberLockouts, numbers: impl Iterator<Item = String>) -> Vec<u64> {
        let mut now = at(0);
        numbers
            .map(|text| {
                let number = number(&text);
                now = lockouts.locked_until(&number, now).unwrap_or(now);
                lockouts.refused(&number, now);
                lockouts.locked_until(&number, now).map_or(0, |until| until.since(now).as_secs())
            })
            .collect()
    }

    #[test]
    fn one_numbers_delay_grows_as_a_badges_does() {
        let delays = delays(&mut NumberLockouts::default(), std::iter::repeat_n("4711".to_owned(), 8));
        assert_eq!(delays, [0, 0, 5, 15, 60, 300, 300, 300]);
    }

    #[test]
    fn numbers_tried_one_after_the_other_share_a_delay() {
        let mut lockouts = NumberLockouts::default();
        let delays = delays(&mut lockouts, (1000..1012).map(|number| number.to_string()));
        assert_eq!(delays, [0, 0, 0, 5, 5, 15, 15, 15, 60, 60, 60, 60]);
        assert!(lockouts.locked_until(&number("2000"), at(200)).is_some(), "a number never typed waits too");
        lockouts.accepted(&number("2000"));
        assert_eq!(lockouts.locked_until(&number("2000"), at(200)), None);
    }

    #[test]
    fn what_is_kept_of_numbers_is_bounded() {
        let mut lockouts = NumberLockouts::default();
        for number in 0..1000 {
            lockouts.refused(&Redacted::new(format!("{number:04}")), at(number));
        }
        assert_eq!(lockouts.tried.len(), MOST_NUMBERS);
    }

    #[test]
    fn after_a_restart_each_number_counts_as_if_all_had_been_its_own() {
        let recovered = |now| NumberLockouts::recover(Some((6, utc(1000))), at(10), utc(now));
        let until = |now| recovered(now).locked_until(&number("4711"), at(10));
        assert_eq!(until(1020), Some(at(290)));
        assert_eq!(until(1300), None);
        assert_eq!(until(-5_000_000), Some(at(310)), "a clock that jumped backwards means the whole delay");
        let mut later = recovered(1300);
        later.refused(&number("4711"), at(10));
        assert_eq!(later.locked_until(&number("4711"), at(10)), Some(at(310)));
    }

    #[test]
    fn a_typed_number_stands_in_no_debug_text() {
        let mut lockouts = NumberLockouts::default();
        lockouts.refused(&number("47110815"), at(0));
        assert!(!format!("{lockouts:?}").contains("4711"));
    }
}
