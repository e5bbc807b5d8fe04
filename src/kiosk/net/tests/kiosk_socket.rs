//! The kiosk's own socket: what the service tells by it, and how it comes back.

use std::time::{Duration, Instant};

use muwajaha_core::badge::BadgeNumber;
use muwajaha_core::domain::{OrderId, StaffId};
use muwajaha_core::session::{KioskActivity, NetEvent, OrderReason, OrderedAction, ServiceOrder};
use muwajaha_wire::fleet::{ActivityWire, KioskStatus, ReaderWire};
use muwajaha_wire::kiosk::FromKiosk;
use serde_json::{Value, json};

use super::room::{Room, but, condition, counted, in_health, timings};
use super::service::{Answer, Line, Service};
use crate::net::Timings;

fn badge(printed: &str) -> BadgeNumber {
    BadgeNumber::from_typed(printed).unwrap()
}

fn asks_for_a_badge(line: &Line, room: &Room) {
    line.tells(&json!({"type": "enrol_next_badge", "within_seconds": 60}));
    room.hears_event(&NetEvent::EnrolmentRequested { within: Duration::from_secs(60) });
}

/// The next badge, whatever else the kiosk tells before it.
fn hears_badge(line: &Line, printed: &str) -> bool {
    loop {
        let message: Value = serde_json::from_str(&line.hears()).unwrap();
        if message["type"] != "status" {
            return message["type"] == "badge_to_enrol" && message["printed_number"] == printed;
        }
    }
}

/// The service orders the kiosk to lock, and the session hears of it.
fn orders(line: &Line, room: &Room, id: &str) {
    let action = OrderedAction::Lock { now: false };
    line.tells(&json!({"type": "order", "id": id, "staff": "g-1", "action": {"do": "lock", "now": false}}));
    let order = ServiceOrder { id: OrderId::new(id), staff: StaffId::new("g-1"), action };
    room.hears_event(&NetEvent::ServiceOrdered(Box::new(order)));
}

/// How the kiosk says it is, next.
fn hears_status(line: &Line) -> KioskStatus {
    match serde_json::from_str(&line.hears()).unwrap() {
        FromKiosk::Status(status) => *status,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_service_tells_reaches_the_session() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    orders(&line, &room, "o-1");
    line.tells(&json!({"type": "enrol_next_badge", "within_seconds": 100_000}));
    room.hears_event(&NetEvent::EnrolmentRequested { within: Duration::from_secs(300) });
    line.tells(&json!({"type": "revoked"}));
    room.hears_event(&NetEvent::KioskRevoked(true));
}

#[test]
fn messages_that_are_none_change_nothing() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    room.hears_schedule();
    for text in ["", "{", "null", "{\"type\": \"of_a_later_version\"}", "{\"type\": \"order\"}", &"[".repeat(100_000)] {
        line.says(text);
    }
    orders(&line, &room, "o-1");
    assert_eq!(service.asked().iter().filter(|asked| asked.call() == "socket").count(), 1, "it is still open");
}

#[test]
fn a_message_beyond_all_measure_ends_the_socket_and_not_the_kiosk() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    service.line().says(&"x".repeat(300 * 1024));
    let line = service.line();
    orders(&line, &room, "o-1");
}

#[test]
fn a_socket_that_was_closed_is_opened_again_and_the_room_looked_at() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    room.hears_schedule();
    for _ in 0..3 {
        let looked = service.asked().iter().filter(|asked| asked.call() == "snapshot").count();
        service.line().hang_up();
        service.nth("snapshot", looked + 1);
    }
    service.line();
}

#[test]
fn a_socket_that_is_refused_is_tried_more_and_more_slowly() {
    let service =
        Service::plain(counted(|count, _| if count <= 4 { Answer::text(404, "") } else { Answer::Socket }, "socket"));
    let _room = Room::at(&service);
    service.line();
    let asked: Vec<_> = service.asked().into_iter().filter(|asked| asked.call() == "socket").collect();
    let steps: Vec<u128> = asked.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect();
    for (step, least) in steps.iter().zip([20, 40, 80, 160]) {
        assert!(*step >= least, "{steps:?}");
    }
}

#[test]
fn a_socket_that_opens_only_to_close_is_not_opened_in_a_rush() {
    let service = Service::plain(in_health);
    let _room = Room::at(&service);
    for _ in 0..5 {
        service.line().hang_up();
    }
    let asked: Vec<_> = service.asked().into_iter().filter(|asked| asked.call() == "socket").collect();
    assert!(asked[4].at - asked[0].at >= Duration::from_millis(20 + 40 + 80 + 160));
}

#[test]
fn a_socket_on_which_nothing_is_heard_is_given_up() {
    // A service that answers no ping: its end is open, but nobody reads there.
    let service = Service::plain(counted(
        |count, asked| if count == 1 { Answer::DeafSocket } else { in_health(asked) },
        "socket",
    ));
    let ping = Duration::from_millis(100);
    let began = Instant::now();
    let _room = Room::with(&service, Timings { ping, ..timings() });
    service.line();
    assert!(began.elapsed() >= ping * 3, "it was given three pings' time");
}

#[test]
fn a_token_that_the_socket_refuses_means_revoked() {
    let service = Service::plain(but("socket", |_| Answer::problem(403, "kiosk-revoked")));
    Room::at(&service).hears_event(&NetEvent::KioskRevoked(true));
}

#[test]
fn a_badge_that_was_asked_for_is_sent_once() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    asks_for_a_badge(&line, &room);
    assert!(room.net.send_enrolment(badge("0004578453")));
    assert!(hears_badge(&line, "0004578453"));
    assert!(room.net.send_enrolment(badge("0001111111")), "asked for by nobody");
    asks_for_a_badge(&line, &room);
    assert!(room.net.send_enrolment(badge("0002222222")));
    assert!(hears_badge(&line, "0002222222"));
}

#[test]
fn a_badge_read_while_the_line_was_down_is_not_given_to_another_enrolment() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    asks_for_a_badge(&line, &room);
    service.now_answers(but("socket", |_| Answer::text(500, "")));
    let refused = service.asked().iter().filter(|asked| asked.call() == "socket").count();
    line.hang_up();
    service.nth("socket", refused + 1);
    assert!(room.net.send_enrolment(badge("0001111111")), "read for the enrolment of before");

    service.now_answers(in_health);
    let line = service.line();
    asks_for_a_badge(&line, &room);
    assert!(room.net.send_enrolment(badge("0002222222")));
    drop(room);
    let heard = line.hears_to_the_end();
    assert!(heard.iter().all(|text| !text.contains("0001111111")), "the older badge was sent");
}

#[test]
fn a_badge_that_follows_the_request_comes_after_all_older_ones_were_dropped() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    room.hears_schedule();
    for _ in 0..20 {
        room.net.send_enrolment(badge("0001111111"));
    }
    asks_for_a_badge(&line, &room);
    assert!(room.net.send_enrolment(badge("0002222222")));
    assert!(hears_badge(&line, "0002222222"));
}

#[test]
fn a_kiosk_says_how_it_is_when_the_socket_opens_and_on_every_change() {
    let service = Service::plain(in_health);
    let mut room = Room::at(&service);
    let line = service.line();
    let first = hears_status(&line);
    assert_eq!((first.activity, first.reader), (ActivityWire::Locked, ReaderWire::Present));
    assert_eq!(first.program_version, env!("CARGO_PKG_VERSION"));
    assert!(first.disk_free_bytes.is_some() && first.up_seconds > 0);
    // The first word may come before the service's clock was heard; then another follows.
    let with_clock = if first.clock_ahead_ms.is_some() { first } else { hears_status(&line) };
    assert!(with_clock.clock_ahead_ms.is_some_and(|ahead| ahead < 0), "{with_clock:?}");
    room.records();
    room.condition.send_replace(condition(KioskActivity::InVisit));
    assert_eq!(hears_status(&line).activity, ActivityWire::InVisit);
    line.hang_up();
    assert_eq!(hears_status(&service.line()).activity, ActivityWire::InVisit, "told anew after each pause");
}

#[test]
fn changes_in_a_rush_are_told_as_one_and_silence_is_broken_now_and_then() {
    let service = Service::plain(in_health);
    let room = Room::with(&service, Timings { status: Duration::from_millis(300), ..timings() });
    let line = service.line();
    hears_status(&line);
    for activity in [KioskActivity::Open, KioskActivity::Locked].into_iter().cycle().take(40) {
        room.condition.send_replace(condition(activity));
    }
    let told: Vec<KioskStatus> = (0..4).map(|_| hears_status(&line)).collect();
    assert_eq!(told.last().unwrap().activity, ActivityWire::Locked);
    assert!(told.iter().filter(|status| status.activity == ActivityWire::Open).count() <= 1, "{told:?}");
}

#[test]
fn rows_that_the_service_does_not_hold_are_counted() {
    let service = Service::plain(but("events", |_| Answer::text(500, "")));
    let mut room = Room::with(&service, Timings { status: Duration::from_millis(50), ..timings() });
    let line = service.line();
    assert_eq!(hears_status(&line).rows_waiting, Some(0));
    room.records();
    room.records();
    while hears_status(&line).rows_waiting != Some(2) {}
    service.now_answers(in_health);
    while hears_status(&line).rows_waiting != Some(0) {}
}

#[test]
fn an_order_of_a_later_version_is_not_taken_and_a_reason_of_one_still_takes_the_kiosk_out() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    line.tells(&json!({"type": "order", "id": "o-1", "staff": "g-1", "action": {"do": "dance"}}));
    let action = json!({"do": "take_out_of_service", "reason": "of_a_later_version", "now": true});
    line.tells(&json!({"type": "order", "id": "o-2", "staff": "g-1", "action": action}));
    let action = OrderedAction::TakeOutOfService { reason: OrderReason::Other, now: true };
    let order = ServiceOrder { id: OrderId::new("o-2"), staff: StaffId::new("g-1"), action };
    let first = room.hears("an order", |event| match event {
        NetEvent::ServiceOrdered(order) => Some((**order).clone()),
        _ => None,
    });
    assert_eq!(first, order);
}

#[test]
fn an_answer_to_an_order_waits_for_the_line() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    service.now_answers(but("socket", |_| Answer::text(500, "")));
    let asked = service.asked().iter().filter(|asked| asked.call() == "socket").count();
    line.hang_up();
    service.nth("socket", asked + 1);
    assert!(room.net.answer_order(OrderId::new("o-7")));

    service.now_answers(in_health);
    let line = service.line();
    loop {
        match serde_json::from_str(&line.hears()).unwrap() {
            FromKiosk::OrderTaken { order } => return assert_eq!(order, "o-7"),
            FromKiosk::Status(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_kiosk_that_looks_itself_over_hears_the_clock_anew_and_says_when_it_did() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    assert_eq!(hears_status(&line).looked_over_at_ms, None);
    room.hears_schedule();
    let heard = service.asked().iter().filter(|asked| asked.call() == "time").count();
    assert!(room.net.look_over());
    service.nth("time", heard + 1);
    while hears_status(&line).looked_over_at_ms.is_none() {}
}
