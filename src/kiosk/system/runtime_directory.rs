//! What must outlive this process and not this boot: the ended marks, the sign of life, that the first
//! frames were drawn, and why a process ended.
//!
//! Lies under the runtime directory, a tmpfs, so that writing never waits for a disk; written on
//! `session`, read at start. The directory belongs to one kiosk process at a time; others may look at
//! its signs.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use muwajaha_core::domain::BootTime;
use muwajaha_core::session::EndedMark;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::clock::HeardTime;
use super::failure::Failure;

const SIGN_OF_LIFE: &str = "alive";
const FIRST_FRAMES: &str = "first-frames-drawn";
const LAST_FAILURE: &str = "last-failure";
/// A sign of life is left each second; a process without one for so long is gone or stuck.
const ALIVE_WITHIN: Duration = Duration::from_secs(5);

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
        remove(&path.join(FIRST_FRAMES)).map_err(unusable)?;
        Ok(Self { path: path.to_owned(), boot_id: boot_id(), _lock: lock })
    }

    /// Whether a kiosk process holds the directory just now; leaves nothing behind.
    pub fn is_in_use(path: &Path) -> bool {
        let lock = File::open(path.join("lock"));
        lock.is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockShared).is_err())
    }

    /// What the process before left behind, seen at `now`.
    pub fn remains(&self, now: BootTime) -> Remains {
        let sign = sign_of_life(&self.path, &self.boot_id, now);
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
        fs::rename(fresh, self.path.join(SIGN_OF_LIFE))
    }

    /// Notes that this process has drawn its first frames.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn note_first_frames(&self) -> io::Result<()> {
        fs::write(self.path.join(FIRST_FRAMES), [])
    }
}

/// What can be seen of a kiosk from outside, without taking its directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KioskSigns {
    /// It lives and has drawn its first frames.
    pub is_drawing: bool,
    /// Why its last process ended, if not in order.
    pub last_failure: Option<Failure>,
}

impl KioskSigns {
    /// Looks into the runtime directory at `now`.
    pub fn seen_in(path: &Path, now: BootTime) -> Self {
        let lives = sign_of_life(path, &boot_id(), now).is_some_and(|sign| now.since(sign.boot) < ALIVE_WITHIN);
        Self { is_drawing: lives && path.join(FIRST_FRAMES).exists(), last_failure: last_failure(path) }
    }
}

/// Notes why the kiosk's process ended; `None` for an end in order. Called once it has ended.
///
/// # Errors
/// Where the directory cannot be written.
pub fn note_end(path: &Path, failure: Option<Failure>) -> io::Result<()> {
    remove(&path.join(FIRST_FRAMES))?;
    let last_failure = path.join(LAST_FAILURE);
    failure.map_or_else(|| remove(&last_failure), |failure| fs::write(&last_failure, failure.code()))
}

/// Why a process ended, where that was noted at or after `time`.
pub(crate) fn failure_noted_after(path: &Path, time: SystemTime) -> Option<Failure> {
    let noted_at = fs::metadata(path.join(LAST_FAILURE)).and_then(|facts| facts.modified()).ok()?;
    (noted_at >= time).then(|| last_failure(path)).flatten()
}

fn last_failure(path: &Path) -> Option<Failure> {
    fs::read_to_string(path.join(LAST_FAILURE)).ok().and_then(|code| Failure::of_code(code.trim()))
}

/// Removes a file, if it is there.
fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// By which this boot is told from another.
pub(crate) fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// The sign of life, if it was left in this boot.
fn sign_of_life(path: &Path, boot_id: &str, now: BootTime) -> Option<SignOfLife> {
    let bytes = fs::read(path.join(SIGN_OF_LIFE)).ok()?;
    let sign: SignOfLife = serde_json::from_slice(&bytes).ok()?;
    (!boot_id.is_empty() && sign.boot_id == boot_id && sign.boot <= now).then_some(sign)
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
    fn a_kiosk_is_seen_to_draw_while_it_lives_and_until_the_next_one_starts() {
        let folder = tempfile::tempdir().unwrap();
        let at = BootTime::from_millis;
        let is_drawing = |now| KioskSigns::seen_in(folder.path(), at(now)).is_drawing;
        {
            let runtime = RuntimeDirectory::take(folder.path()).unwrap();
            runtime.note_alive(at(1_000), None).unwrap();
            assert!(!is_drawing(1_500), "it lives, and nothing is on the screen yet");
            runtime.note_first_frames().unwrap();
            assert!(is_drawing(1_500));
            assert!(!is_drawing(6_500), "it no longer says that it lives");
        }
        let next = RuntimeDirectory::take(folder.path()).unwrap();
        next.note_alive(at(7_000), None).unwrap();
        assert!(!is_drawing(7_000), "the frames were another process's");
    }

    #[test]
    fn why_a_process_ended_is_known_until_one_ends_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let seen = || KioskSigns::seen_in(folder.path(), BootTime::from_millis(1)).last_failure;
        assert_eq!(seen(), None);
        note_end(folder.path(), Some(Failure::Configuration)).unwrap();
        assert_eq!(seen(), Some(Failure::Configuration));
        note_end(folder.path(), None).unwrap();
        assert_eq!(seen(), None);
        fs::write(folder.path().join(LAST_FAILURE), "K-99").unwrap();
        assert_eq!(seen(), None);
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
