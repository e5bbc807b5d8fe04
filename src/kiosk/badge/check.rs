//! `muwajaha check reader`: what a technician sees of the reader, live, and the verdict.
//!
//! Speaks with the reader just as the kiosk does, for a while, and never beside it: the port is
//! taken for one process alone. A badge's number is shown only where that was asked for.

use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use muwajaha_core::badge::osdp::{Distrust, ReaderIdentity};
use muwajaha_core::badge::{
    BadgeNumber, BadgeStream, BadgeStreamEvent, FrameCounts, Latency, ReaderCondition, ReaderHealth,
};
use serde::Serialize;

use super::conversation::{Conversation, End};
use super::mailbox::Mailbox;
use super::settings::{ProtocolName, ReaderError, ReaderSettings};

/// How often frames and latency are told while they change.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// A reader that was lost is talked to again, for its power or its plug may come.
const TALK_AGAIN_AFTER: Duration = Duration::from_millis(250);

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
    let Ok(mailbox) = Mailbox::new() else { return report };
    let (began, mut told, mut shown) = (Instant::now(), Instant::now(), (FrameCounts::default(), None));
    let (mut has_talked, mut lost): (bool, Option<ReaderError>) = (false, None);
    while !has_talked || report.goes_on(began, order.at_most) {
        let (line, stream) = match settings.port.find().and_then(|path| settings.open(&path)) {
            Ok(opened) => opened,
            Err(error) if !has_talked || error.is_of_key() => {
                report.not_trusted = error.is_of_key().then(|| Distrust::KeyMissing.code());
                report.remedy = Some(error.to_string());
                return report;
            }
            Err(error) => {
                lost = Some(error);
                thread::sleep(TALK_AGAIN_AFTER);
                continue;
            }
        };
        (has_talked, lost) = (true, None);
        let before = Seen::of(&report);
        let seen = RefCell::new((&mut report, &mut *live));
        let mut goes_on = |stream: &BadgeStream| {
            let (report, live) = &mut *seen.borrow_mut();
            before.and(stream).show_in(report);
            let seen = (report.frames, report.latency);
            if seen != shown && told.elapsed() >= TELL_EVERY {
                (told, shown) = (Instant::now(), seen);
                say(*live, &report.line());
            }
            report.goes_on(began, order.at_most)
        };
        let mut hear = |event| {
            let (report, live) = &mut *seen.borrow_mut();
            let words = report.hear(event, order.reveal, began);
            say(*live, &words);
        };
        let conversation = Conversation { line, stream, mailbox: &mailbox, goes_on: &mut goes_on, hear: &mut hear };
        let end = conversation.talk();
        if end == End::LineLost && !report.is_settled() {
            report.hung_up();
            thread::sleep(TALK_AGAIN_AFTER);
        }
    }
    report.remedy = report.remedy.take().or_else(|| lost.map(|error| error.to_string()));
    report.judge();
    report
}

/// What all conversations before this one have seen.
struct Seen {
    frames: FrameCounts,
    latency: Option<Latency>,
    identity: Option<ReaderIdentity>,
}

impl Seen {
    fn of(report: &ReaderReport) -> Self {
        Self { frames: report.frames, latency: report.latency, identity: report.identity.clone() }
    }

    fn and(&self, stream: &BadgeStream) -> Self {
        let (before, now) = (self.frames, stream.counts());
        let frames = FrameCounts {
            good: before.good.saturating_add(now.good),
            wrong_checksum: before.wrong_checksum.saturating_add(now.wrong_checksum),
            torn: before.torn.saturating_add(now.torn),
            unusable: before.unusable.saturating_add(now.unusable),
            noise_bytes: before.noise_bytes.saturating_add(now.noise_bytes),
        };
        let longest_before = self.latency.map_or(0, |latency| latency.longest_ms);
        let latency =
            stream.latency().map(|latency| Latency { longest_ms: latency.longest_ms.max(longest_before), ..latency });
        Self {
            frames,
            latency: latency.or(self.latency),
            identity: stream.identity().cloned().or_else(|| self.identity.clone()),
        }
    }

    fn show_in(self, report: &mut ReaderReport) {
        (report.frames, report.latency, report.identity) = (self.frames, self.latency, self.identity);
    }
}

/// Whoever closed the output has seen enough.
pub(super) fn say(live: &mut dyn Write, words: &dyn fmt::Display) {
    let _ = writeln!(live, "{words}");
}

/// A badge as it may be shown.
pub(super) fn shown(badge: &BadgeNumber, reveal: bool) -> String {
    if reveal { badge.reveal_typed() } else { "[redacted]".to_owned() }
}

/// What a reader says of itself, in one line.
pub(super) fn of_itself(identity: &ReaderIdentity) -> String {
    let ReaderIdentity { vendor, model, version, serial, firmware: [major, minor, build], .. } = identity;
    let (vendor, serial) = (hex::encode_upper(vendor), hex::encode(serial));
    format!("vendor {vendor}, model {model}.{version}, firmware {major}.{minor}.{build}, serial number {serial}")
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

    fn goes_on(&self, began: Instant, at_most: Duration) -> bool {
        !self.is_settled() && began.elapsed() < at_most
    }

    /// A badge was read, or the reader is not trusted and would not be the next time.
    fn is_settled(&self) -> bool {
        self.reads > 0 || self.not_trusted.is_some()
    }

    /// The line is gone; whether the reader answers is to be seen anew.
    fn hung_up(&mut self) {
        self.answers = self.answers.map(|_| false);
        self.secure = false;
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
        let Self { verdict, port, protocol, baud, secure, reads, identity, condition, .. } = self;
        let secure = if *secure { "encrypted" } else { "in clear" };
        let last = self.last_read.as_deref().unwrap_or("none");
        write!(formatter, "{verdict:?}: {protocol} at {port}, {baud} bits a second, {secure}; {}", self.line())?;
        write!(formatter, "; {reads} badges read, last: {last}")?;
        if let Some(identity) = identity {
            let case = if condition.tampered { "open" } else { "closed" };
            let power = if condition.power_failing { "failing" } else { "good" };
            write!(formatter, "\n{}; case {case}, power {power}", of_itself(identity))?;
        }
        self.remedy.as_ref().map_or(Ok(()), |remedy| write!(formatter, "\n{remedy}"))
    }
}
