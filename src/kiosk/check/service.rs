//! The visit service over TLS, and this machine's clock beside its.

use std::time::Duration;

use muwajaha_core::domain::{CheckPart, Finding, Remedy, Utc};

use crate::net::{CallError, ServiceClient};
use crate::system::clock::{HeardTime, wall_now};

const QUICK: Duration = Duration::from_millis(500);
const ASKED: usize = 3;
/// Certificates are refused by a clock that is off by this and more.
const WRONG_CLOCK_MILLISECONDS: i64 = 24 * 3600 * 1000;
const LEAST_OFFSET_MILLISECONDS: i64 = 2_000;

/// What the service's clock read, and ours in the same moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) heard: HeardTime,
    pub(super) wall: Utc,
}

pub(super) fn judge(measured: &Result<Measured, CallError>) -> Finding {
    match measured {
        Ok(measured) => {
            let round_trip = measured.heard.error * 2;
            let value = format!("{} ms", round_trip.as_millis());
            if round_trip <= QUICK {
                Finding::pass(CheckPart::Service, value)
            } else {
                Finding::warn(CheckPart::Service, value, Remedy::SpeedLine)
            }
        }
        Err(error) => Finding::fail(CheckPart::Service, error.to_string(), remedy(error)),
    }
}

/// What to do where the service did not answer as it should.
pub(super) fn remedy(error: &CallError) -> Remedy {
    match error {
        CallError::Unreachable(_) => Remedy::MendServiceLine,
        CallError::NotAdmitted => Remedy::ProvisionAnew,
        CallError::Unavailable { .. }
        | CallError::Problem { .. }
        | CallError::BodyTooLarge
        | CallError::Malformed(_)
        | CallError::Snapshot(_) => Remedy::MendService,
    }
}

/// `None` where the service's clock was not heard.
pub(super) fn judge_clock(measured: Option<Measured>) -> Finding {
    let Some(Measured { heard, wall }) = measured else {
        return Finding::warn(CheckPart::Clock, "", Remedy::MendServiceLine);
    };
    let offset = wall.as_millis().saturating_sub(heard.at.as_millis());
    let sure = i64::try_from(heard.error.as_millis()).unwrap_or(i64::MAX);
    let value = format!("{:+.1} s", offset as f64 / 1000.0);
    if offset.saturating_abs() >= WRONG_CLOCK_MILLISECONDS {
        Finding::fail(CheckPart::Clock, value, Remedy::SetClock)
    } else if offset.saturating_abs() > LEAST_OFFSET_MILLISECONDS.saturating_add(sure) {
        Finding::warn(CheckPart::Clock, value, Remedy::SetClock)
    } else {
        Finding::pass(CheckPart::Clock, value)
    }
}

/// Asks for the time three times and keeps the quickest answer: the first one pays for TLS.
pub(super) async fn measure(client: &ServiceClient) -> Result<Measured, CallError> {
    let ask = async || client.time().await.map(|heard| Measured { heard, wall: wall_now() });
    let mut best = ask().await?;
    for _ in 1..ASKED {
        let next = ask().await?;
        if next.heard.error < best.heard.error {
            best = next;
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::{BootTime, CheckVerdict};

    use super::*;

    fn measured(error_milliseconds: u64, offset_milliseconds: i64) -> Measured {
        let at = Utc::from_millis(1_764_054_720_000);
        let error = Duration::from_millis(error_milliseconds);
        let wall = Utc::from_millis(at.as_millis() + offset_milliseconds);
        Measured { heard: HeardTime { boot: BootTime::from_millis(1), at, error }, wall }
    }

    #[test]
    fn a_quick_service_passes_and_a_slow_one_is_told() {
        assert_eq!(judge(&Ok(measured(6, 0))), Finding::pass(CheckPart::Service, "12 ms"));
        assert_eq!(judge(&Ok(measured(400, 0))).verdict, CheckVerdict::Warn);
        let refused = |error| judge(&Err(error)).remedy;
        assert_eq!(refused(CallError::NotAdmitted), Some(Remedy::ProvisionAnew));
        assert_eq!(refused(CallError::Unreachable("no route".to_owned())), Some(Remedy::MendServiceLine));
        assert_eq!(refused(CallError::Unavailable { status: 503, retry_after: None }), Some(Remedy::MendService));
    }

    #[test]
    fn the_clock_is_judged_by_its_offset_and_not_below_what_is_sure() {
        let verdict = |offset| judge_clock(Some(measured(300, offset))).verdict;
        assert_eq!(verdict(2_200), CheckVerdict::Pass);
        assert_eq!(verdict(-3_000), CheckVerdict::Warn);
        assert_eq!(verdict(-5 * 365 * 24 * 3600 * 1000), CheckVerdict::Fail);
        assert_eq!(judge_clock(Some(measured(1, -90))).value, "-0.1 s");
        assert_eq!(judge_clock(None).verdict, CheckVerdict::Warn);
    }
}
