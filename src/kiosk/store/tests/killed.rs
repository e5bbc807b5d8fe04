//! A kiosk that is killed while it writes: every row that was told committed is there afterwards.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::shelf::{Shelf, opened};
use crate::store::CachedSnapshot;

const FOLDER: &str = "MUWAJAHA_TEST_STORE";
const TOLD: &str = "committed ";

/// Writes for as long as it lives, and tells of each row that is on disk.
#[test]
#[ignore = "killed by `a_killed_kiosk_has_every_row_that_was_committed`"]
fn writing_without_end() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let mut shelf = Shelf::open(Path::new(&folder));
    let mut written = shelf.sequences().len();
    loop {
        assert!(shelf.records(opened()));
        written += 1;
        println!("{TOLD}{written}");
        shelf.handle.save_snapshot(CachedSnapshot { json: super::cache::room("ar"), etag: None });
    }
}

/// This very binary once more, running the test above on `folder`.
fn writer(folder: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["store::tests::killed::writing_without_end", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let told = BufReader::new(writer.stdout.take().unwrap());
    (writer, told)
}

#[test]
fn a_killed_kiosk_has_every_row_that_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let mut epoch = None;
    let mut before = 0;
    for more in [1, 7, 30, 90] {
        let (mut writer, told) = writer(folder.path());
        let mut last = 0;
        for line in told.lines() {
            let line = line.unwrap();
            // The last line may have been cut by the kill, its beginning not.
            let Some(number) = line.strip_prefix(TOLD).and_then(|number| number.parse::<u64>().ok()) else { continue };
            last = number;
            if number == before + more {
                writer.kill().unwrap();
            }
        }
        writer.wait().unwrap();
        assert!(last >= before + more, "the writer ended by itself after {last}");
        let shelf = Shelf::open(folder.path());
        let sequences = shelf.sequences();
        assert!(sequences.len() as u64 >= last, "{last} rows were told committed, {} are there", sequences.len());
        assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>());
        assert_eq!(*epoch.get_or_insert_with(|| shelf.epoch()), shelf.epoch(), "no damage was found");
        before = sequences.len() as u64;
    }
}
