//! What every reader's protocol is to the kiosk: bytes and time in, bytes and events out.
//!
//! A *listener* (RDM6300, ID-12LA, plain text) only hears; a *polled* reader (TWN4, PN532) is asked
//! again and again, which also tells whether it is there. The shell that owns the port hands in what
//! arrives, writes what [`ReaderDialog::poll_transmit`] gives, and calls
//! [`ReaderDialog::handle_timeout`] when [`ReaderDialog::poll_timeout`] has come. Events go to a
//! callback, so that nothing piles up here; every buffer has a fixed bound.

use serde::{Deserialize, Serialize};

use super::card::{CardIdentifier, CardRefusal};
use super::latency::Latency;
use super::osdp::{Distrust, ReaderIdentity};
use super::probe::Finding;
use crate::domain::BootTime;

/// One reader's protocol, sans IO.
pub trait ReaderDialog {
    /// Takes bytes that arrived at `now`.
    fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent));

    /// Time has come to [`ReaderDialog::poll_timeout`]; called earlier it does nothing.
    fn handle_timeout(&mut self, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        let _ = (now, tell);
    }

    /// The next bytes to write; to be asked after every other call until there are none.
    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        None
    }

    /// When [`ReaderDialog::handle_timeout`] is to be called; a past instant means now.
    fn poll_timeout(&self) -> Option<BootTime> {
        None
    }

    /// Shows `feedback` by light and buzzer, where the reader has them.
    fn show(&mut self, feedback: ReaderFeedback, now: BootTime) {
        let _ = (feedback, now);
    }

    /// Whether the reader is there, as far as its protocol can tell.
    fn health(&self) -> ReaderHealth {
        ReaderHealth::Unknown
    }

    /// What the reader says of itself, where its protocol has words for it.
    fn identity(&self) -> Option<&ReaderIdentity> {
        None
    }

    /// How fast the reader is, where only the dialog can tell.
    fn latency(&self) -> Option<Latency> {
        None
    }

    /// Which reader a probe has found; the dialog with a known reader looks for none.
    fn finding(&self) -> Option<Finding> {
        None
    }

    /// What was seen so far.
    fn counts(&self) -> FrameCounts;
}

/// What a reader's protocol tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderEvent {
    /// A card was read; told again and again while it rests on the reader.
    CardRead(CardIdentifier),
    /// A card was read that can be no badge; told again and again while it rests.
    CardRefused(CardRefusal),
    /// The reader began or ceased to answer, or is not trusted.
    HealthChanged(ReaderHealth),
    /// The reader's case was opened or closed, its power fails or is back.
    ConditionChanged(ReaderCondition),
}

/// What a reader says of its own state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReaderCondition {
    /// Its case is open.
    pub tampered: bool,
    /// Its power is failing.
    pub power_failing: bool,
}

/// Whether a reader is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReaderHealth {
    /// It was not heard yet, or speaks only when a card is there.
    #[default]
    Unknown,
    /// It answers.
    Answering,
    /// It was asked several times and does not answer.
    Silent,
    /// It answers, and is not to be believed.
    NotTrusted(Distrust),
}

/// Light and buzzer of the reader, where it has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderFeedback {
    /// The badge was accepted.
    Accepted,
    /// The badge was refused.
    Refused,
    /// It was read; whoever holds it has to wait.
    Wait,
}

/// What a protocol has seen so far. The counts only grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameCounts {
    /// Frames with a right checksum, or well-formed ones where the protocol has none.
    pub good: u64,
    /// Whole frames with a wrong checksum.
    pub wrong_checksum: u64,
    /// Frames that broke off, had a byte in them that belongs to no frame, or were of a wrong length.
    pub torn: u64,
    /// Good frames that carry no card fit to be a badge: a random UID, an error, an unasked answer.
    pub unusable: u64,
    /// Bytes outside every frame.
    pub noise_bytes: u64,
}

pub(super) fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

pub(super) fn count_many(counter: &mut u64, more: usize) {
    *counter = counter.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
}

/// What is wrong with a reader's settings: the key's table, and the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{table}: {problem}")]
pub struct ReaderSettingsError {
    /// `reader.twn4`, for example.
    pub table: &'static str,
    /// What is wrong and how to mend it.
    pub problem: &'static str,
}

const POLL_MILLISECONDS: std::ops::RangeInclusive<u16> = 20..=400;

/// Often enough that a resting card never counts as lifted, even where one question is lost.
pub(super) fn check_poll(table: &'static str, milliseconds: u16) -> Result<(), ReaderSettingsError> {
    if POLL_MILLISECONDS.contains(&milliseconds) {
        return Ok(());
    }
    Err(ReaderSettingsError { table, problem: "poll_milliseconds is 20 to 400" })
}
