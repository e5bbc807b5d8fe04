//! Facilities, staff, inmates, badges and connectors.

use super::{BadgeRow, Change, ConnectorRow, Done, FacilityRow, InmateRow, Owner, Row, Rows, StaffRow, Store};

impl Store {
    pub(crate) async fn facilities(&self) -> Rows<FacilityRow> {
        sqlx::query_as("SELECT * FROM facilities ORDER BY id").fetch_all(&self.reading).await
    }

    pub(crate) async fn facility(&self, id: &str) -> Row<FacilityRow> {
        sqlx::query_as("SELECT * FROM facilities WHERE id = $1").bind(id).fetch_optional(&self.reading).await
    }

    pub(crate) async fn staff(&self) -> Rows<StaffRow> {
        sqlx::query_as("SELECT * FROM staff ORDER BY id").fetch_all(&self.reading).await
    }

    pub(crate) async fn staff_member(&self, id: &str) -> Row<StaffRow> {
        sqlx::query_as("SELECT * FROM staff WHERE id = $1").bind(id).fetch_optional(&self.reading).await
    }

    pub(crate) async fn staff_of(&self, facility: &str) -> Rows<StaffRow> {
        let statement = "SELECT * FROM staff WHERE facility = $1 AND revoked_at_ms IS NULL ORDER BY id";
        sqlx::query_as(statement).bind(facility).fetch_all(&self.reading).await
    }

    pub(crate) async fn inmates(&self) -> Rows<InmateRow> {
        sqlx::query_as("SELECT * FROM inmates ORDER BY id").fetch_all(&self.reading).await
    }

    pub(crate) async fn inmate(&self, id: &str) -> Row<InmateRow> {
        sqlx::query_as("SELECT * FROM inmates WHERE id = $1").bind(id).fetch_optional(&self.reading).await
    }

    pub(crate) async fn inmates_of(&self, facility: &str) -> Rows<InmateRow> {
        let statement = "SELECT * FROM inmates WHERE facility = $1 ORDER BY id";
        sqlx::query_as(statement).bind(facility).fetch_all(&self.reading).await
    }

    pub(crate) async fn badges(&self) -> Rows<BadgeRow> {
        sqlx::query_as("SELECT * FROM badges ORDER BY id").fetch_all(&self.reading).await
    }

    pub(crate) async fn badge(&self, id: &str) -> Row<BadgeRow> {
        sqlx::query_as("SELECT * FROM badges WHERE id = $1").bind(id).fetch_optional(&self.reading).await
    }

    /// Badges that name somebody of `facility`.
    pub(crate) async fn badges_of(&self, facility: &str) -> Rows<BadgeRow> {
        let statement = "SELECT badges.* FROM badges \
            LEFT JOIN inmates ON inmates.id = badges.inmate LEFT JOIN staff ON staff.id = badges.staff \
            WHERE badges.revoked_at_ms IS NULL AND COALESCE(inmates.facility, staff.facility) = $1 \
            ORDER BY badges.id";
        sqlx::query_as(statement).bind(facility).fetch_all(&self.reading).await
    }

    pub(crate) async fn connectors(&self) -> Rows<ConnectorRow> {
        let statement = "SELECT name, revoked_at_ms FROM connectors WHERE token_hash IS NOT NULL ORDER BY name";
        sqlx::query_as(statement).fetch_all(&self.reading).await
    }

    /// The connector with this credential, revoked or not.
    pub(crate) async fn connector_by_token(&self, token_hash: &str) -> Row<ConnectorRow> {
        let statement = "SELECT name, revoked_at_ms FROM connectors WHERE token_hash = $1";
        sqlx::query_as(statement).bind(token_hash).fetch_optional(&self.reading).await
    }
}

impl Change {
    pub(crate) async fn put_facility(&mut self, row: &FacilityRow) -> Done {
        let statement = "INSERT INTO facilities (id, name, zone, default_language, join_before_start_seconds, \
            closes_at_minute, call_outlives_signalling_seconds, relay_only, supervised, revoked_at_ms, \
            staff_number_without_reader) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
            ON CONFLICT (id) DO UPDATE SET zone = excluded.zone, default_language = excluded.default_language, \
            join_before_start_seconds = excluded.join_before_start_seconds, \
            closes_at_minute = excluded.closes_at_minute, \
            call_outlives_signalling_seconds = excluded.call_outlives_signalling_seconds, \
            relay_only = excluded.relay_only, supervised = excluded.supervised, \
            staff_number_without_reader = excluded.staff_number_without_reader";
        sqlx::query(statement)
            .bind(&row.id)
            .bind(&row.name)
            .bind(&row.zone)
            .bind(&row.default_language)
            .bind(row.join_before_start_seconds)
            .bind(row.closes_at_minute)
            .bind(row.call_outlives_signalling_seconds)
            .bind(row.relay_only)
            .bind(row.supervised)
            .bind(row.revoked_at_ms)
            .bind(row.staff_number_without_reader)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Whom of `facility` this staff number names.
    pub(crate) async fn staff_with_number(&mut self, facility: &str, number: &str) -> Row<StaffRow> {
        let statement = "SELECT * FROM staff WHERE facility = $1 AND number = $2 AND revoked_at_ms IS NULL";
        sqlx::query_as(statement).bind(facility).bind(number).fetch_optional(&mut *self.transaction).await
    }

    pub(crate) async fn set_staff_number(&mut self, staff: &str, number: Option<&str>) -> Done {
        let statement = "UPDATE staff SET number = $1 WHERE id = $2";
        sqlx::query(statement).bind(number).bind(staff).execute(&mut *self.transaction).await?;
        Ok(())
    }

    pub(crate) async fn add_staff(&mut self, row: &StaffRow) -> Done {
        let statement = "INSERT INTO staff (id, facility, name, role, pin_verifier, valid_until_ms, number) \
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        sqlx::query(statement)
            .bind(&row.id)
            .bind(&row.facility)
            .bind(&row.name)
            .bind(&row.role)
            .bind(&row.pin_verifier)
            .bind(row.valid_until_ms)
            .bind(&row.number)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    pub(crate) async fn set_pin(&mut self, staff: &str, pin_verifier: &str) -> Done {
        let statement = "UPDATE staff SET pin_verifier = $1 WHERE id = $2";
        sqlx::query(statement).bind(pin_verifier).bind(staff).execute(&mut *self.transaction).await?;
        Ok(())
    }

    pub(crate) async fn add_inmate(&mut self, id: &str, facility: &str, name: &str) -> Done {
        let statement = "INSERT INTO inmates (id, facility, name) VALUES ($1, $2, $3)";
        sqlx::query(statement).bind(id).bind(facility).bind(name).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Gives a badge; false where it names somebody already.
    pub(crate) async fn add_badge(
        &mut self,
        id: &str,
        owner: &Owner,
        printed_number: &str,
        normalisation_version: u16,
    ) -> Result<bool, sqlx::Error> {
        let statement = "INSERT INTO badges (id, inmate, staff, printed_number, normalisation_version) \
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let done = sqlx::query(statement)
            .bind(id)
            .bind(owner.inmate())
            .bind(owner.staff())
            .bind(printed_number)
            .bind(i64::from(normalisation_version))
            .execute(&mut *self.transaction)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Adds a connector; `None` for the service's own, which has no credential.
    pub(crate) async fn add_connector(&mut self, name: &str, token_hash: Option<&str>) -> Result<bool, sqlx::Error> {
        let statement = "INSERT INTO connectors (name, token_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let done = sqlx::query(statement).bind(name).bind(token_hash).execute(&mut *self.transaction).await?;
        Ok(done.rows_affected() > 0)
    }

    pub(crate) async fn revoke_facility(&mut self, id: &str) -> Result<bool, sqlx::Error> {
        self.revoke_by("UPDATE facilities SET revoked_at_ms = $1 WHERE id = $2 AND revoked_at_ms IS NULL", id).await
    }

    pub(crate) async fn revoke_staff(&mut self, id: &str) -> Result<bool, sqlx::Error> {
        self.revoke_by("UPDATE badges SET revoked_at_ms = $1 WHERE staff = $2 AND revoked_at_ms IS NULL", id).await?;
        self.revoke_by("UPDATE staff SET revoked_at_ms = $1 WHERE id = $2 AND revoked_at_ms IS NULL", id).await
    }

    pub(crate) async fn revoke_inmate(&mut self, id: &str) -> Result<bool, sqlx::Error> {
        self.revoke_by("UPDATE badges SET revoked_at_ms = $1 WHERE inmate = $2 AND revoked_at_ms IS NULL", id).await?;
        self.revoke_by("UPDATE inmates SET revoked_at_ms = $1 WHERE id = $2 AND revoked_at_ms IS NULL", id).await
    }

    pub(crate) async fn revoke_badge(&mut self, id: &str) -> Result<bool, sqlx::Error> {
        self.revoke_by("UPDATE badges SET revoked_at_ms = $1 WHERE id = $2 AND revoked_at_ms IS NULL", id).await
    }

    pub(crate) async fn revoke_connector(&mut self, name: &str) -> Result<bool, sqlx::Error> {
        let statement = "UPDATE connectors SET revoked_at_ms = $1 \
            WHERE name = $2 AND revoked_at_ms IS NULL AND token_hash IS NOT NULL";
        self.revoke_by(statement, name).await
    }
}
