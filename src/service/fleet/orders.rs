//! Orders to kiosks: given by the office, told to the kiosk until it says that it took them, or until
//! they are too old. The kiosk obeys each once, however often it is told.

use muwajaha_core::session::{OrderReason, OrderedAction};
use muwajaha_wire::fleet::{KioskOrder, NewOrder, OrderKind, OrderState, OrderWire};
use muwajaha_wire::kiosk::ToKiosk;

use crate::app::App;
use crate::clock::rfc3339;
use crate::fault::Fault;
use crate::people::{OFFICE_DESK, check_id};
use crate::secrets::random_id;
use crate::store::OrderRow;

const USUAL_MINUTES: u32 = 12 * 60;
const MOST_MINUTES: u32 = 7 * 24 * 60;
/// What may wait for one kiosk; a socket takes so many messages at once and more.
const MOST_WAITING: usize = 8;
const MOST_LISTED: i64 = 50;

/// Gives an order; the same again, while it waits, is the one that waits.
pub(crate) async fn give_order(app: &App, kiosk: &str, new: &NewOrder) -> Result<OrderWire, Fault> {
    check_id("/staff", &new.staff)?;
    let action = action(new)?;
    let minutes = new.within_minutes.unwrap_or(USUAL_MINUTES);
    if !(1..=MOST_MINUTES).contains(&minutes) {
        return Err(Fault::field("invalid-field", "/within_minutes", "1 to 10080 (a week)"));
    }
    let taking_part = app.store.kiosk(kiosk).await?.filter(|row| row.revoked_at_ms.is_none());
    taking_part.ok_or_else(|| Fault::unknown("kiosk"))?;
    let now_ms = app.clock.now_ms();
    let waiting = app.store.waiting_orders(kiosk, now_ms).await?;
    let text = serde_json::to_string(&action).unwrap_or_default();
    // Only the last one: after another, the same order means something else.
    if let Some(same) = waiting.last().filter(|row| row.action == text) {
        tell(app, same);
        return Ok(order_wire(same, now_ms));
    }
    if waiting.len() >= MOST_WAITING {
        return Err(Fault::conflict("too-many-orders", "eight orders wait for this kiosk: withdraw some"));
    }
    let row = OrderRow {
        id: random_id("o"),
        kiosk: kiosk.to_owned(),
        staff: new.staff.clone(),
        action: text,
        given_at_ms: now_ms,
        expires_at_ms: now_ms + i64::from(minutes) * 60_000,
        taken_at_ms: None,
        withdrawn_at_ms: None,
    };
    let mut change = app.store.change(OFFICE_DESK, now_ms).await?;
    change.add_order(&row).await?;
    change.note("order given", kiosk, &format!("{} {} by {}", row.id, row.action, row.staff)).await?;
    change.commit().await?;
    tell(app, &row);
    Ok(order_wire(&row, now_ms))
}

fn action(new: &NewOrder) -> Result<OrderedAction, Fault> {
    Ok(match new.action {
        OrderKind::Lock => OrderedAction::Lock { now: new.now },
        OrderKind::TakeOutOfService => {
            let reason = new.reason.as_deref().unwrap_or("other");
            let known = serde_json::from_value::<OrderReason>(reason.into()).ok();
            let is_meant = |known: &OrderReason| *known != OrderReason::Other || reason == "other";
            let reason = known.filter(is_meant).ok_or_else(|| {
                let detail = "one of `fault`, `maintenance`, `security`, `room_closed`, `other`";
                Fault::field("invalid-field", "/reason", detail)
            })?;
            OrderedAction::TakeOutOfService { reason, now: new.now }
        }
        OrderKind::ReturnToService => OrderedAction::ReturnToService,
        OrderKind::LookOver => OrderedAction::LookOver,
    })
}

/// The orders of a kiosk, the newest first.
pub(crate) async fn list_orders(app: &App, kiosk: &str) -> Result<Vec<OrderWire>, Fault> {
    app.store.kiosk(kiosk).await?.ok_or_else(|| Fault::unknown("kiosk"))?;
    let now_ms = app.clock.now_ms();
    Ok(app.store.orders_of(kiosk, MOST_LISTED).await?.iter().map(|row| order_wire(row, now_ms)).collect())
}

/// Takes back an order that waits.
pub(crate) async fn withdraw_order(app: &App, kiosk: &str, id: &str) -> Result<(), Fault> {
    let known = app.store.orders_of(kiosk, i64::MAX).await?;
    known.iter().find(|row| row.id == id).ok_or_else(|| Fault::unknown("order"))?;
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    if !change.withdraw_order(kiosk, id).await? {
        return Err(Fault::conflict("order-over", "the kiosk has taken this order, or it does not wait any longer"));
    }
    change.note("order withdrawn", kiosk, id).await?;
    change.commit().await?;
    Ok(())
}

/// Tells a kiosk that has just connected everything that waits for it.
pub(crate) async fn tell_waiting(app: &App, kiosk: &str) {
    match app.store.waiting_orders(kiosk, app.clock.now_ms()).await {
        Ok(waiting) => waiting.iter().for_each(|row| tell(app, row)),
        Err(error) => tracing::error!(%error, kiosk, "a kiosk could not be told its orders"),
    }
}

fn tell(app: &App, row: &OrderRow) {
    let Ok(action) = serde_json::from_str(&row.action) else { return };
    let order = KioskOrder { id: row.id.clone(), staff: row.staff.clone(), action };
    app.kiosk_sockets.tell(&row.kiosk, ToKiosk::Order(order));
}

/// A kiosk says that it took an order and has it on record.
pub(crate) async fn order_taken(app: &App, kiosk: &str, id: &str) {
    if let Err(error) = note_taken(app, kiosk, id).await {
        tracing::warn!(%error, kiosk, "that a kiosk took an order could not be kept: free the disk");
    }
}

async fn note_taken(app: &App, kiosk: &str, id: &str) -> Result<(), sqlx::Error> {
    let mut change = app.store.change(kiosk, app.clock.now_ms()).await?;
    if change.take_order(kiosk, id).await? {
        change.note("order taken", kiosk, id).await?;
        change.commit().await?;
    }
    Ok(())
}

/// An order as the office reads it.
pub(super) fn order_wire(row: &OrderRow, now_ms: i64) -> OrderWire {
    let state = match (row.taken_at_ms, row.withdrawn_at_ms) {
        (Some(_), _) => OrderState::Taken,
        (None, Some(_)) => OrderState::Withdrawn,
        (None, None) if row.expires_at_ms <= now_ms => OrderState::Expired,
        (None, None) => OrderState::Waiting,
    };
    OrderWire {
        id: row.id.clone(),
        staff: row.staff.clone(),
        action: serde_json::from_str(&row.action).unwrap_or_default(),
        state,
        given_at: rfc3339(row.given_at_ms),
        expires_at: rfc3339(row.expires_at_ms),
        taken_at: row.taken_at_ms.map(rfc3339),
    }
}
