//! Whether an OSDP reader is on a line, and at which address.
//!
//! Asks by `osdp_ID` in clear, which changes nothing, takes no event from the reader and needs no key:
//! a reader answers it before any secure channel, or refuses it, which is an answer too. It goes by
//! sequence number 0, after which a reader begins anew, so that nothing is left behind. Asked are one
//! address, then all readers at once, and where one answers to that, each address in turn. Whoever
//! answers is found and not yet trusted.
//!
//! ```text
//!   Given ──no answer──► Everyone ──an answer──► Each(0) ──no answer──► Each(1) … Each(126) ──► Over
//!     │                     └────no answer────────────────────────────────────────────────────►
//!     └──────── an answer that names its address, in any state ──► Over, found
//! ```

use std::time::Duration;

use super::frame::{FrameScanner, OsdpFrame, command};
use super::message::ReaderIdentity;
use crate::badge::probe::Finding;
use crate::badge::{FrameCounts, ReaderDialog, ReaderEvent, ReaderHealth};
use crate::domain::BootTime;

/// A reader begins to answer within 200 ms (IEC 60839-11-5); an adapter on USB takes its time too.
const ANSWERED_WITHIN: Duration = Duration::from_millis(250);
const ATTEMPTS: u8 = 2;
const EVERYONE: u8 = 127;
const ASK_ID: [u8; 2] = [0x61, 0x00];
const REPLY_PDID: u8 = 0x45;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Given,
    Everyone,
    Each(u8),
    Over,
}

/// Asks for an OSDP reader.
#[derive(Debug)]
pub struct OsdpProbe {
    given: u8,
    step: Step,
    attempts: u8,
    due: BootTime,
    outgoing: Option<Vec<u8>>,
    replies: FrameScanner,
    address: Option<u8>,
    identity: Option<ReaderIdentity>,
}

impl OsdpProbe {
    /// Asks at `address`, 0 to 126, first.
    pub fn new(address: u8) -> Self {
        Self {
            given: address,
            step: Step::Given,
            attempts: 0,
            due: BootTime::default(),
            outgoing: None,
            replies: FrameScanner::default(),
            address: None,
            identity: None,
        }
    }

    fn asked(&self) -> Option<u8> {
        match self.step {
            Step::Given => Some(self.given),
            Step::Everyone => Some(EVERYONE),
            Step::Each(address) => Some(address),
            Step::Over => None,
        }
    }

    fn go_to(&mut self, step: Step, now: BootTime) {
        (self.step, self.attempts) = (step, 0);
        self.ask(now);
    }

    fn ask(&mut self, now: BootTime) {
        self.attempts += 1;
        self.replies.clear();
        self.outgoing = self.asked().map(|address| command(address, &ASK_ID));
        self.due = now + ANSWERED_WITHIN;
    }

    fn answered(&mut self, address: u8, now: BootTime) {
        if address != EVERYONE {
            self.address = Some(address);
            (self.step, self.outgoing) = (Step::Over, None);
        } else if self.step == Step::Everyone {
            self.go_to(Step::Each(0), now);
        }
    }
}

impl ReaderDialog for OsdpProbe {
    fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        let (mut answered, mut identity) = (None, None);
        // An adapter may echo what was asked: only a reader's own frames answer.
        self.replies.push(bytes, |frame| {
            if frame.is_reply() {
                answered = Some(frame.address());
                identity = identity_of(frame);
            }
        });
        if let Some(address) = answered.filter(|_| self.address.is_none()) {
            self.identity = identity;
            self.answered(address, now);
            if self.address.is_some() {
                tell(ReaderEvent::HealthChanged(ReaderHealth::Answering));
            }
        }
    }

    fn handle_timeout(&mut self, now: BootTime, _tell: &mut dyn FnMut(ReaderEvent)) {
        if self.due > now {
            return;
        }
        match self.step {
            Step::Over => {}
            _ if self.attempts < ATTEMPTS && !matches!(self.step, Step::Each(_)) => self.ask(now),
            Step::Given => self.go_to(Step::Everyone, now),
            Step::Each(address) if address + 1 < EVERYONE => self.go_to(Step::Each(address + 1), now),
            Step::Everyone | Step::Each(_) => self.step = Step::Over,
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.outgoing.take()
    }

    /// None once it is over.
    fn poll_timeout(&self) -> Option<BootTime> {
        (self.step != Step::Over).then_some(self.due)
    }

    fn health(&self) -> ReaderHealth {
        if self.address.is_some() { ReaderHealth::Answering } else { ReaderHealth::Unknown }
    }

    fn identity(&self) -> Option<&ReaderIdentity> {
        self.identity.as_ref()
    }

    fn finding(&self) -> Option<Finding> {
        self.address.map(|address| Finding::Osdp { address })
    }

    fn counts(&self) -> FrameCounts {
        self.replies.counts()
    }
}

/// PDID: vendor, model, version, serial number, firmware.
fn identity_of(frame: OsdpFrame<'_>) -> Option<ReaderIdentity> {
    let &[v, w, x, model, version, a, b, c, d, major, minor, build] = frame.data() else { return None };
    (frame.code() == REPLY_PDID && frame.security().is_none()).then(|| ReaderIdentity {
        vendor: [v, w, x],
        model,
        version,
        serial: [a, b, c, d],
        firmware: [major, minor, build],
        capabilities: Vec::new(),
    })
}
