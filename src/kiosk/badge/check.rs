//! `muwajaha check reader`: what a technician sees of the reader, live, and the verdict.
//!
//! Speaks with the reader just as the kiosk does, for a while, and never beside it: the port is
//! taken for one process alone. A badge's number is shown only where that was asked for.

use std::io::Write;
use std::time::{Duration, Instant};

use muwajaha_core::badge::osdp::{Distrust, ReaderIdentity};
use muwajaha_core::badge::{BadgeStream, BadgeStreamEvent, FrameCounts, ReaderCondition, ReaderHealth, ReaderProtocol};
use serde::Serialize;

use super::conversation::Conversation;
use super::mailbox::Mailbox;
use super::settings::{ReaderKind, ReaderSettings};

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
    pub protocol: &'static str,
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
    /// Badges read.
    pub reads: u32,
    /// The last badge, redacted unless asked.
    pub last_read: Option<String>,
    /// Milliseconds from the start to the reader's first answer or badge.
    pub answered_after_ms: Option<u64>,
}

/// Checks the reader; each change is told to `live`, one line each.
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
    let began = Instant::now();
    let seen = std::cell::RefCell::new(&mut report);
    let mut goes_on = |stream: &BadgeStream| {
        let mut report = seen.borrow_mut();
        report.frames = stream.counts();
        report.identity = stream.identity().cloned();
        began.elapsed() < order.at_most && report.reads == 0
    };
    let mut hear = |event| {
        let mut report = seen.borrow_mut();
        let words = report.hear(event, order.reveal, began);
        // Whoever closed the output has seen enough.
        let _ = writeln!(live, "{words}");
    };
    Conversation { line, stream, mailbox: &mailbox, goes_on: &mut goes_on, hear: &mut hear }.talk();
    report.judge();
    report
}

impl ReaderReport {
    fn of(settings: &ReaderSettings) -> Self {
        Self {
            verdict: Verdict::Fail,
            remedy: None,
            port: settings.port.to_string(),
            protocol: name_of(&settings.protocol),
            baud: settings.baud,
            secure: false,
            answers: None,
            not_trusted: None,
            identity: None,
            condition: ReaderCondition::default(),
            frames: FrameCounts::default(),
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
                let shown = if reveal { badge.reveal_typed() } else { "[redacted]".to_owned() };
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
                self.secure = health == ReaderHealth::Answering && self.protocol == "osdp";
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

fn name_of(kind: &ReaderKind) -> &'static str {
    match kind {
        ReaderKind::Osdp(_) => "osdp",
        ReaderKind::Serial(ReaderProtocol::Rdm6300) => "rdm6300",
        ReaderKind::Serial(ReaderProtocol::Id12la) => "id12la",
        ReaderKind::Serial(ReaderProtocol::Twn4(_)) => "twn4",
        ReaderKind::Serial(ReaderProtocol::Pn532(_)) => "pn532",
        ReaderKind::Serial(ReaderProtocol::Text(_)) => "text",
    }
}
