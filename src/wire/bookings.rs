//! What a connector (of the Ur portal, say) and the service say to each other on the public listener.
//!
//! | call | answer |
//! |---|---|
//! | `PUT /v1/bookings/{connector_booking_id}` [`BookingRequest`] | [`BookingReply`], [`NoFreeKiosk`], or a problem |
//! | `GET /v1/bookings/{connector_booking_id}` | [`BookingReply`] |
//! | `DELETE /v1/bookings/{connector_booking_id}` | [`BookingReply`]; the booking is cancelled |
//! | `GET /v1/outcomes?after=&limit=` | [`OutcomePage`] |
//!
//! All carry `Authorization: Bearer <connector token>`. Putting is idempotent by (connector, id,
//! revision): the same again gives the same answer, a lower revision a problem.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// A booking as its connector knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BookingRequest {
    /// Grows with every change; from 1.
    pub revision: u64,
    /// Facility id; the service picks a free kiosk there. May be left out where `kiosk` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<String>,
    /// Kiosk id, where it must be this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kiosk: Option<String>,
    /// Inmate id.
    pub inmate: String,
    /// Who visits.
    pub visitor: VisitorRequest,
    /// When.
    pub slot: SlotRequest,
    /// A lawyer's visit: nobody may look in.
    #[serde(default)]
    pub privileged: bool,
}

/// Who visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitorRequest {
    /// The name as the inmate knows it.
    pub name: String,
    /// BCP 47 tag: `ar`, `ckb` or `en`.
    pub language: String,
}

/// A time range: RFC 3339 instants, or local times and their zone. At most four hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotRequest {
    /// `2026-11-24T10:00:00+03:00`, or `2026-11-24T10:00` with `zone`.
    pub starts_at: String,
    /// As `starts_at`; later than it.
    pub ends_at: String,
    /// IANA zone name of local times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// A booking as the service keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BookingReply {
    /// The connector's id.
    pub connector_booking_id: String,
    /// The connector's revision.
    pub revision: u64,
    /// The service's id.
    pub booking: String,
    /// Facility id.
    pub facility: String,
    /// The kiosk it was given.
    pub kiosk: String,
    /// Inmate id.
    pub inmate: String,
    /// When.
    pub slot: SlotReply,
    /// How far it is.
    pub state: BookingState,
    /// The outcome code, once there is one.
    pub outcome: Option<String>,
    /// For the visitor alone; opens this one visit.
    pub visitor_link: String,
}

/// A time range in RFC 3339, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotReply {
    /// Its first instant.
    pub starts_at: String,
    /// The first instant after it.
    pub ends_at: String,
}

/// How far a booking is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BookingState {
    /// It stands.
    Booked,
    /// It was withdrawn.
    Cancelled,
    /// It has its outcome.
    Finished,
}

/// The problem `no-free-kiosk`, with times at which the same visit would fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoFreeKiosk {
    /// The problem.
    #[serde(flatten)]
    pub problem: Problem,
    /// Nearest first; empty where nothing is free within a day.
    pub free_slots: Vec<SlotReply>,
}

/// Outcomes after a cursor, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutcomePage {
    /// The outcomes.
    pub outcomes: Vec<OutcomeWire>,
    /// `after` of the next call.
    pub next: i64,
    /// More are waiting already.
    pub more: bool,
}

/// How a booking ended. The newest one counts where a booking has two: a kiosk that was offline
/// corrects what the service had concluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutcomeWire {
    /// Its place in the feed.
    pub cursor: i64,
    /// The connector's id.
    pub connector_booking_id: String,
    /// The service's id.
    pub booking: String,
    /// Kiosk id.
    pub kiosk: String,
    /// A `muwajaha_core::domain::OutcomeCode`.
    pub outcome: String,
    /// RFC 3339, UTC.
    pub at: String,
}

/// Problem codes of the bookings API.
pub mod booking_problem {
    /// A field's value cannot be.
    pub const INVALID_FIELD: &str = "invalid-field";
    /// No inmate, facility or kiosk has this id.
    pub const UNKNOWN_ID: &str = "unknown-id";
    /// No time zone has this name.
    pub const UNKNOWN_ZONE: &str = "unknown-zone";
    /// A local time that does not exist, or exists twice, on the day the clocks change.
    pub const AMBIGUOUS_TIME: &str = "ambiguous-time";
    /// The slot ends at or before its start.
    pub const ENDS_BEFORE_START: &str = "ends-before-start";
    /// The slot is longer than four hours.
    pub const SLOT_TOO_LONG: &str = "slot-too-long";
    /// The slot is over.
    pub const SLOT_OVER: &str = "slot-over";
    /// No kiosk is free then.
    pub const NO_FREE_KIOSK: &str = "no-free-kiosk";
    /// The inmate has another visit then.
    pub const INMATE_OVERLAP: &str = "inmate-overlap";
    /// A higher revision is known.
    pub const REVISION_OUTDATED: &str = "revision-outdated";
    /// The same revision is known with other content.
    pub const REVISION_CONFLICT: &str = "revision-conflict";
    /// The booking was cancelled, which is final.
    pub const CANCELLED: &str = "booking-cancelled";
    /// The visit has its outcome.
    pub const ALREADY_ENDED: &str = "visit-ended";
    /// The visit has begun; only its end may change.
    pub const UNDER_WAY: &str = "visit-under-way";
}
