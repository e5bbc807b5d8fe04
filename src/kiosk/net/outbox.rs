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

/// Rows that the service acknowledged once and holds no more: it was restored from a backup.
struct Lost {
    epoch: String,
    /// It still holds this row.
    after: u64,
    /// It never acknowledged this row.
    until: u64,
}

/// Runs for as long as the thread does.
pub(super) async fn run(shared: Shared) {
    let mut backoff = shared.backoff();
    let mut lost = None;
    loop {
        let Some(batch) = next(&shared, lost.as_ref()).await else {
            shared.store.committed().await;
            continue;
        };
        shared.hold_off.over().await;
        if advance(&shared, batch, &mut lost).await {
            backoff.reset();
        } else {
            tokio::time::sleep(backoff.next_wait()).await;
        }
    }
}

async fn next(shared: &Shared, lost: Option<&Lost>) -> Option<Batch> {
    match lost {
        Some(lost) => shared.store.rows_after(lost.epoch.clone(), lost.after, ROWS_A_BATCH).await,
        None => shared.store.unacknowledged(ROWS_A_BATCH).await,
    }
}

/// Sends a batch; `true` where the next one may follow at once.
async fn advance(shared: &Shared, batch: Batch, lost: &mut Option<Lost>) -> bool {
    let outcome = shared.client.send_rows(&batch).await;
    shared.note(&outcome);
    let first = batch.rows.first().map_or(0, |row| row.sequence);
    match outcome {
        Ok(through) if through.saturating_add(1) < first => {
            tracing::warn!(through, first, "the service has lost rows that it had acknowledged: they are sent again");
            let until = lost.take().map_or(first, |lost| lost.until.max(first));
            *lost = Some(Lost { epoch: batch.epoch, after: through, until });
            false
        }
        Ok(through) => {
            let taken = through >= first;
            if !taken {
                tracing::warn!(through, "the service did not take the rows that were sent");
            }
            if let Some(gap) = lost
                && taken
            {
                gap.after = through;
            }
            lost.take_if(|gap| gap.epoch != batch.epoch || gap.after.saturating_add(1) >= gap.until);
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
