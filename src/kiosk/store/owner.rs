//! Whose files these are. A machine that has become another kiosk leaves nothing of the old one in
//! use: the cache is removed, record and key are set aside and never sent in the new one's name.

use std::path::{Path, PathBuf};
use std::{fs, io};

use muwajaha_core::domain::KioskId;

use super::{StoreError, files};

/// A kiosk, as its store is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner(String);

impl Owner {
    /// This kiosk of this facility; other facilities may have one of the same name.
    pub fn of(facility: &str, kiosk: &KioskId) -> Self {
        Self(format!("{facility}/{kiosk}\n"))
    }

    /// Makes the store in `directory` this kiosk's. Again is fine, also after a power cut in between.
    pub(super) fn take_over(&self, directory: &Path) -> Result<(), StoreError> {
        let mark = directory.join("owner");
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::File { path, source }
        };
        match fs::read_to_string(&mark) {
            Ok(text) if text == self.0 => return Ok(()),
            Ok(_) => leave_behind(directory)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&mark)(error)),
        }
        let fresh = directory.join("owner.new");
        files::make_private_file(&fresh)?;
        fs::write(&fresh, &self.0).map_err(failed(&fresh))?;
        fs::File::open(&fresh).and_then(|file| file.sync_all()).map_err(failed(&fresh))?;
        fs::rename(&fresh, &mark).map_err(failed(&mark))?;
        files::sync_directory(directory)
    }
}

fn leave_behind(directory: &Path) -> Result<(), StoreError> {
    // With those that were set aside as damaged: they hold names and PIN verifiers of the old room.
    files::remove_all(directory, "cache.db")?;
    let aside: Vec<PathBuf> = ["record.db", "record.key"]
        .into_iter()
        .map(|name| directory.join(name))
        .filter(|path| path.exists())
        .map(|path| files::set_aside(&path, "left"))
        .collect::<Result<_, _>>()?;
    tracing::warn!(?aside, "this machine was another kiosk: its cache is gone, its record is kept and not sent");
    Ok(())
}
