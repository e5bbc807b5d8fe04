//! Rooms, kiosks and their provisioning codes.

use super::{Change, Done, KioskRow, RoomRow, Row, Rows, Store};

impl Store {
    pub(crate) async fn rooms(&self) -> Rows<RoomRow> {
        sqlx::query_as("SELECT * FROM rooms ORDER BY id").fetch_all(&self.reading).await
    }

    pub(crate) async fn room(&self, id: &str) -> Row<RoomRow> {
        sqlx::query_as("SELECT * FROM rooms WHERE id = $1").bind(id).fetch_optional(&self.reading).await
    }

    pub(crate) async fn kiosks(&self) -> Rows<KioskRow> {
        let statement = "SELECT kiosks.id, room, facility, EXISTS (SELECT 1 FROM kiosk_certificates WHERE kiosk = kiosks.id) AS provisioned, last_heard_at_ms, \
            record_set_aside_at_ms, kiosks.revoked_at_ms FROM kiosks JOIN rooms ON rooms.id = kiosks.room ORDER BY kiosks.id";
        sqlx::query_as(statement).fetch_all(&self.reading).await
    }

    pub(crate) async fn kiosk(&self, id: &str) -> Row<KioskRow> {
        let statement = "SELECT kiosks.id, room, facility, EXISTS (SELECT 1 FROM kiosk_certificates WHERE kiosk = kiosks.id) AS provisioned, last_heard_at_ms, \
            record_set_aside_at_ms, kiosks.revoked_at_ms FROM kiosks JOIN rooms ON rooms.id = kiosks.room WHERE kiosks.id = $1";
        sqlx::query_as(statement).bind(id).fetch_optional(&self.reading).await
    }

    /// The kiosk to which this certificate was given, revoked or not; none where it was replaced.
    pub(crate) async fn kiosk_by_certificate(&self, hash: &str) -> Row<KioskRow> {
        let statement = "SELECT kiosks.id, room, facility, TRUE AS provisioned, last_heard_at_ms, \
            record_set_aside_at_ms, kiosks.revoked_at_ms FROM kiosk_certificates JOIN kiosks ON kiosks.id = kiosk_certificates.kiosk \
            JOIN rooms ON rooms.id = kiosks.room WHERE hash = $1";
        sqlx::query_as(statement).bind(hash).fetch_optional(&self.reading).await
    }

    /// Kiosks of `facility` that take part.
    pub(crate) async fn kiosks_of(&self, facility: &str) -> Rows<KioskRow> {
        let statement = "SELECT kiosks.id, room, facility, EXISTS (SELECT 1 FROM kiosk_certificates WHERE kiosk = kiosks.id) AS provisioned, last_heard_at_ms, \
            record_set_aside_at_ms, kiosks.revoked_at_ms FROM kiosks JOIN rooms ON rooms.id = kiosks.room \
            WHERE facility = $1 AND kiosks.revoked_at_ms IS NULL AND rooms.revoked_at_ms IS NULL ORDER BY kiosks.id";
        sqlx::query_as(statement).bind(facility).fetch_all(&self.reading).await
    }

    /// Remembers that the kiosk was heard, by itself.
    pub(crate) async fn mark_heard(&self, kiosk: &str, at_ms: i64) -> Done {
        let mut change = self.change(kiosk, at_ms).await?;
        change.mark_heard(kiosk).await?;
        change.commit().await
    }
}

impl Change {
    pub(crate) async fn add_room(&mut self, id: &str, facility: &str, name: &str) -> Done {
        let statement = "INSERT INTO rooms (id, facility, name) VALUES ($1, $2, $3)";
        sqlx::query(statement).bind(id).bind(facility).bind(name).execute(&mut *self.transaction).await?;
        Ok(())
    }

    pub(crate) async fn add_kiosk(&mut self, id: &str, room: &str) -> Done {
        let statement = "INSERT INTO kiosks (id, room) VALUES ($1, $2)";
        sqlx::query(statement).bind(id).bind(room).execute(&mut *self.transaction).await?;
        Ok(())
    }

    pub(crate) async fn put_code(
        &mut self,
        kiosk: &str,
        name: &str,
        secret_hash: &str,
        attempts: i64,
        expires_at_ms: i64,
    ) -> Done {
        let statement = "INSERT INTO provisioning_codes (kiosk, name, secret_hash, attempts_left, expires_at_ms) \
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kiosk) DO UPDATE SET name = excluded.name, \
            secret_hash = excluded.secret_hash, attempts_left = excluded.attempts_left, \
            expires_at_ms = excluded.expires_at_ms";
        sqlx::query(statement)
            .bind(kiosk)
            .bind(name)
            .bind(secret_hash)
            .bind(attempts)
            .bind(expires_at_ms)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Counts an attempt at the code called `name`, unless it is expired or has had its attempts;
    /// gives its kiosk and the hash of its secret.
    pub(crate) async fn attempt_code(&mut self, name: &str) -> Row<(String, String)> {
        let statement = "UPDATE provisioning_codes SET attempts_left = attempts_left - 1 \
            WHERE name = $1 AND attempts_left > 0 AND expires_at_ms > $2 RETURNING kiosk, secret_hash";
        sqlx::query_as(statement).bind(name).bind(self.at_ms).fetch_optional(&mut *self.transaction).await
    }

    /// Uses up the kiosk's code and gives it its one certificate; those of before are good no more.
    pub(crate) async fn provision(&mut self, kiosk: &str, certificate_hash: &str) -> Done {
        sqlx::query("DELETE FROM provisioning_codes WHERE kiosk = $1")
            .bind(kiosk)
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query("DELETE FROM kiosk_introductions WHERE kiosk = $1")
            .bind(kiosk)
            .execute(&mut *self.transaction)
            .await?;
        self.replace_certificates(kiosk, None, certificate_hash).await?;
        self.mark_heard(kiosk).await
    }

    /// Gives the kiosk a certificate beside the one it showed; false where that one was replaced meanwhile.
    pub(crate) async fn renew(&mut self, kiosk: &str, shown: &str, renewed: &str) -> Result<bool, sqlx::Error> {
        let statement = "SELECT EXISTS (SELECT 1 FROM kiosk_certificates WHERE kiosk = $1 AND hash = $2)";
        let is_good: bool =
            sqlx::query_scalar(statement).bind(kiosk).bind(shown).fetch_one(&mut *self.transaction).await?;
        if is_good {
            self.replace_certificates(kiosk, Some(shown), renewed).await?;
        }
        Ok(is_good)
    }

    async fn replace_certificates(&mut self, kiosk: &str, kept: Option<&str>, given: &str) -> Done {
        sqlx::query("DELETE FROM kiosk_certificates WHERE kiosk = $1 AND hash <> $2")
            .bind(kiosk)
            .bind(kept.unwrap_or_default())
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query("INSERT INTO kiosk_certificates (hash, kiosk) VALUES ($1, $2)")
            .bind(given)
            .bind(kiosk)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    pub(crate) async fn mark_heard(&mut self, kiosk: &str) -> Done {
        let statement = "UPDATE kiosks SET last_heard_at_ms = $1 WHERE id = $2";
        sqlx::query(statement).bind(self.at_ms).bind(kiosk).execute(&mut *self.transaction).await?;
        Ok(())
    }

    pub(crate) async fn revoke_room(&mut self, id: &str) -> Result<bool, sqlx::Error> {
        self.revoke_by("UPDATE rooms SET revoked_at_ms = $1 WHERE id = $2 AND revoked_at_ms IS NULL", id).await
    }

    pub(crate) async fn revoke_kiosk(&mut self, id: &str) -> Result<bool, sqlx::Error> {
        let codes = "DELETE FROM provisioning_codes WHERE kiosk = $1";
        sqlx::query(codes).bind(id).execute(&mut *self.transaction).await?;
        self.revoke_by("UPDATE kiosks SET revoked_at_ms = $1 WHERE id = $2 AND revoked_at_ms IS NULL", id).await
    }
}
