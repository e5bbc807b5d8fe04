//! Where an OSDP frame begins and ends, and whether its check is right.
//!
//! IEC 60839-11-5, packet format: SOM `53`, address (bit 7 set in a reader's reply), length of the
//! whole frame (two bytes, low first), control (bit 2: CRC instead of checksum, bit 3: security
//! block follows), security block (its length, type, value), code, data, four bytes of MAC for
//! block types 15 to 18, check. CRC-16 with polynomial 1021 and initial value 1D0F, low byte first;
//! checksum: the two's complement of the sum. `FF` before SOM marks an idle line.

use crate::badge::FrameCounts;

/// The longest frame that is taken; a reader's largest answers have 64 bytes.
pub const LONGEST_FRAME_BYTES: usize = 256;

const START: u8 = 0x53;
const IDLE_MARK: u8 = 0xff;
const HEADER_BYTES: usize = 5;
const SHORTEST_FRAME_BYTES: usize = HEADER_BYTES + 2;
const HAS_CRC: u8 = 0x04;
const HAS_SECURITY_BLOCK: u8 = 0x08;
const FROM_READER: u8 = 0x80;

/// One whole frame whose check is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OsdpFrame<'a> {
    bytes: &'a [u8],
    code_at: usize,
}

/// The security block of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecurityBlock {
    /// `11` to `18`, hexadecimal.
    pub kind: u8,
    /// Its first byte of data: `00` names the default key, `01` the reader's own.
    pub value: Option<u8>,
}

impl<'a> OsdpFrame<'a> {
    /// A frame out of exactly its bytes; `None` unless lengths and check are right.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let [START, _, low, high, control, body @ ..] = bytes else { return None };
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let check_bytes = if control & HAS_CRC == 0 { 1 } else { 2 };
        let (body, check) = body.split_at_checked(body.len().checked_sub(check_bytes)?)?;
        let covered = bytes.get(..HEADER_BYTES + body.len())?;
        let is_whole = length == bytes.len();
        let is_right = match check {
            [sum] => *sum == checksum(covered),
            [low, high] => u16::from_le_bytes([*low, *high]) == crc(covered),
            _ => false,
        };
        let block_bytes = match (control & HAS_SECURITY_BLOCK, body) {
            (0, _) => 0,
            (_, [length, ..]) if *length >= 2 => usize::from(*length),
            (_, _) => return None,
        };
        let frame = Self { bytes, code_at: HEADER_BYTES + block_bytes };
        (is_whole && is_right && body.len() > block_bytes).then_some(frame)
    }

    /// The frame as it stood on the line.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether a reader sent it.
    pub fn is_reply(&self) -> bool {
        self.bytes.get(1).is_some_and(|address| address & FROM_READER != 0)
    }

    /// The reader's address, 0 to 126; 127 means all.
    pub fn address(&self) -> u8 {
        self.bytes.get(1).map_or(0, |address| address & !FROM_READER)
    }

    /// The security block, where it has one.
    pub fn security(&self) -> Option<SecurityBlock> {
        let block = self.bytes.get(HEADER_BYTES..self.code_at)?;
        block.get(1).map(|&kind| SecurityBlock { kind, value: block.get(2).copied() })
    }

    /// The command's or reply's code.
    pub fn code(&self) -> u8 {
        self.bytes.get(self.code_at).copied().unwrap_or_default()
    }

    /// What follows the code, up to the check: in clear unless the security block says otherwise.
    pub fn data(&self) -> &'a [u8] {
        let has_crc = self.bytes.get(4).is_some_and(|control| control & HAS_CRC != 0);
        let end = self.bytes.len() - if has_crc { 2 } else { 1 };
        self.bytes.get(self.code_at + 1..end).unwrap_or_default()
    }
}

/// A command in clear with sequence number 0 and a CRC, behind an idle mark.
pub(super) fn command(address: u8, body: &[u8]) -> Vec<u8> {
    let [low, high] = u16::try_from(SHORTEST_FRAME_BYTES + body.len()).unwrap_or(u16::MAX).to_le_bytes();
    let mut frame = vec![START, address & !FROM_READER, low, high, HAS_CRC];
    frame.extend(body);
    let check = crc(&frame).to_le_bytes();
    [&[IDLE_MARK][..], &frame, &check].concat()
}

/// Finds frames in the bytes of one direction of a line. Holds no more than one frame.
#[derive(Debug, Default)]
pub struct FrameScanner {
    buffer: Vec<u8>,
    counts: FrameCounts,
}

impl FrameScanner {
    /// Takes bytes and tells every whole frame.
    pub fn push(&mut self, bytes: &[u8], mut found: impl FnMut(OsdpFrame<'_>)) {
        for &byte in bytes {
            self.buffer.push(byte);
            while self.takes_frame(&mut found) {}
        }
    }

    /// Forgets a frame that broke off.
    pub fn clear(&mut self) {
        if !self.buffer.is_empty() {
            self.counts.torn = self.counts.torn.saturating_add(1);
            self.buffer.clear();
        }
    }

    /// What was seen so far.
    pub fn counts(&self) -> FrameCounts {
        self.counts
    }

    /// Whether the buffer changed and is worth another look.
    fn takes_frame(&mut self, found: &mut impl FnMut(OsdpFrame<'_>)) -> bool {
        let start = self.buffer.iter().position(|byte| *byte == START).unwrap_or(self.buffer.len());
        let noise = self.buffer.drain(..start).filter(|byte| *byte != IDLE_MARK).count();
        self.counts.noise_bytes = self.counts.noise_bytes.saturating_add(u64::try_from(noise).unwrap_or(u64::MAX));
        let [_, _, low, high, ..] = self.buffer.as_slice() else { return false };
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        if !(SHORTEST_FRAME_BYTES..=LONGEST_FRAME_BYTES).contains(&length) {
            self.counts.torn = self.counts.torn.saturating_add(1);
            self.buffer.remove(0);
            return true;
        }
        let Some(whole) = self.buffer.get(..length) else { return false };
        if let Some(frame) = OsdpFrame::parse(whole) {
            found(frame);
            self.counts.good = self.counts.good.saturating_add(1);
            self.buffer.drain(..length);
        } else {
            self.counts.wrong_checksum = self.counts.wrong_checksum.saturating_add(1);
            self.buffer.remove(0);
        }
        true
    }
}

fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)).wrapping_neg()
}

fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0x1d0f, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 { shifted } else { shifted ^ 0x1021 }
        })
    })
}
