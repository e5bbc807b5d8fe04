//! NXP's PN532 over its serial line (HSU, 115200 baud 8N1): polled for cards of ISO/IEC 14443-A.
//!
//! The kiosk wakes it (`55 55`, zeros for the 2 ms of its oscillator), sends `SAMConfiguration`, for
//! after a reset the chip takes nothing else, and limits by `RFConfiguration` how long it looks for a
//! card; then `InListPassiveTarget`, and `InRelease` where there was a card. It asks for one card, as
//! libnfc does: lists of two are read unreliably (NXP's community, thread 481864). What is lost is
//! asked for again after `ACK`, which ends what the chip is doing; then the chip is woken anew. The
//! board has neither light nor buzzer. Sources: UM0701-02 (6.2.1 frames, 6.2.2 times and abort,
//! 6.3.2.3 wake-up, 7.2, 7.3) by way of libnfc's pn532_uart, Adafruit's and other open drivers.

mod frame;
mod target;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::card::CardIdentifier;
use super::dialog::{FrameCounts, ReaderDialog, ReaderEvent, ReaderHealth, ReaderSettingsError, check_poll, count};
use crate::domain::BootTime;
use frame::{Frame, Frames};

/// UM0701-02 6.2.2 has 89 ms at this speed.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_millis(100);
const ANSWERED_WITHIN: Duration = Duration::from_millis(500);
/// Bytes of a frame follow one another; a longer pause ends what has begun.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
const ATTEMPTS: u8 = 3;
const WAKE_AGAIN_AFTER: Duration = Duration::from_secs(1);
const READER_TO_HOST: u8 = 0xd5;
const WAKE_UP: [u8; 2] = [0x55, 0x55];
/// 11520 bytes a second: 2.2 ms.
const WHILE_WAKING: usize = 26;

/// `[reader.pn532]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pn532Settings {
    /// How long to wait between two questions for a card, 20 to 400.
    pub poll_milliseconds: u16,
}

impl Pn532Settings {
    /// Checks them.
    ///
    /// # Errors
    /// The first fault, with its remedy.
    pub fn validate(&self) -> Result<(), ReaderSettingsError> {
        check_poll("reader.pn532", self.poll_milliseconds)
    }
}

impl Default for Pn532Settings {
    fn default() -> Self {
        Self { poll_milliseconds: 100 }
    }
}

/// What the kiosk asks, in the order of a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    WakeUp,
    LimitRetries,
    List,
    Release,
}

impl Step {
    fn command(self) -> &'static [u8] {
        match self {
            Self::WakeUp => &[0x14, 0x01, 0x14, 0x01],
            Self::LimitRetries => &[0x32, 0x05, 0xff, 0x01, 0x02],
            Self::List => &[0x4a, 0x01, 0x00],
            Self::Release => &[0x52, 0x00],
        }
    }

    fn answer_code(self) -> u8 {
        self.command().first().map_or(0, |code| code.wrapping_add(1))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The step is asked at this time.
    Resting(BootTime),
    /// It was asked; acknowledgement or answer is due by this time.
    Asked(BootTime),
}

/// The dialog with a PN532.
#[derive(Debug)]
pub struct Pn532Dialog {
    settings: Pn532Settings,
    frames: Frames,
    unusable: u64,
    step: Step,
    phase: Phase,
    asked: BootTime,
    failures: u8,
    heard: BootTime,
    outgoing: Option<Vec<u8>>,
    health: ReaderHealth,
}

impl Pn532Dialog {
    /// With a reader of which nothing is known yet.
    pub fn new(settings: Pn532Settings) -> Self {
        Self {
            settings,
            frames: Frames::default(),
            unusable: 0,
            step: Step::WakeUp,
            phase: Phase::Resting(BootTime::default()),
            asked: BootTime::default(),
            failures: 0,
            heard: BootTime::default(),
            outgoing: None,
            health: ReaderHealth::Unknown,
        }
    }

    fn ask(&mut self, step: Step, now: BootTime) {
        let mut bytes = match (step, self.failures) {
            (Step::WakeUp, _) => [&WAKE_UP[..], &[0; WHILE_WAKING]].concat(),
            (Step::LimitRetries | Step::List | Step::Release, 0) => Vec::new(),
            (Step::LimitRetries | Step::List | Step::Release, _) => frame::abort(),
        };
        bytes.extend(frame::command(step.command()));
        self.outgoing = Some(bytes);
        self.step = step;
        self.asked = now;
        self.phase = Phase::Asked(now + ACKNOWLEDGED_WITHIN);
    }

    fn rest(&mut self, next: Step, until: BootTime) {
        self.step = next;
        self.phase = Phase::Resting(until);
    }

    fn hear_all(&mut self, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        while let Some(frame) = self.frames.next() {
            self.hear(&frame, now, tell);
        }
    }

    fn hear(&mut self, frame: &Frame, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        let is_asked = matches!(self.phase, Phase::Asked(_));
        match frame {
            Frame::Acknowledged if is_asked => self.phase = Phase::Asked(now + ANSWERED_WITHIN),
            Frame::Data(data) if is_asked => match data.as_slice() {
                [READER_TO_HOST, code, answer @ ..] if *code == self.step.answer_code() => {
                    self.answered(answer, now, tell);
                }
                // What was heard by the time of the question is no answer to it.
                [0x7f] if self.asked < now => self.failed(now, tell),
                _ => count(&mut self.unusable),
            },
            Frame::Acknowledged | Frame::NotAcknowledged | Frame::Data(_) => count(&mut self.unusable),
        }
    }

    fn answered(&mut self, answer: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        self.set_health(ReaderHealth::Answering, tell);
        let poll_at = now + Duration::from_millis(u64::from(self.settings.poll_milliseconds));
        match self.step {
            Step::WakeUp => self.ask(Step::LimitRetries, now),
            Step::LimitRetries => self.ask(Step::List, now),
            Step::List => {
                let Some(uids) = target::uids(answer) else {
                    count(&mut self.unusable);
                    return self.failed(now, tell);
                };
                self.failures = 0;
                if uids.is_empty() {
                    self.rest(Step::List, poll_at);
                } else {
                    self.ask(Step::Release, now);
                }
                for uid in uids {
                    match uid {
                        Ok(uid) => tell(ReaderEvent::CardRead(CardIdentifier::Iso14443a(uid))),
                        Err(refusal) => {
                            count(&mut self.unusable);
                            tell(ReaderEvent::CardRefused(refusal));
                        }
                    }
                }
            }
            Step::Release => self.rest(Step::List, poll_at),
        }
    }

    fn failed(&mut self, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= ATTEMPTS {
            self.failures = 0;
            self.rest(Step::WakeUp, now + WAKE_AGAIN_AFTER);
            self.set_health(ReaderHealth::Silent, tell);
        } else if self.failures == 1 {
            self.ask(self.step, now);
        } else {
            self.ask(Step::WakeUp, now);
        }
    }

    fn set_health(&mut self, health: ReaderHealth, tell: &mut dyn FnMut(ReaderEvent)) {
        if self.health != health {
            self.health = health;
            tell(ReaderEvent::HealthChanged(health));
        }
    }

    fn break_off(&mut self, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        while self.frames.break_off() {
            self.hear_all(now, tell);
        }
    }
}

impl ReaderDialog for Pn532Dialog {
    fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        if now.since(self.heard) > LONGEST_PAUSE {
            self.break_off(now, tell);
        }
        self.heard = now;
        for byte in bytes {
            self.frames.push(*byte);
            self.hear_all(now, tell);
        }
    }

    fn handle_timeout(&mut self, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        match self.phase {
            Phase::Resting(until) if until <= now => self.ask(self.step, now),
            Phase::Asked(until) if until <= now => {
                self.break_off(now, tell);
                if self.phase == Phase::Asked(until) {
                    self.failed(now, tell);
                }
            }
            Phase::Resting(_) | Phase::Asked(_) => {}
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.outgoing.take()
    }

    fn poll_timeout(&self) -> Option<BootTime> {
        match self.phase {
            Phase::Resting(until) | Phase::Asked(until) => Some(until),
        }
    }

    fn health(&self) -> ReaderHealth {
        self.health
    }

    fn counts(&self) -> FrameCounts {
        FrameCounts { unusable: self.unusable, ..self.frames.counts }
    }
}
