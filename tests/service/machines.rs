//! The kiosk's own provisioning and line, against the real service: what `muwajaha provision` and
//! the thread `net` do. The kiosk lives by the service's clock, so that 90 days take no time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use muwajaha_core::domain::{KioskId, Redacted};
use muwajaha_core::session::{Event, NetEvent, Recovery, Session};
use muwajaha_kiosk::identity::{Identity, KeptIdentity};
use muwajaha_kiosk::lanes::{EventReceiver, Received, lanes};
use muwajaha_kiosk::net::tls::{self, Authority};
use muwajaha_kiosk::net::{self, NetHandle, NetSettings, Timings, random_jitter};
use muwajaha_kiosk::provisioning::{
    Order, ProvisionError, Provisioned, StickError, Voucher, order_from_file, provision,
};
use muwajaha_kiosk::status::{self, StatusSource};
use muwajaha_kiosk::store::{self, Owner, StoreHandle};
use muwajaha_kiosk::system::clock::ServiceClock;
use reqwest::{Method, Url};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;

use super::house::{Door, House};

const PATIENCE: Duration = Duration::from_secs(20);
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A machine in a technician's hands.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn identity_file(&self) -> PathBuf {
        self.folder.path().join("identity.toml")
    }

    async fn provision(&self, house: &House, code: &str, anew: bool) -> Result<Provisioned, ProvisionError> {
        let order = Order {
            service: house.url(Door::Kiosk, ""),
            voucher: Voucher::Code(Redacted::new(code.to_owned())),
            directory: self.folder.path().to_owned(),
            authority: Some(Authority::read(&house.authority()).unwrap()),
            anew,
        };
        provision(&order, |_| {}).await
    }

    /// Made K-01 by a code of the office.
    async fn provisioned_at(house: &House) -> Self {
        let machine = Self::new();
        let done = machine.provision(house, &code(house, "K-01").await, false).await.unwrap();
        assert_eq!(done, Provisioned::Anew(KioskId::new("K-01")));
        machine
    }

    fn runs(&self, house: &House) -> Line {
        let identity = KeptIdentity::read(&self.identity_file()).unwrap();
        let shown = identity.shown();
        let settings = NetSettings {
            service: Url::parse(&house.url(Door::Kiosk, "")).unwrap(),
            kiosk: shown.kiosk.clone(),
            tls: tls::as_kiosk(Some(&Authority::read(&house.authority()).unwrap()), identity.clone()).unwrap(),
            identity,
            timings: Timings {
                sync_interval: Duration::from_millis(50),
                backoff_first: Duration::from_millis(20),
                backoff_longest: Duration::from_millis(100),
                ..Timings::default()
            },
            jitter: random_jitter(),
        };
        let (sender, events) = lanes();
        let owner = Owner::of(&shown.facility, &shown.kiosk);
        let opened = store::start(&self.folder.path().join("store"), &owner, sender.clone()).unwrap();
        let clock = ServiceClock::default();
        let session = Session::recover(shown.kiosk.clone(), Recovery::default(), clock.now());
        let (_, condition) = watch::channel(session.condition(clock.now()));
        let status = StatusSource {
            condition,
            machine: status::Machine::default(),
            update: watch::channel(None).1,
            disk: self.folder.path().to_owned(),
        };
        let (net, thread) =
            net::start(settings, sender, clock.clone(), opened.handle.clone(), opened.snapshot, status).unwrap();
        Line { net, store: opened.handle, clock, events, threads: vec![thread, opened.thread] }
    }
}

/// A running kiosk's line, without a session.
struct Line {
    net: NetHandle,
    store: StoreHandle,
    clock: ServiceClock,
    events: EventReceiver,
    threads: Vec<JoinHandle<()>>,
}

impl Line {
    /// Waits until the time was heard, whatever follows it was done, and it was heard again.
    fn lives_by_the_clock_of(&self, house: &House) {
        let give_up = Instant::now() + PATIENCE;
        let mut heard = BTreeSet::new();
        while heard.len() < 2 {
            assert!(Instant::now() < give_up, "the kiosk does not hear the time");
            let last = self.clock.heard().filter(|heard| house.clock.now_ms() - heard.at.as_millis() < 60_000);
            heard.extend(last.map(|heard| heard.boot));
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn hears(&self, expected: &NetEvent) {
        self.hears_what(&format!("{expected:?}"), |event| event == expected);
    }

    fn hears_a_schedule(&self) {
        self.hears_what("a schedule", |event| matches!(event, NetEvent::ScheduleSynced(_)));
    }

    fn hears_what(&self, what: &str, is_it: impl Fn(&NetEvent) -> bool) {
        let give_up = Instant::now() + PATIENCE;
        while let Some(left) = give_up.checked_duration_since(Instant::now()) {
            if let Received::Event(Event::Net(event)) = self.events.receive(left)
                && is_it(&event)
            {
                return;
            }
        }
        panic!("the session does not hear of {what}")
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.net.stop();
        self.store.stop();
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

async fn code(house: &House, kiosk: &str) -> String {
    let made = house.office(Method::POST, &format!("kiosks/{kiosk}/code"), Value::Null).await;
    made.is(201).text_at("/provisioning_code")
}

/// Until the machine's file holds another certificate than this one.
fn next_certificate(machine: &Machine, present: &Identity) -> Identity {
    let give_up = Instant::now() + PATIENCE;
    while Instant::now() < give_up {
        let kept = Identity::read(&machine.identity_file()).unwrap();
        if kept.ends_at() != present.ends_at() {
            return kept;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the certificate was not renewed")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kiosk_lives_on_by_certificate_after_certificate() {
    let house = House::open().await;
    let machine = Machine::provisioned_at(&house).await;
    let first = Identity::read(&machine.identity_file()).unwrap();
    let line = machine.runs(&house);
    line.hears(&NetEvent::ServiceReachable(true));
    house.clock.advance(59 * A_DAY);
    line.lives_by_the_clock_of(&house);
    assert_eq!(Identity::read(&machine.identity_file()).unwrap().ends_at(), first.ends_at(), "not yet time");
    house.clock.advance(2 * A_DAY);
    let second = next_certificate(&machine, &first);
    house.clock.advance(61 * A_DAY);
    let third = next_certificate(&machine, &second);
    assert!(third.ends_at() > second.ends_at());
    drop(line);
    machine.runs(&house).hears(&NetEvent::ServiceReachable(true));
    let again = machine.provision(&house, "", false).await.unwrap();
    assert_eq!(again, Provisioned::AsBefore(KioskId::new("K-01")), "no code is needed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kiosk_that_was_switched_off_for_too_long_is_out_of_service_until_it_is_provisioned_anew() {
    let house = House::open().await;
    let machine = Machine::provisioned_at(&house).await;
    house.clock.advance(91 * A_DAY);
    machine.runs(&house).hears(&NetEvent::KioskRevoked(true));
    let done = machine.provision(&house, &code(&house, "K-01").await, false).await.unwrap();
    assert_eq!(done, Provisioned::Anew(KioskId::new("K-01")));
    machine.runs(&house).hears(&NetEvent::ServiceReachable(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_kiosk_is_out_of_service_at_once() {
    let house = House::open().await;
    let machine = Machine::provisioned_at(&house).await;
    let line = machine.runs(&house);
    line.hears(&NetEvent::ServiceReachable(true));
    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    line.hears(&NetEvent::KioskRevoked(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_becomes_another_kiosk_by_a_good_code_alone() {
    let house = House::open().await;
    let machine = Machine::provisioned_at(&house).await;
    machine.runs(&house).hears_a_schedule();
    let before = std::fs::read(machine.identity_file()).unwrap();
    let refused = machine.provision(&house, "AAAA-AAAA-AAAA", true).await.unwrap_err();
    assert!(matches!(refused, ProvisionError::CodeRefused(_)), "{refused}");
    assert_eq!(std::fs::read(machine.identity_file()).unwrap(), before);
    machine.runs(&house).hears(&NetEvent::ServiceReachable(true));

    let done = machine.provision(&house, &code(&house, "K-02").await, true).await.unwrap();
    assert_eq!(done, Provisioned::Anew(KioskId::new("K-02")));
    machine.runs(&house).hears_a_schedule();
    let mark = std::fs::read_to_string(machine.folder.path().join("store/owner")).unwrap();
    assert_eq!(mark, "karkh/K-02\n");
}

/// The file on a technician's stick, as the office's service wrote it.
fn on_a_stick(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("K-01.provisioning");
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stick_makes_a_machine_a_kiosk_if_the_authority_of_kiosks_signed_it() {
    let house = House::open().await;
    let made = house.office(Method::POST, "kiosks/K-01/code?days=7", Value::Null).await.is(201);
    let (machine, stick) = (Machine::new(), tempfile::tempdir().unwrap());
    let text = made.text_at("/signed_order");
    let kiosks_authority = house.directory.path().join("data/kiosk-ca.pem");
    let read = |text: &str, signed_by: &Path| {
        order_from_file(&on_a_stick(stick.path(), text), signed_by, machine.folder.path().to_owned(), false)
    };

    let changed = text.replace("visit.example", "visit.exanple");
    assert_ne!(changed, text);
    for (text, signed_by) in [(&changed, &kiosks_authority), (&text, &house.authority())] {
        let refused = read(text, signed_by).unwrap_err();
        assert!(matches!(refused, StickError::NotSigned { .. }), "{refused}");
    }
    for nonsense in ["", "{}", &text[..text.len() / 2]] {
        let refused = read(nonsense, &kiosks_authority).unwrap_err();
        assert!(matches!(refused, StickError::NoOrder { .. }), "{refused}");
    }
    assert_eq!(std::fs::read_dir(machine.folder.path()).unwrap().count(), 0, "nothing was done");

    let order = read(&text, &kiosks_authority).unwrap();
    let port = house.url(Door::Kiosk, "").rsplit(':').next().unwrap().to_owned();
    assert_eq!(order.service, format!("https://visit.example:{port}"));
    // The house's public name leads nowhere from here.
    let order = Order { service: house.url(Door::Kiosk, ""), ..order };
    house.clock.advance(6 * A_DAY);
    assert_eq!(provision(&order, |_| {}).await.unwrap(), Provisioned::Anew(KioskId::new("K-01")));
    machine.runs(&house).hears(&NetEvent::ServiceReachable(true));
    assert_eq!(std::fs::read(machine.folder.path().join("ca.pem")).unwrap(), std::fs::read(house.authority()).unwrap());
    let used = provision(&Order { anew: true, ..order }, |_| {}).await.unwrap_err();
    assert!(matches!(used, ProvisionError::CodeRefused(_)), "{used}");
}
