//! A disk that is full: rows are refused at once, nothing is lost, and later it works again.
//!
//! Told twice: on a small disk of its own where that can be mounted (root), and in a child process
//! whose files may not grow, as everybody may have it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::shelf::{Shelf, files, opened, wait_for};

const FOLDER: &str = "MUWAJAHA_TEST_FULL_DISK";

/// A disk that can be filled and emptied again.
trait Disk {
    fn fill(&self);
    fn free(&self);
}

fn the_story(folder: &Path, disk: &impl Disk) {
    let mut shelf = Shelf::open(folder);
    shelf.records_rows(3);
    let epoch = shelf.epoch();
    disk.fill();
    let mut taken = 3;
    // What was laid out on the disk before may still take a few rows.
    while shelf.records(opened()) {
        taken += 1;
        assert!(taken < 2000, "the disk is not full");
    }
    for _ in 0..3 {
        assert!(!shelf.records(opened()), "told at once, each time");
    }
    assert!(!wait_for(shelf.handle.acknowledge(epoch.clone(), 2)), "the mark cannot be kept either");
    assert_eq!(shelf.sequences(), (1..=taken).collect::<Vec<_>>(), "what is there can be read");

    disk.free();
    shelf.records_rows(2);
    assert!(wait_for(shelf.handle.acknowledge(epoch.clone(), 2)));
    assert_eq!(shelf.sequences(), (3..=taken + 2).collect::<Vec<_>>());
    drop(shelf);
    let shelf = Shelf::open(folder);
    assert_eq!(shelf.sequences(), (3..=taken + 2).collect::<Vec<_>>());
    assert_eq!(shelf.epoch(), epoch, "a full disk is no damage");
    assert!(files(folder, "record.db.damaged").is_empty());
}

/// A kiosk may also be started while its disk is full, and must then say so.
fn the_story_of_a_start(folder: &Path, disk: &impl Disk) {
    disk.fill();
    let mut shelf = Shelf::open(folder);
    assert!(shelf.record_lost);
    assert!(!shelf.records(opened()));
    disk.free();
    shelf.records_rows(1);
    assert_eq!(shelf.sequences(), [1]);
}

/// A file system of its own.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path) -> Option<Self> {
        let mounting = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder).output();
        mounting.is_ok_and(|done| done.status.success()).then(|| Self(folder.to_owned()))
    }
}

impl Disk for SmallDisk {
    fn fill(&self) {
        let mut ballast = File::create(self.0.join("ballast")).unwrap();
        while ballast.write_all(&[0; 512]).is_ok() {}
    }

    fn free(&self) {
        fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(&self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking(), "it stays mounted");
    }
}

#[test]
fn a_small_disk_that_is_full_refuses_rows_and_later_takes_them() {
    for story in [the_story, the_story_of_a_start] {
        let folder = tempfile::tempdir().unwrap();
        // Whoever may not mount has the same story from the child below.
        let Some(disk) = SmallDisk::mount(folder.path()) else { return };
        story(&folder.path().join("store"), &disk);
    }
}

/// This process's files may not grow beyond a few pages.
struct FilesMayNotGrow;

impl Disk for FilesMayNotGrow {
    fn fill(&self) {
        limit(Some(4096));
    }

    fn free(&self) {
        limit(getrlimit(Resource::Fsize).maximum);
    }
}

fn limit(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    setrlimit(Resource::Fsize, Rlimit { current: bytes, maximum }).unwrap();
}

#[test]
#[ignore = "a child of `a_process_whose_files_may_not_grow_refuses_rows_and_later_takes_them`"]
fn in_a_process_of_its_own() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    the_story(&Path::new(&folder).join("running"), &FilesMayNotGrow);
    the_story_of_a_start(&Path::new(&folder).join("starting"), &FilesMayNotGrow);
}

#[test]
fn a_process_whose_files_may_not_grow_refuses_rows_and_later_takes_them() {
    let folder = tempfile::tempdir().unwrap();
    // The shell's trap lets the child live where the limit would kill it by SIGXFSZ.
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["store::tests::disk::in_a_process_of_its_own", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    assert!(folder.path().join("starting/record.db").exists(), "the child told its story");
}
