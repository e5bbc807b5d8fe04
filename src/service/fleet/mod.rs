//! The fleet: what each kiosk last said of itself, and what somebody should see to.
//!
//! Takes in statuses from the kiosks' sockets and makes the view that the office reads. The rules are
//! pure and stand in [`alarms`] and [`versions`]. No person and no booking is in any of it.

mod alarms;
mod api;
mod command;
mod orders;
mod status;
mod table;
mod versions;
mod view;

pub(crate) use alarms::AlarmKind;
pub(crate) use api::routes;
pub use command::FleetCommand;
pub(crate) use orders::{order_taken, tell_waiting};
pub(crate) use status::{keep_status, mark_seen};
pub(crate) use view::{ALL_STATES, list_kiosks, state_word};

pub(crate) mod documented {
    //! The paths of the fleet, for the OpenAPI document.
    pub(crate) use super::api::*;
}

#[cfg(test)]
mod tests {
    use muwajaha_wire::fleet::{ActivityWire, KioskStatus, ReaderWire};

    /// A kiosk of which nothing is to be said.
    pub(super) fn in_health() -> KioskStatus {
        KioskStatus {
            program_version: "0.1.0".to_owned(),
            image_version: None,
            slot: None,
            up_seconds: 60,
            activity: ActivityWire::Open,
            out_of_service_code: None,
            reader: ReaderWire::Present,
            reader_code: None,
            reader_tampered: false,
            camera_working: true,
            microphone_working: true,
            disk_free_bytes: Some(4 << 30),
            disk_total_bytes: Some(8 << 30),
            rows_waiting: Some(0),
            looked_over_at_ms: None,
            clock_ahead_ms: Some(12),
            update: None,
        }
    }
}
