//! The picture gives way to the speech: which size and frame rate a granted bitrate carries.

use std::time::{Duration, Instant};

/// What the sound and the packets' own headers take of the line.
const SOUND_BITS_PER_SECOND: u32 = 56_000;
/// What the congestion control grants at least: random loss alone must not take the picture away.
pub(super) const MINIMUM_BITS_PER_SECOND: u32 = 120_000;
/// What it starts from.
pub(super) const START_BITS_PER_SECOND: u32 = 700_000;
const MINIMUM_VIDEO_BITS_PER_SECOND: u32 = 60_000;
const PATIENCE: Duration = Duration::from_secs(4);

/// One step of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rung {
    /// Wants at least this much.
    from_bits_per_second: u32,
    /// How often width and height are halved.
    pub halvings: u32,
    /// Frames a second at most.
    pub frames_per_second: u32,
}

const RUNGS: [Rung; 4] = [
    Rung { from_bits_per_second: 550_000, halvings: 0, frames_per_second: 60 },
    Rung { from_bits_per_second: 220_000, halvings: 1, frames_per_second: 25 },
    Rung { from_bits_per_second: 110_000, halvings: 1, frames_per_second: 13 },
    Rung { from_bits_per_second: 0, halvings: 2, frames_per_second: 9 },
];

/// What of a granted bitrate the picture gets.
pub(super) fn video_share(granted: u32, maximum: u32) -> u32 {
    granted.saturating_sub(SOUND_BITS_PER_SECOND).clamp(MINIMUM_VIDEO_BITS_PER_SECOND, maximum)
}

/// Where on the ladder a connection stands. Down at once, up with patience.
#[derive(Debug, Default)]
pub(super) struct Ladder {
    rung: usize,
    better_since: Option<Instant>,
}

impl Ladder {
    /// The rung for this bitrate.
    pub(super) fn step(&mut self, bits_per_second: u32, now: Instant) -> Rung {
        let fits = |rung: &Rung| rung.from_bits_per_second <= bits_per_second;
        let fitting = RUNGS.iter().position(fits).unwrap_or(RUNGS.len() - 1);
        let with_room = bits_per_second.saturating_sub(bits_per_second / 8);
        let above = self.rung.checked_sub(1).and_then(|above| RUNGS.get(above));
        if fitting > self.rung {
            self.rung = fitting;
            self.better_since = None;
        } else if above.is_some_and(|above| above.from_bits_per_second <= with_room) {
            let since = *self.better_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= PATIENCE {
                self.rung = self.rung.saturating_sub(1);
                self.better_since = None;
            }
        } else {
            self.better_since = None;
        }
        RUNGS.get(self.rung).copied().unwrap_or(RUNGS[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thin_line_makes_the_picture_small_at_once_and_a_wide_one_large_after_a_while() {
        let start = Instant::now();
        let mut ladder = Ladder::default();
        assert_eq!(ladder.step(1_500_000, start).halvings, 0);
        assert_eq!(ladder.step(300_000, start).halvings, 1);
        assert_eq!(ladder.step(60_000, start).halvings, 2);
        assert_eq!(ladder.step(1_500_000, start).halvings, 2);
        assert_eq!(ladder.step(1_500_000, start + PATIENCE).halvings, 1);
        assert_eq!(ladder.step(1_500_000, start + PATIENCE).frames_per_second, 13);
    }

    #[test]
    fn an_estimate_that_hovers_at_a_border_does_not_make_the_picture_flap() {
        let start = Instant::now();
        let mut ladder = Ladder::default();
        ladder.step(540_000, start);
        for second in 0..60 {
            let bits = if second % 2 == 0 { 560_000 } else { 540_000 };
            assert_eq!(ladder.step(bits, start + Duration::from_secs(second)).halvings, 1);
        }
    }

    #[test]
    fn the_sound_is_taken_out_of_the_grant_first() {
        assert_eq!(video_share(400_000, 1_500_000), 344_000);
        assert_eq!(video_share(0, 1_500_000), MINIMUM_VIDEO_BITS_PER_SECOND);
        assert_eq!(video_share(9_000_000, 1_500_000), 1_500_000);
    }
}
