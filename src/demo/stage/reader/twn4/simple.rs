//! The Simple Protocol in ASCII: lines of hexadecimal digits that end with CR, one answer a command.
//!
//! Source: Elatec *TWN4 Simple Protocol* DocRev25 1 (it speaks only when asked), 1.1 to 1.3 (framing,
//! the optional checksum over the bytes that the digits stand for). What it does with a wrong checksum
//! is not documented: here such a line is not answered. A line that is no hexadecimal number is
//! answered with `05`. Latencies are those of a reader on USB, a few milliseconds.

use std::time::{Duration, Instant};

use super::super::card::Card;
use super::super::device::{Device, Outbox};
use super::super::shown::Observed;
use super::super::text::hexadecimal;
use super::commands::{Machine, Outcome, Refusal};
use super::crc::{checked, crc};

const LATENCY: Duration = Duration::from_millis(3);
const LONGEST_LINE: usize = 1024;

/// The simulated reader.
#[derive(Debug)]
pub(in super::super) struct Simple {
    has_crc: bool,
    observed: Observed,
    machine: Machine,
    cards: Vec<Card>,
    line: Vec<u8>,
    outbox: Outbox,
    started: Instant,
}

impl Simple {
    pub(in super::super) fn new(has_crc: bool, observed: Observed) -> Self {
        Self {
            has_crc,
            machine: Machine::new(observed.clone()),
            observed,
            cards: Vec::new(),
            line: Vec::new(),
            outbox: Outbox::default(),
            started: Instant::now(),
        }
    }

    fn take_line(&mut self, line: &[u8], now: Instant) {
        let ticks = u32::try_from(now.duration_since(self.started).as_millis()).unwrap_or(u32::MAX);
        let Some(bytes) = scan(line) else { return self.answer(&[Refusal::Parser as u8], now + LATENCY) };
        let command = if self.has_crc { checked(&bytes) } else { Some(bytes.as_slice()) };
        let Some(command) = command else { return };
        match self.machine.execute(command, ticks) {
            Ok(Outcome::Answer(answer, busy)) => self.answer(&[&[0][..], &answer].concat(), now + LATENCY + busy),
            Ok(Outcome::Restart) => self.restart(now),
            Err(refusal) => self.answer(&[refusal as u8], now + LATENCY),
        }
    }

    fn answer(&mut self, message: &[u8], due: Instant) {
        let crc = if self.has_crc { crc(message).to_vec() } else { Vec::new() };
        let line = format!("{}{}\r", hexadecimal(message), hexadecimal(&crc));
        self.outbox.push(due, line.into_bytes());
    }

    fn restart(&mut self, now: Instant) {
        self.machine = Machine::new(self.observed.clone());
        self.machine.search.field_changed(&self.cards);
        self.outbox.clear();
        self.started = now;
    }
}

impl Device for Simple {
    fn receive(&mut self, bytes: &[u8], now: Instant) {
        for byte in bytes {
            match byte {
                b'\r' => {
                    let line = std::mem::take(&mut self.line);
                    self.take_line(&line, now);
                }
                _ if self.line.len() < LONGEST_LINE => self.line.push(*byte),
                _ => {}
            }
        }
    }

    fn field_changed(&mut self, cards: &[Card], _now: Instant) {
        self.cards = cards.to_vec();
        self.machine.search.field_changed(cards);
    }

    fn transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.outbox.pop_due(now)
    }

    fn wake_at(&self) -> Option<Instant> {
        self.outbox.wake_at()
    }
}

fn scan(line: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = line.as_chunks::<2>();
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}
