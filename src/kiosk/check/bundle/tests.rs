//! What is planted in a kiosk's files and journal is not in its bundle, and what helps is.

use std::path::Path;
use std::process::Command;

use muwajaha_core::domain::{CheckPart, Finding, KioskId, Remedy};
use serde_json::json;

use super::journal::line;
use super::scrub::Scrubber;
use super::{Report, bundle, versions};
use crate::config::KioskConfig;
use crate::lanes::lanes;
use crate::store::{self, CachedSnapshot};

const TOKEN: &str = "kPq0_aTn4vXw9Zb1-cdEfGhIjKlMnOpQrStUvWxYz012";
const VISITOR_LINK: &str = "https://visit.example/visit#Zk3mPq9sT1uVwXyZaBcDeFgHiJkLmNoPqRsTuVwXyZ0";
/// Each of them is planted, and none may be found.
const PLANTED: [&str; 11] = [
    TOKEN,
    "Zk3mPq9sT1uVwXyZ",
    "حسين",
    "زينب",
    "Shilan",
    "Rashid",
    "471108",
    "0004578453",
    "04:A2:2B:1A:5C:64:80",
    "45678",
    "A-4711",
];

fn message(text: &str) -> String {
    let fields = json!({"__REALTIME_TIMESTAMP": "1764038493000000", "PRIORITY": "4", "SYSLOG_IDENTIFIER": "muwajaha",
        "MESSAGE": text, "_HOSTNAME": "K-01"});
    fields.to_string()
}

fn journal() -> Vec<String> {
    [
        "2026-11-25T02:41:33Z WARN muwajaha_kiosk::media: media cannot start code=\"K-03\" error=no element webrtcbin",
        "badge read: 0004578453",
        "a UID 04:A2:2B:1A:5C:64:80 and number=123/45678, and text:A-4711",
        "the visitor زينب محمد talks with حسين كاظم",
        "Shilan Rashid is waiting, staff 471108",
        &format!("Authorization: Bearer {TOKEN}"),
        &format!("opened {VISITOR_LINK} in 24 ms"),
    ]
    .map(message)
    .to_vec()
}

fn kiosk(folder: &Path) -> KioskConfig {
    let snapshot = json!({"inmates": [{"id": "i-1", "name": "حسين كاظم"}],
        "bookings": [{"id": "b-1", "visitor": "Shilan Rashid"}], "staff": [{"id": "g-1", "number": "471108"}]});
    let (events, _receiver) = lanes();
    let opened = store::start(folder, &store::Owner::of("karkh", &KioskId::new("K-01")), events).unwrap();
    assert!(opened.handle.save_snapshot(CachedSnapshot { json: snapshot.to_string(), etag: None }));
    opened.handle.stop();
    opened.thread.join().unwrap();
    let text = format!(
        "# the token is {TOKEN}\n[service]\nurl = \"https://visits.example:8444\"\n[reader]\nport = \"/dev/reader\"\n\
         protocol = \"rdm6300\"\n[store]\ndirectory = \".\"\n"
    );
    std::fs::write(folder.join("kiosk.toml"), text).unwrap();
    KioskConfig::read(&folder.join("kiosk.toml")).unwrap()
}

#[test]
fn nothing_planted_is_found_and_tar_unpacks_what_helps() {
    let folder = tempfile::tempdir().unwrap();
    let config = kiosk(folder.path());
    let report = Report::new(vec![Finding::fail(CheckPart::Camera, "Shilan: no frames", Remedy::PlugCamera)]);
    let file = folder.path().join("bundle.tar");
    let lines: Vec<_> = journal().iter().map(|json| line(json).unwrap()).collect();
    bundle(&file, &folder.path().join("kiosk.toml"), &config, &report, &lines).unwrap();

    let bytes = std::fs::read(&file).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    for planted in PLANTED {
        assert!(!text.contains(planted), "{planted} is in the bundle:\n{text}");
    }
    let unpacked = folder.path().join("unpacked");
    std::fs::create_dir(&unpacked).unwrap();
    assert!(Command::new("tar").arg("-xf").arg(&file).arg("-C").arg(&unpacked).status().unwrap().success());
    let read = |name: &str| std::fs::read_to_string(unpacked.join(name)).unwrap();
    assert!(read("journal.txt").contains("media cannot start code=\"K-03\" error=no element webrtcbin"));
    assert!(read("journal.txt").contains("in 24 ms"));
    assert!(read("kiosk.toml").contains("https://visits.example:8444"));
    assert!(read("findings.json").contains("no frames"));
    assert!(read("versions.txt").starts_with(&format!("muwajaha {}", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn what_no_list_knows_is_taken_out_by_its_shape() {
    let scrubber = Scrubber::knowing(Vec::new());
    for (text, scrubbed) in [
        ("booking=b-1 reason=SlotOver took 240 ms", "booking=b-1 reason=SlotOver took 240 ms"),
        ("a card 0004578453, twice", "a card [redacted], twice"),
        ("staff 4711 at [kiosk]", "staff [redacted] at [kiosk]"),
        ("token=0a1b2c3d4e5f60718293a4b5", "[redacted]"),
        ("at 04-a2-2b-1a", "at [redacted]"),
        ("die Karte von زينب hier", "die Karte von [redacted] hier"),
        ("muwajaha_kiosk::session_loop /var/lib/muwajaha", "muwajaha_kiosk::session_loop /var/lib/muwajaha"),
    ] {
        assert_eq!(scrubber.scrubbed(text), scrubbed);
    }
}

#[test]
fn this_machines_versions_are_told() {
    assert!(versions(Path::new("/")).contains("kernel "));
}
