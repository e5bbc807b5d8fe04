//! A kiosk's store in a folder, and what the session hears of it.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use muwajaha_core::domain::{BookingId, BootTime, InmateId, KioskId, RecordId, StaffId, Utc};
use muwajaha_core::session::{AuditEntry, AuditKind, Event, RecoveredRecord, StoreEvent};
use rusqlite::Connection;

use crate::lanes::{EventReceiver, Received, lanes};
use crate::store::{Batch, CachedSnapshot, Owner, StoreHandle, start};

const PATIENCE: Duration = Duration::from_secs(20);

/// The open store.
pub(super) struct Shelf {
    pub(super) handle: StoreHandle,
    pub(super) recovered: RecoveredRecord,
    pub(super) record_lost: bool,
    pub(super) snapshot: Option<CachedSnapshot>,
    events: EventReceiver,
    thread: Option<JoinHandle<()>>,
    last: RecordId,
}

impl Shelf {
    /// Opens the store in `folder`.
    pub(super) fn open(folder: &Path) -> Self {
        Self::of("K-01", folder)
    }

    /// Opens the store in `folder` for this kiosk.
    pub(super) fn of(kiosk: &str, folder: &Path) -> Self {
        let (sender, events) = lanes();
        let opened = start(folder, &Owner::of("karkh", &KioskId::new(kiosk)), sender).unwrap();
        let loaded = events.receive(PATIENCE);
        assert!(matches!(loaded, Received::Event(Event::Store(StoreEvent::ScheduleLoaded(_)))), "{loaded:?}");
        Self {
            handle: opened.handle,
            recovered: opened.record,
            record_lost: opened.record_lost,
            snapshot: opened.snapshot,
            events,
            thread: Some(opened.thread),
            last: RecordId(0),
        }
    }

    /// Asks for a row; whether it is on disk.
    pub(super) fn records(&mut self, kind: AuditKind) -> bool {
        self.last = self.last.next();
        assert!(self.handle.record(self.last, Box::new(entry(self.last.0, kind))));
        match self.events.receive(PATIENCE) {
            Received::Event(Event::Store(StoreEvent::Committed(id))) if id == self.last => true,
            Received::Event(Event::Store(StoreEvent::CommitFailed(id))) if id == self.last => false,
            other => panic!("{other:?}"),
        }
    }

    /// Records `count` rows of no importance.
    pub(super) fn records_rows(&mut self, count: u64) {
        for _ in 0..count {
            assert!(self.records(opened()));
        }
    }

    /// All rows that the service has not acknowledged.
    pub(super) fn outbox(&self) -> Option<Batch> {
        wait_for(self.handle.unacknowledged(100_000))
    }

    pub(super) fn sequences(&self) -> Vec<u64> {
        self.outbox().map(|batch| batch.rows.iter().map(|row| row.sequence).collect()).unwrap_or_default()
    }

    pub(super) fn epoch(&self) -> String {
        self.outbox().expect("a row").epoch
    }

    pub(super) fn acknowledges(&self, through: u64) -> bool {
        wait_for(self.handle.acknowledge(self.epoch(), through))
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.handle.stop();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the store's thread panicked");
        }
    }
}

pub(super) fn wait_for<Output>(future: impl Future<Output = Output>) -> Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(super) fn entry(number: u64, kind: AuditKind) -> AuditEntry {
    AuditEntry {
        at: Utc::from_millis(1_900_000_000_000),
        at_is_service_time: true,
        boot: BootTime::from_millis(number),
        kind,
    }
}

pub(super) fn opened() -> AuditKind {
    AuditKind::KioskOpened { staff: StaffId::new("g-1") }
}

pub(super) fn pin_refused() -> AuditKind {
    AuditKind::PinRefused { staff: StaffId::new("g-1"), by_number: false }
}

pub(super) fn admitted() -> AuditKind {
    AuditKind::VisitAdmitted { booking: BookingId::new("bk-1"), inmate: InmateId::new("i-1") }
}

pub(super) fn accepted() -> AuditKind {
    AuditKind::NoticeAccepted { booking: BookingId::new("bk-1") }
}

/// `record.db`, open as whoever tampers with it opens it.
pub(super) fn tamper(folder: &Path, statements: &str) {
    Connection::open(folder.join("record.db")).unwrap().execute_batch(statements).unwrap();
}

/// The files in `folder` whose names begin so.
pub(super) fn files(folder: &Path, beginning: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    all.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(beginning)).collect()
}
