//! What the visitor's page asks for: the meaning of its link, and a token for its socket.
//!
//! The link's token is found by its hash. Redeeming consumes nothing and may be done again; it opens
//! this one visit and tells no more than the page shows. TURN credentials are given only while the
//! visit may be joined: days ahead, a link that was passed on would be a relay for everybody.

use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;
use muwajaha_wire::visitor::{RedeemReply, RedeemRequest, redeem_problem};

use crate::app::App;
use crate::extract::{Caller, Json};
use crate::fault::Fault;
use crate::join::{GRANT_OUTLIVES_SLOT_MS, opens_at_ms};
use crate::secrets::{Side, SocketGrant, hash_token};
use crate::store::BookingRow;
use crate::turn::{ice_servers, told};

const LONGEST_TOKEN: usize = 128;
const LONGEST_INSTANCE: usize = 64;

/// `POST /v1/visitor/redeem`
#[utoipa::path(post, path = "/v1/visitor/redeem", tag = "visitor", request_body = RedeemRequest,
    responses((status = 200, body = RedeemReply), (status = 404, body = muwajaha_wire::problem::Problem),
        (status = 410, body = muwajaha_wire::problem::Problem), (status = 429, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn redeem(
    State(app): State<App>,
    Caller(address): Caller,
    Json(request): Json<RedeemRequest>,
) -> Result<Json<RedeemReply>, Fault> {
    app.redeems.take(address, Instant::now()).map_err(Fault::too_many)?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if request.instance.is_empty()
        || request.instance.len() > LONGEST_INSTANCE
        || !request.instance.bytes().all(is_word)
    {
        return Err(Fault::field("invalid-field", "/instance", "1 to 64 letters, digits, `-` or `_`"));
    }
    let unknown = || {
        Fault::new(StatusCode::NOT_FOUND, redeem_problem::UNKNOWN_LINK, "This link opens nothing")
            .detail("it was replaced or never was: ask for the link again")
    };
    if request.token.len() > LONGEST_TOKEN {
        return Err(unknown());
    }
    let row = app.store.booking_by_link(&hash_token(&request.token)).await?.ok_or_else(unknown)?;
    let now_ms = app.clock.now_ms();
    refuse_closed(&row, now_ms)?;
    let facility = app.store.facility(&row.facility).await?.ok_or_else(unknown)?;
    let inmate = app.store.inmate(&row.inmate).await?.ok_or_else(unknown)?;
    let early = now_ms < opens_at_ms(&row, &facility);
    let servers = ice_servers(&app.config.turn, &row.id, row.ends_at_ms).into_iter();
    let ice_servers = servers.filter(|server| !early || server.credential.is_none()).map(told);
    Ok(Json(RedeemReply {
        socket_token: app.secret.sign_grant(&SocketGrant {
            side: Side::Visitor,
            booking: row.id.clone(),
            instance: request.instance,
            bound_to: row.link_generation.to_string(),
            early,
            expires_at_ms: row.ends_at_ms + GRANT_OUTLIVES_SLOT_MS,
        }),
        ice_servers: ice_servers.collect(),
        ice_transport_policy: if facility.relay_only { "relay" } else { "all" }.to_owned(),
        supervised: facility.supervised && !row.privileged,
        visitor: row.visitor,
        inmate: inmate.name,
        facility: facility.name,
        zone: facility.zone,
        language: row.language,
        now_ms,
        starts_at_ms: row.starts_at_ms,
        ends_at_ms: row.ends_at_ms,
    }))
}

fn refuse_closed(row: &BookingRow, now_ms: i64) -> Result<(), Fault> {
    let gone = |code, title, detail: &str| Err(Fault::new(StatusCode::GONE, code, title).detail(detail));
    if row.cancelled_at_ms.is_some() {
        return gone(redeem_problem::CANCELLED, "The visit was cancelled", "the facility can say why");
    }
    if row.outcome.is_some() || row.ends_at_ms <= now_ms {
        return gone(redeem_problem::ALREADY_ENDED, "The visit has ended", "book another one");
    }
    Ok(())
}
