//! The cache: it can be fetched again, so that nothing about it stops a kiosk.

use std::fs;

use serde_json::json;

use super::shelf::{Shelf, files};
use crate::store::CachedSnapshot;

/// A room in this language.
pub(super) fn room(language: &str) -> String {
    json!({
        "kiosk": "K-01",
        "badge_key": {"id": "b1", "secret": "ab".repeat(32)},
        "policy": {"zone": "Asia/Baghdad", "default_language": language, "join_before_start_seconds": 600,
                   "call_outlives_signalling_seconds": 120, "relay_only": true},
        "bookings": [], "inmates": [], "staff": [],
    })
    .to_string()
}

fn snapshot(json: &str) -> CachedSnapshot {
    CachedSnapshot { json: json.to_owned(), etag: Some("\"1\"".to_owned()) }
}

#[test]
fn the_newest_snapshot_is_kept_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path());
    assert_eq!(shelf.snapshot, None);
    let newest = format!(" {} ", room("ckb"));
    for json in [&room("ar"), &newest] {
        assert!(shelf.handle.save_snapshot(snapshot(json)));
    }
    drop(shelf);
    assert_eq!(Shelf::open(folder.path()).snapshot, Some(snapshot(&newest)));
}

#[test]
fn a_damaged_cache_is_set_aside_and_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    let shelf = Shelf::open(folder.path());
    assert!(shelf.handle.save_snapshot(snapshot(&room("ar"))));
    drop(shelf);
    let sound = fs::read(&path).unwrap();
    let mut torn = sound.clone();
    torn[0] ^= 0xff;
    let mut scribbled = sound.clone();
    scribbled[100..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    for (round, damaged) in
        (1..).zip([b"no database at all, but longer than a header of one".repeat(9), torn, scribbled])
    {
        fs::write(&path, &damaged).unwrap();
        let mut shelf = Shelf::open(folder.path());
        assert_eq!(shelf.snapshot, None);
        assert!(!shelf.record_lost, "the record does not suffer");
        shelf.records_rows(1);
        let aside = files(folder.path(), "cache.db.damaged-");
        assert_eq!(aside.len(), round);
        assert!(aside.iter().any(|path| fs::read(path).unwrap() == damaged), "kept as it was");
        assert!(shelf.handle.save_snapshot(snapshot(&room("ckb"))));
        drop(shelf);
        assert!(Shelf::open(folder.path()).snapshot.is_some());
    }
}

#[test]
fn a_snapshot_that_this_release_does_not_understand_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path());
    assert!(shelf.handle.save_snapshot(snapshot(&room("fr"))));
    drop(shelf);
    assert_eq!(Shelf::open(folder.path()).snapshot, None, "its ETag neither, so that it is fetched again");
}
