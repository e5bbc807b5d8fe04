//! What only grows: the record of the kiosks and the change log.

use super::{Change, ChangeRow, EventInsert, KioskEventRow, Rows, Store};

impl Store {
    pub(crate) async fn changes_after(&self, id: i64, limit: i64) -> Rows<ChangeRow> {
        let statement = "SELECT * FROM change_log WHERE id > $1 ORDER BY id LIMIT $2";
        sqlx::query_as(statement).bind(id).bind(limit).fetch_all(&self.reading).await
    }

    /// Newest first.
    pub(crate) async fn changes_before(&self, id: i64, limit: i64) -> Rows<ChangeRow> {
        let statement = "SELECT * FROM change_log WHERE id < $1 ORDER BY id DESC LIMIT $2";
        sqlx::query_as(statement).bind(id).bind(limit).fetch_all(&self.reading).await
    }

    pub(crate) async fn kiosk_events_after(&self, kiosk: &str, cursor: i64, limit: i64) -> Rows<KioskEventRow> {
        let statement = "SELECT cursor, epoch, sequence, body FROM kiosk_events \
            WHERE kiosk = $1 AND cursor > $2 ORDER BY cursor LIMIT $3";
        sqlx::query_as(statement).bind(kiosk).bind(cursor).bind(limit).fetch_all(&self.reading).await
    }
}

impl Change {
    /// The last sequence held of this epoch; rows are only ever added without a gap.
    pub(crate) async fn last_sequence(&mut self, kiosk: &str, epoch: &str) -> Result<i64, sqlx::Error> {
        let statement = "SELECT COALESCE(MAX(sequence), 0) FROM kiosk_events WHERE kiosk = $1 AND epoch = $2";
        sqlx::query_scalar(statement).bind(kiosk).bind(epoch).fetch_one(&mut *self.transaction).await
    }

    /// Chain value of a row that is held.
    pub(crate) async fn chain_of(
        &mut self,
        kiosk: &str,
        epoch: &str,
        sequence: i64,
    ) -> Result<Option<String>, sqlx::Error> {
        let statement = "SELECT chain FROM kiosk_events WHERE kiosk = $1 AND epoch = $2 AND sequence = $3";
        sqlx::query_scalar(statement)
            .bind(kiosk)
            .bind(epoch)
            .bind(sequence)
            .fetch_optional(&mut *self.transaction)
            .await
    }

    pub(crate) async fn add_event(&mut self, event: &EventInsert<'_>) -> Result<(), sqlx::Error> {
        let statement = "INSERT INTO kiosk_events (kiosk, epoch, sequence, body, chain, received_at_ms) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        sqlx::query(statement)
            .bind(event.kiosk)
            .bind(event.epoch)
            .bind(event.sequence)
            .bind(event.body)
            .bind(event.chain)
            .bind(self.at_ms)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}
