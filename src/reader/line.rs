//! The line to the reader as libosdp sees it: through the guard.
//!
//! Bytes from the line reach the guard first, and libosdp only what the guard lets pass; what
//! libosdp sends goes past the guard onto the line.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use libosdp::{Channel, ChannelError};
use muwajaha_core::badge::osdp::{LineGuard, Purpose};
use rustix::io::Errno;

const CHUNK_BYTES: usize = 512;

/// What came of one look at the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Received {
    /// The reader answered.
    pub is_answer: bool,
    /// There was more than a reader ever says at once.
    pub is_flood: bool,
}

/// One line. Clones share it.
#[derive(Debug, Clone)]
pub struct Line {
    port: Arc<OwnedFd>,
    guard: Arc<Mutex<LineGuard>>,
}

impl Line {
    /// The line behind an open serial port, to the reader at this address.
    pub fn new(port: impl Into<Arc<OwnedFd>>, address: u8, purpose: Purpose) -> Self {
        Self { port: port.into(), guard: Arc::new(Mutex::new(LineGuard::new(address, purpose))) }
    }

    /// The port, to wait for.
    pub fn port(&self) -> &OwnedFd {
        &self.port
    }

    /// The guard.
    pub fn guard(&self) -> MutexGuard<'_, LineGuard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands what the line brought to the guard.
    ///
    /// # Errors
    /// The operating system's, when the port is gone.
    pub fn receive(&self) -> rustix::io::Result<Received> {
        let mut buffer = [0; CHUNK_BYTES];
        match rustix::io::read(&*self.port, &mut buffer) {
            Ok(0) => Err(Errno::IO),
            Ok(length) => Ok(Received {
                is_answer: self.guard().received(buffer.get(..length).unwrap_or_default()),
                is_flood: length == CHUNK_BYTES,
            }),
            Err(Errno::AGAIN | Errno::INTR) => Ok(Received::default()),
            Err(error) => Err(error),
        }
    }
}

impl Channel for Line {
    fn get_id(&self) -> i32 {
        0
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ChannelError> {
        match self.guard().read(buffer) {
            0 => Err(ChannelError::WouldBlock),
            length => Ok(length),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, ChannelError> {
        match rustix::io::write(&*self.port, bytes) {
            Ok(length) => {
                self.guard().sent(bytes.get(..length).unwrap_or_default());
                Ok(length)
            }
            Err(Errno::AGAIN | Errno::INTR) => Err(ChannelError::WouldBlock),
            Err(_) => Err(ChannelError::TransportError),
        }
    }

    fn flush(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }

    fn close(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }
}
