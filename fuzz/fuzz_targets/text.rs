//! Plain text in every kind of frame: a card comes only out of a frame that is right, and whatever
//! came before, the next whole frame is read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use muwajaha_core::badge::{CardIdentifier, ReaderProtocol, TextChecksum, TextMeaning, TextSettings};
use muwajaha_fuzz::{Line, frames::bytes_of};

const CHECKSUMS: [TextChecksum; 5] = [
    TextChecksum::None,
    TextChecksum::XorCharacters,
    TextChecksum::SumCharacters,
    TextChecksum::XorBytes,
    TextChecksum::NegatedSumBytes,
];
const PREFIXES: [&str; 4] = ["", "\u{2}", "A", "ID="];

/// A right frame's card for each meaning.
const CARDS: [(TextMeaning, &str); 7] = [
    (TextMeaning::Em4100Hex, "010045DC95"),
    (TextMeaning::UidHex, "66CF4DC2"),
    (TextMeaning::UidHex, "04A22B1A5C6480"),
    (TextMeaning::Em4100Decimal, "0004578453"),
    (TextMeaning::SiteAndNumber, "12345678"),
    (TextMeaning::SiteAndNumber, "123,45678"),
    (TextMeaning::Text, "A-4711"),
];

fn checksum(kind: TextChecksum, characters: &[u8]) -> Option<u32> {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    let xor = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum ^ u32::from(*byte));
    Some(match kind {
        TextChecksum::None => return None,
        TextChecksum::XorCharacters => xor(characters),
        TextChecksum::SumCharacters => sum(characters) % 256,
        TextChecksum::XorBytes => xor(&bytes_of(characters)?),
        TextChecksum::NegatedSumBytes => (256 - sum(&bytes_of(characters)?) % 256) % 256,
    })
}

/// The characters of the frame that `heard` ends with.
fn framed<'a>(settings: &TextSettings, heard: &'a [u8]) -> &'a [u8] {
    let body = heard.strip_suffix(settings.suffix.as_bytes()).expect("a card ends with the suffix");
    let digits = if settings.checksum == TextChecksum::None { 0 } else { 2 };
    let (rest, digits) = body.split_at(body.len() - digits);
    let (before, characters) = rest.split_at(rest.len() - usize::from(settings.length));
    assert!(before.ends_with(settings.prefix.as_bytes()));
    let told = bytes_of(digits).expect("a checksum is digits").first().map(|byte| u32::from(*byte));
    assert_eq!(told, checksum(settings.checksum, characters));
    characters
}

fuzz_target!(|input: &[u8]| {
    let [kind, prefix, card, input @ ..] = input else { return };
    let (means, card) = CARDS[usize::from(*card) % CARDS.len()];
    let settings = TextSettings {
        prefix: PREFIXES[usize::from(*prefix) % PREFIXES.len()].to_owned(),
        length: card.len() as u8,
        suffix: "\r\n".to_owned(),
        checksum: CHECKSUMS[usize::from(*kind) % CHECKSUMS.len()],
        means,
        reversed: false,
    };
    let protocol = ReaderProtocol::Text(settings.clone());
    if protocol.validate().is_err() {
        return;
    }
    let mut line = Line::new(&protocol);
    let check = |card: &CardIdentifier, heard: &[u8]| {
        let characters = framed(&settings, heard);
        match card {
            CardIdentifier::Em4100(bytes) if settings.means == TextMeaning::Em4100Hex => {
                assert_eq!(bytes_of(characters).as_deref(), Some(&bytes[..]));
            }
            CardIdentifier::Em4100(bytes) => {
                let number = characters.iter().fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0'));
                assert_eq!(number, bytes.iter().fold(0, |number, byte| number * 256 + u64::from(*byte)));
            }
            CardIdentifier::Iso14443a(uid) => assert_eq!(bytes_of(characters).as_deref(), Some(uid.reveal())),
            CardIdentifier::Bits(bits) => assert_eq!(bits.count(), 26),
            CardIdentifier::Text(text) => assert_eq!(text.reveal().as_bytes(), characters),
        }
    };
    line.hear(input, check);
    if settings.prefix.is_empty() {
        // Whatever has begun ends here, maybe as a frame of its own.
        line.hear(settings.suffix.as_bytes(), check);
    }
    let known = line.cards.len();
    let digits = checksum(settings.checksum, card.as_bytes()).map_or(String::new(), |sum| format!("{sum:02X}"));
    line.hear(format!("{}{card}{digits}{}", settings.prefix, settings.suffix).as_bytes(), check);
    assert_eq!(line.cards.len(), known + 1, "a right frame was not read");
});
