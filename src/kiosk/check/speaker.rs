//! The speaker: whether the microphone hears its beeps.

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

use super::tone;

/// Above what the room says at the same frequencies.
const CLEAR_DECIBELS: f32 = 20.0;
const FAINT_DECIBELS: f32 = 10.0;

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    /// The beeps' level while the speaker plays.
    pub(super) beep_dbfs: f32,
    /// The room at the same frequencies.
    pub(super) room_dbfs: f32,
}

impl Measured {
    pub(super) fn of(quiet: &[i16], playing: &[i16]) -> Self {
        Self { beep_dbfs: tone::beep_level(playing), room_dbfs: tone::beep_level(quiet) }
    }

    /// How far the beeps stand out.
    pub(super) fn margin(self) -> f32 {
        self.beep_dbfs - self.room_dbfs
    }

    /// Whether the microphone hears the speaker at all.
    pub(super) fn is_heard(self) -> bool {
        self.margin() >= FAINT_DECIBELS
    }
}

pub(super) fn judge(measured: Result<Measured, String>) -> Finding {
    let measured = match measured {
        Ok(measured) => measured,
        Err(why) => return Finding::fail(CheckPart::Speaker, why, Remedy::PlugSpeaker),
    };
    let value = format!("{:.0} dBFS, +{:.0} dB", measured.beep_dbfs, measured.margin().max(0.0));
    if measured.margin() >= CLEAR_DECIBELS {
        Finding::pass(CheckPart::Speaker, value)
    } else if measured.is_heard() {
        Finding::warn(CheckPart::Speaker, value, Remedy::RaiseSpeaker)
    } else {
        Finding::fail(CheckPart::Speaker, value, Remedy::RaiseSpeaker)
    }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    #[test]
    fn a_speaker_is_judged_by_how_far_it_stands_out_of_the_room() {
        let verdict = |beep_dbfs| judge(Ok(Measured { beep_dbfs, room_dbfs: -70.0 })).verdict;
        assert_eq!(verdict(-30.0), CheckVerdict::Pass);
        assert_eq!(verdict(-55.0), CheckVerdict::Warn);
        assert_eq!(verdict(-68.0), CheckVerdict::Fail);
        assert_eq!(judge(Err("away".to_owned())).remedy, Some(Remedy::PlugSpeaker));
    }
}
