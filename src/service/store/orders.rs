//! Orders to kiosks. One waits for its kiosk while it is neither taken, withdrawn nor expired.

use super::{Change, Done, Rows, Store};

/// An order to a kiosk.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct OrderRow {
    pub(crate) id: String,
    pub(crate) kiosk: String,
    pub(crate) staff: String,
    /// An `OrderedAction` as JSON.
    pub(crate) action: String,
    pub(crate) given_at_ms: i64,
    pub(crate) expires_at_ms: i64,
    pub(crate) taken_at_ms: Option<i64>,
    pub(crate) withdrawn_at_ms: Option<i64>,
}

impl Store {
    /// Those of all kiosks that wait, in the order in which they were given.
    pub(crate) async fn all_waiting_orders(&self, now_ms: i64) -> Rows<OrderRow> {
        let statement = "SELECT id, kiosk, staff, action, given_at_ms, expires_at_ms, taken_at_ms, withdrawn_at_ms \
            FROM kiosk_orders WHERE taken_at_ms IS NULL AND withdrawn_at_ms IS NULL AND expires_at_ms > $1 \
            ORDER BY number";
        sqlx::query_as(statement).bind(now_ms).fetch_all(&self.reading).await
    }

    /// Those that wait for their kiosk, in the order in which they were given.
    pub(crate) async fn waiting_orders(&self, kiosk: &str, now_ms: i64) -> Rows<OrderRow> {
        let statement = "SELECT id, kiosk, staff, action, given_at_ms, expires_at_ms, taken_at_ms, withdrawn_at_ms \
            FROM kiosk_orders WHERE kiosk = $1 AND taken_at_ms IS NULL AND withdrawn_at_ms IS NULL \
            AND expires_at_ms > $2 ORDER BY number";
        sqlx::query_as(statement).bind(kiosk).bind(now_ms).fetch_all(&self.reading).await
    }

    /// The newest first.
    pub(crate) async fn orders_of(&self, kiosk: &str, limit: i64) -> Rows<OrderRow> {
        let statement = "SELECT id, kiosk, staff, action, given_at_ms, expires_at_ms, taken_at_ms, withdrawn_at_ms \
            FROM kiosk_orders WHERE kiosk = $1 ORDER BY number DESC LIMIT $2";
        sqlx::query_as(statement).bind(kiosk).bind(limit).fetch_all(&self.reading).await
    }
}

impl Change {
    pub(crate) async fn add_order(&mut self, row: &OrderRow) -> Done {
        let statement = "INSERT INTO kiosk_orders (id, kiosk, staff, action, given_at_ms, expires_at_ms) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        sqlx::query(statement)
            .bind(&row.id)
            .bind(&row.kiosk)
            .bind(&row.staff)
            .bind(&row.action)
            .bind(row.given_at_ms)
            .bind(row.expires_at_ms)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// The kiosk took it; false where that is known, or where it has no such order.
    pub(crate) async fn take_order(&mut self, kiosk: &str, id: &str) -> Result<bool, sqlx::Error> {
        let statement = "UPDATE kiosk_orders SET taken_at_ms = $1 WHERE id = $2 AND kiosk = $3 AND taken_at_ms IS NULL";
        let done = sqlx::query(statement).bind(self.at_ms).bind(id).bind(kiosk).execute(&mut *self.transaction).await?;
        Ok(done.rows_affected() > 0)
    }

    /// It is told no more; false where it does not wait any longer.
    pub(crate) async fn withdraw_order(&mut self, kiosk: &str, id: &str) -> Result<bool, sqlx::Error> {
        let statement = "UPDATE kiosk_orders SET withdrawn_at_ms = $1 WHERE id = $2 AND kiosk = $3 \
            AND taken_at_ms IS NULL AND withdrawn_at_ms IS NULL AND expires_at_ms > $1";
        let done = sqlx::query(statement).bind(self.at_ms).bind(id).bind(kiosk).execute(&mut *self.transaction).await?;
        Ok(done.rows_affected() > 0)
    }
}
