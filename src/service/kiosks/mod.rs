//! What kiosks ask for on their own listener: an identity, the time, their room, a place for their
//! record, updates of their image, and to hear of changes at once.
//!
//! A kiosk sees its own room and nothing more. Joining a call is in [`crate::join`].

mod authority;
mod door;
mod events;
mod introduction;
mod provision;
mod relays;
mod snapshot;
mod socket;
mod updates;

pub(crate) use authority::KioskAuthority;
pub(crate) use door::{KioskIdentity, know_the_kiosk};
pub(crate) use events::{__path_events, events};
pub(crate) use introduction::{
    __path_introduce, __path_introduction_outcome, approve_introduction, introduce, introduction_outcome,
    list_introductions, refuse_introduction,
};
pub(crate) use provision::{__path_provision, __path_renew, issue_code, provision, renew};
pub(crate) use relays::{__path_relays, relays};
pub(crate) use snapshot::{__path_snapshot, policy_wire, snapshot};
pub(crate) use socket::{__path_kiosk_socket, KioskSockets, kiosk_socket};
pub(crate) use updates::{__path_update_file, update_file};

pub(crate) mod documented {
    //! The office's paths of this module, for the OpenAPI document.
    pub(crate) use super::introduction::{
        __path_approve_introduction, __path_list_introductions, __path_refuse_introduction,
    };
}

use axum::extract::State;
use muwajaha_wire::kiosk::TimeReply;

use crate::app::App;
use crate::extract::Json;

/// `GET /v1/kiosk/time`
#[utoipa::path(get, path = "/v1/kiosk/time", tag = "kiosk", security(("kiosk_certificate" = [])),
    responses((status = 200, body = TimeReply), (status = 403, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn time(State(app): State<App>, _kiosk: KioskIdentity) -> Json<TimeReply> {
    Json(TimeReply { now_ms: app.clock.now_ms() })
}
