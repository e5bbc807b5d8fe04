//! The record's way up: the oldest unacknowledged rows, again and again until the service holds
//! them. Sending twice does no harm: the key of a row is (kiosk, epoch, sequence).
//!
//! Rows are sent on only once the mark that they are held is on disk, so that a full disk does not
//! send the same rows without end. A service that holds other rows under these keys is answered by a
//! new epoch.

use muwajaha_wire::kiosk::event_problem;

use super::{CallError, Shared};
use crate::store::Batch;

const ROWS_A_BATCH: u64 = 100;

/// Runs for as long as the thread does.
pub(super) async fn run(shared: Shared) {
    let mut backoff = shared.backoff();
    loop {
        let Some(batch) = shared.store.unacknowledged(ROWS_A_BATCH).await else {
            shared.store.committed().await;
            continue;
        };
        shared.hold_off.over().await;
        if advance(&shared, batch).await {
            backoff.reset();
        } else {
            tokio::time::sleep(backoff.next_wait()).await;
        }
    }
}

/// Sends a batch; `true` where the next one may follow at once.
async fn advance(shared: &Shared, batch: Batch) -> bool {
    let outcome = shared.client.send_rows(&batch).await;
    shared.note(&outcome);
    match outcome {
        Ok(through) => {
            let taken = batch.rows.first().is_some_and(|row| through >= row.sequence);
            if !taken {
                tracing::warn!(through, "the service did not take the rows that were sent");
            }
            shared.store.acknowledge(batch.epoch, through).await && taken
        }
        Err(CallError::Problem { code, .. }) if code == event_problem::CONFLICT => {
            shared.store.replace_conflicting(batch.epoch).await
        }
        Err(error) => {
            tracing::debug!(%error, "rows wait for the service");
            false
        }
    }
}
