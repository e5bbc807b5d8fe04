//! The RDM6300's frame: STX, ten hexadecimal digits, two of checksum, ETX; 14 bytes.
//!
//! The reader repeats it about every 65 ms while a card rests on it.

use super::frame::{AsciiFrame, END_OF_TEXT, FrameCounts, FrameDecoder};

/// Decoder of the RDM6300's frames.
#[derive(Debug)]
pub struct Rdm6300Decoder(AsciiFrame);

impl Default for Rdm6300Decoder {
    fn default() -> Self {
        Self(AsciiFrame::new(&[END_OF_TEXT]))
    }
}

impl FrameDecoder for Rdm6300Decoder {
    fn push(&mut self, byte: u8) -> Option<[u8; 5]> {
        self.0.push(byte)
    }

    fn counts(&self) -> FrameCounts {
        self.0.counts()
    }
}
