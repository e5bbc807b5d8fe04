//! Plain text in configured frames.

use super::*;

fn settings(means: TextMeaning, length: u8, prefix: &str, suffix: &str, checksum: TextChecksum) -> TextSettings {
    TextSettings { prefix: prefix.to_owned(), length, suffix: suffix.to_owned(), checksum, means, reversed: false }
}

fn read(settings: &TextSettings, bytes: &[u8]) -> Vec<String> {
    assert_eq!(settings.validate(), Ok(()));
    reads(&ReaderProtocol::Text(settings.clone()), &[bytes]).iter().map(BadgeNumber::reveal_typed).collect()
}

#[test]
fn the_same_card_is_the_same_badge_in_every_frame() {
    use TextChecksum as Sum;
    use TextMeaning as Means;
    let rdm6300 = settings(Means::Em4100Hex, 10, "\u{2}", "\u{3}", Sum::XorBytes);
    assert_eq!(read(&rdm6300, b"\x02010045DC950D\x03"), ["0004578453"]);
    let decimal = settings(Means::Em4100Decimal, 10, "", "\r\n", Sum::None);
    assert_eq!(read(&decimal, b"0004578453\r\n"), ["0004578453"]);
    let inditag = settings(Means::Em4100Hex, 10, ":", "\r\n", Sum::NegatedSumBytes);
    assert_eq!(read(&inditag, b":112233445501\r\n"), ["0573785173"]);
    let uid = settings(Means::UidHex, 8, "", "\r", Sum::None);
    assert_eq!(read(&uid, b"66cf4dc2\r"), ["66:CF:4D:C2"]);
    assert_eq!(read(&TextSettings { reversed: true, ..uid }, b"C24DCF66\r"), ["66:CF:4D:C2"]);
    let site = settings(Means::SiteAndNumber, 9, "", "\r", Sum::None);
    assert_eq!(read(&site, b"123,45678\r"), ["123/45678"]);
    assert_eq!(read(&settings(Means::SiteAndNumber, 8, "", "\r", Sum::None), b"12345678\r"), ["123/45678"]);
    let text = settings(Means::Text, 6, "<", ">", Sum::XorCharacters);
    assert_eq!(text.validate().map_err(|error| error.table), Err("reader.text"), "`>` can be in a card");
    let text = settings(Means::Text, 6, "<", "\r", Sum::XorCharacters);
    assert_eq!(read(&text, b"<A-47116F\r"), ["text:A-4711"]);
    assert_eq!(read(&settings(Means::Text, 6, "<", "\r", Sum::SumCharacters), b"<A-47113B\r"), ["text:A-4711"]);
}

#[test]
fn what_is_no_frame_is_counted_and_is_no_badge() {
    let decimal = settings(TextMeaning::Em4100Decimal, 10, "", "\r", TextChecksum::None);
    let mut stream = stream(&ReaderProtocol::Text(decimal));
    let (mut badges, mut refusals) = (0, vec![]);
    let lines = b"990004578453\r04578453\rx0004578453\r000457845a\r9999999999\r0004578453\r";
    stream.receive(lines, BootTime::default(), |event| match event {
        BadgeStreamEvent::BadgeRead(_) => badges += 1,
        BadgeStreamEvent::CardRefused(refusal) => refusals.push(refusal),
        BadgeStreamEvent::HealthChanged(health) => panic!("{health:?}"),
    });
    assert_eq!((badges, refusals), (1, vec![CardRefusal::UnknownKind]));
    let FrameCounts { good, torn, unusable, .. } = stream.counts();
    assert_eq!((good, torn, unusable), (3, 3, 1));
}

#[test]
fn a_longer_pause_parts_noise_from_the_frame() {
    let decimal = settings(TextMeaning::Em4100Decimal, 10, "", "\r", TextChecksum::None);
    let mut stream = stream(&ReaderProtocol::Text(decimal));
    let mut badges = 0;
    stream.receive(b"12", BootTime::from_millis(1000), |_| badges += 1);
    stream.receive(b"0004578453\r", BootTime::from_millis(1600), |_| badges += 1);
    assert_eq!((badges, stream.counts().noise_bytes), (1, 2));
}

#[test]
fn wrong_settings_are_refused() {
    use TextChecksum as Sum;
    use TextMeaning as Means;
    for wrong in [
        settings(Means::Em4100Decimal, 9, "", "\r", Sum::None),
        settings(Means::UidHex, 10, "", "\r", Sum::None),
        settings(Means::Text, 33, "", "\r", Sum::None),
        settings(Means::Text, 3, "", "\r", Sum::None),
        settings(Means::UidHex, 8, "", "", Sum::None),
        settings(Means::UidHex, 8, "", "A", Sum::None),
        settings(Means::UidHex, 8, "\r", "\r", Sum::None),
        settings(Means::UidHex, 8, "123456789", "\r", Sum::None),
        settings(Means::UidHex, 8, "ä", "\r", Sum::None),
        settings(Means::Em4100Decimal, 10, "", "\r", Sum::XorBytes),
    ] {
        assert_eq!(wrong.validate().map_err(|error| error.table), Err("reader.text"), "{wrong:?}");
    }
}

/// Frames with a checksum, each with a card's characters.
fn framed() -> impl Strategy<Value = (TextSettings, Vec<u8>, BadgeNumber)> {
    let checksums = prop_oneof![
        Just(TextChecksum::XorCharacters),
        Just(TextChecksum::SumCharacters),
        Just(TextChecksum::XorBytes),
        Just(TextChecksum::NegatedSumBytes),
    ];
    let prefixes = prop_oneof![Just("\u{2}"), Just(";"), Just("ID="), Just("A")];
    (checksums, prefixes, any::<[u8; 5]>()).prop_map(|(checksum, prefix, card)| {
        let settings = settings(TextMeaning::Em4100Hex, 10, prefix, "\r\n", checksum);
        let digits: String = card.iter().map(|byte| format!("{byte:02X}")).collect();
        let xor = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum ^ byte);
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        let checksum = match checksum {
            TextChecksum::None => unreachable!(),
            TextChecksum::XorCharacters => u32::from(xor(digits.as_bytes())),
            TextChecksum::SumCharacters => sum(digits.as_bytes()) % 256,
            TextChecksum::XorBytes => u32::from(xor(&card)),
            TextChecksum::NegatedSumBytes => (256 - sum(&card) % 256) % 256,
        };
        let frame = format!("{prefix}{digits}{checksum:02X}\r\n").into_bytes();
        (settings, frame, BadgeNumber::from_em4100(card))
    })
}

proptest! {
    #[test]
    fn every_frame_survives_any_split_and_any_noise_before_it(
        (settings, frame, badge) in framed(),
        noise in noise(60),
        cuts in cuts(),
    ) {
        let bytes = [noise, frame].concat();
        let read = reads(&ReaderProtocol::Text(settings), &pieces(&bytes, &cuts));
        prop_assert_eq!(read.last(), Some(&badge));
    }

    #[test]
    fn a_frame_with_one_changed_byte_is_never_another_badge(
        (settings, mut frame, badge) in framed(),
        place: prop::sample::Index,
        byte: u8,
    ) {
        let place = place.index(frame.len());
        frame[place] = byte;
        let read = reads(&ReaderProtocol::Text(settings), &[&frame]);
        prop_assert!(read.iter().all(|read| *read == badge));
    }

    /// Twelve hexadecimal digits (2^-42 in all), a right checksum (2^-8), CR and LF (2^-16): less
    /// than 2^-66 a byte.
    #[test]
    fn noise_is_no_badge((settings, _, _) in framed(), noise in noise(4096)) {
        prop_assert_eq!(reads(&ReaderProtocol::Text(settings), &[&noise]), vec![]);
    }

    #[test]
    fn without_a_prefix_a_frame_survives_noise_that_ends_in_no_digit(card: u32, noise in noise(60), cuts in cuts()) {
        let decimal = settings(TextMeaning::Em4100Decimal, 10, "", "\r", TextChecksum::None);
        let bytes = [noise, b"\n".to_vec(), format!("{card:010}\r").into_bytes()].concat();
        let read = reads(&ReaderProtocol::Text(decimal), &pieces(&bytes, &cuts));
        prop_assert_eq!(read.last(), Some(&BadgeNumber::from_em4100_number(card)));
    }
}
