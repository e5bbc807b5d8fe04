//! What the office creates and revokes: facilities, rooms, kiosks, staff, inmates, badges,
//! connectors; and what it may read. Every change is noted in the change log in the same transaction.
//!
//! The JSON API of [`api`] is the one way in: `muwajaha-service admin` and the office's page both call
//! it, so that neither can do what the other refuses.

mod api;
mod badges;
mod checks;
mod enrolment;
mod kiosks;
mod members;
mod office;
mod places;
mod reading;
mod records_api;

pub(crate) use badges::{add_badge, list_badges};
pub(crate) use checks::id as check_id;
pub(crate) use enrolment::{Enrolments, answer_enrolment, start_enrolment};
pub(crate) use kiosks::{add_kiosk, new_code};
pub(crate) use members::{add_connector, add_inmate, add_staff, set_pin, set_staff_number};
pub(crate) use office::{Member, OFFICE_DESK, put_kiosk_out, renew_link, revoke};
pub(crate) use places::{add_facility, add_room};
pub(crate) use reading::{bookings_of_day, report_rows};

/// All routes below `/v1/admin`, and `/metrics`.
pub(crate) fn routes() -> axum::Router<crate::app::App> {
    api::routes().merge(records_api::routes()).merge(crate::fleet::routes())
}

pub(crate) mod documented {
    //! The paths of the admin API, for the OpenAPI document.
    pub(crate) use super::api::*;
    pub(crate) use super::records_api::*;
}
