//! The kiosk's own threads, but for screen, media and reader, at the real service: what it says of itself
//! comes to the office, and what the office orders is done, recorded and remembered.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use muwajaha_core::domain::Redacted;
use muwajaha_core::session::{BadgeEvent, Event, Recovery, Session};
use muwajaha_kiosk::identity::KeptIdentity;
use muwajaha_kiosk::lanes::{EventSender, lanes};
use muwajaha_kiosk::media::Gate;
use muwajaha_kiosk::net::tls::{self, Authority};
use muwajaha_kiosk::net::{self, NetHandle, NetSettings, Timings, random_jitter};
use muwajaha_kiosk::provisioning::{Order, Voucher, provision};
use muwajaha_kiosk::session_loop::{ScreenSlot, SessionLoop, Shells};
use muwajaha_kiosk::status::{Machine, StatusSource};
use muwajaha_kiosk::store::{self, Owner, StoreHandle};
use muwajaha_kiosk::system::clock::ServiceClock;
use muwajaha_kiosk::system::pin::PinVerifier;
use muwajaha_kiosk::system::runtime_directory::RuntimeDirectory;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::house::{Door, House};

/// A running kiosk; dropped, it has ended in order.
struct Kiosk {
    events: EventSender,
    net: NetHandle,
    store: StoreHandle,
    threads: Vec<JoinHandle<()>>,
}

impl Kiosk {
    /// The machine in whose folder an identity lies.
    fn start(house: &House, folder: &Path) -> Self {
        let (events, receiver) = lanes();
        let clock = ServiceClock::default();
        let identity = KeptIdentity::read(&folder.join("identity.toml")).unwrap();
        let shown = identity.shown();
        let owner = Owner::of(&shown.facility, &shown.kiosk);
        let opened = store::start(&folder.join("store"), &owner, events.clone()).unwrap();
        let recovery = Recovery { record: opened.record, ..Recovery::default() };
        let session = Session::recover(shown.kiosk.clone(), recovery, clock.now());
        let (condition, told) = watch::channel(session.condition(clock.now()));
        let settings = NetSettings {
            service: house.url(Door::Kiosk, "").parse().unwrap(),
            kiosk: shown.kiosk.clone(),
            tls: tls::as_kiosk(Some(&Authority::read(&house.authority()).unwrap()), identity.clone()).unwrap(),
            identity,
            timings: Timings::default(),
            jitter: random_jitter(),
        };
        let (machine, update, disk) = (Machine::default(), watch::channel(None).1, folder.to_owned());
        let status = StatusSource { condition: told, machine, update, disk };
        let (net, net_thread) =
            net::start(settings, events.clone(), clock.clone(), opened.handle.clone(), opened.snapshot, status)
                .unwrap();
        let effects = Shells {
            store: opened.handle.clone(),
            net: net.clone(),
            media: None,
            lights: None,
            checks: None,
            gate: Gate::default(),
            pins: PinVerifier::start(events.clone()).unwrap(),
            runtime: Arc::new(RuntimeDirectory::take(&folder.join("run")).unwrap()),
        };
        let screen = ScreenSlot::new(session.screen());
        let now = Box::new(move || clock.now());
        let session =
            SessionLoop { session, events: receiver, effects, now, screen, condition, each_second: Box::new(|_| {}) };
        let threads = vec![session.start().unwrap(), net_thread, opened.thread];
        assert!(events.send(Event::Badge(BadgeEvent::ReaderConnected)));
        Self { events, net, store: opened.handle, threads }
    }
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        self.events.close();
        self.net.stop();
        self.store.stop();
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "a thread panicked");
        }
    }
}

/// A technician makes the machine with this folder K-01.
async fn becomes_a_kiosk(house: &House, folder: &Path) {
    let made = house.office(Method::POST, "kiosks/K-01/code", Value::Null).await.is(201);
    let order = Order {
        service: house.url(Door::Kiosk, ""),
        voucher: Voucher::Code(Redacted::new(made.text_at("/provisioning_code"))),
        directory: folder.to_owned(),
        authority: Some(Authority::read(&house.authority()).unwrap()),
        anew: false,
    };
    provision(&order, |_| {}).await.unwrap();
}

/// Waits until the office reads of K-01 what it waits for.
async fn once(house: &House, what: &str, is_so: impl Fn(&Value) -> bool) {
    let give_up = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let kiosk = house.office(Method::GET, "kiosks", Value::Null).await.is(200).json()["items"][0].clone();
        if is_so(&kiosk) {
            return;
        }
        assert!(std::time::Instant::now() < give_up, "not {what}: {kiosk}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn shows(kiosk: &Value, state: &str, code: Value) -> bool {
    kiosk["state"] == state && kiosk["status"]["out_of_service_code"] == code && kiosk["orders"] == json!([])
}

#[tokio::test]
async fn a_kiosk_does_what_the_office_orders_and_remembers_it_through_a_restart() {
    let house = House::open().await;
    let folder = tempfile::tempdir().unwrap();
    becomes_a_kiosk(&house, folder.path()).await;
    let order = async |order: Value| house.office(Method::POST, "kiosks/K-01/orders", order).await.is(201);
    let out = json!({"staff": "g-1", "action": "take_out_of_service", "reason": "security"});
    order(out).await;

    let kiosk = Kiosk::start(&house, folder.path());
    once(&house, "out by the order that waited for it", |kiosk| shows(kiosk, "out_of_service", json!("K-09"))).await;
    drop(kiosk);
    once(&house, "away", |kiosk| kiosk["connected"] == false).await;
    let _kiosk = Kiosk::start(&house, folder.path());
    once(&house, "out still", |kiosk| kiosk["connected"] == true && shows(kiosk, "out_of_service", json!("K-09")))
        .await;
    order(json!({"staff": "g-2", "action": "return_to_service"})).await;
    once(&house, "back", |kiosk| shows(kiosk, "locked", Value::Null)).await;
    order(json!({"staff": "g-2", "action": "look_over"})).await;
    once(&house, "looked over", |kiosk| kiosk["last_check_at"].is_string() && kiosk["alarms"] == json!([])).await;

    let expected = [
        ("service_order_taken", "g-1"),
        ("out_of_service", "g-1"),
        ("service_order_taken", "g-2"),
        ("returned_to_service", "g-2"),
    ];
    let give_up = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let record = house.office(Method::GET, "kiosks/K-01/events?after=0", Value::Null).await.is(200).json();
        let rows = record["items"].as_array().unwrap().iter();
        let rows = rows.map(|row| serde_json::from_str::<Value>(row["body"].as_str().unwrap()).unwrap());
        let told: Vec<_> = rows.map(|row| (row["kind"].clone(), row["staff"].clone())).collect();
        if expected.iter().all(|(kind, staff)| told.contains(&(json!(kind), json!(staff)))) {
            return;
        }
        assert!(std::time::Instant::now() < give_up, "the kiosk's record holds only {told:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
