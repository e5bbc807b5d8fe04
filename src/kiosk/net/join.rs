//! Fetching a join descriptor, with retries, and what a refusal means.

use muwajaha_core::domain::{BookingId, CallId};
use muwajaha_core::session::{JoinRefusal, NetEvent};
use muwajaha_wire::kiosk::join_problem;
use tokio::time::{Instant, sleep, timeout_at};

use super::{CallError, Shared};

/// Fetches the descriptor and tells the session, one way or the other.
pub(super) async fn fetch(shared: Shared, call: CallId, booking: BookingId) {
    let give_up = Instant::now() + shared.settings.timings.join;
    let mut backoff = shared.backoff();
    let event = loop {
        if timeout_at(give_up, shared.hold_off.over()).await.is_err() {
            tracing::warn!(%call, "the service wants to be asked for no descriptor yet");
            break NetEvent::JoinRefused { call, refusal: JoinRefusal::Unreachable };
        }
        let outcome = shared.client.join(&booking).await;
        shared.note(&outcome);
        let error = match outcome {
            Ok(descriptor) => break NetEvent::JoinDescriptorFetched { call, descriptor: Box::new(descriptor) },
            Err(error) => error,
        };
        if let Some(refusal) = refusal(&error) {
            tracing::warn!(%call, %error, "the service gives no descriptor");
            break NetEvent::JoinRefused { call, refusal };
        }
        let wait = backoff.next_wait();
        if Instant::now() + wait >= give_up {
            tracing::warn!(%call, %error, "no descriptor could be fetched");
            break NetEvent::JoinRefused { call, refusal: JoinRefusal::Unreachable };
        }
        sleep(wait).await;
    };
    shared.emit(event);
}

/// What the error means for the visit; `None` where trying again may help.
fn refusal(error: &CallError) -> Option<JoinRefusal> {
    match error {
        CallError::Unreachable(_) | CallError::Unavailable { .. } => None,
        CallError::NotAdmitted => Some(JoinRefusal::KioskRevoked),
        CallError::BodyTooLarge | CallError::Malformed(_) | CallError::Snapshot(_) => {
            Some(JoinRefusal::Descriptor(None))
        }
        CallError::Problem { code, .. } => Some(match code.as_str() {
            join_problem::CANCELLED => JoinRefusal::Cancelled,
            join_problem::ALREADY_ENDED => JoinRefusal::AlreadyEnded,
            join_problem::OUTSIDE_JOIN_WINDOW => JoinRefusal::OutsideJoinWindow,
            join_problem::AT_ANOTHER_KIOSK => JoinRefusal::AtAnotherKiosk,
            _ => JoinRefusal::Descriptor(None),
        }),
    }
}
