//! What must outlive this process and not this boot: the ended marks and the sign of life.
//!
//! Lies under the runtime directory, a tmpfs, so that writing never waits for a disk; written on
//! `session`, read at start. The directory belongs to one kiosk process at a time.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use muwajaha_core::domain::BootTime;
use muwajaha_core::session::EndedMark;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::clock::HeardTime;

/// Why the runtime directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeDirectoryError {
    /// It cannot be made or written.
    #[error("the runtime directory {path} cannot be used ({source}): make it writable, or set `runtime.directory`")]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another kiosk process runs in it.
    #[error("another kiosk already runs in {path}: stop it first, or set another `runtime.directory`")]
    InUse {
        /// Which.
        path: PathBuf,
    },
}

/// The runtime directory, held by this process.
#[derive(Debug)]
pub struct RuntimeDirectory {
    path: PathBuf,
    boot_id: String,
    _lock: File,
}

/// What the process before this one left behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remains {
    /// How long ago it lived, if that was in this boot.
    pub alive_ago: Option<Duration>,
    /// The service's clock, if it was heard in this boot.
    pub heard: Option<HeardTime>,
    /// Visits it had marked as ended.
    pub ended_marks: Vec<EndedMark>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SignOfLife {
    boot_id: String,
    boot: BootTime,
    heard: Option<HeardTime>,
}

impl RuntimeDirectory {
    /// Makes the directory where it is missing and takes it for this process.
    ///
    /// # Errors
    /// [`RuntimeDirectoryError`], with the remedy.
    pub fn take(path: &Path) -> Result<Self, RuntimeDirectoryError> {
        let unusable = |source| RuntimeDirectoryError::Unusable { path: path.to_owned(), source };
        fs::create_dir_all(path.join("ended")).map_err(unusable)?;
        let lock = File::create(path.join("lock")).map_err(unusable)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| RuntimeDirectoryError::InUse { path: path.to_owned() })?;
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned();
        Ok(Self { path: path.to_owned(), boot_id, _lock: lock })
    }

    /// What the process before left behind, seen at `now`.
    pub fn remains(&self, now: BootTime) -> Remains {
        let sign = fs::read(self.path.join("alive"))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<SignOfLife>(&bytes).ok())
            .filter(|sign| !self.boot_id.is_empty() && sign.boot_id == self.boot_id && sign.boot <= now);
        let ended_marks = fs::read_dir(self.path.join("ended"))
            .into_iter()
            .flatten()
            .filter_map(|entry| serde_json::from_slice(&fs::read(entry.ok()?.path()).ok()?).ok())
            .collect();
        Remains {
            alive_ago: sign.as_ref().map(|sign| now.since(sign.boot)),
            heard: sign.and_then(|sign| sign.heard),
            ended_marks,
        }
    }

    /// Marks a visit as ended, for the process after this one.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn mark_ended(&self, mark: &EndedMark) -> io::Result<()> {
        fs::write(self.path.join("ended").join(hex::encode(mark.booking.as_str())), serde_json::to_vec(mark)?)
    }

    /// Notes that this process lives.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn note_alive(&self, now: BootTime, heard: Option<HeardTime>) -> io::Result<()> {
        let sign = SignOfLife { boot_id: self.boot_id.clone(), boot: now, heard };
        let fresh = self.path.join("alive.new");
        fs::write(&fresh, serde_json::to_vec(&sign)?)?;
        fs::rename(fresh, self.path.join("alive"))
    }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::{BookingId, EndReason, StaffEndReason, StaffId};

    use super::*;

    #[test]
    fn a_restarted_kiosk_knows_how_long_it_was_away_and_which_visits_had_ended() {
        let folder = tempfile::tempdir().unwrap();
        let ended = EndedMark {
            booking: BookingId::new("bk-1/../x"),
            reason: EndReason::StaffEnded(StaffEndReason::Conduct),
            staff: Some(StaffId::new("g-1")),
        };
        {
            let runtime = RuntimeDirectory::take(folder.path()).unwrap();
            runtime.note_alive(BootTime::from_millis(10_000), None).unwrap();
            runtime.mark_ended(&ended).unwrap();
            assert!(matches!(RuntimeDirectory::take(folder.path()), Err(RuntimeDirectoryError::InUse { .. })));
        }
        let remains = RuntimeDirectory::take(folder.path()).unwrap().remains(BootTime::from_millis(12_500));
        assert_eq!(remains.alive_ago, Some(Duration::from_millis(2_500)));
        assert_eq!(remains.ended_marks, [ended]);
    }

    #[test]
    fn another_boots_sign_of_life_and_a_torn_one_count_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = RuntimeDirectory::take(folder.path()).unwrap();
        let other_boot = r#"{"boot_id":"another","boot":5,"heard":null}"#;
        for left in [other_boot, "{\"boot_id\":", ""] {
            fs::write(folder.path().join("alive"), left).unwrap();
            assert_eq!(runtime.remains(BootTime::from_millis(10)), Remains::default());
        }
    }
}
