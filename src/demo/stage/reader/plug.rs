//! The pseudo-terminal behind a link: there while the reader is plugged in, gone when it is pulled.
//!
//! The near end is raw and never blocks. Closing it hangs the far end up, as a USB serial port does
//! whose cable is pulled. The far end is never held open here: a kiosk opens it exclusively.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::Context;
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Opens a new pseudo-terminal and points `link` at its far end.
pub(super) fn plug(link: &Path) -> anyhow::Result<OwnedFd> {
    let port = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&port)?;
    unlockpt(&port)?;
    let mut settings = tcgetattr(&port)?;
    settings.make_raw();
    tcsetattr(&port, OptionalActions::Now, &settings)?;
    fcntl_setfl(&port, OFlags::NONBLOCK)?;
    let name = ptsname(&port, Vec::new())?;
    unlink(link)?;
    std::os::unix::fs::symlink(OsStr::from_bytes(name.to_bytes()), link)
        .with_context(|| format!("linking {}", link.display()))?;
    Ok(port)
}

/// Removes the link; the device file goes with its near end.
pub(super) fn unlink(link: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(link) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("removing {}", link.display())),
    }
}
