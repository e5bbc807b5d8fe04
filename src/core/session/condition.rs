//! How the kiosk is, for those who look after the machines: no person and no booking is in it.

use super::mode::KioskMode;
use super::quiet::{Unquiet, quiet};
use super::{OutOfServiceCause, ReaderPresence, Session};
use crate::badge::ReaderCondition;
use crate::domain::Now;

/// What the kiosk as a whole is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KioskActivity {
    /// A guard must open it.
    Locked,
    /// It waits for badges.
    Open,
    /// Someone's visit is before the screen.
    InVisit,
    /// Nothing new is permitted.
    OutOfService(OutOfServiceCause),
    /// A technician looks after it.
    Maintenance,
}

/// The kiosk and its devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KioskCondition {
    /// What it is doing.
    pub activity: KioskActivity,
    /// Whether badges can be read.
    pub reader: ReaderPresence,
    /// What the reader says of its case and its power.
    pub reader_condition: ReaderCondition,
    /// The camera delivered frames when it was last asked to.
    pub camera_working: bool,
    /// The microphone delivered sound when it was last asked to.
    pub microphone_working: bool,
    /// Whether nobody would miss it for as long as a restart takes.
    pub quiet: Result<(), Unquiet>,
}

impl Session {
    /// How the kiosk is at `now`.
    pub fn condition(&self, now: Now) -> KioskCondition {
        let activity = match &self.mode {
            KioskMode::Locked { .. } => KioskActivity::Locked,
            KioskMode::Open(_) if self.is_in_visit() => KioskActivity::InVisit,
            KioskMode::Open(_) => KioskActivity::Open,
            KioskMode::OutOfService { cause, .. } => KioskActivity::OutOfService(*cause),
            KioskMode::Maintenance(_) => KioskActivity::Maintenance,
        };
        KioskCondition {
            activity,
            reader: self.devices.reader,
            reader_condition: self.devices.reader_condition,
            camera_working: self.devices.camera_working,
            microphone_working: self.devices.microphone_working,
            quiet: quiet(activity, &self.kiosk, self.schedule.as_deref(), now),
        }
    }
}
