//! Giving a machine its identity: a code typed once becomes a certificate, and later the next one.
//!
//! A code has a name, by which wrong attempts are counted, and a secret. Five wrong attempts, a day
//! (or as many as asked for) or one use, and it is dead. What is refused changes nothing, and is noted in the change log.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;
use muwajaha_wire::admin::ProvisioningCode;
use muwajaha_wire::kiosk::{ProvisionReply, ProvisionRequest, RenewalReply, RenewalRequest};
use muwajaha_wire::provisioning::ProvisioningOrder;
use subtle::ConstantTimeEq as _;

use super::authority::requested_key;
use super::door::{KioskIdentity, ShownCertificate};
use crate::app::App;
use crate::clock::rfc3339;
use crate::extract::{Caller, Json};
use crate::fault::Fault;
use crate::people::put_kiosk_out;
use crate::secrets::{hash_token, random_code};
use crate::store::Change;
use crate::tls;

const ATTEMPTS: i64 = 5;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MOST_DAYS: u32 = 30;

/// Makes a code for `kiosk`, good for a day or as many as asked for at `pointer`; an earlier one is dead.
pub(crate) async fn issue_code(
    app: &App,
    change: &mut Change,
    kiosk: &str,
    (pointer, days): (&str, Option<u32>),
) -> Result<ProvisioningCode, Fault> {
    let days = days.unwrap_or(1);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Fault::field("invalid-field", pointer, format!("1 to {MOST_DAYS} days")));
    }
    let (name, secret) = random_code();
    let expires_at_ms = app.clock.now_ms() + i64::from(days) * DAY_MS;
    change.put_code(kiosk, &name, &hash_token(&secret), ATTEMPTS, expires_at_ms).await?;
    let (left, right) = secret.split_at(4);
    let code = format!("{name}-{left}-{right}");
    let order = ProvisioningOrder {
        version: ProvisioningOrder::VERSION,
        kiosk: kiosk.to_owned(),
        service: app.config.kiosk_front(),
        authority: tls::own_authority(&app.config),
        code: code.clone(),
    };
    Ok(ProvisioningCode {
        kiosk: kiosk.to_owned(),
        provisioning_code: code,
        expires_at: rfc3339(expires_at_ms),
        signed_order: app.kiosk_authority.sign_order(&order)?,
        authority_digits: tls::authority_digits(&app.config),
    })
}

/// `POST /v1/kiosk/provision`
#[utoipa::path(post, path = "/v1/kiosk/provision", tag = "kiosk", request_body = ProvisionRequest,
    responses((status = 200, body = ProvisionReply), (status = 403, body = muwajaha_wire::problem::Problem),
        (status = 422, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn provision(
    State(app): State<App>,
    Caller(address): Caller,
    Json(request): Json<ProvisionRequest>,
) -> Result<Json<ProvisionReply>, Fault> {
    app.provisions.take(address, Instant::now()).map_err(Fault::too_many)?;
    // First of all: a request that cannot be answered uses up no code.
    requested_key(&request.certificate_request)?;
    let now_ms = app.clock.now_ms();
    let mut change = app.store.change("provisioning", now_ms).await?;
    let kiosk = match redeem(&mut change, &request.code).await? {
        Ok(kiosk) => kiosk,
        Err(refused) => return Err(refuse(change, address, &refused).await?),
    };
    let facility = app.store.kiosk(&kiosk).await?.ok_or_else(|| Fault::unknown("kiosk"))?.facility;
    let signed = app.kiosk_authority.sign(&kiosk, &request.certificate_request, now_ms)?;
    change.provision(&kiosk, &signed.hash).await?;
    change.note("kiosk provisioned", &kiosk, &format!("from {address}")).await?;
    change.commit().await?;
    put_kiosk_out(&app, &kiosk).await;
    tracing::info!(kiosk, "kiosk provisioned");
    Ok(Json(ProvisionReply { kiosk, facility, certificate: signed.pem }))
}

/// Why a code opens nothing: for the change log, and for whoever typed it.
struct RefusedCode {
    kiosk: String,
    why: &'static str,
    told: &'static str,
}

const NO_CODE: &str = "a code has twelve letters and digits, like `ABCD-EFGH-JKLM`";
const DEAD_CODE: &str = "it was used, is older than a day, was mistyped five times or never was: ask for a new one";

/// The kiosk that the code was made for. A wrong secret costs the code one of its attempts.
async fn redeem(change: &mut Change, code: &str) -> Result<Result<String, RefusedCode>, Fault> {
    let refused = |kiosk: &str, why, told| Ok(Err(RefusedCode { kiosk: kiosk.to_owned(), why, told }));
    let typed = code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
    let typed: String = typed.collect();
    if typed.len() != 12 {
        return refused("", "no code", NO_CODE);
    }
    let (name, secret) = typed.split_at(4);
    match change.attempt_code(name).await? {
        None => refused("", "unknown, used or expired code", DEAD_CODE),
        Some((kiosk, secret_hash)) if bool::from(hash_token(secret).as_bytes().ct_eq(secret_hash.as_bytes())) => {
            Ok(Ok(kiosk))
        }
        Some((kiosk, _)) => refused(&kiosk, "mistyped code", DEAD_CODE),
    }
}

async fn refuse(mut change: Change, address: IpAddr, refused: &RefusedCode) -> Result<Fault, Fault> {
    let RefusedCode { kiosk, why, told } = refused;
    change.note("provisioning refused", kiosk, &format!("{why}, from {address}")).await?;
    change.commit().await?;
    tracing::warn!(kiosk, why, "provisioning refused");
    Ok(Fault::new(StatusCode::FORBIDDEN, "unknown-code", "This code opens nothing").at("/code").detail(*told))
}

/// `POST /v1/kiosk/certificate`
#[utoipa::path(post, path = "/v1/kiosk/certificate", tag = "kiosk", security(("kiosk_certificate" = [])),
    request_body = RenewalRequest,
    responses((status = 200, body = RenewalReply), (status = 403, body = muwajaha_wire::problem::Problem),
        (status = 422, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn renew(
    State(app): State<App>,
    KioskIdentity(kiosk): KioskIdentity,
    ShownCertificate(shown): ShownCertificate,
    Json(request): Json<RenewalRequest>,
) -> Result<Json<RenewalReply>, Fault> {
    let now_ms = app.clock.now_ms();
    let signed = app.kiosk_authority.sign(&kiosk.id, &request.certificate_request, now_ms)?;
    let mut change = app.store.change(&kiosk.id, now_ms).await?;
    if !change.renew(&kiosk.id, &shown, &signed.hash).await? {
        return Err(super::door::unknown());
    }
    change.note("kiosk certificate renewed", &kiosk.id, "").await?;
    change.commit().await?;
    tracing::info!(kiosk = kiosk.id, "kiosk certificate renewed");
    Ok(Json(RenewalReply { certificate: signed.pem }))
}
