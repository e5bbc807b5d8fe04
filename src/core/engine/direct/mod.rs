//! The direct engine: peer to peer, signalled through the visit service.
//!
//! The kiosk offers, the page answers. Owns one signalling socket at a time ([`socket`]) and at most
//! one connection ([`connection`]); decides when a connection is given up and the next one is made.
//! A lost socket is not a leaving, and a page that comes back with its old instance changes nothing.
//! Everything from the peer is bounded before it is kept. Lives inside the session; no IO, no clock.

mod connection;
mod message;
mod socket;

use std::collections::VecDeque;
use std::time::Duration;

pub use message::SignallingMessage;

use super::{
    DirectVariant, Engine, EngineEnd, EngineInput, EngineOutput, EngineVariant, IceServer, IceState, JoinDescriptor,
    SocketId, TransportEvent, TransportOperation,
};
use crate::domain::{BootTime, ConnectionId, Redacted};
use connection::{Connection, Offering};
use socket::Socket;

/// A picture older than this counts as lost.
const LONGEST_STALL: Duration = Duration::from_secs(3);
/// A path silent for longer than this counts as lost.
const LONGEST_SILENCE: Duration = Duration::from_secs(3);
/// A connection that carried media this long was a good one: the next pause starts from zero.
const STEADY_AFTER: Duration = Duration::from_secs(10);
const LONGEST_MESSAGE_BYTES: usize = 64 * 1024;
const LONGEST_INSTANCE_BYTES: usize = 128;
const LONGEST_CANDIDATE_BYTES: usize = 1024;

/// Carries one call peer to peer.
#[derive(Debug)]
pub struct DirectEngine {
    variant: DirectVariant,
    ice_servers: Vec<IceServer>,
    relay_only: bool,
    connect_from: BootTime,
    socket: Socket,
    peer: Option<Redacted<String>>,
    link: Link,
    next_connection: ConnectionId,
    attempts: u32,
    has_connected: bool,
    ignored_messages: u64,
    outputs: VecDeque<EngineOutput>,
}

/// What carries media, or is about to.
///
/// ```text
/// Alone ──visitor there──► Pausing ──pause over──► Up ──lost──► Pausing
///   ▲                         │                    │
///   └───────visitor left──────┴──and media gone────┘     any ──end──► Over
/// ```
#[derive(Debug)]
enum Link {
    /// The visitor is not known to be there.
    Alone,
    /// The next connection is made at `until`, once signalling carries it.
    Pausing { until: BootTime },
    /// A connection is being made or carries media.
    Up(Box<Connection>),
    /// The call is over.
    Over,
}

impl DirectEngine {
    /// Starts a call: opens the signalling socket at once, makes no connection before
    /// `connect_from`. `first_connection` must lie above every connection that the page may have
    /// seen of an earlier process, for the page closes older ones.
    pub fn start(
        variant: DirectVariant,
        descriptor: &JoinDescriptor,
        connect_from: BootTime,
        first_connection: ConnectionId,
        now: BootTime,
    ) -> Self {
        let mut engine = Self {
            variant,
            ice_servers: descriptor.ice_servers.clone(),
            relay_only: descriptor.relay_only,
            connect_from,
            socket: Socket::new(),
            peer: None,
            link: Link::Alone,
            next_connection: first_connection,
            attempts: 0,
            has_connected: false,
            ignored_messages: 0,
            outputs: VecDeque::new(),
        };
        engine.open_socket(now);
        engine
    }

    /// Messages that were no sense, too large, or of another connection.
    pub fn ignored_messages(&self) -> u64 {
        self.ignored_messages
    }

    fn open_socket(&mut self, now: BootTime) {
        let socket = self.socket.open(now);
        let (url, token) = (self.variant.signalling_url.clone(), self.variant.token.clone());
        self.outputs.push_back(EngineOutput::OpenSocket { socket, url, token });
    }

    fn send(&mut self, message: &SignallingMessage) {
        let Some(socket) = self.socket.ready() else { return };
        // Serialising plain strings and numbers cannot fail.
        if let Ok(text) = serde_json::to_string(message) {
            self.outputs.push_back(EngineOutput::SendSocket(socket, Redacted::new(text)));
        }
    }

    fn tell_transport(&mut self, connection: ConnectionId, operation: TransportOperation) {
        self.outputs.push_back(EngineOutput::Transport(connection, operation));
    }

    fn received(&mut self, text: &Redacted<String>, now: BootTime) {
        let text = text.reveal();
        let message = if text.len() > LONGEST_MESSAGE_BYTES { None } else { serde_json::from_str(text).ok() };
        let taken = message.is_some_and(|message| self.take_message(message, now));
        if !taken {
            self.ignored_messages = self.ignored_messages.saturating_add(1);
        }
    }

    /// Whether the message made sense here and now.
    fn take_message(&mut self, message: SignallingMessage, now: BootTime) -> bool {
        match message {
            SignallingMessage::Snapshot { peer, .. } => {
                if self.socket.resynchronised() {
                    self.outputs.push_back(EngineOutput::SignallingChanged { up: true });
                }
                self.peer_changed(peer, now)
            }
            SignallingMessage::PeerChanged { peer } => self.peer_changed(peer, now),
            SignallingMessage::Answer { connection, sdp } => self.answered(ConnectionId(connection), sdp),
            SignallingMessage::Candidate { connection, media_line_index, candidate } => {
                candidate.reveal().len() <= LONGEST_CANDIDATE_BYTES
                    && self
                        .candidate_received(ConnectionId(connection), super::Candidate { media_line_index, candidate })
            }
            SignallingMessage::RenewWanted { connection } => {
                let current = matches!(&self.link, Link::Up(up) if up.id.0 == connection);
                if current {
                    self.renew(now);
                }
                current
            }
            SignallingMessage::Bye => {
                self.end(EngineEnd::VisitorLeft);
                true
            }
            SignallingMessage::Ended => {
                self.end(EngineEnd::ClosedByService);
                true
            }
            SignallingMessage::Offer { .. } | SignallingMessage::TakenOver | SignallingMessage::Unknown => false,
        }
    }

    fn peer_changed(&mut self, peer: Option<String>, now: BootTime) -> bool {
        if peer.as_ref().is_some_and(|instance| instance.len() > LONGEST_INSTANCE_BYTES) {
            return false;
        }
        self.peer = peer.map(Redacted::new);
        match (&self.link, &self.peer) {
            (Link::Over, _) => return false,
            (Link::Alone, None) => self.outputs.push_back(EngineOutput::Waiting),
            (Link::Pausing { .. }, None) => self.wait_alone(),
            (Link::Up(up), None) => {
                if !up.carries_media() {
                    self.wait_alone();
                }
            }
            (Link::Alone, Some(_)) => self.pause(now),
            (Link::Pausing { .. }, Some(_)) => {}
            (Link::Up(up), Some(instance)) => {
                if &up.instance != instance || up.is_lost() {
                    self.renew(now);
                }
            }
        }
        self.connect_if_due(now);
        true
    }

    /// Gives the current connection up for good: nobody is there to make another with.
    fn wait_alone(&mut self) {
        self.close_connection();
        self.link = Link::Alone;
        self.outputs.push_back(EngineOutput::Waiting);
    }

    fn close_connection(&mut self) {
        if let Link::Up(up) = std::mem::replace(&mut self.link, Link::Alone) {
            self.tell_transport(up.id, TransportOperation::Close);
        }
    }

    /// The current connection is lost: another one, as soon as signalling and the pause allow.
    fn renew(&mut self, now: BootTime) {
        let Link::Up(up) = &mut self.link else { return };
        let newly_lost = up.lose();
        let was_connected = up.connected_since().is_some();
        if up.connected_since().is_some_and(|since| now.since(since) >= STEADY_AFTER) {
            self.attempts = 0;
        }
        if newly_lost && was_connected {
            self.outputs.push_back(EngineOutput::Reconnecting);
        }
        if self.socket.ready().is_none() {
            // Without signalling nothing better can be had: this one may yet recover.
            return;
        }
        if self.peer.is_none() {
            self.wait_alone();
            return;
        }
        self.close_connection();
        self.pause(now);
        self.connect_if_due(now);
    }

    fn pause(&mut self, now: BootTime) {
        let until = (now + connection::pause_before(self.attempts)).max(self.connect_from);
        self.link = Link::Pausing { until };
        if until > now && self.attempts == 0 {
            self.outputs.push_back(EngineOutput::Waiting);
        }
    }

    fn connect_if_due(&mut self, now: BootTime) {
        let Link::Pausing { until } = self.link else { return };
        let (Some(instance), Some(_)) = (self.peer.clone(), self.socket.ready()) else { return };
        if until > now {
            return;
        }
        let id = self.next_connection;
        self.next_connection = id.next();
        let connect_by = now + connection::patience(self.attempts);
        self.attempts = self.attempts.saturating_add(1);
        self.link = Link::Up(Box::new(Connection::new(id, instance, connect_by)));
        let (ice_servers, relay_only) = (self.ice_servers.clone(), self.relay_only);
        self.tell_transport(id, TransportOperation::Create { ice_servers, relay_only });
        self.outputs.push_back(match self.has_connected {
            true => EngineOutput::Reconnecting,
            false => EngineOutput::Connecting,
        });
    }

    fn answered(&mut self, id: ConnectionId, sdp: Redacted<String>) -> bool {
        let Link::Up(up) = &mut self.link else { return false };
        if up.id != id || up.offering != Offering::Sent {
            return false;
        }
        up.offering = Offering::Answered;
        let held = up.take_remote_candidates();
        self.tell_transport(id, TransportOperation::SetRemoteAnswer { sdp });
        for candidate in held {
            self.tell_transport(id, TransportOperation::AddCandidate(candidate));
        }
        true
    }

    fn candidate_received(&mut self, id: ConnectionId, candidate: super::Candidate) -> bool {
        let Link::Up(up) = &mut self.link else { return false };
        if up.id != id || !up.count_remote_candidate() {
            return false;
        }
        if candidate.candidate.reveal().is_empty() {
            return true;
        }
        match up.offering {
            Offering::Awaited | Offering::Sent => up.hold_remote_candidate(candidate),
            Offering::Answered => self.tell_transport(id, TransportOperation::AddCandidate(candidate)),
        }
        true
    }

    fn transport_told(&mut self, id: ConnectionId, event: TransportEvent, now: BootTime) {
        let Link::Up(up) = &mut self.link else { return };
        if up.id != id {
            return;
        }
        match event {
            TransportEvent::OfferCreated { sdp } => {
                if up.offering == Offering::Awaited {
                    up.offering = Offering::Sent;
                    let held = up.take_local_candidates();
                    self.send(&SignallingMessage::Offer { connection: id.0, sdp });
                    for candidate in held {
                        self.send_candidate(id, candidate);
                    }
                }
            }
            TransportEvent::CandidateGathered(candidate) => match up.offering {
                Offering::Awaited => up.hold_local_candidate(candidate),
                Offering::Sent | Offering::Answered => self.send_candidate(id, candidate),
            },
            TransportEvent::IceStateChanged(state) => self.ice_moved(state, now),
            TransportEvent::CertificateVerified => {
                up.verified = true;
                self.note_progress(now);
            }
            TransportEvent::CertificateRefused => self.end(EngineEnd::PeerNotTrusted),
            TransportEvent::FirstFrameDecoded => {
                up.has_frames = true;
                self.note_progress(now);
            }
            TransportEvent::MediaStalled(stall) => {
                // A visitor without a camera sends no picture: only one that was seen can freeze.
                if up.has_frames && stall >= LONGEST_STALL {
                    self.renew(now);
                }
            }
            TransportEvent::MediaResumed => {
                up.regain();
                self.note_progress(now);
            }
            TransportEvent::Failed(_) => self.renew(now),
        }
    }

    fn ice_moved(&mut self, state: IceState, now: BootTime) {
        let Link::Up(up) = &mut self.link else { return };
        match state {
            IceState::Checking => {}
            IceState::Connected => {
                up.path_is_up = true;
                up.silent_since = None;
                up.regain();
                self.note_progress(now);
            }
            IceState::Disconnected => up.silent_since = up.silent_since.or(Some(now)),
            IceState::Failed => self.renew(now),
        }
    }

    /// Tells the session once verified media flows.
    fn note_progress(&mut self, now: BootTime) {
        let Link::Up(up) = &mut self.link else { return };
        if up.connect(now) {
            self.has_connected = true;
            let id = up.id;
            self.outputs.push_back(EngineOutput::Connected(id));
        }
    }

    fn send_candidate(&mut self, id: ConnectionId, candidate: super::Candidate) {
        let super::Candidate { media_line_index, candidate } = candidate;
        self.send(&SignallingMessage::Candidate { connection: id.0, media_line_index, candidate });
    }

    fn socket_closed(&mut self, socket: SocketId, now: BootTime) {
        if self.socket.closed(socket, now) {
            self.outputs.push_back(EngineOutput::SignallingChanged { up: false });
        }
    }

    fn end(&mut self, end: EngineEnd) {
        if matches!(self.link, Link::Over) {
            return;
        }
        self.close_connection();
        self.link = Link::Over;
        self.outputs.push_back(EngineOutput::Ended(end));
    }

    fn finish(&mut self) {
        self.send(&SignallingMessage::Bye);
        if let Some(socket) = self.socket.finish() {
            self.outputs.push_back(EngineOutput::CloseSocket(socket));
        }
        self.close_connection();
        self.link = Link::Over;
    }

    fn time_passed(&mut self, now: BootTime) {
        if let Some(stuck) = self.socket.give_up_opening(now) {
            self.outputs.push_back(EngineOutput::CloseSocket(stuck));
        }
        if self.socket.is_due(now) {
            self.open_socket(now);
        }
        let lost = match &self.link {
            Link::Up(up) => up.is_overdue(now),
            Link::Alone | Link::Pausing { .. } | Link::Over => false,
        };
        if lost {
            self.renew(now);
        }
        self.connect_if_due(now);
    }
}

impl Engine for DirectEngine {
    fn handle(&mut self, input: EngineInput, now: BootTime) {
        match input {
            // An open socket is worth something once its snapshot came.
            EngineInput::SocketOpened(_) | EngineInput::Timeout => {}
            EngineInput::SocketReceived(socket, text) => {
                if self.socket.is_current(socket) {
                    self.received(&text, now);
                }
            }
            EngineInput::SocketClosed(socket) => self.socket_closed(socket, now),
            EngineInput::Transport(connection, event) => self.transport_told(connection, event, now),
            EngineInput::DescriptorRenewed(descriptor) => {
                self.ice_servers = descriptor.ice_servers;
                self.relay_only = descriptor.relay_only;
                match descriptor.engine {
                    EngineVariant::Direct(variant) => self.variant = variant,
                    EngineVariant::Unknown => {}
                }
            }
            EngineInput::Finish => self.finish(),
        }
        self.time_passed(now);
    }

    fn poll_output(&mut self) -> Option<EngineOutput> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<BootTime> {
        let link = match &self.link {
            Link::Alone | Link::Over => None,
            Link::Pausing { until } => (self.peer.is_some() && self.socket.ready().is_some()).then_some(*until),
            Link::Up(up) => up.overdue_at(),
        };
        [link, self.socket.due_at()].into_iter().flatten().min()
    }
}
