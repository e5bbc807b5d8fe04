//! The host's end of a reader's line, without any decoder.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longer than any answer takes on an idle one.
const QUIET: Duration = Duration::from_millis(120);

pub(super) struct FarEnd(File);

impl FarEnd {
    pub(super) fn open(link: &Path) -> Self {
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        Self(OpenOptions::new().read(true).write(true).custom_flags(flags.cast_signed()).open(link).unwrap())
    }

    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// Exactly as many bytes as are expected, or what came of them in time.
    pub(super) fn hear(&mut self, count: usize) -> Vec<u8> {
        self.hear_within(count, PATIENCE)
    }

    /// Text of this length.
    pub(super) fn hear_text(&mut self, count: usize) -> String {
        String::from_utf8(self.hear(count)).unwrap()
    }

    /// Up to and with a last byte.
    pub(super) fn hear_until(&mut self, last: u8) -> Vec<u8> {
        let mut heard = Vec::new();
        while heard.last() != Some(&last) {
            let byte = self.hear(1);
            assert!(!byte.is_empty(), "{heard:02x?} and then nothing");
            heard.extend(byte);
        }
        heard
    }

    /// What comes although nothing should.
    pub(super) fn overhear(&mut self) -> Vec<u8> {
        self.hear_within(usize::MAX, QUIET)
    }

    /// Sends bytes and hears an answer as long as the expected one.
    pub(super) fn expect(&mut self, question: &[u8], answer: &[u8]) {
        self.send(question);
        assert_eq!(self.hear(answer.len()), answer, "to {question:02x?}");
    }

    pub(super) fn hear_within(&mut self, count: usize, within: Duration) -> Vec<u8> {
        let until = Instant::now() + within;
        let mut heard = Vec::new();
        while heard.len() < count && wait_for(&self.0, until) {
            let mut bytes = [0; 64];
            let most = bytes.len().min(count - heard.len());
            match self.0.read(&mut bytes[..most]) {
                Ok(0) => break,
                Ok(read) => heard.extend_from_slice(&bytes[..read]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
        }
        heard
    }

    /// Whether the plug is pulled.
    pub(super) fn is_hung_up(&mut self) -> bool {
        let mut watched = [PollFd::new(&self.0, PollFlags::IN)];
        poll(&mut watched, Some(&Timespec { tv_sec: 5, tv_nsec: 0 })).unwrap();
        watched[0].revents().contains(PollFlags::HUP)
    }
}

fn wait_for(file: &File, until: Instant) -> bool {
    let left = until.saturating_duration_since(Instant::now());
    let timeout = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
    poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&timeout)).unwrap() > 0
}
