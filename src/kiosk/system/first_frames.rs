//! Whether the window's first frames are on the screen.
//!
//! Counted on main, asked on `session`. A pass that begins tells that the frames of all passes before
//! it were handed to the compositor.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The first frame of a window may still be resized by the compositor; the second is what people see.
const FIRST_FRAMES: u64 = 2;

/// See the module. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FirstFrames {
    passes: Arc<AtomicU64>,
}

impl FirstFrames {
    /// The window is about to be drawn.
    pub fn pass_begins(&self) {
        self.passes.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether they are.
    pub fn are_drawn(&self) -> bool {
        self.passes.load(Ordering::Relaxed) > FIRST_FRAMES
    }
}
