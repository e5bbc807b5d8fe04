//! Every simulated reader before the real badge thread: it is noticed, and its card is read once.

use std::time::{Duration, Instant};

use muwajaha_core::badge::{Pn532Settings, ReaderProtocol, Twn4Mode, Twn4Settings};
use muwajaha_demo::stage::{Card, Iso14443a, ReaderModel};
use muwajaha_kiosk::badge::{CheckOrder, ReaderKind, ReaderReport, Verdict, check_reader};

use super::osdp::room::{KEY, Room, hex};
use super::serial::{EM4100, NUMBER, badge, quiet_room, room, text_reader};

fn reads(model: ReaderModel, protocol: ReaderProtocol, card: impl Into<Card>, typed: &str) -> Room {
    let room = room(model, protocol);
    room.reader.put(card);
    assert_eq!(room.next(), badge(typed));
    let resting = Instant::now();
    assert_eq!(room.next_within(Duration::from_millis(500)), None, "after {:?}", resting.elapsed());
    room
}

#[test]
fn listeners() {
    reads(ReaderModel::Rdm6300, ReaderProtocol::Rdm6300, EM4100, NUMBER);
    reads(ReaderModel::Id12la, ReaderProtocol::Id12la, EM4100, NUMBER);
    let ascii = Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() };
    reads(ReaderModel::Twn4Standard, ReaderProtocol::Twn4(ascii), EM4100, NUMBER);
}

#[test]
fn plain_text() {
    let (model, protocol) = text_reader(Some(Duration::from_millis(100)));
    reads(model, protocol, EM4100, NUMBER);
}

#[test]
fn twn4() {
    for crc in [false, true] {
        let settings = Twn4Settings { crc, ..Twn4Settings::default() };
        let room = reads(ReaderModel::Twn4Simple { has_crc: crc }, ReaderProtocol::Twn4(settings), EM4100, NUMBER);
        room.accepts_and_the_reader_is_green();
    }
}

#[test]
fn pn532() {
    let card = Iso14443a::desfire([0x04, 0xa2, 0x2b, 0x1a, 0x5c, 0x64, 0x80]);
    reads(ReaderModel::Pn532, ReaderProtocol::Pn532(Pn532Settings::default()), card, "04:A2:2B:1A:5C:64:80");
}

/// What the technician's check reports and says live of a reader on which a card lies or not.
fn checked(room: &mut Room, card: Option<Card>) -> (ReaderReport, String) {
    checked_for(room, card, Duration::from_millis(2500))
}

fn checked_for(room: &mut Room, card: Option<Card>, at_most: Duration) -> (ReaderReport, String) {
    room.settings.port = room.reader.path().to_owned().into();
    card.into_iter().for_each(|card| room.reader.put(card));
    let mut live = Vec::new();
    let order = CheckOrder { at_most, reveal: false };
    let report = check_reader(&room.settings, order, &mut live);
    (report, String::from_utf8(live).unwrap())
}

#[test]
fn the_check_tells_frames_and_latency_live() {
    let mut osdp = Room::locked(Some(KEY), &hex(&KEY));
    let mut twn4 =
        quiet_room(ReaderModel::Twn4Simple { has_crc: false }, ReaderProtocol::Twn4(Twn4Settings::default()));
    for (room, is_secure) in [(&mut osdp, true), (&mut twn4, false)] {
        let (report, live) = checked(room, None);
        assert_eq!((report.verdict, report.secure, report.reads), (Verdict::Warn, is_secure, 0), "{report}");
        let latency = report.latency.expect("a latency");
        assert!(latency.last_ms <= latency.longest_ms && latency.longest_ms < 1000, "{report}");
        assert!(live.contains(" good frames, ") && live.contains(" ms at most"), "{live}");
    }
}

/// Its acknowledgement comes after 1 ms, its answers after 3 ms and more.
#[test]
fn the_latency_of_a_pn532_is_that_of_its_answers() {
    let mut room = quiet_room(ReaderModel::Pn532, ReaderProtocol::Pn532(Pn532Settings::default()));
    let (report, live) = checked(&mut room, None);
    let latency = report.latency.expect("a latency");
    assert!(latency.last_ms >= 3 && latency.longest_ms < 1000, "{live}{report}");
}

#[test]
fn the_check_of_a_reader_with_another_key_ends_at_once_and_tells_what_the_line_carried() {
    let mut room = Room::locked(Some([7; 16]), &hex(&KEY));
    let began = Instant::now();
    let (report, live) = checked_for(&mut room, None, Duration::from_secs(20));
    assert!(began.elapsed() < Duration::from_secs(10), "{live}");
    assert!(report.verdict == Verdict::Fail && report.not_trusted.is_some(), "{live}{report}");
    assert_eq!(report.answers, Some(true), "{report}");
    assert!(report.frames.good > 0 && !report.to_string().contains("; 0 good frames"), "{report}");
    assert!(report.latency.is_some(), "{report}");
}

/// Until then the child has ended once, after 2.5 s of silence.
#[test]
fn the_check_waits_for_a_reader_whose_power_comes_late_and_tells_who_it_is() {
    let mut room = Room::locked(Some(KEY), &hex(&KEY));
    let powered_at = Instant::now() + Duration::from_millis(2900);
    room.lay(Box::new(move |_, frame| if Instant::now() < powered_at { vec![] } else { vec![frame] }));
    let mut live = Vec::new();
    let order = CheckOrder { at_most: Duration::from_secs(6), reveal: false };
    let report = check_reader(&room.settings, order, &mut live);
    let (live, words) = (String::from_utf8(live).unwrap(), report.to_string());
    assert_eq!((report.verdict, report.secure, report.answers), (Verdict::Warn, true, Some(true)), "{live}{words}");
    assert!(live.contains("Silent") && live.contains("Answering"), "{live}");
    let identity = report.identity.expect("an identity");
    let serial = format!("serial number {}", hex(&identity.serial));
    assert!(words.contains(&serial) && words.contains("firmware ") && words.contains("case closed"), "{words}");
}

#[test]
fn a_check_of_no_time_has_opened_the_port_all_the_same() {
    let mut room = Room::locked(None, "");
    room.settings.protocol = ReaderKind::Serial(ReaderProtocol::Rdm6300);
    let (there, _) = checked_for(&mut room, None, Duration::ZERO);
    room.settings.port = room.folder.path().join("nothing").into();
    let order = CheckOrder { at_most: Duration::ZERO, reveal: false };
    let away = check_reader(&room.settings, order, &mut Vec::new());
    let remedies = [there, away].map(|report| report.remedy.unwrap());
    assert!(remedies[0].contains("nothing comes") && remedies[1].contains("cannot be opened"), "{remedies:?}");
}

#[test]
fn the_check_of_a_listener_passes_with_its_first_badge() {
    let mut room = quiet_room(ReaderModel::Rdm6300, ReaderProtocol::Rdm6300);
    let (report, _) = checked(&mut room, Some(EM4100.into()));
    assert_eq!((report.verdict, report.reads, report.frames.torn), (Verdict::Pass, 1, 0), "{report}");
    assert!(report.latency.is_some() && report.to_string().contains("last: [redacted]"), "{report}");
}
