//! From spawning a program to the first pixel on its display that is not the background, and on to
//! the first picture: a window that is still empty shows nobody anything.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Serialize;

use super::Stage;
use crate::detect::{ChangeWatch, drawn_share};
use crate::stage::{Display, Program, wait_until};

/// Counted starts of each; one more of each comes before and is not counted: files come from the disk.
const STARTS: usize = 7;
/// More than a pointer covers, far less than a window.
const WINDOW_SHARE: f32 = 0.002;
/// A heading and a line of words cover more.
const DRAWN_SHARE: f32 = 0.01;
const LIMIT: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Seconds from spawning.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Start {
    /// To the first pixel of whatever kind.
    pub pixel: f64,
    /// To something drawn on the window's ground.
    pub picture: f64,
}

/// The counted starts.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Starts {
    /// The kiosk's.
    pub kiosk: Vec<Start>,
    /// Chromium's.
    pub chromium: Vec<Start>,
}

impl Stage {
    /// Starts both, one after the other, again and again. The kiosk is provisioned afterwards.
    pub(super) async fn starts(&mut self) -> anyhow::Result<Starts> {
        self.room.start_kiosk().await?;
        self.room.kiosk()?.stop().await;
        let mut starts = Starts::default();
        for number in 0..=STARTS {
            let kiosk = self.start_kiosk().await.context("the kiosk")?;
            let chromium = self.start_chromium().await.context("Chromium")?;
            if number > 0 {
                starts.kiosk.push(kiosk);
                starts.chromium.push(chromium);
            }
            tracing::info!("started: kiosk {kiosk:?}, Chromium {chromium:?}");
        }
        Ok(starts)
    }

    async fn start_kiosk(&mut self) -> anyhow::Result<Start> {
        let display = Arc::clone(&self.display);
        let start = EmptyScreen::of(&display).await?;
        self.room.kiosk()?.start_again()?;
        let took = start.first_pixels().await?;
        self.room.kiosk()?.stop().await;
        Ok(took)
    }

    async fn start_chromium(&mut self) -> anyhow::Result<Start> {
        let command = self.peer.command(&self.booking.visitor_link);
        let log = self.room.directory.log("chromium");
        let start = EmptyScreen::of(&self.peer_display).await?;
        let chromium = Program::start("Chromium", command, &log)?;
        let took = start.first_pixels().await.with_context(|| chromium.tail())?;
        chromium.stop(Duration::from_secs(10)).await;
        Ok(took)
    }
}

/// A display without a window, and when that was last known.
struct EmptyScreen<'a> {
    display: &'a Display,
    background: ChangeWatch,
    since: Instant,
}

impl<'a> EmptyScreen<'a> {
    /// Waits until the last program's window is gone.
    async fn of(display: &'a Display) -> anyhow::Result<Self> {
        display.wait_for_no_window(Duration::from_secs(10)).await?;
        let background = ChangeWatch::start(&display.framebuffer()?)?;
        Ok(Self { display, background, since: Instant::now() })
    }

    async fn first_pixels(&self) -> anyhow::Result<Start> {
        let framebuffer = self.display.framebuffer()?;
        let pixel = wait_until("the first pixel", LIMIT, LOOK_EVERY, async || {
            let is_there = self.background.changed_share(&framebuffer)? > WINDOW_SHARE;
            Ok(is_there.then(|| self.since.elapsed().as_secs_f64()))
        });
        let pixel = pixel.await?;
        let picture = wait_until("the first picture", LIMIT, LOOK_EVERY, async || {
            Ok((drawn_share(&framebuffer)? > DRAWN_SHARE).then(|| self.since.elapsed().as_secs_f64()))
        });
        Ok(Start { pixel, picture: picture.await? })
    }
}
