//! Media: camera, microphone, speaker and the connections that carry a call.
//!
//! Owns every GStreamer pipeline and the thread `media`, which alone builds, starts and stops them.
//! Does as the session commands and reports by events; it decides nothing but to end a call whose
//! end has come. Whether anything may pass is the [`Gate`]'s word, read by every feeder, sink and
//! audio probe; it opens only after the session heard that the peer's certificate is the signalled one.
//! Never lets GStreamer's callbacks do more than move a buffer or send a message.

mod audio;
mod camera;
mod capture;
mod clock;
mod error;
mod gate;
mod inbox;
pub mod inspection;
mod reaper;
mod settings;
mod shared;
mod transport;
mod watch;
mod worker;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;

use muwajaha_core::domain::{BootTime, CallId, ConnectionId};
use muwajaha_core::engine::TransportOperation;
use muwajaha_core::session::MediaEvent;

pub use camera::test_picture::read_counter;
pub use error::MediaError;
pub use gate::Gate;
pub use settings::{
    CallSettings, CameraSettings, CameraSource, MediaSettings, MicrophoneSettings, MicrophoneSource, SpeakerSettings,
    SpeakerSink,
};
pub use shared::Figures;

use crate::picture::PictureSlot;
use shared::{Repaint, SelfView, Shared};

/// What media is told.
#[derive(Debug)]
pub enum MediaCommand {
    /// Start camera, microphone, speaker and self view for a call; nothing is sent yet.
    StartMedia {
        /// For which call.
        call: CallId,
        /// When media ends the call by itself.
        ends_at: BootTime,
    },
    /// Tell a connection something.
    Transport {
        /// Of which call.
        call: CallId,
        /// Which connection.
        connection: ConnectionId,
        /// What.
        operation: TransportOperation,
    },
    /// Tear everything of a call down; answered by `CallStopped`.
    StopMedia {
        /// Which call.
        call: CallId,
    },
    /// Answer at once, to show that the thread is alive.
    Ping {
        /// Gets one `()`.
        reply: SyncSender<()>,
    },
}

/// The way to media. Clones share it.
#[derive(Debug, Clone)]
pub struct MediaHandle {
    inbox: inbox::Inbox,
    shared: Shared,
    self_picture: PictureSlot,
    thread: Arc<std::sync::Mutex<Option<JoinHandle<()>>>>,
}

/// Starts media; `events` gets everything it reports, on the thread `media`.
///
/// # Errors
/// [`MediaError`] where GStreamer lacks elements, a setting is out of range, or the speaker's file
/// cannot be written. A missing camera, microphone or speaker is none: it is tried again in calls.
pub fn start(
    settings: MediaSettings,
    events: impl Fn(MediaEvent) + Send + Sync + Clone + 'static,
) -> Result<MediaHandle, MediaError> {
    settings.validate()?;
    error::check_plugins()?;
    let speaker = audio::Speaker::open(&settings.speaker.sink)?;
    let (inbox, receiver) = inbox::inbox();
    let (self_picture, repaint) = (PictureSlot::default(), Repaint::default());
    let shared = Shared {
        gate: Gate::default(),
        remote_picture: PictureSlot::default(),
        self_view: SelfView::new(self_picture.clone(), repaint.clone()),
        repaint,
        frames: camera::hub::FrameHub::default(),
        microphone: audio::microphone::MicrophoneHub::default(),
        mixer: audio::mixer::SpeakerMixer::default(),
        figures: Arc::default(),
    };
    let worker = worker::Worker::new(settings, speaker, shared.clone(), inbox.clone(), Box::new(events));
    let thread = std::thread::Builder::new().name("media".to_owned()).spawn(move || worker.run(&receiver));
    let thread = thread.map_err(|error| MediaError::Thread(error.to_string()))?;
    Ok(MediaHandle { inbox, shared, self_picture, thread: Arc::new(std::sync::Mutex::new(Some(thread))) })
}

impl MediaHandle {
    /// Hands over a command without waiting; `false` where media does not keep up or is gone.
    pub fn send(&self, command: MediaCommand) -> bool {
        self.inbox.command(command)
    }

    /// The gate, to be opened and shut from any thread.
    pub fn gate(&self) -> Gate {
        self.shared.gate.clone()
    }

    /// Where the visitor's picture waits for the screen.
    pub fn remote_picture(&self) -> PictureSlot {
        self.shared.remote_picture.clone()
    }

    /// Where the camera's picture waits for the screen.
    pub fn self_picture(&self) -> PictureSlot {
        self.self_picture.clone()
    }

    /// Called after every change of a picture slot, on GStreamer's threads; must not block.
    pub fn set_repaint(&self, repaint: Box<dyn Fn() + Send + Sync>) {
        self.shared.repaint.set(repaint);
    }

    /// Counters since the start.
    pub fn figures(&self) -> Arc<Figures> {
        Arc::clone(&self.shared.figures)
    }

    /// Stops everything and waits for the thread's end.
    pub fn join(self) {
        self.inbox.tell(inbox::Message::Quit);
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the media thread panicked");
        }
    }
}
