//! Video pictures on their way from media to the screen: a latest-wins slot, never a queue.
//!
//! Written by GStreamer's streaming threads, read by main. Holds at most one picture.

use std::sync::{Arc, Mutex, PoisonError};

/// One I420 picture, BT.601 limited range.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Luma, then the two chroma planes at half width and height (rounded up), without padding.
    pub planes: [Arc<[u8]>; 3],
    /// Grows by one with each picture put into its slot.
    pub sequence: u64,
}

/// Where the latest picture waits for the screen. Clones share the slot.
#[derive(Debug, Clone, Default)]
pub struct PictureSlot {
    shared: Arc<Mutex<Slot>>,
}

#[derive(Debug, Default)]
struct Slot {
    latest: Option<Picture>,
    sequence: u64,
}

impl PictureSlot {
    /// Replaces whatever waits there. The picture's `sequence` is set by the slot.
    pub fn put(&self, mut picture: Picture) {
        let mut slot = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        slot.sequence = slot.sequence.saturating_add(1);
        picture.sequence = slot.sequence;
        slot.latest = Some(picture);
    }

    /// Empties the slot: between visits nobody's picture stays behind.
    pub fn clear(&self) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).latest = None;
    }

    /// The latest picture, if there is one; the planes are shared, not copied.
    pub fn latest(&self) -> Option<Picture> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).latest.clone()
    }
}
