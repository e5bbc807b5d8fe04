//! One 720p30 call between the kiosk and Chromium, and what each end takes for it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::Serialize;

use super::Stage;
use super::measure::median;
use crate::prison::Person;
use crate::script::{KioskEye, KioskScreen, Look};
use crate::stage::{ProcessTree, TreeUse, wait_until};
use crate::visitor::{Carried, CarriedVideo, FIRST_VISITOR_COUNTER, PictureFormat, VisitorBrowser};

const MEASURED_FOR: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_secs(6);
/// The congestion control finds its rate.
const SETTLING: Duration = Duration::from_secs(15);

/// The call as measured.
#[derive(Debug, Clone, Serialize)]
pub struct CallFigures {
    /// How long it was measured, in seconds.
    pub seconds: f64,
    /// The kiosk's end.
    pub kiosk: EndFigures,
    /// Chromium's end.
    pub chromium: EndFigures,
}

/// What one end of the call took and did.
#[derive(Debug, Clone, Serialize)]
pub struct EndFigures {
    /// Proportional set size of its processes, the median of several looks.
    pub pss_bytes: f64,
    /// How many processes these were.
    pub processes: usize,
    /// Time on a processor in a minute of the call.
    pub cpu_seconds_a_minute: f64,
    /// Frames of the other end that its screen showed in a second.
    pub shown_a_second: f64,
    /// Its own frames that came out at the other end (the kiosk's) or were sent (Chromium's).
    pub sent_a_second: f64,
    /// Size of its own picture on the wire.
    pub sent_size: (u32, u32),
}

impl Stage {
    /// Has the inmate and Chromium's visitor meet, and measures both.
    pub(super) async fn call(&mut self) -> anyhow::Result<CallFigures> {
        self.inmate_waits().await?;
        let browser = VisitorBrowser::start_as(&self.room.directory, &self.peer).await?;
        let measured = self.call_with(&browser).await;
        browser.stop().await;
        measured
    }

    async fn inmate_waits(&self) -> anyhow::Result<()> {
        let screen = KioskScreen::of(&self.display)?;
        screen.tap(&self.room, Person::InmateWithVisit).await?;
        let notice = screen.remember(Duration::from_millis(300)).await?;
        screen.press(Look::Accept, "the notice's accepting button", Duration::from_secs(3)).await?;
        screen.wait_for_change(&notice, "the waiting screen", Duration::from_secs(5)).await
    }

    async fn call_with(&mut self, browser: &VisitorBrowser) -> anyhow::Result<CallFigures> {
        browser.open(&self.booking.visitor_link).await?;
        browser.wait_for_state(&["lobby"], Duration::from_secs(15)).await?;
        browser.press("join", Duration::from_secs(5)).await?;
        browser.wait_for_state(&["in_call"], Duration::from_secs(30)).await?;
        wait_until("720p both ways", Duration::from_secs(60), Duration::from_secs(1), async || {
            let carried = browser.carried().await?;
            Ok((is_hd(carried.received) && is_hd(carried.sent)).then_some(()))
        })
        .await?;
        tokio::time::sleep(SETTLING).await;
        let kiosk = ProcessTree::of(self.room.kiosk()?.pid().context("the kiosk does not run")?);
        let chromium = browser.processes().context("Chromium does not run")?;
        let by_kiosk = KioskEye::open(self.display.framebuffer()?, self.camera.counters.clone())?;
        let by_chromium = KioskEye::open(self.peer_display.framebuffer()?, 0..FIRST_VISITOR_COUNTER)?;
        let mut watch = Watch::start(kiosk, chromium, browser).await?;
        while watch.started.elapsed() < MEASURED_FOR {
            tokio::time::sleep(LOOK_EVERY).await;
            watch.look()?;
            self.room.check_running()?;
        }
        let (shown_by_kiosk, shown_by_chromium) = (by_kiosk.close()?.frames, by_chromium.close()?.frames);
        let figures = watch.end(browser, [shown_by_kiosk, shown_by_chromium]).await?;
        KioskScreen::of(&self.display)?.save(&self.pictures, "kiosk")?;
        KioskScreen::of(&self.peer_display)?.save(&self.pictures, "chromium")?;
        Ok(figures)
    }
}

/// Both ends, looked at again and again.
struct Watch {
    started: Instant,
    carried: Carried,
    kiosk: EndWatch,
    chromium: EndWatch,
}

impl Watch {
    async fn start(kiosk: ProcessTree, chromium: ProcessTree, browser: &VisitorBrowser) -> anyhow::Result<Self> {
        let carried = browser.carried().await?;
        let (kiosk, chromium) = (EndWatch::start(kiosk)?, EndWatch::start(chromium)?);
        Ok(Self { started: Instant::now(), carried, kiosk, chromium })
    }

    fn look(&mut self) -> anyhow::Result<()> {
        self.kiosk.look()?;
        self.chromium.look()
    }

    async fn end(self, browser: &VisitorBrowser, shown: [u64; 2]) -> anyhow::Result<CallFigures> {
        let seconds = self.started.elapsed().as_secs_f64();
        let (before, after) = (self.carried, browser.carried().await?);
        let between = (after.at - before.at) / 1000.0;
        let [shown_by_kiosk, shown_by_chromium] = shown;
        let kiosk = Sent::between(before.received, after.received, between).context("the kiosk's picture")?;
        let chromium = Sent::between(before.sent, after.sent, between).context("Chromium's picture")?;
        let kiosk = self.kiosk.end(seconds, shown_by_kiosk, kiosk)?;
        let chromium = self.chromium.end(seconds, shown_by_chromium, chromium)?;
        Ok(CallFigures { seconds, kiosk, chromium })
    }
}

struct EndWatch {
    tree: ProcessTree,
    first: TreeUse,
    last: TreeUse,
    pss_bytes: Vec<f64>,
}

impl EndWatch {
    fn start(tree: ProcessTree) -> anyhow::Result<Self> {
        let first = used(&tree)?;
        Ok(Self { tree, first, last: first, pss_bytes: vec![first.pss_bytes as f64] })
    }

    fn look(&mut self) -> anyhow::Result<()> {
        self.last = used(&self.tree)?;
        self.pss_bytes.push(self.last.pss_bytes as f64);
        Ok(())
    }

    fn end(&self, seconds: f64, shown: u64, sent: Sent) -> anyhow::Result<EndFigures> {
        let processor = self.last.processor.saturating_sub(self.first.processor);
        Ok(EndFigures {
            pss_bytes: median(&self.pss_bytes).context("nobody looked at the memory")?,
            processes: self.last.processes,
            cpu_seconds_a_minute: processor.as_secs_f64() * 60.0 / seconds,
            shown_a_second: shown as f64 / seconds,
            sent_a_second: sent.a_second,
            sent_size: sent.size,
        })
    }
}

fn used(tree: &ProcessTree) -> anyhow::Result<TreeUse> {
    tree.used().with_context(|| format!("{tree} are gone"))
}

/// What one end sent between two looks at the connection.
#[derive(Debug, PartialEq)]
struct Sent {
    a_second: f64,
    size: (u32, u32),
}

impl Sent {
    fn between(before: Option<CarriedVideo>, after: Option<CarriedVideo>, seconds: f64) -> anyhow::Result<Self> {
        let (before, after) = before.zip(after).context("the connection went away")?;
        let size = (after.width, after.height);
        ensure!(is_hd(Some(after)), "the picture became {} × {} in mid-call", after.width, after.height);
        ensure!(after.frames >= before.frames, "the connection was replaced while it was measured");
        Ok(Self { a_second: (after.frames - before.frames) as f64 / seconds.max(0.001), size })
    }
}

fn is_hd(video: Option<CarriedVideo>) -> bool {
    let hd = PictureFormat::HD;
    video.is_some_and(|video| (video.width, video.height) == (hd.width.into(), hd.height.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hd(frames: u64) -> Option<CarriedVideo> {
        Some(CarriedVideo { width: 1280, height: 720, frames })
    }

    #[test]
    fn frames_a_second_are_those_between_the_looks() {
        let sent = Sent::between(hd(300), hd(2100), 60.0).unwrap();
        assert_eq!(sent, Sent { a_second: 30.0, size: (1280, 720) });
    }

    #[test]
    fn a_call_that_shrank_or_started_anew_is_not_the_call_to_be_measured() {
        let small = Some(CarriedVideo { width: 640, height: 360, frames: 2100 });
        for (before, after) in [(hd(300), small), (hd(2100), hd(12)), (hd(300), None), (None, hd(300))] {
            assert!(Sent::between(before, after, 60.0).is_err(), "{before:?} {after:?}");
        }
    }
}
