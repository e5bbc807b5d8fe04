//! The thread `session` with real lanes, a real store and shells that have failed.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use muwajaha_core::domain::{
    BookingId, BootTime, CallId, ConnectionId, EndReason, KioskId, Now, OrderId, PinAttemptId, RecordId, Redacted,
    StaffId, Utc,
};
use muwajaha_core::engine::{SocketId, TransportOperation};
use muwajaha_core::session::{
    AuditEntry, AuditKind, BadgeEvent, Effect, EndedMark, Event, JoinRefusal, KioskActivity, KioskCondition,
    MediaEvent, NetEvent, OrderedAction, OutOfServiceCause, ReaderPresence, Recovery, ServiceOrder, Session,
    StoreEvent, UserAction, View,
};
use tokio::sync::watch;

use super::{PerformEffect, ScreenSlot, SessionLoop, Shells};
use crate::identity::signer;
use crate::lanes::{EventReceiver, EventSender, Received, lanes};
use crate::media::Gate;
use crate::net::tests::service::Service;
use crate::net::{Jitter, NetSettings, Timings};
use crate::status::{Machine, StatusSource};
use crate::system::clock::ServiceClock;
use crate::system::pin::PinVerifier;
use crate::system::runtime_directory::RuntimeDirectory;
use crate::{net, store};

const PATIENCE: Duration = Duration::from_secs(20);
const CALL: CallId = CallId(1);
const SOCKET: SocketId = SocketId(1);

fn entry() -> Box<AuditEntry> {
    let at = Utc::from_millis(1);
    Box::new(AuditEntry {
        at,
        at_is_service_time: false,
        boot: BootTime::from_millis(1),
        kind: AuditKind::KioskStarted,
    })
}

fn record(number: u64) -> Effect {
    Effect::Record { id: RecordId(number), entry: entry() }
}

fn new_session() -> Session {
    let now = Now { boot: BootTime::from_millis(1), wall: Utc::from_millis(1), service: None };
    Session::recover(KioskId::new("K-01"), Recovery::default(), now)
}

/// The real shells in a folder of their own, with the threads that carry them out.
struct Room {
    shells: Shells,
    threads: Vec<JoinHandle<()>>,
    events: EventReceiver,
    folder: tempfile::TempDir,
}

fn room() -> Room {
    net::install_crypto();
    let folder = tempfile::tempdir().unwrap();
    let (sender, events) = lanes();
    let owner = store::Owner::of("karkh", &KioskId::new("K-01"));
    let opened = store::start(&folder.path().join("store"), &owner, sender.clone()).unwrap();
    let identity = signer::kept_in(&folder.path().join("identity.toml"), signer::identity("K-01", signer::ALWAYS));
    let nowhere = Service::plain(|_| crate::net::tests::service::Answer::Silence);
    let settings = NetSettings {
        service: nowhere.url().clone(),
        kiosk: KioskId::new("K-01"),
        tls: net::tls::as_kiosk(None, Arc::clone(&identity)).unwrap(),
        identity,
        timings: Timings::default(),
        jitter: Jitter::new(|| 1.0),
    };
    let clock = ServiceClock::default();
    let status = StatusSource {
        condition: watch::channel(new_session().condition(clock.now())).1,
        machine: Machine::default(),
        update: watch::channel(None).1,
        disk: folder.path().to_owned(),
    };
    let (net, net_thread) = net::start(settings, sender.clone(), clock, opened.handle.clone(), None, status).unwrap();
    let shells = Shells {
        store: opened.handle,
        net,
        media: None,
        lights: None,
        checks: None,
        gate: Gate::default(),
        pins: PinVerifier::start(sender).unwrap(),
        runtime: Arc::new(RuntimeDirectory::take(&folder.path().join("run")).unwrap()),
    };
    Room { shells, threads: vec![opened.thread, net_thread], events, folder }
}

impl Room {
    /// Every thread that carries commands out has ended.
    fn shells_end(&mut self) {
        self.shells.store.stop();
        self.shells.net.stop();
        self.threads.drain(..).for_each(|thread| thread.join().unwrap());
    }
}

#[test]
fn shells_that_have_failed_answer_at_once() {
    let mut room = room();
    room.shells_end();
    let (call, socket, token) = (CALL, SOCKET, Redacted::new("t".to_owned()));
    let connection = ConnectionId(1);
    let closed = Event::Net(NetEvent::SocketClosed { call, socket });
    let media_failed = Event::Media(MediaEvent::MediaFailed);
    let stories = [
        (record(7), Some(Event::Store(StoreEvent::CommitFailed(RecordId(7))))),
        (
            Effect::FetchJoinDescriptor { call, booking: BookingId::new("bk-1") },
            Some(Event::Net(NetEvent::JoinRefused { call, refusal: JoinRefusal::Unreachable })),
        ),
        (Effect::OpenSocket { call, socket, url: "wss://visits.example".to_owned(), token }, Some(closed.clone())),
        (Effect::SendSocket { call, socket, text: Redacted::new("x".to_owned()) }, Some(closed)),
        (Effect::CloseSocket { call, socket }, None),
        (Effect::StartMedia { call, ends_at: BootTime::from_millis(1) }, Some(media_failed.clone())),
        (Effect::Transport { call, connection, operation: TransportOperation::Close }, Some(media_failed)),
        (Effect::StopMedia { call }, Some(Event::Media(MediaEvent::CallStopped { call }))),
    ];
    for (effect, answer) in stories {
        let name = format!("{effect:?}");
        assert_eq!(room.shells.perform(effect), answer, "{name}");
    }
}

#[test]
fn what_must_always_work_works_without_any_shell() {
    let mut room = room();
    room.shells_end();
    let connection = ConnectionId(1);
    assert_eq!(room.shells.perform(Effect::OpenGate { call: CALL, connection }), None);
    assert!(room.shells.gate.is_open_for(CALL, connection));
    assert_eq!(room.shells.perform(Effect::ShutGate { call: CALL }), None);
    assert!(!room.shells.gate.is_open());
    let mark = EndedMark { booking: BookingId::new("bk-1"), reason: EndReason::SlotOver, staff: None };
    assert_eq!(room.shells.perform(Effect::MarkVisitEnded(mark.clone())), None);
    assert_eq!(room.shells.runtime.remains(BootTime::from_millis(1)).ended_marks, [mark]);
    assert!(room.folder.path().join("run").is_dir());
}

#[test]
fn a_full_lane_of_the_store_is_a_failed_commit_and_never_a_wait() {
    let mut room = room();
    let began = Instant::now();
    let answers: Vec<Event> = (1..=5_000).filter_map(|number| room.shells.perform(record(number))).collect();
    assert!(began.elapsed() < Duration::from_secs(5), "the session waited for the disk");
    assert!(!answers.is_empty(), "the disk took 5000 rows at once");
    assert!(answers.iter().all(|answer| matches!(answer, Event::Store(StoreEvent::CommitFailed(_)))));
    room.shells_end();
}

#[test]
fn too_many_pins_at_once_are_wrong_ones() {
    let mut room = room();
    let attempt = |number| Effect::VerifyPin {
        attempt: PinAttemptId(number),
        pin: Redacted::new("0000".to_owned()),
        verifier: Redacted::new("no Argon2 text".to_owned()),
    };
    assert_eq!(room.shells.perform(attempt(1)), None);
    let verified = loop {
        match room.events.receive(PATIENCE) {
            Received::Event(Event::PinVerified { attempt, right }) => break (attempt, right),
            Received::Event(_) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(verified, (PinAttemptId(1), false));
    room.shells_end();
}

/// A script in the shells' place: it tells what it was asked, and answers as the test wants.
struct Script<Answer> {
    asked: mpsc::Sender<Effect>,
    answer: Answer,
}

impl<Answer: FnMut(&Effect) -> Option<Event> + Send> PerformEffect for Script<Answer> {
    fn perform(&mut self, effect: Effect) -> Option<Event> {
        let answer = (self.answer)(&effect);
        self.asked.send(effect).unwrap();
        answer
    }
}

/// A running loop, and the hands that a test has on it.
struct Running {
    sender: EventSender,
    screen: ScreenSlot,
    told: watch::Receiver<KioskCondition>,
    asked: mpsc::Receiver<Effect>,
    seconds: Arc<AtomicUsize>,
    repainted: mpsc::Receiver<()>,
    boot: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

fn commits(effect: &Effect) -> Option<Event> {
    match effect {
        Effect::Record { id, .. } => Some(Event::Store(StoreEvent::Committed(*id))),
        _ => None,
    }
}

/// A loop whose clock the test moves by hand. `queued` is in the lanes before it starts.
fn running(answer: impl FnMut(&Effect) -> Option<Event> + Send + 'static, queued: Vec<Event>) -> Running {
    let boot = Arc::new(AtomicU64::new(1_000_000));
    let now = |boot: &AtomicU64| Now {
        boot: BootTime::from_millis(boot.load(Ordering::SeqCst)),
        wall: Utc::from_millis(1_900_000_000_000),
        service: None,
    };
    let (sender, events) = lanes();
    queued.into_iter().for_each(|event| assert!(sender.send(event)));
    let session = Session::recover(KioskId::new("K-01"), Recovery::default(), now(&boot));
    let screen = ScreenSlot::new(session.screen());
    let (condition, told) = watch::channel(session.condition(now(&boot)));
    let (repaint, repainted) = mpsc::channel();
    screen.set_repaint(move || repaint.send(()).unwrap_or_default());
    let (ask, asked) = mpsc::channel();
    let seconds = Arc::new(AtomicUsize::new(0));
    let (clock, counted) = (Arc::clone(&boot), Arc::clone(&seconds));
    let thread = SessionLoop {
        session,
        events,
        effects: Script { asked: ask, answer },
        now: Box::new(move || now(&clock)),
        screen: screen.clone(),
        condition,
        each_second: Box::new(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        }),
    }
    .start()
    .unwrap();
    Running { sender, screen, told, asked, seconds, repainted, boot, thread }
}

impl Running {
    fn advance(&self, by: Duration) {
        self.boot.fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }

    /// Waits until the screen shows this view; the ui is woken for every change.
    fn shows(&self, view: &View) {
        while self.screen.latest().view != *view {
            self.repainted.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{:?}", self.screen.latest().view));
        }
    }

    /// The kinds of the next rows that the session asks for, up to the first that is `last`.
    fn records_up_to(&self, last: impl Fn(&AuditKind) -> bool) -> Vec<AuditKind> {
        let mut kinds = Vec::new();
        loop {
            if let Effect::Record { entry, .. } = self.asked.recv_timeout(PATIENCE).expect("no such row") {
                kinds.push(entry.kind);
                if kinds.last().is_some_and(&last) {
                    return kinds;
                }
            }
        }
    }

    /// Waits until the line is told of such a condition.
    fn tells(&self, expected: impl Fn(&KioskCondition) -> bool) {
        let give_up = Instant::now() + PATIENCE;
        while !expected(&self.told.borrow()) {
            assert!(Instant::now() < give_up, "{:?}", self.told.borrow());
            std::thread::yield_now();
        }
    }

    fn ends(self) {
        self.sender.close();
        self.thread.join().unwrap();
    }
}

fn out_of_service(cause: OutOfServiceCause) -> View {
    View::OutOfService { cause }
}

#[test]
fn a_commit_that_fails_at_once_is_on_the_screen_before_any_other_event() {
    let failed = |effect: &Effect| match effect {
        Effect::Record { id, .. } => Some(Event::Store(StoreEvent::CommitFailed(*id))),
        _ => None,
    };
    let running = running(failed, Vec::new());
    running.shows(&out_of_service(OutOfServiceCause::RecordLost));
    running.ends();
}

#[test]
fn the_screen_is_shown_and_the_ui_woken_only_when_it_changes() {
    let running = running(commits, Vec::new());
    running.sender.send(Event::Badge(BadgeEvent::ReaderConnected));
    running.repainted.recv_timeout(PATIENCE).unwrap();
    while running.screen.latest().reader != ReaderPresence::Present {
        running.repainted.recv_timeout(PATIENCE).unwrap();
    }
    let shown = running.screen.latest();
    running.sender.send(Event::User(UserAction::PanelTouched));
    running.sender.send(Event::Net(NetEvent::KioskRevoked(true)));
    running.shows(&out_of_service(OutOfServiceCause::Revoked));
    assert!(!Arc::ptr_eq(&shown, &running.screen.latest()));
    assert!(running.repainted.try_recv().is_err(), "woken once a change");
    running.ends();
}

#[test]
fn the_line_is_told_of_the_kiosks_condition_when_it_changes() {
    let running = running(commits, Vec::new());
    assert_eq!(running.told.borrow().activity, KioskActivity::Locked);
    running.sender.send(Event::Net(NetEvent::KioskRevoked(true)));
    running.tells(|condition| condition.activity == KioskActivity::OutOfService(OutOfServiceCause::Revoked));
    running.sender.send(Event::Badge(BadgeEvent::ReaderConnected));
    running.tells(|condition| condition.reader == ReaderPresence::Present);
    running.ends();
}

#[test]
fn a_store_that_does_not_answer_is_lost_when_its_time_is_over() {
    let running = running(|_| None, Vec::new());
    running.records_up_to(|kind| *kind == AuditKind::KioskStarted);
    running.advance(Duration::from_secs(9));
    running.sender.send(Event::Badge(BadgeEvent::ReaderConnected));
    while running.screen.latest().reader != ReaderPresence::Present {
        running.repainted.recv_timeout(PATIENCE).unwrap();
    }
    assert_eq!(running.screen.latest().view, View::Locked, "its time is not over");
    running.advance(Duration::from_secs(1));
    running.shows(&out_of_service(OutOfServiceCause::RecordLost));
    running.ends();
}

#[test]
fn a_sign_of_life_is_left_each_second_and_not_for_every_event() {
    let running = running(commits, Vec::new());
    for connected in [true, false, true] {
        let event = if connected { BadgeEvent::ReaderConnected } else { BadgeEvent::ReaderDisconnected };
        running.sender.send(Event::Badge(event));
        while (running.screen.latest().reader == ReaderPresence::Present) != connected {
            running.repainted.recv_timeout(PATIENCE).unwrap();
        }
    }
    assert_eq!(running.seconds.load(Ordering::SeqCst), 1, "no second has passed");
    running.advance(Duration::from_secs(1));
    running.sender.send(Event::Net(NetEvent::KioskRevoked(true)));
    running.shows(&out_of_service(OutOfServiceCause::Revoked));
    running.sender.send(Event::Net(NetEvent::KioskRevoked(false)));
    running.shows(&View::Locked);
    assert_eq!(running.seconds.load(Ordering::SeqCst), 2);
    running.ends();
}

#[test]
fn control_is_drained_before_bulk_that_came_first() {
    let bulk = |number: u64| {
        let text = Redacted::new(number.to_string());
        Event::Net(NetEvent::SocketReceived { call: CALL, socket: SOCKET, text })
    };
    let control = |number: u64| Event::Store(StoreEvent::Committed(RecordId(number)));
    let (sender, receiver) = lanes();
    for number in 0..3 {
        assert!(sender.send(bulk(number)));
    }
    for number in 0..3 {
        assert!(sender.send(control(number)));
    }
    let order: Vec<Event> = std::iter::from_fn(|| match receiver.receive(Duration::ZERO) {
        Received::Event(event) => Some(event),
        Received::TimedOut | Received::Closed => None,
    })
    .collect();
    let expected: Vec<Event> = (0..3).map(control).chain((0..3).map(bulk)).collect();
    assert_eq!(order, expected, "control first, each lane in its order");

    let taken = (0..5_000).filter(|number| sender.send(bulk(*number))).count();
    assert_eq!((taken, receiver.dropped()), (1024, 5_000 - 1024), "bulk is bounded and counted");
    assert!(sender.send(control(9)), "and leaves control its lane");
    assert!(matches!(receiver.receive(Duration::ZERO), Received::Event(Event::Store(_))));
}

#[test]
fn a_guards_lock_from_afar_is_not_kept_waiting_by_a_flood() {
    let text = Redacted::new("x".to_owned());
    let flood = Event::Net(NetEvent::SocketReceived { call: CALL, socket: SOCKET, text });
    let mut queued = vec![flood; 1024];
    queued.push(Event::Net(NetEvent::KioskRevoked(true)));
    let running = running(commits, queued);
    let kinds = running.records_up_to(|kind| matches!(kind, AuditKind::OutOfService { .. }));
    assert_eq!(kinds[0], AuditKind::KioskStarted, "what the session had to say itself comes first");
    running.shows(&out_of_service(OutOfServiceCause::Revoked));
    running.ends();
}

#[test]
fn what_is_in_the_lanes_is_handled_before_the_loop_ends() {
    let order = ServiceOrder {
        id: OrderId::new("o-1"),
        staff: StaffId::new("g-1"),
        action: OrderedAction::Lock { now: false },
    };
    let running = running(commits, vec![Event::Net(NetEvent::KioskRevoked(true))]);
    running.sender.send(Event::Net(NetEvent::ServiceOrdered(Box::new(order))));
    running.sender.send(Event::Badge(BadgeEvent::ReaderConnected));
    let screen = running.screen.clone();
    running.ends();
    assert_eq!(screen.latest().reader, ReaderPresence::Present);
    assert_eq!(screen.latest().view, out_of_service(OutOfServiceCause::Revoked));
}

#[test]
fn answers_that_breed_answers_do_not_hold_the_loop_for_ever() {
    // Every row is answered by an event that makes the session ask for another row.
    let mut revoked = false;
    let breeding = move |effect: &Effect| match effect {
        Effect::Record { .. } => {
            revoked = !revoked;
            Some(Event::Net(NetEvent::KioskRevoked(revoked)))
        }
        _ => None,
    };
    let running = running(breeding, Vec::new());
    running.sender.send(Event::Badge(BadgeEvent::ReaderConnected));
    while running.screen.latest().reader != ReaderPresence::Present {
        running.repainted.recv_timeout(PATIENCE).unwrap();
    }
    running.ends();
}
