//! A simulated reader on a serial line before the real badge thread, and what lies on it.

use std::time::Duration;

use muwajaha_core::badge::{BadgeNumber, ReaderProtocol, TextChecksum, TextMeaning, TextSettings};
use muwajaha_core::session::BadgeEvent;
use muwajaha_demo::stage::{Em4100, Reader, ReaderModel, TextCheck, TextFormat};
use muwajaha_kiosk::badge::ReaderKind;

use super::osdp::room::Room;

pub(super) const EM4100: Em4100 = [0x3e, 0x00, 0x45, 0xdc, 0x95];
/// What is printed on it.
pub(super) const NUMBER: &str = "0004578453";

/// A room with this reader, which the badge thread has noticed.
pub(super) fn room(model: ReaderModel, protocol: ReaderProtocol) -> Room {
    let mut room = quiet_room(model, protocol);
    room.start();
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    room
}

/// The same before the badge thread begins.
pub(super) fn quiet_room(model: ReaderModel, protocol: ReaderProtocol) -> Room {
    let mut room = Room::locked(None, "");
    room.reader = Reader::of_model(model, &room.folder.path().join("serial")).unwrap();
    room.settings.protocol = ReaderKind::Serial(protocol);
    room.settings.port = room.reader.path().to_owned().into();
    room
}

/// A reader that prints an EM4100 card between STX and a line's end, and how the kiosk is set to it.
pub(super) fn text_reader(repeat_after: Option<Duration>) -> (ReaderModel, ReaderProtocol) {
    let (prefix, suffix) = ("\u{2}".to_owned(), "\r\n".to_owned());
    let settings = TextSettings {
        prefix: prefix.clone(),
        length: 10,
        suffix: suffix.clone(),
        checksum: TextChecksum::XorBytes,
        means: TextMeaning::Em4100Hex,
        reversed: false,
    };
    let format = TextFormat { prefix, suffix, check: TextCheck::XorOfBytes, repeat_after };
    (ReaderModel::Text(format), ReaderProtocol::Text(settings))
}

pub(super) fn badge(typed: &str) -> BadgeEvent {
    BadgeEvent::BadgeRead(BadgeNumber::from_typed(typed).unwrap())
}
