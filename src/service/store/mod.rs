//! The database: all SQL of the service stands in this module and nowhere else.
//!
//! SQLite with a write-ahead log, `synchronous=FULL` (what a kiosk was told is kept must be kept)
//! and foreign keys. One connection writes, so that a check and the write that rests on it cannot be
//! parted; several read. Statements keep to what PostgreSQL also understands. Rows out, values in:
//! rules stand with the callers.

mod bookings;
mod fleet;
mod introductions;
mod kiosks;
mod orders;
mod people;
mod record;
mod rows;

use std::path::Path;
use std::time::Duration;

pub(crate) use fleet::StatusRow;
pub(crate) use introductions::IntroductionRow;
pub(crate) use orders::OrderRow;
pub(crate) use rows::{
    BadgeRow, BookingRow, ChangeRow, ConnectorRow, EventInsert, FacilityRow, InmateRow, KioskEventRow, KioskRow,
    OutcomeRow, Owner, RoomRow, StaffRow,
};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};

/// The database.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    reading: SqlitePool,
    writing: SqlitePool,
}

/// One change, whole or not at all; dropped, it leaves nothing.
pub(crate) struct Change {
    transaction: Transaction<'static, Sqlite>,
    at_ms: i64,
    who: String,
}

type Rows<T> = Result<Vec<T>, sqlx::Error>;
type Row<T> = Result<Option<T>, sqlx::Error>;
type Done = Result<(), sqlx::Error>;

impl Store {
    /// Opens or creates the database at `path` and brings it to this version.
    pub(crate) async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let writing = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("store/migrations").run(&writing).await?;
        let reading = SqlitePoolOptions::new().max_connections(4).connect_with(options.read_only(true)).await?;
        Ok(Self { reading, writing })
    }

    /// Begins a change by `who`.
    pub(crate) async fn change(&self, who: &str, at_ms: i64) -> Result<Change, sqlx::Error> {
        let transaction = self.writing.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Change { transaction, at_ms, who: who.to_owned() })
    }

    /// Whether the database answers.
    pub(crate) async fn check(&self) -> Done {
        sqlx::query("SELECT 1").execute(&self.reading).await.map(|_| ())
    }

    /// Finishes what is under way and closes the files.
    pub(crate) async fn close(&self) {
        self.reading.close().await;
        self.writing.close().await;
    }
}

impl Change {
    /// Makes it so.
    pub(crate) async fn commit(self) -> Done {
        self.transaction.commit().await
    }

    /// Writes a row of the change log; `detail` holds no PIN, token, name, badge number or staff number.
    pub(crate) async fn note(&mut self, what: &str, subject: &str, detail: &str) -> Done {
        let statement = "INSERT INTO change_log (at_ms, who, what, subject, detail) VALUES ($1, $2, $3, $4, $5)";
        sqlx::query(statement)
            .bind(self.at_ms)
            .bind(&self.who)
            .bind(what)
            .bind(subject)
            .bind(detail)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Revokes the member `id` of `table`; false where there is none, or none any more.
    async fn revoke_by(&mut self, statement: &'static str, id: &str) -> Result<bool, sqlx::Error> {
        let done = sqlx::query(statement).bind(self.at_ms).bind(id).execute(&mut *self.transaction).await?;
        Ok(done.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_there_before_staff_numbers_has_none_and_takes_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("service.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let older = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        sqlx::migrate!("store/migrations").run_to(1, &older).await.unwrap();
        let facility = "INSERT INTO facilities VALUES ('karkh', 'n', 'Asia/Baghdad', 'ar', 600, NULL, 120, 1, 1, NULL)";
        let guard = "INSERT INTO staff VALUES ('g-1', 'karkh', 'n', 'guard', 'v', 1, NULL)";
        for statement in [facility, guard] {
            sqlx::query(statement).execute(&older).await.unwrap();
        }
        older.close().await;

        let store = Store::open(&path).await.unwrap();
        assert!(!store.facility("karkh").await.unwrap().unwrap().staff_number_without_reader);
        assert_eq!(store.staff_member("g-1").await.unwrap().unwrap().number, None);
        let mut change = store.change("admin", 1).await.unwrap();
        change.set_staff_number("g-1", Some("4711")).await.unwrap();
        change.commit().await.unwrap();
        let second = StaffRow { id: "g-2".to_owned(), ..store.staff_member("g-1").await.unwrap().unwrap() };
        let refused = store.change("admin", 2).await.unwrap().add_staff(&second).await.unwrap_err();
        assert!(refused.to_string().contains("UNIQUE"), "{refused}");
        // Statements of the release before, to which an update may go back.
        let statement = "INSERT INTO staff (id, facility, name, role, pin_verifier, valid_until_ms) \
            VALUES ('g-3', 'karkh', 'n', 'guard', 'v', 1)";
        sqlx::query(statement).execute(&store.writing).await.unwrap();
    }

    #[tokio::test]
    async fn the_change_log_can_only_grow() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("service.db")).await.unwrap();
        let mut change = store.change("admin", 1).await.unwrap();
        change.note("facility created", "karkh", "").await.unwrap();
        change.commit().await.unwrap();
        for statement in ["DELETE FROM change_log", "UPDATE change_log SET who = 'nobody'"] {
            let refused = sqlx::query(statement).execute(&store.writing).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{refused}");
        }
        assert_eq!(store.changes_after(0, 10).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_change_that_is_not_committed_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("service.db")).await.unwrap();
        let mut change = store.change("admin", 1).await.unwrap();
        change.note("facility created", "karkh", "").await.unwrap();
        drop(change);
        assert!(store.changes_after(0, 10).await.unwrap().is_empty());
    }
}
