//! Machines that ask to become kiosks by the office's word. Expired rows are of no use and go with the next.

use super::{Change, Row, Rows, Store};

/// A machine that asks.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct IntroductionRow {
    pub(crate) short_code: String,
    pub(crate) token_hash: String,
    pub(crate) certificate_request: String,
    pub(crate) address: String,
    pub(crate) made_at_ms: i64,
    pub(crate) expires_at_ms: i64,
    /// Which kiosk the office said that it is.
    pub(crate) kiosk: Option<String>,
    pub(crate) refused_at_ms: Option<i64>,
    /// What it was answered: its certificate in PEM.
    pub(crate) certificate: Option<String>,
}

impl Store {
    /// Those that the office may still approve or refuse, the oldest first.
    pub(crate) async fn waiting_introductions(&self, now_ms: i64) -> Rows<IntroductionRow> {
        let statement = "SELECT * FROM kiosk_introductions WHERE kiosk IS NULL AND refused_at_ms IS NULL \
            AND expires_at_ms > $1 ORDER BY made_at_ms, short_code";
        sqlx::query_as(statement).bind(now_ms).fetch_all(&self.reading).await
    }

    pub(crate) async fn introduction_by_token(&self, token_hash: &str, now_ms: i64) -> Row<IntroductionRow> {
        let statement = "SELECT * FROM kiosk_introductions WHERE token_hash = $1 AND expires_at_ms > $2";
        sqlx::query_as(statement).bind(token_hash).bind(now_ms).fetch_optional(&self.reading).await
    }
}

impl Change {
    /// From where machines wait for the office, an address each. Expired ones are forgotten.
    pub(crate) async fn waiting_addresses(&mut self) -> Rows<String> {
        let expired = "DELETE FROM kiosk_introductions WHERE expires_at_ms <= $1";
        sqlx::query(expired).bind(self.at_ms).execute(&mut *self.transaction).await?;
        let statement = "SELECT address FROM kiosk_introductions WHERE kiosk IS NULL AND refused_at_ms IS NULL";
        sqlx::query_scalar(statement).fetch_all(&mut *self.transaction).await
    }

    /// False where one of this short code is there already, which stays.
    pub(crate) async fn add_introduction(&mut self, row: &IntroductionRow) -> Result<bool, sqlx::Error> {
        let statement = "INSERT INTO kiosk_introductions (short_code, token_hash, certificate_request, address, \
            made_at_ms, expires_at_ms, kiosk, refused_at_ms, certificate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
            ON CONFLICT (short_code) DO NOTHING";
        let query = sqlx::query(statement)
            .bind(&row.short_code)
            .bind(&row.token_hash)
            .bind(&row.certificate_request)
            .bind(&row.address)
            .bind(row.made_at_ms)
            .bind(row.expires_at_ms)
            .bind(&row.kiosk)
            .bind(row.refused_at_ms)
            .bind(&row.certificate);
        Ok(query.execute(&mut *self.transaction).await?.rows_affected() > 0)
    }

    /// The machine is to be this kiosk; false where no such machine waits.
    pub(crate) async fn approve_introduction(&mut self, short_code: &str, kiosk: &str) -> Result<bool, sqlx::Error> {
        let statement = "UPDATE kiosk_introductions SET kiosk = $1 WHERE short_code = $2 AND kiosk IS NULL \
            AND refused_at_ms IS NULL AND expires_at_ms > $3";
        let query = sqlx::query(statement).bind(kiosk).bind(short_code).bind(self.at_ms);
        Ok(query.execute(&mut *self.transaction).await?.rows_affected() > 0)
    }

    /// The machine is to be none, also where it was approved and did not come yet; false where no such machine
    /// waits. One that was answered is a kiosk, and no introduction any more.
    pub(crate) async fn refuse_introduction(&mut self, short_code: &str) -> Result<bool, sqlx::Error> {
        let statement = "UPDATE kiosk_introductions SET refused_at_ms = $1, kiosk = NULL WHERE short_code = $2 \
            AND refused_at_ms IS NULL AND certificate IS NULL AND expires_at_ms > $1";
        let query = sqlx::query(statement).bind(self.at_ms).bind(short_code);
        Ok(query.execute(&mut *self.transaction).await?.rows_affected() > 0)
    }

    /// An approved machine's introduction.
    pub(crate) async fn approved_introduction(&mut self, token_hash: &str) -> Row<IntroductionRow> {
        let statement = "SELECT * FROM kiosk_introductions WHERE token_hash = $1 AND kiosk IS NOT NULL \
            AND expires_at_ms > $2";
        sqlx::query_as(statement).bind(token_hash).bind(self.at_ms).fetch_optional(&mut *self.transaction).await
    }
}
