//! The latest screen on its way from `session` to main: only ever one, shared, with a wake-up.

use std::sync::{Arc, Mutex, PoisonError};

use muwajaha_core::session::Screen;

type Repaint = Box<dyn Fn() + Send + Sync>;

/// Where the latest screen is. Clones share it.
#[derive(Clone)]
pub struct ScreenSlot {
    latest: Arc<Mutex<Arc<Screen>>>,
    repaint: Arc<Mutex<Option<Repaint>>>,
}

impl std::fmt::Debug for ScreenSlot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ScreenSlot")
    }
}

impl ScreenSlot {
    /// A slot that shows `first`.
    pub fn new(first: Screen) -> Self {
        Self { latest: Arc::new(Mutex::new(Arc::new(first))), repaint: Arc::default() }
    }

    /// Shows `screen`, and wakes the ui if it differs from the one before.
    pub fn show(&self, screen: Screen) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if **latest == screen {
            return;
        }
        *latest = Arc::new(screen);
        drop(latest);
        self.wake();
    }

    /// The latest screen.
    pub fn latest(&self) -> Arc<Screen> {
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
