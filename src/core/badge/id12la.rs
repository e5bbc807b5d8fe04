//! The ID-12LA's frame in ASCII mode: STX, ten hexadecimal digits, two of checksum, CR, LF, ETX;
//! 16 bytes, sent once when a card comes near.

use super::dialog::{FrameCounts, ReaderDialog, ReaderEvent};
use super::frame::{AsciiFrame, END_OF_TEXT};
use crate::domain::BootTime;

/// Decoder of the ID-12LA's frames.
#[derive(Debug)]
pub struct Id12laDecoder(AsciiFrame);

impl Default for Id12laDecoder {
    fn default() -> Self {
        Self(AsciiFrame::new(&[b'\r', b'\n', END_OF_TEXT]))
    }
}

impl ReaderDialog for Id12laDecoder {
    fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        self.0.receive(bytes, now, tell);
    }

    fn counts(&self) -> FrameCounts {
        self.0.counts()
    }
}
