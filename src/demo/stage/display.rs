//! An X display of the run's own: Xvfb with its screen in a file, and a pointer that can click.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStdout, Command};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, MOTION_NOTIFY_EVENT, MapState,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::{Program, StageDirectory, wait_until};
use crate::detect::framebuffer::Framebuffer;

/// Width and height of the kiosk's screen.
pub const SCREEN_SIZE: (u16, u16) = (1280, 800);
const PRIMARY_BUTTON: u8 = 1;

/// A running Xvfb.
#[derive(Debug)]
pub struct Display {
    program: Program,
    // Xvfb would get SIGPIPE without its reader.
    _stdout: BufReader<ChildStdout>,
    name: String,
    framebuffer_file: PathBuf,
    connection: RustConnection,
    root: u32,
}

impl Display {
    /// Starts Xvfb on a free display number; `screen` names the folder in which its pixels lie.
    ///
    /// # Errors
    /// When Xvfb is missing or does not come up.
    pub async fn start(directory: &StageDirectory, screen: &str) -> anyhow::Result<Self> {
        let folder = directory.folder(screen)?;
        let (width, height) = SCREEN_SIZE;
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-screen", "0"]);
        command.arg(format!("{width}x{height}x24")).arg("-fbdir").arg(&folder);
        let log = directory.log(&format!("xvfb-{screen}"));
        let (program, stdout) = Program::start_piped("Xvfb", command, &log)
            .context("no X server could be started: install Debian's package xvfb")?;
        let mut stdout = BufReader::new(stdout);
        let mut number = String::new();
        let line = tokio::time::timeout(Duration::from_secs(15), stdout.read_line(&mut number)).await;
        if !matches!(line, Ok(Ok(1..))) {
            bail!("Xvfb named no display within 15 s; {}", program.tail());
        }
        let name = format!(":{}", number.trim());
        let (connection, screen) =
            RustConnection::connect(Some(&name)).with_context(|| format!("connecting to the X display {name}"))?;
        let root = connection.setup().roots.get(screen).context("the X display has no screen")?.root;
        connection.xtest_get_version(2, 2)?.reply().context("the X display has no XTEST extension")?;
        let framebuffer_file = folder.join("Xvfb_screen0");
        Ok(Self { program, _stdout: stdout, name, framebuffer_file, connection, root })
    }

    /// `:99`, for the environment variable DISPLAY.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The screen's pixels.
    ///
    /// # Errors
    /// When the framebuffer file cannot be read.
    pub fn framebuffer(&self) -> anyhow::Result<Framebuffer> {
        Framebuffer::open(&self.framebuffer_file)
            .with_context(|| format!("the framebuffer {}", self.framebuffer_file.display()))
    }

    /// Freezes it: whoever waits for its answer waits.
    ///
    /// # Errors
    /// When it does not run.
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.program.signal(Signal::STOP)
    }

    /// It goes on.
    ///
    /// # Errors
    /// When it does not run.
    pub fn thaw(&self) -> anyhow::Result<()> {
        self.program.signal(Signal::CONT)
    }

    /// Moves the pointer there and clicks.
    ///
    /// # Errors
    /// When the display is gone.
    pub async fn click(&self, x: i16, y: i16) -> anyhow::Result<()> {
        self.press(x, y).await?;
        tokio::time::sleep(Duration::from_millis(60)).await;
        self.lift(x, y)
    }

    /// Moves the pointer there and presses.
    ///
    /// # Errors
    /// When the display is gone.
    pub async fn press(&self, x: i16, y: i16) -> anyhow::Result<()> {
        self.connection.xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, x, y, 0)?;
        self.connection.flush()?;
        tokio::time::sleep(Duration::from_millis(30)).await;
        self.connection.xtest_fake_input(BUTTON_PRESS_EVENT, PRIMARY_BUTTON, 0, self.root, x, y, 0)?;
        self.connection.flush()?;
        Ok(())
    }

    /// Lifts what was pressed there.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn lift(&self, x: i16, y: i16) -> anyhow::Result<()> {
        self.connection.xtest_fake_input(BUTTON_RELEASE_EVENT, PRIMARY_BUTTON, 0, self.root, x, y, 0)?;
        self.connection.get_input_focus()?.reply()?;
        Ok(())
    }

    /// Moves the pointer out of the way, so that nothing is drawn as hovered.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn park_pointer(&self) -> anyhow::Result<()> {
        self.connection.xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, 0, 0, 0)?;
        self.connection.flush()?;
        Ok(())
    }

    /// Waits until a window covers the screen's middle.
    ///
    /// # Errors
    /// When none does in time.
    pub async fn wait_for_window(&self, limit: Duration) -> anyhow::Result<()> {
        wait_until("a window on the X display", limit, Duration::from_millis(20), async || {
            let windows = self.connection.query_tree(self.root)?.reply()?.children;
            for window in windows {
                let geometry = self.connection.get_geometry(window)?.reply();
                if geometry.is_ok_and(|geometry| geometry.width >= SCREEN_SIZE.0 / 2) {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Waits until no window is shown.
    ///
    /// # Errors
    /// When one stays.
    pub async fn wait_for_no_window(&self, limit: Duration) -> anyhow::Result<()> {
        wait_until("an X display without a window", limit, Duration::from_millis(20), async || {
            let windows = self.connection.query_tree(self.root)?.reply()?.children;
            let is_shown = windows.into_iter().any(|window| {
                let attributes = self.connection.get_window_attributes(window);
                let state = attributes.ok().and_then(|cookie| cookie.reply().ok()).map(|reply| reply.map_state);
                state.is_some_and(|state| state != MapState::UNMAPPED)
            });
            Ok((!is_shown).then_some(()))
        })
        .await
    }

    /// Ends the X server.
    pub async fn stop(self) {
        drop(self.connection);
        self.program.stop(Duration::from_secs(5)).await;
    }
}
