//! How the parts, verdicts and remedies of the self-check are said, on the screen and on the command line.

use muwajaha_core::domain::{CheckPart, CheckVerdict, Language, Remedy};

use super::{Word, Words};

/// The words of the self-check in one language.
pub struct CheckWords(Words);

impl CheckWords {
    /// The words of `language`.
    pub fn new(language: Language) -> Self {
        Self(Words::new(language))
    }

    /// A part's name.
    pub fn part(&self, part: CheckPart) -> String {
        self.0.say(part_word(part))
    }

    /// Whether it works.
    pub fn verdict(&self, verdict: CheckVerdict) -> String {
        self.0.say(verdict_word(verdict))
    }

    /// What to do.
    pub fn remedy(&self, remedy: Remedy) -> String {
        self.0.say(remedy_word(remedy))
    }
}

pub(crate) fn part_word(part: CheckPart) -> Word {
    match part {
        CheckPart::Camera => Word::CheckPartCamera,
        CheckPart::Microphone => Word::CheckPartMicrophone,
        CheckPart::Speaker => Word::CheckPartSpeaker,
        CheckPart::Echo => Word::CheckPartEcho,
        CheckPart::Reader => Word::CheckPartReader,
        CheckPart::Touch => Word::CheckPartTouch,
        CheckPart::Screen => Word::CheckPartScreen,
        CheckPart::Service => Word::CheckPartService,
        CheckPart::Clock => Word::CheckPartClock,
        CheckPart::RelayUdp => Word::CheckPartRelayUdp,
        CheckPart::RelayTcp => Word::CheckPartRelayTcp,
        CheckPart::RelayTls => Word::CheckPartRelayTls,
        CheckPart::Line => Word::CheckPartLine,
        CheckPart::Disk => Word::CheckPartDisk,
        CheckPart::Temperature => Word::CheckPartTemperature,
        CheckPart::Tpm => Word::CheckPartTpm,
        CheckPart::Image => Word::CheckPartImage,
    }
}

pub(crate) fn verdict_word(verdict: CheckVerdict) -> Word {
    match verdict {
        CheckVerdict::Pass => Word::CheckVerdictPass,
        CheckVerdict::Warn => Word::CheckVerdictWarn,
        CheckVerdict::Fail => Word::CheckVerdictFail,
    }
}

pub(crate) fn remedy_word(remedy: Remedy) -> Word {
    match remedy {
        Remedy::CheckAgain => Word::CheckRemedyCheckAgain,
        Remedy::StopKiosk => Word::CheckRemedyStopKiosk,
        Remedy::PlugCamera => Word::CheckRemedyPlugCamera,
        Remedy::UncoverCamera => Word::CheckRemedyUncoverCamera,
        Remedy::ReplugCamera => Word::CheckRemedyReplugCamera,
        Remedy::SpeedCamera => Word::CheckRemedySpeedCamera,
        Remedy::LightRoom => Word::CheckRemedyLightRoom,
        Remedy::PlugMicrophone => Word::CheckRemedyPlugMicrophone,
        Remedy::RaiseMicrophone => Word::CheckRemedyRaiseMicrophone,
        Remedy::LowerMicrophone => Word::CheckRemedyLowerMicrophone,
        Remedy::PlugSpeaker => Word::CheckRemedyPlugSpeaker,
        Remedy::RaiseSpeaker => Word::CheckRemedyRaiseSpeaker,
        Remedy::UseHandset => Word::CheckRemedyUseHandset,
        Remedy::PlugReader => Word::CheckRemedyPlugReader,
        Remedy::SetReaderProtocol => Word::CheckRemedySetReaderProtocol,
        Remedy::TapBadge => Word::CheckRemedyTapBadge,
        Remedy::InstallReaderKey => Word::CheckRemedyInstallReaderKey,
        Remedy::CloseReaderCase => Word::CheckRemedyCloseReaderCase,
        Remedy::PlugTouch => Word::CheckRemedyPlugTouch,
        Remedy::TapEveryField => Word::CheckRemedyTapEveryField,
        Remedy::PlugScreen => Word::CheckRemedyPlugScreen,
        Remedy::MendServiceLine => Word::CheckRemedyMendServiceLine,
        Remedy::ProvisionAnew => Word::CheckRemedyProvisionAnew,
        Remedy::MendService => Word::CheckRemedyMendService,
        Remedy::SpeedLine => Word::CheckRemedySpeedLine,
        Remedy::SetClock => Word::CheckRemedySetClock,
        Remedy::NameRelay => Word::CheckRemedyNameRelay,
        Remedy::OpenFirewall => Word::CheckRemedyOpenFirewall,
        Remedy::ShareRelaySecret => Word::CheckRemedyShareRelaySecret,
        Remedy::LetRelayMeasure => Word::CheckRemedyLetRelayMeasure,
        Remedy::FreeDisk => Word::CheckRemedyFreeDisk,
        Remedy::ReplaceDisk => Word::CheckRemedyReplaceDisk,
        Remedy::CoolCase => Word::CheckRemedyCoolCase,
        Remedy::ReadTemperature => Word::CheckRemedyReadTemperature,
        Remedy::EnableTpm => Word::CheckRemedyEnableTpm,
        Remedy::InstallImage => Word::CheckRemedyInstallImage,
        Remedy::ProveImage => Word::CheckRemedyProveImage,
    }
}
