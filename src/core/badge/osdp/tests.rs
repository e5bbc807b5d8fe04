//! Frames and the guard: what passes, what does not, and why a reader is not trusted.

use proptest::prelude::*;

use super::*;

const ADDRESS: u8 = 5;

/// A frame built apart from the code under test: table-free CRC by polynomial division.
fn frame(address: u8, sequence: u8, block: &[u8], body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(5 + block.len() + body.len() + 2).unwrap().to_le_bytes();
    let control = sequence | 0x04 | if block.is_empty() { 0 } else { 0x08 };
    let mut bytes = vec![0x53, address, length[0], length[1], control];
    bytes.extend(block);
    bytes.extend(body);
    let mut remainder = 0x1d0f_u16;
    for bit in bytes.iter().flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1)) {
        let carry = (remainder >> 15) ^ u16::from(bit);
        remainder = (remainder << 1) ^ (carry * 0x1021);
    }
    bytes.extend(remainder.to_le_bytes());
    bytes
}

fn command(block: &[u8], body: &[u8]) -> Vec<u8> {
    frame(ADDRESS, 1, block, body)
}

fn reply(block: &[u8], body: &[u8]) -> Vec<u8> {
    frame(ADDRESS | 0x80, 1, block, body)
}

fn passed(guard: &mut LineGuard) -> Vec<u8> {
    let mut bytes = vec![0; 1024];
    let length = guard.read(&mut bytes);
    bytes.truncate(length);
    bytes
}

/// A guard whose panel and reader have come as far as the secure channel.
fn secured() -> LineGuard {
    let mut guard = LineGuard::new(ADDRESS, Purpose::Read);
    for (asks, answers) in [
        (command(&[], &[0x61, 0]), reply(&[], &[0x45, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
        (command(&[], &[0x62, 0]), reply(&[], &[0x46, 9, 1, 1, 4, 1, 1])),
        (command(&[3, 0x11, 1], &[0x76, 1, 2, 3, 4, 5, 6, 7, 8]), reply(&[3, 0x12, 1], &[0x76; 33])),
        (command(&[3, 0x13, 1], &[0x77; 17]), reply(&[3, 0x14, 1], &[0x78; 17])),
        (command(&[2, 0x15], &[0x60, 1, 2, 3, 4]), reply(&[2, 0x16], &[0x40, 1, 2, 3, 4])),
    ] {
        guard.sent(&asks);
        assert!(guard.received(&answers));
        assert_eq!(passed(&mut guard), answers);
    }
    assert!(guard.is_secured() && guard.distrust().is_none());
    guard.sent(&command(&[2, 0x15], &[0x60, 1, 2, 3, 4]));
    guard
}

#[test]
fn a_known_frame_is_read() {
    // osdp_ID to address 0 as printed in the standard's examples, with its CRC.
    let bytes = [0x53, 0x00, 0x09, 0x00, 0x04, 0x61, 0x00, 0xc0, 0x66];
    let frame = OsdpFrame::parse(&bytes).unwrap();
    assert_eq!((frame.is_reply(), frame.address(), frame.code(), frame.data()), (false, 0, 0x61, &[0][..]));
}

#[test]
fn a_card_in_clear_is_no_card_once_the_channel_is_up() {
    let mut guard = secured();
    guard.received(&reply(&[], &[0x50, 0, 1, 26, 0, 1, 2, 3, 4]));
    assert!(passed(&mut guard).is_empty());
    assert_eq!(guard.loss(), Loss::NotTrusted(Distrust::ClearAnswer));
}

#[test]
fn a_card_in_a_handshakes_block_is_no_card_either() {
    for kind in 0x11..=0x14 {
        let mut guard = secured();
        guard.received(&reply(&[3, kind, 1], &[0x50, 0, 1, 26, 0, 1, 2, 3, 4]));
        assert!(passed(&mut guard).is_empty());
        assert_eq!(guard.loss(), Loss::NotTrusted(Distrust::ClearAnswer));
    }
}

#[test]
fn a_card_before_the_channel_is_up_is_no_card() {
    let mut guard = LineGuard::new(ADDRESS, Purpose::Read);
    guard.sent(&command(&[], &[0x61, 0]));
    guard.received(&reply(&[], &[0x50, 0, 1, 26, 0, 1, 2, 3, 4]));
    assert!(passed(&mut guard).is_empty());
    assert_eq!(guard.loss(), Loss::NotTrusted(Distrust::ClearAnswer));
}

#[test]
fn a_reader_that_cannot_encrypt_is_not_trusted() {
    let mut guard = LineGuard::new(ADDRESS, Purpose::Read);
    guard.sent(&command(&[], &[0x62, 0]));
    guard.received(&reply(&[], &[0x46, 4, 1, 1]));
    assert!(passed(&mut guard).is_empty());
    assert_eq!(guard.loss(), Loss::NotTrusted(Distrust::NoSecureChannel));
}

#[test]
fn the_default_key_is_for_the_day_of_installation_only() {
    for (purpose, distrust) in [(Purpose::Read, Some(Distrust::DefaultKey)), (Purpose::InstallKey, None)] {
        let mut guard = LineGuard::new(ADDRESS, purpose);
        guard.sent(&command(&[3, 0x11, 1], &[0x76, 1, 2, 3, 4, 5, 6, 7, 8]));
        guard.received(&reply(&[3, 0x12, 0], &[0x76; 33]));
        assert_eq!(guard.distrust(), distrust);
    }
}

#[test]
fn a_cryptogram_that_the_panel_does_not_take_is_another_key() {
    let mut guard = LineGuard::new(ADDRESS, Purpose::Read);
    guard.sent(&command(&[3, 0x11, 1], &[0x76, 1, 2, 3, 4, 5, 6, 7, 8]));
    guard.received(&reply(&[3, 0x12, 1], &[0x76; 33]));
    assert!(guard.is_waiting_for_command());
    assert_eq!(guard.loss(), Loss::NotTrusted(Distrust::WrongKey));
}

#[test]
fn one_command_has_one_answer_and_another_readers_is_none() {
    let mut guard = secured();
    let answer = reply(&[2, 0x16], &[0x40, 1, 2, 3, 4]);
    guard.received(&frame(0x80 | (ADDRESS + 1), 1, &[2, 0x16], &[0x40, 1, 2, 3, 4]));
    guard.received(&answer);
    guard.received(&answer);
    assert_eq!(passed(&mut guard), answer);
}

#[test]
fn a_reader_that_says_nothing_is_away_and_one_that_began_anew_is_dropped() {
    assert_eq!(secured().loss(), Loss::Silent);
    let mut guard = secured();
    assert!(guard.received(&reply(&[], &[0x41, 6])));
    assert_eq!(guard.loss(), Loss::Dropped);
}

#[test]
fn a_key_that_everyone_knows_or_could_guess_is_none() {
    for (key, error) in [
        ("303132333435363738393A3B3C3D3E3F", ReaderKeyError::Default),
        ("00000000000000000000000000000000", ReaderKeyError::Weak),
        ("0F0E0D0C0B0A09080706050403020100", ReaderKeyError::Weak),
        ("DEADBEEFDEADBEEFDEADBEEFDEADBEEF", ReaderKeyError::Weak),
        ("DEADBEEF", ReaderKeyError::Unreadable),
    ] {
        assert_eq!(ReaderKey::from_hex(key), Err(error), "{key}");
    }
    let key = ReaderKey::from_hex("944b8eddcbaa2b5fe2b0148d1b2f95c9\n").unwrap();
    assert_eq!(format!("{key:?}"), "ReaderKey([redacted])");
}

fn found(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, crate::badge::FrameCounts) {
    let (mut scanner, mut frames) = (FrameScanner::default(), Vec::new());
    for piece in pieces {
        scanner.push(piece, |frame| frames.push(frame.bytes().to_vec()));
    }
    (frames, scanner.counts())
}

proptest! {
    /// A false beginning in the noise claims up to 256 bytes; an idle line behind the frame frees it.
    #[test]
    fn a_frame_survives_any_split_and_any_noise_before_it(
        noise in proptest::collection::vec(any::<u8>(), 0..64),
        body in proptest::collection::vec(any::<u8>(), 1..60),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let whole = reply(&[], &body);
        let bytes = [noise, whole.clone(), vec![0xff; LONGEST_FRAME_BYTES]].concat();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pieces: Vec<&[u8]> = places.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
        let (frames, counts) = found(&pieces);
        prop_assert!(frames.contains(&whole));
        prop_assert_eq!(counts.good, u64::try_from(frames.len()).unwrap());
    }

    #[test]
    fn one_changed_bit_is_no_frame(body in proptest::collection::vec(any::<u8>(), 1..60), bit: prop::sample::Index) {
        let mut bytes = reply(&[], &body);
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(OsdpFrame::parse(&bytes).is_none_or(|frame| frame.bytes()[4] & 0x04 == 0));
    }

    /// While the channel is up, nothing passes but what carries a signature.
    #[test]
    fn nothing_unsigned_passes(
        block in proptest::option::of((0x00_u8..0x20, any::<u8>())),
        body in proptest::collection::vec(any::<u8>(), 1..60),
    ) {
        let mut guard = secured();
        let block = block.map(|(kind, value)| vec![3, kind, value]).unwrap_or_default();
        guard.received(&reply(&block, &body));
        let is_signed = matches!(block.get(1), Some(0x16 | 0x18));
        let is_refusal = block.is_empty() && (body[0] == 0x41 || body == [0x79]);
        prop_assert_eq!(!passed(&mut guard).is_empty(), is_signed || is_refusal);
    }

    #[test]
    fn what_waits_for_the_panel_is_bounded(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        let mut guard = secured();
        guard.received(&bytes);
        prop_assert!(passed(&mut guard).len() <= 512);
    }
}
