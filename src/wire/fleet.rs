//! How kiosks are: what each says of itself on its socket, and what the office reads of all of them.
//!
//! No person, booking, badge or token is in any of it.

use muwajaha_core::session::OrderedAction;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a kiosk is, in its own words: told when its socket opens, on every change, and each minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KioskStatus {
    /// Version of the program.
    pub program_version: String,
    /// Version of the image it stands on; absent on a plain machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_version: Option<String>,
    /// The boot entry, and with it the slot, that was started; absent on a plain machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// Since the machine was started.
    pub up_seconds: u64,
    /// What it is doing.
    pub activity: ActivityWire,
    /// The code on its screen while it is out of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_service_code: Option<String>,
    /// Whether badges can be read.
    pub reader: ReaderWire,
    /// The code on its screen while the reader is not trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader_code: Option<String>,
    /// The reader says that its case was opened.
    #[serde(default)]
    pub reader_tampered: bool,
    /// The camera delivered frames when it was last asked to.
    #[serde(default = "yes")]
    pub camera_working: bool,
    /// The microphone delivered sound when it was last asked to.
    #[serde(default = "yes")]
    pub microphone_working: bool,
    /// What is free where the record is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_free_bytes: Option<u64>,
    /// How large that disk is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_total_bytes: Option<u64>,
    /// Rows of the record that the service has not acknowledged; absent where the record is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_waiting: Option<u64>,
    /// When it last looked itself over by order, UTC milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_over_at_ms: Option<i64>,
    /// How far the machine's own clock is before the service's; absent until that was heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_ms: Option<i64>,
    /// The update that it knows of, until it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdateWire>,
}

/// An update of a kiosk's image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpdateWire {
    /// Which version.
    pub version: String,
    /// How far it is.
    pub state: UpdateStateWire,
    /// Why it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// How far an update is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpdateStateWire {
    /// The service has it; the kiosk waits for a moment when nobody would miss it.
    Offered,
    /// Its files are on their way.
    Fetching,
    /// It is written into the other slot.
    Installing,
    /// It lies in the other slot; the next restart takes it.
    Installed,
    /// It was not taken.
    Failed,
    /// Of a later version.
    #[serde(other)]
    Unknown,
}

fn yes() -> bool {
    true
}

/// What a kiosk is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityWire {
    /// A guard must open it.
    Locked,
    /// It waits for badges.
    Open,
    /// Someone's visit is before the screen.
    InVisit,
    /// Nothing new is permitted.
    OutOfService,
    /// A technician looks after it.
    Maintenance,
    /// Of a later version.
    #[serde(other)]
    Unknown,
}

/// Whether badges can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReaderWire {
    /// A reader is there.
    Present,
    /// No reader is there.
    Absent,
    /// A reader is there that is not trusted.
    NotTrusted,
    /// Of a later version.
    #[serde(other)]
    Unknown,
}

/// In which state a kiosk is, as far as the service can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KioskState {
    /// No machine has taken its code.
    Unprovisioned,
    /// Its socket is not open.
    Unconnected,
    /// Its socket is open, and it has not said more.
    Connected,
    /// A guard must open it.
    Locked,
    /// It waits for badges.
    Open,
    /// Someone's visit is before its screen.
    InVisit,
    /// Nothing new is permitted there.
    OutOfService,
    /// A technician looks after it.
    Maintenance,
}

/// Something about a kiosk that somebody should see to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlarmWire {
    /// `F-01`: the code in papers and in the metrics.
    pub code: String,
    /// The same in words, as a key: `not_seen`.
    pub kind: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// What was measured, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<String>,
    /// What to do about it.
    pub remedy: String,
}

/// An order as its kiosk is told it, until it says that it took it; it is obeyed once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KioskOrder {
    /// Its name, by which the kiosk knows it again.
    pub id: String,
    /// By whose order.
    pub staff: String,
    /// A `muwajaha_core::session::OrderedAction` as JSON.
    #[schema(value_type = Object)]
    pub action: OrderedAction,
}

/// What the office can order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// To lock; a guard opens it again.
    Lock,
    /// To go out of service.
    TakeOutOfService,
    /// To come back, where it is out of service by such an order.
    ReturnToService,
    /// To look at everything and say how it is.
    LookOver,
}

/// An order to give.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewOrder {
    /// By whose order, for the record.
    pub staff: String,
    /// What is to be done.
    pub action: OrderKind,
    /// Why it goes out of service: `fault`, `maintenance`, `security`, `room_closed` or `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A visit that is under way ends by it; otherwise it goes on to its end.
    #[serde(default)]
    pub now: bool,
    /// How long it waits for a kiosk that is not connected: 1 to 10080 minutes, 720 where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_minutes: Option<u32>,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Its kiosk has not said that it took it.
    Waiting,
    /// Its kiosk took it and has it on record.
    Taken,
    /// Its kiosk did not come in time.
    Expired,
    /// It was taken back before.
    Withdrawn,
}

/// An order as the office reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderWire {
    /// Its name.
    pub id: String,
    /// By whose order.
    pub staff: String,
    /// What is to be done: `do`, and with it `reason` and `now`.
    #[schema(value_type = Object)]
    pub action: serde_json::Value,
    /// How far it is.
    pub state: OrderState,
    /// RFC 3339, UTC.
    pub given_at: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
    /// RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
}
