//! When a reader that comes and goes again and again is said to be there.
//!
//! A chattering plug would otherwise write two rows into the record for each contact. A reader lost
//! soon after it came, with no badge read meanwhile, has bounced. The first bounces are told as they
//! come; after them it must hold, longer each time, or read a badge. Whatever is told, badges are read.
//!
//! ```text
//!   Steady ──third bounce──► Unsteady: must hold 1 s ──bounce──► 2 s ──bounce──► … 60 s
//!     ▲                                   │
//!     └─── a badge read, or held long ◄───┘
//! ```

use std::time::{Duration, Instant};

const FREE_BOUNCES: u32 = 3;
const BOUNCED_WITHIN: Duration = Duration::from_secs(10);
const SHORTEST_HOLD: Duration = Duration::from_secs(1);
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// How steady one reader is.
#[derive(Debug, Default)]
pub(super) struct Steadiness {
    bounces: u32,
    came: Option<Instant>,
}

impl Steadiness {
    /// The reader is there.
    pub(super) fn came(&mut self, now: Instant) {
        self.came.get_or_insert(now);
    }

    /// It read a badge.
    pub(super) fn proved(&mut self) {
        self.bounces = 0;
    }

    /// It is away.
    pub(super) fn lost(&mut self, now: Instant) {
        let Some(came) = self.came.take() else { return };
        let has_bounced = now.duration_since(came) < BOUNCED_WITHIN.max(self.hold());
        self.bounces = if has_bounced { self.bounces.saturating_add(1) } else { 0 };
    }

    /// Whether it is there and may be said to be.
    pub(super) fn is_there(&self, now: Instant) -> bool {
        self.came.is_some_and(|came| now.duration_since(came) >= self.hold())
    }

    fn hold(&self) -> Duration {
        match self.bounces.checked_sub(FREE_BOUNCES) {
            None => Duration::ZERO,
            Some(more) => SHORTEST_HOLD.saturating_mul(2_u32.saturating_pow(more)).min(LONGEST_HOLD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a reader that is there for `there` and away for `away` is told present within `time`.
    fn told(there: Duration, away: Duration, time: Duration) -> u32 {
        let (mut steadiness, begin) = (Steadiness::default(), Instant::now());
        let (mut now, mut told) = (begin, 0);
        while now - begin < time {
            steadiness.came(now);
            now += there;
            told += u32::from(steadiness.is_there(now));
            steadiness.lost(now);
            now += away;
        }
        told
    }

    #[test]
    fn a_plug_that_chatters_for_an_hour_is_told_a_few_times() {
        let hour = Duration::from_secs(3600);
        assert_eq!(told(Duration::from_millis(50), Duration::from_millis(100), hour), 3);
        assert!(told(Duration::from_secs(3), Duration::from_secs(1), hour) <= 5);
    }

    #[test]
    fn a_reader_pulled_now_and_then_is_told_each_time() {
        assert_eq!(told(Duration::from_secs(20), Duration::from_secs(1), Duration::from_secs(21 * 40)), 40);
    }

    #[test]
    fn a_badge_proves_an_unsteady_reader_at_once() {
        let (mut steadiness, now) = (Steadiness::default(), Instant::now());
        for _ in 0..9 {
            steadiness.came(now);
            steadiness.lost(now);
        }
        steadiness.came(now);
        assert!(!steadiness.is_there(now + Duration::from_secs(59)));
        assert!(steadiness.is_there(now + Duration::from_secs(60)));
        steadiness.proved();
        assert!(steadiness.is_there(now));
    }
}
