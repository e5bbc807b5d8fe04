//! What a reader with a key of its own does on an honest wire.

use std::time::Duration;

use muwajaha_core::badge::{BadgeNumber, ReaderCondition};
use muwajaha_core::session::BadgeEvent;
use muwajaha_demo::stage::{Status, Wiegand};
use muwajaha_kiosk::badge::{CheckOrder, Verdict, check_reader, install_key};

use super::room::{KEY, Room, hex, listening};
use super::wire::{block, code};

fn badge(typed: &str) -> BadgeEvent {
    BadgeEvent::BadgeRead(BadgeNumber::from_typed(typed).unwrap())
}

#[test]
fn a_badge_over_the_secure_channel_is_one_badge_and_nothing_of_it_is_on_the_wire() {
    let room = Room::with(Some(KEY), listening());
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    room.reader.put(Wiegand::h10301(123, 45678));
    assert_eq!(room.next(), badge("123/45678"));
    room.reader.lift();
    let heard = room.heard().lock().unwrap().clone();
    assert!(heard.iter().any(|(_, frame)| block(frame) == Some(0x18)));
    assert!(!heard.iter().any(|(_, frame)| code(frame) == 0x75), "no key is on the wire");
    let in_clear: Vec<u8> = heard.iter().map(|(_, frame)| code(frame)).filter(|code| *code == 0x50).collect();
    assert!(in_clear.len() <= heard.iter().filter(|(_, frame)| block(frame) == Some(0x18)).count());
}

#[test]
fn the_reader_shows_what_became_of_a_badge_and_tells_of_its_case() {
    let room = Room::with(Some(KEY), listening());
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    room.accepts_and_the_reader_is_green();
    room.reader.set_status(Status { tampered: true, power_failed: false });
    let condition = ReaderCondition { tampered: true, power_failing: false };
    assert_eq!(room.next(), BadgeEvent::ReaderConditionChanged(condition));
}

#[test]
fn two_sessions_never_begin_with_the_same_challenge() {
    let challenges: Vec<Vec<u8>> = (0..2)
        .map(|_| {
            let room = Room::with(Some(KEY), listening());
            assert_eq!(room.next(), BadgeEvent::ReaderConnected);
            let heard = room.heard();
            let heard = heard.lock().unwrap();
            heard.iter().find(|(is_reply, frame)| !is_reply && code(frame) == 0x76).unwrap().1.clone()
        })
        .collect();
    assert_ne!(challenges[0], challenges[1]);
}

#[test]
fn an_unplugged_reader_is_noticed_and_heals() {
    let mut room = Room::locked(Some(KEY), &hex(&KEY));
    room.settings.port = room.reader.path().to_owned().into();
    room.start();
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    room.reader.unplug().unwrap();
    assert_eq!(room.next(), BadgeEvent::ReaderDisconnected);
    room.reader.plug().unwrap();
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    room.reader.put(Wiegand::h10301(1, 3));
    assert_eq!(room.next(), badge("1/00003"));
}

#[test]
fn a_technician_gives_a_new_reader_its_key_and_checks_it() {
    let mut room = Room::locked(None, "");
    room.settings.port = room.reader.path().to_owned().into();
    install_key(&room.settings, Duration::from_secs(30)).unwrap();
    let given = room.reader.given_key().expect("a key");
    assert_eq!(std::fs::read_to_string(room.folder.path().join("reader.key")).unwrap().trim(), hex(&given));
    room.reader.put(Wiegand::h10301(1, 3));
    let order = CheckOrder { at_most: Duration::from_secs(10), reveal: false };
    let mut live = Vec::new();
    let report = check_reader(&room.settings, order, &mut live);
    let live = String::from_utf8(live).unwrap();
    assert_eq!((report.verdict, report.secure, report.reads), (Verdict::Pass, true, 1), "{report:?}");
    assert!(live.contains("badge read: [redacted]") && !live.contains("00003"), "{live}");
}
