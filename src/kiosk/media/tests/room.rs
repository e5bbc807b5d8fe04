//! The visiting room of these stories: media started as the kiosk starts it, its events, and the
//! signalling carried between it and a visitor.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use muwajaha_core::domain::{CallId, ConnectionId, Redacted};
use muwajaha_core::engine::{Candidate, TransportEvent, TransportOperation};
use muwajaha_core::session::MediaEvent;

use super::visitor::{Manners, Signal, Visitor};
use crate::media::clock::boot_now;
use crate::media::{
    CameraSettings, CameraSource, MediaCommand, MediaHandle, MediaSettings, MicrophoneSource, SpeakerSink, start,
};

/// One call at a time: these stories keep two cores busy.
static ONE_ROOM: Mutex<()> = Mutex::new(());
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything a story needs.
pub(super) struct Room {
    pub media: MediaHandle,
    pub told: Vec<MediaEvent>,
    pub visitor: Option<Visitor>,
    pub manners: Manners,
    /// Open the gate as soon as the certificate is verified.
    pub trusting: bool,
    events: mpsc::Receiver<MediaEvent>,
    signals: (mpsc::Sender<Signal>, mpsc::Receiver<Signal>),
    connection: (CallId, ConnectionId),
    _alone: MutexGuard<'static, ()>,
}

/// Test camera and microphone, no speaker, on the loopback address.
pub(super) fn test_settings() -> MediaSettings {
    let mut settings = MediaSettings::default();
    settings.camera = CameraSettings { source: CameraSource::Test, width: 320, height: 180, frames_per_second: 30 };
    settings.microphone.source = MicrophoneSource::Test;
    settings.speaker.sink = SpeakerSink::None;
    settings.call.loopback_candidates = true;
    settings
}

impl Room {
    /// Media with these settings; no call yet.
    pub(super) fn open(settings: MediaSettings) -> Self {
        let alone = ONE_ROOM.lock().unwrap_or_else(PoisonError::into_inner);
        let (sender, events) = mpsc::channel();
        let media = start(settings, move |event| drop(sender.send(event))).unwrap();
        Self {
            media,
            told: Vec::new(),
            visitor: None,
            manners: Manners::default(),
            trusting: true,
            events,
            signals: mpsc::channel(),
            connection: (CallId(0), ConnectionId(0)),
            _alone: alone,
        }
    }

    /// Starts a call of so many seconds.
    pub(super) fn start_call(&mut self, call: u64, lasts: Duration) {
        self.connection.0 = CallId(call);
        assert!(self.media.send(MediaCommand::StartMedia { call: CallId(call), ends_at: boot_now() + lasts }));
    }

    /// Tells the current connection something.
    pub(super) fn operate(&self, operation: TransportOperation) {
        let (call, connection) = self.connection;
        assert!(self.media.send(MediaCommand::Transport { call, connection, operation }));
    }

    /// Makes a new connection.
    pub(super) fn connect(&mut self, connection: u64) {
        self.connection.1 = ConnectionId(connection);
        self.visitor = None;
        self.signals = mpsc::channel();
        self.operate(TransportOperation::Create { ice_servers: Vec::new(), relay_only: false });
    }

    /// Opens the current connection's gate.
    pub(super) fn open_gate(&self) {
        self.media.gate().open(self.connection.0, self.connection.1);
    }

    /// Stops the current call.
    pub(super) fn stop_call(&self) {
        assert!(self.media.send(MediaCommand::StopMedia { call: self.connection.0 }));
    }

    fn carry(&mut self, event: &MediaEvent) {
        let MediaEvent::Transport { call, connection, event } = event else { return };
        if (*call, *connection) != self.connection {
            return;
        }
        match event {
            TransportEvent::OfferCreated { sdp } => {
                self.visitor = Some(Visitor::answer(sdp.reveal(), self.manners, self.signals.0.clone()));
            }
            TransportEvent::CandidateGathered(found) => {
                if let Some(visitor) = &self.visitor {
                    visitor.add_candidate(found.media_line_index, found.candidate.reveal());
                }
            }
            TransportEvent::CertificateVerified if self.trusting => self.open_gate(),
            _ => {}
        }
    }

    /// Carries signalling for a while.
    pub(super) fn wait(&mut self, lasts: Duration) {
        let until = Instant::now() + lasts;
        while Instant::now() < until {
            self.step();
        }
    }

    fn step(&mut self) {
        if let Ok(event) = self.events.recv_timeout(Duration::from_millis(5)) {
            self.carry(&event);
            self.told.push(event);
        }
        while let Ok(signal) = self.signals.1.try_recv() {
            match signal {
                Signal::Answer(sdp) => {
                    self.operate(TransportOperation::SetRemoteAnswer { sdp: Redacted::new(sdp) });
                }
                Signal::Candidate(media_line_index, candidate) => {
                    let candidate = Candidate { media_line_index, candidate: Redacted::new(candidate) };
                    self.operate(TransportOperation::AddCandidate(candidate));
                }
            }
        }
    }

    /// Carries signalling until it holds; how long that took.
    pub(super) fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) -> Duration {
        let since = Instant::now();
        while !holds(self) {
            assert!(since.elapsed() < PATIENCE, "never: {what}; told {:?}", self.told);
            self.step();
        }
        since.elapsed()
    }

    /// Carries signalling until media told this; how long that took.
    pub(super) fn until_told(&mut self, what: &str, is_it: impl Fn(&MediaEvent) -> bool) -> Duration {
        self.until(what, |room| room.told.iter().any(&is_it))
    }

    /// Carries signalling until the connection told this; how long that took.
    pub(super) fn until_transport(&mut self, what: &str, is_it: impl Fn(&TransportEvent) -> bool) -> Duration {
        let current = self.connection;
        self.until_told(what, |event| match event {
            MediaEvent::Transport { call, connection, event } => (*call, *connection) == current && is_it(event),
            _ => false,
        })
    }

    /// Remote frames decoded by the kiosk.
    pub(super) fn frames_decoded(&self) -> u64 {
        self.media.figures().frames_decoded.load(Ordering::SeqCst)
    }

    /// Frames that the visitor decoded.
    pub(super) fn visitor_frames(&self) -> u64 {
        self.visitor.as_ref().map_or(0, Visitor::frames)
    }

    /// Ends media.
    pub(super) fn leave(self) {
        self.media.clone().join();
    }
}

/// Whether a connection's first remote frame is on the screen.
pub(super) fn is_first_frame(event: &TransportEvent) -> bool {
    matches!(event, TransportEvent::FirstFrameDecoded)
}
