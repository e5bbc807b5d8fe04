//! A reader that is pulled and plugged in again, many times, in front of the real badge thread: each
//! time is told exactly once, and in the end no file, thread or child is left behind.
//!
//! What is counted is this process's, so that these tests run by themselves, one after the other:
//! `make replug`, 1,000 times for each reader, and 25 in `make test`.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use muwajaha_core::badge::{BadgeNumber, ReaderProtocol};
use muwajaha_core::session::BadgeEvent;
use muwajaha_demo::stage::{Card, Reader, Wiegand};
use muwajaha_kiosk::badge::ReaderKind;

use super::osdp::room::{KEY, Room, hex};

/// Of this process: how many of each kind, the numbers in their names taken out.
#[derive(Debug, PartialEq, Eq)]
struct Census {
    files: BTreeMap<String, usize>,
    threads: BTreeMap<String, usize>,
    children: usize,
}

impl Census {
    fn take() -> Self {
        let mut census = Self { files: BTreeMap::new(), threads: BTreeMap::new(), children: 0 };
        for file in fs::read_dir("/proc/self/fd").unwrap() {
            let target = fs::read_link(file.unwrap().path()).unwrap().to_string_lossy().into_owned();
            *census.files.entry(target.replace(|letter: char| letter.is_ascii_digit(), "")).or_default() += 1;
        }
        for thread in fs::read_dir("/proc/self/task").unwrap() {
            let folder = thread.unwrap().path();
            *census.threads.entry(fs::read_to_string(folder.join("comm")).unwrap()).or_default() += 1;
            census.children += fs::read_to_string(folder.join("children")).unwrap().split_whitespace().count();
        }
        census
    }
}

fn cycles() -> u16 {
    std::env::var("REPLUGS").map_or(25, |count| count.parse().expect("REPLUGS is a number"))
}

/// The kiosk takes eight badges a second, however often the reader comes and goes.
const BETWEEN_BADGES: Duration = Duration::from_millis(130);

/// Pulls and plugs the room's reader. Each time another card lies on it when it is back: that badge
/// proves that it is no bounce, and is no card that has been resting there.
fn is_pulled_and_plugged(room: impl FnOnce() -> Room, card_and_typed: impl Fn(u16) -> (Card, String)) {
    let before = Census::take();
    let mut room = room();
    room.settings.port = room.reader.path().to_owned().into();
    room.start();
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    let lay = |reader: &Reader, number| {
        let (card, typed) = card_and_typed(number);
        reader.lift();
        reader.put(card);
        BadgeEvent::BadgeRead(BadgeNumber::from_typed(&typed).unwrap())
    };
    let badge = lay(&room.reader, 0);
    assert_eq!(room.next(), badge);
    let plugged = Census::take();
    let (began, mut slowest) = (Instant::now(), [Duration::ZERO; 2]);
    for cycle in 1..=cycles() {
        let pulled = Instant::now();
        room.reader.unplug().unwrap();
        assert_eq!(room.next(), BadgeEvent::ReaderDisconnected, "cycle {cycle}");
        let told = pulled.elapsed();
        std::thread::sleep(BETWEEN_BADGES.saturating_sub(pulled.elapsed()));
        let badge = lay(&room.reader, cycle);
        let back = Instant::now();
        room.reader.plug().unwrap();
        assert_eq!(room.next(), BadgeEvent::ReaderConnected, "cycle {cycle}");
        slowest = [slowest[0].max(told), slowest[1].max(back.elapsed())];
        assert_eq!(room.next(), badge, "cycle {cycle}");
    }
    println!(
        "{} cycles in {:?}; slowest to tell: pulled {:?}, back {:?}",
        cycles(),
        began.elapsed(),
        slowest[0],
        slowest[1]
    );
    assert_eq!(Census::take(), plugged);
    room.stop();
    let told: Vec<BadgeEvent> = std::iter::from_fn(|| room.next_within(Duration::ZERO)).collect();
    assert_eq!(told, [BadgeEvent::ReaderDisconnected], "the thread's end, and nothing else");
    drop(room);
    assert_eq!(Census::take(), before);
}

#[test]
#[ignore = "counts this process's files and threads: `make replug` runs it by itself"]
fn a_listener_is_replugged_many_times() {
    let room = || {
        let mut room = Room::locked(None, "");
        room.reader = Reader::plugged_in(&room.folder.path().join("rdm6300")).unwrap();
        room.settings.protocol = ReaderKind::Serial(ReaderProtocol::Rdm6300);
        room
    };
    is_pulled_and_plugged(room, |number| {
        let [high, low] = number.to_be_bytes();
        (Card::Em4100([0x01, 0x00, 0x45, high, low]), format!("{:010}", 0x45_0000 + u32::from(number)))
    });
}

#[test]
#[ignore = "counts this process's files and threads: `make replug` runs it by itself"]
fn an_osdp_reader_with_its_child_is_replugged_many_times() {
    let room = || Room::locked(Some(KEY), &hex(&KEY));
    is_pulled_and_plugged(room, |number| (Wiegand::h10301(1, number).into(), format!("1/{number:05}")));
}
