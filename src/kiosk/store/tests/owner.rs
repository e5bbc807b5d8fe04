//! A machine that becomes another kiosk.

use std::fs;

use super::cache::room;
use super::shelf::{Shelf, files, pin_refused};
use crate::store::CachedSnapshot;

fn keeps_a_room(shelf: &Shelf) {
    assert!(shelf.handle.save_snapshot(CachedSnapshot { json: room("ar"), etag: Some("\"1\"".to_owned()) }));
}

#[test]
fn another_kiosk_finds_no_room_sends_no_row_and_is_held_to_no_lockout_of_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut shelf = Shelf::of("K-01", folder.path());
    keeps_a_room(&shelf);
    assert!(shelf.records(pin_refused()));
    let before = shelf.outbox().unwrap();
    drop(shelf);
    fs::write(folder.path().join("cache.db.damaged-1-0"), "an older room").unwrap();
    let (record, key) =
        (fs::read(folder.path().join("record.db")).unwrap(), fs::read(folder.path().join("record.key")).unwrap());

    let mut shelf = Shelf::of("K-07", folder.path());
    assert_eq!(shelf.snapshot, None);
    assert!(!shelf.record_lost);
    assert_eq!(shelf.recovered, Default::default());
    assert!(shelf.outbox().is_none());
    assert!(files(folder.path(), "cache.db.damaged").is_empty(), "no copy of the old room is left");
    let kept = |beginning| fs::read(&files(folder.path(), beginning)[0]).unwrap();
    assert_eq!(
        (kept("record.db.left-"), kept("record.key.left-")),
        (record, key),
        "the record is kept, and can be verified"
    );
    shelf.records_rows(1);
    assert_ne!(shelf.epoch(), before.epoch);
    keeps_a_room(&shelf);
    drop(shelf);

    let shelf = Shelf::of("K-07", folder.path());
    assert!(shelf.snapshot.is_some(), "its own room stays its own");
    assert_eq!(shelf.sequences(), [1]);
    assert_eq!(files(folder.path(), "record.db.left-").len(), 1);
}

#[test]
fn a_power_cut_before_the_mark_was_written_leaves_the_new_kiosk_nothing_either() {
    let folder = tempfile::tempdir().unwrap();
    Shelf::of("K-01", folder.path()).records_rows(1);
    // As after the cut: the record was set aside, the mark still names the kiosk before.
    drop(Shelf::of("K-07", folder.path()));
    fs::write(folder.path().join("owner"), "karkh/K-01\n").unwrap();
    fs::remove_file(folder.path().join("record.db")).unwrap();
    let shelf = Shelf::of("K-07", folder.path());
    assert!(!shelf.record_lost && shelf.outbox().is_none());
    assert_eq!(fs::read_to_string(folder.path().join("owner")).unwrap(), "karkh/K-07\n");
}

#[test]
fn a_record_that_cannot_be_set_aside_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    Shelf::of("K-01", folder.path()).records_rows(1);
    // A folder where a file of the cache would be: removing it as a file fails, for root too.
    fs::create_dir(folder.path().join("cache.db.folder")).unwrap();
    let mut shelf = Shelf::of("K-07", folder.path());
    assert!(shelf.record_lost);
    assert!(shelf.outbox().is_none());
    assert!(!shelf.records(pin_refused()));
    fs::remove_dir(folder.path().join("cache.db.folder")).unwrap();
    shelf.records_rows(1);
    assert_eq!(shelf.sequences(), [1], "its own first row");
}
