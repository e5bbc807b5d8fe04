//! The record as it should be: appended to, handed out, acknowledged, read back.

use std::os::unix::fs::PermissionsExt;

use muwajaha_core::domain::{BookingId, EndReason};
use muwajaha_core::session::{AuditEntry, AuditKind, InterruptedVisit};
use rusqlite::Connection;

use super::shelf::{Shelf, accepted, admitted, entry, opened, pin_refused, wait_for};

#[test]
fn rows_are_numbered_from_one_and_kept_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let mut shelf = Shelf::open(folder.path());
    assert_eq!(shelf.outbox(), None);
    shelf.records_rows(3);
    let batch = shelf.outbox().unwrap();
    assert_eq!(shelf.sequences(), [1, 2, 3]);
    for (number, row) in (1..).zip(&batch.rows) {
        assert_eq!(row.body, serde_json::to_string(&entry(number, opened())).unwrap());
        assert_eq!(row.chain.len(), 64);
    }
    drop(shelf);
    assert_eq!(Shelf::open(folder.path()).outbox(), Some(batch));
}

#[test]
fn what_the_service_holds_is_not_handed_out_again_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut shelf = Shelf::open(folder.path());
    shelf.records_rows(5);
    assert!(shelf.acknowledges(3));
    assert_eq!(shelf.sequences(), [4, 5]);
    assert!(shelf.acknowledges(2), "the mark never moves back");
    assert_eq!(shelf.sequences(), [4, 5]);
    assert!(wait_for(shelf.handle.acknowledge("of another epoch".to_owned(), 5)));
    assert_eq!(shelf.sequences(), [4, 5]);
    drop(shelf);
    assert_eq!(Shelf::open(folder.path()).sequences(), [4, 5]);
}

#[test]
fn a_restarted_session_reads_back_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let mut shelf = Shelf::open(folder.path());
    for kind in [pin_refused(), pin_refused(), admitted(), accepted()] {
        assert!(shelf.records(kind));
    }
    drop(shelf);
    let mut shelf = Shelf::open(folder.path());
    let Some(InterruptedVisit { booking, .. }) = &shelf.recovered.interrupted else { panic!("no visit to resume") };
    assert_eq!(*booking, BookingId::new("bk-1"));
    assert_eq!(shelf.recovered.wrong_pins[0].1, 2);
    let end = AuditKind::VisitEnded { booking: BookingId::new("bk-1"), reason: EndReason::SlotOver, staff: None };
    assert!(shelf.records(end));
    drop(shelf);
    let shelf = Shelf::open(folder.path());
    assert_eq!((shelf.recovered.interrupted.as_ref(), shelf.recovered.ended.len()), (None, 1));
}

#[test]
fn nothing_is_changed_or_deleted_in_the_record() {
    let folder = tempfile::tempdir().unwrap();
    Shelf::open(folder.path()).records_rows(2);
    let record = Connection::open(folder.path().join("record.db")).unwrap();
    for statement in [
        "UPDATE record SET body = '{}' WHERE sequence = 1",
        "DELETE FROM record WHERE sequence = 2",
        "DELETE FROM record",
        "UPDATE epoch SET name = 'another'",
        "DELETE FROM epoch",
    ] {
        let refused = record.execute_batch(statement).unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
    for statement in [
        "INSERT INTO record (sequence, body, chain) VALUES (1, '{}', 'aa')",
        "INSERT INTO epoch (only, name, previous_head) VALUES (2, 'another', '')",
        "INSERT INTO epoch (only, name, previous_head) VALUES (1, 'another', '')",
    ] {
        assert!(record.execute_batch(statement).is_err(), "{statement}");
    }
    drop(record);
    assert_eq!(Shelf::open(folder.path()).sequences(), [1, 2]);
}

#[test]
fn the_files_are_their_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("deep/store");
    let mut shelf = Shelf::open(&store);
    shelf.records_rows(1);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&store), 0o700);
    for file in std::fs::read_dir(&store).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_second_kiosk_on_the_same_folder_gets_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Shelf::open(folder.path());
    first.records_rows(1);
    let second = Shelf::open(folder.path());
    assert!(second.record_lost);
    drop(second);
    first.records_rows(1);
    assert_eq!(first.sequences(), [1, 2], "the first one goes on");
}

#[test]
fn a_row_of_a_later_release_is_kept_unread() {
    let folder = tempfile::tempdir().unwrap();
    let mut shelf = Shelf::open(folder.path());
    shelf.records_rows(1);
    let row = shelf.outbox().unwrap().rows[0].clone();
    let unknown = row.body.replace("kiosk_opened", "kiosk_sang");
    assert!(serde_json::from_str::<AuditEntry>(&unknown).is_err());
    drop(shelf);
    super::schemas::append_in_order(folder.path(), &unknown);
    let shelf = Shelf::open(folder.path());
    assert_eq!(shelf.sequences(), [1, 2]);
    assert_eq!(shelf.outbox().unwrap().rows[1].body, unknown);
}
