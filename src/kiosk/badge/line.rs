//! What carries the conversation with a reader: its serial port, or the child that has it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, fcntl_setfl, flock};
use rustix::termios::ioctl_tiocnxcl;
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

/// An open serial port, to talk through or to give to a child.
#[derive(Debug)]
pub(super) struct SerialPort(File);

/// A serial port that this process itself talks through; dropped, it is free for whoever opens it next.
#[derive(Debug)]
pub(super) struct SerialLine(SerialPort);

impl SerialPort {
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

impl From<SerialPort> for OwnedFd {
    fn from(port: SerialPort) -> Self {
        port.0.into()
    }
}

impl From<SerialPort> for SerialLine {
    fn from(port: SerialPort) -> Self {
        Self(port)
    }
}

impl Drop for SerialLine {
    /// Closing alone would not do: a program that another thread is just starting has a copy of every
    /// open file until it runs, and so long the port would be in use.
    fn drop(&mut self) {
        let Self(SerialPort(port)) = self;
        // Where the port is gone there is nothing to be freed.
        let _ = ioctl_tiocnxcl(&*port);
        let _ = flock(&*port, FlockOperation::Unlock);
    }
}

impl Line for SerialLine {
    fn readable(&self) -> BorrowedFd<'_> {
        self.0.0.as_fd()
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.0.read(buffer)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.0.write_all(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    fn pseudo_terminal() -> (OwnedFd, PathBuf) {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        (controller, name.to_str().unwrap().into())
    }

    /// What a program has that is just being started.
    fn copy_of(line: &impl Line) -> OwnedFd {
        line.readable().try_clone_to_owned().unwrap()
    }

    #[test]
    fn a_line_that_is_over_leaves_its_port_free_whoever_has_a_copy_of_it() {
        let (_controller, path) = pseudo_terminal();
        let line = SerialLine::from(SerialPort::open(&path, 9600).unwrap());
        let _copy = copy_of(&line);
        assert!(SerialPort::open(&path, 9600).is_err(), "two at one port");
        drop(line);
        assert!(SerialPort::open(&path, 9600).is_ok());
    }

    #[test]
    fn a_port_that_a_child_has_is_taken_until_the_child_ends() {
        let (_controller, path) = pseudo_terminal();
        let given = OwnedFd::from(SerialPort::open(&path, 9600).unwrap());
        let of_child = given.try_clone().unwrap();
        drop(given);
        assert!(SerialPort::open(&path, 9600).is_err());
        drop(of_child);
        assert!(SerialPort::open(&path, 9600).is_ok());
    }
}
