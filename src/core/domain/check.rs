//! What a kiosk's self-check finds: for each part a verdict, the measured value and what to do.
//!
//! No words in a people's language: whoever shows a finding says part and remedy. A value is made of
//! numbers, units and technical names, and never of anything personal.

use serde::{Deserialize, Serialize};

/// A part of the kiosk that can be checked, in the order in which findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckPart {
    /// Picture, frame rate, exposure.
    Camera,
    /// Level and clipping.
    Microphone,
    /// Whether the microphone hears it.
    Speaker,
    /// What the canceller leaves of the speaker's sound.
    Echo,
    /// The badge reader.
    Reader,
    /// The touch panel.
    Touch,
    /// The screen.
    Screen,
    /// The visit service, over TLS.
    Service,
    /// This machine's clock beside the service's.
    Clock,
    /// TURN over UDP.
    RelayUdp,
    /// TURN over TCP.
    RelayTcp,
    /// TURN over TLS.
    RelayTls,
    /// Bandwidth, loss and delay of a call's packets.
    Line,
    /// The disk under the record.
    Disk,
    /// The hottest sensor.
    Temperature,
    /// The TPM that keeps the disk's key.
    Tpm,
    /// The system's version and slot.
    Image,
}

impl CheckPart {
    /// Every part.
    pub const ALL: [Self; 17] = [
        Self::Camera,
        Self::Microphone,
        Self::Speaker,
        Self::Echo,
        Self::Reader,
        Self::Touch,
        Self::Screen,
        Self::Service,
        Self::Clock,
        Self::RelayUdp,
        Self::RelayTcp,
        Self::RelayTls,
        Self::Line,
        Self::Disk,
        Self::Temperature,
        Self::Tpm,
        Self::Image,
    ];
}

/// Whether a part works; the greater, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckVerdict {
    /// It works.
    Pass,
    /// Visits are possible, and something wants mending.
    Warn,
    /// It does not work.
    Fail,
}

/// What a technician does about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the locale files say each of them in full")]
pub enum Remedy {
    CheckAgain,
    StopKiosk,
    PlugCamera,
    UncoverCamera,
    ReplugCamera,
    SpeedCamera,
    LightRoom,
    PlugMicrophone,
    RaiseMicrophone,
    LowerMicrophone,
    PlugSpeaker,
    RaiseSpeaker,
    UseHandset,
    PlugReader,
    SetReaderProtocol,
    TapBadge,
    InstallReaderKey,
    CloseReaderCase,
    PlugTouch,
    TapEveryField,
    PlugScreen,
    MendServiceLine,
    ProvisionAnew,
    MendService,
    SpeedLine,
    SetClock,
    NameRelay,
    OpenFirewall,
    ShareRelaySecret,
    LetRelayMeasure,
    FreeDisk,
    ReplaceDisk,
    CoolCase,
    ReadTemperature,
    EnableTpm,
    InstallImage,
    ProveImage,
}

impl Remedy {
    /// Every remedy.
    pub const ALL: [Self; 37] = [
        Self::CheckAgain,
        Self::StopKiosk,
        Self::PlugCamera,
        Self::UncoverCamera,
        Self::ReplugCamera,
        Self::SpeedCamera,
        Self::LightRoom,
        Self::PlugMicrophone,
        Self::RaiseMicrophone,
        Self::LowerMicrophone,
        Self::PlugSpeaker,
        Self::RaiseSpeaker,
        Self::UseHandset,
        Self::PlugReader,
        Self::SetReaderProtocol,
        Self::TapBadge,
        Self::InstallReaderKey,
        Self::CloseReaderCase,
        Self::PlugTouch,
        Self::TapEveryField,
        Self::PlugScreen,
        Self::MendServiceLine,
        Self::ProvisionAnew,
        Self::MendService,
        Self::SpeedLine,
        Self::SetClock,
        Self::NameRelay,
        Self::OpenFirewall,
        Self::ShareRelaySecret,
        Self::LetRelayMeasure,
        Self::FreeDisk,
        Self::ReplaceDisk,
        Self::CoolCase,
        Self::ReadTemperature,
        Self::EnableTpm,
        Self::InstallImage,
        Self::ProveImage,
    ];
}

/// What was found of one part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// Which part.
    pub part: CheckPart,
    /// Whether it works.
    pub verdict: CheckVerdict,
    /// What was measured, empty where nothing was.
    pub value: String,
    /// What to do, where it is not a pass.
    pub remedy: Option<Remedy>,
}

impl Finding {
    /// It works.
    pub fn pass(part: CheckPart, value: impl Into<String>) -> Self {
        Self { part, verdict: CheckVerdict::Pass, value: value.into(), remedy: None }
    }

    /// Visits are possible, and something wants mending.
    pub fn warn(part: CheckPart, value: impl Into<String>, remedy: Remedy) -> Self {
        Self { part, verdict: CheckVerdict::Warn, value: value.into(), remedy: Some(remedy) }
    }

    /// It does not work.
    pub fn fail(part: CheckPart, value: impl Into<String>, remedy: Remedy) -> Self {
        Self { part, verdict: CheckVerdict::Fail, value: value.into(), remedy: Some(remedy) }
    }
}
