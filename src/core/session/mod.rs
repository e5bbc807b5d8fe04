//! The session: the state machine that decides everything at a kiosk.
//!
//! Events and the time go in by [`Session::handle`], effects come out of [`Session::poll_effect`],
//! the next deadline and its reason out of [`Session::poll_timeout`], and [`Session::screen`] is
//! what people see. Shells act on effects and report back as events; nothing else decides.

mod audit;
mod effect;
mod event;
mod screen;

pub use audit::{AuditEntry, AuditKind, BadgeRefusal, InterruptedVisit, RecoveredRecord, Recovery};
pub use effect::{Effect, ReaderFeedback};
pub use event::{BadgeEvent, Event, JoinRefusal, MediaEvent, NetEvent, StoreEvent, UserAction};
pub use screen::{
    CallPicture, CallView, GuardPanel, NoticePoint, OutOfServiceCause, Overlay, PinPad, Screen, TimeWarning, View,
    VisitCard,
};
