//! `record.db`: the append-only audit log, chained row by row, and the outbox to the service.
//!
//! A row keeps the exact bytes that were hashed. Opening verifies the whole chain; a broken one, or
//! a tail shorter than what the service already acknowledged, is damage: the file is set aside and
//! a new epoch begins, whose first row names the old head.

use std::path::Path;
use std::{fs, io};

use muwajaha_core::session::{AuditEntry, AuditKind, OrderedAction, RecoveredRecord};
use rusqlite::{Connection, params};

use super::chain::{ChainKey, Link};
use super::{StoreError, files};
use crate::system::clock::{boot_now, wall_now};

pub(super) const MIGRATIONS: &[&str] = &["
CREATE TABLE epoch (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    name TEXT NOT NULL,
    previous_head TEXT NOT NULL
) STRICT;
CREATE TABLE record (
    sequence INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    chain TEXT NOT NULL
) STRICT;
CREATE TABLE acknowledged (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    through INTEGER NOT NULL
) STRICT;
INSERT INTO acknowledged (only, through) VALUES (1, 0);
CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record
    BEGIN SELECT raise(ABORT, 'the record is append-only'); END;
CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
    BEGIN SELECT raise(ABORT, 'the record is append-only'); END;
CREATE TRIGGER epoch_is_never_changed BEFORE UPDATE ON epoch
    BEGIN SELECT raise(ABORT, 'the record is append-only'); END;
CREATE TRIGGER epoch_is_never_deleted BEFORE DELETE ON epoch
    BEGIN SELECT raise(ABORT, 'the record is append-only'); END;
"];

/// Beside the record: there was one before, and it is lost with its disk.
const LOST_RECORD: &str = "record.lost";

/// Has the first record in `directory` begin with the word that the one before is lost.
///
/// # Errors
/// Where the note cannot be written.
pub(crate) fn note_lost_record(directory: &Path) -> io::Result<()> {
    files::make_private_directory(directory).map_err(io::Error::other)?;
    fs::write(directory.join(LOST_RECORD), [])
}

/// A row on its way to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// From 1, without gaps.
    pub sequence: u64,
    /// The exact text that was hashed.
    pub body: String,
    /// Chain value in hexadecimal digits.
    pub chain: String,
}

impl Row {
    fn from_sql(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { sequence: unsigned(row.get(0)?), body: row.get(1)?, chain: row.get(2)? })
    }
}

/// SQLite counts in `i64`; a negative count is none.
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// As SQLite counts; what is too large is larger than any row.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Whether a row is believed even where the chain does not hold: it only takes something away.
fn restricts(kind: &AuditKind) -> bool {
    matches!(
        kind,
        AuditKind::PinRefused { .. }
            | AuditKind::StaffNumberRefused
            | AuditKind::VisitEnded { .. }
            | AuditKind::OutOfService { .. }
            | AuditKind::ServiceOrderTaken { action: OrderedAction::TakeOutOfService { .. }, .. }
    )
}

/// Rows on their way to the service, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Their epoch.
    pub epoch: String,
    /// The rows; at least one.
    pub rows: Vec<Row>,
}

/// What is known of a damaged record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Damage {
    reason: String,
    epoch: String,
    sequence: u64,
    head: String,
}

/// The open record.
pub(super) struct Record {
    connection: Connection,
    key: ChainKey,
    epoch: String,
    last_sequence: u64,
    head: Link,
}

enum OpenError {
    Damaged(Damage, Box<RecoveredRecord>),
    Failed(StoreError),
}

impl From<StoreError> for OpenError {
    #[allow(clippy::wildcard_enum_match_arm, reason = "every other fault is told the same way")]
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Sqlite(error) if files::is_damage(&error) => {
                Self::Damaged(Damage { reason: error.to_string(), ..Damage::default() }, Box::default())
            }
            error => Self::Failed(error),
        }
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl Record {
    /// Opens and verifies the record; a damaged one is replaced. Restrictions (wrong PINs, ended
    /// visits) are recovered from damaged records too, a visit to resume is not.
    pub(super) fn open(directory: &Path) -> Result<(Self, RecoveredRecord), StoreError> {
        match Self::open_verified(directory) {
            Ok(opened) => Ok(opened),
            Err(OpenError::Failed(error)) => Err(error),
            Err(OpenError::Damaged(damage, recovered)) => {
                let record = Self::replace(directory, &damage)?;
                Ok((record, RecoveredRecord { admitted: None, interrupted: None, ..*recovered }))
            }
        }
    }

    /// Sets the damaged file aside and opens a new epoch that names its head.
    pub(super) fn replace(directory: &Path, damage: &Damage) -> Result<Self, StoreError> {
        let path = directory.join("record.db");
        let is_there = path.try_exists().map_err(|source| StoreError::File { path: path.clone(), source })?;
        if is_there {
            let aside = files::set_aside(&path, "damaged")?;
            tracing::warn!(
                reason = damage.reason,
                aside = %aside.display(),
                epoch = damage.epoch,
                sequence = damage.sequence,
                "the record is not to be gone on with: set aside for examination, a new epoch begins"
            );
        }
        Self::succeed(directory, damage)
    }

    fn succeed(directory: &Path, damage: &Damage) -> Result<Self, StoreError> {
        let replaced = AuditEntry {
            at: wall_now(),
            at_is_service_time: false,
            boot: boot_now(),
            kind: AuditKind::RecordReplaced {
                previous_epoch: damage.epoch.clone(),
                previous_sequence: damage.sequence,
                previous_head: damage.head.clone(),
            },
        };
        let named = Self::create(directory, &damage.head).and_then(|mut record| {
            record.append(&replaced)?;
            Ok(record)
        });
        // A successor that could not name the old head holds nothing: the next attempt begins anew.
        named.inspect_err(|_| files::remove_unfinished(&directory.join("record.db")))
    }

    /// The first record on this disk. One that follows a record which is lost with its disk says so.
    fn begin(directory: &Path) -> Result<Self, StoreError> {
        let note = directory.join(LOST_RECORD);
        if !note.exists() {
            return Self::create(directory, "");
        }
        tracing::warn!("the record before this one is lost with a disk that did not open: a new epoch begins");
        let record = Self::succeed(directory, &Damage::default())?;
        fs::remove_file(&note).map_err(|source| StoreError::File { path: note, source })?;
        Ok(record)
    }

    fn create(directory: &Path, previous_head: &str) -> Result<Self, StoreError> {
        let key = files::chain_key(directory)?;
        let mut connection = files::open_database(&directory.join("record.db"))?;
        files::migrate(&mut connection, MIGRATIONS)?;
        let mut name = [0; 12];
        getrandom::fill(&mut name).map_err(|_| StoreError::NoRandomness)?;
        let epoch = hex::encode(name);
        connection.execute(
            "INSERT INTO epoch (only, name, previous_head) VALUES (1, ?1, ?2)",
            params![epoch, previous_head],
        )?;
        files::sync_directory(directory)?;
        let head = key.genesis(&epoch, previous_head);
        Ok(Self { connection, key, epoch, last_sequence: 0, head })
    }

    fn open_verified(directory: &Path) -> Result<(Self, RecoveredRecord), OpenError> {
        let mut connection = files::open_database(&directory.join("record.db"))?;
        files::migrate(&mut connection, MIGRATIONS)?;
        let epochs: i64 = connection.query_row("SELECT count(*) FROM epoch", [], |row| row.get(0))?;
        if epochs == 0 {
            drop(connection);
            return Ok((Self::begin(directory)?, RecoveredRecord::default()));
        }
        let (epoch, previous_head): (String, String) =
            connection.query_row("SELECT name, previous_head FROM epoch", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let key = files::chain_key(directory)?;
        let head = key.genesis(&epoch, &previous_head);
        let mut record = Self { connection, key, epoch, last_sequence: 0, head };
        let mut recovered = RecoveredRecord::default();
        match record.verify(&mut recovered) {
            Ok(None) => Ok((record, recovered)),
            Ok(Some(reason)) => Err(OpenError::Damaged(record.damage(&reason), Box::new(recovered))),
            Err(error) if files::is_damage(&error) => {
                Err(OpenError::Damaged(record.damage(&error.to_string()), Box::new(recovered)))
            }
            Err(error) => Err(StoreError::from(error).into()),
        }
    }

    /// Walks the chain, folding each row that holds and each restriction; the reason why it does not hold, where it does not. After
    /// that, sequence and head are those of the last row that held.
    fn verify(&mut self, recovered: &mut RecoveredRecord) -> rusqlite::Result<Option<String>> {
        let mut broken = None;
        let mut statement = self.connection.prepare("SELECT sequence, body, chain FROM record ORDER BY sequence")?;
        let mut rows = statement.query([])?;
        let (mut sequence, mut head) = (0_u64, self.head);
        while let Some(row) = rows.next()? {
            let row = Row::from_sql(row)?;
            let expected = self.key.next(&head, &row.body);
            if broken.is_none() {
                if row.sequence == sequence + 1 && hex::encode(expected) == row.chain {
                    (sequence, head) = (row.sequence, expected);
                } else {
                    broken = Some(format!("row {} is not the one that was written", row.sequence));
                }
            }
            match serde_json::from_str::<AuditEntry>(&row.body) {
                // Whoever changed a row may take nobody's lockout away by it.
                Ok(entry) if broken.is_none() || restricts(&entry.kind) => recovered.fold(&entry),
                Ok(_) => {}
                Err(_) => tracing::warn!(sequence = row.sequence, "a row of another release is kept unread"),
            }
        }
        let acknowledged =
            self.connection.query_row("SELECT through FROM acknowledged", [], |row| Ok(unsigned(row.get(0)?)))?;
        if broken.is_none() && acknowledged > sequence {
            broken = Some(format!("the service acknowledged row {acknowledged}, the last one here is {sequence}"));
        }
        drop(rows);
        drop(statement);
        (self.last_sequence, self.head) = (sequence, head);
        Ok(broken)
    }

    /// What a new epoch must say about this one.
    pub(super) fn damage(&self, reason: &str) -> Damage {
        Damage {
            reason: reason.to_owned(),
            epoch: self.epoch.clone(),
            sequence: self.last_sequence,
            head: hex::encode(self.head),
        }
    }

    /// Adds a row; it is on disk when this returns.
    pub(super) fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let body = serde_json::to_string(entry)?;
        let chain = self.key.next(&self.head, &body);
        let sequence = self.last_sequence + 1;
        self.connection
            .prepare_cached("INSERT INTO record (sequence, body, chain) VALUES (?1, ?2, ?3)")?
            .execute(params![signed(sequence), body, hex::encode(chain)])?;
        (self.last_sequence, self.head) = (sequence, chain);
        Ok(())
    }

    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    pub(super) fn last_sequence(&self) -> u64 {
        self.last_sequence
    }

    /// Rows after `after`, or after the mark, oldest first.
    pub(super) fn outgoing(&self, after: Option<u64>, limit: u64) -> Result<Option<Batch>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT sequence, body, chain FROM record
             WHERE sequence > COALESCE(?1, (SELECT through FROM acknowledged)) ORDER BY sequence LIMIT ?2",
        )?;
        let rows = statement
            .query_map(params![after.map(signed), signed(limit)], Row::from_sql)?
            .collect::<Result<Vec<_>, _>>()?;
        Ok((!rows.is_empty()).then(|| Batch { epoch: self.epoch.clone(), rows }))
    }

    /// Rows that the service has not acknowledged.
    pub(super) fn rows_waiting(&self) -> Option<u64> {
        let through = self.connection.query_row("SELECT through FROM acknowledged", [], |row| row.get(0));
        through.ok().map(|through| self.last_sequence.saturating_sub(unsigned(through)))
    }

    /// Moves the mark; it never moves back.
    pub(super) fn acknowledge(&self, epoch: &str, through: u64) -> Result<(), StoreError> {
        if epoch == self.epoch {
            self.connection
                .execute("UPDATE acknowledged SET through = ?1 WHERE through < ?1", params![signed(through)])?;
        }
        Ok(())
    }
}
