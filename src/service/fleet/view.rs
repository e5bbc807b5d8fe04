//! All kiosks as the office reads them: state, status and alarms, by what is known just now.

use std::collections::HashMap;

use muwajaha_wire::admin::KioskWire;
use muwajaha_wire::fleet::{ActivityWire, AlarmWire, KioskState, KioskStatus, OrderWire};

use super::alarms::{Alarm, Begun, Known, alarms};
use super::orders::order_wire;
use super::versions::Newest;
use crate::app::App;
use crate::clock::rfc3339;
use crate::fault::Fault;
use crate::store::{KioskRow, StatusRow};

/// Every state that a kiosk can be in.
pub(crate) const ALL_STATES: [KioskState; 8] = [
    KioskState::Unprovisioned,
    KioskState::Unconnected,
    KioskState::Connected,
    KioskState::Locked,
    KioskState::Open,
    KioskState::InVisit,
    KioskState::OutOfService,
    KioskState::Maintenance,
];

/// A state as the contract writes it: `in_visit`.
pub(crate) fn state_word(state: KioskState) -> String {
    let written = serde_json::to_value(state).unwrap_or_default();
    written.as_str().unwrap_or_default().to_owned()
}

/// What one kiosk last said, read.
struct Told {
    seen_at_ms: i64,
    told_at_ms: i64,
    versions_since_ms: i64,
    status: KioskStatus,
    begun: Begun,
}

impl Told {
    /// Nothing where another release kept it in other words.
    fn read(row: StatusRow) -> Option<(String, Self)> {
        let status = serde_json::from_str(&row.status).ok()?;
        let begun = serde_json::from_str(&row.begun).unwrap_or_default();
        let (seen_at_ms, told_at_ms, versions_since_ms) = (row.seen_at_ms, row.told_at_ms, row.versions_since_ms);
        Some((row.kiosk, Self { seen_at_ms, told_at_ms, versions_since_ms, status, begun }))
    }
}

pub(crate) async fn list_kiosks(app: &App) -> Result<Vec<KioskWire>, Fault> {
    let now_ms = app.clock.now_ms();
    let rows = app.store.kiosks().await?;
    let mut waiting = HashMap::<String, Vec<OrderWire>>::new();
    for order in app.store.all_waiting_orders(now_ms).await? {
        waiting.entry(order.kiosk.clone()).or_default().push(order_wire(&order, now_ms));
    }
    let statuses = app.store.statuses().await?;
    let mut told: HashMap<String, Told> = statuses.into_iter().filter_map(Told::read).collect();
    let part_of_it = rows.iter().filter(|row| row.revoked_at_ms.is_none()).filter_map(|row| told.get(&row.id));
    let versions = part_of_it.map(|told| (&told.status, told.versions_since_ms, told.seen_at_ms));
    let newest = Newest::of(versions, now_ms);
    let wire = rows.into_iter().map(|row| {
        let (connected, told) = (app.kiosk_sockets.is_open(&row.id), told.remove(&row.id));
        let orders = waiting.remove(&row.id).unwrap_or_default();
        KioskWire { orders, ..kiosk_wire(row, told, connected, &newest, now_ms) }
    });
    Ok(wire.collect())
}

fn kiosk_wire(row: KioskRow, told: Option<Told>, connected: bool, newest: &Newest, now_ms: i64) -> KioskWire {
    let seen_at_ms = told.as_ref().map(|told| told.seen_at_ms);
    let last_seen_ms = if connected { Some(now_ms) } else { row.last_heard_at_ms.max(seen_at_ms) };
    let none = Begun::new();
    let known = Known {
        provisioned: row.provisioned,
        connected,
        last_seen_ms,
        record_set_aside_ms: row.record_set_aside_at_ms,
        status: told.as_ref().map(|told| &told.status),
        begun: told.as_ref().map_or(&none, |told| &told.begun),
    };
    let takes_part = row.revoked_at_ms.is_none();
    let alarms = if takes_part { alarms(&known, newest, now_ms) } else { Vec::new() };
    let booted_at = told.as_ref().map(|told| {
        let up_ms = i64::try_from(told.status.up_seconds.saturating_mul(1000)).unwrap_or_default();
        rfc3339((told.told_at_ms - up_ms) / 1000 * 1000)
    });
    KioskWire {
        state: state(&row, connected, known.status),
        connected,
        room: row.room,
        facility: row.facility,
        provisioned: row.provisioned,
        last_heard_at: row.last_heard_at_ms.map(rfc3339),
        last_seen_at: last_seen_ms.map(rfc3339),
        booted_at,
        last_check_at: known.status.and_then(|status| status.looked_over_at_ms).map(rfc3339),
        alarms: alarms.into_iter().map(alarm_wire).collect(),
        orders: Vec::new(),
        revoked: !takes_part,
        status: told.map(|told| told.status),
        id: row.id,
    }
}

fn state(row: &KioskRow, connected: bool, status: Option<&KioskStatus>) -> KioskState {
    match (row.provisioned, connected, status.map(|status| status.activity)) {
        (false, _, _) => KioskState::Unprovisioned,
        (true, false, _) => KioskState::Unconnected,
        (true, true, None | Some(ActivityWire::Unknown)) => KioskState::Connected,
        (true, true, Some(ActivityWire::Locked)) => KioskState::Locked,
        (true, true, Some(ActivityWire::Open)) => KioskState::Open,
        (true, true, Some(ActivityWire::InVisit)) => KioskState::InVisit,
        (true, true, Some(ActivityWire::OutOfService)) => KioskState::OutOfService,
        (true, true, Some(ActivityWire::Maintenance)) => KioskState::Maintenance,
    }
}

fn alarm_wire(alarm: Alarm) -> AlarmWire {
    AlarmWire {
        code: alarm.kind.code().to_owned(),
        kind: alarm.kind.key().to_owned(),
        since: rfc3339(alarm.since_ms),
        measured: alarm.measured,
        remedy: alarm.kind.remedy().to_owned(),
    }
}
