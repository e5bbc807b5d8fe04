//! The relays that calls use, for a kiosk's self-check outside any call.
//!
//! The credential names the kiosk and holds for a minute: enough to see whether a relay is reserved
//! for it, and too short to be worth passing on.

use axum::extract::State;
use muwajaha_wire::kiosk::RelaysReply;
use muwajaha_wire::visitor::IceServerWire;

use super::door::KioskIdentity;
use crate::app::App;
use crate::extract::Json;
use crate::turn::ice_servers;

const HOLDS_FOR_MS: i64 = 60_000;

/// `GET /v1/kiosk/relays`
#[utoipa::path(get, path = "/v1/kiosk/relays", tag = "kiosk", security(("kiosk_certificate" = [])),
    responses((status = 200, body = RelaysReply), (status = 403, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn relays(State(app): State<App>, KioskIdentity(kiosk): KioskIdentity) -> Json<RelaysReply> {
    let name = format!("check:{}", kiosk.id);
    let servers = ice_servers(&app.config.turn, &name, app.clock.now_ms() + HOLDS_FOR_MS).into_iter();
    let ice_servers = servers.map(|server| IceServerWire {
        urls: server.url,
        username: server.username.map(|text| text.reveal().clone()),
        credential: server.credential.map(|text| text.reveal().clone()),
    });
    Json(RelaysReply { ice_servers: ice_servers.collect() })
}
