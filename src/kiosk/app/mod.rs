//! The whole kiosk: starts every shell around the session, opens the window, ends in order.
//!
//! Lives on main. What cannot start is either reported and survived (media, the record, the line)
//! or ends the process with its remedy (configuration, identity, runtime directory, window).

mod running;
mod window;

use std::path::Path;

use anyhow::Context;

use crate::config::KioskConfig;
use crate::ui;
use running::Running;
use window::Window;

/// Runs a kiosk until it is told to stop. `windowed` overrides `[screen]`.
///
/// # Errors
/// What keeps it from starting, or the window's end without being asked.
pub fn run(config_file: &Path, windowed: Option<[u32; 2]>) -> anyhow::Result<()> {
    let mut config = KioskConfig::read(config_file)?;
    if let Some(size) = windowed {
        config.screen.fullscreen = false;
        config.screen.size = size;
    }
    let options = ui::native_options(config.screen.fullscreen, Some(config.screen.size));
    let running = Running::start(&config)?;
    let stopping = running.stopping();
    let for_window = running.clone();
    let shown = eframe::run_native(
        "muwajaha",
        options,
        Box::new(move |context| Ok(Box::new(Window::new(context, for_window)))),
    );
    running.shut_down();
    // The error is not Send and is flattened to its words here.
    shown.map_err(|error| anyhow::anyhow!("{error}")).context(
        "the window cannot be shown: run the kiosk under a compositor (cage) or an X server, with DISPLAY or \
         WAYLAND_DISPLAY set",
    )?;
    anyhow::ensure!(stopping.is_asked(), "the window ended without being asked to");
    Ok(())
}
