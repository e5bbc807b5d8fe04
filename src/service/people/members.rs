//! Staff with PINs, inmates, and connectors with credentials.

use argon2::{Argon2, PasswordHasher as _};
use muwajaha_wire::admin::{ConnectorCredential, InmateMemberWire, NewConnector, NewStaff, StaffMemberWire};

use super::{OFFICE_DESK, checks};
use crate::app::App;
use crate::clock::rfc3339;
use crate::fault::Fault;
use crate::secrets::{hash_token, random_token};
use crate::store::{Change, StaffRow};

const A_YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// The Argon2id verifier of a PIN, computed on a worker.
async fn verifier(pin: String) -> Result<String, Fault> {
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(pin.as_bytes()).map(|hash| hash.to_string())
    });
    hashed.await?.map_err(|_| Fault::field("invalid-field", "/pin", "this PIN cannot be kept"))
}

pub(crate) async fn add_staff(app: &App, new: &NewStaff) -> Result<StaffMemberWire, Fault> {
    checks::id("/id", &new.id)?;
    let name = checks::name("/name", &new.name)?;
    checks::pin(&new.pin)?;
    new.number.as_deref().map_or(Ok(()), checks::staff_number)?;
    if !["guard", "technician"].contains(&new.role.as_str()) {
        return Err(Fault::field("invalid-field", "/role", "`guard` or `technician`"));
    }
    let now_ms = app.clock.now_ms();
    let valid_until_ms = match &new.valid_until {
        Some(text) => text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).map_err(|_| {
            Fault::field("invalid-field", "/valid_until", "write RFC 3339, like `2027-01-01T00:00:00Z`")
        })?,
        None => now_ms + A_YEAR_MS,
    };
    let facility = app.store.facility(&new.facility).await?.filter(|row| row.revoked_at_ms.is_none());
    if facility.is_none() {
        return Err(checks::unknown("/facility", "facility", &new.facility));
    }
    if app.store.staff_member(&new.id).await?.is_some() {
        return Err(checks::taken("/id"));
    }
    let row = StaffRow {
        id: new.id.clone(),
        facility: new.facility.clone(),
        name,
        role: new.role.clone(),
        number: new.number.clone(),
        pin_verifier: verifier(new.pin.clone()).await?,
        valid_until_ms,
        revoked_at_ms: None,
    };
    let mut change = app.store.change(OFFICE_DESK, now_ms).await?;
    number_is_free(&mut change, &row.id, &row.facility, row.number.as_deref()).await?;
    change.add_staff(&row).await?;
    let with = if row.number.is_some() { ", with a staff number" } else { "" };
    change.note("member of staff created", &row.id, &format!("{} at {}{with}", row.role, row.facility)).await?;
    change.commit().await?;
    app.kiosk_sockets.tell_of_change(&app.store, &row.facility).await;
    Ok(staff_wire(row))
}

pub(super) fn staff_wire(row: StaffRow) -> StaffMemberWire {
    StaffMemberWire {
        id: row.id,
        facility: row.facility,
        name: row.name,
        role: row.role,
        number: row.number,
        valid_until: rfc3339(row.valid_until_ms),
        revoked: row.revoked_at_ms.is_some(),
    }
}

pub(crate) async fn set_pin(app: &App, staff: &str, pin: &str) -> Result<(), Fault> {
    checks::pin(pin)?;
    let row = app.store.staff_member(staff).await?.filter(|row| row.revoked_at_ms.is_none());
    let row = row.ok_or_else(|| Fault::unknown("member of staff"))?;
    let verifier = verifier(pin.to_owned()).await?;
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    change.set_pin(staff, &verifier).await?;
    change.note("PIN changed", staff, "").await?;
    change.commit().await?;
    app.kiosk_sockets.tell_of_change(&app.store, &row.facility).await;
    Ok(())
}

/// Gives a staff number, or takes it away. The change log holds that, not the number.
pub(crate) async fn set_staff_number(app: &App, staff: &str, number: Option<&str>) -> Result<(), Fault> {
    number.map_or(Ok(()), checks::staff_number)?;
    let row = app.store.staff_member(staff).await?.filter(|row| row.revoked_at_ms.is_none());
    let row = row.ok_or_else(|| Fault::unknown("member of staff"))?;
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    number_is_free(&mut change, staff, &row.facility, number).await?;
    change.set_staff_number(staff, number).await?;
    let what = if number.is_some() { "staff number given" } else { "staff number taken away" };
    change.note(what, staff, "").await?;
    change.commit().await?;
    app.kiosk_sockets.tell_of_change(&app.store, &row.facility).await;
    Ok(())
}

async fn number_is_free(change: &mut Change, staff: &str, facility: &str, number: Option<&str>) -> Result<(), Fault> {
    let Some(number) = number else { return Ok(()) };
    match change.staff_with_number(facility, number).await? {
        Some(other) if other.id != staff => {
            let detail = "somebody at this facility has this number: choose another";
            Err(Fault::conflict("number-taken", detail).at("/number"))
        }
        Some(_) | None => Ok(()),
    }
}

pub(crate) async fn add_inmate(app: &App, new: &InmateMemberWire) -> Result<InmateMemberWire, Fault> {
    checks::id("/id", &new.id)?;
    let name = checks::name("/name", &new.name)?;
    let facility = app.store.facility(&new.facility).await?.filter(|row| row.revoked_at_ms.is_none());
    if facility.is_none() {
        return Err(checks::unknown("/facility", "facility", &new.facility));
    }
    if app.store.inmate(&new.id).await?.is_some() {
        return Err(checks::taken("/id"));
    }
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    change.add_inmate(&new.id, &new.facility, &name).await?;
    change.note("inmate created", &new.id, &new.facility).await?;
    change.commit().await?;
    Ok(InmateMemberWire { id: new.id.clone(), facility: new.facility.clone(), name, revoked: false })
}

pub(crate) async fn add_connector(app: &App, new: &NewConnector) -> Result<ConnectorCredential, Fault> {
    checks::id("/name", &new.name)?;
    let token = random_token();
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    if !change.add_connector(&new.name, Some(&hash_token(&token))).await? {
        return Err(checks::taken("/name"));
    }
    change.note("connector created", &new.name, "").await?;
    change.commit().await?;
    Ok(ConnectorCredential { connector: new.name.clone(), token })
}
