//! Lines of the Simple Protocol in ASCII: each byte two hexadecimal digits, a carriage return at the
//! end, and where it is switched on a CRC of two bytes, low byte first, before it.
//!
//! "TWN4 Simple Protocol", DocRev17, 1.1 to 1.3.4; the CRC is CCITT's with the reversed polynomial
//! 8408 and begins with FFFF: `000515A7` asks and `000131E1` answers. Nothing here outgrows the
//! longest answer that is waited for.

use super::super::dialog::{FrameCounts, count, count_many};

/// Bytes of the longest line that is taken: an answer with 32 bytes of identifier, and the CRC.
const LONGEST: usize = 5 + LONGEST_IDENTIFIER + 2;
/// Bytes of identifier that the reader is asked for.
pub(super) const LONGEST_IDENTIFIER: usize = 32;

/// What a line is.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Its bytes, without a CRC.
    Whole(Vec<u8>),
    /// It broke off, is too long or no hexadecimal digits, or its CRC is wrong.
    Wrong,
}

/// Finds lines in what arrives.
#[derive(Default)]
pub(super) struct Lines {
    with_crc: bool,
    digits: Vec<u8>,
    is_torn: bool,
    pub(super) counts: FrameCounts,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Lines").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl Lines {
    pub(super) fn new(with_crc: bool) -> Self {
        Self { with_crc, ..Self::default() }
    }

    /// Takes one byte; a line when it ends one.
    pub(super) fn push(&mut self, byte: u8) -> Option<Line> {
        match byte {
            b'\r' => self.end(),
            b'\n' => None,
            digit if digit.is_ascii_hexdigit() && !self.is_torn && self.digits.len() < 2 * LONGEST => {
                self.digits.push(digit);
                None
            }
            _ => {
                count_many(&mut self.counts.noise_bytes, 1);
                self.is_torn = true;
                None
            }
        }
    }

    /// Forgets the line that has begun.
    pub(super) fn break_off(&mut self) {
        if self.is_torn || !self.digits.is_empty() {
            count(&mut self.counts.torn);
        }
        self.digits.clear();
        self.is_torn = false;
    }

    fn end(&mut self) -> Option<Line> {
        if !self.is_torn && self.digits.is_empty() {
            return None;
        }
        let bytes = if self.is_torn { None } else { hex::decode(&self.digits).ok() };
        let Some(mut bytes) = bytes else {
            self.break_off();
            return Some(Line::Wrong);
        };
        self.digits.clear();
        if self.with_crc {
            let checked = bytes.split_last_chunk::<2>().filter(|(body, sum)| crc(body).to_le_bytes() == **sum);
            let Some((body, _)) = checked else {
                count(&mut self.counts.wrong_checksum);
                return Some(Line::Wrong);
            };
            bytes.truncate(body.len());
        }
        count(&mut self.counts.good);
        Some(Line::Whole(bytes))
    }

    #[cfg(test)]
    pub(super) fn pending(&self) -> usize {
        self.digits.len()
    }
}

/// A line to write.
pub(super) fn line(bytes: &[u8], with_crc: bool) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if with_crc {
        bytes.extend(crc(&bytes).to_le_bytes());
    }
    let mut line = hex::encode_upper(bytes).into_bytes();
    line.push(b'\r');
    line
}

fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0x8408 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(with_crc: bool, bytes: &[u8]) -> Vec<Line> {
        let mut lines = Lines::new(with_crc);
        bytes.iter().filter_map(|byte| lines.push(*byte)).collect()
    }

    #[test]
    fn the_documents_reference_messages() {
        assert_eq!(line(&[0x00, 0x05], false), b"0005\r");
        assert_eq!(line(&[0x00, 0x05], true), b"000515A7\r");
        assert!(lines(false, b"0001\r") == [Line::Whole(vec![0x00, 0x01])]);
        assert!(lines(true, b"000131E1\r\n") == [Line::Whole(vec![0x00, 0x01])]);
    }

    #[test]
    fn what_is_no_line_is_wrong_and_costs_only_itself() {
        for wrong in [&b"000\r"[..], b"00 1\r", b"TWN4\r", &[b'0'; 200], b"000031E1\r", b"E1\r"] {
            let bytes = [wrong, b"\r000131E1\r"].concat();
            assert!(lines(true, &bytes) == [Line::Wrong, Line::Whole(vec![0x00, 0x01])], "{wrong:?}");
        }
    }

    #[test]
    fn a_flood_without_an_end_is_not_kept() {
        let mut lines = Lines::new(false);
        assert!((0..100_000).all(|_| lines.push(b'0').is_none()));
        assert_eq!(lines.pending(), 2 * LONGEST);
    }
}
