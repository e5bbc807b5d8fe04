//! `cache.db`: the last snapshot of the room, exactly as the service sent it, with its ETag.
//!
//! Everything in it can be fetched again, so that a damaged file is set aside and begun anew.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, files};

pub(super) const MIGRATIONS: &[&str] = &["CREATE TABLE snapshot (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    json TEXT NOT NULL,
    etag TEXT
) STRICT;"];

/// A snapshot as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct CachedSnapshot {
    /// The body's exact text. It holds names, so that `Debug` shows its length alone.
    pub json: String,
    /// Its ETag.
    pub etag: Option<String>,
}

impl std::fmt::Debug for CachedSnapshot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "CachedSnapshot({} bytes)", self.json.len())
    }
}

/// The cached snapshot of a store that a kiosk may have open; nothing is changed there.
pub fn cached_room(directory: &Path) -> Option<CachedSnapshot> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(directory.join("cache.db"), flags).ok()?;
    Cache { connection }.load()
}

/// The open file.
pub(super) struct Cache {
    connection: Connection,
}

impl Cache {
    pub(super) fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join("cache.db");
        match Self::open_once(&path) {
            Err(StoreError::Sqlite(error)) if files::is_damage(&error) => {
                let aside = files::set_aside(&path, "damaged")?;
                tracing::warn!(%error, aside = %aside.display(), "the cache was damaged: set aside, begun anew");
                Self::open_once(&path)
            }
            opened => opened,
        }
    }

    fn open_once(path: &Path) -> Result<Self, StoreError> {
        let mut connection = files::open_database(path)?;
        files::migrate(&mut connection, MIGRATIONS)?;
        connection.query_row("SELECT count(*) FROM snapshot", [], |row| row.get::<_, i64>(0))?;
        Ok(Self { connection })
    }

    pub(super) fn load(&self) -> Option<CachedSnapshot> {
        self.connection
            .query_row("SELECT json, etag FROM snapshot", [], |row| {
                Ok(CachedSnapshot { json: row.get(0)?, etag: row.get(1)? })
            })
            .optional()
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "the cached snapshot cannot be read");
                None
            })
    }

    pub(super) fn save(&self, snapshot: &CachedSnapshot) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO snapshot (only, json, etag) VALUES (1, ?1, ?2)
             ON CONFLICT (only) DO UPDATE SET json = excluded.json, etag = excluded.etag",
            params![snapshot.json, snapshot.etag],
        )?;
        Ok(())
    }
}
