//! The stick that this machine was started from. udev names its parts (`73-installer.rules`), and its signed command line
//! names the root hash, by which its root is verified.

use std::fs;
use std::path::{Path, PathBuf};

use super::InstallerProblem;

const PARTS: &str = "/dev/kiosk-stick";
/// What of the stick the root is opened as: each block read from it is verified.
const VERIFIED_ROOT: &str = "/dev/mapper/root";
const HASH_DIGITS: usize = 64;

/// The stick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stick {
    disk: String,
    root_hash: String,
}

impl Stick {
    /// Where this machine was started from one.
    pub(super) fn started_from() -> Result<Self, InstallerProblem> {
        let command_line = fs::read_to_string("/proc/cmdline").unwrap_or_default();
        let disk = disk_of(&Path::new(PARTS).join("root"));
        match (root_hash_in(&command_line), disk) {
            (Some(root_hash), Some(disk)) => Ok(Self { disk, root_hash }),
            (root_hash, disk) => {
                tracing::warn!(?root_hash, ?disk, "this machine was not started from a stick");
                Err(InstallerProblem::StickUnreadable)
            }
        }
    }

    /// The kernel's name of it.
    pub(super) fn disk(&self) -> &str {
        &self.disk
    }

    pub(super) fn boot(&self) -> PathBuf {
        Path::new(PARTS).join("boot")
    }

    pub(super) fn root(&self) -> PathBuf {
        PathBuf::from(VERIFIED_ROOT)
    }

    pub(super) fn verity(&self) -> PathBuf {
        Path::new(PARTS).join("verity")
    }

    pub(super) fn root_hash(&self) -> &str {
        &self.root_hash
    }

    /// By which a kernel finds its root: the first half of the root hash; and the second half, by which it finds verity.
    pub(super) fn partition_ids(&self) -> (String, String) {
        let (root, verity) = self.root_hash.split_at(HASH_DIGITS / 2);
        (as_uuid(root), as_uuid(verity))
    }

    pub(super) fn is_plugged_in(&self) -> bool {
        Path::new("/sys/block").join(&self.disk).exists()
    }

    /// The stick is this machine's root: what is still needed once it is out is read beforehand.
    pub(super) fn leave_memory_enough_to_restart(&self) {
        rustix::fs::sync();
        if let Err(error) = fs::read("/proc/self/exe") {
            tracing::warn!(%error, "the stick may be missed");
        }
    }
}

fn root_hash_in(command_line: &str) -> Option<String> {
    let hash = command_line.split_whitespace().find_map(|word| word.strip_prefix("roothash="))?;
    (hash.len() == HASH_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| hash.to_owned())
}

fn as_uuid(digits: &str) -> String {
    let mut uuid = digits.to_owned();
    for place in [20, 16, 12, 8] {
        uuid.insert(place, '-');
    }
    uuid
}

/// The kernel's name of the disk that a partition belongs to.
fn disk_of(partition: &Path) -> Option<String> {
    let name = partition.canonicalize().ok()?.file_name()?.to_owned();
    let place = Path::new("/sys/class/block").join(name).canonicalize().ok()?;
    Some(place.parent()?.file_name()?.to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "292604b12941238d7e0b69d1807fdd642f8c333e144c82a8592d078bf9db840a";

    #[test]
    fn the_root_hash_names_root_and_verity() {
        let root_hash = root_hash_in(&format!("roothash={HASH} quiet\n")).unwrap();
        let stick = Stick { disk: "sda".to_owned(), root_hash };
        let ids = ("292604b1-2941-238d-7e0b-69d1807fdd64", "2f8c333e-144c-82a8-592d-078bf9db840a");
        assert_eq!(stick.partition_ids(), (ids.0.to_owned(), ids.1.to_owned()));
        for wrong in ["quiet", "roothash=", "roothash=2926", &format!("roothash={}x", &HASH[1..])] {
            assert_eq!(root_hash_in(wrong), None, "{wrong}");
        }
    }
}
