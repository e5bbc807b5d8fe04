//! `muwajaha check reader`: what a technician sees of the reader, live, and the verdict.
//!
//! Speaks with the reader just as the kiosk does, for a while, and never beside it: the port is
//! taken for one process alone. A badge's number is shown only where that was asked for.

use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::time::{Duration, Instant};

use muwajaha_core::badge::osdp::{Distrust, ReaderIdentity};
use muwajaha_core::badge::{
    BadgeNumber, BadgeStream, BadgeStreamEvent, FrameCounts, Latency, ReaderCondition, ReaderHealth,
};
use serde::Serialize;

use super::conversation::Conversation;
use super::mailbox::Mailbox;
use super::settings::{ProtocolName, ReaderSettings};

/// How often frames and latency are told while they change.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// What is to be checked.
#[derive(Debug, Clone, Copy)]
pub struct CheckOrder {
    /// For how long; it ends before, once a badge was read.
    pub at_most: Duration,
    /// Whether the badge's number is shown.
    pub reveal: bool,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A badge was read.
    Pass,
    /// The reader answers, and no badge was put to it.
    Warn,
    /// It does not work.
    Fail,
}

/// What was seen.
#[derive(Debug, Clone, Serialize)]
pub struct ReaderReport {
    /// The verdict.
    pub verdict: Verdict,
    /// What to do, where it is not a pass.
    pub remedy: Option<String>,
    /// The configured port.
    pub port: String,
    /// The configured protocol.
    pub protocol: ProtocolName,
    /// Bits a second.
    pub baud: u32,
    /// Whether what it says is encrypted and signed.
    pub secure: bool,
    /// Whether it answers; `null` where its protocol cannot tell.
    pub answers: Option<bool>,
    /// Its code, where it is not trusted.
    pub not_trusted: Option<&'static str>,
    /// What it says of itself.
    pub identity: Option<ReaderIdentity>,
    /// Whether its case is open or its power fails.
    pub condition: ReaderCondition,
    /// Good and bad frames.
    pub frames: FrameCounts,
    /// From a question to its answer; of a reader that speaks by itself, from a frame's first byte to
    /// its last. `null` before the first one.
    pub latency: Option<Latency>,
    /// Badges read.
    pub reads: u32,
    /// The last badge, redacted unless asked.
    pub last_read: Option<String>,
    /// Milliseconds from the start to the reader's first answer or badge.
    pub answered_after_ms: Option<u64>,
}

/// Checks the reader; each change is told to `live`, one line each, frames once a second at most.
pub fn check_reader(settings: &ReaderSettings, order: CheckOrder, live: &mut dyn Write) -> ReaderReport {
    let mut report = ReaderReport::of(settings);
    let (line, stream) = match settings.port.find().and_then(|path| settings.open(&path)) {
        Ok(opened) => opened,
        Err(error) => {
            report.not_trusted = error.is_of_key().then(|| Distrust::KeyMissing.code());
            report.remedy = Some(error.to_string());
            return report;
        }
    };
    let Ok(mailbox) = Mailbox::new() else { return report };
    let (began, mut told, mut shown) = (Instant::now(), Instant::now(), (FrameCounts::default(), None));
    let seen = RefCell::new((&mut report, live));
    let mut goes_on = |stream: &BadgeStream| {
        let (report, live) = &mut *seen.borrow_mut();
        (report.frames, report.latency) = (stream.counts(), stream.latency());
        report.identity = stream.identity().cloned();
        let seen = (report.frames, report.latency);
        if seen != shown && told.elapsed() >= TELL_EVERY {
            (told, shown) = (Instant::now(), seen);
            say(live, &report.line());
        }
        began.elapsed() < order.at_most && report.reads == 0
    };
    let mut hear = |event| {
        let (report, live) = &mut *seen.borrow_mut();
        let words = report.hear(event, order.reveal, began);
        say(live, &words);
    };
    Conversation { line, stream, mailbox: &mailbox, goes_on: &mut goes_on, hear: &mut hear }.talk();
    report.judge();
    report
}

/// Whoever closed the output has seen enough.
pub(super) fn say(live: &mut dyn Write, words: &dyn fmt::Display) {
    let _ = writeln!(live, "{words}");
}

/// A badge as it may be shown.
pub(super) fn shown(badge: &BadgeNumber, reveal: bool) -> String {
    if reveal { badge.reveal_typed() } else { "[redacted]".to_owned() }
}

impl ReaderReport {
    fn of(settings: &ReaderSettings) -> Self {
        Self {
            verdict: Verdict::Fail,
            remedy: None,
            port: settings.port.to_string(),
            protocol: settings.protocol.name(),
            baud: settings.baud,
            secure: false,
            answers: None,
            not_trusted: None,
            identity: None,
            condition: ReaderCondition::default(),
            frames: FrameCounts::default(),
            latency: None,
            reads: 0,
            last_read: None,
            answered_after_ms: None,
        }
    }

    fn hear(&mut self, event: BadgeStreamEvent, reveal: bool, began: Instant) -> String {
        let first = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match event {
            BadgeStreamEvent::BadgeRead(badge) => {
                self.reads = self.reads.saturating_add(1);
                self.answered_after_ms.get_or_insert(first);
                let shown = shown(&badge, reveal);
                self.last_read = Some(shown.clone());
                format!("badge read: {shown}")
            }
            BadgeStreamEvent::CardRefused(reason) => {
                self.remedy = Some(reason.to_string());
                format!("a card that can be no badge: {reason}")
            }
            BadgeStreamEvent::ConditionChanged(condition) => {
                self.condition = condition;
                format!("case open: {}, power failing: {}", condition.tampered, condition.power_failing)
            }
            BadgeStreamEvent::HealthChanged(health) => {
                self.answers = match health {
                    ReaderHealth::Unknown => None,
                    ReaderHealth::Answering | ReaderHealth::NotTrusted(_) => Some(true),
                    ReaderHealth::Silent => Some(false),
                };
                self.secure = health == ReaderHealth::Answering && self.protocol == ProtocolName::Osdp;
                if let ReaderHealth::NotTrusted(distrust) = health {
                    self.not_trusted = Some(distrust.code());
                    return format!("the reader is not trusted: {} {distrust:?}", distrust.code());
                }
                if health == ReaderHealth::Answering {
                    self.answered_after_ms.get_or_insert(first);
                }
                format!("the reader: {health:?}")
            }
        }
    }

    fn judge(&mut self) {
        let says = |words: &str| Some(words.to_owned());
        if let Some(code) = self.not_trusted {
            self.remedy = Some(format!(
                "{code}: compare wires and address, then give this reader a key of its own: muwajaha reader install-key"
            ));
        } else if self.reads > 0 {
            (self.verdict, self.remedy) = (Verdict::Pass, None);
        } else if self.answers == Some(true) {
            self.verdict = Verdict::Warn;
            self.remedy = self.remedy.take().or_else(|| says("the reader answers: put a badge to it"));
        } else if self.frames != FrameCounts::default() && self.frames.good == 0 {
            self.remedy =
                says("bytes come and are no frames: set `reader.protocol` and `reader.baud` as the reader is");
        } else {
            self.remedy =
                self.remedy.take().or_else(|| says("nothing comes: check wires and power, then put a badge to it"));
        }
    }
}

impl ReaderReport {
    /// What the line has carried, in one line.
    fn line(&self) -> String {
        let FrameCounts { good, wrong_checksum, torn, unusable, noise_bytes } = self.frames;
        let bad = wrong_checksum.saturating_add(torn).saturating_add(unusable);
        let latency = self.latency.map_or_else(String::new, |latency| {
            format!("; latency {} ms, {} ms at most", latency.last_ms, latency.longest_ms)
        });
        format!("{good} good frames, {bad} bad, {noise_bytes} bytes of noise{latency}")
    }
}

impl fmt::Display for ReaderReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verdict, port, protocol, baud, secure, reads, .. } = self;
        let secure = if *secure { "encrypted" } else { "in clear" };
        let last = self.last_read.as_deref().unwrap_or("none");
        write!(formatter, "{verdict:?}: {protocol} at {port}, {baud} bits a second, {secure}; {}", self.line())?;
        write!(formatter, "; {reads} badges read, last: {last}")?;
        self.remedy.as_ref().map_or(Ok(()), |remedy| write!(formatter, "\n{remedy}"))
    }
}
