//! A kiosk's line in a room: `net`, `store` and the lanes, and what the session would hear.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use muwajaha_core::badge::ReaderCondition;
use muwajaha_core::domain::{BootTime, KioskId, RecordId, StaffId, Utc};
use muwajaha_core::session::{
    AuditEntry, AuditKind, Event, KioskActivity, KioskCondition, NetEvent, ReaderPresence, StoreEvent,
};
use reqwest::Url;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use super::service::{Answer, Asked, PATIENCE, Service};
use crate::identity::{KeptIdentity, signer};
use crate::lanes::{EventReceiver, Received, lanes};
use crate::net::tls::{self, Authority};
use crate::net::{Jitter, NetHandle, NetSettings, Timings, start};
use crate::status::{Machine, StatusSource};
use crate::store::{self, StoreHandle};
use crate::system::clock::ServiceClock;

/// Short, but long enough for a machine under load; every wait is the whole of its step.
pub(super) fn timings() -> Timings {
    Timings {
        connect: Duration::from_secs(5),
        answer: Duration::from_secs(5),
        sync_interval: Duration::from_secs(3600),
        backoff_first: Duration::from_millis(20),
        backoff_longest: Duration::from_millis(160),
        ping: Duration::from_secs(3),
        join: Duration::from_secs(10),
        status: Duration::from_secs(3600),
        status_gap: Duration::from_millis(20),
    }
}

/// The room as the service tells it.
pub(super) fn snapshot(kiosk: &str, language: &str) -> Value {
    json!({
        "kiosk": kiosk,
        "badge_key": {"id": "b1", "secret": "ab".repeat(32)},
        "policy": {"zone": "Asia/Baghdad", "default_language": language, "join_before_start_seconds": 600,
                   "call_outlives_signalling_seconds": 120, "relay_only": true},
        "bookings": [], "inmates": [], "staff": [],
    })
}

/// What a service in good health answers to everything.
pub(super) fn in_health(asked: &Asked) -> Answer {
    match asked.call() {
        "time" => Answer::json(200, &json!({"now_ms": 1_900_000_000_000_i64})),
        "snapshot" if asked.header("if-none-match") == Some("\"1\"") => Answer::text(304, ""),
        "snapshot" => Answer::json(200, &snapshot("K-01", "ar")).with("etag", "\"1\""),
        "events" => {
            let last = asked.json()["events"].as_array().unwrap().last().unwrap()["sequence"].clone();
            Answer::json(200, &json!({"acked_through": last}))
        }
        "socket" | "signalling" => Answer::Socket,
        _ => Answer::problem(404, "unknown-path"),
    }
}

/// As [`in_health`], but for one call.
pub(super) fn but(call: &'static str, answer: impl Fn(&Asked) -> Answer + Send) -> impl Fn(&Asked) -> Answer + Send {
    move |asked| if asked.call() == call { answer(asked) } else { in_health(asked) }
}

pub(super) struct Room {
    pub(super) net: NetHandle,
    pub(super) store: StoreHandle,
    pub(super) clock: ServiceClock,
    pub(super) condition: watch::Sender<KioskCondition>,
    events: EventReceiver,
    threads: Vec<JoinHandle<()>>,
    /// How many rows were recorded; their number is what they tell of.
    pub(super) rows: u64,
    folder: Option<TempDir>,
}

impl Room {
    /// A kiosk of this service, whose authority it trusts.
    pub(super) fn at(service: &Service) -> Self {
        Self::with(service, timings())
    }

    pub(super) fn with(service: &Service, timings: Timings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut room = Self::in_folder(folder.path(), service.url(), service.authority(), timings);
        room.folder = Some(folder);
        room
    }

    /// A kiosk whose store is in this folder.
    pub(super) fn in_folder(folder: &Path, service: &Url, authority: &str, timings: Timings) -> Self {
        let identity = signer::kept_in(&folder.join("identity.toml"), signer::identity("K-01", signer::ALWAYS));
        Self::known_by(&identity, folder, service, authority, timings)
    }

    /// A kiosk that shows this identity.
    pub(super) fn known_by(
        identity: &Arc<KeptIdentity>,
        folder: &Path,
        service: &Url,
        authority: &str,
        timings: Timings,
    ) -> Self {
        crate::net::install_crypto();
        let authority = Authority::from_file(Path::new("authority.pem"), authority.as_bytes().to_vec());
        let trusted = (!authority.pem().is_empty()).then_some(&authority);
        let settings = NetSettings {
            service: service.clone(),
            kiosk: KioskId::new("K-01"),
            identity: Arc::clone(identity),
            tls: tls::as_kiosk(trusted, Arc::clone(identity)).unwrap(),
            timings,
            jitter: Jitter::new(|| 1.0),
        };
        let (sender, events) = lanes();
        let opened =
            store::start(&folder.join("store"), &store::Owner::of("karkh", &KioskId::new("K-01")), sender.clone())
                .unwrap();
        let clock = ServiceClock::default();
        let (condition, told) = watch::channel(condition(KioskActivity::Locked));
        let status = StatusSource {
            condition: told,
            machine: Machine::default(),
            update: watch::channel(None).1,
            disk: folder.to_owned(),
        };
        let (net, thread) =
            start(settings, sender, clock.clone(), opened.handle.clone(), opened.snapshot, status).unwrap();
        let threads = vec![thread, opened.thread];
        Self { net, store: opened.handle, clock, condition, events, threads, rows: 0, folder: None }
    }

    /// The next event that `find` knows; others are passed over.
    #[track_caller]
    pub(super) fn hears<Found>(&self, what: &str, find: impl Fn(&NetEvent) -> Option<Found>) -> Found {
        let give_up = Instant::now() + PATIENCE;
        let mut passed = Vec::new();
        while let Some(left) = give_up.checked_duration_since(Instant::now()) {
            match self.events.receive(left) {
                Received::Event(Event::Net(event)) => match find(&event) {
                    Some(found) => return found,
                    None => passed.push(event),
                },
                Received::Event(_) => {}
                Received::TimedOut | Received::Closed => break,
            }
        }
        panic!("the session hears nothing of {what}, but {passed:?}")
    }

    /// This very event comes.
    #[track_caller]
    pub(super) fn hears_event(&self, expected: &NetEvent) {
        self.hears(&format!("{expected:?}"), |event| (event == expected).then_some(()));
    }

    /// A snapshot in this language comes.
    #[track_caller]
    pub(super) fn hears_schedule(&self) -> muwajaha_core::domain::Schedule {
        self.hears("a schedule", |event| match event {
            NetEvent::ScheduleSynced(schedule) => Some((**schedule).clone()),
            _ => None,
        })
    }

    /// All that the session has heard by now.
    pub(super) fn heard(&self) -> Vec<NetEvent> {
        std::iter::from_fn(|| match self.events.receive(Duration::ZERO) {
            Received::Event(event) => Some(event),
            Received::TimedOut | Received::Closed => None,
        })
        .filter_map(|event| if let Event::Net(event) = event { Some(event) } else { None })
        .collect()
    }

    /// The session records something; it is on disk when this returns.
    #[track_caller]
    pub(super) fn records(&mut self) {
        self.rows += 1;
        let id = RecordId(self.rows);
        assert!(self.store.record(id, Box::new(entry(self.rows))));
        loop {
            match self.events.receive(PATIENCE) {
                Received::Event(Event::Store(StoreEvent::Committed(done))) if done == id => return,
                Received::Event(Event::Store(StoreEvent::CommitFailed(_))) => panic!("the row was not written"),
                Received::Event(_) => {}
                Received::TimedOut | Received::Closed => panic!("the store does not answer"),
            }
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.net.stop();
        self.store.stop();
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "a thread panicked");
        }
        drop(self.folder.take());
    }
}

/// A kiosk in good health.
pub(super) fn condition(activity: KioskActivity) -> KioskCondition {
    KioskCondition {
        activity,
        reader: ReaderPresence::Present,
        reader_condition: ReaderCondition::default(),
        camera_working: true,
        microphone_working: true,
        quiet: Ok(()),
    }
}

/// A row by which it is known again.
pub(super) fn entry(number: u64) -> AuditEntry {
    AuditEntry {
        at: Utc::from_millis(1_900_000_000_000),
        at_is_service_time: true,
        boot: BootTime::from_millis(number),
        kind: AuditKind::KioskOpened { staff: StaffId::new("g-1") },
    }
}

/// Turns a script into one that counts, so that answers can change with the number.
pub(super) fn counted(
    script: impl Fn(usize, &Asked) -> Answer + Send,
    call: &'static str,
) -> impl Fn(&Asked) -> Answer + Send {
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    but(call, move |asked| script(count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1, asked))
}
