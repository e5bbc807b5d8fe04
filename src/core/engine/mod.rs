//! Engines: what carries a call, sans-IO.
//!
//! Signalling and transport events go in through [`EngineInput`]; signals, transport operations and
//! what they mean for the call come out as [`EngineOutput`]. The first engine is [`direct`], peer
//! to peer through the visit service's signalling. The shape also fits LiveKit and Jitsi: an engine
//! opens and closes its own sockets, a call has zero, one or several successive transports, either
//! side may offer. Engines never open a socket, read a clock or touch GStreamer.

mod descriptor;
pub mod direct;

use std::time::Duration;

pub use descriptor::{DescriptorRefusal, DirectVariant, EngineVariant, IceServer, JoinDescriptor};

use crate::domain::{BootTime, ConnectionId, Redacted};

/// A signalling socket of an engine; direct has one, Jitsi two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SocketId(pub u8);

/// A DTLS certificate's SHA-256, as it stands in a session description: 32 bytes.
pub type CertificateFingerprint = [u8; 32];

/// An ICE candidate in a peer's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The index of the m-line it belongs to.
    pub media_line_index: u32,
    /// The `candidate:` attribute's text; addresses are personal.
    pub candidate: Redacted<String>,
}

/// How far ICE and DTLS are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IceState {
    /// Looking for a path.
    Checking,
    /// A path carries packets.
    Connected,
    /// The path is silent; it may come back.
    Disconnected,
    /// No path.
    Failed,
}

/// Which picture or sound a track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

/// What a transport (one `webrtcbin`) tells. `ConnectionId` travels beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportEvent {
    /// Our offer, to be signalled.
    OfferCreated {
        /// The session description.
        sdp: Redacted<String>,
    },
    /// A local candidate, to be signalled.
    CandidateGathered(Candidate),
    /// ICE moved.
    IceStateChanged(IceState),
    /// The peer's certificate is the one it signalled; the gates may open.
    CertificateVerified,
    /// The peer's certificate is another; nothing passed and nothing will.
    CertificateRefused,
    /// The first remote frame of this connection was decoded.
    FirstFrameDecoded,
    /// No remote frame for this long (told each second while it lasts).
    MediaStalled(Duration),
    /// Remote frames flow again.
    MediaResumed,
    /// The transport cannot go on; the text is for the log.
    Failed(String),
}

/// What a transport is told. `ConnectionId` travels beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportOperation {
    /// Build it and make an offer; media stays gated until the certificate is verified.
    Create {
        /// The servers to gather candidates from.
        ice_servers: Vec<IceServer>,
        /// Gather relayed candidates only.
        relay_only: bool,
    },
    /// The peer's answer.
    SetRemoteAnswer {
        /// The session description.
        sdp: Redacted<String>,
    },
    /// A candidate of the peer's.
    AddCandidate(Candidate),
    /// Tear it down.
    Close,
}

/// What goes into an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineInput {
    /// A socket it asked for is open.
    SocketOpened(SocketId),
    /// A text message arrived on a socket.
    SocketReceived(SocketId, Redacted<String>),
    /// A socket closed or could not be opened; it is reopened by the engine's own backoff.
    SocketClosed(SocketId),
    /// A transport told something.
    Transport(ConnectionId, TransportEvent),
    /// A newer descriptor of the same call: its servers and token count from the next socket and
    /// the next connection on.
    DescriptorRenewed(Box<JoinDescriptor>),
    /// The session ends the call: say goodbye.
    Finish,
    /// Time passed.
    Timeout,
}

/// Why an engine says that a call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EngineEnd {
    /// The visitor hung up.
    VisitorLeft,
    /// The service closed the visit.
    ClosedByService,
    /// The peer's certificate was not the one it signalled.
    PeerNotTrusted,
    /// The service refused our token or our messages.
    Refused,
}

/// What comes out of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineOutput {
    /// Open a WebSocket.
    OpenSocket {
        /// Its name from now on.
        socket: SocketId,
        /// `wss://…`; the bearer token travels in the Authorization header.
        url: String,
        /// The join token.
        token: Redacted<String>,
    },
    /// Send a text message.
    SendSocket(SocketId, Redacted<String>),
    /// Close a socket.
    CloseSocket(SocketId),
    /// Tell a transport something.
    Transport(ConnectionId, TransportOperation),
    /// Nobody else is there; alone is waiting, not failure.
    Waiting,
    /// The visitor is there; a connection is being made.
    Connecting,
    /// Verified media flows.
    Connected(ConnectionId),
    /// Media stopped; a new connection is on its way.
    Reconnecting,
    /// Signalling is gone while media may flow on; `true` when it is back.
    SignallingChanged {
        /// Whether signalling is up.
        up: bool,
    },
    /// The call is over.
    Ended(EngineEnd),
}

/// A call's engine.
pub trait Engine: std::fmt::Debug + Send {
    /// Takes one input at boot time `now`.
    fn handle(&mut self, input: EngineInput, now: BootTime);
    /// The next output, until `None`.
    fn poll_output(&mut self) -> Option<EngineOutput>;
    /// When [`EngineInput::Timeout`] is due.
    fn poll_timeout(&self) -> Option<BootTime>;
}
