//! Becoming a kiosk by the office's word: a short code on the screen, approved at the service.
//!
//! The key is made here before anything is asked, and the short code of the key, whatever is answered: so the
//! office approves this machine's key, or it approves letters that are not on this screen. Then the service
//! is asked until it says yes, no, or that the time is over. A line that drops meanwhile is waited for; a yes
//! that is lost is told again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use muwajaha_core::provisioning::ShortCode;
use muwajaha_wire::kiosk::{IntroductionOutcome, IntroductionQuestion, IntroductionReply, IntroductionRequest};
use reqwest::{StatusCode, Url};

use super::{ProvisionError, identity_of, post};
use crate::identity::{FreshKey, Identity};

const SOONEST: Duration = Duration::from_secs(1);
const LATEST: Duration = Duration::from_secs(60);

/// What the office is to approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduced {
    /// Made of this machine's key.
    pub short_code: ShortCode,
    /// It can be approved for so long.
    pub holds_for: Duration,
}

/// The identity that the office approved.
pub(super) async fn approved(
    service: &Url,
    tls: &Arc<rustls::ClientConfig>,
    told: impl Fn(Introduced),
) -> Result<Identity, ProvisionError> {
    let key = FreshKey::generate()?;
    let request = IntroductionRequest { certificate_request: key.request()? };
    let answer = post(service, tls, &["introductions"], &request).await?;
    match answer.status() {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT => return Err(ProvisionError::TooManyAttempts),
        status if !status.is_success() => return Err(ProvisionError::ServiceFailed(status)),
        _ => {}
    }
    let reply: IntroductionReply = answer.json().await.map_err(|_| ProvisionError::not_of_the_contract())?;
    let holds_for = Duration::from_secs(reply.holds_for_seconds.into());
    let ends_at = Instant::now() + holds_for;
    told(Introduced { short_code: key.short_code(), holds_for });
    let pause = Duration::from_secs(reply.ask_again_seconds.into()).clamp(SOONEST, LATEST);
    let question = IntroductionQuestion { token: reply.token };
    while Instant::now() < ends_at {
        tokio::time::sleep(pause).await;
        match outcome(service, tls, &question).await {
            Ok(IntroductionOutcome::Waiting) => {}
            Ok(IntroductionOutcome::Approved(reply)) => return identity_of(reply, &key),
            Ok(IntroductionOutcome::Refused) => return Err(ProvisionError::ApprovalRefused),
            Ok(IntroductionOutcome::Expired) => return Err(ProvisionError::ApprovalExpired),
            Err(error) => tracing::warn!(%error, "no word of the office"),
        }
    }
    Err(ProvisionError::ApprovalExpired)
}

async fn outcome(
    service: &Url,
    tls: &Arc<rustls::ClientConfig>,
    question: &IntroductionQuestion,
) -> Result<IntroductionOutcome, ProvisionError> {
    let answer = post(service, tls, &["introductions", "outcome"], question).await?;
    if !answer.status().is_success() {
        return Err(ProvisionError::ServiceFailed(answer.status()));
    }
    answer.json().await.map_err(|_| ProvisionError::not_of_the_contract())
}
