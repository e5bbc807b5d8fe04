//! Bookings and their outcomes.

use super::{BookingRow, Change, Done, OutcomeRow, Row, Rows, Store};

impl Store {
    pub(crate) async fn booking(&self, id: &str) -> Row<BookingRow> {
        sqlx::query_as("SELECT * FROM bookings WHERE id = $1").bind(id).fetch_optional(&self.reading).await
    }

    pub(crate) async fn booking_of(&self, connector: &str, connector_booking_id: &str) -> Row<BookingRow> {
        let statement = "SELECT * FROM bookings WHERE connector = $1 AND connector_booking_id = $2";
        sqlx::query_as(statement).bind(connector).bind(connector_booking_id).fetch_optional(&self.reading).await
    }

    pub(crate) async fn booking_by_link(&self, link_hash: &str) -> Row<BookingRow> {
        let statement = "SELECT * FROM bookings WHERE link_hash = $1";
        sqlx::query_as(statement).bind(link_hash).fetch_optional(&self.reading).await
    }

    /// Bookings of `facility` that share an instant with this range, also cancelled and finished ones.
    pub(crate) async fn bookings_between(&self, facility: &str, from_ms: i64, to_ms: i64) -> Rows<BookingRow> {
        let statement = "SELECT * FROM bookings WHERE facility = $1 AND ends_at_ms > $2 AND starts_at_ms < $3 \
            ORDER BY starts_at_ms, id";
        sqlx::query_as(statement).bind(facility).bind(from_ms).bind(to_ms).fetch_all(&self.reading).await
    }

    /// The newest bookings, latest slot first.
    pub(crate) async fn bookings(&self, facility: Option<&str>, limit: i64) -> Rows<BookingRow> {
        let statement = "SELECT * FROM bookings WHERE $1 IS NULL OR facility = $1 \
            ORDER BY starts_at_ms DESC, id LIMIT $2";
        sqlx::query_as(statement).bind(facility).bind(limit).fetch_all(&self.reading).await
    }

    /// Bookings that start in this range, earliest first.
    pub(crate) async fn bookings_starting(&self, facility: Option<&str>, from_ms: i64, to_ms: i64) -> Rows<BookingRow> {
        let statement = "SELECT * FROM bookings WHERE ($1 IS NULL OR facility = $1) AND starts_at_ms >= $2 \
            AND starts_at_ms < $3 ORDER BY starts_at_ms, id";
        sqlx::query_as(statement).bind(facility).bind(from_ms).bind(to_ms).fetch_all(&self.reading).await
    }

    /// Bookings without an outcome that need not wait for one any longer: those that ended before
    /// `given_up_ms`, and those that nobody joined whose kiosk was heard `settled_ms` after the end.
    pub(crate) async fn bookings_to_conclude(&self, given_up_ms: i64, settled_ms: i64) -> Rows<BookingRow> {
        let statement = "SELECT bookings.* FROM bookings JOIN kiosks ON kiosks.id = bookings.kiosk \
            WHERE outcome IS NULL AND cancelled_at_ms IS NULL AND (ends_at_ms <= $1 \
            OR (kiosk_joined_at_ms IS NULL AND last_heard_at_ms >= ends_at_ms + $2)) \
            ORDER BY ends_at_ms LIMIT 100";
        sqlx::query_as(statement).bind(given_up_ms).bind(settled_ms).fetch_all(&self.reading).await
    }

    /// Remembers that the kiosk joined, by itself; see [`Change::mark_joined`].
    pub(crate) async fn mark_joined(&self, booking: &str, at_ms: i64) -> Done {
        let mut change = self.change("kiosk", at_ms).await?;
        change.mark_joined(booking).await?;
        change.commit().await
    }

    /// Remembers that the visitor arrived, by itself; see [`Change::mark_arrived`].
    pub(crate) async fn mark_arrived(&self, booking: &str, at_ms: i64) -> Done {
        let mut change = self.change("visitor", at_ms).await?;
        change.mark_arrived(booking).await?;
        change.commit().await
    }

    /// Outcomes for `connector` after `cursor`.
    pub(crate) async fn outcomes_after(&self, connector: &str, cursor: i64, limit: i64) -> Rows<OutcomeRow> {
        let statement = "SELECT cursor, booking, connector_booking_id, kiosk, facility, outcomes.outcome, at_ms, \
            starts_at_ms FROM outcomes JOIN bookings ON bookings.id = outcomes.booking \
            WHERE outcomes.connector = $1 AND cursor > $2 ORDER BY cursor LIMIT $3";
        sqlx::query_as(statement).bind(connector).bind(cursor).bind(limit).fetch_all(&self.reading).await
    }

    /// How many visits had which outcome, of those that count.
    pub(crate) async fn visits_by_outcome(&self) -> Rows<(String, i64)> {
        let statement = "SELECT outcome, COUNT(*) FROM bookings WHERE outcome IS NOT NULL GROUP BY outcome";
        sqlx::query_as(statement).fetch_all(&self.reading).await
    }

    /// The outcome that counts of every visit that was to start in this range.
    pub(crate) async fn outcomes_between(&self, from_ms: i64, to_ms: i64) -> Rows<OutcomeRow> {
        let statement = "SELECT MAX(cursor) AS cursor, booking, connector_booking_id, kiosk, facility, \
            bookings.outcome AS outcome, MAX(at_ms) AS at_ms, starts_at_ms FROM outcomes \
            JOIN bookings ON bookings.id = outcomes.booking WHERE starts_at_ms >= $1 AND starts_at_ms < $2 \
            GROUP BY booking, connector_booking_id, kiosk, facility, bookings.outcome, starts_at_ms \
            ORDER BY starts_at_ms, booking";
        sqlx::query_as(statement).bind(from_ms).bind(to_ms).fetch_all(&self.reading).await
    }
}

impl Change {
    /// As [`Store::bookings_between`], inside this change.
    pub(crate) async fn bookings_between(&mut self, facility: &str, from_ms: i64, to_ms: i64) -> Rows<BookingRow> {
        let statement = "SELECT * FROM bookings WHERE facility = $1 AND ends_at_ms > $2 AND starts_at_ms < $3 \
            ORDER BY starts_at_ms, id";
        sqlx::query_as(statement).bind(facility).bind(from_ms).bind(to_ms).fetch_all(&mut *self.transaction).await
    }

    pub(crate) async fn booking(&mut self, id: &str) -> Row<BookingRow> {
        let statement = "SELECT * FROM bookings WHERE id = $1";
        sqlx::query_as(statement).bind(id).fetch_optional(&mut *self.transaction).await
    }

    pub(crate) async fn booking_of(&mut self, connector: &str, connector_booking_id: &str) -> Row<BookingRow> {
        let statement = "SELECT * FROM bookings WHERE connector = $1 AND connector_booking_id = $2";
        sqlx::query_as(statement)
            .bind(connector)
            .bind(connector_booking_id)
            .fetch_optional(&mut *self.transaction)
            .await
    }

    /// Writes the whole row; `change_count` grows by itself where it was there.
    pub(crate) async fn put_booking(&mut self, row: &BookingRow) -> Done {
        let statement = "INSERT INTO bookings (id, connector, connector_booking_id, revision, request, change_count, \
            facility, kiosk, inmate, visitor, language, privileged, starts_at_ms, ends_at_ms, link_generation, \
            link_hash) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
            ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, request = excluded.request, \
            change_count = bookings.change_count + 1, facility = excluded.facility, kiosk = excluded.kiosk, \
            inmate = excluded.inmate, visitor = excluded.visitor, language = excluded.language, \
            privileged = excluded.privileged, starts_at_ms = excluded.starts_at_ms, \
            ends_at_ms = excluded.ends_at_ms, link_generation = excluded.link_generation, \
            link_hash = excluded.link_hash";
        sqlx::query(statement)
            .bind(&row.id)
            .bind(&row.connector)
            .bind(&row.connector_booking_id)
            .bind(row.revision)
            .bind(&row.request)
            .bind(&row.facility)
            .bind(&row.kiosk)
            .bind(&row.inmate)
            .bind(&row.visitor)
            .bind(&row.language)
            .bind(row.privileged)
            .bind(row.starts_at_ms)
            .bind(row.ends_at_ms)
            .bind(row.link_generation)
            .bind(&row.link_hash)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    pub(crate) async fn cancel_booking(&mut self, id: &str) -> Done {
        let statement = "UPDATE bookings SET cancelled_at_ms = $1, change_count = change_count + 1 WHERE id = $2";
        sqlx::query(statement).bind(self.at_ms).bind(id).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Sets the outcome that counts, and tells the connector's feed.
    pub(crate) async fn set_outcome(&mut self, booking: &BookingRow, outcome: &str, by_kiosk: bool) -> Done {
        let statement = "UPDATE bookings SET outcome = $1, ended_by_kiosk = $2, change_count = change_count + 1 \
            WHERE id = $3";
        sqlx::query(statement).bind(outcome).bind(by_kiosk).bind(&booking.id).execute(&mut *self.transaction).await?;
        sqlx::query("INSERT INTO outcomes (booking, connector, outcome, at_ms) VALUES ($1, $2, $3, $4)")
            .bind(&booking.id)
            .bind(&booking.connector)
            .bind(outcome)
            .bind(self.at_ms)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Remembers that the kiosk joined; no change that a kiosk must be told.
    async fn mark_joined(&mut self, booking: &str) -> Done {
        let statement = "UPDATE bookings SET kiosk_joined_at_ms = COALESCE(kiosk_joined_at_ms, $1) WHERE id = $2";
        sqlx::query(statement).bind(self.at_ms).bind(booking).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Remembers that the visitor's page opened its socket; no change that a kiosk must be told.
    async fn mark_arrived(&mut self, booking: &str) -> Done {
        let statement = "UPDATE bookings SET visitor_arrived_at_ms = COALESCE(visitor_arrived_at_ms, $1) \
            WHERE id = $2";
        sqlx::query(statement).bind(self.at_ms).bind(booking).execute(&mut *self.transaction).await?;
        Ok(())
    }
}
