//! Answers that nobody in good faith sends: bounded in size, depth and time, and never logged.

use std::time::Duration;

use muwajaha_core::domain::{BookingId, CallId};
use muwajaha_core::session::{JoinRefusal, NetEvent};

use super::room::{Room, but, in_health, timings};
use super::service::{Answer, Asked, Service};
use crate::net::Timings;

/// The kiosk lives through `answer` to `call`, and is well again when the service is.
fn lives_through(call: &'static str, answer: impl Fn(&Asked) -> Answer + Send + 'static) {
    let service = Service::plain(but(call, answer));
    let room = Room::with(&service, Timings { answer: Duration::from_secs(15), ..timings() });
    room.hears_event(&NetEvent::ServiceReachable(false));
    service.now_answers(in_health);
    room.hears_schedule();
    room.hears_event(&NetEvent::ServiceReachable(true));
}

#[test]
fn json_that_is_nested_without_end_is_no_snapshot() {
    lives_through("snapshot", |_| Answer::text(200, &"[".repeat(1_000_000)));
    lives_through("time", |_| Answer::text(200, &"{\"now_ms\":".repeat(5_000)));
}

#[test]
fn a_body_that_does_not_end_is_read_only_so_far() {
    lives_through("time", |_| Answer::Endless);
    lives_through("snapshot", |_| Answer::Endless);
}

#[test]
fn numbers_and_texts_of_other_kinds_are_no_time() {
    for body in ["null", "[]", "{\"now_ms\": 1e400}", "{\"now_ms\": \"soon\"}", "\u{0}", "<html>"] {
        lives_through("time", move |_| Answer::text(200, body));
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Service::plain(in_health);
    let target = elsewhere.url().join("/v1/kiosk/time").unwrap().to_string();
    let service = Service::plain(but("time", move |_| Answer::text(307, "").with("location", &target)));
    let _room = Room::at(&service);
    service.nth("time", 3);
    assert!(elsewhere.asked().is_empty(), "the token went nowhere else");
}

#[test]
fn an_unreadable_descriptor_ends_the_visit_and_not_the_kiosk() {
    let service = Service::plain(but("join", |_| Answer::text(200, &"[".repeat(10_000))));
    let room = Room::at(&service);
    let call = CallId(1);
    assert!(room.net.fetch_join_descriptor(call, BookingId::new("bk-1")));
    room.hears_event(&NetEvent::JoinRefused { call, refusal: JoinRefusal::Descriptor(None) });
}
