//! Writes the image to a disk and reads it back.
//!
//! systemd-repart copies the partitions and writes the table last of all, so that a disk that was not written to its end
//! starts nothing. The root is read through verity on both sides: a bad block of the stick is never written, and one of the
//! disk is found. Slot B and `/var` are made by the machine's first start.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::InstallerProblem;
use super::boot_files::{are_alike, tidy};
use super::disks::Disk;
use super::stick::Stick;

const RUNTIME: &str = "/run/kiosk-installer";
/// The boot loader's settings and keys, in the verified root.
const SETTINGS: &str = "/usr/share/muwajaha/boot";
const READ_BACK_AS: &str = "kiosk-installed";
const BOOT_BYTES: u64 = 512 << 20;
const LOOK_EVERY: Duration = Duration::from_millis(300);
const NODES_WITHIN: Duration = Duration::from_secs(20);
const READ_AT_ONCE: usize = 4 << 20;

/// Writes the image of `stick` to `disk`.
pub(super) fn write(stick: &Stick, disk: &Disk, mut progress: impl FnMut(u8)) -> Result<(), InstallerProblem> {
    progress(0);
    let root_bytes = size_of(&stick.root()).map_err(at_stick)?;
    let verity_bytes = size_of(&stick.verity()).map_err(at_stick)?;
    let definitions = Path::new(RUNTIME).join("repart.d");
    write_definitions(stick, &definitions).map_err(at_disk)?;
    let mut repart = Command::new("/usr/bin/systemd-repart");
    repart.args(["--dry-run=no", "--empty=force", "--seed=random", "--no-pager"]);
    repart.arg(format!("--definitions={}", definitions.display())).arg(disk.device()).stdout(Stdio::null());
    let before = disk.written_bytes();
    let mut child = repart.spawn().map_err(at_disk)?;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(at_disk)? {
            break status;
        }
        thread::sleep(LOOK_EVERY);
        progress(percent(disk.written_bytes().saturating_sub(before), BOOT_BYTES + root_bytes + verity_bytes));
    };
    if !status.success() {
        tracing::warn!(%status, "systemd-repart did not write the disk");
        return Err(if stick.is_plugged_in() {
            InstallerProblem::NotWritten
        } else {
            InstallerProblem::StickUnreadable
        });
    }
    wait_for(&disk.partition(3)).map_err(at_disk)?;
    let boot = Mounted::at("disk", &disk.partition(1), "rw").map_err(at_disk)?;
    tidy(boot.folder(), Path::new(SETTINGS)).map_err(at_disk)?;
    drop(boot);
    rustix::fs::sync();
    Ok(())
}

/// Reads back from `disk` what was written.
pub(super) fn check(stick: &Stick, disk: &Disk, mut progress: impl FnMut(u8)) -> Result<(), InstallerProblem> {
    progress(0);
    Verity::opened(disk, stick.root_hash()).and_then(|root| root.read(progress)).map_err(as_not_written)?;
    let theirs = Mounted::at("stick", &stick.boot(), "ro").map_err(at_stick)?;
    let boot = Mounted::at("disk", &disk.partition(1), "ro").map_err(as_not_written)?;
    let alike = are_alike(boot.folder(), theirs.folder(), Path::new(SETTINGS)).map_err(as_not_written)?;
    if alike { Ok(()) } else { Err(InstallerProblem::NotAsWritten) }
}

/// The disk as far as the image brings it; the machine's own definitions (`repart.d`) add the rest to it.
fn write_definitions(stick: &Stick, folder: &Path) -> io::Result<()> {
    let (root_id, verity_id) = stick.partition_ids();
    let parts = [
        ("00-esp", "esp", stick.boot(), "512M", String::new()),
        ("10-root", "root", stick.root(), "1G", format!("Label=root_%A\nUUID={root_id}\nReadOnly=yes\n")),
        (
            "11-verity",
            "root-verity",
            stick.verity(),
            "64M",
            format!("Label=verity_%A\nUUID={verity_id}\nReadOnly=yes\n"),
        ),
    ];
    fs::create_dir_all(folder)?;
    for (name, kind, source, size, more) in parts {
        let source = source.display();
        let text =
            format!("[Partition]\nType={kind}\nCopyBlocks={source}\nSizeMinBytes={size}\nSizeMaxBytes={size}\n{more}");
        fs::write(folder.join(format!("{name}.conf")), text)?;
    }
    Ok(())
}

/// A partition that is mounted as long as this lives.
struct Mounted {
    folder: PathBuf,
}

impl Mounted {
    fn at(name: &str, partition: &Path, access: &str) -> io::Result<Self> {
        let folder = Path::new(RUNTIME).join(name);
        fs::create_dir_all(&folder)?;
        let options = format!("{access},nosuid,nodev,noexec");
        run(Command::new("/usr/bin/mount").args(["-t", "vfat", "-o", &options]).arg(partition).arg(&folder))?;
        Ok(Self { folder })
    }

    fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Err(error) = run(Command::new("/usr/bin/umount").arg(&self.folder)) {
            tracing::warn!(%error, "the boot partition stays mounted");
        }
    }
}

/// The root on the disk, opened by its hash as long as this lives.
struct Verity;

impl Verity {
    fn opened(disk: &Disk, root_hash: &str) -> io::Result<Self> {
        let mut attach = Command::new("/usr/lib/systemd/systemd-veritysetup");
        run(attach.args(["attach", READ_BACK_AS]).arg(disk.partition(2)).arg(disk.partition(3)).arg(root_hash))?;
        Ok(Self)
    }

    /// All of it, from the disk itself: the kernel fails where a block is another.
    fn read(&self, mut progress: impl FnMut(u8)) -> io::Result<()> {
        let device = Path::new("/dev/mapper").join(READ_BACK_AS);
        wait_for(&device)?;
        let bytes = size_of(&device)?;
        let mut file = File::open(device)?;
        let (mut buffer, mut done) = (vec![0; READ_AT_ONCE], 0);
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            done += read as u64;
            progress(percent(done, bytes));
        }
    }
}

impl Drop for Verity {
    fn drop(&mut self) {
        if let Err(error) = run(Command::new("/usr/lib/systemd/systemd-veritysetup").args(["detach", READ_BACK_AS])) {
            tracing::warn!(%error, "the disk's root stays open");
        }
    }
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}

fn size_of(device: &Path) -> io::Result<u64> {
    File::open(device)?.seek(SeekFrom::End(0))
}

/// udev makes the nodes after the kernel has seen the table.
fn wait_for(node: &Path) -> io::Result<()> {
    let began = Instant::now();
    while !node.exists() {
        if began.elapsed() > NODES_WITHIN {
            return Err(io::Error::other(format!("{}: there is no such device", node.display())));
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

/// A hundred is said by whoever goes on.
fn percent(done: u64, of: u64) -> u8 {
    u8::try_from(done.saturating_mul(100) / of.max(1)).unwrap_or(99).min(99)
}

fn at_stick(error: io::Error) -> InstallerProblem {
    tracing::warn!(%error, "the stick");
    InstallerProblem::StickUnreadable
}

fn at_disk(error: io::Error) -> InstallerProblem {
    tracing::warn!(%error, "writing the disk");
    InstallerProblem::NotWritten
}

fn as_not_written(error: io::Error) -> InstallerProblem {
    tracing::warn!(%error, "reading the disk back");
    InstallerProblem::NotAsWritten
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_says_more_than_is_true() {
        assert_eq!(
            [percent(0, 10), percent(5, 10), percent(10, 10), percent(20, 10), percent(1, 0)],
            [0, 50, 99, 99, 99]
        );
    }
}
