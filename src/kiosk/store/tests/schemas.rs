//! Files of every earlier release, of a later one, and half-made ones.

use std::path::Path;

use rusqlite::{Connection, params};

use super::shelf::{Shelf, entry, files, opened};
use crate::store::chain::{ChainKey, Link};
use crate::store::{CachedSnapshot, cache, files as store_files, record};

fn key(folder: &Path) -> ChainKey {
    store_files::chain_key(folder).unwrap()
}

fn insert(connection: &Connection, sequence: u64, body: &str, chain: &Link) {
    let statement = "INSERT INTO record (sequence, body, chain) VALUES (?1, ?2, ?3)";
    connection.execute(statement, params![sequence as i64, body, hex::encode(chain)]).unwrap();
}

/// Appends a row as the store would, whatever its text.
pub(super) fn append_in_order(folder: &Path, body: &str) {
    let connection = Connection::open(folder.join("record.db")).unwrap();
    let last = "SELECT sequence, chain FROM record ORDER BY sequence DESC LIMIT 1";
    let (sequence, head): (i64, String) = connection.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let head: Link = hex::decode(head).unwrap().try_into().unwrap();
    insert(&connection, sequence as u64 + 1, body, &key(folder).next(&head, body));
}

/// A database as the release with this many migrations left it.
fn database_of(path: &Path, migrations: &[&str], version: usize) -> Connection {
    let connection = Connection::open(path).unwrap();
    for migration in &migrations[..version] {
        connection.execute_batch(migration).unwrap();
    }
    connection.pragma_update(None, "user_version", version as u32).unwrap();
    connection
}

fn version(path: &Path) -> usize {
    let connection = Connection::open(path).unwrap();
    connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).unwrap() as usize
}

#[test]
fn a_record_of_every_earlier_release_is_gone_on_with() {
    for release in 0..=record::MIGRATIONS.len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.db");
        let connection = database_of(&path, record::MIGRATIONS, release);
        let rows: u64 = if release == 0 { 0 } else { 3 };
        if release > 0 {
            let epoch = "INSERT INTO epoch (only, name, previous_head) VALUES (1, 'of-old', '')";
            connection.execute_batch(epoch).unwrap();
            let mut head = key(folder.path()).genesis("of-old", "");
            for sequence in 1..=rows {
                let body = serde_json::to_string(&entry(sequence, opened())).unwrap();
                head = key(folder.path()).next(&head, &body);
                insert(&connection, sequence, &body, &head);
            }
        }
        drop(connection);
        let mut shelf = Shelf::open(folder.path());
        shelf.records_rows(1);
        assert_eq!(shelf.sequences(), (1..=rows + 1).collect::<Vec<_>>(), "release {release}");
        assert_eq!(shelf.epoch() == "of-old", release > 0);
        drop(shelf);
        assert_eq!(version(&path), record::MIGRATIONS.len());
        assert!(files(folder.path(), "record.db.damaged").is_empty(), "release {release}");
    }
}

#[test]
fn a_cache_of_every_earlier_release_is_read() {
    for release in 0..=cache::MIGRATIONS.len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.db");
        drop(database_of(&path, cache::MIGRATIONS, release));
        let shelf = Shelf::open(folder.path());
        let snapshot = CachedSnapshot { json: super::cache::room("ckb"), etag: None };
        assert!(shelf.handle.save_snapshot(snapshot.clone()));
        drop(shelf);
        assert_eq!(Shelf::open(folder.path()).snapshot, Some(snapshot));
        assert_eq!(version(&path), cache::MIGRATIONS.len());
    }
}

#[test]
fn files_that_a_later_release_has_touched_are_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut shelf = Shelf::open(folder.path());
    shelf.records_rows(2);
    assert!(shelf.handle.save_snapshot(CachedSnapshot { json: super::cache::room("ckb"), etag: None }));
    drop(shelf);
    let later = "ALTER TABLE epoch ADD COLUMN added_later TEXT; CREATE TABLE later (x); PRAGMA user_version = 99;";
    super::shelf::tamper(folder.path(), later);
    let cache = Connection::open(folder.path().join("cache.db")).unwrap();
    cache.execute_batch("ALTER TABLE snapshot ADD COLUMN added_later TEXT; PRAGMA user_version = 99;").unwrap();
    drop(cache);
    let mut shelf = Shelf::open(folder.path());
    shelf.records_rows(1);
    assert_eq!(shelf.sequences(), [1, 2, 3]);
    assert!(shelf.snapshot.is_some());
    drop(shelf);
    assert_eq!(version(&folder.path().join("record.db")), 99, "a rolled back release leaves the number alone");
}

#[test]
fn a_record_that_a_power_cut_left_without_its_epoch_is_begun() {
    for length in [0, 1] {
        let folder = tempfile::tempdir().unwrap();
        drop(database_of(&folder.path().join("record.db"), record::MIGRATIONS, length));
        let mut shelf = Shelf::open(folder.path());
        shelf.records_rows(1);
        assert_eq!(shelf.sequences(), [1]);
    }
}
