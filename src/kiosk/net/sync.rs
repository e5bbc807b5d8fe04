//! Keeping time and the room's snapshot: at start, on every change, and each few minutes at a phase
//! of the kiosk's own.

use std::time::Duration;

use muwajaha_core::domain::KioskId;
use muwajaha_core::session::NetEvent;
use sha2::{Digest, Sha256};

use super::{CallError, Shared, renewal};
use crate::snapshot;
use crate::store::CachedSnapshot;

/// Runs for as long as the thread does.
pub(super) async fn run(shared: Shared, cached: Option<CachedSnapshot>) {
    let mut etag = cached.and_then(|snapshot| snapshot.etag);
    let mut backoff = shared.backoff();
    loop {
        shared.hold_off.over().await;
        let outcome = sync_once(&shared, &mut etag).await;
        shared.note(&outcome);
        let wait = match outcome {
            Ok(()) => {
                backoff.reset();
                renewal::renew_when_due(&shared).await;
                until_next(&shared)
            }
            Err(error) => {
                tracing::warn!(%error, "the room could not be synchronised");
                backoff.next_wait()
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shared.sync_wanted.notified() => {}
        }
    }
}

async fn sync_once(shared: &Shared, etag: &mut Option<String>) -> Result<(), CallError> {
    let heard = shared.client.time().await?;
    let is_first = shared.clock.heard().is_none();
    shared.clock.hear(heard);
    if is_first {
        shared.status_wanted.notify_one();
    }
    let Some(fetched) = shared.client.snapshot(etag.as_deref()).await? else { return Ok(()) };
    let schedule = snapshot::schedule_from_json(&fetched.json)?;
    // First of all: a snapshot whose ETag is kept counts as ours when it is answered by 304.
    if schedule.kiosk != shared.settings.kiosk {
        return Err(SnapshotForAnother.into());
    }
    etag.clone_from(&fetched.etag);
    shared.store.save_snapshot(fetched);
    if !shared.emit(NetEvent::ScheduleSynced(Box::new(schedule))) {
        *etag = None;
    }
    Ok(())
}

struct SnapshotForAnother;

impl From<SnapshotForAnother> for CallError {
    fn from(_: SnapshotForAnother) -> Self {
        Self::Snapshot(snapshot::SnapshotError::Field {
            field: "/kiosk".to_owned(),
            problem: "made for another kiosk than the identity file names: provision this kiosk anew".to_owned(),
        })
    }
}

/// Until this kiosk's next turn: the interval's boundaries, shifted by a phase made of its name.
fn until_next(shared: &Shared) -> Duration {
    let interval = shared.settings.timings.sync_interval;
    let now = Duration::from_millis(u64::try_from(shared.clock.now().best_utc().as_millis()).unwrap_or(0));
    next_turn(now, interval, phase(&shared.settings.kiosk, interval))
}

fn phase(kiosk: &KioskId, interval: Duration) -> Duration {
    let digest = Sha256::digest(kiosk.as_str());
    let drawn = digest.iter().take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    interval.mul_f64(f64::from(drawn) / (f64::from(u32::MAX) + 1.0))
}

fn next_turn(now: Duration, interval: Duration, phase: Duration) -> Duration {
    let interval = interval.as_millis().max(1);
    let into = (now.as_millis() + interval - phase.as_millis() % interval) % interval;
    Duration::from_millis(u64::try_from(interval - into).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kiosk_keeps_its_phase_and_a_hall_spreads_over_the_interval() {
        let interval = Duration::from_secs(180);
        let phases: Vec<Duration> =
            (1..=60).map(|number| phase(&KioskId::new(format!("K-{number:02}")), interval)).collect();
        assert_eq!(phases[0], phase(&KioskId::new("K-01"), interval));
        for third in 0..3 {
            let part = phases.iter().filter(|phase| phase.as_secs() / 60 == third).count();
            assert!((8..35).contains(&part), "{part} of 60 kiosks in one third");
        }
        let now = Duration::from_secs(1_000_000);
        let wait = next_turn(now, interval, phases[0]);
        assert!(wait <= interval && wait > Duration::ZERO);
        assert_eq!((now + wait).as_millis() % interval.as_millis(), phases[0].as_millis());
    }
}
