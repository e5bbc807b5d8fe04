//! A disk that this machine does not open, as the kiosk's account sees it, and how it asks for another.
//!
//! Root lays a mark where it put memory in the disk's place (`muwajaha-disk-closed.service`). The kiosk
//! may make no partition: `muwajaha-disk-anew.path` sees its request, root makes the partition with what
//! lies in the kiosk's directory, and the machine restarts. No word of the request counts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use muwajaha_core::provisioning::Disk;

use crate::store;
use crate::system::failure::Failure;
use crate::system::runtime_directory::failure_noted_after;

/// As long as root's unit may take, and the machine's own restart after it.
const MADE_WITHIN: Duration = Duration::from_mins(12);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The files, each watched or written by a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiskFiles {
    /// Root's: whether the disk is closed, and why it could not be made anew.
    notes: PathBuf,
    /// The kiosk wants its disk made anew.
    requested: PathBuf,
}

/// Why the disk is not there.
#[derive(Debug, thiserror::Error)]
pub(super) enum DiskError {
    /// It cannot be asked for.
    #[error("{path}: {source}; restart the machine")]
    NotAsked {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Root's unit failed.
    #[error("the disk was not made anew ({}): `journalctl -u muwajaha-disk-anew` says why", .0.code())]
    Failed(Failure),
    /// Nothing happened.
    #[error("the disk is not made anew after {} s: is muwajaha-disk-anew.path running?", MADE_WITHIN.as_secs())]
    TookTooLong,
}

impl DiskFiles {
    /// Of a kiosk with this runtime directory.
    pub(super) fn of(runtime_directory: &Path) -> Self {
        // Beside it: what lies in there is the kiosk's own.
        let mut notes = runtime_directory.as_os_str().to_owned();
        notes.push("-disk");
        Self { notes: notes.into(), requested: runtime_directory.join("disk-requested") }
    }

    pub(super) fn disk(&self) -> Disk {
        if self.notes.join("closed").exists() { Disk::Closed } else { Disk::Opens }
    }

    /// Asks for the disk and waits for the machine's restart; returns where that does not come. What lies in
    /// `store` begins with the word that an earlier record is lost.
    pub(super) async fn make_anew(&self, store: &Path) -> Result<(), DiskError> {
        store::note_lost_record(store).map_err(|source| DiskError::NotAsked { path: store.to_owned(), source })?;
        let not_asked = |source| DiskError::NotAsked { path: self.requested.clone(), source };
        fs::write(&self.requested, []).map_err(not_asked)?;
        let asked_at = fs::metadata(&self.requested).and_then(|facts| facts.modified()).map_err(not_asked)?;
        let failure = async {
            loop {
                if let Some(failure) = failure_noted_after(&self.notes, asked_at) {
                    return failure;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        match tokio::time::timeout(MADE_WITHIN, failure).await {
            Ok(failure) => Err(DiskError::Failed(failure)),
            Err(_) => Err(DiskError::TookTooLong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::runtime_directory::note_end;

    fn files(folder: &Path) -> DiskFiles {
        let runtime = folder.join("runtime");
        fs::create_dir_all(&runtime).unwrap();
        fs::create_dir_all(folder.join("runtime-disk")).unwrap();
        DiskFiles::of(&runtime)
    }

    #[test]
    fn a_disk_is_closed_where_root_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        assert_eq!(files.disk(), Disk::Opens);
        fs::write(folder.path().join("runtime-disk/closed"), []).unwrap();
        assert_eq!(files.disk(), Disk::Closed);
        assert_eq!(DiskFiles::of(Path::new("/run/muwajaha")).notes, Path::new("/run/muwajaha-disk"));
    }

    #[test]
    fn a_disk_that_root_does_not_make_is_told_and_an_earlier_failure_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let notes = folder.path().join("runtime-disk");
        note_end(&notes, Some(Failure::Stuck)).unwrap();
        let long_ago = std::time::SystemTime::now() - Duration::from_mins(5);
        fs::File::options().write(true).open(notes.join("last-failure")).unwrap().set_modified(long_ago).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let told = runtime.block_on(async {
            let store = folder.path().join("store");
            let asked = files.make_anew(&store);
            let root = async {
                while !files.requested.exists() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                note_end(&notes, Some(Failure::Start)).unwrap();
            };
            tokio::join!(asked, root).0
        });
        assert!(matches!(told, Err(DiskError::Failed(Failure::Start))), "{told:?}");
    }
}
