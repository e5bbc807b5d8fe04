//! Kiosks: their codes, and the order to lock.

use muwajaha_wire::admin::{KioskWire, NewKiosk, ProvisioningCode};
use muwajaha_wire::kiosk::ToKiosk;

use super::{OFFICE_DESK, checks};
use crate::app::App;
use crate::clock::rfc3339;
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

pub(crate) async fn lock_kiosk(app: &App, kiosk: &str, staff: &str) -> Result<(), Fault> {
    checks::id("/staff", staff)?;
    app.store.kiosk(kiosk).await?.ok_or_else(|| Fault::unknown("kiosk"))?;
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    change.note("kiosk ordered to lock", kiosk, staff).await?;
    change.commit().await?;
    if app.kiosk_sockets.tell(kiosk, ToKiosk::Lock { staff: staff.to_owned() }) {
        Ok(())
    } else {
        Err(Fault::conflict("kiosk-not-connected", "the kiosk is not connected: send a guard"))
    }
}

pub(crate) async fn list_kiosks(app: &App) -> Result<Vec<KioskWire>, Fault> {
    let rows = app.store.kiosks().await?;
    let wire = rows.into_iter().map(|row| KioskWire {
        connected: app.kiosk_sockets.is_open(&row.id),
        id: row.id,
        room: row.room,
        facility: row.facility,
        provisioned: row.provisioned,
        last_heard_at: row.last_heard_at_ms.map(rfc3339),
        revoked: row.revoked_at_ms.is_some(),
    });
    Ok(wire.collect())
}
