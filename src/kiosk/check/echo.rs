//! Echo: how much of the speaker the canceller leaves in what the visitor hears.

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

use super::tone;

/// A visitor who hears themselves more faintly than this is not disturbed.
const UNHEARD_DBFS: f32 = -50.0;
/// A canceller that does less than this does not work.
const LEAST_DECIBELS: f32 = 3.0;

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    /// The beeps without the canceller.
    pub(super) raw_dbfs: f32,
    /// The beeps behind the canceller, once it has adapted.
    pub(super) left_dbfs: f32,
}

impl Measured {
    /// `raw`: without canceller; `cancelled`: with it, of which the last third counts.
    pub(super) fn of(raw: &[i16], cancelled: &[i16]) -> Self {
        let adapted = cancelled.get(cancelled.len() * 2 / 3..).unwrap_or_default();
        Self { raw_dbfs: tone::beep_level(raw), left_dbfs: tone::beep_level(adapted) }
    }
}

/// `None` where the microphone does not hear the speaker, so that there is no echo.
pub(super) fn judge(measured: Option<Measured>) -> Finding {
    let Some(Measured { raw_dbfs, left_dbfs }) = measured else {
        return Finding::pass(CheckPart::Echo, "0 dB");
    };
    let removed = raw_dbfs - left_dbfs;
    let value = format!("{left_dbfs:.0} dBFS, -{:.0} dB", removed.max(0.0));
    if left_dbfs <= UNHEARD_DBFS {
        Finding::pass(CheckPart::Echo, value)
    } else if removed >= LEAST_DECIBELS {
        Finding::warn(CheckPart::Echo, value, Remedy::UseHandset)
    } else {
        Finding::fail(CheckPart::Echo, value, Remedy::UseHandset)
    }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    #[test]
    fn what_is_left_counts_and_a_canceller_that_does_nothing_fails() {
        let verdict = |raw_dbfs, left_dbfs| judge(Some(Measured { raw_dbfs, left_dbfs })).verdict;
        assert_eq!(verdict(-30.0, -62.0), CheckVerdict::Pass);
        assert_eq!(verdict(-55.0, -55.0), CheckVerdict::Pass);
        assert_eq!(verdict(-24.0, -31.0), CheckVerdict::Warn);
        assert_eq!(verdict(-24.0, -25.0), CheckVerdict::Fail);
        assert_eq!(judge(None).verdict, CheckVerdict::Pass);
    }
}
