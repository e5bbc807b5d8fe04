//! A machine that has no code introduces itself: it shows a short code, the office says which kiosk it is.
//!
//! The short code is made of the machine's key, here and there, and a key asks once: what the office approves
//! is the key whose letters are on the screen, whoever stands in between. Until then the machine gets
//! nothing, and after it only what its own token and key open: one certificate, told again as long as the
//! introduction holds, for an answer may be lost. It holds for ten minutes; few may wait at a time, from one
//! line (an address, of IPv6 a /64) fewer.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use muwajaha_core::provisioning::ShortCode;
use muwajaha_wire::admin::{IntroductionApproval, IntroductionWire, Listing};
use muwajaha_wire::kiosk::{
    IntroductionOutcome, IntroductionQuestion, IntroductionReply, IntroductionRequest, ProvisionReply,
};
use muwajaha_wire::problem::Problem;

use super::authority::{requested_key, short_code};
use crate::app::App;
use crate::clock::rfc3339;
use crate::extract::{AdminIdentity, Caller, Json};
use crate::fault::Fault;
use crate::limits::line_of;
use crate::people::{OFFICE_DESK, check_id, put_kiosk_out};
use crate::secrets::{hash_token, random_token};
use crate::store::{IntroductionRow, KioskRow};
use crate::tls;

const HOLDS_SECONDS: u32 = 10 * 60;
const ASK_AGAIN_SECONDS: u32 = 3;
const MOST: usize = 64;
const MOST_ON_ONE_LINE: usize = 8;

/// `POST /v1/kiosk/introductions`
#[utoipa::path(post, path = "/v1/kiosk/introductions", tag = "kiosk", request_body = IntroductionRequest,
    responses((status = 201, body = IntroductionReply), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn introduce(
    State(app): State<App>,
    Caller(address): Caller,
    Json(request): Json<IntroductionRequest>,
) -> Result<(StatusCode, Json<IntroductionReply>), Fault> {
    app.provisions.take(address, Instant::now()).map_err(Fault::too_many)?;
    let short_code = short_code(&requested_key(&request.certificate_request)?);
    let now_ms = app.clock.now_ms();
    let token = random_token();
    let row = IntroductionRow {
        short_code: short_code.as_str().to_owned(),
        token_hash: hash_token(&token),
        certificate_request: request.certificate_request,
        address: address.to_string(),
        made_at_ms: now_ms,
        expires_at_ms: now_ms + i64::from(HOLDS_SECONDS) * 1000,
        kiosk: None,
        refused_at_ms: None,
        certificate: None,
    };
    let mut change = app.store.change("provisioning", now_ms).await?;
    if !has_room(&change.waiting_addresses().await?, address) {
        return Err(Fault::conflict("too-many-introductions", "too many machines wait: approve or refuse some"));
    }
    if !change.add_introduction(&row).await? {
        let detail = "a machine with this key has asked already: make a new key, or wait until that is over";
        return Err(Fault::conflict("introduced-already", detail));
    }
    change.note("machine introduced", &row.short_code, &format!("from {address}")).await?;
    change.commit().await?;
    tracing::info!("a machine waits to be approved as a kiosk");
    let reply = IntroductionReply { token, holds_for_seconds: HOLDS_SECONDS, ask_again_seconds: ASK_AGAIN_SECONDS };
    Ok((StatusCode::CREATED, Json(reply)))
}

/// Whether one more may wait at `address` beside those that wait at `waiting`.
fn has_room(waiting: &[String], address: IpAddr) -> bool {
    let line = line_of(address);
    let on_line =
        waiting.iter().filter(|waiting| waiting.parse().is_ok_and(|waiting| line_of(waiting) == line)).count();
    waiting.len() < MOST && on_line < MOST_ON_ONE_LINE
}

/// `POST /v1/kiosk/introductions/outcome`
#[utoipa::path(post, path = "/v1/kiosk/introductions/outcome", tag = "kiosk", request_body = IntroductionQuestion,
    responses((status = 200, body = IntroductionOutcome)))]
pub(crate) async fn introduction_outcome(
    State(app): State<App>,
    Caller(address): Caller,
    Json(question): Json<IntroductionQuestion>,
) -> Result<Json<IntroductionOutcome>, Fault> {
    let token_hash = hash_token(&question.token);
    let outcome = match app.store.introduction_by_token(&token_hash, app.clock.now_ms()).await? {
        None => IntroductionOutcome::Expired,
        Some(IntroductionRow { refused_at_ms: Some(_), .. }) => IntroductionOutcome::Refused,
        Some(IntroductionRow { kiosk: None, .. }) => IntroductionOutcome::Waiting,
        Some(IntroductionRow { kiosk: Some(kiosk), .. }) => {
            let known = app.store.kiosk(&kiosk).await?.filter(|row| row.revoked_at_ms.is_none());
            match known {
                Some(known) => make_kiosk(&app, &token_hash, known, address).await?,
                None => IntroductionOutcome::Refused,
            }
        }
    };
    Ok(Json(outcome))
}

/// Gives the machine its certificate, or tells it once more which one it was given.
async fn make_kiosk(
    app: &App,
    token_hash: &str,
    KioskRow { id: kiosk, facility, .. }: KioskRow,
    address: IpAddr,
) -> Result<IntroductionOutcome, Fault> {
    let now_ms = app.clock.now_ms();
    let mut change = app.store.change("provisioning", now_ms).await?;
    let Some(row) = change.approved_introduction(token_hash).await? else {
        return Ok(IntroductionOutcome::Expired);
    };
    if let Some(certificate) = row.certificate {
        return Ok(IntroductionOutcome::Approved(ProvisionReply { kiosk, facility, certificate }));
    }
    let signed = app.kiosk_authority.sign(&kiosk, &row.certificate_request, now_ms)?;
    change.provision(&kiosk, &signed.hash).await?;
    change.note("kiosk provisioned", &kiosk, &format!("as {}, from {address}", row.short_code)).await?;
    change.add_introduction(&IntroductionRow { certificate: Some(signed.pem.clone()), ..row }).await?;
    change.commit().await?;
    put_kiosk_out(app, &kiosk).await;
    tracing::info!(kiosk, "kiosk provisioned by the office's word");
    Ok(IntroductionOutcome::Approved(ProvisionReply { kiosk, facility, certificate: signed.pem }))
}

/// Lists the machines that wait to be approved, the oldest first.
#[utoipa::path(get, path = "/v1/admin/introductions", tag = "admin", security(("admin_credential" = [])),
    responses((status = 200, body = Listing<IntroductionWire>)))]
pub(crate) async fn list_introductions(
    State(app): State<App>,
    _office: AdminIdentity,
) -> Result<Json<Listing<IntroductionWire>>, Fault> {
    let waiting = app.store.waiting_introductions(app.clock.now_ms()).await?;
    let digits = tls::authority_digits(&app.config);
    let items = waiting.into_iter().map(|row| IntroductionWire {
        short_code: row.short_code,
        authority_digits: digits.clone(),
        address: row.address,
        made_at: rfc3339(row.made_at_ms),
        expires_at: rfc3339(row.expires_at_ms),
    });
    Ok(Json(Listing { items: items.collect() }))
}

/// Says which kiosk the machine with this short code is; an earlier machine of that kiosk is put out.
#[utoipa::path(post, path = "/v1/admin/introductions/{short_code}/approval", tag = "admin", security(("admin_credential" = [])),
    params(("short_code" = String, Path)), request_body = IntroductionApproval,
    responses((status = 204, description = "approved"), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn approve_introduction(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(short_code): Path<String>,
    Json(approval): Json<IntroductionApproval>,
) -> Result<StatusCode, Fault> {
    check_id("/staff", &approval.staff)?;
    let kiosk = app.store.kiosk(&approval.kiosk).await?.filter(|row| row.revoked_at_ms.is_none());
    kiosk.ok_or_else(|| Fault::field("unknown-id", "/kiosk", "no kiosk that takes part has this id"))?;
    let short_code = ShortCode::typed(&short_code).as_str().to_owned();
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    if !change.approve_introduction(&short_code, &approval.kiosk).await? {
        return Err(nobody_waits());
    }
    let detail = format!("{short_code} by {}", approval.staff);
    change.note("machine approved", &approval.kiosk, &detail).await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses the machine with this short code.
#[utoipa::path(delete, path = "/v1/admin/introductions/{short_code}", tag = "admin", security(("admin_credential" = [])),
    params(("short_code" = String, Path)),
    responses((status = 204, description = "refused"), (status = 404, body = Problem)))]
pub(crate) async fn refuse_introduction(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(short_code): Path<String>,
) -> Result<StatusCode, Fault> {
    let short_code = ShortCode::typed(&short_code).as_str().to_owned();
    let mut change = app.store.change(OFFICE_DESK, app.clock.now_ms()).await?;
    if !change.refuse_introduction(&short_code).await? {
        return Err(nobody_waits());
    }
    change.note("machine refused", &short_code, "").await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn nobody_waits() -> Fault {
    Fault::unknown("waiting machine")
        .detail("no machine with this short code waits: look at its screen, or ask anew there")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_fills_its_own_places_alone() {
        let house = |count: u32| (0..count).map(|host| format!("2001:db8:0:1::{host:x}")).collect::<Vec<_>>();
        let at = |waiting: &[String], address: &str| has_room(waiting, address.parse().unwrap());
        assert!(at(&house(7), "2001:db8:0:1:ffff::1"));
        assert!(!at(&house(8), "2001:db8:0:1:ffff::1"), "a /64 is one line");
        assert!(at(&house(8), "2001:db8:0:2::1"));
        let neighbours: Vec<_> = (1..=8).map(|host| format!("192.0.2.{host}")).collect();
        assert!(at(&neighbours, "192.0.2.1"), "an address of IPv4 is a line of its own");
        let one = vec!["192.0.2.1".to_owned(); 8];
        assert!(!at(&one, "192.0.2.1"));
        assert!(!at(&one, "::ffff:192.0.2.1"), "also where it is written as one of IPv6");
        let all: Vec<_> = (0..64).map(|line| format!("2001:db8:0:{line:x}::1")).collect();
        assert!(!at(&all, "192.0.2.1"));
    }
}
