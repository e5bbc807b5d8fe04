//! The disk under the record: room, and whether it takes a file and gives it back.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

const MEBIBYTE: u64 = 1024 * 1024;
/// A year of records and the cache fit into this.
const COMFORTABLE_BYTES: u64 = 500 * MEBIBYTE;
const LEAST_BYTES: u64 = 50 * MEBIBYTE;

/// What was measured.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) free_bytes: u64,
    pub(super) total_bytes: u64,
    /// Whether a file could be written through to the disk and read back.
    pub(super) written: Result<(), String>,
}

pub(super) fn judge(measured: Result<Measured, String>) -> Finding {
    let measured = match measured {
        Ok(measured) => measured,
        Err(why) => return Finding::fail(CheckPart::Disk, why, Remedy::ReplaceDisk),
    };
    let gibibytes = |bytes: u64| bytes as f64 / (1024 * MEBIBYTE) as f64;
    let (free, total) = (measured.free_bytes, measured.total_bytes);
    let value = format!("{:.1} of {:.1} GiB free", gibibytes(free), gibibytes(total));
    match measured.written {
        Err(why) if free >= LEAST_BYTES => {
            Finding::fail(CheckPart::Disk, format!("{value}; {why}"), Remedy::ReplaceDisk)
        }
        _ if free < LEAST_BYTES => Finding::fail(CheckPart::Disk, value, Remedy::FreeDisk),
        _ if free < COMFORTABLE_BYTES => Finding::warn(CheckPart::Disk, value, Remedy::FreeDisk),
        _ => Finding::pass(CheckPart::Disk, value),
    }
}

pub(super) fn measure(directory: &Path) -> Result<Measured, String> {
    let room = rustix::fs::statvfs(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let written = write_and_read(directory).map_err(|error| format!("{}: {error}", directory.display()));
    Ok(Measured {
        free_bytes: room.f_bavail.saturating_mul(room.f_frsize),
        total_bytes: room.f_blocks.saturating_mul(room.f_frsize),
        written,
    })
}

fn write_and_read(directory: &Path) -> io::Result<()> {
    let path = directory.join(format!(".check-{}", std::process::id()));
    let pattern: Vec<u8> = (0..64 * 1024_u32).map(|at| (at % 251) as u8).collect();
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(&pattern)?;
        file.sync_all()
    });
    let read = written.and_then(|()| fs::read(&path));
    // Nothing to remove where nothing could be written.
    let _ = fs::remove_file(&path);
    if read? == pattern { Ok(()) } else { Err(io::Error::other("another text came back than was written")) }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    fn verdict(free_mebibytes: u64, written: Result<(), String>) -> (CheckVerdict, Option<Remedy>) {
        let (free_bytes, total_bytes) = (free_mebibytes * MEBIBYTE, 64 * 1024 * MEBIBYTE);
        let finding = judge(Ok(Measured { free_bytes, total_bytes, written }));
        (finding.verdict, finding.remedy)
    }

    #[test]
    fn a_disk_is_judged_by_its_room_and_by_what_it_takes() {
        assert_eq!(verdict(30_000, Ok(())), (CheckVerdict::Pass, None));
        assert_eq!(verdict(499, Ok(())), (CheckVerdict::Warn, Some(Remedy::FreeDisk)));
        assert_eq!(verdict(49, Ok(())), (CheckVerdict::Fail, Some(Remedy::FreeDisk)));
        assert_eq!(verdict(0, Err("no space".to_owned())), (CheckVerdict::Fail, Some(Remedy::FreeDisk)));
        let broken = Err("Input/output error".to_owned());
        assert_eq!(verdict(30_000, broken), (CheckVerdict::Fail, Some(Remedy::ReplaceDisk)));
    }

    #[test]
    fn this_machines_own_disk_is_measured_and_nothing_is_left_on_it() {
        let directory = tempfile::tempdir().unwrap();
        let measured = measure(directory.path()).unwrap();
        assert!(measured.written.is_ok() && measured.total_bytes > measured.free_bytes && measured.free_bytes > 0);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
        assert_eq!(judge(measure(&directory.path().join("away"))).verdict, CheckVerdict::Fail);
    }

    #[test]
    fn a_disk_that_takes_nothing_is_told_from_a_full_one() {
        let measured = measure(Path::new("/proc")).unwrap();
        assert!(measured.written.is_err());
    }
}
