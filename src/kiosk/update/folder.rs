//! The folder of an update's files, and what the kiosk must remember of updates over a restart.
//!
//! Files lie under a name of their own until they are whole; the sums come last of all, for only with
//! them does systemd-sysupdate see anything. A full disk gives back at once what was half fetched: the
//! record needs that room.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use muwajaha_core::domain::UpdateFailure;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::offer::{Offer, OfferedFile, SIGNATURE, SUMS};

const INSTALLED: &str = "installed.json";
const FAILED: &str = "failed.json";

/// An update that lies in the other slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Installed {
    pub(super) version: String,
    /// The boot in which it was written.
    pub(super) boot_id: String,
}

/// An update that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failed {
    pub(super) version: String,
    pub(super) failure: UpdateFailure,
    /// Which offer it was.
    pub(super) offer: String,
}

/// The folder.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Ok(Self(path.to_owned()))
    }

    pub(super) fn installed(&self) -> Option<Installed> {
        self.remembered(INSTALLED)
    }

    pub(super) fn failed(&self) -> Option<Failed> {
        self.remembered(FAILED)
    }

    pub(super) fn remember_installed(&self, installed: Option<&Installed>) -> io::Result<()> {
        self.remember(INSTALLED, installed)
    }

    pub(super) fn remember_failed(&self, failed: Option<&Failed>) -> io::Result<()> {
        self.remember(FAILED, failed)
    }

    fn remembered<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&fs::read(self.0.join(name)).ok()?).ok()
    }

    fn remember<T: Serialize>(&self, name: &str, what: Option<&T>) -> io::Result<()> {
        match what {
            Some(what) => self.write_whole(name, &serde_json::to_vec(what)?),
            None => remove(&self.0.join(name)),
        }
    }

    /// Removes what belongs to no file of `offer`; without one, every file of an update.
    pub(super) fn keep_only(&self, offer: Option<&Offer>) -> io::Result<()> {
        let files = offer.map(|offer| offer.files.as_slice()).unwrap_or_default();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_kept = [INSTALLED, FAILED].contains(&name.as_ref())
                || files.iter().any(|file| *name == file.name || *name == part_name(file));
            if !is_kept && entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    pub(super) fn is_whole(&self, file: &OfferedFile) -> bool {
        self.0.join(&file.name).is_file()
    }

    /// The half-fetched file, opened at its end, and how much of it is there.
    pub(super) fn part(&self, file: &OfferedFile) -> io::Result<(File, u64)> {
        let part = OpenOptions::new().create(true).append(true).open(self.0.join(part_name(file)))?;
        let length = part.metadata()?.len();
        Ok((part, length))
    }

    /// Gives the half-fetched file up.
    pub(super) fn drop_part(&self, file: &OfferedFile) -> io::Result<()> {
        remove(&self.0.join(part_name(file)))
    }

    /// Gives the file its name, if it is what its sum says; whether it was.
    pub(super) fn finish(&self, file: &OfferedFile) -> io::Result<bool> {
        let part = self.0.join(part_name(file));
        if sha256(&part)? != file.sha256 {
            remove(&part)?;
            return Ok(false);
        }
        File::open(&part)?.sync_all()?;
        fs::rename(part, self.0.join(&file.name))?;
        Ok(true)
    }

    /// Shows the update to systemd-sysupdate.
    pub(super) fn show(&self, offer: &Offer) -> io::Result<()> {
        self.write_whole(SIGNATURE, &offer.signature)?;
        self.write_whole(SUMS, &offer.sums)
    }

    /// What is free on its disk.
    pub(super) fn free_bytes(&self) -> io::Result<u64> {
        let found = rustix::fs::statvfs(&self.0)?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }

    fn write_whole(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let fresh = self.0.join(format!("{name}.new"));
        let mut file = File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(fresh, self.0.join(name))
    }
}

fn part_name(file: &OfferedFile) -> String {
    format!("{}.part", file.name)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn sha256(path: &Path) -> io::Result<[u8; 32]> {
    let (mut file, mut hasher, mut piece) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(hasher.finalize().into());
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
}
