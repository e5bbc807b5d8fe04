//! Elatec's TWN4 with the firmware of the Simple Protocol (`TWN4_Cxvvv_PRSwww`), polled, in ASCII; or
//! with its standard firmware, which prints cards by itself ([`Twn4Listener`]).
//!
//! The kiosk asks, the reader answers, one line each; the reader never speaks unasked, but for a
//! line of its version after power-on. After a carriage return that ends whatever was half said, the
//! kiosk says which cards to search for and that the lights are outputs, then searches again and
//! again. Where an answer is missing or is none, it begins anew. Source: "TWN4 Simple Protocol",
//! DocRev17. An answer without CRC has no checksum; `crc = true` needs a firmware set to it.

mod ascii;
mod command;
mod line;

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::card::CardKind;
use super::dialog::{
    FrameCounts, ReaderDialog, ReaderEvent, ReaderFeedback, ReaderHealth, ReaderSettingsError, check_poll, count,
};
use crate::domain::BootTime;
pub use ascii::Twn4Listener;
use command::{Answer, Command, GREEN, RED};
use line::{Line, Lines, line};

const ANSWERED_WITHIN: Duration = Duration::from_secs(1);
/// How long what was half said may still be answered.
const SETTLED_WITHIN: Duration = Duration::from_millis(100);
const ATTEMPTS: u8 = 3;
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);
const LIGHTS_FOR: Duration = Duration::from_millis(1500);
const SETUP: [Command; 2] = [Command::TagTypes, Command::Outputs];
/// What its outputs switch is known of no reader that is only looked for.
const SETUP_OF_PROBE: [Command; 1] = [Command::TagTypes];

/// `[reader.twn4]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Twn4Settings {
    /// Who speaks first.
    pub mode: Twn4Mode,
    /// Whether the reader's firmware is set to end lines with a CRC; when polled.
    pub crc: bool,
    /// Kinds of cards whose bytes the firmware is set to turn round.
    pub reversed: Vec<CardKind>,
    /// How long to wait between two questions for a card, 20 to 400.
    pub poll_milliseconds: u16,
    /// Volume of the buzzer in per cent; 0 is still.
    pub volume: u8,
}

/// Who speaks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Twn4Mode {
    /// The kiosk asks by the Simple Protocol.
    #[default]
    Poll,
    /// The reader prints each card by itself.
    Ascii,
}

impl Default for Twn4Settings {
    fn default() -> Self {
        Self { mode: Twn4Mode::Poll, crc: false, reversed: Vec::new(), poll_milliseconds: 100, volume: 50 }
    }
}

impl Twn4Settings {
    /// Checks them.
    ///
    /// # Errors
    /// The first fault, with its remedy.
    pub fn validate(&self) -> Result<(), ReaderSettingsError> {
        let table = "reader.twn4";
        check_poll(table, self.poll_milliseconds)?;
        if self.volume > 100 {
            return Err(ReaderSettingsError { table, problem: "volume is 0 to 100 per cent" });
        }
        if self.crc && self.mode == Twn4Mode::Ascii {
            let problem = "only a polled reader has a CRC: leave `crc` out, or set `mode = \"poll\"`";
            return Err(ReaderSettingsError { table, problem });
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Until then nothing is asked.
    Resting(BootTime),
    /// A carriage return was sent; until then everything is an answer to what was half said, or what the
    /// reader says after power-on: it answers nothing of ours and is not counted.
    Settling(BootTime),
    /// The answer is due by this time.
    Asked(Command, BootTime),
}

/// The dialog with a polled TWN4.
#[derive(Debug)]
pub struct Twn4Dialog {
    settings: Twn4Settings,
    setup: &'static [Command],
    lines: Lines,
    unusable: u64,
    phase: Phase,
    /// At most the setup and one feedback.
    queue: VecDeque<Command>,
    search_at: BootTime,
    lights_off_at: Option<BootTime>,
    failures: u8,
    outgoing: Option<Vec<u8>>,
    health: ReaderHealth,
}

impl Twn4Dialog {
    /// With a reader of which nothing is known yet.
    pub fn new(settings: Twn4Settings) -> Self {
        Self {
            lines: Lines::new(settings.crc),
            settings,
            setup: &SETUP,
            unusable: 0,
            phase: Phase::Resting(BootTime::default()),
            queue: VecDeque::new(),
            search_at: BootTime::default(),
            lights_off_at: None,
            failures: 0,
            outgoing: None,
            health: ReaderHealth::Unknown,
        }
    }

    /// With what may be no TWN4, or one whose outputs open a door: they are left alone.
    pub fn probing(settings: Twn4Settings) -> Self {
        Self { setup: &SETUP_OF_PROBE, ..Self::new(settings) }
    }

    /// Ends whatever was half said, then sets up.
    fn begin(&mut self, now: BootTime) {
        self.queue = self.setup.iter().copied().collect();
        self.outgoing = Some(vec![b'\r']);
        self.phase = Phase::Settling(now + SETTLED_WITHIN);
    }

    /// Asks what is next, or rests until something is.
    fn go_on(&mut self, now: BootTime) {
        let lights_off_at = self.lights_off_at.filter(|at| *at > now);
        let command = if let Some(command) = self.queue.pop_front() {
            command
        } else if self.lights_off_at.is_some() && lights_off_at.is_none() {
            self.lights_off_at = None;
            Command::Off(RED | GREEN)
        } else if self.search_at <= now {
            Command::Search
        } else {
            let next = lights_off_at.map_or(self.search_at, |at| at.min(self.search_at));
            self.phase = Phase::Resting(next);
            return;
        };
        self.lines.break_off();
        self.outgoing = Some(line(&command.bytes(), self.settings.crc));
        self.phase = Phase::Asked(command, now + ANSWERED_WITHIN);
    }

    fn hear(&mut self, line: &Line, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        match (self.phase, line) {
            (Phase::Settling(_), _) => {}
            (Phase::Resting(_), _) => {
                // Unasked, it has just been powered on.
                count(&mut self.unusable);
                if self.health == ReaderHealth::Answering {
                    self.begin(now);
                }
            }
            (Phase::Asked(..), Line::Wrong) => self.failed(now, tell),
            (Phase::Asked(command, _), Line::Whole(bytes)) => {
                match Answer::read(command, bytes, &self.settings.reversed) {
                    Some(answer) => self.answered(command, answer, now, tell),
                    None => {
                        count(&mut self.unusable);
                        self.failed(now, tell);
                    }
                }
            }
        }
    }

    fn answered(&mut self, command: Command, answer: Answer, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        if answer == Answer::Refused {
            count(&mut self.unusable);
            if command == Command::Search {
                return self.failed(now, tell);
            }
        }
        self.set_health(ReaderHealth::Answering, tell);
        if command == Command::Search {
            self.failures = 0;
            self.search_at = now + Duration::from_millis(u64::from(self.settings.poll_milliseconds));
        }
        match answer {
            Answer::Card(Ok(card)) => tell(ReaderEvent::CardRead(card)),
            Answer::Card(Err(refusal)) => {
                count(&mut self.unusable);
                tell(ReaderEvent::CardRefused(refusal));
            }
            Answer::Done | Answer::Refused => {}
        }
        self.go_on(now);
    }

    fn failed(&mut self, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        self.failures = self.failures.saturating_add(1);
        if self.failures < ATTEMPTS {
            return self.begin(now);
        }
        self.failures = 0;
        self.phase = Phase::Resting(now + ASK_AGAIN_AFTER);
        self.set_health(ReaderHealth::Silent, tell);
    }

    fn set_health(&mut self, health: ReaderHealth, tell: &mut dyn FnMut(ReaderEvent)) {
        if self.health != health {
            self.health = health;
            tell(ReaderEvent::HealthChanged(health));
        }
    }
}

impl ReaderDialog for Twn4Dialog {
    fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        for byte in bytes {
            let is_settling = matches!(self.phase, Phase::Settling(_));
            if !is_settling && let Some(line) = self.lines.push(*byte) {
                self.hear(&line, now, tell);
            }
        }
    }

    fn handle_timeout(&mut self, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        match self.phase {
            Phase::Resting(until) if until <= now => {
                if self.health == ReaderHealth::Answering {
                    self.go_on(now);
                } else {
                    self.begin(now);
                }
            }
            Phase::Settling(until) if until <= now => self.go_on(now),
            Phase::Asked(_, until) if until <= now => self.failed(now, tell),
            Phase::Resting(_) | Phase::Settling(_) | Phase::Asked(..) => {}
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.outgoing.take()
    }

    fn poll_timeout(&self) -> Option<BootTime> {
        match self.phase {
            Phase::Resting(until) | Phase::Settling(until) | Phase::Asked(_, until) => Some(until),
        }
    }

    /// Green and one high tone, red and two low ones, or both without a tone; the lights go out by
    /// themselves.
    fn show(&mut self, feedback: ReaderFeedback, now: BootTime) {
        if self.health != ReaderHealth::Answering {
            return;
        }
        let volume = self.settings.volume;
        let (on, off, beeps) = match feedback {
            ReaderFeedback::Wait => (GREEN | RED, 0, &[][..]),
            ReaderFeedback::Accepted => (GREEN, RED, &[Command::Beep(volume, 2400, 120, 0)][..]),
            ReaderFeedback::Refused => {
                (RED, GREEN, &[Command::Beep(volume, 1000, 120, 80), Command::Beep(volume, 1000, 120, 0)][..])
            }
        };
        self.queue.retain(|command| self.setup.contains(command));
        self.queue.extend([Command::Off(off), Command::On(on)]);
        if volume > 0 {
            self.queue.extend(beeps);
        }
        self.lights_off_at = Some(now + LIGHTS_FOR);
        if matches!(self.phase, Phase::Resting(_)) {
            self.phase = Phase::Resting(now);
        }
    }

    fn health(&self) -> ReaderHealth {
        self.health
    }

    fn counts(&self) -> FrameCounts {
        FrameCounts { unusable: self.unusable, ..self.lines.counts }
    }
}
