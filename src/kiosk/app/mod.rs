//! The whole kiosk: starts every shell around the session, opens the window, ends in order.
//!
//! Lives on main. What cannot start is either reported and survived (media, the record, the line)
//! or ends the process with its remedy (configuration, identity, runtime directory, window).

mod each_second;
mod running;
mod window;

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::config::{ConfigError, KioskConfig};
use crate::identity::IdentityError;
use crate::net::tls::TlsError;
use crate::system::failure::Failure;
use crate::system::runtime_directory::RuntimeDirectoryError;
use crate::ui;
use crate::wizard::{self, Given};
use running::Running;
use window::Window;

/// Why there is no window, or none any more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WindowError {
    /// It cannot be shown.
    #[error(
        "the window cannot be shown ({0}): run the kiosk under a compositor (cage) or an X server, with DISPLAY or \
         WAYLAND_DISPLAY set"
    )]
    NotShown(String),
    /// It ended by itself.
    #[error("the window ended without being asked to: see what became of the compositor or the X server")]
    Ended,
}

impl From<eframe::Error> for WindowError {
    /// eframe's error is not Send and is flattened to its words here.
    fn from(error: eframe::Error) -> Self {
        Self::NotShown(error.to_string())
    }
}

/// Runs a kiosk until it is told to stop; on a machine that is none yet, the wizard first, with what
/// `facility` gives. `windowed` overrides `[screen]`.
///
/// # Errors
/// What keeps it from starting, or the window's end without being asked.
pub fn run(config_file: &Path, facility: Option<&Path>, windowed: Option<[u32; 2]>) -> anyhow::Result<()> {
    if let Some(given) = Given::to_machine_without_identity(config_file, facility)? {
        wizard::run(given, windowed)?;
        return Err(start_anew().into());
    }
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
    shown.map_err(WindowError::from)?;
    if !stopping.is_asked() {
        return Err(WindowError::Ended.into());
    }
    Ok(())
}

/// Becomes this program anew, in the same process: a process has one window in its life, and to systemd the
/// service goes on. Returns where that fails.
fn start_anew() -> std::io::Error {
    match std::env::current_exe() {
        Ok(program) => Command::new(program).args(std::env::args_os().skip(1)).exec(),
        Err(error) => error,
    }
}

/// What an error of [`run`] means to whoever stands before the screen.
pub fn failure_of(error: &anyhow::Error) -> Failure {
    let is_missing = |source: &std::io::Error| source.kind() == std::io::ErrorKind::NotFound;
    match (error.downcast_ref::<ConfigError>(), error.downcast_ref::<IdentityError>()) {
        (Some(ConfigError::Unreadable { source, .. }), _) | (_, Some(IdentityError::Unreadable { source, .. }))
            if is_missing(source) =>
        {
            Failure::NotProvisioned
        }
        (Some(_), _) => Failure::Configuration,
        (None, Some(_)) => Failure::Identity,
        (None, None) if error.is::<TlsError>() => Failure::Configuration,
        (None, None) if error.is::<RuntimeDirectoryError>() => Failure::RuntimeDirectory,
        (None, None) if error.is::<WindowError>() => Failure::Window,
        (None, None) => Failure::Start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;

    fn code(error: impl Into<anyhow::Error>) -> &'static str {
        failure_of(&error.into()).code()
    }

    #[test]
    fn a_missing_file_is_a_kiosk_that_was_not_provisioned_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file.toml");
        assert_eq!(code(KioskConfig::read(&file).unwrap_err()), "K-12");
        assert_eq!(code(Identity::read(&file).unwrap_err()), "K-12");
        std::fs::write(&file, "nonsense = 1").unwrap();
        assert_eq!(code(KioskConfig::read(&file).unwrap_err()), "K-11");
        assert_eq!(code(Identity::read(&file).unwrap_err()), "K-19");
    }

    #[test]
    fn an_error_keeps_its_meaning_under_what_is_said_about_it() {
        let file = std::path::Path::new("/nowhere/ca.pem");
        let refused = anyhow::Context::context(crate::net::tls::Authority::read(file), "service.ca_file");
        assert_eq!(code(refused.unwrap_err()), "K-11");
        assert_eq!(code(WindowError::Ended), "K-14");
        assert_eq!(code(anyhow::anyhow!("the store's thread")), "K-15");
    }
}
