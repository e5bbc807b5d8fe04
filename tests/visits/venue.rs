//! A visit that is under way: room, kiosk, visitor's browser, and an eye on the kiosk's screen.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, ensure};
use muwajaha_demo::prison::{Bookings, Person, RoomPlan, VisitingRoom};
use muwajaha_demo::script::{KioskEye, KioskScreen, Look};
use muwajaha_demo::stage::{Display, StageDirectory, wait_until};
use muwajaha_demo::visitor::{
    BrowserTrick, CameraFile, FIRST_VISITOR_COUNTER, PictureFormat, VisitorBrowser, write_microphone,
};

const LOOK_EVERY: Duration = Duration::from_millis(100);
const LEAD: Duration = Duration::from_secs(20);

/// A visit under way.
pub(crate) struct Venue {
    pub(crate) room: VisitingRoom,
    pub(crate) display: Arc<Display>,
    pub(crate) booking: Bookings,
    browser: VisitorBrowser,
    eye: KioskEye,
}

impl Venue {
    /// Opens the room, unlocks the kiosk, and lets inmate and visitor meet for `slot`. The kiosk's
    /// record lies on `disk`, where there is one.
    pub(crate) async fn in_call(slot: Duration, disk_bytes: Option<u64>) -> anyhow::Result<(Self, Option<SmallDisk>)> {
        // Refused where another story of this run was first; either way there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = StageDirectory::create(None)?;
        let disk = match disk_bytes {
            Some(bytes) => Some(SmallDisk::mount(&directory.folder("kiosk")?.join("store"), bytes)?),
            None => None,
        };
        let plan = RoomPlan { wants_network: true, ..RoomPlan::quiet() };
        let mut room = VisitingRoom::open(directory, plan).await?;
        if let Err(error) = &room.network {
            anyhow::bail!("the kiosk has no network of its own (run as root): {error}");
        }
        let display = room.display.clone().context("the room has a display of its own")?;
        let booking = room.people.book(&room.service, 1, SystemTime::now() + LEAD, slot).await?;
        room.start_kiosk().await?;
        let folder = room.directory.folder("visitor")?;
        let camera = CameraFile::write(&folder.join("camera.y4m"), FIRST_VISITOR_COUNTER, PictureFormat::SMALL)?;
        write_microphone(&folder.join("microphone.wav"))?;
        let (picture, sound) = (folder.join("camera.y4m"), folder.join("microphone.wav"));
        let trust = room.trusted_key_hash()?;
        let browser = VisitorBrowser::start(&room.directory, &picture, &sound, &trust, BrowserTrick::Honest).await?;
        let eye = KioskEye::open(display.framebuffer()?, camera.counters.clone())?;
        let venue = Self { room, display, booking, browser, eye };
        venue.display.wait_for_window(Duration::from_secs(20)).await?;
        venue.screen()?.wait_until_drawn(Duration::from_secs(20)).await?;
        venue.guard_at_panel().await?;
        venue.screen()?.press(Look::Accept, "the button that opens the kiosk", Duration::from_secs(3)).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        venue.screen()?.tap(&venue.room, Person::InmateWithVisit).await?;
        venue.screen()?.press(Look::Accept, "the notice's accepting button", Duration::from_secs(3)).await?;
        venue.browser.open(&venue.booking.visitor_link).await?;
        venue.browser.wait_for_state(&["lobby"], Duration::from_secs(15)).await?;
        venue.browser.press("join", Duration::from_secs(5)).await?;
        venue.sees_the_visitor(LEAD + Duration::from_secs(10)).await.context("the call's beginning")?;
        Ok((venue, disk))
    }

    /// The kiosk's screen.
    pub(crate) fn screen(&self) -> anyhow::Result<KioskScreen<'_>> {
        KioskScreen::of(&self.display)
    }

    /// A guard's badge and PIN.
    pub(crate) async fn guard_at_panel(&self) -> anyhow::Result<()> {
        let panel = self.screen()?.guard_at_panel(&self.room).await;
        panel.with_context(|| self.room.kiosk.as_ref().map(|kiosk| kiosk.tail()).unwrap_or_default())
    }

    /// The guard presses the first of the panel's reasons for ending a visit.
    pub(crate) async fn guard_ends_the_call(&self) -> anyhow::Result<()> {
        self.guard_at_panel().await?;
        let screen = self.screen()?;
        let reason = wait_until("a reason to end the visit", Duration::from_secs(3), LOOK_EVERY, async || {
            Ok(screen.buttons(Look::End)?.into_iter().min_by_key(|button| button.top))
        })
        .await?;
        screen.click(reason).await
    }

    /// Waits until the visitor moves on the kiosk's screen: ten new frames.
    pub(crate) async fn sees_the_visitor(&self, limit: Duration) -> anyhow::Result<()> {
        let before = self.eye.seen().frames;
        let seen = wait_until("the visitor on the kiosk's screen", limit, LOOK_EVERY, async || {
            Ok((self.eye.seen().frames >= before + 10).then_some(()))
        })
        .await;
        seen.with_context(|| self.room.kiosk.as_ref().map(|kiosk| kiosk.tail()).unwrap_or_default())
    }

    /// Sees at least five new frames in every second of `span`.
    pub(crate) async fn keeps_seeing_the_visitor(&self, span: Duration) -> anyhow::Result<()> {
        for second in 0..span.as_secs() {
            let before = self.eye.seen().frames;
            tokio::time::sleep(Duration::from_secs(1)).await;
            let new = self.eye.seen().frames - before;
            ensure!(new >= 5, "only {new} frames in second {second}");
        }
        Ok(())
    }

    /// Sees no new frame for `span`, after what is under way has ended.
    pub(crate) async fn sees_nobody(&self, span: Duration) -> anyhow::Result<()> {
        tokio::time::sleep(Duration::from_millis(1200)).await;
        let before = self.eye.seen().frames;
        tokio::time::sleep(span).await;
        let new = self.eye.seen().frames - before;
        ensure!(new == 0, "{new} frames of the visitor on the kiosk's screen");
        Ok(())
    }

    /// The kiosk dies as in a crash and is started again.
    pub(crate) async fn kiosk_crashes(&mut self) -> anyhow::Result<()> {
        let kiosk = self.room.kiosk()?;
        kiosk.kill().await;
        kiosk.start_again()?;
        self.display.wait_for_window(Duration::from_secs(20)).await?;
        self.screen()?.wait_until_drawn(Duration::from_secs(20)).await
    }

    /// Waits for what the service tells the booking's connector.
    pub(crate) async fn outcome_is(&self, outcome: &str) -> anyhow::Result<()> {
        wait_until(&format!("the outcome {outcome}"), Duration::from_secs(30), LOOK_EVERY, async || {
            let told = self.room.people.outcome(&self.room.service, &self.booking.booking).await?;
            Ok((told.as_deref() == Some(outcome)).then_some(()))
        })
        .await
    }

    /// Ends everything.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        let Self { room, display, browser, eye, .. } = self;
        browser.stop().await;
        eye.close()?;
        drop(display);
        room.close().await;
        Ok(())
    }
}

/// A disk that is soon full.
pub(crate) struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    fn mount(folder: &Path, bytes: u64) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let size = format!("size={bytes},mode=0700");
        let options = ["-t", "tmpfs", "-o", &size, "tmpfs"];
        let mounted = std::process::Command::new("mount").args(options).arg(folder).status()?;
        ensure!(mounted.success(), "no small disk could be mounted (run as root)");
        Ok(Self { folder: folder.to_owned() })
    }

    /// Leaves not one byte.
    pub(crate) fn fill(&self) -> anyhow::Result<()> {
        use std::io::Write;
        let mut file = std::fs::File::create(self.folder.join("ballast"))?;
        for block in [vec![0_u8; 4096], vec![0_u8; 1]] {
            while file.write_all(&block).is_ok() {}
        }
        Ok(())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = std::process::Command::new("umount").arg("--lazy").arg(&self.folder).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "{} stays mounted", self.folder.display());
    }
}
