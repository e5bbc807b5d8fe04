//! Giving a machine its identity: a code typed once becomes a token.
//!
//! A code has a name, by which wrong attempts are counted, and a secret. Five wrong attempts, a day
//! or one use, and it is dead.

use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;
use muwajaha_wire::admin::ProvisioningCode;
use muwajaha_wire::kiosk::{ProvisionReply, ProvisionRequest, ToKiosk};
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::clock::rfc3339;
use crate::extract::{Caller, Json};
use crate::fault::Fault;
use crate::secrets::{hash_token, random_code, random_token};
use crate::store::Change;

const ATTEMPTS: i64 = 5;
const LIFETIME_MS: i64 = 24 * 60 * 60 * 1000;

/// Makes a code for `kiosk`; an earlier one is dead.
pub(crate) async fn issue_code(change: &mut Change, kiosk: &str, now_ms: i64) -> Result<ProvisioningCode, Fault> {
    let (name, secret) = random_code();
    let expires_at_ms = now_ms + LIFETIME_MS;
    change.put_code(kiosk, &name, &hash_token(&secret), ATTEMPTS, expires_at_ms).await?;
    let (left, right) = secret.split_at(4);
    Ok(ProvisioningCode {
        kiosk: kiosk.to_owned(),
        provisioning_code: format!("{name}-{left}-{right}"),
        expires_at: rfc3339(expires_at_ms),
    })
}

/// `POST /v1/kiosk/provision`
#[utoipa::path(post, path = "/v1/kiosk/provision", tag = "kiosk", request_body = ProvisionRequest,
    responses((status = 200, body = ProvisionReply), (status = 403, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn provision(
    State(app): State<App>,
    Caller(address): Caller,
    Json(request): Json<ProvisionRequest>,
) -> Result<Json<ProvisionReply>, Fault> {
    app.provisions.take(address, Instant::now()).map_err(Fault::too_many)?;
    let refused = || {
        Fault::new(StatusCode::FORBIDDEN, "unknown-code", "This code opens nothing")
            .at("/code")
            .detail("it was used, is older than a day, was mistyped five times or never was: ask for a new one")
    };
    let typed = request.code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
    let typed: String = typed.collect();
    if typed.len() != 12 {
        return Err(refused().detail("a code has twelve letters and digits, like `ABCD-EFGH-JKLM`"));
    }
    let (name, secret) = typed.split_at(4);
    let mut change = app.store.change("provisioning", app.clock.now_ms()).await?;
    let Some((kiosk, secret_hash)) = change.attempt_code(name).await? else { return Err(refused()) };
    if !bool::from(hash_token(secret).as_bytes().ct_eq(secret_hash.as_bytes())) {
        change.commit().await?;
        return Err(refused());
    }
    let token = random_token();
    change.provision(&kiosk, &hash_token(&token)).await?;
    change.note("kiosk provisioned", &kiosk, "").await?;
    change.commit().await?;
    app.kiosk_sockets.close(&kiosk, ToKiosk::Revoked);
    let row = app.store.kiosk(&kiosk).await?.ok_or_else(refused)?;
    tracing::info!(kiosk, "kiosk provisioned");
    Ok(Json(ProvisionReply { kiosk, facility: row.facility, token }))
}
