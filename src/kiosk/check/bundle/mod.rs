//! The log bundle: what somebody far away needs to understand a kiosk, with personal data taken out.
//!
//! A tar of the findings, the versions, the configuration and the journal. Names, badge numbers and
//! secrets that this kiosk knows are taken out by what they are, and everything else that may be one by
//! its shape; where the two disagree, too much is taken out. Runs on the caller's thread.

mod archive;
mod journal;
mod scrub;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::Path;

use super::Report;
use crate::config::KioskConfig;
use crate::store;
use archive::Archive;
use journal::Line;
use scrub::Scrubber;

/// Writes the bundle into `file`, which only its owner may read.
///
/// # Errors
/// The system's, where the file cannot be written.
pub fn write_bundle(file: &Path, config_file: &Path, config: &KioskConfig, report: &Report) -> io::Result<()> {
    bundle(file, config_file, config, report, &journal::read())
}

fn bundle(file: &Path, config_file: &Path, config: &KioskConfig, report: &Report, journal: &[Line]) -> io::Result<()> {
    let scrubber = Scrubber::knowing(known_secrets(config));
    let mut archive = Archive::create(file)?;
    archive.add("findings.json", &scrubber.known_taken_out(&report.to_json()))?;
    archive.add("versions.txt", &versions(Path::new("/")))?;
    archive.add("kiosk.toml", &scrubber.known_taken_out(&scrub::config(&fs::read_to_string(config_file)?)))?;
    let lines = journal.iter().map(|Line { at, priority, program, message }| {
        format!("{at} {priority} {program}: {}\n", scrubber.scrubbed(message))
    });
    archive.add("journal.txt", &lines.collect::<String>())?;
    archive.finish()
}

/// Everything that this kiosk knows of people. Its own key stands in no file that is taken.
fn known_secrets(config: &KioskConfig) -> Vec<String> {
    let room = store::cached_room(&config.store_directory);
    let room = room.and_then(|room| serde_json::from_str(&room.json).ok()).unwrap_or_default();
    scrub::personal_texts(&room)
}

fn versions(root: &Path) -> String {
    let text = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let release = text("etc/os-release");
    let kept = ["PRETTY_NAME=", "IMAGE_ID=", "IMAGE_VERSION="];
    let release = release.lines().filter(|line| kept.iter().any(|key| line.starts_with(key)));
    let mut versions = format!("muwajaha {}\n", env!("CARGO_PKG_VERSION"));
    versions.extend(release.map(|line| format!("{line}\n")));
    versions += &format!("kernel {}", text("proc/sys/kernel/osrelease"));
    versions += &format!("up {} s\n", text("proc/uptime").split('.').next().unwrap_or_default());
    versions
}
