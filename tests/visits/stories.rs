//! What a visit survives, and what it does not.

use std::time::Duration;

use muwajaha_demo::prison::Person;

use super::venue::Venue;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// One visit, one thing after the other: each must leave it as it should be for the next.
#[tokio::test]
async fn a_visit_outlives_the_service_the_cable_and_the_kiosk_but_not_the_guard() -> anyhow::Result<()> {
    let (mut venue, _) = Venue::in_call(seconds(240), None).await?;

    venue.room.service.kill().await;
    venue.keeps_seeing_the_visitor(seconds(6)).await?;
    venue.room.service.start_again().await?;
    venue.keeps_seeing_the_visitor(seconds(6)).await?;

    if let Ok(network) = &venue.room.network {
        network.cut().await?;
        tokio::time::sleep(seconds(10)).await;
        network.heal().await?;
    }
    venue.sees_the_visitor(seconds(30)).await?;

    venue.kiosk_crashes().await?;
    venue.sees_nobody(seconds(2)).await?;
    venue.room.tap(Person::InmateWithVisit).await?;
    venue.sees_the_visitor(seconds(30)).await?;

    venue.guard_ends_the_call().await?;
    venue.sees_nobody(seconds(2)).await?;
    venue.kiosk_crashes().await?;
    venue.room.tap(Person::InmateWithVisit).await?;
    venue.sees_nobody(seconds(6)).await?;
    venue.outcome_is("TERMINATED_BY_STAFF").await?;
    venue.close().await
}

#[tokio::test]
async fn a_guard_ends_a_call_although_the_disk_is_full() -> anyhow::Result<()> {
    let (venue, disk) = Venue::in_call(seconds(120), Some(8 << 20)).await?;
    let disk = disk.ok_or_else(|| anyhow::anyhow!("the record lies on a disk of its own"))?;
    disk.fill()?;
    venue.keeps_seeing_the_visitor(seconds(3)).await?;
    venue.guard_ends_the_call().await?;
    venue.sees_nobody(seconds(3)).await?;
    venue.close().await
}
