//! What the kiosk asks of its machine, and what became of it: files that units watch.
//!
//! The kiosk's account may write no slot and restart nothing. `muwajaha-update.path` and
//! `muwajaha-restart.path` see that a file was written; what root does then depends on no word of it
//! (`systemd/`). [`note_update`] runs as root beside the unit, and says how that ended.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::offer::is_version;

/// The files, each watched or written by a unit.
#[derive(Debug, Clone)]
pub struct MachineFiles {
    /// The kiosk wants its update written; the version stands in it.
    pub update_requested: PathBuf,
    /// The kiosk wants the machine restarted.
    pub restart_requested: PathBuf,
    /// What became of the update, written by root.
    pub outcome: PathBuf,
}

impl MachineFiles {
    /// Of a kiosk with this runtime directory.
    pub fn of(runtime_directory: &Path) -> Self {
        Self {
            update_requested: runtime_directory.join("update-requested"),
            restart_requested: runtime_directory.join("restart-requested"),
            outcome: PathBuf::from("/run/muwajaha-update/outcome"),
        }
    }

    pub(super) fn request_update(&self, version: &str) -> io::Result<()> {
        fs::write(&self.update_requested, version)
    }

    pub(super) fn request_restart(&self, version: &str) -> io::Result<()> {
        fs::write(&self.restart_requested, version)
    }

    /// When an outcome was written last.
    pub(super) fn outcome_at(&self) -> Option<SystemTime> {
        fs::metadata(&self.outcome).and_then(|facts| facts.modified()).ok()
    }

    /// The outcome of this version's update.
    pub(super) fn outcome_of(&self, version: &str) -> Option<bool> {
        let outcome: Outcome = serde_json::from_slice(&fs::read(&self.outcome).ok()?).ok()?;
        (outcome.version == version).then_some(outcome.installed)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Outcome {
    version: String,
    installed: bool,
}

/// Notes how the unit that writes updates ended, for the kiosk that asked for it.
///
/// # Errors
/// Where the request is none, or the outcome cannot be written.
pub fn note_update(request: &Path, outcome: &Path, service_result: &str) -> io::Result<()> {
    // The kiosk's account can lay anything there: neither a link is followed nor a pipe waited for.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = fs::OpenOptions::new().read(true).custom_flags(flags).open(request)?;
    let mut version = String::new();
    file.take(64).read_to_string(&mut version)?;
    if !is_version(&version) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the request names no version"));
    }
    let fresh = outcome.with_extension("new");
    fs::write(&fresh, serde_json::to_vec(&Outcome { version, installed: service_result == "success" })?)?;
    fs::rename(fresh, outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_that_of_the_version_that_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let files = MachineFiles { outcome: folder.path().join("outcome"), ..MachineFiles::of(folder.path()) };
        assert_eq!(files.outcome_of("0.2.0"), None);
        files.request_update("0.2.0").unwrap();
        note_update(&files.update_requested, &files.outcome, "success").unwrap();
        assert_eq!((files.outcome_of("0.2.0"), files.outcome_of("0.3.0")), (Some(true), None));
        note_update(&files.update_requested, &files.outcome, "exit-code").unwrap();
        assert_eq!(files.outcome_of("0.2.0"), Some(false));
    }

    #[test]
    fn a_request_that_is_a_link_or_no_version_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let (request, outcome) = (folder.path().join("request"), folder.path().join("outcome"));
        std::os::unix::fs::symlink("/proc/version", &request).unwrap();
        assert!(note_update(&request, &outcome, "success").is_err());
        fs::remove_file(&request).unwrap();
        for text in ["", "../x", "0.2.0\n", "1.2 rm"] {
            fs::write(&request, text).unwrap();
            assert!(note_update(&request, &outcome, "success").is_err(), "{text:?}");
        }
        assert!(!outcome.exists());
    }
}
