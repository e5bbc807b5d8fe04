//! Badges: one names one person. Their numbers leave the service only as digests, and are shown by
//! their last three digits.

use muwajaha_core::badge::BadgeNumber;
use muwajaha_wire::admin::{BadgeWire, NewBadge};

use super::{OFFICE_DESK, checks};
use crate::app::App;
use crate::fault::Fault;
use crate::secrets::random_id;
use crate::store::{BadgeRow, Owner};

pub(crate) async fn add_badge(app: &App, new: &NewBadge) -> Result<BadgeWire, Fault> {
    let number = BadgeNumber::from_typed(&new.number)
        .map_err(|error| Fault::field("invalid-field", "/number", error.to_string()))?;
    let owner = owner(new.inmate.as_deref(), new.staff.as_deref())?;
    give(app, OFFICE_DESK, owner, &number).await
}

/// Whom a request names.
pub(super) fn owner(inmate: Option<&str>, staff: Option<&str>) -> Result<Owner, Fault> {
    match (inmate, staff) {
        (Some(inmate), None) => Ok(Owner::Inmate(inmate.to_owned())),
        (None, Some(staff)) => Ok(Owner::Staff(staff.to_owned())),
        (None, None) | (Some(_), Some(_)) => {
            Err(Fault::field("invalid-field", "/inmate", "name either `inmate` or `staff`"))
        }
    }
}

/// The facility of a person who takes part.
pub(super) async fn facility_of(app: &App, owner: &Owner) -> Result<String, Fault> {
    let (facility, pointer, what) = match owner {
        Owner::Inmate(id) => {
            let row = app.store.inmate(id).await?.filter(|row| row.revoked_at_ms.is_none());
            (row.map(|row| row.facility), "/inmate", "inmate")
        }
        Owner::Staff(id) => {
            let row = app.store.staff_member(id).await?.filter(|row| row.revoked_at_ms.is_none());
            (row.map(|row| row.facility), "/staff", "member of staff")
        }
    };
    facility.ok_or_else(|| checks::unknown(pointer, what, owner.id()))
}

/// Gives a badge to its person.
pub(super) async fn give(app: &App, who: &str, owner: Owner, number: &BadgeNumber) -> Result<BadgeWire, Fault> {
    let facility = facility_of(app, &owner).await?;
    let (id, printed) = (random_id("b"), number.reveal_typed());
    let mut change = app.store.change(who, app.clock.now_ms()).await?;
    if !change.add_badge(&id, &owner, &printed, number.normalisation_version().0).await? {
        let detail = "this badge names somebody already: revoke it there first";
        return Err(Fault::conflict("badge-taken", detail).at("/number"));
    }
    change.note("badge given", &id, owner.id()).await?;
    change.commit().await?;
    app.kiosk_sockets.tell_of_change(&app.store, &facility).await;
    Ok(BadgeWire {
        id,
        inmate: owner.inmate().map(ToOwned::to_owned),
        staff: owner.staff().map(ToOwned::to_owned),
        number: hidden(&printed),
        revoked: false,
    })
}

pub(crate) async fn list_badges(app: &App) -> Result<Vec<BadgeWire>, Fault> {
    Ok(app.store.badges().await?.into_iter().map(badge_wire).collect())
}

fn badge_wire(row: BadgeRow) -> BadgeWire {
    BadgeWire {
        number: hidden(&row.printed_number),
        id: row.id,
        inmate: row.inmate,
        staff: row.staff,
        revoked: row.revoked_at_ms.is_some(),
    }
}

/// `*******453`
fn hidden(printed: &str) -> String {
    let shown_from = printed.len().saturating_sub(3);
    printed.char_indices().map(|(index, digit)| if index < shown_from { '*' } else { digit }).collect()
}
