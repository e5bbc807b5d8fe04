//! The microphone: its level while nobody plays anything, and whether it clips.

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

use super::tone;

/// Below this a room is quieter than any microphone's own noise: it is muted.
const MUTED_DBFS: f32 = -90.0;
const FAINT_DBFS: f32 = -75.0;
const LOUD_DBFS: f32 = -12.0;
const CLIPPED_SHARE: f32 = 0.001;

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) quiet_dbfs: f32,
    pub(super) clipped_share: f32,
}

impl Measured {
    /// `quiet`: what was heard while the speaker was silent; `playing`: while it played.
    pub(super) fn of(quiet: &[i16], playing: &[i16]) -> Self {
        Self {
            quiet_dbfs: tone::level(quiet),
            clipped_share: tone::clipped_share(quiet).max(tone::clipped_share(playing)),
        }
    }
}

pub(super) fn judge(measured: Result<Measured, String>) -> Finding {
    let measured = match measured {
        Ok(measured) => measured,
        Err(why) => return Finding::fail(CheckPart::Microphone, why, Remedy::PlugMicrophone),
    };
    let Measured { quiet_dbfs, clipped_share } = measured;
    let value = format!("{quiet_dbfs:.0} dBFS, {:.1} % clipped", clipped_share * 100.0);
    if quiet_dbfs < MUTED_DBFS {
        Finding::fail(CheckPart::Microphone, value, Remedy::RaiseMicrophone)
    } else if clipped_share > CLIPPED_SHARE || quiet_dbfs > LOUD_DBFS {
        Finding::warn(CheckPart::Microphone, value, Remedy::LowerMicrophone)
    } else if quiet_dbfs < FAINT_DBFS {
        Finding::warn(CheckPart::Microphone, value, Remedy::RaiseMicrophone)
    } else {
        Finding::pass(CheckPart::Microphone, value)
    }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    fn verdict(quiet_dbfs: f32, clipped_share: f32) -> (CheckVerdict, Option<Remedy>) {
        let finding = judge(Ok(Measured { quiet_dbfs, clipped_share }));
        (finding.verdict, finding.remedy)
    }

    #[test]
    fn a_muted_faint_and_clipping_microphone_each_have_their_remedy() {
        assert_eq!(verdict(-52.0, 0.0), (CheckVerdict::Pass, None));
        assert_eq!(verdict(-96.0, 0.0), (CheckVerdict::Fail, Some(Remedy::RaiseMicrophone)));
        assert_eq!(verdict(-80.0, 0.0), (CheckVerdict::Warn, Some(Remedy::RaiseMicrophone)));
        assert_eq!(verdict(-40.0, 0.02), (CheckVerdict::Warn, Some(Remedy::LowerMicrophone)));
        assert_eq!(judge(Err("away".to_owned())).remedy, Some(Remedy::PlugMicrophone));
        assert_eq!(judge(Ok(Measured::of(&[0; 480], &[0; 480]))).verdict, CheckVerdict::Fail);
    }
}
