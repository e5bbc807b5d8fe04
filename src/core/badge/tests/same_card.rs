//! One card is one badge, whichever reader reads it.

use std::time::Duration;

use super::line::{Line, SimulatedReader};
use super::pn532::chip;
use super::twn4;
use super::*;

fn polled(protocol: &ReaderProtocol, reader: &mut dyn SimulatedReader) -> String {
    let mut line = Line::new(protocol);
    line.run(reader, Duration::from_secs(2));
    assert_eq!(line.badges.len(), 1);
    line.typed().remove(0)
}

fn heard(protocol: &ReaderProtocol, bytes: &[u8]) -> String {
    let read = reads(protocol, &[bytes]);
    assert_eq!(read.len(), 1, "{protocol:?}");
    read[0].reveal_typed()
}

fn text(means: TextMeaning, length: u8) -> ReaderProtocol {
    ReaderProtocol::Text(TextSettings {
        prefix: String::new(),
        length,
        suffix: "\r".to_owned(),
        checksum: TextChecksum::None,
        means,
        reversed: false,
    })
}

fn printing() -> ReaderProtocol {
    ReaderProtocol::Twn4(Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() })
}

/// Raw bits, as a reader with a Wiegand output or OSDP delivers them.
fn raw(bytes: &[u8], means: BitsMeaning) -> String {
    let count = u8::try_from(bytes.len() * 8).unwrap();
    let format = BitsFormat {
        bits: count,
        means,
        site: None,
        number: BitRange { from: 0, count },
        reversed: false,
        even_parity: vec![],
        odd_parity: vec![],
    };
    let rules = BadgeRules { formats: vec![format], ..BadgeRules::default() };
    assert_eq!(rules.validate(), Ok(()));
    let bits = CardBits::from_left_aligned(bytes, bytes.len() * 8).unwrap();
    rules.badge(&CardIdentifier::Bits(bits)).unwrap().reveal_typed()
}

#[test]
fn an_em4100_card() {
    let mut twn4 = twn4::with(0x40, 40, vec![0x01, 0x00, 0x45, 0xdc, 0x95]);
    let read = [
        heard(&ReaderProtocol::Rdm6300, b"\x02010045DC950D\x03"),
        heard(&ReaderProtocol::Id12la, b"\x02010045DC950D\r\n\x03"),
        polled(&ReaderProtocol::Twn4(Twn4Settings::default()), &mut twn4),
        heard(&printing(), b"010045DC95\r"),
        heard(&text(TextMeaning::Em4100Decimal, 10), b"0004578453\r"),
        heard(&text(TextMeaning::Em4100Hex, 10), b"010045dc95\r"),
        raw(&[0x00, 0x45, 0xdc, 0x95], BitsMeaning::Em4100),
        BadgeNumber::from_typed("0x010045DC95").unwrap().reveal_typed(),
    ];
    assert!(read.iter().all(|badge| badge == "0004578453"), "{read:?}");
}

#[test]
fn a_card_of_26_bits() {
    let mut twn4 = twn4::with(0x49, 26, vec![0x80, 0x80, 0x01, 0xc0]);
    let bits = CardBits::from_left_aligned(&[0x80, 0x80, 0x01, 0xc0], 26).unwrap();
    let read = [
        polled(&ReaderProtocol::Twn4(Twn4Settings::default()), &mut twn4),
        heard(&text(TextMeaning::SiteAndNumber, 9), b"001,00003\r"),
        BadgeRules::default().badge(&CardIdentifier::Bits(bits)).unwrap().reveal_typed(),
    ];
    assert!(read.iter().all(|badge| badge == "1/00003"), "{read:?}");
}

proptest! {
    #[test]
    fn a_uid_of_every_length(uid in super::numbers::uids()) {
        let (bytes, digits) = (uid.reveal(), hex::encode(uid.reveal()));
        let count = u8::try_from(bytes.len() * 8).unwrap();
        let mut twn4 = twn4::with(0x80, count, bytes.to_vec());
        let read = [
            polled(&ReaderProtocol::Twn4(Twn4Settings::default()), &mut twn4),
            polled(&ReaderProtocol::Pn532(Pn532Settings::default()), &mut chip(&[bytes])),
            heard(&printing(), format!("{digits}\r").as_bytes()),
            heard(&text(TextMeaning::UidHex, count / 4), format!("{digits}\r").as_bytes()),
            raw(bytes, BitsMeaning::Uid),
        ];
        let badge = BadgeNumber::from_uid(uid).reveal_typed();
        prop_assert!(read.iter().all(|read| *read == badge), "{:?}", read);
    }
}
