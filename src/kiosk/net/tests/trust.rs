//! Whom the kiosk believes, and how long it waits.

use std::time::{Duration, Instant};

use muwajaha_core::session::NetEvent;

use super::room::{Room, but, in_health, timings};
use super::service::{Answer, Service};
use crate::net::Timings;

#[test]
fn a_service_that_the_known_authority_signed_is_spoken_to_on_every_way() {
    let service = Service::over_tls(in_health);
    let room = Room::at(&service);
    room.hears_event(&NetEvent::ServiceReachable(true));
    let line = service.line();
    assert_eq!(line.path, "/v1/kiosk/socket");
    let asked = service.nth("snapshot", 1);
    assert!(asked.certificate.is_some() && asked.header("authorization").is_none());
    assert!(service.nth("socket", 1).certificate.is_some());
    assert_eq!(asked.path, "/v1/kiosk/snapshot");
}

/// The kiosk of this story believes nothing of what `service` says, and says nothing to it.
fn is_not_believed(service: &Service, authority: &str) {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::in_folder(folder.path(), service.url(), authority, timings());
    room.hears_event(&NetEvent::ServiceReachable(false));
    drop(room);
    assert!(service.asked().is_empty(), "nothing was said to a stranger: {:?}", service.asked());
}

#[test]
fn a_service_of_an_unknown_authority_is_told_nothing() {
    let other = Service::over_tls(in_health);
    is_not_believed(&Service::over_tls(in_health), other.authority());
}

#[test]
fn a_service_of_another_name_is_told_nothing() {
    let service = Service::named("visits.example", in_health);
    is_not_believed(&service, service.authority());
}

#[test]
fn a_service_that_does_not_speak_tls_is_told_nothing() {
    let plain = Service::plain(in_health);
    let other = Service::over_tls(in_health);
    let mut url = plain.url().clone();
    url.set_scheme("https").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let connect = Duration::from_millis(300);
    let room = Room::in_folder(folder.path(), &url, other.authority(), Timings { connect, ..timings() });
    room.hears_event(&NetEvent::ServiceReachable(false));
    drop(room);
    assert!(plain.asked().iter().all(|asked| !asked.path.starts_with("/v1")), "{:?}", plain.asked());
}

#[test]
fn a_silent_service_is_out_of_reach_when_its_time_is_over() {
    let service = Service::over_tls(but("time", |_| Answer::Silence));
    let asked_at = Instant::now();
    let answer = Duration::from_millis(300);
    let room = Room::with(&service, Timings { answer, ..timings() });
    room.hears_event(&NetEvent::ServiceReachable(false));
    assert!(asked_at.elapsed() >= answer, "it was given its time");
    service.now_answers(in_health);
    room.hears_event(&NetEvent::ServiceReachable(true));
}
