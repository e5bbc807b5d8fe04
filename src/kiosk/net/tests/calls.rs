//! What a call needs of the line: a descriptor, and signalling sockets that tell their end once.

use muwajaha_core::domain::{BookingId, CallId, Redacted};
use muwajaha_core::engine::{JoinDescriptor, SocketId};
use muwajaha_core::session::{JoinRefusal, NetEvent};
use serde_json::json;

use super::room::{Room, but, counted, in_health};
use super::service::{Answer, Service};

const CALL: CallId = CallId(1);
const SOCKET: SocketId = SocketId(1);

fn descriptor() -> serde_json::Value {
    json!({"descriptor": {
        "booking": "bk-1", "engine": "direct", "signalling_url": "wss://visits.example/x", "token": "join-token",
        "ice_servers": [], "relay_only": true, "not_before": 1, "ends_at": 2,
        "supervised": true, "recorded": false, "privileged": false,
    }})
}

fn url(service: &Service) -> String {
    let mut url = service.url().join("/v1/kiosk/calls/bk-1/signalling").unwrap();
    url.set_scheme(if service.url().scheme() == "https" { "wss" } else { "ws" }).unwrap();
    url.to_string()
}

fn open(room: &Room, service: &Service, socket: SocketId) {
    assert!(room.net.open_socket(CALL, socket, url(service), Redacted::new("join-token".to_owned())));
}

/// The signalling socket, not the kiosk's own.
fn line(service: &Service) -> super::service::Line {
    loop {
        let line = service.line();
        if line.path.ends_with("/signalling") {
            return line;
        }
    }
}

#[test]
fn a_descriptor_is_fetched_after_failures() {
    let service = Service::plain(counted(
        |count, _| match count {
            1 => Answer::text(502, ""),
            2 => Answer::CutOff(b"{".to_vec()),
            _ => Answer::json(200, &descriptor()),
        },
        "join",
    ));
    let room = Room::at(&service);
    assert!(room.net.fetch_join_descriptor(CALL, BookingId::new("bk-1")));
    let fetched: JoinDescriptor = room.hears("a descriptor", |event| match event {
        NetEvent::JoinDescriptorFetched { call: CALL, descriptor } => Some((**descriptor).clone()),
        _ => None,
    });
    assert_eq!(fetched.booking, BookingId::new("bk-1"));
    assert_eq!(service.nth("join", 3).path, "/v1/kiosk/bookings/bk-1/join");
}

#[test]
fn a_refused_join_says_why() {
    for (status, code, refusal) in [
        (409, "booking-cancelled", JoinRefusal::Cancelled),
        (409, "visit-ended", JoinRefusal::AlreadyEnded),
        (409, "outside-join-window", JoinRefusal::OutsideJoinWindow),
        (409, "at-another-kiosk", JoinRefusal::AtAnotherKiosk),
        (403, "kiosk-revoked", JoinRefusal::KioskRevoked),
        (404, "unknown-id", JoinRefusal::Descriptor(None)),
        (409, "of-a-later-version", JoinRefusal::Descriptor(None)),
    ] {
        let service = Service::plain(but("join", move |_| Answer::problem(status, code)));
        let room = Room::at(&service);
        assert!(room.net.fetch_join_descriptor(CALL, BookingId::new("bk-1")));
        room.hears_event(&NetEvent::JoinRefused { call: CALL, refusal });
    }
}

#[test]
fn a_signalling_socket_carries_texts_both_ways_and_tells_its_end_once() {
    let service = Service::over_tls(in_health);
    let room = Room::at(&service);
    open(&room, &service, SOCKET);
    room.hears_event(&NetEvent::SocketOpened { call: CALL, socket: SOCKET });
    let line = line(&service);
    assert_eq!(service.nth("signalling", 1).header("authorization"), Some("Bearer join-token"));
    assert!(room.net.send_socket(CALL, SOCKET, Redacted::new("offer".to_owned())));
    assert_eq!(line.hears(), "offer");
    line.says("answer");
    let text = Redacted::new("answer".to_owned());
    room.hears_event(&NetEvent::SocketReceived { call: CALL, socket: SOCKET, text });
    line.hang_up();
    room.hears_event(&NetEvent::SocketClosed { call: CALL, socket: SOCKET });
    assert!(room.net.send_socket(CALL, SOCKET, Redacted::new("too late".to_owned())));
    open(&room, &service, SocketId(2));
    room.hears_event(&NetEvent::SocketOpened { call: CALL, socket: SocketId(2) });
    assert!(!room.heard().contains(&NetEvent::SocketClosed { call: CALL, socket: SOCKET }));
}

#[test]
fn a_socket_that_the_session_closes_says_the_last_word_and_tells_nothing() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    open(&room, &service, SOCKET);
    room.hears_event(&NetEvent::SocketOpened { call: CALL, socket: SOCKET });
    let line = line(&service);
    assert!(room.net.send_socket(CALL, SOCKET, Redacted::new("bye".to_owned())));
    assert!(room.net.close_socket(CALL, SOCKET));
    assert_eq!(line.hears_to_the_end(), ["bye"]);
    open(&room, &service, SocketId(2));
    room.hears_event(&NetEvent::SocketOpened { call: CALL, socket: SocketId(2) });
    assert!(!room.heard().iter().any(|event| matches!(event, NetEvent::SocketClosed { .. })));
}

#[test]
fn a_socket_that_cannot_be_opened_is_told_closed() {
    let service = Service::plain(but("signalling", |_| Answer::problem(401, "unknown-credential")));
    let room = Room::at(&service);
    open(&room, &service, SOCKET);
    room.hears_event(&NetEvent::SocketClosed { call: CALL, socket: SOCKET });
    for (number, address) in (2..).zip(["", "no address", "http://127.0.0.1/", "ws:///nowhere", "file:///etc/passwd"]) {
        let socket = SocketId(number);
        assert!(room.net.open_socket(CALL, socket, address.to_owned(), Redacted::new(String::new())));
        room.hears_event(&NetEvent::SocketClosed { call: CALL, socket });
    }
}

#[test]
fn a_kiosk_of_an_encrypted_service_opens_no_bare_socket() {
    let service = Service::over_tls(in_health);
    let bare = Service::plain(in_health);
    let room = Room::at(&service);
    open(&room, &bare, SOCKET);
    room.hears_event(&NetEvent::SocketClosed { call: CALL, socket: SOCKET });
    assert!(bare.asked().is_empty());
}
