//! A tar of plain texts (POSIX ustar), written as it grows.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const BLOCK: usize = 512;

/// A tar under way.
pub(super) struct Archive {
    file: File,
}

impl Archive {
    /// Begins it anew, readable by its owner alone.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        Ok(Self { file })
    }

    /// Adds a text. `name` has at most 100 bytes.
    pub(super) fn add(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.file.write_all(&header(name, text.len()))?;
        self.file.write_all(text.as_bytes())?;
        let rest = text.len().next_multiple_of(BLOCK) - text.len();
        self.file.write_all(&vec![0; rest])
    }

    /// Ends it, on the disk.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file.write_all(&[0; 2 * BLOCK])?;
        self.file.sync_all()
    }
}

fn header(name: &str, length: usize) -> Vec<u8> {
    let mut header = Vec::with_capacity(BLOCK);
    let field = |header: &mut Vec<u8>, text: &str, width: usize| {
        let end = header.len() + width;
        header.extend(text.bytes().take(width));
        header.resize(end, 0);
    };
    field(&mut header, name, 100);
    for number in ["0000600", "0000000", "0000000"] {
        field(&mut header, number, 8);
    }
    field(&mut header, &format!("{length:011o}"), 12);
    field(&mut header, "00000000000", 12);
    // The sum counts itself as spaces.
    field(&mut header, "        ", 8);
    field(&mut header, "0", 1);
    field(&mut header, "", 100);
    field(&mut header, "ustar", 6);
    field(&mut header, "00", 2);
    header.resize(BLOCK, 0);
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    header.splice(148..156, sum.bytes());
    header
}
