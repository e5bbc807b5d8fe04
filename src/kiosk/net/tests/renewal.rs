//! A certificate is followed by the next one in time, and never lost on the way.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use muwajaha_core::session::NetEvent;
use serde_json::json;
use tempfile::TempDir;

use super::room::{Room, but, counted, in_health, timings};
use super::service::{Answer, Asked, Service};
use crate::identity::{Identity, KeptIdentity, signer};
use crate::net::Timings;

/// Two thirds of it are over in 2030, when all these stories happen.
const NEARING_ITS_END: std::ops::RangeInclusive<i32> = 2020..=2031;

/// A kiosk whose identity is kept in a folder.
struct Machine {
    folder: TempDir,
    identity: Arc<KeptIdentity>,
}

impl Machine {
    fn with(years: std::ops::RangeInclusive<i32>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = signer::kept_in(&folder.path().join("identity.toml"), signer::identity("K-01", years));
        Self { folder, identity }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("identity.toml")
    }

    /// Syncs all the time.
    fn runs(&self, service: &Service) -> Room {
        let timings = Timings { sync_interval: Duration::from_millis(30), ..timings() };
        Room::known_by(&self.identity, self.folder.path(), service.url(), service.authority(), timings)
    }
}

fn signs(asked: &Asked) -> Answer {
    let body = asked.json();
    let certificate = signer::sign("K-01", body["certificate_request"].as_str().unwrap(), signer::ALWAYS);
    Answer::json(200, &json!({"certificate": certificate}))
}

#[test]
fn a_certificate_that_nears_its_end_is_followed_by_another_with_a_key_of_its_own() {
    let service = Service::over_tls(but("certificate", signs));
    let machine = Machine::with(NEARING_ITS_END);
    let before = machine.identity.shown().to_toml();
    let room = machine.runs(&service);
    let shown = service.nth("certificate", 1).certificate.unwrap();
    service.once("the sync after the renewal", |asked| {
        let renewed = asked.iter().position(|asked| asked.call() == "certificate")?;
        asked[renewed..].iter().find(|asked| asked.call() == "time").cloned()
    });
    // Connections that stand are kept; the next one shows the next certificate.
    service.line().hang_up();
    let next = service.once("a connection with the next certificate", |asked| {
        asked.iter().filter_map(|asked| asked.certificate.clone()).find(|certificate| *certificate != shown)
    });
    drop(room);
    let text = Identity::read(&machine.file()).unwrap().to_toml();
    assert_eq!(text, machine.identity.shown().to_toml());
    assert_eq!(signer::hash_of_pem(&text), next);
    let key = |text: &str| text[text.find("PRIVATE KEY").unwrap()..].to_owned();
    assert_ne!(key(&text), key(&before));
    assert_eq!(service.asked().iter().filter(|asked| asked.call() == "certificate").count(), 1, "once is enough");
}

#[test]
fn a_certificate_with_time_left_is_left_alone() {
    let service = Service::over_tls(but("certificate", signs));
    let machine = Machine::with(2020..=2040);
    let _room = machine.runs(&service);
    service.nth("snapshot", 4);
    assert!(service.asked().iter().all(|asked| asked.call() != "certificate"));
}

#[test]
fn a_renewal_that_is_refused_torn_or_for_another_key_is_tried_again_and_changes_nothing() {
    let foreign =
        || signer::sign("K-01", &crate::identity::FreshKey::generate().unwrap().request().unwrap(), signer::ALWAYS);
    let service = Service::over_tls(counted(
        move |count, asked| match count {
            1 => Answer::text(500, ""),
            2 => Answer::json(200, &json!({"certificate": "none"})),
            3 => Answer::json(200, &json!({"certificate": foreign()})),
            4 => Answer::CutOff(b"{\"certificate\"".to_vec()),
            5 => Answer::problem(422, "invalid-field"),
            _ => signs(asked),
        },
        "certificate",
    ));
    let machine = Machine::with(NEARING_ITS_END);
    let before = machine.identity.shown().to_toml();
    let _room = machine.runs(&service);
    service.nth("certificate", 6);
    let after = service.once("the next sync", |asked| {
        let renewed = asked.iter().rposition(|asked| asked.call() == "certificate")?;
        asked[renewed..].iter().any(|asked| asked.call() == "time").then(|| Identity::read(&machine.file()).unwrap())
    });
    assert_ne!(after.to_toml(), before);
    assert_eq!(service.asked().iter().filter(|asked| asked.call() == "certificate").count(), 6);
}

#[test]
fn a_disk_that_takes_no_file_costs_no_certificate() {
    let service = Service::over_tls(but("certificate", signs));
    let machine = Machine::with(NEARING_ITS_END);
    // A folder is in the way of the new file, for root too.
    let in_the_way = machine.folder.path().join("identity.new");
    std::fs::create_dir(&in_the_way).unwrap();
    let _room = machine.runs(&service);
    service.nth("snapshot", 3);
    assert!(service.asked().iter().all(|asked| asked.call() != "certificate"));
    std::fs::remove_dir(&in_the_way).unwrap();
    service.nth("certificate", 1);
}

#[test]
fn a_service_that_refuses_the_certificate_in_the_handshake_puts_the_kiosk_out_of_service() {
    let service = Service::over_tls(in_health);
    let machine = Machine::with(1990..=1999);
    let room = machine.runs(&service);
    room.hears_event(&NetEvent::KioskRevoked(true));
    assert!(service.asked().is_empty(), "no word of it was heard");
}
