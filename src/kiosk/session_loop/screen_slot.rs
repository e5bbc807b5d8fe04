//! The latest screen on its way from `session` to main: only ever one, shared, with a wake-up.

use std::sync::{Arc, Mutex, PoisonError};

use muwajaha_core::session::Screen;

type Repaint = Box<dyn Fn() + Send + Sync>;

/// Where the session's latest screen is.
pub type ScreenSlot = Slot<Screen>;

/// Where the latest screen of some kind is. Clones share it.
pub struct Slot<Shown> {
    latest: Arc<Mutex<Arc<Shown>>>,
    repaint: Arc<Mutex<Option<Repaint>>>,
}

impl<Shown> Clone for Slot<Shown> {
    fn clone(&self) -> Self {
        Self { latest: Arc::clone(&self.latest), repaint: Arc::clone(&self.repaint) }
    }
}

impl<Shown> std::fmt::Debug for Slot<Shown> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Slot")
    }
}

impl<Shown: PartialEq> Slot<Shown> {
    /// A slot that shows `first`.
    pub fn new(first: Shown) -> Self {
        Self { latest: Arc::new(Mutex::new(Arc::new(first))), repaint: Arc::default() }
    }

    /// Shows `screen`, and wakes the ui if it differs from the one before.
    pub fn show(&self, screen: Shown) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if **latest == screen {
            return;
        }
        *latest = Arc::new(screen);
        drop(latest);
        self.wake();
    }

    /// The latest screen.
    pub fn latest(&self) -> Arc<Shown> {
        Arc::clone(&self.latest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Called after every change; must not block.
    pub fn set_repaint(&self, repaint: impl Fn() + Send + Sync + 'static) {
        *self.repaint.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(repaint));
    }

    /// Wakes the ui.
    pub fn wake(&self) {
        if let Some(repaint) = self.repaint.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            repaint();
        }
    }
}
