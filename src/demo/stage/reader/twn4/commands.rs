//! What a TWN4 does when it is asked, and what it answers.
//!
//! Source: Elatec *TWN4 Simple Protocol* DocRev25 1.2 (the first byte of an answer), 1.4 (numbers have
//! the low byte first; an array begins with its length), 1.5.1 to 1.5.4 (the commands; their printed
//! examples are this reader's name, serial number and types); *TWN4 API Reference* DocRev28 6.1 (ports:
//! the lights are ports too). Commands that it does not know are answered with `01`, missing parameters
//! with `02`, too many with `03`.

use std::time::Duration;

use super::super::shown::Observed;
use super::lights::Lights;
use super::{DEFAULT_HIGH_FREQUENCY, DEFAULT_LOW_FREQUENCY, Search, Tag};

const VERSION: &[u8] = b"TWN4/B1.03/CCF1.57/PRS1.03/PI";
const DEVICE_UID: [u8; 12] = [0x2d, 0x00, 0x2f, 0x00, 0x0b, 0x47, 0x30, 0x35, 0x31, 0x35, 0x32, 0x33];
const SERIAL_NUMBER: &[u8] = b"1234567890123456";
const USB_CDC: u8 = 0x01;
const DEVICE_TYPE: u8 = 0x0b;

/// Why a command is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    UnknownFunction = 1,
    MissingParameter = 2,
    UnusedParameters = 3,
    Parser = 5,
}

/// What comes of a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The answer behind its first byte, after a time in which the reader is busy.
    Answer(Vec<u8>, Duration),
    /// The reader starts anew and says nothing.
    Restart,
}

/// The parts of a TWN4 that commands reach.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) search: Search,
    diagnostic_light: bool,
    lights: Lights,
}

impl Machine {
    pub(super) fn new(observed: Observed) -> Self {
        Self { search: Search::default(), diagnostic_light: false, lights: Lights::new(observed) }
    }

    /// Carries a command out, `ticks` milliseconds after power-on.
    pub(super) fn execute(&mut self, command: &[u8], ticks: u32) -> Result<Outcome, Refusal> {
        let [api, function, parameters @ ..] = command else { return Err(Refusal::MissingParameter) };
        let mut parameters = Parameters(parameters);
        let outcome = match api {
            0x00 => system(*function, &mut parameters, ticks),
            0x04 => self.peripherals(*function, &mut parameters),
            0x05 => self.radio(*function, &mut parameters),
            _ => Err(Refusal::UnknownFunction),
        }?;
        parameters.end()?;
        Ok(outcome)
    }

    fn peripherals(&mut self, function: u8, parameters: &mut Parameters<'_>) -> Result<Outcome, Refusal> {
        match function {
            0x00 => {
                let (outputs, _pull, _kind) = (parameters.byte()?, parameters.byte()?, parameters.byte()?);
                self.lights.initialise(outputs);
            }
            0x02 => self.lights.light(parameters.byte()?, false),
            0x03 => self.lights.put_out(parameters.byte()?),
            0x04 => self.lights.toggle(parameters.byte()?),
            0x07 => return self.beep(parameters),
            0x08 => self.diagnostic_light = true,
            0x09 => self.diagnostic_light = false,
            0x0a => self.diagnostic_light = !self.diagnostic_light,
            0x0b => return Ok(answer([u8::from(self.diagnostic_light)])),
            0x10 => self.lights.initialise(parameters.byte()?),
            0x11 => self.lights.light(parameters.byte()?, false),
            0x12 => self.lights.put_out(parameters.byte()?),
            0x13 => self.lights.toggle(parameters.byte()?),
            0x14 => {
                let lights = parameters.byte()?;
                let (_on, _off) = (parameters.word()?, parameters.word()?);
                self.lights.light(lights, true);
            }
            0x16 => {
                let (_volume, _hertz) = (parameters.byte()?, parameters.word()?);
                self.lights.beep(None);
            }
            0x17 => self.lights.silence(),
            _ => return Err(Refusal::UnknownFunction),
        }
        Ok(answer([]))
    }

    /// The app is busy for as long as the beep and the pause behind it last.
    fn beep(&self, parameters: &mut Parameters<'_>) -> Result<Outcome, Refusal> {
        let (_volume, _hertz) = (parameters.byte()?, parameters.word()?);
        let (sound, pause) = (parameters.word()?, parameters.word()?);
        let [sound, pause] = [sound, pause].map(|time| Duration::from_millis(time.into()));
        self.lights.beep(Some(sound));
        Ok(Outcome::Answer(Vec::new(), sound + pause))
    }

    fn radio(&mut self, function: u8, parameters: &mut Parameters<'_>) -> Result<Outcome, Refusal> {
        match function {
            0x00 => {
                let most = parameters.byte()?;
                Ok(answer(found(self.search.search().as_ref(), most)))
            }
            0x01 => Ok(answer([])),
            0x02 => {
                self.search.low_frequency = parameters.double_word()?;
                self.search.high_frequency = parameters.double_word()?;
                Ok(answer([]))
            }
            0x03 => Ok(types(self.search.low_frequency, self.search.high_frequency)),
            0x04 => Ok(types(DEFAULT_LOW_FREQUENCY, DEFAULT_HIGH_FREQUENCY)),
            _ => Err(Refusal::UnknownFunction),
        }
    }
}

fn system(function: u8, parameters: &mut Parameters<'_>, ticks: u32) -> Result<Outcome, Refusal> {
    match function {
        0x01 => Ok(Outcome::Restart),
        0x03 => Ok(answer(ticks.to_le_bytes())),
        0x04 => Ok(answer(array(VERSION, parameters.byte()?))),
        0x05 => Ok(answer([USB_CDC])),
        0x06 => Ok(answer([DEVICE_TYPE])),
        0x08 => Ok(answer(DEVICE_UID)),
        0x0a => Ok(answer([0; 4])),
        0x0d => Ok(answer(array(SERIAL_NUMBER, parameters.byte()?))),
        _ => Err(Refusal::UnknownFunction),
    }
}

fn answer(bytes: impl Into<Vec<u8>>) -> Outcome {
    Outcome::Answer(bytes.into(), Duration::ZERO)
}

fn types(low_frequency: u32, high_frequency: u32) -> Outcome {
    answer([low_frequency.to_le_bytes(), high_frequency.to_le_bytes()].concat())
}

/// Whether there is a tag and, where there is one, its type, its bits and its ID.
fn found(tag: Option<&Tag>, most: u8) -> Vec<u8> {
    let Some(tag) = tag else { return vec![0] };
    [vec![1, tag.kind, tag.bits], array(&tag.id, most)].concat()
}

/// At most `most` bytes behind their count.
fn array(bytes: &[u8], most: u8) -> Vec<u8> {
    let count = u8::try_from(bytes.len()).unwrap_or(u8::MAX).min(most);
    std::iter::once(count).chain(bytes.iter().copied().take(count.into())).collect()
}

/// Parameters that were not looked at yet.
struct Parameters<'a>(&'a [u8]);

impl Parameters<'_> {
    fn byte(&mut self) -> Result<u8, Refusal> {
        self.take().map(|[byte]| byte)
    }

    fn word(&mut self) -> Result<u16, Refusal> {
        self.take().map(u16::from_le_bytes)
    }

    fn double_word(&mut self) -> Result<u32, Refusal> {
        self.take().map(u32::from_le_bytes)
    }

    fn take<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], Refusal> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Refusal::MissingParameter)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn end(&self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::UnusedParameters) }
    }
}
