//! When the service may be asked again: one instant for all tasks of the thread.
//!
//! A service that says `Retry-After` to one call means the kiosk, not the call: sync, the kiosk's
//! socket, the outbox and joins all wait for this instant before they ask. It only moves later.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The instant before which nobody asks. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct HoldOff(Arc<Mutex<Option<Instant>>>);

impl HoldOff {
    /// Nobody asks for this long from now.
    pub(super) fn postpone(&self, by: Duration) {
        let until = Instant::now() + by;
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(until, |held| held.max(until)));
    }

    /// Resolves once the service may be asked.
    pub(super) async fn over(&self) {
        while let Some(until) = self.until() {
            sleep_until(until).await;
        }
    }

    fn until(&self) -> Option<Instant> {
        let held = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.filter(|until| *until > Instant::now())
    }
}
