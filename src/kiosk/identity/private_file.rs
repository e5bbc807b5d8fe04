//! A file for its owner alone that takes its name only once it is whole.
//!
//! Preparing it proves what keeping it needs: a folder that can be written to, and room on the disk.
//! What was prepared and not kept is removed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// As much as is certain to fit once a file could be prepared.
const ROOM: usize = 4096;

/// A file on its way to `path`.
#[derive(Debug)]
pub(crate) struct PrivateFile {
    file: File,
    fresh: PathBuf,
    path: PathBuf,
}

impl PrivateFile {
    /// Makes the file under another name beside `path`, as large as it may become.
    pub(crate) fn prepare(path: &Path) -> io::Result<Self> {
        let mut prepared = Self::create(path)?;
        prepared.fill(&[b'\n'; ROOM])?;
        Ok(prepared)
    }

    /// Makes the file under another name beside `path`, with all of its text.
    pub(crate) fn write(path: &Path, text: &[u8]) -> io::Result<Self> {
        let mut written = Self::create(path)?;
        written.fill(text)?;
        Ok(written)
    }

    fn create(path: &Path) -> io::Result<Self> {
        let fresh = path.with_extension("new");
        // A file of that name may have been left readable for others.
        if let Err(error) = fs::remove_file(&fresh)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        Ok(Self { file, fresh, path: path.to_owned() })
    }

    fn fill(&mut self, text: &[u8]) -> io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(text)?;
        self.file.set_len(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
        self.file.sync_all()
    }

    /// Writes `text` and gives the file its name, so that it outlives a power cut.
    pub(crate) fn keep(mut self, text: &str) -> io::Result<()> {
        self.fill(text.as_bytes())?;
        self.take_name()
    }

    /// Gives the file its name as it is, so that it outlives a power cut.
    pub(crate) fn take_name(self) -> io::Result<()> {
        fs::rename(&self.fresh, &self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for PrivateFile {
    fn drop(&mut self) {
        // Gone already where it was kept.
        let _ = fs::remove_file(&self.fresh);
    }
}
