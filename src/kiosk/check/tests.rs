//! The check as a whole, on this machine: what is there is measured, what is not is named in time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use muwajaha_core::domain::{CheckId, CheckPart, CheckVerdict, Finding, Remedy};
use muwajaha_core::session::{CheckEvent, Event};

use super::{Bench, DEVICES, Parts, Stop, camera};
use crate::config::KioskConfig;
use crate::lanes::{EventReceiver, Received, lanes};
use crate::media::{CameraSettings, CameraSource};
use crate::system::runtime_directory::RuntimeDirectory;

fn config(folder: &Path, camera: &str) -> KioskConfig {
    let file = folder.join("kiosk.toml");
    let mut text = "[service]\nurl = \"https://127.0.0.1:1\"\n".to_owned();
    text += "[reader]\nport = \"/nowhere/reader\"\nprotocol = \"rdm6300\"\n";
    write!(text, "[camera]\nsource = {camera}\nwidth = 320\nheight = 180\nframes_per_second = 10\n").unwrap();
    text += "[microphone]\nsource = \"none\"\n[speaker]\nsink = \"none\"\n";
    text += "[store]\ndirectory = \".\"\n[runtime]\ndirectory = \"runtime\"\n";
    std::fs::write(&file, text).unwrap();
    KioskConfig::read(&file).unwrap()
}

fn found(bench: &Bench, parts: &Parts) -> BTreeMap<CheckPart, Finding> {
    let mut findings = BTreeMap::new();
    bench.check(parts, &Stop::default(), |finding| {
        assert!(findings.insert(finding.part, finding).is_none(), "a part was told twice");
    });
    findings
}

#[test]
fn every_part_is_told_once_and_what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::of(&config(folder.path(), "\"test\""));
    let findings = found(&bench, &CheckPart::ALL.into_iter().collect());
    assert_eq!(findings.len(), CheckPart::ALL.len());
    let says = |part| (findings[&part].verdict, findings[&part].remedy);
    assert_eq!(says(CheckPart::Camera), (CheckVerdict::Pass, None), "{:?}", findings[&CheckPart::Camera]);
    assert_eq!(says(CheckPart::Microphone), (CheckVerdict::Fail, Some(Remedy::PlugMicrophone)));
    assert_eq!(says(CheckPart::Reader), (CheckVerdict::Fail, Some(Remedy::PlugReader)));
    assert_eq!(says(CheckPart::Service), (CheckVerdict::Fail, Some(Remedy::ProvisionAnew)));
    assert_ne!(says(CheckPart::Disk).0, CheckVerdict::Fail);
}

#[test]
fn devices_that_a_running_kiosk_has_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "\"test\"");
    assert!(!RuntimeDirectory::is_in_use(&config.runtime_directory));
    let kiosk = RuntimeDirectory::take(&config.runtime_directory).unwrap();
    let began = Instant::now();
    let findings = found(&Bench::of(&config), &DEVICES.into_iter().collect());
    assert!(findings.values().all(|finding| finding.remedy == Some(Remedy::StopKiosk)) && findings.len() == 5);
    assert!(began.elapsed() < Duration::from_secs(1));
    drop(kiosk);
    assert!(!RuntimeDirectory::is_in_use(&config.runtime_directory));
}

fn looked_at(source: CameraSource) -> Finding {
    let settings = CameraSettings { source, width: 320, height: 180, frames_per_second: 10 };
    camera::judge(camera::measure(&settings, &Stop::default()), 10)
}

#[test]
fn a_covered_camera_and_one_that_is_away_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("covered.y4m");
    let mut bytes = b"YUV4MPEG2 W320 H180 F10:1 Ip A1:1 C420mpeg2\n".to_vec();
    for _ in 0..60 {
        bytes.extend_from_slice(b"FRAME\n");
        bytes.resize(bytes.len() + 320 * 180, 16);
        bytes.resize(bytes.len() + 320 * 180 / 2, 128);
    }
    std::fs::write(&film, bytes).unwrap();
    let covered = looked_at(CameraSource::File(film));
    assert_eq!((covered.verdict, covered.remedy), (CheckVerdict::Fail, Some(Remedy::UncoverCamera)), "{covered:?}");
    let away = looked_at(CameraSource::V4l2("/dev/video-that-is-not-there".into()));
    assert_eq!((away.verdict, away.remedy), (CheckVerdict::Fail, Some(Remedy::PlugCamera)), "{away:?}");
    assert!(away.value.contains("/dev/video-that-is-not-there"), "{away:?}");
}

/// What the thread tells of this check until its end.
fn told(events: &EventReceiver, check: CheckId) -> Vec<CheckPart> {
    let mut parts = Vec::new();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        match events.receive(Duration::from_millis(100)) {
            Received::Event(Event::Check(CheckEvent::Found { check: by, finding })) if by == check => {
                parts.push(finding.part);
            }
            Received::Event(Event::Check(CheckEvent::Finished { check: by })) if by == check => return parts,
            _ => {}
        }
    }
    panic!("the check has no end, and found {parts:?}");
}

#[test]
fn a_kiosks_own_check_leaves_the_reader_alone_and_lets_go_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, events) = lanes();
    let checks = super::start(&config(folder.path(), "\"test\""), sender).unwrap();
    assert!(checks.start(CheckId(1)));
    checks.stop(CheckId(1));
    assert!(!told(&events, CheckId(1)).contains(&CheckPart::Camera), "it was told to stop");
    assert!(checks.start(CheckId(2)));
    let mut parts = told(&events, CheckId(2));
    parts.sort_unstable();
    let all_but_reader: Vec<CheckPart> = CheckPart::ALL.into_iter().filter(|part| *part != CheckPart::Reader).collect();
    assert_eq!(parts, all_but_reader);
}
