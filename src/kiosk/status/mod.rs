//! What this kiosk says of itself to those who look after the machines.
//!
//! Read on `net` and on tokio's blocking threads: what the session published, the store's count of
//! rows, the disk, the clocks. Decides nothing, and knows no person and no booking.

mod machine;

use std::path::PathBuf;

use muwajaha_core::domain::Now;
use muwajaha_core::session::{KioskActivity, KioskCondition, ReaderPresence};
use muwajaha_wire::fleet::{ActivityWire, KioskStatus, ReaderWire, UpdateWire};
use tokio::sync::watch;

pub use machine::Machine;

use crate::store::StoreHandle;
use machine::{DiskSpace, disk_space};

/// Where the words come from. Clones share it.
#[derive(Debug, Clone)]
pub struct StatusSource {
    /// As the session published it last.
    pub condition: watch::Receiver<KioskCondition>,
    /// The machine, as it was started.
    pub machine: Machine,
    /// The update that is known of.
    pub update: watch::Receiver<Option<UpdateWire>>,
    /// The disk to look at: where the record is kept.
    pub disk: PathBuf,
}

impl StatusSource {
    /// How the kiosk is now.
    pub(crate) async fn status(&self, now: Now, store: &StoreHandle) -> KioskStatus {
        let disk = self.disk.clone();
        // A disk that hangs must not hold up the line.
        let space = tokio::task::spawn_blocking(move || disk_space(&disk)).await.ok().flatten();
        let rows_waiting = store.rows_waiting().await;
        let update = self.update.borrow().clone();
        KioskStatus { update, ..words(*self.condition.borrow(), &self.machine, now, space, rows_waiting) }
    }
}

fn words(
    condition: KioskCondition,
    machine: &Machine,
    now: Now,
    space: Option<DiskSpace>,
    rows_waiting: Option<u64>,
) -> KioskStatus {
    let (activity, out_of_service_code) = match condition.activity {
        KioskActivity::Locked => (ActivityWire::Locked, None),
        KioskActivity::Open => (ActivityWire::Open, None),
        KioskActivity::InVisit => (ActivityWire::InVisit, None),
        KioskActivity::Maintenance => (ActivityWire::Maintenance, None),
        KioskActivity::OutOfService(cause) => (ActivityWire::OutOfService, Some(cause.code().to_owned())),
    };
    let (reader, reader_code) = match condition.reader {
        ReaderPresence::Present => (ReaderWire::Present, None),
        ReaderPresence::Absent => (ReaderWire::Absent, None),
        ReaderPresence::NotTrusted(distrust) => (ReaderWire::NotTrusted, Some(distrust.code().to_owned())),
    };
    KioskStatus {
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        image_version: machine.image_version.clone(),
        slot: machine.slot.clone(),
        up_seconds: now.boot.as_millis() / 1000,
        activity,
        out_of_service_code,
        reader,
        reader_code,
        reader_tampered: condition.reader_condition.tampered,
        camera_working: condition.camera_working,
        microphone_working: condition.microphone_working,
        disk_free_bytes: space.map(|space| space.free_bytes),
        disk_total_bytes: space.map(|space| space.total_bytes),
        rows_waiting,
        looked_over_at_ms: None,
        update: None,
        clock_ahead_ms: now.service.map(|service| now.wall.as_millis().saturating_sub(service.at.as_millis())),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use muwajaha_core::badge::ReaderCondition;
    use muwajaha_core::badge::osdp::Distrust;
    use muwajaha_core::domain::{BootTime, ServiceTime, Utc};
    use muwajaha_core::session::OutOfServiceCause;

    use super::*;

    fn condition(activity: KioskActivity, reader: ReaderPresence) -> KioskCondition {
        let reader_condition = ReaderCondition::default();
        KioskCondition {
            activity,
            reader,
            reader_condition,
            camera_working: true,
            microphone_working: false,
            quiet: Ok(()),
        }
    }

    fn now(service_ms: Option<i64>) -> Now {
        let service = service_ms.map(|at| ServiceTime { at: Utc::from_millis(at), error: Duration::ZERO });
        Now { boot: BootTime::from_millis(61_500), wall: Utc::from_millis(9_000), service }
    }

    #[test]
    fn codes_are_told_where_the_screen_shows_one() {
        let out = KioskActivity::OutOfService(OutOfServiceCause::RecordLost);
        let reader = ReaderPresence::NotTrusted(Distrust::DefaultKey);
        let told = words(condition(out, reader), &Machine::default(), now(None), None, None);
        assert_eq!((told.activity, told.out_of_service_code.as_deref()), (ActivityWire::OutOfService, Some("K-02")));
        assert_eq!((told.reader, told.reader_code.as_deref()), (ReaderWire::NotTrusted, Some("R-12")));
        let in_visit = condition(KioskActivity::InVisit, ReaderPresence::Present);
        let told = words(in_visit, &Machine::default(), now(None), None, None);
        assert_eq!((told.activity, told.out_of_service_code), (ActivityWire::InVisit, None));
        assert_eq!((told.reader, told.reader_code, told.microphone_working), (ReaderWire::Present, None, false));
    }

    #[test]
    fn the_clocks_difference_is_told_once_both_are_known() {
        let quiet = condition(KioskActivity::Locked, ReaderPresence::Absent);
        let told = |service_ms| words(quiet, &Machine::default(), now(service_ms), None, Some(3));
        assert_eq!((told(None).clock_ahead_ms, told(None).up_seconds), (None, 61));
        assert_eq!(told(Some(9_250)).clock_ahead_ms, Some(-250));
        assert_eq!(told(None).rows_waiting, Some(3));
    }
}
