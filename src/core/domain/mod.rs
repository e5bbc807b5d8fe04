//! The words of the visiting room, each with the smallest type that keeps it honest.
//!
//! Data only: no state machine, no IO. Everything that crosses a wire or a file derives serde here
//! or is mirrored in `muwajaha-wire`; everything personal is [`Redacted`].

mod booking;
mod check;
mod ids;
mod language;
mod outcome;
mod policy;
mod redacted;
mod schedule;
mod staff;
mod time;
mod update;

pub use booking::{Booking, Inmate, Slot, SlotError};
pub use check::{CheckPart, CheckVerdict, Finding, Remedy};
pub use ids::{
    BookingId, CallId, CheckId, ConnectionId, FacilityId, InmateId, KioskId, OrderId, PinAttemptId, RecordId, RoomId,
    StaffId,
};
pub use language::Language;
pub use outcome::{EndReason, OutcomeCode, StaffEndReason, TechnicalFailure};
pub use policy::{Policy, PolicyError, UpdateHours};
pub use redacted::Redacted;
pub use schedule::Schedule;
pub use staff::{NOBODYS_PIN_VERIFIER, Role, STAFF_NUMBER_DIGITS, StaffMember, is_staff_number};
pub use time::{BootTime, Now, ServiceTime, Utc};
pub use update::UpdateFailure;
