//! Revoking, and renewing a visitor's link.

use muwajaha_core::domain::OutcomeCode;
use muwajaha_wire::kiosk::ToKiosk;

use crate::app::App;
use crate::fault::Fault;
use crate::secrets::{Side, hash_token};
use crate::store::BookingRow;

/// Who stands in the change log for the admin credential.
pub(crate) const OFFICE_DESK: &str = "admin";

/// What can be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Member {
    Facility,
    Room,
    Kiosk,
    Staff,
    Inmate,
    Badge,
    Connector,
}

impl Member {
    fn word(self) -> &'static str {
        match self {
            Self::Facility => "facility",
            Self::Room => "room",
            Self::Kiosk => "kiosk",
            Self::Staff => "member of staff",
            Self::Inmate => "inmate",
            Self::Badge => "badge",
            Self::Connector => "connector",
        }
    }

    /// By its name in the API: `facilities`, …
    pub(crate) fn from_collection(name: &str) -> Option<Self> {
        Some(match name {
            "facilities" => Self::Facility,
            "rooms" => Self::Room,
            "kiosks" => Self::Kiosk,
            "staff" => Self::Staff,
            "inmates" => Self::Inmate,
            "badges" => Self::Badge,
            "connectors" => Self::Connector,
            _ => return None,
        })
    }
}

/// Revokes a member; again is fine. Bookings stay: whoever revokes decides about them.
pub(crate) async fn revoke(app: &App, member: Member, id: &str) -> Result<(), Fault> {
    let facility = facility_of(app, member, id).await?.ok_or_else(|| Fault::unknown(member.word()))?;
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    let done = match member {
        Member::Facility => change.revoke_facility(id).await?,
        Member::Room => change.revoke_room(id).await?,
        Member::Kiosk => change.revoke_kiosk(id).await?,
        Member::Staff => change.revoke_staff(id).await?,
        Member::Inmate => change.revoke_inmate(id).await?,
        Member::Badge => change.revoke_badge(id).await?,
        Member::Connector => change.revoke_connector(id).await?,
    };
    if done {
        change.note(&format!("{} revoked", member.word()), id, "").await?;
        change.commit().await?;
    }
    if member == Member::Kiosk {
        put_kiosk_out(app, id).await;
    }
    if let Some(facility) = facility {
        app.kiosk_sockets.tell_of_change(&app.store, &facility).await;
    }
    Ok(())
}

/// Its facility, if it has one; `None` where there is no such member.
async fn facility_of(app: &App, member: Member, id: &str) -> Result<Option<Option<String>>, Fault> {
    let store = &app.store;
    Ok(match member {
        Member::Facility => store.facility(id).await?.map(|row| Some(row.id)),
        Member::Room => store.room(id).await?.map(|row| Some(row.facility)),
        Member::Kiosk => store.kiosk(id).await?.map(|row| Some(row.facility)),
        Member::Staff => store.staff_member(id).await?.map(|row| Some(row.facility)),
        Member::Inmate => store.inmate(id).await?.map(|row| Some(row.facility)),
        Member::Connector => store.connectors().await?.iter().any(|row| row.name == id).then_some(None),
        Member::Badge => match store.badge(id).await? {
            Some(badge) => match (badge.inmate, badge.staff) {
                (Some(inmate), _) => store.inmate(&inmate).await?.map(|row| Some(row.facility)),
                (None, Some(staff)) => store.staff_member(&staff).await?.map(|row| Some(row.facility)),
                (None, None) => None,
            },
            None => None,
        },
    })
}

/// Closes the sockets of a kiosk, or of the machine that was it until now. What it is has been written by now,
/// so that a call which cannot be looked up fails no answer: its certificate opens nothing more.
pub(crate) async fn put_kiosk_out(app: &App, kiosk: &str) {
    app.kiosk_sockets.close(kiosk, ToKiosk::Revoked);
    if let Err(error) = close_calls(app, kiosk).await {
        tracing::warn!(%error, kiosk, "the earlier machine's call could not be looked up: it may go on to its end");
    }
}

/// Closes the kiosk's side of the call that is under way.
async fn close_calls(app: &App, kiosk: &str) -> Result<(), sqlx::Error> {
    let now_ms = app.clock.now_ms();
    let row = app.store.kiosk(kiosk).await?;
    let facility = row.map(|row| row.facility).unwrap_or_default();
    for booking in app.store.bookings_between(&facility, now_ms, now_ms + 1).await? {
        if booking.kiosk == kiosk {
            app.hub.close_side(&booking.id, Side::Kiosk);
        }
    }
    Ok(())
}

/// Gives a booking a new visitor's link; the old one opens nothing, and a page that is in is put out.
pub(crate) async fn renew_link(app: &App, booking: &str) -> Result<BookingRow, Fault> {
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    let mut row = change.booking(booking).await?.ok_or_else(|| Fault::unknown("booking"))?;
    row.link_generation += 1;
    row.link_hash = hash_token(&app.secret.link_token(&row.id, row.link_generation));
    change.put_booking(&row).await?;
    change.note("visitor's link renewed", booking, "").await?;
    change.commit().await?;
    app.hub.close_side(booking, Side::Visitor);
    Ok(row)
}

/// The outcome of a booking that the office withdraws.
pub(crate) fn cancelled_by_establishment() -> String {
    let code = serde_json::to_value(OutcomeCode::EstablishmentCancelled).unwrap_or_default();
    code.as_str().unwrap_or_default().to_owned()
}
