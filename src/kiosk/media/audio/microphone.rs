//! Where the microphone's sound goes: to every connection whose gate is open.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use gstreamer as gst;
use gstreamer_app as gst_app;

use crate::media::gate::Gate;
use crate::media::inbox::TransportKey;

#[derive(Debug, Default)]
struct State {
    listeners: Vec<(TransportKey, gst_app::AppSrc)>,
    latest_at: Option<Instant>,
}

/// Hands the microphone's buffers to connections. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct MicrophoneHub {
    state: Arc<Mutex<State>>,
}

impl MicrophoneHub {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a connection.
    pub(crate) fn add(&self, key: TransportKey, source: gst_app::AppSrc) {
        self.state().listeners.push((key, source));
    }

    /// Removes a connection.
    pub(crate) fn remove(&self, key: TransportKey) {
        self.state().listeners.retain(|(listener, _)| *listener != key);
    }

    /// When the microphone last delivered.
    pub(crate) fn latest_at(&self) -> Option<Instant> {
        self.state().latest_at
    }

    /// Forgets when the microphone last delivered.
    pub(crate) fn clear(&self) {
        self.state().latest_at = None;
    }

    /// Hands over one buffer.
    pub(crate) fn publish(&self, buffer: &gst::Buffer, gate: &Gate) {
        let mut state = self.state();
        state.latest_at = Some(Instant::now());
        for (key, source) in &state.listeners {
            if gate.is_open_for(key.call, key.connection) {
                let mut buffer = buffer.copy();
                let timing = buffer.make_mut();
                timing.set_pts(gst::ClockTime::NONE);
                timing.set_dts(gst::ClockTime::NONE);
                // A source that is being torn down takes nothing more.
                let _ = source.push_buffer(buffer);
            }
        }
    }
}
