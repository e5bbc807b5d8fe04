//! The RDM6300's frame: STX, ten hexadecimal digits, two of checksum, ETX; 14 bytes.
//!
//! The reader repeats it about every 65 ms while a card rests on it.

use super::dialog::{FrameCounts, ReaderDialog, ReaderEvent};
use super::frame::{AsciiFrame, END_OF_TEXT};
use crate::domain::BootTime;

/// Decoder of the RDM6300's frames.
#[derive(Debug)]
pub struct Rdm6300Decoder(AsciiFrame);

impl Default for Rdm6300Decoder {
    fn default() -> Self {
        Self(AsciiFrame::new(&[END_OF_TEXT]))
    }
}

impl ReaderDialog for Rdm6300Decoder {
    fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        self.0.receive(bytes, now, tell);
    }

    fn counts(&self) -> FrameCounts {
        self.0.counts()
    }
}
