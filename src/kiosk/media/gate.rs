//! The gate: whether picture and sound may pass, and for which connection.
//!
//! Shut unless the session opened it. Every feeder, sink and audio probe reads it for every buffer;
//! it is one atomic word, so that any thread shuts it at once while the media thread hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use muwajaha_core::domain::{CallId, ConnectionId};

const SHUT: u64 = 0;
const HALF: u64 = 0xffff_ffff;

/// Whether media may pass. Clones share the word.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    open_for: Arc<AtomicU64>,
}

fn call_half(call: CallId) -> u64 {
    (call.0.wrapping_add(1) & HALF) << 32
}

fn word(call: CallId, connection: ConnectionId) -> u64 {
    call_half(call) | (connection.0 & HALF)
}

impl Gate {
    /// Lets this connection's media pass, and no other's.
    pub fn open(&self, call: CallId, connection: ConnectionId) {
        self.open_for.store(word(call, connection), Ordering::SeqCst);
    }

    /// Stops the call's media at once; another call's gate is left as it is.
    pub fn shut(&self, call: CallId) {
        let shut = |current: u64| (current & !HALF == call_half(call)).then_some(SHUT);
        // An error means that the gate was not open for this call.
        let _ = self.open_for.fetch_update(Ordering::SeqCst, Ordering::SeqCst, shut);
    }

    /// Whether this connection's media may pass.
    pub fn is_open_for(&self, call: CallId, connection: ConnectionId) -> bool {
        self.open_for.load(Ordering::SeqCst) == word(call, connection)
    }

    /// Whether any connection's media may pass.
    pub fn is_open(&self) -> bool {
        self.open_for.load(Ordering::SeqCst) != SHUT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_connection_passes_and_a_stale_shut_changes_nothing() {
        let gate = Gate::default();
        assert!(!gate.is_open());
        gate.open(CallId(4), ConnectionId(1));
        assert!(gate.is_open_for(CallId(4), ConnectionId(1)));
        assert!(!gate.is_open_for(CallId(4), ConnectionId(2)));
        assert!(!gate.is_open_for(CallId(3), ConnectionId(1)));
        gate.shut(CallId(3));
        assert!(gate.is_open_for(CallId(4), ConnectionId(1)));
        gate.shut(CallId(4));
        assert!(!gate.is_open());
    }

    #[test]
    fn the_first_call_and_connection_of_all_are_not_taken_for_shut() {
        let gate = Gate::default();
        assert!(!gate.is_open_for(CallId(0), ConnectionId(0)));
        gate.open(CallId(0), ConnectionId(0));
        assert!(gate.is_open_for(CallId(0), ConnectionId(0)));
        gate.shut(CallId(0));
        assert!(!gate.is_open());
    }
}
