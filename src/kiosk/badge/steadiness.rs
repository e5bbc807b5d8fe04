//! What is told of a reader that comes and goes again and again.
//!
//! A chattering plug, or somebody at the wire, would otherwise write two rows into the record for each
//! contact. A reader that is there, trusted or not, and is another soon after, has bounced. The first
//! bounces are told as they come. After them a reader is told to be there, and one that is away to be
//! untrusted or the other way round, once that has held, longer each time. That a reader ceased to be
//! of use, and the first distrust, are told at once. Whatever is told, badges are read.
//!
//! ```text
//!   Steady ──third bounce──► Unsteady: must hold 1 s ──bounce──► 2 s ──bounce──► … 60 s
//!     ▲                                   │
//!     └────────── held long ◄─────────────┘      a badge read: this contact alone need hold no longer
//! ```

use std::time::{Duration, Instant};

use muwajaha_core::session::ReaderPresence;

const FREE_BOUNCES: u32 = 3;
const BOUNCED_WITHIN: Duration = Duration::from_secs(10);
const SHORTEST_HOLD: Duration = Duration::from_secs(1);
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// How steady one reader is.
#[derive(Debug, Default)]
pub(super) struct Steadiness {
    bounces: u32,
    seen: Option<Seen>,
    told: Option<ReaderPresence>,
    /// Whether a distrust was told since it was steady.
    has_told_distrust: bool,
}

/// How the reader is just now.
#[derive(Debug)]
struct Seen {
    presence: ReaderPresence,
    since: Instant,
    is_proved: bool,
}

impl Steadiness {
    /// The reader was seen to be there, away or not trusted. Returns what is to be told.
    pub(super) fn see(&mut self, presence: ReaderPresence, now: Instant) -> Option<ReaderPresence> {
        if self.seen.as_ref().is_none_or(|seen| seen.presence != presence) {
            let before = self.seen.replace(Seen { presence, since: now, is_proved: false });
            if let Some(before) = before.filter(|before| before.presence != ReaderPresence::Absent) {
                self.left_after(now.duration_since(before.since));
            }
        }
        self.due(now)
    }

    /// It read a badge.
    pub(super) fn prove(&mut self, now: Instant) -> Option<ReaderPresence> {
        if let Some(seen) = &mut self.seen {
            seen.is_proved = seen.presence == ReaderPresence::Present;
        }
        self.due(now)
    }

    /// What is to be told by now, once.
    pub(super) fn due(&mut self, now: Instant) -> Option<ReaderPresence> {
        let seen = self.seen.as_ref()?;
        let presence = seen.presence;
        let may_be_told = seen.is_proved || now.duration_since(seen.since) >= self.hold() || self.is_urgent(presence);
        if self.told == Some(presence) || !may_be_told {
            return None;
        }
        self.told = Some(presence);
        self.has_told_distrust |= is_distrust(presence);
        Some(presence)
    }

    /// A reader that was there for so long is another now.
    fn left_after(&mut self, lasted: Duration) {
        if lasted < BOUNCED_WITHIN.max(self.hold()) {
            self.bounces = self.bounces.saturating_add(1);
        } else {
            (self.bounces, self.has_told_distrust) = (0, false);
        }
    }

    /// Whether the session would take the reader for better than it is.
    fn is_urgent(&self, presence: ReaderPresence) -> bool {
        let is_first_distrust = is_distrust(presence) && !self.has_told_distrust;
        let was_of_use = self.told.is_none_or(|told| told == ReaderPresence::Present);
        presence != ReaderPresence::Present && (was_of_use || is_first_distrust)
    }

    fn hold(&self) -> Duration {
        match self.bounces.checked_sub(FREE_BOUNCES) {
            None => Duration::ZERO,
            Some(more) => SHORTEST_HOLD.saturating_mul(2_u32.saturating_pow(more)).min(LONGEST_HOLD),
        }
    }
}

fn is_distrust(presence: ReaderPresence) -> bool {
    matches!(presence, ReaderPresence::NotTrusted(_))
}

#[cfg(test)]
mod tests {
    use muwajaha_core::badge::osdp::Distrust;

    use super::ReaderPresence::{Absent, NotTrusted, Present};
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);
    const SECOND: Duration = Duration::from_secs(1);
    const HOUR: Duration = Duration::from_secs(3600);
    const NO_KEY: ReaderPresence = NotTrusted(Distrust::KeyMissing);
    const CLEAR_ANSWER: ReaderPresence = NotTrusted(Distrust::ClearAnswer);
    const WRONG_SIGNATURE: ReaderPresence = NotTrusted(Distrust::WrongSignature);

    /// A reader in virtual time.
    struct Bench {
        steadiness: Steadiness,
        now: Instant,
    }

    impl Bench {
        fn new() -> Self {
            Self { steadiness: Steadiness::default(), now: Instant::now() }
        }

        /// What is told of a reader that stays so for a while, asked four times a second.
        fn stays(&mut self, presence: ReaderPresence, time: Duration) -> Vec<ReaderPresence> {
            let until = self.now + time;
            let mut told: Vec<_> = self.steadiness.see(presence, self.now).into_iter().collect();
            while self.now < until {
                self.now = until.min(self.now + 250 * MILLISECOND);
                told.extend(self.steadiness.due(self.now));
            }
            told
        }

        /// What is told of a reader that goes round these states for a while.
        fn goes_round(&mut self, states: &[(ReaderPresence, Duration)], time: Duration) -> Vec<ReaderPresence> {
            let until = self.now + time;
            let mut told = Vec::new();
            while self.now < until {
                told.extend(states.iter().flat_map(|(presence, time)| self.stays(*presence, *time)));
            }
            told
        }
    }

    #[test]
    fn a_plug_that_chatters_for_an_hour_is_told_a_few_times() {
        let fast = Bench::new().goes_round(&[(Present, 50 * MILLISECOND), (Absent, 100 * MILLISECOND)], HOUR);
        assert_eq!(fast, [Present, Absent, Present, Absent, Present, Absent]);
        let slow = Bench::new().goes_round(&[(Present, 3 * SECOND), (Absent, SECOND)], HOUR);
        assert!(slow.len() <= 10, "{slow:?}");
    }

    #[test]
    fn a_reader_pulled_now_and_then_is_told_each_time() {
        let told = Bench::new().goes_round(&[(Present, 20 * SECOND), (Absent, SECOND)], 21 * 40 * SECOND);
        assert_eq!(told.len(), 80);
    }

    #[test]
    fn a_chattering_reader_without_a_key_is_told_a_few_times() {
        let told = Bench::new().goes_round(&[(NO_KEY, 150 * MILLISECOND), (Absent, 100 * MILLISECOND)], HOUR);
        assert_eq!(told, [NO_KEY, Absent, NO_KEY, Absent, NO_KEY], "it stays what it was last told to be");
    }

    #[test]
    fn somebody_at_the_wire_who_forges_in_turns_is_told_a_few_times() {
        let forged = [(CLEAR_ANSWER, 800 * MILLISECOND), (WRONG_SIGNATURE, 800 * MILLISECOND)];
        let told = Bench::new().goes_round(&forged, HOUR);
        assert!((2..=6).contains(&told.len()), "{told:?}");
        let between = [(CLEAR_ANSWER, SECOND), (Present, SECOND), (WRONG_SIGNATURE, SECOND), (Present, SECOND)];
        let told = Bench::new().goes_round(&between, HOUR);
        assert!((2..=8).contains(&told.len()), "{told:?}");
    }

    #[test]
    fn the_first_distrust_of_an_unsteady_reader_is_told_at_once_and_what_holds_is_told_in_the_end() {
        let mut bench = Bench::new();
        bench.goes_round(&[(Present, 50 * MILLISECOND), (Absent, 50 * MILLISECOND)], 10 * SECOND);
        assert_eq!(bench.steadiness.see(NO_KEY, bench.now), Some(NO_KEY));
        assert_eq!(bench.stays(Absent, 59 * SECOND), []);
        assert_eq!(bench.stays(Absent, SECOND), [Absent]);
        assert_eq!(bench.stays(NO_KEY, 60 * SECOND), [NO_KEY]);
        assert_eq!(bench.stays(Present, 60 * SECOND), [Present]);
        assert_eq!(bench.steadiness.see(CLEAR_ANSWER, bench.now), Some(CLEAR_ANSWER), "it was of use");
    }

    #[test]
    fn a_badge_proves_an_unsteady_reader_at_once_and_this_contact_alone() {
        let mut bench = Bench::new();
        bench.goes_round(&[(Present, MILLISECOND), (Absent, MILLISECOND)], SECOND);
        assert_eq!(bench.stays(Present, 59 * SECOND), []);
        assert_eq!(bench.steadiness.prove(bench.now), Some(Present));
        assert_eq!(bench.stays(Absent, SECOND), [Absent]);
        assert_eq!(bench.stays(Present, 59 * SECOND), [], "the badge proved the contact before");
        assert_eq!(bench.stays(Present, SECOND), [Present]);
    }
}
