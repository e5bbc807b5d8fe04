//! How the line wakes a PN532: the fifth rising edge on it does, and then the oscillator must start
//! before the chip hears anything. A frame without the wake-up bytes is therefore lost.
//!
//! Sources: UM0701-02 6.3.2.3 (the fifth rising edge wakes; then the oscillator takes some hundred
//! microseconds, depending on the board), AN10609_3 (low battery mode after power-on), and the
//! preambles that work in the field: libnfc sends `55 55` and fourteen zeros, Adafruit's and RevK's
//! drivers `55 55 00 00 00`. The oscillator is given the time of four bytes here, or 2 ms of silence.

use std::time::{Duration, Instant};

const WAKES_AT_EDGE: u32 = 5;
const BYTES_LOST: u8 = 4;
const STARTS_WITHIN: Duration = Duration::from_millis(2);

/// Whether the chip hears the line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Power {
    Asleep { edges: u32 },
    Starting { until: Instant, bytes_left: u8 },
    Awake,
}

impl Power {
    pub(super) fn asleep() -> Self {
        Self::Asleep { edges: 0 }
    }

    /// A byte passes on the line; true where the chip takes it.
    pub(super) fn hears(&mut self, byte: u8, now: Instant) -> bool {
        match self {
            Self::Awake => return true,
            Self::Asleep { edges } => {
                *edges += rising_edges(byte);
                if *edges >= WAKES_AT_EDGE {
                    *self = Self::Starting { until: now + STARTS_WITHIN, bytes_left: BYTES_LOST };
                }
            }
            Self::Starting { until, .. } if *until <= now => {
                *self = Self::Awake;
                return true;
            }
            Self::Starting { bytes_left: bytes_left @ 1.., .. } => *bytes_left -= 1,
            Self::Starting { .. } => {
                *self = Self::Awake;
                return true;
            }
        }
        false
    }
}

/// Edges from low to high between an idle line and the end of a byte: a low start bit, eight bits with
/// the lowest first, a high stop bit.
fn rising_edges(byte: u8) -> u32 {
    let levels = (u32::from(byte) << 1) | 1 << 9;
    (levels & !(levels << 1)).count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_counted_with_start_and_stop_bit() {
        assert_eq!([0x55, 0x00, 0xff, 0x02].map(rising_edges), [5, 1, 1, 2]);
    }

    fn heard(bytes: &[u8]) -> usize {
        let (mut power, now) = (Power::asleep(), Instant::now());
        bytes.iter().filter(|byte| power.hears(**byte, now)).count()
    }

    #[test]
    fn the_first_of_the_wake_up_bytes_wakes_and_the_next_four_are_lost() {
        assert_eq!(heard(&[0x55; 16]), 11);
        assert_eq!(heard(&[0x00; 16]), 7);
        // nfcpy's ten zeros before the frame.
        assert_eq!(heard(&[0x00; 10]), 1);
        assert_eq!(heard(&[0x00, 0x00, 0xff, 0x02, 0xfe, 0xd4, 0x02, 0x2a]), 0);
    }

    #[test]
    fn after_a_pause_everything_is_heard() {
        let (mut power, now) = (Power::asleep(), Instant::now());
        assert!(!power.hears(0x55, now));
        assert!(power.hears(0x00, now + STARTS_WITHIN));
    }
}
