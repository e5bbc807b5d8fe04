//! What the session wants done, in the imperative.

use crate::badge::BadgeNumber;
pub use crate::badge::ReaderFeedback;
use crate::domain::{BookingId, BootTime, CallId, CheckId, ConnectionId, OrderId, PinAttemptId, RecordId, Redacted};
use crate::engine::{SocketId, TransportOperation};

use super::{AuditEntry, EndedMark};

/// Everything the session can want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write a row to the record; answered by `Committed` or `CommitFailed`.
    Record {
        /// The row's name in the answer.
        id: RecordId,
        /// The row.
        entry: Box<AuditEntry>,
    },
    /// Leave a mark under the runtime directory that this visit has ended, before anything else.
    MarkVisitEnded(EndedMark),
    /// Fetch a join descriptor; answered by `JoinDescriptorFetched` or `JoinRefused`.
    FetchJoinDescriptor {
        /// For which call.
        call: CallId,
        /// For which booking.
        booking: BookingId,
    },
    /// Start camera, microphone and the self view for a call; nothing is sent yet. Media ends the
    /// call by itself at `ends_at`. Said again for a running call it only moves that end.
    StartMedia {
        /// For which call.
        call: CallId,
        /// Media's own end.
        ends_at: BootTime,
    },
    /// Open the gate of this connection: its certificate is verified and the slot has begun.
    OpenGate {
        /// For which call.
        call: CallId,
        /// For which connection.
        connection: ConnectionId,
    },
    /// Shut the gate of this call at once, without waiting for any thread.
    ShutGate {
        /// For which call.
        call: CallId,
    },
    /// Tear media down; answered by `CallStopped`.
    StopMedia {
        /// Of which call.
        call: CallId,
    },
    /// Tell a transport something.
    Transport {
        /// Of which call.
        call: CallId,
        /// Of which connection.
        connection: ConnectionId,
        /// What.
        operation: TransportOperation,
    },
    /// Open a signalling socket.
    OpenSocket {
        /// Of which call.
        call: CallId,
        /// Its name.
        socket: SocketId,
        /// `wss://…`.
        url: String,
        /// Bearer token.
        token: Redacted<String>,
    },
    /// Send on a signalling socket.
    SendSocket {
        /// Of which call.
        call: CallId,
        /// Which socket.
        socket: SocketId,
        /// The message.
        text: Redacted<String>,
    },
    /// Close a signalling socket after what was sent.
    CloseSocket {
        /// Of which call.
        call: CallId,
        /// Which socket.
        socket: SocketId,
    },
    /// Compare a PIN with its verifier on a worker; answered by `PinVerified`.
    VerifyPin {
        /// The attempt's name in the answer.
        attempt: PinAttemptId,
        /// What was typed.
        pin: Redacted<String>,
        /// Argon2id PHC string.
        verifier: Redacted<String>,
    },
    /// Show at the reader.
    ShowAtReader(ReaderFeedback),
    /// Tell the service that this order was taken and is on record.
    AnswerOrder {
        /// Which.
        order: OrderId,
    },
    /// Look at everything and tell the service how this kiosk is.
    LookOver,
    /// Send this badge to the service, which asked for one to enrol.
    SendEnrolment(BadgeNumber),
    /// Check every part but the reader; answered by `Found` for each, at last by `Finished`.
    StartCheck {
        /// The check's name in the answers.
        check: CheckId,
    },
    /// Let go of what a check holds.
    StopCheck {
        /// Which check.
        check: CheckId,
    },
    /// Media did not confirm its end: abort the process; the supervisor starts it anew, locked.
    AbortProcess,
}
