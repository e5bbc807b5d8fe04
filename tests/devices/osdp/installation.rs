//! A reader is given its key, and the wire is cut just when it heard it.

use std::time::{Duration, Instant};

use muwajaha_kiosk::badge::install_key;

use super::room::{DEFAULT_KEY, KEY, Room, hex, listening, unable_to_encrypt};
use super::wire::{Attack, code};

const KEYSET: u8 = 0x75;

/// The reader hears its key, and nobody hears anything on the wire from then on.
fn cut_after_the_key(mut at_the_cut: impl FnMut() + Send + 'static) -> Attack {
    let mut is_cut = false;
    Box::new(move |is_reply, frame| {
        if is_cut {
            return Vec::new();
        }
        is_cut = !is_reply && code(&frame) == KEYSET;
        if is_cut {
            at_the_cut();
        }
        vec![frame]
    })
}

/// What was given to the reader is kept, and the second attempt goes by it.
fn is_healed_by_a_second_attempt(mut room: Room) {
    let (fresh, kept) = (room.folder.path().join("reader.key.new"), room.folder.path().join("reader.key"));
    let error = install_key(&room.settings, Duration::from_secs(5)).unwrap_err().to_string();
    let deadline = Instant::now() + Duration::from_secs(5);
    while room.reader.given_key().is_none() {
        assert!(Instant::now() < deadline, "the reader never heard a key: {error}");
        std::thread::sleep(Duration::from_millis(10));
    }
    let given = hex(&room.reader.given_key().unwrap());
    assert_eq!(std::fs::read_to_string(&fresh).expect(&error).trim(), given);
    assert!(error.contains("run it again"), "{error}");

    room.lay(Box::new(|_, _| Vec::new()));
    let error = install_key(&room.settings, Duration::from_secs(5)).unwrap_err().to_string();
    assert_eq!(std::fs::read_to_string(&fresh).expect(&error).trim(), given, "a silent reader has refused nothing");

    room.lay(listening());
    install_key(&room.settings, Duration::from_secs(30)).unwrap();
    assert_eq!(std::fs::read_to_string(kept).unwrap().trim(), given);
    assert!(!fresh.exists());
    assert!(!room.heard().lock().unwrap().iter().any(|(_, frame)| code(frame) == KEYSET), "it was given a second key");
}

#[test]
fn a_reader_that_fell_silent_over_its_key() {
    let mut room = Room::locked(None, "");
    room.lay(cut_after_the_key(|| {}));
    is_healed_by_a_second_attempt(room);
}

#[test]
fn an_adapter_that_drops_out_over_the_key() {
    let mut room = Room::locked(None, "");
    let port = room.folder.path().join("kiosk");
    room.lay(cut_after_the_key(move || std::fs::remove_file(&port).unwrap_or_default()));
    is_healed_by_a_second_attempt(room);
}

#[test]
fn a_kept_key_that_its_reader_refuses_gives_way_to_a_new_one() {
    let mut room = Room::locked(None, "");
    room.lay(listening());
    std::fs::write(room.folder.path().join("reader.key.new"), hex(&KEY)).unwrap();
    install_key(&room.settings, Duration::from_secs(30)).unwrap();
    let given = hex(&room.reader.given_key().expect("a key"));
    assert_eq!(std::fs::read_to_string(room.folder.path().join("reader.key")).unwrap().trim(), given);
    assert_ne!(given, hex(&KEY));
}

#[test]
fn a_reader_with_another_key_is_told_from_one_that_may_hold_the_new_one() {
    let mut room = Room::locked(Some(DEFAULT_KEY.map(|byte| byte ^ 0x21)), "");
    room.lay(listening());
    let error = install_key(&room.settings, Duration::from_secs(5)).unwrap_err().to_string();
    assert!(error.contains("(R-13)") && error.contains("factory state"), "{error}");
}

#[test]
fn of_a_key_that_was_refused_before_it_was_said_nothing_is_left_behind() {
    let mut room = Room::locked(None, "");
    room.lay(unable_to_encrypt());
    let error = install_key(&room.settings, Duration::from_secs(5)).unwrap_err().to_string();
    assert!(error.contains("(R-11)"), "{error}");
    assert_eq!(room.reader.given_key(), None);
    assert!(!room.folder.path().join("reader.key.new").exists());
}
