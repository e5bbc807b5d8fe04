//! What people see: a projection of the state, with no words in it.
//!
//! The ui draws exactly this and adds the words of [`Screen::language`]. Countdown targets are boot
//! times, so that the ui can count by `CLOCK_BOOTTIME` without asking again.

use serde::{Deserialize, Serialize};

use super::OrderReason;
use crate::badge::osdp::Distrust;
use crate::domain::{BootTime, EndReason, Finding, KioskId, Language, Redacted, StaffEndReason, Utc};

/// Everything on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// The language of all words.
    pub language: Language,
    /// This kiosk's name, shown small for staff.
    pub kiosk: Option<KioskId>,
    /// IANA name of the facility's zone, in which times are shown.
    pub zone: String,
    /// Whether the badge reader is there.
    pub reader: ReaderPresence,
    /// Whether the visit service answers.
    pub service_reachable: bool,
    /// Staff may come by their number; a button is drawn where this is true.
    pub offers_staff_number: bool,
    /// The screen itself.
    pub view: View,
    /// What lies over it.
    pub overlay: Option<Overlay>,
}

/// Whether badges can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReaderPresence {
    /// No reader is there.
    #[default]
    Absent,
    /// A reader is there.
    Present,
    /// A reader is there that is not trusted; the code stands on the screen.
    NotTrusted(Distrust),
}

/// Why a kiosk is out of service. Its code stands on the screen and in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutOfServiceCause {
    /// A guard's order.
    ByStaff,
    /// The service's order.
    ByService(OrderReason),
    /// The record cannot be written.
    RecordLost,
    /// Media cannot work.
    MediaFailed,
    /// The service revoked this kiosk.
    Revoked,
    /// No schedule was ever received.
    NoSchedule,
}

impl OutOfServiceCause {
    /// The short code on the screen, up to `K-10`; from `K-11` on are those of a kiosk that cannot start.
    pub fn code(self) -> &'static str {
        match self {
            Self::ByStaff => "K-01",
            Self::ByService(OrderReason::Other) => "K-06",
            Self::ByService(OrderReason::Fault) => "K-07",
            Self::ByService(OrderReason::Maintenance) => "K-08",
            Self::ByService(OrderReason::Security) => "K-09",
            Self::ByService(OrderReason::RoomClosed) => "K-10",
            Self::RecordLost => "K-02",
            Self::MediaFailed => "K-03",
            Self::Revoked => "K-04",
            Self::NoSchedule => "K-05",
        }
    }
}

/// The screen itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// Out of service.
    OutOfService {
        /// Why.
        cause: OutOfServiceCause,
    },
    /// A guard must unlock it.
    Locked,
    /// Waiting for an inmate's badge.
    Idle,
    /// That badge is nobody's here.
    UnknownBadge,
    /// That inmate has no visit today.
    NoVisitToday,
    /// That inmate's visit is elsewhere.
    VisitAtAnotherKiosk {
        /// Where.
        kiosk: KioskId,
        /// When.
        starts_at: Utc,
    },
    /// That inmate is early.
    TooEarly {
        /// When the slot starts.
        starts_at: Utc,
        /// When the badge will be let in; count down to it.
        opens_at: BootTime,
    },
    /// The service's time is unknown, so that nobody can be admitted just now.
    TimeUnknown,
    /// What one must know before a visit.
    Notice {
        /// Whose visit.
        visit: VisitCard,
        /// The points to show, each with its picture.
        points: Vec<NoticePoint>,
    },
    /// Camera, microphone and line are being readied.
    Preparing {
        /// Whose visit.
        visit: VisitCard,
    },
    /// The visitor is not there yet, or the slot has not begun.
    WaitingForVisitor {
        /// Whose visit.
        visit: VisitCard,
        /// When the slot ends; count down to it.
        ends_at: BootTime,
        /// When the slot begins, where it has not.
        begins_at: Option<BootTime>,
        /// The question "end the visit?" is open.
        confirming_end: bool,
    },
    /// The two see each other, or are about to again.
    InCall(CallView),
    /// It is over.
    Ended {
        /// Why.
        reason: EndReason,
    },
    /// A technician looks after the kiosk.
    Maintenance(MaintenanceView),
}

/// Fields of the touch test.
pub const TOUCH_FIELDS: usize = 24;

/// What a technician sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MaintenanceView {
    /// What was found so far, in the order of the parts.
    Findings {
        /// One for each part that was measured.
        findings: Vec<Finding>,
        /// Others are being measured.
        is_running: bool,
    },
    /// Fields all over the screen, row by row, to be touched.
    TouchTest {
        /// Which were.
        touched: [bool; TOUCH_FIELDS],
    },
}

/// Whose visit, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitCard {
    /// The inmate's name.
    pub inmate: Redacted<String>,
    /// The visitor's name.
    pub visitor: Redacted<String>,
    /// When the slot starts.
    pub starts_at: Utc,
    /// When the slot ends.
    pub ends_at: Utc,
}

/// One point of the notice; each has a picture and a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticePoint {
    /// Guards may look in.
    Supervised,
    /// Nobody looks in: a lawyer's visit.
    Privileged,
    /// Nothing is recorded.
    NotRecorded,
    /// It ends by itself at the end of the slot.
    EndsByItself,
    /// A guard can end it.
    GuardCanEnd,
}

/// The remote picture's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallPicture {
    /// No frame yet.
    Connecting,
    /// Frames flow.
    Live,
    /// The last frame is older than 3 s; said in words.
    Frozen,
    /// A new connection is on its way.
    Reconnecting,
    /// Connected, and no picture comes: the visitor's camera is off or covered by another app.
    NoPicture,
    /// The visitor left the page; waiting for them to come back.
    VisitorAway,
}

/// A warning before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeWarning {
    /// Less than five minutes.
    FiveMinutes,
    /// Less than one minute.
    OneMinute,
}

/// A call on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallView {
    /// Whose visit.
    pub visit: VisitCard,
    /// The remote picture's state.
    pub picture: CallPicture,
    /// When it ends; count down to it.
    pub ends_at: BootTime,
    /// A warning before the end.
    pub warning: Option<TimeWarning>,
    /// The question "end the visit?" is open.
    pub confirming_end: bool,
    /// Guards may look in; said on the screen throughout.
    pub supervised: bool,
    /// This kiosk's camera works.
    pub camera_working: bool,
    /// This kiosk's microphone works.
    pub microphone_working: bool,
}

/// What lies over a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// The pad for a staff number, where no reader is.
    NumberPad(NumberPad),
    /// The PIN pad, after a guard's badge or a staff number.
    PinPad(PinPad),
    /// The guard's panel, after the PIN.
    GuardPanel(GuardPanel),
}

/// The pad for a staff number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberPad {
    /// It closes by itself.
    pub closes_at: BootTime,
}

/// The PIN pad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinPad {
    /// It follows a staff number, not a badge; that the number names anybody is not said.
    pub by_number: bool,
    /// The last PIN was wrong.
    pub wrong: bool,
    /// A PIN is being compared.
    pub checking: bool,
    /// No PIN is taken before; count down to it.
    pub locked_until: Option<BootTime>,
    /// It closes by itself.
    pub closes_at: BootTime,
}

/// The guard's panel. A button is drawn where its flag is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardPanel {
    /// "Open the kiosk".
    pub can_open: bool,
    /// "Lock the kiosk".
    pub can_lock: bool,
    /// "End the visit", by these reasons.
    pub end_reasons: Vec<StaffEndReason>,
    /// "Out of service".
    pub can_take_out_of_service: bool,
    /// "Back in service".
    pub can_return_to_service: bool,
    /// "Self-check", before a technician.
    pub can_check: bool,
    /// It closes by itself.
    pub closes_at: BootTime,
}
