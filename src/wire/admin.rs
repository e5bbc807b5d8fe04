//! What the office, by its page or `muwajaha-service admin`, and the service say on the admin listener, below
//! `/v1/admin/`.
//!
//! `POST` on a collection creates, `GET` lists ([`Listing`]), `DELETE` on a member revokes. All carry
//! `Authorization: Bearer <admin credential>`. Identifiers are chosen by the office: 1 to 40 of
//! `A–Z a–z 0–9 . _ -`. Every change goes to the append-only change log.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fleet::{AlarmWire, KioskState, KioskStatus, OrderWire};

/// A list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Listing<T> {
    /// Its members.
    pub items: Vec<T>,
}

/// A facility to create.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewFacility {
    /// Its id.
    pub id: String,
    /// Shown to visitors.
    pub name: String,
    /// Its rules; what is left out takes its default.
    #[serde(default)]
    pub policy: PolicyChange,
}

/// Rules to change: what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct PolicyChange {
    /// IANA zone name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// BCP 47 tag: `ar`, `ckb` or `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_language: Option<String>,
    /// Seconds before the slot at which a badge is let in to wait; at most 7200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_before_start_seconds: Option<u32>,
    /// Minutes after local midnight at which open kiosks lock; 1440 for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at_minute: Option<u16>,
    /// Seconds that a call may outlive its lost signalling; at most 3600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_outlives_signalling_seconds: Option<u32>,
    /// Media through TURN only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_only: Option<bool>,
    /// Guards may look in, and both sides are told so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervised: Option<bool>,
    /// Staff may come by number and PIN while a kiosk has no reader that it trusts; not allowed by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_number_without_reader: Option<bool>,
}

/// A change of a facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FacilityChange {
    /// Its rules.
    pub policy: PolicyChange,
}

/// A facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FacilityWire {
    /// Its id.
    pub id: String,
    /// Shown to visitors.
    pub name: String,
    /// Its rules.
    pub policy: crate::kiosk::PolicyWire,
    /// Guards may look in.
    pub supervised: bool,
    /// It takes part no more.
    pub revoked: bool,
}

/// A room: to create, and as kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoomWire {
    /// Its id.
    pub id: String,
    /// Its facility.
    pub facility: String,
    /// For the staff.
    pub name: String,
    /// It takes part no more.
    #[serde(default)]
    pub revoked: bool,
}

/// A kiosk to create.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewKiosk {
    /// Its id, also the name painted on its case.
    pub id: String,
    /// Where it stands.
    pub room: String,
    /// How many days its code is to be good, 1 to 30; one where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_days: Option<u32>,
}

/// A code that makes one machine this kiosk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProvisioningCode {
    /// Kiosk id.
    pub kiosk: String,
    /// `ABCD-EFGH-JKLM`, for one use; dead after five wrong attempts.
    pub provisioning_code: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
    /// The code with all that a machine must know, signed: for a file on a technician's stick.
    pub signed_order: String,
    /// What the machine's screen must show too before the code is typed, where its service's authority is not known to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_digits: Option<String>,
}

/// A machine that waits to be approved as a kiosk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IntroductionWire {
    /// On its screen: made of its key, so that what is approved by all of its letters is that machine and no other.
    pub short_code: String,
    /// What its screen showed of the service's own authority; read to the technician before the approval. Absent
    /// where a public authority made the service's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_digits: Option<String>,
    /// From where it asks; an address that is not of the room is somebody in between.
    pub address: String,
    /// RFC 3339, UTC.
    pub made_at: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
}

/// Says which kiosk a machine is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IntroductionApproval {
    /// Kiosk id.
    pub kiosk: String,
    /// Who approves: an id of the staff or the office.
    pub staff: String,
}

/// A kiosk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KioskWire {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub room: String,
    /// Its facility.
    pub facility: String,
    /// A machine has taken its code.
    pub provisioned: bool,
    /// Its socket is open now.
    pub connected: bool,
    /// When its record or its question for the room last came, RFC 3339.
    pub last_heard_at: Option<String>,
    /// When it last gave any sign of life, RFC 3339.
    pub last_seen_at: Option<String>,
    /// In which state it is, as far as the service can tell.
    pub state: KioskState,
    /// What it last said of itself.
    pub status: Option<KioskStatus>,
    /// When its machine was started, by that, RFC 3339.
    pub booted_at: Option<String>,
    /// When it last looked itself over by order, RFC 3339.
    pub last_check_at: Option<String>,
    /// What somebody should see to, the longest standing first.
    pub alarms: Vec<AlarmWire>,
    /// Orders that wait for it, the oldest first.
    pub orders: Vec<OrderWire>,
    /// It takes part no more.
    pub revoked: bool,
}

/// A member of staff to create.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewStaff {
    /// One id for badge, desk and audit.
    pub id: String,
    /// Where they serve.
    pub facility: String,
    /// For the office.
    pub name: String,
    /// `guard` or `technician`.
    pub role: String,
    /// 4 to 12 digits; kept as an Argon2id verifier only.
    pub pin: String,
    /// 4 to 8 digits, of nobody else at the facility: typed before the PIN where a kiosk has no reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// RFC 3339; a year from now where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
}

/// A new PIN.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewPin {
    /// 4 to 12 digits.
    pub pin: String,
}

/// A staff number to give or to take away.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewStaffNumber {
    /// 4 to 8 digits, of nobody else at the facility; left out, the number is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// A member of staff.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StaffMemberWire {
    /// Their id.
    pub id: String,
    /// Where they serve.
    pub facility: String,
    /// For the office.
    pub name: String,
    /// `guard` or `technician`.
    pub role: String,
    /// What they type where a kiosk has no reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// RFC 3339, UTC.
    pub valid_until: String,
    /// Their badges open nothing more.
    pub revoked: bool,
}

/// An inmate: to create, and as kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InmateMemberWire {
    /// Their id.
    pub id: String,
    /// Where they are held.
    pub facility: String,
    /// Shown at the kiosk after the badge, and to the visitor.
    pub name: String,
    /// Not held here any more.
    #[serde(default)]
    pub revoked: bool,
}

/// A badge to give: to an inmate or to a member of staff.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewBadge {
    /// Inmate id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inmate: Option<String>,
    /// Staff id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// The ten digits printed on the card, `0x` and ten hexadecimal digits, a UID like
    /// `04:A2:2B:1A:5C:64:80`, or site and number like `123/45678`.
    pub number: String,
}

/// A badge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BadgeWire {
    /// Its id.
    pub id: String,
    /// Whose, if an inmate's.
    pub inmate: Option<String>,
    /// Whose, if a member of staff's.
    pub staff: Option<String>,
    /// `*******453`.
    pub number: String,
    /// It names nobody any more.
    pub revoked: bool,
}

/// An enrolment to start: the next badge read at that kiosk is given to this person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewEnrolment {
    /// Inmate id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inmate: Option<String>,
    /// Staff id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// Where the badge is tapped.
    pub kiosk: String,
    /// How long to wait: 5 to 300.
    #[serde(default = "sixty")]
    pub within_seconds: u32,
}

fn sixty() -> u32 {
    60
}

/// An enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentWire {
    /// Its id.
    pub id: String,
    /// How far it is.
    pub state: EnrolmentState,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// How far an enrolment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentState {
    /// For the tap.
    Waiting,
    /// The badge names its person.
    Enrolled,
    /// Nobody tapped in time.
    Expired,
    /// That badge cannot be given.
    Refused,
}

/// A connector to create.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewConnector {
    /// Its name.
    pub name: String,
}

/// A connector's credential.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ConnectorCredential {
    /// Its name.
    pub connector: String,
    /// Bearer token; shown once.
    pub token: String,
}

/// A connector.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConnectorWire {
    /// Its name.
    pub name: String,
    /// Its credential opens nothing more.
    pub revoked: bool,
}

/// A booking as the office sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BookingMemberWire {
    /// Which connector put it.
    pub connector: String,
    /// The visitor's name.
    pub visitor: String,
    /// The rest.
    #[serde(flatten)]
    pub booking: crate::bookings::BookingReply,
}

/// A row of the change log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeWire {
    /// Its place.
    pub id: i64,
    /// RFC 3339, UTC.
    pub at: String,
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
    /// About which id.
    pub subject: String,
    /// More; never a PIN, a token, a badge number or a staff number.
    pub detail: String,
}

/// A row of a kiosk's record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KioskEventWire {
    /// Its place in this listing.
    pub cursor: i64,
    /// The record's epoch.
    pub epoch: String,
    /// The row's sequence there.
    pub sequence: u64,
    /// The exact text of the row.
    pub body: String,
}

/// Outcomes of one local day at one facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReportRow {
    /// `2026-11-24`, in the facility's zone.
    pub day: String,
    /// Facility id.
    pub facility: String,
    /// The outcome code.
    pub outcome: String,
    /// How many visits.
    pub visits: u64,
}
