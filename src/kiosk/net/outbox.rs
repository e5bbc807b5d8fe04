//! The record's way up: the oldest unacknowledged rows, again and again until the service holds
//! them. Sending twice does no harm: the key of a row is (kiosk, epoch, sequence).

use super::Shared;

const ROWS_A_BATCH: u64 = 100;

/// Runs for as long as the thread does.
pub(super) async fn run(shared: Shared) {
    let mut backoff = shared.backoff();
    loop {
        let Some(batch) = shared.store.unacknowledged(ROWS_A_BATCH).await else {
            shared.store.committed().await;
            continue;
        };
        let outcome = shared.client.send_rows(&batch).await;
        shared.note(&outcome);
        match outcome {
            Ok(through) => {
                let advanced = batch.rows.first().is_some_and(|row| through >= row.sequence);
                shared.store.acknowledge(batch.epoch, through);
                if advanced {
                    backoff.reset();
                    continue;
                }
                tracing::warn!(through, "the service did not take the rows that were sent");
                tokio::time::sleep(backoff.next_wait(None)).await;
            }
            Err(error) => {
                tracing::debug!(%error, "rows wait for the service");
                tokio::time::sleep(backoff.next_wait(error.retry_after())).await;
            }
        }
    }
}
