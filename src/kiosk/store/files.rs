//! The store's files: private, set aside when damaged, migrated by `user_version`.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};

use super::StoreError;
use super::chain::ChainKey;
use crate::system::clock::wall_now;

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    move |source| StoreError::File { path: path.to_owned(), source }
}

/// Makes the store's directory where it is missing, readable by its owner alone.
pub(super) fn make_private_directory(path: &Path) -> Result<(), StoreError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(at(path))
}

/// Creates `path` if it is missing, so that it is private from its first byte.
pub(super) fn make_private_file(path: &Path) -> Result<(), StoreError> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop).map_err(at(path))
}

/// Reads the chain's key, or makes one where there is none.
pub(super) fn chain_key(directory: &Path) -> Result<ChainKey, StoreError> {
    let path = directory.join("record.key");
    let mut key = [0; 32];
    match fs::File::open(&path) {
        Ok(mut file) => match file.read_exact(&mut key) {
            Ok(()) => return Ok(ChainKey(key)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => drop(set_aside(&path, "damaged")?),
            Err(error) => return Err(at(&path)(error)),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(at(&path)(error)),
    }
    getrandom::fill(&mut key).map_err(|_| StoreError::NoRandomness)?;
    let fresh = directory.join("record.key.new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh).map_err(at(&fresh))?;
    file.write_all(&key).and_then(|()| file.sync_all()).map_err(at(&fresh))?;
    fs::rename(&fresh, &path).map_err(at(&path))?;
    sync_directory(directory)?;
    Ok(ChainKey(key))
}

/// Makes renames in `directory` last through a power cut.
pub(super) fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    fs::File::open(directory).and_then(|file| file.sync_all()).map_err(at(directory))
}

/// Renames a file, and SQLite's files beside it, by the reason and the time; returns the new name.
pub(super) fn set_aside(path: &Path, reason: &str) -> Result<PathBuf, StoreError> {
    let stamp = wall_now().as_millis();
    let aside = (0..)
        .map(|number: u32| with_suffix(path, &format!(".{reason}-{stamp}-{number}")))
        .find(|candidate| !candidate.exists())
        .unwrap_or_else(|| with_suffix(path, &format!(".{reason}")));
    fs::rename(path, &aside).map_err(at(path))?;
    for suffix in ["-wal", "-journal", "-shm"] {
        let beside = with_suffix(path, suffix);
        if beside.exists() {
            fs::rename(&beside, with_suffix(&aside, suffix)).map_err(at(&beside))?;
        }
    }
    if let Some(directory) = path.parent() {
        sync_directory(directory)?;
    }
    Ok(aside)
}

/// Removes a database that was begun just now and never held anything.
pub(super) fn remove_unfinished(path: &Path) {
    for suffix in ["", "-wal", "-journal", "-shm"] {
        let file = with_suffix(path, suffix);
        if let Err(error) = fs::remove_file(&file)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a database that was begun could not be removed");
        }
    }
}

/// Removes every file in `directory` whose name begins so.
pub(super) fn remove_all(directory: &Path, beginning: &str) -> Result<(), StoreError> {
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let path = entry.map_err(at(directory))?.path();
        if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(beginning.as_bytes())) {
            fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether an error means that the file itself is broken, not merely full, locked or out of reach.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Brings a file up to the newest of `migrations`, each in a transaction of its own. Migrations only
/// add, so that a file that a later release has touched is still read by this one.
pub(super) fn migrate(connection: &mut Connection, migrations: &[&str]) -> rusqlite::Result<()> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (number, migration) in (1_u32..).zip(migrations).skip_while(|(number, _)| *number <= version) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Opens a SQLite file for this process alone, whose commits outlive a power cut.
///
/// WAL with `synchronous=FULL` syncs once a commit; the exclusive lock keeps a second kiosk out and
/// needs no shared-memory file.
pub(super) fn open_database(path: &Path) -> Result<Connection, StoreError> {
    make_private_file(path)?;
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}
