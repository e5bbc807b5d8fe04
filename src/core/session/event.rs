//! What happens to a kiosk, in the past tense.

use std::time::Duration;

use super::ServiceOrder;
use crate::badge::osdp::Distrust;
use crate::badge::{BadgeNumber, ReaderCondition};
use crate::domain::{
    BookingId, CallId, CheckId, ConnectionId, Finding, Language, PinAttemptId, RecordId, Redacted, Schedule,
    StaffEndReason, UpdateFailure,
};
use crate::engine::{DescriptorRefusal, JoinDescriptor, SocketId, TransportEvent};

/// Everything that can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// From the badge reader.
    Badge(BadgeEvent),
    /// From the screen.
    User(UserAction),
    /// From media.
    Media(MediaEvent),
    /// From the store.
    Store(StoreEvent),
    /// From the network.
    Net(NetEvent),
    /// From the self-check.
    Check(CheckEvent),
    /// A PIN was compared with its verifier, on a worker.
    PinVerified {
        /// Which attempt.
        attempt: PinAttemptId,
        /// Whether it is the right PIN.
        right: bool,
    },
    /// A deadline of [`super::Session`] came.
    TimerElapsed,
}

/// From the badge reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadgeEvent {
    /// The reader is there: its port is open, and it answers where its protocol can tell.
    ReaderConnected,
    /// The port is gone, or the reader does not answer.
    ReaderDisconnected,
    /// The reader answers and is not to be believed; no badge comes from it.
    ReaderNotTrusted(Distrust),
    /// The reader's case was opened or closed, its power fails or is back.
    ReaderConditionChanged(ReaderCondition),
    /// A card was put to the reader; a resting card is one read.
    BadgeRead(BadgeNumber),
}

/// From the screen: what a person touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserAction {
    /// A language on the language button.
    LanguageChosen(Language),
    /// The notice was accepted.
    NoticeAccepted,
    /// The notice was declined.
    NoticeDeclined,
    /// "End" was touched.
    EndRequested,
    /// "End", once more.
    EndConfirmed,
    /// "No, go on".
    EndCancelled,
    /// "Staff number".
    StaffNumberWanted,
    /// The number pad's "OK".
    StaffNumberEntered(Redacted<String>),
    /// The PIN pad's "OK".
    PinEntered(Redacted<String>),
    /// The number pad's or the PIN pad's "cancel".
    PinCancelled,
    /// Guard's panel: open the kiosk.
    KioskOpened,
    /// Guard's panel: lock the kiosk.
    KioskLocked,
    /// Guard's panel: end the call.
    CallEndedByStaff(StaffEndReason),
    /// Guard's panel: out of service.
    TakenOutOfService,
    /// Guard's panel: back in service.
    ReturnedToService,
    /// Technician's panel: the self-check.
    CheckWanted,
    /// Technician's screen: check again.
    CheckRepeated,
    /// Technician's screen: test the touch screen.
    TouchTestWanted,
    /// A field of the touch test.
    FieldTouched(usize),
    /// Technician's screen: done.
    MaintenanceLeft,
    /// Guard's panel: close.
    PanelClosed,
    /// Any touch while the guard's panel is open; it stays open.
    PanelTouched,
}

/// From the self-check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckEvent {
    /// A part was measured.
    Found {
        /// By which check.
        check: CheckId,
        /// What was found.
        finding: Finding,
    },
    /// Every part was measured.
    Finished {
        /// Which check.
        check: CheckId,
    },
}

/// From media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaEvent {
    /// A transport of a call told something.
    Transport {
        /// Of which call.
        call: CallId,
        /// Of which connection.
        connection: ConnectionId,
        /// What.
        event: TransportEvent,
    },
    /// Everything of this call is torn down.
    CallStopped {
        /// Which call.
        call: CallId,
    },
    /// The camera works, or does not; a call goes on without it.
    CameraChanged {
        /// Whether it delivers frames.
        working: bool,
    },
    /// The microphone works, or does not; a call goes on without it.
    MicrophoneChanged {
        /// Whether it delivers sound.
        working: bool,
    },
    /// Media cannot work at all (a plugin is missing, the thread died).
    MediaFailed,
}

/// From the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreEvent {
    /// The cached schedule was read at start; `None` where there is none.
    ScheduleLoaded(Option<Box<Schedule>>),
    /// A row is on disk.
    Committed(RecordId),
    /// A row could not be written (full disk, damage).
    CommitFailed(RecordId),
}

/// Why the service gives no join descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JoinRefusal {
    /// Cancelled in the meantime.
    Cancelled,
    /// The visit has ended.
    AlreadyEnded,
    /// Outside the join window by the service's clock.
    OutsideJoinWindow,
    /// Moved to another kiosk.
    AtAnotherKiosk,
    /// This kiosk is revoked.
    KioskRevoked,
    /// The answer was no descriptor, or a refused one.
    Descriptor(Option<DescriptorRefusal>),
    /// The service was out of reach; the shell's retries ran out.
    Unreachable,
}

/// From the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetEvent {
    /// A newer snapshot of the room.
    ScheduleSynced(Box<Schedule>),
    /// The service answers, or does not.
    ServiceReachable(bool),
    /// A descriptor came for this call.
    JoinDescriptorFetched {
        /// For which call.
        call: CallId,
        /// The descriptor, not yet validated.
        descriptor: Box<JoinDescriptor>,
    },
    /// No descriptor for this call.
    JoinRefused {
        /// For which call.
        call: CallId,
        /// Why.
        refusal: JoinRefusal,
    },
    /// A signalling socket opened.
    SocketOpened {
        /// Of which call.
        call: CallId,
        /// Which socket.
        socket: SocketId,
    },
    /// A text message arrived on a signalling socket.
    SocketReceived {
        /// Of which call.
        call: CallId,
        /// Which socket.
        socket: SocketId,
        /// The message.
        text: Redacted<String>,
    },
    /// A signalling socket closed or could not be opened.
    SocketClosed {
        /// Of which call.
        call: CallId,
        /// Which socket.
        socket: SocketId,
    },
    /// The service asks for the next badge read here, to enrol it.
    EnrolmentRequested {
        /// How long it waits.
        within: Duration,
    },
    /// The service orders something, perhaps for the second time.
    ServiceOrdered(Box<ServiceOrder>),
    /// The service says, or shows by refusing the kiosk's certificate, that this kiosk is revoked; `false`
    /// when it takes it again.
    KioskRevoked(bool),
    /// The service cancelled a booking; also in the next snapshot.
    BookingCancelled(BookingId),
    /// An update of the image lies in the other slot; the next start of the machine takes it.
    UpdateInstalled {
        /// Which version.
        version: String,
    },
    /// An update of the image was not taken.
    UpdateFailed {
        /// Which version.
        version: String,
        /// Why.
        failure: UpdateFailure,
    },
}
