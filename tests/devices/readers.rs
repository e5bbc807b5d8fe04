//! Every simulated reader before the real badge thread: it is noticed, and its card is read once.

use std::time::{Duration, Instant};

use muwajaha_core::badge::{
    BadgeNumber, Pn532Settings, ReaderProtocol, TextChecksum, TextMeaning, TextSettings, Twn4Mode, Twn4Settings,
};
use muwajaha_core::session::BadgeEvent;
use muwajaha_demo::stage::{Card, Iso14443a, Reader, ReaderModel, TextCheck, TextFormat};
use muwajaha_kiosk::badge::ReaderKind;

use super::osdp::room::Room;

fn reads(model: ReaderModel, protocol: ReaderProtocol, card: impl Into<Card>, typed: &str) -> Room {
    let mut room = Room::locked(None, "");
    room.reader = Reader::of_model(model, &room.folder.path().join("reader-of-model")).unwrap();
    room.settings.protocol = ReaderKind::Serial(protocol);
    room.settings.port = room.reader.path().to_owned().into();
    room.start();
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    room.reader.put(card);
    assert_eq!(room.next(), BadgeEvent::BadgeRead(BadgeNumber::from_typed(typed).unwrap()));
    let resting = Instant::now();
    assert_eq!(room.next_within(Duration::from_millis(500)), None, "after {:?}", resting.elapsed());
    room
}

const EM4100: [u8; 5] = [0x3e, 0x00, 0x45, 0xdc, 0x95];
const NUMBER: &str = "0004578453";

#[test]
fn listeners() {
    reads(ReaderModel::Rdm6300, ReaderProtocol::Rdm6300, EM4100, NUMBER);
    reads(ReaderModel::Id12la, ReaderProtocol::Id12la, EM4100, NUMBER);
    let ascii = Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() };
    reads(ReaderModel::Twn4Standard, ReaderProtocol::Twn4(ascii), EM4100, NUMBER);
}

#[test]
fn plain_text() {
    let format = TextFormat {
        prefix: "\u{2}".to_owned(),
        suffix: "\r\n".to_owned(),
        check: TextCheck::XorOfBytes,
        repeat_after: Some(Duration::from_millis(100)),
    };
    let settings = TextSettings {
        prefix: format.prefix.clone(),
        length: 10,
        suffix: format.suffix.clone(),
        checksum: TextChecksum::XorBytes,
        means: TextMeaning::Em4100Hex,
        reversed: false,
    };
    reads(ReaderModel::Text(format), ReaderProtocol::Text(settings), EM4100, NUMBER);
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
