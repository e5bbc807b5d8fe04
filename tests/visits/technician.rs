//! A technician checks the real kiosk on its own screen.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use muwajaha_demo::prison::{RoomPlan, VisitingRoom};
use muwajaha_demo::script::{KioskScreen, Look};
use muwajaha_demo::stage::{StageDirectory, wait_until};

const LOOK_EVERY: Duration = Duration::from_millis(200);
const CHECKED_WITHIN: Duration = Duration::from_secs(45);

#[tokio::test]
async fn badge_and_pin_show_what_was_measured_and_the_kiosk_is_locked_again() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut room = VisitingRoom::open(StageDirectory::create(None)?, RoomPlan::quiet()).await?;
    room.start_kiosk().await?;
    let display = room.display.clone().context("the room has a display of its own")?;
    display.wait_for_window(Duration::from_secs(20)).await?;
    let screen = KioskScreen::of(&display)?;
    screen.wait_until_drawn(Duration::from_secs(20)).await?;
    let locked = screen.remember(Duration::from_millis(500)).await?;

    screen.technician_at_panel(&room).await?;
    let mut plain = screen.buttons(Look::Plain)?;
    plain.sort_by_key(|button| std::cmp::Reverse(button.top));
    // From below: close, self-check.
    screen.click(*plain.get(1).context("the panel offers no self-check")?).await?;
    // The chosen language, and "check again" once all is measured.
    wait_until("the end of the self-check", CHECKED_WITHIN, LOOK_EVERY, async || {
        Ok((screen.buttons(Look::Primary)?.len() == 2).then_some(()))
    })
    .await?;
    screen.save(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("technician"), "checked")?;

    screen.press(Look::Accept, "\"done\"", Duration::from_secs(3)).await?;
    screen.wait_for_return(&locked, "the locked kiosk", Duration::from_secs(5)).await?;
    let record = wait_until("the record at the service", Duration::from_secs(20), LOOK_EVERY, async || {
        let record = room.people.kiosk_record(&room.service).await?;
        Ok(record.contains("maintenance_left").then_some(record))
    })
    .await?;
    ensure!(record.contains("maintenance_entered"), "{record}");
    drop(screen);
    drop(display);
    room.close().await;
    Ok(())
}
