//! Video pictures on their way from media to the screen: a latest-wins slot, never a queue.
//!
//! Written by GStreamer's streaming threads, read by main. Holds at most one picture.

use std::sync::{Arc, Mutex, PoisonError};

/// One picture in the screen's own colours.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Row by row from the top without padding: red, green, blue and a byte that means nothing.
    pub pixels: Arc<[u8]>,
    /// Grows by one with each picture put into its slot.
    pub sequence: u64,
}

/// Where the latest picture waits for the screen. Clones share the slot.
#[derive(Debug, Clone, Default)]
pub struct PictureSlot {
    shared: Arc<Mutex<Slot>>,
}

type Watcher = Arc<dyn Fn() + Send + Sync>;

#[derive(Default)]
struct Slot {
    latest: Option<Picture>,
    sequence: u64,
    watcher: Option<Watcher>,
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Slot").field("sequence", &self.sequence).finish_non_exhaustive()
    }
}

impl PictureSlot {
    /// Replaces whatever waits there. The picture's `sequence` is set by the slot.
    pub fn put(&self, mut picture: Picture) {
        let mut slot = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        slot.sequence = slot.sequence.saturating_add(1);
        picture.sequence = slot.sequence;
        slot.latest = Some(picture);
        let watcher = slot.watcher.clone();
        drop(slot);
        if let Some(watcher) = watcher {
            watcher();
        }
    }

    /// Empties the slot: between visits nobody's picture stays behind.
    pub fn clear(&self) {
        let mut slot = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        slot.latest = None;
        let watcher = slot.watcher.clone();
        drop(slot);
        if let Some(watcher) = watcher {
            watcher();
        }
    }

    /// Calls `watcher` after each change, on the thread that made it; it must not block. The ui asks
    /// for a repaint with it. A later watcher replaces an earlier one.
    pub fn watch(&self, watcher: impl Fn() + Send + Sync + 'static) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).watcher = Some(Arc::new(watcher));
    }

    /// The latest picture, if there is one; the pixels are shared, not copied.
    pub fn latest(&self) -> Option<Picture> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).latest.clone()
    }
}
