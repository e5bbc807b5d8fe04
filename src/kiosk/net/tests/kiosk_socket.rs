//! The kiosk's own socket: what the service tells by it, and how it comes back.

use std::time::{Duration, Instant};

use muwajaha_core::badge::BadgeNumber;
use muwajaha_core::domain::StaffId;
use muwajaha_core::session::NetEvent;
use serde_json::{Value, json};

use super::room::{Room, but, counted, in_health, timings};
use super::service::{Answer, Line, Service};
use crate::net::Timings;

fn badge(printed: &str) -> BadgeNumber {
    BadgeNumber::from_typed(printed).unwrap()
}

fn asks_for_a_badge(line: &Line, room: &Room) {
    line.tells(&json!({"type": "enrol_next_badge", "within_seconds": 60}));
    room.hears_event(&NetEvent::EnrolmentRequested { within: Duration::from_secs(60) });
}

fn is_badge(text: &str, printed: &str) -> bool {
    let message: Value = serde_json::from_str(text).unwrap();
    message["type"] == "badge_to_enrol" && message["printed_number"] == printed
}

#[test]
fn what_the_service_tells_reaches_the_session() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    line.tells(&json!({"type": "lock", "staff": "g-1"}));
    room.hears_event(&NetEvent::LockRequested { staff: StaffId::new("g-1") });
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
    for text in ["", "{", "null", "{\"type\": \"of_a_later_version\"}", "{\"type\": \"lock\"}", &"[".repeat(100_000)] {
        line.says(text);
    }
    line.tells(&json!({"type": "lock", "staff": "g-1"}));
    room.hears_event(&NetEvent::LockRequested { staff: StaffId::new("g-1") });
    assert_eq!(service.asked().iter().filter(|asked| asked.call() == "socket").count(), 1, "it is still open");
}

#[test]
fn a_message_beyond_all_measure_ends_the_socket_and_not_the_kiosk() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    service.line().says(&"x".repeat(300 * 1024));
    let line = service.line();
    line.tells(&json!({"type": "lock", "staff": "g-1"}));
    room.hears_event(&NetEvent::LockRequested { staff: StaffId::new("g-1") });
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
    assert!(is_badge(&line.hears(), "0004578453"));
    assert!(room.net.send_enrolment(badge("0001111111")), "asked for by nobody");
    asks_for_a_badge(&line, &room);
    assert!(room.net.send_enrolment(badge("0002222222")));
    assert!(is_badge(&line.hears(), "0002222222"));
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
    assert!(is_badge(&line.hears(), "0002222222"));
}
