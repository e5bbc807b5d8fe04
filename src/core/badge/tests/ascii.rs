//! RDM6300 and ID-12LA.

use super::*;

fn frame(protocol: &ReaderProtocol, card: [u8; 5]) -> Vec<u8> {
    let checksum = card.iter().fold(0, |sum, byte| sum ^ byte);
    let mut bytes = vec![0x02];
    bytes.extend(card.iter().chain([&checksum]).flat_map(|byte| format!("{byte:02X}").into_bytes()));
    bytes.extend(if *protocol == ReaderProtocol::Id12la { &b"\r\n\x03"[..] } else { &b"\x03"[..] });
    bytes
}

fn protocols() -> impl Strategy<Value = ReaderProtocol> {
    prop_oneof![Just(ReaderProtocol::Rdm6300), Just(ReaderProtocol::Id12la)]
}

#[test]
fn the_frames_of_both_data_sheets_are_fourteen_and_sixteen_bytes_and_name_the_same_card() {
    let rdm6300 = b"\x0201004 5DC950D\x03".iter().copied().filter(|byte| *byte != b' ').collect::<Vec<_>>();
    let id12la = [&rdm6300[..13], b"\r\n\x03"].concat();
    assert_eq!((rdm6300.len(), id12la.len()), (14, 16));
    let typed = |reads: Vec<BadgeNumber>| reads.iter().map(BadgeNumber::reveal_typed).collect::<Vec<_>>();
    assert_eq!(typed(reads(&ReaderProtocol::Rdm6300, &[&rdm6300])), ["0004578453"]);
    assert_eq!(typed(reads(&ReaderProtocol::Id12la, &[&id12la])), ["0004578453"]);
}

#[test]
fn wrong_checksums_torn_frames_and_noise_are_counted_and_are_no_badge() {
    let mut stream = stream(&ReaderProtocol::Rdm6300);
    let mut bytes = b"zz".to_vec();
    bytes.extend(b"\x02010045");
    bytes.extend(b"\x02010045DC95FF\x03");
    bytes.extend(frame(&ReaderProtocol::Rdm6300, [1, 2, 3, 4, 5]));
    let mut badges = 0;
    stream.receive(&bytes, BootTime::default(), |_| badges += 1);
    assert_eq!(badges, 1);
    let seen = FrameCounts { good: 1, wrong_checksum: 1, torn: 1, noise_bytes: 2, ..FrameCounts::default() };
    assert_eq!(stream.counts(), seen);
}

#[test]
fn a_listener_asks_nothing_and_cannot_tell_whether_the_reader_is_there() {
    let mut stream = stream(&ReaderProtocol::Id12la);
    stream.show(ReaderFeedback::Accepted, BootTime::default());
    assert_eq!((stream.poll_transmit(), stream.poll_timeout()), (None, None));
    assert_eq!(stream.health(), ReaderHealth::Unknown);
}

#[test]
fn a_half_frame_joins_nothing_that_comes_after_a_pause() {
    for protocol in [ReaderProtocol::Rdm6300, ReaderProtocol::Id12la] {
        let whole = frame(&protocol, [1, 2, 3, 4, 5]);
        for at in 1..whole.len() {
            let mut stream = stream(&protocol);
            let mut badges = 0;
            stream.receive(&whole[..at], BootTime::from_millis(1000), |_| badges += 1);
            stream.receive(&whole[at..], BootTime::from_millis(1600), |_| badges += 1);
            assert_eq!((badges, stream.counts().torn), (0, 1), "cut at {at}");
            stream.receive(&whole, BootTime::from_millis(1700), |_| badges += 1);
            assert_eq!(badges, 1);
        }
    }
}

proptest! {
    #[test]
    fn every_frame_survives_any_split_and_any_noise_before_it(
        protocol in protocols(),
        card: [u8; 5],
        noise in noise(40),
        cuts in cuts(),
    ) {
        let mut bytes = noise;
        bytes.extend(frame(&protocol, card));
        let read = reads(&protocol, &pieces(&bytes, &cuts)).pop();
        prop_assert_eq!(read, Some(BadgeNumber::from_em4100(card)));
    }

    /// Uniform noise makes a badge with a chance of about 2^-66 a byte: STX and ETX at their places
    /// (2^-16), twelve hexadecimal digits in either case (22/256 each, 2^-42 in all), a right
    /// checksum (2^-8). The ID-12LA's CR and LF take another 2^-16.
    #[test]
    fn noise_is_no_badge(protocol in protocols(), noise in noise(4096)) {
        prop_assert_eq!(reads(&protocol, &[&noise]), vec![]);
    }

    /// The checksum is an exclusive or, so that a change within one digit is always found.
    #[test]
    fn a_frame_with_one_changed_byte_is_never_another_badge(
        protocol in protocols(),
        card: [u8; 5],
        place: prop::sample::Index,
        byte: u8,
    ) {
        let mut bytes = frame(&protocol, card);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let read = reads(&protocol, &[&bytes]);
        prop_assert!(read.iter().all(|badge| *badge == BadgeNumber::from_em4100(card)));
    }

    #[test]
    fn a_torn_frame_costs_only_itself(protocol in protocols(), torn: [u8; 5], card: [u8; 5], keep in 1_usize..13) {
        let torn = frame(&protocol, torn);
        let whole = frame(&protocol, card);
        prop_assert_eq!(reads(&protocol, &[&torn[..keep], &whole]), vec![BadgeNumber::from_em4100(card)]);
    }
}
