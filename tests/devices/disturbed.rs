//! Bad lines before the real badge thread: contacts that chatter, cables cut in mid-frame.

use std::time::{Duration, Instant};

use muwajaha_core::badge::ReaderProtocol;
use muwajaha_core::badge::osdp::Distrust;
use muwajaha_core::session::BadgeEvent;
use muwajaha_demo::stage::{ReaderModel, frame, noise};

use super::osdp::room::{KEY, Room, hex};
use super::serial::{EM4100, NUMBER, badge, room};

/// All events until then; a badge among them fails the test.
#[track_caller]
fn events_without_badge(room: &Room, until: Instant) -> usize {
    let mut events = 0;
    while let Some(event) = room.next_within(until.saturating_duration_since(Instant::now())) {
        assert!(!matches!(event, BadgeEvent::BadgeRead(_)), "{event:?} out of noise");
        events += 1;
    }
    events
}

#[test]
fn a_chattering_plug_makes_no_badge_and_few_events_and_the_next_card_is_read() {
    let mut room = room(ReaderModel::Rdm6300, ReaderProtocol::Rdm6300);
    let card = frame(EM4100);
    let (mut noise, mut told, began) = (noise(7), 0, Instant::now());
    for contact in 0..60 {
        let burst: Vec<u8> = noise.by_ref().take(1 + contact % 40).collect();
        // Nobody may have the port open just now.
        let _ = room.reader.write(&burst);
        let _ = room.reader.write(&card[..contact % card.len()]);
        told += events_without_badge(&room, Instant::now() + Duration::from_millis(30));
        room.reader.unplug().unwrap();
        told += events_without_badge(&room, Instant::now() + Duration::from_millis(20));
        room.reader.plug().unwrap();
    }
    assert!(told <= 6, "{told} events of 60 contacts in {:?}", began.elapsed());
    let put = Instant::now();
    room.reader.put(EM4100);
    let heard: Vec<BadgeEvent> = std::iter::from_fn(|| room.next_within(Duration::from_millis(700))).collect();
    assert!(matches!(heard.as_slice(), [.., BadgeEvent::ReaderConnected, read] if *read == badge(NUMBER)), "{heard:?}");
    assert!(put.elapsed() < Duration::from_secs(3), "{:?}", put.elapsed());
}

#[test]
fn a_frame_cut_by_a_pulled_cable_joins_nothing_of_the_next_one() {
    let mut room = room(ReaderModel::Rdm6300, ReaderProtocol::Rdm6300);
    let card = frame(EM4100);
    for at in [1, 7, card.len() - 1] {
        room.reader.write(&card[..at]).unwrap();
        room.reader.unplug().unwrap();
        assert_eq!(room.next(), BadgeEvent::ReaderDisconnected);
        room.reader.plug().unwrap();
        assert_eq!(room.next(), BadgeEvent::ReaderConnected);
        room.reader.write(&card[at..]).unwrap();
        events_without_badge(&room, Instant::now() + Duration::from_millis(200));
    }
    room.reader.write(&card).unwrap();
    assert_eq!(room.next(), badge(NUMBER));
}

#[test]
fn a_frame_cut_behind_an_adapter_that_stays_joins_nothing_after_a_pause() {
    for (model, protocol) in
        [(ReaderModel::Rdm6300, ReaderProtocol::Rdm6300), (ReaderModel::Id12la, ReaderProtocol::Id12la)]
    {
        let tail = if protocol == ReaderProtocol::Id12la { &b"\r\n\x03"[..] } else { b"\x03" };
        let room = room(model, protocol);
        let digits = &frame(EM4100)[..13];
        room.reader.write(&digits[..7]).unwrap();
        events_without_badge(&room, Instant::now() + Duration::from_millis(800));
        room.reader.write(&[&digits[7..], tail].concat()).unwrap();
        events_without_badge(&room, Instant::now() + Duration::from_millis(300));
        room.reader.write(&[digits, tail].concat()).unwrap();
        assert_eq!(room.next(), badge(NUMBER));
    }
}

/// Everything told until then, badges apart from the reader's coming and going.
fn told(room: &Room, until: Instant) -> [Vec<BadgeEvent>; 2] {
    let events = std::iter::from_fn(|| room.next_within(until.saturating_duration_since(Instant::now())));
    let (badges, presence) = events.partition(|event| matches!(event, BadgeEvent::BadgeRead(_)));
    [badges, presence]
}

#[test]
fn a_card_resting_on_a_reader_whose_plug_chatters_is_one_read_and_few_events() {
    let mut room = room(ReaderModel::Rdm6300, ReaderProtocol::Rdm6300);
    room.reader.put(EM4100);
    assert_eq!(room.next(), badge(NUMBER));
    let (mut badges, mut presence) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        for is_plugged in [false, true] {
            if is_plugged { room.reader.plug() } else { room.reader.unplug() }.unwrap();
            let told = told(&room, Instant::now() + Duration::from_millis(if is_plugged { 300 } else { 50 }));
            badges.extend(told[0].clone());
            presence.extend(told[1].clone());
        }
    }
    assert_eq!(badges, [], "the card was never away for a second");
    assert!((1..=6).contains(&presence.len()), "{presence:?}");

    room.reader.unplug().unwrap();
    std::thread::sleep(Duration::from_millis(1200));
    room.reader.plug().unwrap();
    let [badges, _] = told(&room, Instant::now() + Duration::from_millis(900));
    assert_eq!(badges, [badge(NUMBER)], "a card that was away for longer is a new read");
}

#[test]
fn a_chattering_reader_that_is_not_trusted_makes_few_events() {
    let mut room = Room::locked(Some([7; 16]), &hex(&KEY));
    room.settings.port = room.reader.path().to_owned().into();
    room.start();
    room.is_distrusted(Distrust::WrongKey);
    let mut presence = Vec::new();
    for _ in 0..9 {
        room.reader.unplug().unwrap();
        presence.extend(told(&room, Instant::now() + Duration::from_millis(300)).concat());
        room.reader.plug().unwrap();
        presence.extend(told(&room, Instant::now() + Duration::from_millis(700)).concat());
    }
    assert!((1..=5).contains(&presence.len()), "{presence:?}");
}
