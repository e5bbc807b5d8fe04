//! The PN532's frames, as UM0701-02 6.2.1 has them: `00 00 FF`, a length with its checksum, the
//! data with theirs, `00`.
//!
//! ACK is `00 00 FF 00 FF 00`, an error `00 00 FF 01 FF 7F 81 00`; behind `FF FF` the length has two
//! bytes (libnfc's pn532_uart driver reads the same). Both checksums make their bytes add up to 0
//! modulo 256. A frame is taken whole or not at all: where its checksum is wrong or it breaks off,
//! the bytes behind its start are looked at again, for a true frame may lie in them.

use super::super::dialog::{FrameCounts, count};

/// TFI and data of the longest frame that is taken, as UM0701-02 has it.
const LONGEST_DATA: usize = 265;
/// Start code, long header, data, checksum.
const LONGEST_FRAME: usize = 7 + LONGEST_DATA + 1;
const HOST_TO_READER: u8 = 0xd4;
const ACKNOWLEDGE: [u8; 6] = [0x00, 0x00, 0xff, 0x00, 0xff, 0x00];

/// A frame from the reader.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Frame {
    Acknowledged,
    NotAcknowledged,
    /// TFI and data, checked.
    Data(Vec<u8>),
}

/// What the pending bytes begin with.
enum Begin {
    /// Too little to tell.
    Unknown,
    /// So many bytes that begin no frame.
    Noise(usize),
    /// A start code whose frame is none.
    Wrong,
    /// A frame of so many bytes.
    Whole(Frame, usize),
}

/// Finds the frames in what arrives.
#[derive(Default)]
pub(super) struct Frames {
    pending: Vec<u8>,
    pub(super) counts: FrameCounts,
}

impl std::fmt::Debug for Frames {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Frames").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl Frames {
    pub(super) fn push(&mut self, byte: u8) {
        if self.pending.len() >= LONGEST_FRAME {
            self.drop_first();
        }
        self.pending.push(byte);
    }

    /// The next whole frame.
    pub(super) fn next(&mut self) -> Option<Frame> {
        loop {
            match begin(&self.pending) {
                Begin::Unknown => return None,
                Begin::Noise(length) => {
                    for byte in self.pending.drain(..length.min(self.pending.len())) {
                        // 00 is the preamble and postamble of frames.
                        if byte != 0 {
                            count(&mut self.counts.noise_bytes);
                        }
                    }
                }
                Begin::Wrong => {
                    count(&mut self.counts.wrong_checksum);
                    self.drop_first();
                }
                Begin::Whole(frame, length) => {
                    // An acknowledgement answers nothing and has no checksum.
                    if matches!(frame, Frame::Data(_)) {
                        count(&mut self.counts.good);
                    }
                    self.pending.drain(..length.min(self.pending.len()));
                    return Some(frame);
                }
            }
        }
    }

    /// Nothing more arrives of a frame that has begun: its start is dropped, so that
    /// [`Frames::next`] looks at what lay behind it. False where nothing is pending.
    pub(super) fn break_off(&mut self) -> bool {
        if self.pending.is_empty() {
            return false;
        }
        if self.pending.len() > 1 {
            count(&mut self.counts.torn);
        }
        self.drop_first();
        true
    }

    fn drop_first(&mut self) {
        self.pending.drain(..1.min(self.pending.len()));
    }

    #[cfg(test)]
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }
}

fn begin(bytes: &[u8]) -> Begin {
    match bytes {
        [] | [0x00] | [0x00, 0xff] | [0x00, 0xff, _] => Begin::Unknown,
        [0x00, 0xff, 0x00, 0xff, ..] => Begin::Whole(Frame::Acknowledged, 4),
        [0x00, 0xff, 0xff, 0x00, ..] => Begin::Whole(Frame::NotAcknowledged, 4),
        [0x00, 0xff, 0xff, 0xff, rest @ ..] => match rest {
            [high, low, checksum, data @ ..] => {
                let is_right = high.wrapping_add(*low).wrapping_add(*checksum) == 0;
                with_data(is_right.then(|| usize::from(u16::from_be_bytes([*high, *low]))), data, 7)
            }
            _ => Begin::Unknown,
        },
        [0x00, 0xff, length, checksum, data @ ..] => {
            let is_right = length.wrapping_add(*checksum) == 0;
            with_data(is_right.then(|| usize::from(*length)), data, 4)
        }
        [_, rest @ ..] => Begin::Noise(1 + rest.iter().take_while(|byte| **byte != 0).count()),
    }
}

fn with_data(length: Option<usize>, data: &[u8], header: usize) -> Begin {
    let Some(length) = length.filter(|length| (1..=LONGEST_DATA).contains(length)) else { return Begin::Wrong };
    let Some(checked) = data.get(..=length) else { return Begin::Unknown };
    if checked.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) != 0 {
        return Begin::Wrong;
    }
    Begin::Whole(Frame::Data(data.get(..length).unwrap_or_default().to_vec()), header + length + 1)
}

/// The frame of a command: its code and parameters, at most 254 bytes.
pub(super) fn command(code_and_parameters: &[u8]) -> Vec<u8> {
    let length = u8::try_from(code_and_parameters.len() + 1).unwrap_or(u8::MAX);
    let mut bytes = vec![0x00, 0x00, 0xff, length, length.wrapping_neg(), HOST_TO_READER];
    bytes.extend_from_slice(code_and_parameters);
    let sum = code_and_parameters.iter().fold(HOST_TO_READER, |sum, byte| sum.wrapping_add(*byte));
    bytes.extend([sum.wrapping_neg(), 0x00]);
    bytes
}

/// The frame by which the host ends what the reader is doing.
pub(super) fn abort() -> Vec<u8> {
    ACKNOWLEDGE.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_the_frames_that_others_send() {
        assert_eq!(command(&[0x4a, 0x01, 0x00]), [0x00, 0x00, 0xff, 4, 0xfc, 0xd4, 0x4a, 0x01, 0x00, 0xe1, 0x00]);
        let retries = [0x00, 0x00, 0xff, 6, 0xfa, 0xd4, 0x32, 0x05, 0xff, 0x01, 0x01, 0xf4, 0x00];
        assert_eq!(command(&[0x32, 0x05, 0xff, 0x01, 0x01]), retries);
    }

    fn frames(bytes: &[u8]) -> Vec<Frame> {
        let mut frames = Frames::default();
        let mut found = Vec::new();
        for byte in bytes {
            frames.push(*byte);
            found.extend(std::iter::from_fn(|| frames.next()));
        }
        found
    }

    #[test]
    fn acknowledgement_error_and_long_frames_are_read() {
        let mut bytes = abort();
        bytes.extend([0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0x01, 0xff, 0x7f, 0x81, 0x00]);
        bytes.extend([0x00, 0x00, 0xff, 0xff, 0xff, 0x00, 0x02, 0xfe, 0xd5, 0x15, 0x16, 0x00]);
        let read = frames(&bytes);
        let data = |bytes: &[u8]| Frame::Data(bytes.to_vec());
        assert!(
            read == [Frame::Acknowledged, Frame::NotAcknowledged, data(&[0x7f]), data(&[0xd5, 0x15])],
            "{} frames",
            read.len()
        );
    }

    #[test]
    fn a_frame_in_the_body_of_a_false_one_is_found() {
        let mut bytes = vec![0x00, 0xff, 0x06, 0xfa];
        bytes.extend([0x00, 0x00, 0xff, 0x02, 0xfe, 0xd5, 0x15, 0x16, 0x00]);
        assert!(frames(&bytes) == [Frame::Data(vec![0xd5, 0x15])]);
    }

    #[test]
    fn a_flood_of_begun_frames_is_not_kept() {
        let mut frames = Frames::default();
        for byte in [0x00, 0xff, 0xff, 0xff, 0x01, 0x09, 0xf6].into_iter().cycle().take(100_000) {
            frames.push(byte);
            while frames.next().is_some() {}
            assert!(frames.pending() <= LONGEST_FRAME);
        }
        while frames.break_off() {}
        assert_eq!(frames.pending(), 0);
    }
}
