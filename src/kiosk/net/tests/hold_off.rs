//! `Retry-After`: what one call is told holds for the whole kiosk.

use std::time::Duration;

use muwajaha_core::domain::{BookingId, CallId};
use muwajaha_core::session::{JoinRefusal, NetEvent};

use super::room::{Room, but, timings};
use super::service::{Answer, Asked, Service};
use crate::net::Timings;

const ASKED_FOR: Duration = Duration::from_secs(2);

fn later(_: &Asked) -> Answer {
    Answer::text(503, "").with("retry-after", "2")
}

/// Nothing was asked in the time that the service asked for, since `call` was answered by it, but
/// what was on its way by then: one of each at most.
fn is_left_alone(service: &Service, call: &str) {
    let told = service.asked().iter().find(|asked| asked.call() == call).unwrap().at;
    let next = service.once("anything after the pause", |asked| {
        let is_later = |asked: &&Asked| asked.at >= told + ASKED_FOR;
        asked.iter().find(is_later).cloned()
    });
    let asked = service.asked();
    let within: Vec<&Asked> = asked.iter().filter(|asked| asked.at > told && asked.at < next.at).collect();
    for asked in &within {
        assert!(asked.at < told + ASKED_FOR / 4, "{} was asked in the pause", asked.path);
        assert!(within.iter().filter(|other| other.call() == asked.call()).count() == 1, "{} again", asked.path);
    }
}

#[test]
fn a_service_that_asks_the_sync_to_wait_is_left_alone_by_everything() {
    let service = Service::plain(later);
    let mut room = Room::at(&service);
    room.records();
    service.nth("time", 1);
    is_left_alone(&service, "time");
}

#[test]
fn a_service_that_asks_the_kiosks_socket_to_wait_is_left_alone_by_the_sync_too() {
    let service = Service::plain(but("socket", |_| Answer::text(429, "").with("retry-after", "2")));
    let room = Room::with(&service, Timings { sync_interval: Duration::from_millis(50), ..timings() });
    room.hears_schedule();
    is_left_alone(&service, "socket");
}

#[test]
fn a_service_that_asks_the_outbox_to_wait_is_left_alone_by_the_sync_too() {
    let service = Service::plain(but("events", later));
    let mut room = Room::with(&service, Timings { sync_interval: Duration::from_millis(50), ..timings() });
    room.hears_schedule();
    room.records();
    service.nth("events", 1);
    is_left_alone(&service, "events");
}

#[test]
fn a_join_is_not_asked_for_before_the_service_wants_to_be_asked() {
    let service = Service::plain(but("join", |_| Answer::text(503, "").with("retry-after", "30")));
    let room = Room::with(&service, Timings { join: Duration::from_millis(300), ..timings() });
    room.hears_schedule();
    for number in 1..=3 {
        let call = CallId(number);
        assert!(room.net.fetch_join_descriptor(call, BookingId::new("bk-1")));
        room.hears_event(&NetEvent::JoinRefused { call, refusal: JoinRefusal::Unreachable });
    }
    assert_eq!(service.asked().iter().filter(|asked| asked.call() == "join").count(), 1, "asked once, told to wait");
}

#[test]
fn a_join_that_may_wait_so_long_is_asked_for_again_in_time() {
    let service = Service::plain(super::room::counted(
        |count, asked| if count == 1 { later(asked) } else { Answer::problem(409, "booking-cancelled") },
        "join",
    ));
    let room = Room::at(&service);
    room.hears_schedule();
    let call = CallId(1);
    assert!(room.net.fetch_join_descriptor(call, BookingId::new("bk-1")));
    room.hears_event(&NetEvent::JoinRefused { call, refusal: JoinRefusal::Cancelled });
    let (first, second) = (service.nth("join", 1), service.nth("join", 2));
    assert!(second.at - first.at >= ASKED_FOR);
}

#[test]
fn a_socket_that_cannot_be_opened_leaves_the_sync_its_backoff() {
    let service = Service::plain(|asked| match asked.call() {
        "socket" => Answer::text(404, ""),
        _ => Answer::text(500, ""),
    });
    let backoff_first = Duration::from_millis(400);
    let room = Room::with(&service, Timings { backoff_first, backoff_longest: backoff_first, ..timings() });
    room.hears_event(&NetEvent::ServiceReachable(false));
    service.nth("time", 4);
    let asked: Vec<_> = service.asked().into_iter().filter(|asked| asked.call() == "time").collect();
    for pair in asked.windows(2) {
        assert!(pair[1].at - pair[0].at >= backoff_first, "the socket's failures hurried the sync");
    }
}
