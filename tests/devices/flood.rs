//! A line that floods, 1 MB/s of noise with torn frames in it: no badge comes of it, the memory of kiosk
//! and child stays as it is, the screen goes on, and the next card is read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use muwajaha_core::badge::{Pn532Settings, ReaderProtocol, Twn4Mode, Twn4Settings};
use muwajaha_core::session::BadgeEvent;
use muwajaha_demo::prison::{RoomPlan, VisitingRoom};
use muwajaha_demo::script::KioskScreen;
use muwajaha_demo::stage::{Card, Iso14443a, Reader, ReaderModel, StageDirectory, frame, noise};

use super::osdp::room::{KEY, Room, hex};
use super::serial::{EM4100, NUMBER, badge, room, text_reader};

const MOST_GROWN_KILOBYTES: usize = 32 * 1024;
/// Without a flood it has less than 3 MB.
const MOST_OF_CHILD_KILOBYTES: usize = 16 * 1024;

/// Floods the reader's line while it shall, a KB each millisecond; how many were offered, and how many
/// fitted whole: a full line loses bytes, as a real one does.
fn flood(reader: &Reader, torn: &[u8], mut goes_on: impl FnMut() -> bool) -> [u32; 2] {
    let (began, mut noise, [mut offered, mut taken]) = (Instant::now(), noise(99), [0, 0]);
    while goes_on() {
        let piece: Vec<u8> = noise.by_ref().take(950).chain(torn.iter().copied()).collect();
        taken += u32::from(reader.write(&piece).is_ok());
        offered += 1;
        std::thread::sleep((began + Duration::from_millis(1) * offered).saturating_duration_since(Instant::now()));
    }
    [offered, taken]
}

/// Kilobytes of a process's memory, now (`VmRSS`) or at most (`VmHWM`); `None` of one that has ended.
fn memory(process: u32, kind: &str) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Kilobytes that the largest of this process's children that speak OSDP ever had.
fn memory_of_children() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let children = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let children: Vec<String> =
        children.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    let speaks_osdp = |child: &&String| {
        std::fs::read_to_string(format!("/proc/{child}/comm")).is_ok_and(|name| name.trim() == "muwajaha-reader")
    };
    let sizes = children.iter().filter(speaks_osdp).filter_map(|child| memory(child.parse().ok()?, "VmHWM"));
    sizes.max().unwrap_or_default()
}

/// One and a half seconds of a flood, and the next card; kilobytes that the largest child had meanwhile.
fn withstands_a_flood(room: &Room, torn: &[u8], card: Card, typed: &str) -> usize {
    let memory = || memory(std::process::id(), "VmRSS").unwrap();
    let (before, began) = (memory(), Instant::now());
    let (mut of_children, mut looked) = (memory_of_children(), began);
    let [offered, taken] = flood(&room.reader, torn, || {
        while let Some(event) = room.next_within(Duration::ZERO) {
            assert!(!matches!(event, BadgeEvent::BadgeRead(_)), "{event:?} out of a flood");
        }
        if looked.elapsed() > Duration::from_millis(200) {
            (of_children, looked) = (of_children.max(memory_of_children()), Instant::now());
        }
        began.elapsed() < Duration::from_millis(1500)
    });
    let grown = memory().saturating_sub(before);
    let ended = Instant::now();
    while !is_read(room, &card, typed) {
        assert!(ended.elapsed() < Duration::from_secs(8), "no card after the flood");
    }
    println!(
        "{offered} KB offered, {taken} of the pieces whole; memory grew by {grown} KB, the largest child had \
         {of_children} KB; the next card after {:?}",
        ended.elapsed()
    );
    assert!(offered > 1000 && grown < MOST_GROWN_KILOBYTES, "{offered} KB offered, memory grew by {grown} KB");
    assert!(of_children < MOST_OF_CHILD_KILOBYTES, "{of_children} KB in a child");
    of_children
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
    let (model, protocol) = text_reader(None);
    let text = room(model, protocol);
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
    let of_child = withstands_a_flood(&room, &[0x53, 0x83, 0xff, 0, 4], Card::Em4100(EM4100), NUMBER);
    assert!(of_child > 0, "no child was seen");
}

/// The real kiosk on a real display; how fast its screen is meanwhile is a bench's to tell.
#[test]
fn a_flood_leaves_the_screen_to_the_finger() {
    // Refused where another test of this run was first; either way there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let room = runtime.block_on(async {
        let mut room = VisitingRoom::open(StageDirectory::create(None).unwrap(), RoomPlan::quiet()).await.unwrap();
        room.start_kiosk().await.unwrap();
        room
    });
    let kiosk = room.kiosk.as_ref().unwrap();
    let memory = || memory(kiosk.pid().unwrap(), "VmRSS").unwrap();
    let screen = KioskScreen::of(room.display.as_deref().unwrap()).unwrap();
    runtime.block_on(screen.wait_until_drawn(Duration::from_secs(20))).unwrap();
    let (before, is_over) = (memory(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let flooding = scope.spawn(|| flood(&room.reader, &frame(EM4100)[..12], || !is_over.load(Ordering::Relaxed)));
        let touched = runtime.block_on(each_touch_changes(&screen));
        let grown = memory().saturating_sub(before);
        is_over.store(true, Ordering::Relaxed);
        let [offered, taken] = flooding.join().unwrap();
        touched.unwrap_or_else(|error| panic!("{error:#}\n{}", kiosk.tail()));
        println!("{offered} KB offered, {taken} of the pieces whole; the kiosk's memory grew by {grown} KB");
        assert!(taken > 30, "the kiosk took {taken} of {offered} KB");
        assert!(grown < MOST_GROWN_KILOBYTES, "the kiosk's memory grew by {grown} KB");
    });
    runtime.block_on(room.close());
}

/// Touches the languages that are not shown in turn.
async fn each_touch_changes(screen: &KioskScreen<'_>) -> anyhow::Result<()> {
    let limit = Duration::from_secs(10);
    let mut others = screen.other_languages(None, limit).await?;
    for touch in 0..5 {
        screen.click(others[touch % 2]).await?;
        others = screen.other_languages(Some(others), limit).await?;
    }
    Ok(())
}
