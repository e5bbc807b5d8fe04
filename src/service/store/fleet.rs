//! What kiosks last said of themselves.

use super::{Change, Done, Row, Rows, Store};

/// What one kiosk last said.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StatusRow {
    pub(crate) kiosk: String,
    /// When it was last there.
    pub(crate) seen_at_ms: i64,
    /// When it said this.
    pub(crate) told_at_ms: i64,
    /// A `KioskStatus` as JSON.
    pub(crate) status: String,
    /// Since when which alarms stand that a status tells of: a JSON object.
    pub(crate) begun: String,
    /// Since when it has the versions that it has.
    pub(crate) versions_since_ms: i64,
}

impl Store {
    pub(crate) async fn statuses(&self) -> Rows<StatusRow> {
        sqlx::query_as("SELECT * FROM kiosk_status").fetch_all(&self.reading).await
    }

    pub(crate) async fn status(&self, kiosk: &str) -> Row<StatusRow> {
        sqlx::query_as("SELECT * FROM kiosk_status WHERE kiosk = $1").bind(kiosk).fetch_optional(&self.reading).await
    }

    pub(crate) async fn put_status(&self, row: &StatusRow) -> Done {
        let statement = "INSERT INTO kiosk_status (kiosk, seen_at_ms, told_at_ms, status, begun, versions_since_ms) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kiosk) DO UPDATE SET seen_at_ms = excluded.seen_at_ms, \
            told_at_ms = excluded.told_at_ms, status = excluded.status, begun = excluded.begun, \
            versions_since_ms = excluded.versions_since_ms";
        sqlx::query(statement)
            .bind(&row.kiosk)
            .bind(row.seen_at_ms)
            .bind(row.told_at_ms)
            .bind(&row.status)
            .bind(&row.begun)
            .bind(row.versions_since_ms)
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// Remembers that a kiosk which said how it is was still there; of another one nothing is known.
    pub(crate) async fn mark_seen(&self, kiosk: &str, at_ms: i64) -> Done {
        let statement = "UPDATE kiosk_status SET seen_at_ms = $1 WHERE kiosk = $2";
        sqlx::query(statement).bind(at_ms).bind(kiosk).execute(&self.writing).await?;
        Ok(())
    }
}

impl Change {
    /// A kiosk's record was set aside, by the row that says so.
    pub(crate) async fn mark_record_set_aside(&mut self, kiosk: &str) -> Done {
        let statement = "UPDATE kiosks SET record_set_aside_at_ms = $1 WHERE id = $2";
        sqlx::query(statement).bind(self.at_ms).bind(kiosk).execute(&mut *self.transaction).await?;
        Ok(())
    }
}
