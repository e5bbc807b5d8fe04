//! The ID-12LA's frame in ASCII mode: STX, ten hexadecimal digits, two of checksum, CR, LF, ETX;
//! 16 bytes, sent once when a card comes near.

use super::frame::{AsciiFrame, END_OF_TEXT, FrameCounts, FrameDecoder};

/// Decoder of the ID-12LA's frames.
#[derive(Debug)]
pub struct Id12laDecoder(AsciiFrame);

impl Default for Id12laDecoder {
    fn default() -> Self {
        Self(AsciiFrame::new(&[b'\r', b'\n', END_OF_TEXT]))
    }
}

impl FrameDecoder for Id12laDecoder {
    fn push(&mut self, byte: u8) -> Option<[u8; 5]> {
        self.0.push(byte)
    }

    fn counts(&self) -> FrameCounts {
        self.0.counts()
    }
}
