//! What media's threads share: the gate, the picture slots and figures for the log and tests.

use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use super::audio::microphone::MicrophoneHub;
use super::audio::mixer::SpeakerMixer;
use super::camera::developing::Developer;
use super::camera::frame::Frame;
use super::camera::hub::FrameHub;
use super::gate::Gate;
use crate::picture::{Picture, PictureSlot};

type Hook = Box<dyn Fn() + Send + Sync>;

/// Called after each new picture. Clones share the hook.
#[derive(Clone, Default)]
pub(crate) struct Repaint {
    hook: Arc<Mutex<Option<Hook>>>,
}

impl std::fmt::Debug for Repaint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Repaint")
    }
}

impl Repaint {
    /// Sets what is called.
    pub(crate) fn set(&self, hook: Hook) {
        *self.hook.lock().unwrap_or_else(PoisonError::into_inner) = Some(hook);
    }

    /// Calls it.
    pub(crate) fn call(&self) {
        if let Some(hook) = self.hook.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            hook();
        }
    }
}

/// It is small on the screen; a taller frame is halved.
const TALLEST_SELF_VIEW: u32 = 480;

/// The self view's slot, filled while a call holds the camera.
#[derive(Debug, Clone)]
pub(crate) struct SelfView {
    slot: PictureSlot,
    repaint: Repaint,
    live: Arc<std::sync::atomic::AtomicBool>,
    developer: Arc<Mutex<Developer>>,
}

impl SelfView {
    /// A self view that shows nothing until [`SelfView::set_live`].
    pub(crate) fn new(slot: PictureSlot, repaint: Repaint) -> Self {
        Self { slot, repaint, live: Arc::default(), developer: Arc::default() }
    }

    /// Shows frames from now on, or empties the slot and shows none.
    pub(crate) fn set_live(&self, live: bool) {
        self.live.store(live, std::sync::atomic::Ordering::SeqCst);
        if !live {
            self.slot.clear();
            self.repaint.call();
        }
    }

    /// Shows a frame.
    pub(crate) fn show(&self, frame: &Frame) {
        let live = || self.live.load(std::sync::atomic::Ordering::SeqCst);
        if !live() {
            return;
        }
        if let Some(picture) = self.develop(frame) {
            self.slot.put(picture);
        }
        if !live() {
            self.slot.clear();
        }
        self.repaint.call();
    }

    fn develop(&self, frame: &Frame) -> Option<Picture> {
        let times = u32::from(frame.height() > TALLEST_SELF_VIEW);
        let small = frame.halved(times)?;
        self.developer.lock().unwrap_or_else(PoisonError::into_inner).develop(&small)
    }
}

/// Counters since the start of the process, for the log, the bench and tests.
#[derive(Debug, Default)]
pub struct Figures {
    /// Frames handed to the encoder.
    pub frames_sent: AtomicU64,
    /// Remote frames decoded while their gate was open.
    pub frames_decoded: AtomicU64,
    /// Remote sound decoded while its gate was open, in samples at 48 kHz.
    pub samples_decoded: AtomicU64,
    /// What the congestion control grants the picture now, bit/s.
    pub video_bits_per_second: AtomicU32,
    /// Width of the frame sent last, pixels.
    pub width_sent: AtomicU32,
    /// Retransmitted packets received by the transports that are alive.
    pub retransmissions_received: AtomicU64,
}

/// What every part of media holds.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    /// Whether media may pass.
    pub gate: Gate,
    /// The remote picture's slot.
    pub remote_picture: PictureSlot,
    /// Called after each new picture.
    pub repaint: Repaint,
    /// The self view.
    pub self_view: SelfView,
    /// The camera's frames.
    pub frames: FrameHub,
    /// The microphone's sound.
    pub microphone: MicrophoneHub,
    /// The way to the speaker.
    pub mixer: SpeakerMixer,
    /// Counters.
    pub figures: Arc<Figures>,
}
