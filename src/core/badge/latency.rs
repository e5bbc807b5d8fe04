//! How long a reader takes, as a technician sees it.
//!
//! Of a polled reader: from a question to the first good frame after it. Of a listener: from the
//! first byte after a pause to the frame's last one, as they arrived. OSDP's child measures for
//! itself, from a command to its answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::BootTime;

/// Bytes of a listener's frame follow one another.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// The last and the longest time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// Of the last frame.
    pub last_ms: u64,
    /// Of the slowest one.
    pub longest_ms: u64,
}

/// Measures one line.
#[derive(Debug, Clone, Copy, Default)]
pub struct LatencyMeter {
    latency: Option<Latency>,
    began: Option<BootTime>,
    is_asked: bool,
    heard: BootTime,
}

impl LatencyMeter {
    /// A question goes out at `now`.
    pub fn asked(&mut self, now: BootTime) {
        (self.began, self.is_asked) = (Some(now), true);
    }

    /// Bytes arrived at `now`.
    pub fn heard(&mut self, now: BootTime) {
        if !self.is_asked && (self.began.is_none() || now.since(self.heard) > LONGEST_PAUSE) {
            self.began = Some(now);
        }
        self.heard = now;
    }

    /// A good frame was whole at `now`; where no question is open and nothing was heard, it tells nothing.
    pub fn framed(&mut self, now: BootTime) {
        let Some(began) = self.began.take() else { return };
        self.is_asked = false;
        let last_ms = u64::try_from(now.since(began).as_millis()).unwrap_or(u64::MAX);
        let longest_ms = self.latency.map_or(last_ms, |before| before.longest_ms.max(last_ms));
        self.latency = Some(Latency { last_ms, longest_ms });
    }

    /// What was measured so far.
    pub fn latency(&self) -> Option<Latency> {
        self.latency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> BootTime {
        BootTime::from_millis(milliseconds)
    }

    #[test]
    fn a_polled_reader_takes_from_the_question_to_its_answer() {
        let mut meter = LatencyMeter::default();
        meter.asked(at(1000));
        for now in [1007, 1100, 1230] {
            meter.heard(at(now));
        }
        meter.framed(at(1230));
        assert_eq!(meter.latency(), Some(Latency { last_ms: 230, longest_ms: 230 }));
        meter.asked(at(2000));
        meter.heard(at(2004));
        meter.framed(at(2004));
        assert_eq!(meter.latency(), Some(Latency { last_ms: 4, longest_ms: 230 }));
    }

    #[test]
    fn a_listener_takes_from_its_first_byte_to_its_last_whatever_was_heard_long_before() {
        let mut meter = LatencyMeter::default();
        for now in [100, 5000, 5008, 5016] {
            meter.heard(at(now));
        }
        meter.framed(at(5016));
        assert_eq!(meter.latency(), Some(Latency { last_ms: 16, longest_ms: 16 }));
    }
}
