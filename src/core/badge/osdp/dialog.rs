//! The kiosk's side of an OSDP reader: words to and from the child that carries the protocol.
//!
//! A [`ReaderDialog`] whose bytes are datagrams, one JSON value each. Everything it hears is from a
//! process that is fed from outside: a word that is none is counted and changes nothing.

use super::guard::Loss;
use super::message::{Begin, FromPanel, LONGEST_MESSAGE_BYTES, ReaderIdentity, ToPanel};
use crate::badge::dialog::{count, count_many};
use crate::badge::{FrameCounts, Latency, ReaderDialog, ReaderEvent, ReaderFeedback, ReaderHealth};
use crate::domain::BootTime;

/// More feedback than this is stale before it is shown.
const MOST_WAITING: usize = 4;

/// One session with a child.
#[derive(Debug)]
pub struct OsdpDialog {
    waiting: Vec<ToPanel>,
    health: ReaderHealth,
    identity: Option<ReaderIdentity>,
    counts: FrameCounts,
    latency: Option<Latency>,
    unread: FrameCounts,
}

impl OsdpDialog {
    /// A session that starts with this word.
    pub fn new(begin: Begin) -> Self {
        Self {
            waiting: vec![ToPanel::Begin(begin)],
            health: ReaderHealth::Unknown,
            identity: None,
            counts: FrameCounts::default(),
            latency: None,
            unread: FrameCounts::default(),
        }
    }

    fn hear(&mut self, word: FromPanel, tell: &mut dyn FnMut(ReaderEvent)) {
        match word {
            FromPanel::Secured(identity) => {
                self.identity = Some(identity);
                self.feel(ReaderHealth::Answering, tell);
            }
            FromPanel::Card(card) if self.health == ReaderHealth::Answering => match card.identifier() {
                Ok(card) => tell(ReaderEvent::CardRead(card)),
                Err(refusal) => tell(ReaderEvent::CardRefused(refusal)),
            },
            FromPanel::Card(_) => count(&mut self.unread.unusable),
            FromPanel::Condition(condition) => tell(ReaderEvent::ConditionChanged(condition)),
            FromPanel::Counts(counts) => self.counts = counts,
            FromPanel::Latency(latency) => self.latency = Some(latency),
            FromPanel::Lost(Loss::NotTrusted(distrust)) => self.feel(ReaderHealth::NotTrusted(distrust), tell),
            FromPanel::Lost(Loss::Silent | Loss::Dropped) => self.feel(ReaderHealth::Silent, tell),
        }
    }

    fn feel(&mut self, health: ReaderHealth, tell: &mut dyn FnMut(ReaderEvent)) {
        if self.health != health {
            self.health = health;
            tell(ReaderEvent::HealthChanged(health));
        }
    }
}

impl ReaderDialog for OsdpDialog {
    fn receive(&mut self, bytes: &[u8], _now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        match serde_json::from_slice(bytes.get(..LONGEST_MESSAGE_BYTES).unwrap_or(bytes)) {
            Ok(word) => self.hear(word, tell),
            Err(_) => count_many(&mut self.unread.noise_bytes, bytes.len()),
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let word = if self.waiting.is_empty() { return None } else { self.waiting.remove(0) };
        serde_json::to_vec(&word).ok()
    }

    fn show(&mut self, feedback: ReaderFeedback, _now: BootTime) {
        if self.health == ReaderHealth::Answering && self.waiting.len() < MOST_WAITING {
            self.waiting.push(ToPanel::Show(feedback));
        }
    }

    fn health(&self) -> ReaderHealth {
        self.health
    }

    fn identity(&self) -> Option<&ReaderIdentity> {
        self.identity.as_ref()
    }

    fn latency(&self) -> Option<Latency> {
        self.latency
    }

    fn counts(&self) -> FrameCounts {
        FrameCounts {
            unusable: self.counts.unusable.saturating_add(self.unread.unusable),
            noise_bytes: self.counts.noise_bytes.saturating_add(self.unread.noise_bytes),
            ..self.counts
        }
    }
}
