//! What media's threads share: the gate, the picture slots and figures for the log and tests.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::audio::microphone::MicrophoneHub;
use super::audio::mixer::SpeakerMixer;
use super::camera::developing::Developer;
use super::camera::frame::Frame;
use super::camera::hub::FrameHub;
use super::gate::Gate;
use crate::picture::{Picture, PictureSlot};

/// It is small on the screen; a taller frame is halved.
const TALLEST_SELF_VIEW: u32 = 480;

/// The self view's slot, filled while a call holds the camera; until [`SelfView::set_live`] it shows
/// nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct SelfView {
    slot: PictureSlot,
    live: Arc<AtomicBool>,
    developer: Arc<Mutex<Developer>>,
}

impl SelfView {
    /// Where its pictures wait for the screen.
    pub(crate) fn slot(&self) -> PictureSlot {
        self.slot.clone()
    }

    /// Shows frames from now on, or empties the slot and shows none.
    pub(crate) fn set_live(&self, live: bool) {
        self.live.store(live, Ordering::SeqCst);
        if !live {
            self.slot.clear();
        }
    }

    /// Shows a frame.
    pub(crate) fn show(&self, frame: &Frame) {
        let live = || self.live.load(Ordering::SeqCst);
        if !live() {
            return;
        }
        if let Some(picture) = self.develop(frame) {
            self.slot.put(picture);
        }
        if !live() {
            self.slot.clear();
        }
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

/// What every part of media holds; one made anew shares nothing with any other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared {
    /// Whether media may pass.
    pub gate: Gate,
    /// The remote picture's slot.
    pub remote_picture: PictureSlot,
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
