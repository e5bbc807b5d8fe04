//! What other threads leave for the badge thread: what the reader is to show, and that it is over.
//!
//! Holds the latest feedback only, since light and buzzer tell of the last badge. Leaving something
//! wakes the thread at once and never waits for it.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use muwajaha_core::badge::ReaderFeedback;
use rustix::event::{EventfdFlags, eventfd};

/// The mailbox. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Mailbox {
    bell: Arc<OwnedFd>,
    letters: Arc<Mutex<Letters>>,
}

#[derive(Debug, Default)]
struct Letters {
    feedback: Option<ReaderFeedback>,
    is_over: bool,
}

impl Mailbox {
    /// An empty mailbox.
    pub(super) fn new() -> io::Result<Self> {
        let bell = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        Ok(Self { bell, letters: Arc::default() })
    }

    /// What rings when something was left.
    pub(super) fn bell(&self) -> &OwnedFd {
        &self.bell
    }

    /// Leaves what the reader is to show.
    pub(super) fn show(&self, feedback: ReaderFeedback) {
        self.leave(|letters| letters.feedback = Some(feedback));
    }

    /// Says that it is over.
    pub(super) fn end(&self) {
        self.leave(|letters| letters.is_over = true);
    }

    /// Whether it is over.
    pub(super) fn is_over(&self) -> bool {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).is_over
    }

    /// Takes what the reader is to show.
    pub(super) fn take_feedback(&self) -> Option<ReaderFeedback> {
        // An empty bell is one that has not rung.
        let _ = rustix::io::read(&*self.bell, &mut [0; 8]);
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).feedback.take()
    }

    fn leave(&self, write: impl FnOnce(&mut Letters)) {
        write(&mut self.letters.lock().unwrap_or_else(PoisonError::into_inner));
        // A full bell rings already.
        let _ = rustix::io::write(&*self.bell, &1_u64.to_ne_bytes());
    }
}
