//! A record that is not the one that was written: found, set aside, and named by its successor.

use std::fs;
use std::path::Path;

use muwajaha_core::session::{AuditEntry, AuditKind};

use super::shelf::{Shelf, accepted, admitted, entry, files, pin_refused, tamper, wait_for};
use crate::store::Batch;

const WITHOUT_TRIGGERS: &str =
    "DROP TRIGGER record_is_never_changed; DROP TRIGGER record_is_never_deleted; DROP TRIGGER epoch_is_never_changed;";

/// A record of six rows: two wrong PINs, and a visit that was accepted.
fn six_rows(folder: &Path) -> Batch {
    let mut shelf = Shelf::open(folder);
    for kind in [pin_refused(), pin_refused(), admitted(), accepted()] {
        assert!(shelf.records(kind));
    }
    shelf.records_rows(2);
    shelf.outbox().unwrap()
}

/// What the first row of the open record names.
fn named(shelf: &Shelf) -> (String, u64, String) {
    let first = shelf.outbox().unwrap().rows[0].clone();
    assert_eq!(first.sequence, 1);
    match serde_json::from_str::<AuditEntry>(&first.body).unwrap().kind {
        AuditKind::RecordReplaced { previous_epoch, previous_sequence, previous_head } => {
            (previous_epoch, previous_sequence, previous_head)
        }
        other => panic!("{other:?}"),
    }
}

/// The file was set aside after row `last` of `old`, and its successor says so and works.
fn is_succeeded(folder: &Path, shelf: &mut Shelf, old: &Batch, last: usize) {
    assert!(!shelf.record_lost);
    let head = last.checked_sub(1).map(|index| old.rows[index].chain.clone());
    let (epoch, sequence, named_head) = named(shelf);
    assert_eq!((epoch, sequence), (old.epoch.clone(), last as u64));
    if let Some(head) = head {
        assert_eq!(named_head, head);
    }
    assert_ne!(shelf.epoch(), old.epoch);
    assert_eq!(files(folder, "record.db.damaged-").iter().filter(|path| path.extension().is_some()).count(), 1);
    shelf.records_rows(1);
    assert_eq!(shelf.sequences().len(), 2);
}

#[test]
fn a_tampered_row_is_found() {
    for tampering in [
        "UPDATE record SET body = replace(body, 'pin_refused', 'pin_accepted') WHERE sequence = 2;",
        "UPDATE record SET chain = '00' WHERE sequence = 2;",
        "UPDATE record SET sequence = 20 WHERE sequence = 2;",
        "DELETE FROM record WHERE sequence = 2;",
        "UPDATE record SET body = (SELECT body FROM record WHERE sequence = 3) WHERE sequence = 2;",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let old = six_rows(folder.path());
        tamper(folder.path(), &format!("{WITHOUT_TRIGGERS} {tampering}"));
        let mut shelf = Shelf::open(folder.path());
        assert_eq!(shelf.recovered.interrupted, None, "no visit is resumed from it: {tampering}");
        assert!(!shelf.recovered.wrong_pins.is_empty(), "a lockout is: {tampering}");
        is_succeeded(folder.path(), &mut shelf, &old, 1);
        drop(shelf);
        assert_eq!(Shelf::open(folder.path()).sequences(), [1, 2], "once found, once replaced");
    }
}

#[test]
fn a_row_that_was_put_in_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let old = six_rows(folder.path());
    let body = serde_json::to_string(&entry(7, pin_refused())).unwrap();
    tamper(folder.path(), &format!("INSERT INTO record (sequence, body, chain) VALUES (7, '{body}', 'aa');"));
    is_succeeded(folder.path(), &mut Shelf::open(folder.path()), &old, 6);
}

#[test]
fn another_epochs_name_or_a_lost_key_is_found() {
    let folder = tempfile::tempdir().unwrap();
    six_rows(folder.path());
    tamper(folder.path(), &format!("{WITHOUT_TRIGGERS} UPDATE epoch SET name = 'forged';"));
    assert_eq!(named(&Shelf::open(folder.path())).0, "forged");

    for key in [Vec::new(), vec![7; 31], vec![7; 32]] {
        let folder = tempfile::tempdir().unwrap();
        let old = six_rows(folder.path());
        fs::write(folder.path().join("record.key"), &key).unwrap();
        is_succeeded(folder.path(), &mut Shelf::open(folder.path()), &old, 0);
    }
}

#[test]
fn a_record_that_was_lost_with_its_disk_is_told_once_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    crate::store::note_lost_record(&store).unwrap();
    let mut shelf = Shelf::open(&store);
    assert_eq!(named(&shelf), (String::new(), 0, String::new()), "nobody can say what it was");
    shelf.records_rows(1);
    drop(shelf);
    assert_eq!(Shelf::open(&store).sequences(), [1, 2]);
    assert_eq!(files(&store, "record.lost"), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_damaged_file_is_set_aside_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    six_rows(folder.path());
    let path = folder.path().join("record.db");
    let sound = fs::read(&path).unwrap();
    let mut torn = sound.clone();
    torn[0] ^= 0xff;
    let mut scribbled = sound.clone();
    scribbled[100..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    for damaged in [b"no database at all, but longer than a header of one".repeat(9), torn, scribbled] {
        fs::write(&path, &damaged).unwrap();
        let before = files(folder.path(), "record.db.damaged-").len();
        let mut shelf = Shelf::open(folder.path());
        assert!(!shelf.record_lost);
        let (epoch, sequence, _) = named(&shelf);
        assert_eq!((epoch.as_str(), sequence), ("", 0), "nothing of it could be read");
        let aside = files(folder.path(), "record.db.damaged-");
        assert!(aside.len() > before);
        assert!(aside.iter().any(|path| fs::read(path).unwrap() == damaged), "nothing is thrown away");
        shelf.records_rows(1);
        drop(shelf);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_tail_that_was_cut_off_is_found_by_what_the_service_acknowledged() {
    // The file itself lost rows that it knows to be acknowledged.
    let folder = tempfile::tempdir().unwrap();
    let old = six_rows(folder.path());
    assert!(Shelf::open(folder.path()).acknowledges(6));
    tamper(folder.path(), &format!("{WITHOUT_TRIGGERS} DELETE FROM record WHERE sequence > 4;"));
    is_succeeded(folder.path(), &mut Shelf::open(folder.path()), &old, 4);

    // An older copy was put back, and the service says that it holds more.
    let folder = tempfile::tempdir().unwrap();
    let old = six_rows(folder.path());
    let (path, copy) = (folder.path().join("record.db"), folder.path().join("copy"));
    fs::copy(&path, &copy).unwrap();
    Shelf::open(folder.path()).records_rows(2);
    fs::copy(&copy, &path).unwrap();
    let mut shelf = Shelf::open(folder.path());
    assert!(shelf.acknowledges(8));
    is_succeeded(folder.path(), &mut shelf, &old, 6);
}

#[test]
fn a_record_that_conflicts_with_the_services_is_succeeded_once() {
    let folder = tempfile::tempdir().unwrap();
    let old = six_rows(folder.path());
    let mut shelf = Shelf::open(folder.path());
    assert!(wait_for(shelf.handle.replace_conflicting(old.epoch.clone())));
    assert!(wait_for(shelf.handle.replace_conflicting(old.epoch.clone())), "of an epoch that is gone already");
    is_succeeded(folder.path(), &mut shelf, &old, 6);
}

#[test]
fn a_successor_that_cannot_be_opened_names_the_old_head_when_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let old = six_rows(folder.path());
    let mut shelf = Shelf::open(folder.path());
    // The key is out of reach for a while: a folder stands in its place.
    let (key, away) = (folder.path().join("record.key"), folder.path().join("away"));
    fs::rename(&key, &away).unwrap();
    fs::create_dir(&key).unwrap();
    assert!(!wait_for(shelf.handle.replace_conflicting(old.epoch.clone())));
    for _ in 0..3 {
        assert!(!shelf.records(pin_refused()), "nothing is permitted without a record");
    }
    assert_eq!(files(folder.path(), "record.db.damaged-").len(), 1, "no heap of half-made files");
    fs::remove_dir(&key).unwrap();
    fs::rename(&away, &key).unwrap();
    assert!(shelf.records(pin_refused()));
    let (epoch, sequence, head) = named(&shelf);
    assert_eq!((epoch, sequence, head), (old.epoch, 6, old.rows[5].chain.clone()));
    assert_eq!(shelf.sequences(), [1, 2]);
}
