//! Steered random operations; after each of them the invariants and the watch.
//!
//! The run fails unless every state and every arrow of the diagrams was seen. A failure is shrunk by
//! proptest and printed as the operations that lead to it; the seed is fixed.

use std::cell::RefCell;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::coverage::Coverage;
use super::kiosk::{Kiosk, Media, Net, Seen, Store};
use super::room::{self, Card, FORMER_NUMBER, NEXT_VISIT, NOBODYS_NUMBER, NUMBER, PIN, VISIT, id, local};
use crate::badge::osdp::Distrust;
use crate::domain::{
    CallId, CheckId, CheckPart, ConnectionId, Finding, Language, PinAttemptId, RecordId, Redacted, Remedy, Slot,
    StaffEndReason,
};
use crate::engine::direct::SignallingMessage;
use crate::engine::{IceState, SocketId, TransportEvent};
use crate::session::{
    BadgeEvent, CheckEvent, Event, JoinRefusal, MediaEvent, NetEvent, OrderReason, OrderedAction, Overlay, Recovery,
    StoreEvent, TOUCH_FIELDS, UserAction,
};

const CASES: u32 = 6000;
const LONGEST_STORY: usize = 60;
const ORDERS: [OrderedAction; 7] = [
    OrderedAction::Lock { now: false },
    OrderedAction::Lock { now: true },
    OrderedAction::TakeOutOfService { reason: OrderReason::Security, now: false },
    OrderedAction::TakeOutOfService { reason: OrderReason::Fault, now: true },
    OrderedAction::ReturnToService,
    OrderedAction::ReturnToService,
    OrderedAction::LookOver,
];

/// Where a story begins.
#[derive(Debug, Clone, Copy)]
enum Start {
    Unloaded,
    Locked,
    Open,
    InCall,
    Killed,
}

#[derive(Debug, Clone)]
enum Op {
    /// What the next person would do, going by the screen.
    Proceed,
    Badge(Card),
    Reader(BadgeEvent),
    Number(&'static str),
    Touch(Touch),
    GuardDoes(Touch),
    Pin(bool),
    Wait(u64),
    /// Just before, at or just after an hour that matters.
    Until(&'static str),
    StoreIs(Store),
    NetIs(Net),
    MediaIs(Media),
    PinWorkerIs {
        silent: bool,
    },
    VisitorComes,
    VisitorLeaves,
    VisitorHangsUp,
    ServiceEndsTheVisit,
    Garbage,
    Transport(Trouble),
    SignallingDrops,
    WallJumps(i64),
    ServiceTimeKnown(bool),
    Schedule(Change),
    TechnicianChecks,
    CheckIs {
        stuck: bool,
    },
    BookingCancelled(bool),
    Ordered {
        number: u8,
        action: OrderedAction,
    },
    EnrolmentRequested,
    Revoked(bool),
    MediaFails,
    MediaStopsByItself,
    CameraChanges(bool),
    ScheduleLost,
    Stale(Stale),
    Restart {
        seconds: u64,
        reboots: bool,
    },
}

#[derive(Debug, Clone, Copy)]
enum Touch {
    Accept,
    Decline,
    EndRequest,
    EndConfirm,
    EndCancel,
    English,
    StaffNumber,
    PinCancel,
    Open,
    Lock,
    EndCall,
    TakeOut,
    Return,
    ClosePanel,
    Anywhere,
    CheckAgain,
    TouchTest,
    EveryField,
    LeaveMaintenance,
}

#[derive(Debug, Clone, Copy)]
enum Trouble {
    Stalled,
    Resumed,
    Disconnected,
    Connected,
    Failed,
    Refused,
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Cancel,
    Finish,
    Shorten,
    Prolong,
    Move,
    Empty,
    StrikeOffGuards,
    ForbidNumbers,
    Fresh,
}

#[derive(Debug, Clone, Copy)]
enum Stale {
    Commit(u64),
    CommitFailed(u64),
    Pin,
    Certificate,
    Connection,
    CallStopped,
    Join,
    Socket,
    Finding,
}

fn op() -> impl Strategy<Value = Op> {
    use prop::sample::select;
    let touch = select(vec![
        Touch::Accept,
        Touch::Decline,
        Touch::EndRequest,
        Touch::EndConfirm,
        Touch::EndCancel,
        Touch::English,
        Touch::StaffNumber,
        Touch::StaffNumber,
        Touch::PinCancel,
        Touch::Open,
        Touch::Lock,
        Touch::EndCall,
        Touch::TakeOut,
        Touch::Return,
        Touch::ClosePanel,
        Touch::Anywhere,
        Touch::CheckAgain,
        Touch::TouchTest,
        Touch::EveryField,
        Touch::LeaveMaintenance,
    ]);
    let guard = select(vec![Touch::Open, Touch::Open, Touch::Lock, Touch::EndCall, Touch::TakeOut, Touch::Return]);
    let trouble = select(vec![
        Trouble::Stalled,
        Trouble::Resumed,
        Trouble::Disconnected,
        Trouble::Connected,
        Trouble::Failed,
        Trouble::Refused,
    ]);
    let change = select(vec![
        Change::Cancel,
        Change::Finish,
        Change::Shorten,
        Change::Prolong,
        Change::Move,
        Change::Empty,
        Change::StrikeOffGuards,
        Change::ForbidNumbers,
        Change::Fresh,
        Change::Fresh,
        Change::Fresh,
    ]);
    let reader = select(vec![
        BadgeEvent::ReaderConnected,
        BadgeEvent::ReaderConnected,
        BadgeEvent::ReaderDisconnected,
        BadgeEvent::ReaderDisconnected,
        BadgeEvent::ReaderNotTrusted(Distrust::DefaultKey),
    ]);
    let stale = prop_oneof![
        (0..60_u64).prop_map(Stale::Commit),
        (0..60_u64).prop_map(Stale::CommitFailed),
        select(vec![
            Stale::Pin,
            Stale::Certificate,
            Stale::Connection,
            Stale::CallStopped,
            Stale::Join,
            Stale::Socket,
            Stale::Finding
        ]),
    ];
    let net = select(vec![
        Net::Answers,
        Net::Answers,
        Net::Answers,
        Net::Down,
        Net::Silent,
        Net::AsksForRecording,
        Net::Refuses(JoinRefusal::KioskRevoked),
        Net::Refuses(JoinRefusal::AlreadyEnded),
    ]);
    let hours = select(vec![
        "09:40", "09:50", "09:57", "09:59:59", "10:00", "10:10", "10:24", "10:29", "10:29:59", "10:30", "10:35",
        "10:41", "11:10", "15:59:59", "16:00",
    ]);
    prop_oneof![
        30 => Just(Op::Proceed),
        8 => select(Card::ALL.to_vec()).prop_map(Op::Badge),
        3 => reader.prop_map(Op::Reader),
        2 => select(vec![NUMBER, NUMBER, NOBODYS_NUMBER, FORMER_NUMBER, ""]).prop_map(Op::Number),
        4 => touch.prop_map(Op::Touch),
        4 => guard.prop_map(Op::GuardDoes),
        2 => any::<bool>().prop_map(Op::Pin),
        8 => select(vec![1, 1, 3, 5, 9, 16, 31, 61, 130, 600]).prop_map(Op::Wait),
        3 => hours.prop_map(Op::Until),
        3 => select(vec![Store::Commits, Store::Commits, Store::Silent, Store::Fails]).prop_map(Op::StoreIs),
        3 => net.prop_map(Op::NetIs),
        3 => select(vec![Media::Works, Media::Works, Media::NoPath, Media::Forged, Media::Stuck]).prop_map(Op::MediaIs),
        1 => any::<bool>().prop_map(|silent| Op::PinWorkerIs { silent }),
        3 => Just(Op::VisitorComes),
        3 => Just(Op::VisitorLeaves),
        1 => Just(Op::VisitorHangsUp),
        1 => Just(Op::ServiceEndsTheVisit),
        1 => Just(Op::Garbage),
        6 => trouble.prop_map(Op::Transport),
        2 => Just(Op::SignallingDrops),
        1 => select(vec![-7_200_000, 0, 7_200_000, 86_400_000 * 400]).prop_map(Op::WallJumps),
        1 => any::<bool>().prop_map(Op::ServiceTimeKnown),
        3 => change.prop_map(Op::Schedule),
        4 => Just(Op::TechnicianChecks),
        1 => any::<bool>().prop_map(|stuck| Op::CheckIs { stuck }),
        1 => any::<bool>().prop_map(Op::BookingCancelled),
        5 => (0..12_u8, select(ORDERS.to_vec())).prop_map(|(number, action)| Op::Ordered { number, action }),
        1 => Just(Op::EnrolmentRequested),
        1 => select(vec![true, false, false]).prop_map(Op::Revoked),
        1 => Just(Op::MediaFails),
        1 => Just(Op::MediaStopsByItself),
        1 => any::<bool>().prop_map(Op::CameraChanges),
        1 => Just(Op::ScheduleLost),
        6 => stale.prop_map(Op::Stale),
        2 => (select(vec![0_u64, 5, 59, 61, 400]), any::<bool>()).prop_map(|(seconds, reboots)| Op::Restart {
            seconds,
            reboots,
        }),
    ]
}

fn action(touch: Touch) -> UserAction {
    match touch {
        Touch::Accept => UserAction::NoticeAccepted,
        Touch::Decline => UserAction::NoticeDeclined,
        Touch::EndRequest => UserAction::EndRequested,
        Touch::EndConfirm => UserAction::EndConfirmed,
        Touch::EndCancel => UserAction::EndCancelled,
        Touch::StaffNumber => UserAction::StaffNumberWanted,
        Touch::English => UserAction::LanguageChosen(Language::English),
        Touch::PinCancel => UserAction::PinCancelled,
        Touch::Open => UserAction::KioskOpened,
        Touch::Lock => UserAction::KioskLocked,
        Touch::EndCall => UserAction::CallEndedByStaff(StaffEndReason::Conduct),
        Touch::TakeOut => UserAction::TakenOutOfService,
        Touch::Return => UserAction::ReturnedToService,
        Touch::ClosePanel => UserAction::PanelClosed,
        Touch::Anywhere => UserAction::PanelTouched,
        Touch::CheckAgain => UserAction::CheckRepeated,
        Touch::TouchTest => UserAction::TouchTestWanted,
        Touch::EveryField => UserAction::FieldTouched(0),
        Touch::LeaveMaintenance => UserAction::MaintenanceLeft,
    }
}

/// By badge, or by number where the screen offers it.
fn guard_comes(kiosk: &mut Kiosk) {
    if kiosk.screen().offers_staff_number {
        kiosk.touch(UserAction::StaffNumberWanted);
    } else {
        kiosk.badge(Card::Guard);
    }
}

/// What the next person would do, going by the screen.
fn proceed(kiosk: &mut Kiosk) {
    match kiosk.screen().overlay {
        Some(Overlay::NumberPad(_)) => {
            kiosk.touch(UserAction::StaffNumberEntered(Redacted::new(NUMBER.to_owned())));
            return;
        }
        Some(Overlay::PinPad(_)) => {
            kiosk.pin(PIN);
            return;
        }
        Some(Overlay::GuardPanel(panel)) => {
            let next = if panel.can_open {
                UserAction::KioskOpened
            } else if panel.can_return_to_service {
                UserAction::ReturnedToService
            } else {
                UserAction::PanelClosed
            };
            kiosk.touch(next);
            return;
        }
        None => {}
    }
    let utc = kiosk.utc();
    match kiosk.seen() {
        Seen::OutOfService("K-05") => _ = kiosk.sync(|_| {}),
        Seen::Locked if (local("10:00")..local("10:30")).contains(&utc) => {
            // Whoever was interrupted may come back; else the guard must.
            kiosk.badge(Card::Ali);
            if kiosk.seen() == Seen::Locked {
                guard_comes(kiosk);
            }
        }
        Seen::OutOfService(_) | Seen::Locked => guard_comes(kiosk),
        Seen::Idle if utc < local("09:50") => _ = kiosk.at("09:55"),
        Seen::Idle if utc < local("10:30") => _ = kiosk.badge(Card::Ali),
        Seen::Idle => _ = kiosk.badge(Card::Hasan),
        Seen::UnknownBadge => _ = kiosk.badge(Card::Ali),
        Seen::Ended(_) if utc >= local("10:30") => _ = kiosk.badge(Card::Hasan),
        Seen::NoVisitToday
        | Seen::AtAnotherKiosk
        | Seen::TooEarly
        | Seen::TimeUnknown
        | Seen::Preparing
        | Seen::Ended(_) => _ = kiosk.wait_seconds(5),
        Seen::Notice => _ = kiosk.accept(),
        Seen::Waiting if utc < local("10:00") => _ = kiosk.visitor_comes().at("10:00"),
        Seen::Waiting => _ = kiosk.visitor_comes(),
        Seen::Call(_) => _ = kiosk.wait_seconds(60),
        Seen::Findings => _ = kiosk.touch(UserAction::MaintenanceLeft),
        Seen::TouchTest => _ = kiosk.wait_seconds(21),
    }
}

fn slot(from: &str, to: &str) -> Slot {
    Slot::new(local(from), local(to)).expect("a slot")
}

fn change_schedule(kiosk: &mut Kiosk, change: Change) {
    let has_visit = kiosk.schedule.booking(&id(VISIT)).is_some();
    match change {
        Change::Empty => _ = kiosk.sync(|schedule| schedule.bookings.clear()),
        Change::ForbidNumbers => _ = kiosk.sync(|schedule| schedule.policy.staff_number_without_reader = false),
        Change::StrikeOffGuards => _ = kiosk.sync(|schedule| schedule.staff.clear()),
        Change::Fresh => {
            let revision = kiosk.schedule.bookings.iter().map(|booking| booking.revision).max().unwrap_or(0) + 1;
            kiosk.sync(|schedule| {
                *schedule = room::schedule();
                schedule.bookings.iter_mut().for_each(|booking| booking.revision = revision);
            });
        }
        Change::Cancel | Change::Finish | Change::Shorten | Change::Prolong | Change::Move if !has_visit => {}
        Change::Cancel => _ = kiosk.change_booking(VISIT, |booking| booking.cancelled = true),
        Change::Finish => _ = kiosk.change_booking(VISIT, |booking| booking.finished = true),
        Change::Shorten => _ = kiosk.change_booking(VISIT, |booking| booking.slot = slot("10:00", "10:12")),
        Change::Prolong => _ = kiosk.change_booking(VISIT, |booking| booking.slot = slot("10:00", "10:38")),
        Change::Move => _ = kiosk.change_booking(VISIT, |booking| booking.kiosk = room::elsewhere()),
    }
}

fn tell_stale(kiosk: &mut Kiosk, stale: Stale) {
    let old_call = CallId(kiosk.call.0.saturating_sub(1));
    let old_connection = ConnectionId(kiosk.connection.0.saturating_sub(1));
    let (call, connection) = (kiosk.call, kiosk.connection);
    let transport = |call, connection, event| Event::Media(MediaEvent::Transport { call, connection, event });
    let event = match stale {
        // Rows beyond those on their way, and rows that were answered long ago.
        Stale::Commit(row) => match kiosk.row_is_open(RecordId(row)) {
            true => return,
            false => Event::Store(StoreEvent::Committed(RecordId(row))),
        },
        Stale::CommitFailed(row) => match kiosk.row_is_open(RecordId(row)) {
            true => return,
            false => Event::Store(StoreEvent::CommitFailed(RecordId(row))),
        },
        Stale::Pin => Event::PinVerified { attempt: PinAttemptId(9999), right: true },
        Stale::Certificate => transport(call, old_connection, TransportEvent::CertificateVerified),
        Stale::Connection => transport(old_call, connection, TransportEvent::CertificateRefused),
        Stale::CallStopped => Event::Media(MediaEvent::CallStopped { call: old_call }),
        Stale::Join => Event::Net(NetEvent::JoinRefused { call: old_call, refusal: JoinRefusal::Cancelled }),
        Stale::Finding => {
            let check = CheckId(kiosk.check.0.wrapping_sub(1));
            let finding = Finding::fail(CheckPart::Camera, "stale", Remedy::PlugCamera);
            Event::Check(CheckEvent::Found { check, finding })
        }
        Stale::Socket => Event::Net(NetEvent::SocketClosed { call, socket: SocketId(kiosk.socket.0.wrapping_sub(1)) }),
    };
    let before = (kiosk.screen().view, kiosk.effects.len());
    kiosk.tell(event);
    let after = (kiosk.screen().view, kiosk.effects.len());
    if before != after {
        kiosk.fail(format!("a stale word changed something: {stale:?}"));
    }
}

fn trouble_event(trouble: Trouble) -> TransportEvent {
    match trouble {
        Trouble::Stalled => TransportEvent::MediaStalled(Duration::from_secs(3)),
        Trouble::Resumed => TransportEvent::MediaResumed,
        Trouble::Disconnected => TransportEvent::IceStateChanged(IceState::Disconnected),
        Trouble::Connected => TransportEvent::IceStateChanged(IceState::Connected),
        Trouble::Failed => TransportEvent::Failed("trouble".to_owned()),
        Trouble::Refused => TransportEvent::CertificateRefused,
    }
}

fn apply(kiosk: &mut Kiosk, op: &Op) {
    match op {
        Op::Proceed => proceed(kiosk),
        Op::Badge(card) => _ = kiosk.badge(*card),
        Op::Reader(event) => kiosk.tell(Event::Badge(event.clone())),
        Op::Number(number) => _ = kiosk.number(number),
        Op::Touch(Touch::EveryField) => {
            (0..TOUCH_FIELDS).for_each(|field| _ = kiosk.touch(UserAction::FieldTouched(field)));
        }
        Op::TechnicianChecks => _ = kiosk.technician_checks(),
        Op::CheckIs { stuck } => kiosk.check_is_stuck = *stuck,
        Op::Touch(touch) => _ = kiosk.touch(action(*touch)),
        Op::GuardDoes(touch) => _ = kiosk.guard(action(*touch)),
        Op::Pin(right) => _ = kiosk.pin(if *right { PIN } else { "0000" }),
        Op::Wait(seconds) => _ = kiosk.wait_seconds(*seconds),
        Op::Until(hour) => _ = kiosk.at(hour),
        Op::StoreIs(Store::Commits) => _ = kiosk.store_catches_up(),
        Op::StoreIs(store) => kiosk.store = *store,
        Op::NetIs(net) => kiosk.net = *net,
        Op::MediaIs(media) => kiosk.media = *media,
        Op::PinWorkerIs { silent } => kiosk.pin_worker_is_silent = *silent,
        Op::VisitorComes => _ = kiosk.visitor_comes(),
        Op::VisitorLeaves => _ = kiosk.visitor_leaves(),
        Op::VisitorHangsUp => _ = kiosk.visitor_hangs_up(),
        Op::ServiceEndsTheVisit => kiosk.hears(&SignallingMessage::Ended),
        Op::Garbage => kiosk.hears(&SignallingMessage::RenewWanted { connection: 3 }),
        Op::Transport(trouble) => _ = kiosk.transport(trouble_event(*trouble)),
        Op::SignallingDrops => _ = kiosk.signalling_drops(),
        Op::WallJumps(milliseconds) => kiosk.wall_jump_ms = *milliseconds,
        Op::ServiceTimeKnown(known) => kiosk.service_time_known = *known,
        Op::Schedule(change) => change_schedule(kiosk, *change),
        Op::BookingCancelled(first) => {
            let booking = id(if *first { VISIT } else { NEXT_VISIT });
            kiosk.cancel_quietly(&booking);
            kiosk.tell(Event::Net(NetEvent::BookingCancelled(booking)));
        }
        Op::Ordered { number, action } => _ = kiosk.ordered(&format!("o-{number}"), *action),
        Op::EnrolmentRequested => {
            kiosk.tell(Event::Net(NetEvent::EnrolmentRequested { within: Duration::from_secs(20) }));
        }
        Op::Revoked(revoked) => kiosk.tell(Event::Net(NetEvent::KioskRevoked(*revoked))),
        Op::MediaFails => kiosk.tell(Event::Media(MediaEvent::MediaFailed)),
        Op::MediaStopsByItself => {
            let call = kiosk.call;
            kiosk.tell(Event::Media(MediaEvent::CallStopped { call }));
        }
        Op::CameraChanges(working) => kiosk.tell(Event::Media(MediaEvent::CameraChanged { working: *working })),
        Op::ScheduleLost => kiosk.tell(Event::Store(StoreEvent::ScheduleLoaded(None))),
        Op::Stale(stale) => tell_stale(kiosk, *stale),
        Op::Restart { seconds, reboots } => _ = kiosk.restart(Duration::from_secs(*seconds), *reboots),
    }
}

fn begin(start: Start) -> Kiosk {
    let mut kiosk = match start {
        Start::Unloaded => return Kiosk::unloaded(Recovery::default()),
        Start::Locked => return Kiosk::locked(),
        Start::Open | Start::InCall | Start::Killed => Kiosk::open(),
    };
    match start {
        Start::Unloaded | Start::Locked | Start::Open => {}
        Start::InCall => _ = kiosk.at("09:55").badge(Card::Ali).accept().visitor_comes().at("10:05"),
        Start::Killed => {
            kiosk.at("09:55").badge(Card::Ali).accept().visitor_comes().at("10:05");
            kiosk.restart(Duration::from_secs(3), false);
        }
    }
    kiosk
}

/// Plays random stories; the operations of the shortest failing one, or what was covered.
pub(super) fn run(cases: u32, max_shrink_iters: u32) -> Result<Coverage, String> {
    let coverage = RefCell::new(Coverage::default());
    let config = Config { cases, max_shrink_iters, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let starts =
        vec![Start::Unloaded, Start::Locked, Start::Open, Start::Open, Start::InCall, Start::InCall, Start::Killed];
    let stories = (prop::sample::select(starts), prop::collection::vec(op(), 1..LONGEST_STORY));
    let result = TestRunner::new_with_rng(config, rng).run(&stories, |(start, ops)| {
        let mut kiosk = begin(start);
        for op in &ops {
            apply(&mut kiosk, op);
            if let Some(failure) = &kiosk.failure {
                return Err(TestCaseError::fail(format!("{failure} (after {op:?})")));
            }
        }
        coverage.borrow_mut().add(&kiosk.coverage);
        Ok(())
    });
    match result {
        Ok(()) => Ok(coverage.into_inner()),
        Err(TestError::Fail(reason, (start, ops))) => Err(format!("{reason}\n  from {start:?}: {ops:?}")),
        Err(TestError::Abort(reason)) => Err(reason.to_string()),
    }
}

#[test]
fn whatever_happens_the_invariants_hold_and_everything_is_reached() {
    let coverage = run(CASES, 4000).unwrap_or_else(|failure| panic!("{failure}"));
    println!("{}", coverage.report());
    let missing = coverage.missing();
    assert!(missing.is_empty(), "never seen: {missing:#?}");
}
