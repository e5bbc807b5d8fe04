//! What somebody at the wire, or with a reader of his own, gets: nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use muwajaha_core::badge::osdp::Distrust;
use muwajaha_core::session::BadgeEvent;
use muwajaha_demo::stage::Wiegand;

use super::room::{DEFAULT_KEY, KEY, Room, hex, listening, unable_to_encrypt};
use super::wire::{Attack, CARD_IN_CLEAR, block, code, forged};

/// Lets the secure channel come up, and puts `forge` in the place of the twentieth signed reply.
fn once_secured(forge: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> Attack {
    let mut signed = 0;
    Box::new(move |is_reply, frame| {
        signed += usize::from(is_reply && block(&frame).is_some_and(|kind| kind >= 0x15));
        if is_reply && signed == 20 { vec![forge(&frame)] } else { vec![frame] }
    })
}

#[test]
fn a_card_in_clear_after_the_channel_came_up() {
    let room = Room::with(Some(KEY), once_secured(|reply| forged(reply, &[], &CARD_IN_CLEAR)));
    room.is_distrusted(Distrust::ClearAnswer);
}

#[test]
fn a_card_in_a_handshakes_block_which_libosdp_itself_would_take() {
    for kind in [0x11, 0x12, 0x13, 0x14] {
        let attack = once_secured(move |reply| forged(reply, &[3, kind, 1], &CARD_IN_CLEAR));
        Room::with(Some(KEY), attack).is_distrusted(Distrust::ClearAnswer);
    }
}

#[test]
fn a_card_with_a_signature_that_is_none() {
    let body = [&CARD_IN_CLEAR[..], &[1, 2, 3, 4]].concat();
    let room = Room::with(Some(KEY), once_secured(move |reply| forged(reply, &[2, 0x16], &body)));
    room.is_distrusted(Distrust::WrongSignature);
}

#[test]
fn a_reader_said_to_be_unable_to_encrypt() {
    let room = Room::with(Some(KEY), unable_to_encrypt());
    room.reader.put(Wiegand::h10301(1, 3));
    room.is_distrusted(Distrust::NoSecureChannel);
    room.yields_no_badge();
}

#[test]
fn a_reader_in_installation_mode_is_given_no_key() {
    let room = Room::with(None, listening());
    room.reader.put(Wiegand::h10301(1, 3));
    room.is_distrusted(Distrust::WrongKey);
    room.yields_no_badge();
    let heard = room.heard().lock().unwrap().clone();
    assert!(!heard.iter().any(|(_, frame)| code(frame) == 0x75), "a key was sent");
    assert_eq!(room.reader.given_key(), None);
}

#[test]
fn a_handshake_bent_to_the_default_key() {
    let attack: Attack = Box::new(|is_reply, frame| {
        if !is_reply && block(&frame) == Some(0x11) {
            let body = frame[8..frame.len() - 2].to_vec();
            return vec![forged(&frame, &[3, 0x11, 0], &body)];
        }
        vec![frame]
    });
    let room = Room::with(None, attack);
    room.reader.put(Wiegand::h10301(1, 3));
    room.is_distrusted(Distrust::DefaultKey);
    room.yields_no_badge();
}

#[test]
fn a_reader_with_the_default_key_or_a_strangers() {
    for key in [DEFAULT_KEY, [7; 16]] {
        let room = Room::with(Some(key), listening());
        room.reader.put(Wiegand::h10301(1, 3));
        room.is_distrusted(Distrust::WrongKey);
        room.yields_no_badge();
    }
}

#[test]
fn a_kiosk_whose_own_key_could_be_guessed_speaks_with_nobody() {
    for key in [hex(&DEFAULT_KEY), "00".repeat(16), "not a key".to_owned(), String::new()] {
        let mut room = Room::locked(Some(DEFAULT_KEY), &key);
        room.lay(listening());
        room.start();
        room.is_distrusted(Distrust::KeyMissing);
        assert!(room.heard().lock().unwrap().is_empty(), "it spoke");
    }
}

/// "Key capture": a reader that says again and again that its channel is broken gets no new key.
#[test]
fn nobody_makes_the_kiosk_say_its_key() {
    let refusals = Arc::new(AtomicUsize::new(0));
    let said = Arc::clone(&refusals);
    let mut signed = 0;
    let room = Room::with(
        Some(KEY),
        Box::new(move |is_reply, frame| {
            signed += usize::from(is_reply && block(&frame).is_some_and(|kind| kind >= 0x15));
            if is_reply && signed == 10 {
                signed = 0;
                said.fetch_add(1, Ordering::Relaxed);
                return vec![forged(&frame, &[], &[0x41, 6])];
            }
            vec![frame]
        }),
    );
    while refusals.load(Ordering::Relaxed) < 3 {
        assert_ne!(room.next(), BadgeEvent::ReaderNotTrusted(Distrust::WrongKey));
    }
    let heard = room.heard().lock().unwrap().clone();
    assert!(!heard.iter().any(|(_, frame)| code(frame) == 0x75), "a key was sent");
    assert!(!heard.iter().any(|(_, frame)| frame.windows(16).any(|bytes| bytes == KEY)));
}

#[test]
fn a_days_recording_played_back_the_next_day() {
    let recorded = {
        let room = Room::with(Some(KEY), listening());
        assert_eq!(room.next(), BadgeEvent::ReaderConnected);
        room.reader.put(Wiegand::h10301(1, 3));
        assert!(matches!(room.next(), BadgeEvent::BadgeRead(_)));
        let heard = room.heard().lock().unwrap().clone();
        heard.into_iter().filter_map(|(is_reply, frame)| is_reply.then_some(frame)).collect::<Vec<_>>()
    };
    let tape = Mutex::new(recorded.into_iter().cycle());
    let mut room = Room::locked(Some(KEY), &hex(&KEY));
    // The true reader's answers are lost, the recorded ones come in their place.
    room.lay(Box::new(
        move |is_reply, frame| {
            if is_reply { vec![tape.lock().unwrap().next().unwrap()] } else { vec![frame] }
        },
    ));
    room.start();
    room.is_distrusted(Distrust::WrongKey);
    room.yields_no_badge();
}

#[test]
fn a_card_of_this_session_told_once_more() {
    let card: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
    let kept = Arc::clone(&card);
    let mut later = 0;
    let room = Room::with(
        Some(KEY),
        Box::new(move |is_reply, frame| {
            let mut kept = kept.lock().unwrap();
            if is_reply && block(&frame) == Some(0x18) && code(&frame) == 0x50 && kept.is_none() {
                *kept = Some(frame.clone());
            } else if let (true, Some(card)) = (is_reply, &*kept) {
                later += 1;
                if later > 8 && card[4] & 3 == frame[4] & 3 {
                    return vec![card.clone()];
                }
            }
            vec![frame]
        }),
    );
    assert_eq!(room.next(), BadgeEvent::ReaderConnected);
    room.reader.put(Wiegand::h10301(1, 3));
    assert!(matches!(room.next(), BadgeEvent::BadgeRead(_)));
    room.reader.lift();
    room.is_distrusted(Distrust::WrongSignature);
}
