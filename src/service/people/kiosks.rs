//! Kiosks and their codes.

use muwajaha_wire::admin::{NewKiosk, ProvisioningCode};

use super::{OFFICE_DESK, checks};
use crate::app::App;
use crate::fault::Fault;
use crate::kiosks::issue_code;

pub(crate) async fn add_kiosk(app: &App, new: &NewKiosk) -> Result<ProvisioningCode, Fault> {
    checks::id("/id", &new.id)?;
    let room = app.store.room(&new.room).await?.filter(|row| row.revoked_at_ms.is_none());
    if room.is_none() {
        return Err(checks::unknown("/room", "room", &new.room));
    }
    if app.store.kiosk(&new.id).await?.is_some() {
        return Err(checks::taken("/id"));
    }
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    change.add_kiosk(&new.id, &new.room).await?;
    let code = issue_code(app, &mut change, &new.id, ("/code_days", new.code_days)).await?;
    change.note("kiosk created", &new.id, &new.room).await?;
    change.commit().await?;
    Ok(code)
}

pub(crate) async fn new_code(app: &App, kiosk: &str, days: Option<u32>) -> Result<ProvisioningCode, Fault> {
    let row = app.store.kiosk(kiosk).await?.filter(|row| row.revoked_at_ms.is_none());
    row.ok_or_else(|| Fault::unknown("kiosk"))?;
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    let code = issue_code(app, &mut change, kiosk, ("/days", days)).await?;
    change.note("provisioning code made", kiosk, "").await?;
    change.commit().await?;
    Ok(code)
}
