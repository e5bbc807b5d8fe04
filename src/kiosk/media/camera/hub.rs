//! Where the camera's latest frame waits for whoever sends it.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::frame::Frame;

#[derive(Debug, Default)]
struct State {
    latest: Option<(Instant, Frame)>,
    sequence: u64,
    wakes: u64,
}

/// The latest frame, and a way to wait for the next. Clones share it; a frame never queues.
#[derive(Debug, Clone, Default)]
pub(crate) struct FrameHub {
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl FrameHub {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the latest frame.
    pub(crate) fn publish(&self, frame: Frame) {
        let mut state = self.state();
        state.latest = Some((Instant::now(), frame));
        state.sequence = state.sequence.saturating_add(1);
        drop(state);
        self.shared.1.notify_all();
    }

    /// Forgets the latest frame.
    pub(crate) fn clear(&self) {
        self.state().latest = None;
    }

    /// Makes every waiting thread look up.
    pub(crate) fn wake(&self) {
        let mut state = self.state();
        state.wakes = state.wakes.saturating_add(1);
        drop(state);
        self.shared.1.notify_all();
    }

    /// When the latest frame came.
    pub(crate) fn latest_at(&self) -> Option<Instant> {
        self.state().latest.as_ref().map(|(at, _)| *at)
    }

    /// Waits for a frame newer than the one numbered `seen`; `None` after `wait` or a wake.
    pub(crate) fn next(&self, seen: u64, wait: Duration) -> Option<(u64, Frame)> {
        let state = self.state();
        let wakes = state.wakes;
        let (state, _) = self
            .shared
            .1
            .wait_timeout_while(state, wait, |state| state.sequence <= seen && state.wakes == wakes)
            .unwrap_or_else(PoisonError::into_inner);
        if state.sequence <= seen {
            return None;
        }
        let sequence = state.sequence;
        state.latest.as_ref().map(|(_, frame)| (sequence, frame.clone()))
    }
}
