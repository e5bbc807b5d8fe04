//! The media thread: takes its inbox in order, keeps one call's capture and transports, ends the
//! call by its own timer.

use std::time::{Duration, Instant};

use muwajaha_core::domain::{BootTime, CallId, ConnectionId};
use muwajaha_core::engine::{TransportEvent, TransportOperation};
use muwajaha_core::session::MediaEvent;

use super::MediaCommand;
use super::audio::Speaker;
use super::capture::{Capture, Tools};
use super::clock::boot_now;
use super::inbox::{Inbox, InboxReceiver, Message, TransportKey, TransportMessage};
use super::reaper::{ReapId, Reaper};
use super::settings::MediaSettings;
use super::shared::Shared;
use super::transport::Transport;

const REVIEW_INTERVAL: Duration = Duration::from_millis(100);
const IDLE_WAIT: Duration = Duration::from_secs(1);
const TRANSPORT_TEARDOWN_DEADLINE: Duration = Duration::from_secs(5);
const QUIT_PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug)]
struct LiveCall {
    call: CallId,
    ends_at: BootTime,
    capture: Capture,
    transports: Vec<Transport>,
}

#[derive(Debug)]
struct StoppingCall {
    call: CallId,
    teardowns: Vec<ReapId>,
}

/// Everything the media thread owns.
pub(super) struct Worker {
    settings: MediaSettings,
    speaker: Speaker,
    shared: Shared,
    inbox: Inbox,
    events: Box<dyn Fn(MediaEvent) + Send>,
    reaper: Reaper,
    live: Option<LiveCall>,
    stopping: Vec<StoppingCall>,
    generation: u64,
    retransmissions_before: u64,
}

impl Worker {
    /// A worker without a call.
    pub(super) fn new(
        settings: MediaSettings,
        speaker: Speaker,
        shared: Shared,
        inbox: Inbox,
        events: Box<dyn Fn(MediaEvent) + Send>,
    ) -> Self {
        Self {
            settings,
            speaker,
            shared,
            reaper: Reaper::new(inbox.clone()),
            inbox,
            events,
            live: None,
            stopping: Vec::new(),
            generation: 0,
            retransmissions_before: 0,
        }
    }

    /// The thread's life.
    pub(super) fn run(mut self, receiver: &InboxReceiver) {
        warm_up();
        let mut reviewed_at = Instant::now();
        loop {
            let busy = self.live.is_some() || self.reaper.is_busy();
            let Ok(message) = receiver.receive(if busy { REVIEW_INTERVAL } else { IDLE_WAIT }) else { return };
            match message {
                Some(Message::Quit) => break,
                Some(message) => self.handle(message),
                None => {}
            }
            if reviewed_at.elapsed() >= REVIEW_INTERVAL {
                reviewed_at = Instant::now();
                self.review();
            }
        }
        self.quit(receiver);
    }

    fn quit(mut self, receiver: &InboxReceiver) {
        if let Some(call) = self.live.as_ref().map(|live| live.call) {
            self.stop(call);
        }
        let since = Instant::now();
        while self.reaper.is_busy() && since.elapsed() < QUIT_PATIENCE {
            match receiver.receive(REVIEW_INTERVAL) {
                Ok(Some(message)) => self.handle(message),
                Ok(None) => {}
                Err(()) => return,
            }
        }
    }

    fn tell(&self, event: MediaEvent) {
        (self.events)(event);
    }

    fn tell_transport(&self, key: TransportKey, event: TransportEvent) {
        self.tell(MediaEvent::Transport { call: key.call, connection: key.connection, event });
    }

    fn handle(&mut self, message: Message) {
        match message {
            Message::Command(command) => self.command(command),
            Message::Transport(key, message) => self.transport_told(key, message),
            Message::Camera(generation, message) => {
                self.with_capture(|capture, tools| capture.handle_camera(generation, message, tools));
            }
            Message::Audio(generation, message) => {
                self.with_capture(|capture, tools| capture.handle_audio(generation, message, tools));
            }
            Message::Reaped(id) => {
                self.reaper.reaped(ReapId(id));
                self.confirm_stopped();
            }
            Message::Quit => {}
        }
    }

    fn command(&mut self, command: MediaCommand) {
        match command {
            MediaCommand::StartMedia { call, ends_at } => self.start(call, ends_at),
            MediaCommand::Transport { call, connection, operation } => self.operate(call, connection, operation),
            MediaCommand::StopMedia { call } => self.stop(call),
            MediaCommand::Ping { reply } => {
                // Whoever no longer waits needs no answer.
                let _ = reply.try_send(());
            }
        }
    }

    fn tools(&mut self) -> Tools<'_> {
        Tools {
            settings: &self.settings,
            speaker: &self.speaker,
            shared: &self.shared,
            inbox: &self.inbox,
            reaper: &mut self.reaper,
        }
    }

    fn with_capture<T>(&mut self, act: impl FnOnce(&mut Capture, &mut Tools<'_>) -> T) -> Option<T> {
        let mut live = self.live.take()?;
        let done = act(&mut live.capture, &mut self.tools());
        self.live = Some(live);
        Some(done)
    }

    fn start(&mut self, call: CallId, ends_at: BootTime) {
        if let Some(live) = &mut self.live {
            if live.call == call {
                live.ends_at = ends_at;
                return;
            }
            let earlier = live.call;
            self.stop(earlier);
        }
        if ends_at <= boot_now() {
            self.tell(MediaEvent::CallStopped { call });
            return;
        }
        let generation = self.generation;
        let capture = Capture::start(generation, &mut self.tools());
        self.live = Some(LiveCall { call, ends_at, capture, transports: Vec::new() });
    }

    fn operate(&mut self, call: CallId, connection: ConnectionId, operation: TransportOperation) {
        let key = TransportKey { call, connection };
        let Some(mut live) = self.live.take_if(|live| live.call == call) else {
            if matches!(operation, TransportOperation::Create { .. }) {
                self.tell_transport(key, TransportEvent::Failed("no media for this call".to_owned()));
            }
            return;
        };
        let event = match operation {
            TransportOperation::Create { ice_servers, relay_only } => {
                let created =
                    Transport::create(key, &self.settings, &ice_servers, relay_only, &self.shared, &self.inbox);
                match created {
                    Ok(transport) => {
                        live.transports.push(transport);
                        None
                    }
                    Err(error) => Some(TransportEvent::Failed(error.to_string())),
                }
            }
            TransportOperation::SetRemoteAnswer { sdp } => {
                let transport = live.transports.iter_mut().find(|transport| transport.key == key);
                transport.and_then(|transport| transport.set_remote_answer(sdp.reveal(), &self.inbox))
            }
            TransportOperation::AddCandidate(candidate) => {
                if let Some(transport) = live.transports.iter_mut().find(|transport| transport.key == key) {
                    transport.add_candidate(candidate);
                }
                None
            }
            TransportOperation::Close => {
                self.close(&mut live.transports, key);
                None
            }
        };
        if matches!(event, Some(TransportEvent::CertificateRefused)) {
            self.close(&mut live.transports, key);
        }
        self.live = Some(live);
        if let Some(event) = event {
            self.tell_transport(key, event);
        }
    }

    fn close(&mut self, transports: &mut Vec<Transport>, key: TransportKey) {
        if let Some(at) = transports.iter().position(|transport| transport.key == key) {
            let transport = transports.swap_remove(at);
            self.retransmissions_before += transport.retransmissions_received();
            transport.close(&self.shared, &mut self.reaper, TRANSPORT_TEARDOWN_DEADLINE);
        }
    }

    fn transport_told(&mut self, key: TransportKey, message: TransportMessage) {
        let Some(mut live) = self.live.take_if(|live| live.call == key.call) else { return };
        let transport = live.transports.iter_mut().find(|transport| transport.key == key);
        let event = transport.and_then(|transport| transport.handle(message, &self.inbox));
        if matches!(event, Some(TransportEvent::CertificateRefused)) {
            self.shared.gate.shut(key.call);
            self.close(&mut live.transports, key);
        }
        self.live = Some(live);
        if let Some(event) = event {
            self.tell_transport(key, event);
        }
    }

    fn stop(&mut self, call: CallId) {
        self.shared.gate.shut(call);
        self.shared.mixer.clear();
        let Some(mut live) = self.live.take_if(|live| live.call == call) else {
            if !self.stopping.iter().any(|stopping| stopping.call == call) {
                self.tell(MediaEvent::CallStopped { call });
            }
            return;
        };
        let mut teardowns = Vec::new();
        for transport in std::mem::take(&mut live.transports) {
            self.retransmissions_before += transport.retransmissions_received();
            teardowns.push(transport.close(&self.shared, &mut self.reaper, TRANSPORT_TEARDOWN_DEADLINE));
        }
        self.generation = live.capture.generation();
        teardowns.extend(live.capture.stop(&mut self.tools()));
        self.shared.remote_picture.clear();
        self.stopping.push(StoppingCall { call, teardowns });
        self.confirm_stopped();
    }

    fn confirm_stopped(&mut self) {
        let reaper = &self.reaper;
        let ended = |stopping: &mut StoppingCall| !stopping.teardowns.iter().any(|id| reaper.is_pending(*id));
        let ended: Vec<_> = self.stopping.extract_if(.., ended).collect();
        for stopping in ended {
            self.shared.remote_picture.clear();
            self.shared.frames.clear();
            self.tell(MediaEvent::CallStopped { call: stopping.call });
        }
    }

    fn review(&mut self) {
        let now = boot_now();
        if let Some(call) = self.live.as_ref().filter(|live| live.ends_at <= now).map(|live| live.call) {
            tracing::info!("media ends the call by its own clock");
            self.stop(call);
        }
        while let Some((id, what)) = self.reaper.take_stuck() {
            tracing::warn!(what, "a teardown is stuck and is left behind");
            if self.stopping.iter().any(|stopping| stopping.teardowns.contains(&id)) {
                self.stopping.clear();
                self.tell(MediaEvent::MediaFailed);
            }
        }
        for event in self.with_capture(Capture::review).unwrap_or_default() {
            self.tell(event);
        }
        let mut told = Vec::new();
        if let Some(live) = &mut self.live {
            let mut retransmissions = self.retransmissions_before;
            for transport in &mut live.transports {
                retransmissions += transport.retransmissions_received();
                told.extend(transport.review_flow(now, &self.shared).map(|event| (transport.key, event)));
            }
            let figure = &self.shared.figures.retransmissions_received;
            figure.store(retransmissions, std::sync::atomic::Ordering::Relaxed);
        }
        for (key, event) in told {
            self.tell_transport(key, event);
        }
    }
}

/// The first DTLS element of a process makes a key that takes up to seconds; let that not be a call's.
fn warm_up() {
    let run = || drop(gstreamer::ElementFactory::make("dtlsdec").build());
    if let Err(error) = std::thread::Builder::new().name("media-warm-up".to_owned()).spawn(run) {
        tracing::warn!(%error, "no thread to warm up on");
    }
}
