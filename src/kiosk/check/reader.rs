//! The badge reader, as `muwajaha check reader` sees it: whether it answers, by what, and how safely.

use std::time::{Duration, Instant};

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

use crate::badge::{CheckOrder, ReaderReport, ReaderSettings, check_reader};

const LISTENED_FOR: Duration = Duration::from_secs(4);

/// What was seen.
#[derive(Debug)]
pub(super) struct Measured {
    report: ReaderReport,
    /// The conversation did not last its time: it could not begin, or the line broke.
    broke_off: bool,
}

pub(super) fn judge(measured: &Measured) -> Finding {
    let Measured { report, broke_off } = measured;
    let secrecy = if report.secure { "encrypted" } else { "in clear" };
    let value = format!("{}, {} baud, {secrecy}", report.protocol, report.baud);
    let fail = |value: String, remedy| Finding::fail(CheckPart::Reader, value, remedy);
    let has_only_bad_frames = report.frames.good == 0 && report.frames != Default::default();
    if let Some(code) = report.not_trusted {
        fail(format!("{value}, {code}"), Remedy::InstallReaderKey)
    } else if report.reads == 0 && *broke_off {
        fail(report.remedy.clone().unwrap_or(value), Remedy::PlugReader)
    } else if report.reads == 0 && has_only_bad_frames {
        fail(value, Remedy::SetReaderProtocol)
    } else if report.reads == 0 && report.answers == Some(false) {
        fail(value, Remedy::PlugReader)
    } else if report.condition.tampered || report.condition.power_failing {
        Finding::warn(CheckPart::Reader, value, Remedy::CloseReaderCase)
    } else if report.reads == 0 && report.answers.is_none() {
        Finding::warn(CheckPart::Reader, value, Remedy::TapBadge)
    } else {
        Finding::pass(CheckPart::Reader, value)
    }
}

/// Speaks with the reader for a few seconds, or until a badge was read.
pub(super) fn measure(settings: &ReaderSettings) -> Measured {
    let began = Instant::now();
    let order = CheckOrder { at_most: LISTENED_FOR, reveal: false };
    let report = check_reader(settings, order, &mut std::io::sink());
    Measured { broke_off: began.elapsed() < LISTENED_FOR, report }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use muwajaha_core::badge::{BadgeRules, ReaderProtocol};
    use muwajaha_core::domain::CheckVerdict;

    use super::*;
    use crate::badge::ReaderKind;

    fn measured() -> Measured {
        let settings = ReaderSettings {
            port: PathBuf::from("/nowhere/reader").into(),
            protocol: ReaderKind::Serial(ReaderProtocol::Rdm6300),
            baud: 9600,
            rules: BadgeRules::default(),
        };
        measure(&settings)
    }

    #[test]
    fn a_port_that_is_not_there_is_named() {
        let finding = judge(&measured());
        assert_eq!((finding.verdict, finding.remedy), (CheckVerdict::Fail, Some(Remedy::PlugReader)));
        assert!(finding.value.contains("/nowhere/reader"), "{}", finding.value);
    }

    #[test]
    fn answers_silence_bad_frames_and_distrust_are_told_apart() {
        let lasting = || Measured { broke_off: false, ..measured() };
        let verdict = |measured: Measured| {
            let finding = judge(&measured);
            (finding.verdict, finding.remedy)
        };
        assert_eq!(verdict(lasting()), (CheckVerdict::Warn, Some(Remedy::TapBadge)));
        let mut seen = lasting();
        seen.report.answers = Some(true);
        assert_eq!(verdict(seen), (CheckVerdict::Pass, None));
        let mut seen = lasting();
        seen.report.answers = Some(false);
        assert_eq!(verdict(seen), (CheckVerdict::Fail, Some(Remedy::PlugReader)));
        let mut seen = lasting();
        seen.report.frames.torn = 7;
        assert_eq!(verdict(seen), (CheckVerdict::Fail, Some(Remedy::SetReaderProtocol)));
        let mut seen = lasting();
        seen.report.not_trusted = Some("R-12");
        assert_eq!(verdict(seen), (CheckVerdict::Fail, Some(Remedy::InstallReaderKey)));
        let mut seen = measured();
        (seen.report.reads, seen.report.condition.tampered) = (1, true);
        assert_eq!(verdict(seen), (CheckVerdict::Warn, Some(Remedy::CloseReaderCase)));
    }
}
