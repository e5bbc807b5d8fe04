//! The bench: the real kiosk beside Chromium in kiosk mode, in one run, by one yardstick from
//! outside: pixels of a framebuffer, `/proc`, and the clock.
//!
//! Both show the same visit on displays of the same size, drawn by software, and are the two ends of
//! one 720p30 call. A figure that misses what is expected of it is a result; only a figure that could
//! not be taken is a failure.

mod call;
mod compare;
mod first_pixel;
mod flood;
mod machine;
mod measure;
mod readers;
mod readers_table;
mod taps;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;

pub use call::{CallFigures, EndFigures};
pub use compare::{Comparison, Expected, table};
pub use first_pixel::{Start, Starts};
pub use flood::FloodFigures;
pub use machine::Machine;
pub use measure::percentile;
pub use readers::{ReaderBench, ReaderFigures, readers};
pub use readers_table::readers_table;

use crate::prison::{Bookings, RoomPlan, VisitingRoom};
use crate::script::{KioskScreen, Look};
use crate::stage::{Display, StageDirectory};
use crate::visitor::{BrowserPlan, CameraFile, FIRST_VISITOR_COUNTER, PictureFormat, VisitorThings, write_microphone};

/// Longer than the whole bench takes, so that no clock ends the call that is measured.
const SLOT: Duration = Duration::from_secs(1800);
const LEAD: Duration = Duration::from_secs(2);

/// Everything that was measured.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Bench {
    /// Where.
    pub machine: Machine,
    /// The figures side by side.
    pub figures: Vec<Comparison>,
    /// The call behind them.
    pub call: CallFigures,
    /// Each start of both.
    pub starts: Starts,
    /// Milliseconds from a badge's first byte to changed pixels, each tap.
    pub taps_ms: Vec<f64>,
}

/// What takes part in the bench.
struct Stage {
    room: VisitingRoom,
    display: Arc<Display>,
    peer_display: Display,
    peer: BrowserPlan,
    camera: CameraFile,
    booking: Bookings,
    pictures: PathBuf,
}

/// Measures. Pictures of both screens in the call lie beside `report`.
///
/// # Errors
/// When something could not be measured.
pub async fn run(directory: StageDirectory, report: PathBuf) -> anyhow::Result<Bench> {
    let machine = Machine::look().await;
    let mut stage = Stage::open(directory, report).await?;
    let measured = stage.measure(machine).await;
    let kiosk_log = stage.room.kiosk.as_ref().map(|kiosk| kiosk.tail()).unwrap_or_default();
    stage.close().await;
    measured.context(kiosk_log)
}

impl Stage {
    async fn open(directory: StageDirectory, pictures: PathBuf) -> anyhow::Result<Self> {
        let peer_display = Display::start(&directory, "peer-screen").await.context("starting Chromium's display")?;
        let room = VisitingRoom::open(directory, RoomPlan { picture: PictureFormat::HD, ..RoomPlan::quiet() }).await?;
        let display = room.display.clone().context("the room has no display of its own")?;
        let folder = room.directory.folder("visitor")?;
        let things = VisitorThings {
            camera: folder.join("camera.y4m"),
            microphone: folder.join("microphone.wav"),
            trusted_key_hash: room.trusted_key_hash()?,
        };
        let camera = CameraFile::write(&things.camera, FIRST_VISITOR_COUNTER, PictureFormat::HD)?;
        write_microphone(&things.microphone)?;
        let peer = BrowserPlan::kiosk(&room.directory, &things, peer_display.name())?;
        let booking = room.people.book(&room.service, 1, SystemTime::now() + LEAD, SLOT).await?;
        Ok(Self { room, display, peer_display, peer, camera, booking, pictures })
    }

    async fn measure(&mut self, mut machine: Machine) -> anyhow::Result<Bench> {
        let starts = self.starts().await.context("measuring the first pixel")?;
        self.open_the_kiosk().await.context("opening the kiosk")?;
        let taps_ms = self.taps().await.context("measuring the badge")?;
        let call = self.call().await.context("measuring the call")?;
        machine.note_load_after();
        let figures = compare::figures(&starts, &call, &taps_ms).context("too few measurements")?;
        Ok(Bench { machine, figures, call, starts, taps_ms })
    }

    /// The kiosk stands there, started last by the measuring of its starts; a guard opens it.
    async fn open_the_kiosk(&mut self) -> anyhow::Result<()> {
        self.room.kiosk()?.start_again()?;
        open_the_kiosk(&self.room, &self.display).await
    }

    async fn close(self) {
        drop(self.display);
        self.room.close().await;
        self.peer_display.stop().await;
    }
}

/// Waits for a kiosk that was just started; a guard opens it.
async fn open_the_kiosk(room: &VisitingRoom, display: &Display) -> anyhow::Result<()> {
    let screen = KioskScreen::of(display)?;
    display.wait_for_window(Duration::from_secs(20)).await?;
    screen.wait_until_drawn(Duration::from_secs(20)).await?;
    screen.guard_at_panel(room).await?;
    let panel = screen.remember(Duration::from_millis(300)).await?;
    screen.press(Look::Accept, "the panel's button that opens the kiosk", Duration::from_secs(3)).await?;
    screen.wait_for_change(&panel, "the panel's closing", Duration::from_secs(5)).await
}
