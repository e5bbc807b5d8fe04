//! The frames of a PN532, as the chip sees them.
//!
//! Source: UM0701-02 6.2.1: `00 00 FF LEN LCS TFI PD0… DCS 00` with LEN + LCS and TFI + PD0… + DCS zero in
//! their low byte, `FF FF` and a length of two bytes for long ones, ACK `00 00 FF 00 FF 00`, NACK
//! `00 00 FF FF 00 00`, error `00 00 FF 01 FF 7F 81 00`; 6.2.1.6: preamble and postamble may be of any
//! length. A frame with a wrong checksum is passed over. Bytes of a frame follow one another; after a
//! pause the chip waits for a new one.

use std::time::{Duration, Instant};

pub(super) const ACKNOWLEDGE: [u8; 6] = [0x00, 0x00, 0xff, 0x00, 0xff, 0x00];
pub(super) const ERROR: [u8; 8] = [0x00, 0x00, 0xff, 0x01, 0xff, 0x7f, 0x81, 0x00];

const FROM_HOST: u8 = 0xd4;
const TO_HOST: u8 = 0xd5;
/// TFI and 264 bytes.
const LONGEST: usize = 265;
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// What the host sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FromHost {
    Acknowledged,
    NotAcknowledged,
    /// Its code and parameters.
    Command(Vec<u8>),
}

/// Bytes of which frames are made. They begin with the start code, or a part of it.
#[derive(Debug, Default)]
pub(super) struct Frames {
    bytes: Vec<u8>,
    heard: Option<Instant>,
}

impl Frames {
    pub(super) fn push(&mut self, byte: u8, now: Instant) -> Option<FromHost> {
        if self.heard.replace(now).is_some_and(|heard| now.duration_since(heard) > LONGEST_PAUSE) {
            self.bytes.clear();
        }
        self.bytes.push(byte);
        let end = end(&self.bytes)?;
        self.bytes.clear();
        match end {
            End::Frame(frame) => Some(frame),
            End::Nothing => {
                // This byte may begin the next start code.
                self.bytes.extend((byte == 0x00).then_some(byte));
                None
            }
        }
    }
}

enum End {
    Frame(FromHost),
    Nothing,
}

/// What has ended with the last of `bytes`; `None` while something goes on.
fn end(bytes: &[u8]) -> Option<End> {
    let (length, data) = match bytes {
        [] | [0x00] | [0x00, 0xff] | [0x00, 0xff, _] => return None,
        [0x00, 0xff, 0x00, 0xff] => return Some(End::Frame(FromHost::Acknowledged)),
        [0x00, 0xff, 0xff, 0x00] => return Some(End::Frame(FromHost::NotAcknowledged)),
        [0x00, 0xff, 0xff, 0xff, rest @ ..] => match rest {
            [high, low, check, data @ ..] if high.wrapping_add(*low).wrapping_add(*check) == 0 => {
                (usize::from(u16::from_be_bytes([*high, *low])), data)
            }
            [_, _, _, ..] => return Some(End::Nothing),
            _ => return None,
        },
        [0x00, 0xff, length, check, data @ ..] if length.wrapping_add(*check) == 0 => (usize::from(*length), data),
        _ => return Some(End::Nothing),
    };
    if length > LONGEST {
        return Some(End::Nothing);
    }
    (data.len() > length).then(|| match data {
        [FROM_HOST, command @ .., _check] if sum(data) == 0 && !command.is_empty() => {
            End::Frame(FromHost::Command(command.to_vec()))
        }
        _ => End::Nothing,
    })
}

fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// The frame of an answer: its code, which is the command's plus one, and what follows.
pub(super) fn answer(code_and_data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(code_and_data.len() + 1).unwrap_or(u8::MAX);
    let check = TO_HOST.wrapping_add(sum(code_and_data)).wrapping_neg();
    let head = [0x00, 0x00, 0xff, length, length.wrapping_neg(), TO_HOST];
    [&head, code_and_data, &[check, 0x00]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: &[u8]) -> Vec<FromHost> {
        let (mut frames, now) = (Frames::default(), Instant::now());
        bytes.iter().filter_map(|byte| frames.push(*byte, now)).collect()
    }

    #[test]
    fn every_form_of_frame_is_taken() {
        let firmware = [0x00, 0x00, 0xff, 0x02, 0xfe, 0xd4, 0x02, 0x2a, 0x00];
        let long = [0x00, 0x00, 0xff, 0xff, 0xff, 0x00, 0x02, 0xfe, 0xd4, 0x02, 0x2a, 0x00];
        let nack = [0x00, 0x00, 0xff, 0xff, 0x00, 0x00];
        let all = [&[0x55, 0x55, 0x00][..], &firmware, &ACKNOWLEDGE, &long, &nack, &firmware].concat();
        let command = FromHost::Command(vec![0x02]);
        let expected = [command.clone(), FromHost::Acknowledged, command.clone(), FromHost::NotAcknowledged, command];
        assert_eq!(frames(&all), expected);
    }

    #[test]
    fn wrong_checksums_are_passed_over() {
        let right = [0x00, 0x00, 0xff, 0x02, 0xfe, 0xd4, 0x02, 0x2a, 0x00];
        for spoilt in 3..8 {
            let mut wrong = right;
            wrong[spoilt] ^= 0x10;
            assert_eq!(frames(&wrong), [], "byte {spoilt}");
        }
        let mut wrong = right;
        wrong[7] ^= 0x10;
        assert_eq!(frames(&[wrong, right].concat()), [FromHost::Command(vec![0x02])]);
    }

    #[test]
    fn a_frame_that_broke_off_is_forgotten_after_a_pause() {
        let (mut frames, now) = (Frames::default(), Instant::now());
        for byte in [0x00, 0x00, 0xff, 0x02, 0xfe, 0xd4] {
            assert_eq!(frames.push(byte, now), None);
        }
        let later = now + LONGEST_PAUSE * 2;
        let frame = [0x00, 0x00, 0xff, 0x02, 0xfe, 0xd4, 0x02, 0x2a, 0x00];
        let found: Vec<_> = frame.iter().filter_map(|byte| frames.push(*byte, later)).collect();
        assert_eq!(found, [FromHost::Command(vec![0x02])]);
    }
}
