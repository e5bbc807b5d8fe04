//! What carries the conversation with a reader: its serial port, or the child that has it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};
use std::path::Path;

use rustix::fs::{OFlags, fcntl_setfl};
use serialport::{DataBits, FlowControl, Parity, StopBits};

/// Carries bytes both ways; never waits.
pub(super) trait Line {
    /// What to wait for.
    fn readable(&self) -> BorrowedFd<'_>;

    /// Takes what is there. `WouldBlock` where nothing is, and no bytes where nothing ever will be.
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Gives bytes over.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// A serial port.
#[derive(Debug)]
pub(super) struct SerialLine(File);

impl SerialLine {
    /// Opens the port: eight bits, no parity, one stop bit, for this process alone.
    pub(super) fn open(port: &Path, baud: u32) -> Result<Self, serialport::Error> {
        let port = serialport::new(port.to_string_lossy(), baud)
            .data_bits(DataBits::Eight)
            .parity(Parity::None)
            .stop_bits(StopBits::One)
            .flow_control(FlowControl::None)
            .open_native()?;
        #[expect(unsafe_code, reason = "serialport hands its descriptor out as a number only")]
        // SAFETY: the number is of an open descriptor, which `into_raw_fd` gives up to us.
        let file = unsafe { File::from_raw_fd(port.into_raw_fd()) };
        // `serialport` opens it so that reading waits for a byte.
        fcntl_setfl(&file, OFlags::NONBLOCK).map_err(io::Error::from)?;
        Ok(Self(file))
    }
}

impl From<SerialLine> for OwnedFd {
    fn from(line: SerialLine) -> Self {
        line.0.into()
    }
}

impl Line for SerialLine {
    fn readable(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}
