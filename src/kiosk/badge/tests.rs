//! The real thread over a real pseudo-terminal: reads, floods, unplugging, plugging in again.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use muwajaha_core::badge::{BadgeNumber, BadgeRules, ReaderProtocol, Twn4Settings};
use muwajaha_core::session::{BadgeEvent, Event};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::{BadgeThread, ReaderKind, ReaderSettings};
use crate::lanes::{EventReceiver, Received, lanes};

const FRAME: &[u8] = b"\x02010045DC950D\x03";

/// A simulated reader: a pseudo-terminal under the path that the kiosk is configured with.
struct Plug {
    line: File,
}

impl Plug {
    fn in_at(path: &PathBuf) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        if path.is_symlink() {
            std::fs::remove_file(path).unwrap();
        }
        symlink(name.to_str().unwrap(), path).unwrap();
        Self { line: File::from(controller) }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.line.write_all(bytes).unwrap();
    }
}

struct Room {
    _folder: tempfile::TempDir,
    path: PathBuf,
    events: EventReceiver,
    thread: BadgeThread,
}

fn room(plug: bool) -> (Room, Option<Plug>) {
    room_with(ReaderProtocol::Rdm6300, plug)
}

fn room_with(protocol: ReaderProtocol, plug: bool) -> (Room, Option<Plug>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk-reader");
    let plug = plug.then(|| Plug::in_at(&path));
    let (sender, events) = lanes();
    let settings = ReaderSettings {
        port: path.clone().into(),
        protocol: ReaderKind::Serial(protocol),
        baud: 9600,
        rules: BadgeRules::default(),
    };
    let thread = BadgeThread::start(settings, sender).unwrap();
    (Room { _folder: folder, path, events, thread }, plug)
}

impl Room {
    fn next(&self, within: Duration) -> Option<BadgeEvent> {
        match self.events.receive(within) {
            Received::Event(Event::Badge(event)) => Some(event),
            Received::TimedOut => None,
            other => panic!("{other:?}"),
        }
    }

    fn expect(&self, event: &BadgeEvent, within: Duration) -> Duration {
        let asked = Instant::now();
        assert_eq!(self.next(within).as_ref(), Some(event));
        asked.elapsed()
    }
}

fn the_badge() -> BadgeEvent {
    BadgeEvent::BadgeRead(BadgeNumber::from_typed("0004578453").unwrap())
}

const PATIENCE: Duration = Duration::from_secs(5);

#[test]
fn a_card_is_read_and_a_resting_one_only_once() {
    let (room, plug) = room(true);
    let mut plug = plug.unwrap();
    room.expect(&BadgeEvent::ReaderConnected, PATIENCE);
    for _ in 0..5 {
        plug.send(FRAME);
    }
    room.expect(&the_badge(), PATIENCE);
    assert_eq!(room.next(Duration::from_millis(300)), None);
    room.thread.stop();
}

#[test]
fn an_unplugged_reader_is_noticed_within_a_second_and_heals_when_it_is_back() {
    let (room, plug) = room(true);
    room.expect(&BadgeEvent::ReaderConnected, PATIENCE);
    drop(plug);
    let noticed = room.expect(&BadgeEvent::ReaderDisconnected, PATIENCE);
    assert!(noticed < Duration::from_secs(1), "noticed after {noticed:?}");
    let mut plug = Plug::in_at(&room.path);
    room.expect(&BadgeEvent::ReaderConnected, PATIENCE);
    plug.send(FRAME);
    room.expect(&the_badge(), PATIENCE);
    room.thread.stop();
}

#[test]
fn a_kiosk_without_a_reader_says_so_once_and_waits_for_it() {
    let (room, _) = room(false);
    room.expect(&BadgeEvent::ReaderDisconnected, PATIENCE);
    assert_eq!(room.next(Duration::from_millis(1500)), None);
    let _plug = Plug::in_at(&room.path);
    room.expect(&BadgeEvent::ReaderConnected, PATIENCE);
    room.thread.stop();
}

#[test]
fn a_flood_of_noise_and_forged_cards_leaves_the_lane_free_and_ends_with_the_flood() {
    let (room, plug) = room(true);
    let mut plug = plug.unwrap();
    room.expect(&BadgeEvent::ReaderConnected, PATIENCE);
    let flood: Vec<u8> = (0..20_000_u32)
        .flat_map(|number| {
            let [a, b, c, d] = number.to_be_bytes();
            let checksum = a ^ b ^ c ^ d;
            format!("\u{2}00{number:08X}{checksum:02X}\u{3}noise").into_bytes()
        })
        .collect();
    let mut line = plug.line.try_clone().unwrap();
    let flooding = std::thread::spawn(move || line.write_all(&flood));
    let began = Instant::now();
    let mut reads = 0;
    while !flooding.is_finished() || began.elapsed() < Duration::from_secs(2) {
        reads += u32::from(room.next(Duration::from_millis(100)).is_some());
    }
    flooding.join().unwrap().unwrap();
    let most = 8 * (u32::try_from(began.elapsed().as_secs()).unwrap() + 2);
    assert!((1..=most).contains(&reads), "{reads} of 20000 forged cards passed");
    let deadline = Instant::now() + PATIENCE;
    std::thread::sleep(Duration::from_millis(1200));
    plug.send(FRAME);
    while room.next(PATIENCE) != Some(the_badge()) {
        assert!(Instant::now() < deadline, "the card after the flood was not read");
    }
    room.thread.stop();
}

#[test]
fn a_forged_flood_gets_no_more_reads_through_by_plugging_again_and_again() {
    let (room, _) = room(false);
    let (began, mut reads) = (Instant::now(), 0);
    for contact in 0..12_u8 {
        let mut plug = Plug::in_at(&room.path);
        std::thread::sleep(Duration::from_millis(150));
        for card in 0..8_u8 {
            let checksum = contact ^ card;
            plug.send(format!("\u{2}000000{contact:02X}{card:02X}{checksum:02X}\u{3}").as_bytes());
        }
        while let Some(event) = room.next(Duration::from_millis(30)) {
            reads += u32::from(matches!(event, BadgeEvent::BadgeRead(_)));
        }
    }
    let most = 8 * (u32::try_from(began.elapsed().as_secs()).unwrap() + 1);
    assert!((8..=most).contains(&reads), "{reads} of 96 forged cards passed in {:?}", began.elapsed());
    room.thread.stop();
}

#[test]
fn a_polled_reader_is_asked_over_the_line_and_its_card_read_once() {
    let (room, plug) = room_with(ReaderProtocol::Twn4(Twn4Settings::default()), true);
    let mut line = plug.unwrap().line;
    let mut asked = BufReader::new(line.try_clone().unwrap()).split(b'\r').map_while(Result::ok);
    let mut searches = 0;
    while searches < 10 {
        let answer = match asked.next().unwrap().as_slice() {
            b"" => continue,
            b"050020" => {
                searches += 1;
                &b"00014028050100"[..]
            }
            _ => b"00",
        };
        line.write_all(answer).unwrap();
        line.write_all(if answer.len() > 2 { b"45DC95\r" } else { b"\r" }).unwrap();
    }
    room.expect(&BadgeEvent::ReaderConnected, PATIENCE);
    room.expect(&the_badge(), PATIENCE);
    assert_eq!(room.next(Duration::from_millis(300)), None);
    room.thread.stop();
}
