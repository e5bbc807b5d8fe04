//! Readers that do what they are asked.

use crate::Obedient;
use crate::frames::{bytes_of, twn4_crc};

/// The UID on both readers.
pub const CARD: [u8; 7] = [0x04, 0xa2, 0x2b, 0x1a, 0x5c, 0x64, 0x80];

/// A PN532 with [`CARD`] on it.
pub struct Pn532;

impl Obedient for Pn532 {
    fn answers(&mut self, asked: &[u8]) -> Vec<u8> {
        let Some(start) = asked.windows(3).rposition(|window| window == [0, 0, 0xff]) else { return vec![] };
        let mut answer = match asked.get(start + 6) {
            Some(0x4a) => [&[0xd5, 0x4b, 1, 1, 0x00, 0x44, 0x00, 7][..], &CARD].concat(),
            Some(code) => vec![0xd5, code.wrapping_add(1)],
            None => return vec![],
        };
        let length = answer.len() as u8;
        let sum: u32 = answer.iter().map(|byte| u32::from(*byte)).sum();
        answer.push((256 - sum % 256) as u8);
        let acknowledgement = [0, 0, 0xff, 0, 0xff, 0];
        [&acknowledgement[..], &[0, 0, 0xff, length, 0_u8.wrapping_sub(length)], &answer, &[0]].concat()
    }
}

/// A TWN4 with [`CARD`] on it.
pub struct Twn4 {
    /// Whether lines end with a CRC.
    pub with_crc: bool,
}

impl Obedient for Twn4 {
    fn answers(&mut self, asked: &[u8]) -> Vec<u8> {
        let line = asked.strip_suffix(b"\r").expect("a line ends with CR");
        if line.is_empty() {
            return vec![];
        }
        let mut bytes = bytes_of(line).expect("a line is hexadecimal digits");
        if self.with_crc {
            let sum = bytes.split_off(bytes.len() - 2);
            assert_eq!(sum, twn4_crc(&bytes));
        }
        let mut answer = match bytes[..] {
            [5, 0, _] => [&[0, 1, 0x80, 56, 7][..], &CARD].concat(),
            [4 | 5, ..] => vec![0],
            _ => panic!("{bytes:x?} is no command"),
        };
        if self.with_crc {
            answer.extend(twn4_crc(&answer));
        }
        let digits: String = answer.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("{digits}\r").into_bytes()
    }
}
