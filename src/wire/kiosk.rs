//! What a kiosk and the service say to each other on the kiosk listener.
//!
//! | call | answer |
//! |---|---|
//! | `POST /v1/kiosk/provision` [`ProvisionRequest`] | [`ProvisionReply`]; needs no certificate |
//! | `POST /v1/kiosk/introductions` [`IntroductionRequest`] | [`IntroductionReply`]; needs no certificate |
//! | `POST /v1/kiosk/introductions/outcome` [`IntroductionQuestion`] | [`IntroductionOutcome`]; needs no certificate |
//! | `POST /v1/kiosk/certificate` [`RenewalRequest`] | [`RenewalReply`] |
//! | `GET /v1/kiosk/time` | [`TimeReply`] |
//! | `GET /v1/kiosk/relays` | [`RelaysReply`] |
//! | `GET /v1/kiosk/snapshot`, `If-None-Match` | [`RoomSnapshot`] with `ETag`, or 304 |
//! | `POST /v1/kiosk/events` [`EventBatch`] | [`EventsAcknowledged`], or a problem with an [`event_problem`] code |
//! | `POST /v1/kiosk/bookings/{booking}/join` | [`JoinReply`], or a problem with a [`join_problem`] code |
//! | `GET /v1/kiosk/socket` (WebSocket) | [`ToKiosk`] and [`FromKiosk`] text messages |
//! | `GET /v1/kiosk/calls/{booking}/signalling` (WebSocket, join token) | `muwajaha_core::engine::direct::SignallingMessage` |
//!
//! The kiosk shows its certificate in the TLS handshake; without one that is good, all calls but the
//! first three are answered by 403 and a [`certificate_problem`] code.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fleet::{KioskOrder, KioskStatus};
use crate::visitor::IceServerWire;

/// A kiosk introduces itself with the code that a technician typed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProvisionRequest {
    /// The one-time code of `muwajaha-service admin --config FILE add-kiosk ID --room ROOM`.
    pub code: String,
    /// A PKCS #10 request in PEM for an ECDSA key on P-256; of all it says, the key alone counts.
    pub certificate_request: String,
}

/// The kiosk's identity.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProvisionReply {
    /// The kiosk's id, also the name painted on its case.
    pub kiosk: String,
    /// Its facility.
    pub facility: String,
    /// The certificate in PEM that the kiosk shows from now on.
    pub certificate: String,
}

/// A machine asks to become a kiosk without a code: an officer is to approve its short code, which both sides make
/// of its key (`muwajaha_core::provisioning::ShortCode`). A key asks once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IntroductionRequest {
    /// As in [`ProvisionRequest`].
    pub certificate_request: String,
}

/// How the machine asks what became of it. It gives nothing before the office approved.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct IntroductionReply {
    /// Known to this machine alone: opens the outcome.
    pub token: String,
    /// For so long the office can approve.
    pub holds_for_seconds: u32,
    /// Ask no sooner than after so many seconds.
    pub ask_again_seconds: u32,
}

impl std::fmt::Debug for IntroductionReply {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("IntroductionReply")
    }
}

/// Asks what became of an introduction.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct IntroductionQuestion {
    /// Of [`IntroductionReply`].
    pub token: String,
}

/// What became of an introduction.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum IntroductionOutcome {
    /// The office has said nothing yet.
    Waiting,
    /// The machine is a kiosk; told again, the same, as long as the introduction holds.
    Approved(ProvisionReply),
    /// The office said no.
    Refused,
    /// Its time is over, or it never was.
    Expired,
}

/// A kiosk whose certificate nears its end asks for the next one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RenewalRequest {
    /// As in [`ProvisionRequest`].
    pub certificate_request: String,
}

/// The next certificate; the one that was shown is good until its own end.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RenewalReply {
    /// In PEM.
    pub certificate: String,
}

/// The service's clock, to be halved with the round trip.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TimeReply {
    /// UTC milliseconds.
    pub now_ms: i64,
}

/// The STUN and TURN servers that calls use, with a credential that holds for a self-check.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RelaysReply {
    /// As a call would get them.
    pub ice_servers: Vec<IceServerWire>,
}

/// The room: today and the next two days, staff, policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomSnapshot {
    /// For which kiosk it was made.
    pub kiosk: String,
    /// This kiosk's key for badge digests.
    pub badge_key: BadgeKeyWire,
    /// The facility's rules.
    pub policy: PolicyWire,
    /// All bookings of the room.
    pub bookings: Vec<BookingWire>,
    /// The inmates they name.
    pub inmates: Vec<InmateWire>,
    /// Who may open this kiosk.
    pub staff: Vec<StaffWire>,
}

/// A kiosk's own key for badge digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BadgeKeyWire {
    /// The key's name.
    pub id: String,
    /// 32 bytes in hexadecimal digits.
    pub secret: String,
}

/// A badge digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BadgeDigestWire {
    /// The key it was made under.
    pub key_id: String,
    /// The normalisation rules of its badge number.
    pub normalisation_version: u16,
    /// HMAC-SHA256 in hexadecimal digits.
    pub hmac_sha256: String,
}

/// A facility's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyWire {
    /// IANA zone name.
    pub zone: String,
    /// BCP 47 tag: `ar`, `ckb` or `en`.
    pub default_language: String,
    /// Seconds before the slot at which a badge is let in to wait.
    pub join_before_start_seconds: u32,
    /// Minutes after local midnight at which open kiosks lock; absent never.
    pub closes_at_minute: Option<u16>,
    /// Seconds that a call may outlive its lost signalling.
    pub call_outlives_signalling_seconds: u32,
    /// Media through TURN only.
    pub relay_only: bool,
    /// Staff may come by number and PIN while a kiosk has no reader that it trusts.
    #[serde(default)]
    pub staff_number_without_reader: bool,
    /// When kiosks may update themselves; told to kiosks alone, which know hours of their own where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_hours: Option<UpdateHoursWire>,
}

/// Minutes after local midnight: the first is inside, the second is not. Over midnight where it is the smaller one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpdateHoursWire {
    /// From this minute of the day.
    pub from_minute: u16,
    /// To this one.
    pub until_minute: u16,
}

/// A booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BookingWire {
    /// The service's id.
    pub id: String,
    /// Grows with every change.
    pub revision: u64,
    /// Facility id.
    pub facility: String,
    /// Kiosk id.
    pub kiosk: String,
    /// Inmate id.
    pub inmate: String,
    /// The visitor's name as the inmate knows it.
    pub visitor: String,
    /// UTC milliseconds.
    pub starts_at_ms: i64,
    /// UTC milliseconds.
    pub ends_at_ms: i64,
    /// BCP 47 tag.
    pub language: String,
    /// Guards may look in; said before the visit and throughout.
    #[serde(default = "supervised_unless_told")]
    pub supervised: bool,
    /// Nobody looks in: a lawyer's visit.
    #[serde(default)]
    pub privileged: bool,
    /// Withdrawn.
    pub cancelled: bool,
    /// The visit has its outcome.
    pub finished: bool,
}

/// A service that does not say yet is taken at the stricter word.
fn supervised_unless_told() -> bool {
    true
}

/// An inmate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InmateWire {
    /// Inmate id.
    pub id: String,
    /// Shown after the badge.
    pub name: String,
    /// Badges that name this inmate.
    pub badges: Vec<BadgeDigestWire>,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StaffWire {
    /// Staff id.
    pub id: String,
    /// `guard` or `technician`.
    pub role: String,
    /// Their badges.
    pub badges: Vec<BadgeDigestWire>,
    /// What they type where no reader is: 4 to 8 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Argon2id PHC string.
    pub pin_verifier: String,
    /// UTC milliseconds.
    pub valid_until_ms: i64,
}

/// Rows of the kiosk's record, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventBatch {
    /// The record's epoch; a damaged record opens a new one.
    pub epoch: String,
    /// The rows.
    pub events: Vec<EventRow>,
}

/// One row. Its idempotency key is (kiosk, epoch, sequence).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventRow {
    /// From 1, without gaps.
    pub sequence: u64,
    /// The exact JSON text that was hashed: an `AuditEntry`.
    pub body: String,
    /// Chain value in hexadecimal digits: HMAC-SHA256 over the previous one and `body`.
    pub chain: String,
}

/// The service holds all rows up to here.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventsAcknowledged {
    /// The last sequence held without a gap.
    pub acked_through: u64,
}

/// Everything needed to carry one call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JoinReply {
    /// A `muwajaha_core::engine::JoinDescriptor` as JSON.
    #[schema(value_type = Object)]
    pub descriptor: serde_json::Value,
}

/// Problem codes of taking in the record.
pub mod event_problem {
    /// Another row is held under this epoch and sequence: the kiosk opens a new epoch.
    pub const CONFLICT: &str = "event-conflict";
}

/// Problem codes of the join call.
pub mod join_problem {
    /// Cancelled in the meantime.
    pub const CANCELLED: &str = "booking-cancelled";
    /// The visit has ended.
    pub const ALREADY_ENDED: &str = "visit-ended";
    /// Too early or too late by the service's clock.
    pub const OUTSIDE_JOIN_WINDOW: &str = "outside-join-window";
    /// Moved to another kiosk.
    pub const AT_ANOTHER_KIOSK: &str = "at-another-kiosk";
}

/// Problem codes of any call on the kiosk listener, with status 403.
pub mod certificate_problem {
    /// This kiosk is revoked.
    pub const KIOSK_REVOKED: &str = "kiosk-revoked";
    /// No certificate was shown, or one that was replaced.
    pub const UNKNOWN_CERTIFICATE: &str = "unknown-certificate";
}

/// From the service, on the kiosk's socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToKiosk {
    /// The snapshot changed: fetch it.
    SnapshotChanged,
    /// Send the next badge read, to enrol it.
    EnrolNextBadge {
        /// How long the service waits.
        within_seconds: u32,
    },
    /// An order, perhaps for the second time.
    Order(KioskOrder),
    /// This kiosk is revoked.
    Revoked,
    /// A message of a later version.
    #[serde(other)]
    Unknown,
}

/// From the kiosk, on its socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromKiosk {
    /// The badge to enrol, in the form that the office types.
    BadgeToEnrol {
        /// Ten decimal digits, a UID in pairs of digits, site and number, or `text:` and a text.
        printed_number: String,
        /// The normalisation rules of that number.
        normalisation_version: u16,
    },
    /// It took an order and has it on record.
    OrderTaken {
        /// Which.
        order: String,
    },
    /// How it is: when the socket opens, on every change, and each minute.
    Status(Box<KioskStatus>),
    /// A message of a later version.
    #[serde(other)]
    Unknown,
}
