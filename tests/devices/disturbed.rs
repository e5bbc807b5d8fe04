//! Bad lines before the real badge thread: contacts that chatter, cables cut in mid-frame, floods.

use std::time::{Duration, Instant};

use muwajaha_core::badge::osdp::Distrust;
use muwajaha_core::badge::{
    BadgeNumber, Pn532Settings, ReaderProtocol, TextChecksum, TextMeaning, TextSettings, Twn4Mode, Twn4Settings,
};
use muwajaha_core::session::BadgeEvent;
use muwajaha_demo::stage::{Card, Iso14443a, Reader, ReaderModel, TextCheck, TextFormat, frame};
use muwajaha_kiosk::badge::ReaderKind;

use super::osdp::room::{KEY, Room, hex};

const EM4100: [u8; 5] = [0x3e, 0x00, 0x45, 0xdc, 0x95];
const NUMBER: &str = "0004578453";

fn room(model: ReaderModel, protocol: ReaderProtocol) -> Room {
    let mut room = Room::locked(None, "");
    room.reader = Reader::of_model(model, &room.folder.path().join("disturbed")).unwrap();
    room.settings.protocol = ReaderKind::Serial(protocol);
    room.settings.port = room.reader.path().to_owned().into();
    room.start();
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    room
}

fn badge(typed: &str) -> BadgeEvent {
    BadgeEvent::BadgeRead(BadgeNumber::from_typed(typed).unwrap())
}

/// Bytes without a pattern, the same ones each time.
fn noise(seed: u64) -> impl Iterator<Item = u8> {
    let mut state = seed | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
}

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

/// Kilobytes of this process's memory.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// One and a half seconds at 1 MB/s of noise with torn frames in it; the next card is then read in time.
fn withstands_a_flood(room: &Room, torn: &[u8], card: Card, typed: &str) {
    let (before, began, mut noise) = (memory(), Instant::now(), noise(99));
    let (mut offered, mut taken) = (0_u32, 0);
    while began.elapsed() < Duration::from_millis(1500) {
        let chunk: Vec<u8> = noise.by_ref().take(950).chain(torn.iter().copied()).collect();
        // A full line loses bytes, as a real one does.
        taken += u32::from(room.reader.write(&chunk).is_ok());
        offered += 1;
        std::thread::sleep((began + Duration::from_millis(1) * offered).saturating_duration_since(Instant::now()));
        while let Some(event) = room.next_within(Duration::ZERO) {
            assert!(!matches!(event, BadgeEvent::BadgeRead(_)), "{event:?} out of a flood");
        }
    }
    let grown = memory().saturating_sub(before);
    let ended = Instant::now();
    while !is_read(room, &card, typed) {
        assert!(ended.elapsed() < Duration::from_secs(8), "no card after the flood");
    }
    println!(
        "{offered} KB offered, {taken} of the pieces whole; memory grew by {grown} KB; the next card after {:?}",
        ended.elapsed()
    );
    assert!(offered > 1000 && grown < 32 * 1024, "{offered} KB offered, memory grew by {grown} KB");
}

/// Whether a card held to the reader for a while is read. What a reader says once while the line is
/// still full is lost; its card is put to it again when it has forgotten it, a TWN4 after two seconds.
fn is_read(room: &Room, card: &Card, typed: &str) -> bool {
    let deadline = Instant::now() + Duration::from_millis(1200);
    room.reader.put(card.clone());
    let mut events = std::iter::from_fn(|| room.next_within(deadline.saturating_duration_since(Instant::now())));
    let is_read = events.any(|event| event == badge(typed));
    room.reader.lift();
    if !is_read {
        std::thread::sleep(Duration::from_millis(2200));
    }
    is_read
}

#[test]
fn a_flood_on_the_lines_of_listeners() {
    let torn = frame(EM4100);
    let rdm6300 = room(ReaderModel::Rdm6300, ReaderProtocol::Rdm6300);
    let id12la = room(ReaderModel::Id12la, ReaderProtocol::Id12la);
    std::thread::scope(|scope| {
        for room in [rdm6300, id12la] {
            scope.spawn(move || withstands_a_flood(&room, &torn[..12], Card::Em4100(EM4100), NUMBER));
        }
    });
}

#[test]
fn a_flood_on_the_line_of_a_printing_reader() {
    let ascii = Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() };
    let twn4 = room(ReaderModel::Twn4Standard, ReaderProtocol::Twn4(ascii));
    let format = TextFormat { prefix: "\u{2}".to_owned(), check: TextCheck::XorOfBytes, ..TextFormat::default() };
    let settings = TextSettings {
        prefix: format.prefix.clone(),
        length: 10,
        suffix: format.suffix.clone(),
        checksum: TextChecksum::XorBytes,
        means: TextMeaning::Em4100Hex,
        reversed: false,
    };
    let text = room(ReaderModel::Text(format), ReaderProtocol::Text(settings));
    std::thread::scope(|scope| {
        for (room, torn) in [(twn4, &b"3E0045DC9"[..]), (text, b"\x023E0045DC95")] {
            scope.spawn(move || withstands_a_flood(&room, torn, Card::Em4100(EM4100), NUMBER));
        }
    });
}

#[test]
fn a_flood_on_the_line_of_a_polled_reader() {
    let twn4 = room(ReaderModel::Twn4Simple { has_crc: false }, ReaderProtocol::Twn4(Twn4Settings::default()));
    withstands_a_flood(&twn4, b"00014028053E0045", Card::Em4100(EM4100), NUMBER);
    let pn532 = room(ReaderModel::Pn532, ReaderProtocol::Pn532(Pn532Settings::default()));
    let card = Card::Iso14443a(Iso14443a::desfire([0x04, 0xa2, 0x2b, 0x1a, 0x5c, 0x64, 0x80]));
    withstands_a_flood(&pn532, &[0, 0, 0xff, 0xff, 0xff, 0xff, 0xff], card, "04:A2:2B:1A:5C:64:80");
}

#[test]
fn a_flood_on_the_line_of_an_osdp_reader() {
    let mut room = Room::locked(Some(KEY), &hex(&KEY));
    room.settings.port = room.reader.path().to_owned().into();
    room.start();
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    withstands_a_flood(&room, &[0x53, 0x83, 0xff, 0, 4], Card::Em4100(EM4100), NUMBER);
}
