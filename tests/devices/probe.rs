//! The technician's probe before every simulated reader: it is found, and the kiosk that is
//! configured with what the probe says reads its cards. Speeds mean nothing on a pseudo-terminal.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use muwajaha_core::badge::BadgeNumber;
use muwajaha_core::session::BadgeEvent;
use muwajaha_demo::stage::{Card, Iso14443a, OsdpSettings, Reader, ReaderModel, TextCheck, TextFormat};
use muwajaha_kiosk::badge::{ProbeOrder, ProbeReport, ReaderKind, Verdict, probe_reader};
use muwajaha_kiosk::config::KioskConfig;

use super::osdp::room::{KEY, Room, program_beside};

const CARDS: [[u8; 5]; 2] = [[0x3e, 0x00, 0x45, 0xdc, 0x95], [0x3e, 0x00, 0x45, 0xdc, 0x96]];
/// Not one of those that the probe was shown: a TWN4 remembers them for a while.
const NEXT_CARD: [u8; 5] = [0x3e, 0x00, 0x45, 0xdc, 0x99];
const NUMBER: &str = "0004578457";

/// Probes while a technician puts one badge after the other to the reader; what it said live too.
fn probe(reader: &Reader) -> (ProbeReport, String) {
    probe_with(reader, "", &CARDS, Duration::from_secs(10))
}

/// The same, where these tables are in the configuration already.
fn probe_with(reader: &Reader, tables: &str, cards: &[[u8; 5]], listen: Duration) -> (ProbeReport, String) {
    let folder = tempfile::tempdir().unwrap();
    let reader_lines = format!("[reader]\nport = \"{}\"\n{tables}", reader.path().display());
    let port = KioskConfig::read_probed_port(&written(&reader_lines, folder.path())).unwrap();
    let order = ProbeOrder { baud: Some(9600), listen, reveal: false };
    let mut live = Vec::new();
    let report = std::thread::scope(|scope| {
        let probing = scope.spawn(|| probe_reader(&port, &order, &mut live));
        for card in cards.iter().cycle() {
            if probing.is_finished() {
                break;
            }
            reader.put(*card);
            std::thread::sleep(Duration::from_millis(150));
            reader.lift();
            std::thread::sleep(Duration::from_millis(150));
        }
        probing.join().unwrap()
    });
    (report, String::from_utf8(live).unwrap())
}

/// The kiosk's configuration with the probe's lines in it.
fn configured(lines: &str, folder: &Path) -> KioskConfig {
    KioskConfig::read(&written(lines, folder)).unwrap_or_else(|error| panic!("{error}\n{lines}"))
}

fn written(lines: &str, folder: &Path) -> PathBuf {
    let file = folder.join("kiosk.toml");
    std::fs::write(&file, format!("[service]\nurl = \"https://visits.example:8444\"\n{lines}")).unwrap();
    file
}

fn is_found(model: ReaderModel, named: &str, card: impl Into<Card>, typed: &str) {
    let mut room = Room::locked(None, "");
    room.reader = Reader::of_model(model, &room.folder.path().join("probed")).unwrap();
    let (report, live) = probe(&room.reader);
    assert_eq!(report.verdict, Verdict::Pass, "{live}{report}");
    let found = report.found.unwrap();
    assert_eq!((found.protocol.to_string().as_str(), found.baud), (named, 9600), "{live}");
    let is_redacted = report.last_read.as_deref().is_none_or(|read| read == "[redacted]");
    assert!(is_redacted && !live.contains("00457"), "{live}");
    room.settings = configured(&found.lines, room.folder.path()).reader;
    room.start();
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    room.reader.put(card);
    assert_eq!(room.next(), BadgeEvent::BadgeRead(BadgeNumber::from_typed(typed).unwrap()), "{}", found.lines);
}

/// All at once, since a probe mostly waits.
#[test]
fn every_reader_but_osdp_is_found_and_the_kiosk_reads_its_cards() {
    let stx = TextFormat { prefix: "\u{2}".to_owned(), check: TextCheck::XorOfBytes, ..TextFormat::default() };
    let desfire = Iso14443a::desfire([0x04, 0xa2, 0x2b, 0x1a, 0x5c, 0x64, 0x80]);
    std::thread::scope(|scope| {
        for (model, named) in [
            (ReaderModel::Rdm6300, "rdm6300"),
            (ReaderModel::Id12la, "id12la"),
            (ReaderModel::Twn4Simple { has_crc: false }, "twn4"),
            (ReaderModel::Twn4Simple { has_crc: true }, "twn4"),
            (ReaderModel::Twn4Standard, "twn4"),
            (ReaderModel::Text(stx), "text"),
            (ReaderModel::Text(TextFormat::default()), "text"),
        ] {
            scope.spawn(move || is_found(model, named, NEXT_CARD, NUMBER));
        }
        scope.spawn(|| is_found(ReaderModel::Pn532, "pn532", desfire, "04:A2:2B:1A:5C:64:80"));
    });
}

#[test]
fn one_badge_again_and_again_tells_no_frame_and_the_technician_is_told_to_put_another() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader::of_model(ReaderModel::Text(TextFormat::default()), &folder.path().join("probed")).unwrap();
    let (report, live) = probe_with(&reader, "", &CARDS[..1], Duration::from_secs(3));
    assert!(report.verdict == Verdict::Fail && report.found.is_none(), "{live}{report}");
    assert_eq!(live.matches("put another badge").count(), 1, "{live}");
    assert!(report.remedy.unwrap().contains("two different badges"));
}

#[test]
fn osdp_is_found_at_its_address_without_a_key_and_its_identity_told() {
    for (address, key) in [(0, Some(KEY)), (3, None)] {
        let folder = tempfile::tempdir().unwrap();
        let model = ReaderModel::Osdp(OsdpSettings { address, key });
        let reader = Reader::of_model(model, &folder.path().join("probed")).unwrap();
        let key_file = "[reader.osdp]\naddress = 0\nkey_file = \"hall.key\"";
        let (report, live) = probe_with(&reader, key_file, &CARDS, Duration::from_secs(10));
        let found = report.found.as_ref().unwrap_or_else(|| panic!("{live}"));
        assert!(found.identity.is_some());
        let ReaderKind::Osdp(settings) = configured(&found.lines, folder.path()).reader.protocol else { panic!() };
        assert_eq!((settings.address, settings.key_file), (address, folder.path().join("hall.key")));
        assert!(!reader.is_secure() && reader.given_key().is_none() && report.last_read.is_none());
        let words = report.to_string();
        assert!(
            words.contains("install-key") && words.contains("unless") && words.contains("serial number"),
            "{words}"
        );
    }
}

#[test]
fn on_a_silent_line_nothing_is_found_in_time_and_the_program_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader::plugged_in(&folder.path().join("silent")).unwrap();
    let config = folder.path().join("kiosk.toml");
    let port = reader.path().display();
    std::fs::write(&config, format!("[service]\nurl = \"https://v.example\"\n[reader]\nport = \"{port}\"\n")).unwrap();
    let check = |more: &[&str]| {
        let check = ["check", "reader", "--json", "--config"];
        Command::new(program_beside("muwajaha")).args(check).arg(&config).args(more).output().unwrap()
    };
    let advised = check(&[]);
    assert!(!advised.status.success() && String::from_utf8_lossy(&advised.stderr).contains("--probe"));
    let began = Instant::now();
    let probed = check(&["--probe", "--baud", "9600", "--seconds", "0"]);
    assert!(!probed.status.success() && began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    let report: serde_json::Value = serde_json::from_slice(&probed.stdout).unwrap();
    assert_eq!((&report["verdict"], &report["found"]), (&"fail".into(), &serde_json::Value::Null), "{report}");
    assert!(report["remedy"].as_str().unwrap().contains("power and wires"), "{report}");
}
