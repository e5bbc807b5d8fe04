//! What the kiosk asks of a TWN4, and what comes back: "TWN4 Simple Protocol", DocRev17, 1.5.3 and
//! 1.5.4; tag types, and which output has which light, from Elatec's `twn4.sys.h`.

use super::super::card::{CardBits, CardIdentifier, CardKind, CardRefusal, Uid};
use super::line::LONGEST_IDENTIFIER;

/// The light on output 0.
pub(super) const RED: u8 = 0x01;
/// The light on output 1.
pub(super) const GREEN: u8 = 0x02;

const EM4102: u8 = 0x40;
const HID_PROX: u8 = 0x49;
const ISO14443A: u8 = 0x80;
/// `SetTagTypes` has a bit for the lower five bits of each type.
const LOW_FREQUENCY: u32 = (1 << (EM4102 & 0x1f)) | (1 << (HID_PROX & 0x1f));
const HIGH_FREQUENCY: u32 = 1 << (ISO14443A & 0x1f);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// `SetTagTypes`: only cards that can be a badge.
    TagTypes,
    /// `GPIOConfigureOutputs`: both lights, push-pull.
    Outputs,
    /// `SearchTag`.
    Search,
    /// `GPIOSetBits`: lights on.
    On(u8),
    /// `GPIOClearBits`: lights off.
    Off(u8),
    /// `Beep`: per cent of volume, hertz, milliseconds of sound and of rest.
    Beep(u8, u16, u16, u16),
}

impl Command {
    pub(super) fn bytes(self) -> Vec<u8> {
        match self {
            Self::TagTypes => [&[0x05, 0x02][..], &LOW_FREQUENCY.to_le_bytes(), &HIGH_FREQUENCY.to_le_bytes()].concat(),
            Self::Outputs => vec![0x04, 0x00, RED | GREEN, 0x00, 0x00],
            Self::Search => vec![0x05, 0x00, u8::try_from(LONGEST_IDENTIFIER).unwrap_or(u8::MAX)],
            Self::On(lights) => vec![0x04, 0x02, lights],
            Self::Off(lights) => vec![0x04, 0x03, lights],
            Self::Beep(volume, hertz, sound, rest) => {
                let numbers = [hertz, sound, rest].map(u16::to_le_bytes);
                [&[0x04, 0x07, volume][..], numbers.as_flattened()].concat()
            }
        }
    }
}

/// What an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Done, or no card.
    Done,
    /// A card.
    Card(Result<CardIdentifier, CardRefusal>),
    /// The reader knows no such command, or will not.
    Refused,
}

impl Answer {
    /// Reads the answer to `command`; `None` where it answers something else.
    pub(super) fn read(command: Command, bytes: &[u8], reversed: &[CardKind]) -> Option<Self> {
        match (command, bytes) {
            (_, [error, ..]) if *error != 0 => Some(Self::Refused),
            (Command::Search, [0, 0, ..]) => Some(Self::Done),
            (Command::Search, [0, 1, kind, bits, length, identifier @ ..])
                if identifier.len() == usize::from(*length) =>
            {
                Some(Self::Card(card(*kind, *bits, identifier, reversed)))
            }
            (Command::Search, _) => None,
            (_, [0]) => Some(Self::Done),
            (_, _) => None,
        }
    }
}

fn card(kind: u8, bits: u8, identifier: &[u8], reversed: &[CardKind]) -> Result<CardIdentifier, CardRefusal> {
    match kind {
        EM4102 => em4100(identifier, reversed),
        ISO14443A => uid(identifier, reversed),
        HID_PROX => CardBits::from_left_aligned(identifier, usize::from(bits))
            .map(CardIdentifier::Bits)
            .ok_or(CardRefusal::UnknownFormat),
        _ => Err(CardRefusal::UnknownKind),
    }
}

/// An EM4100 card from its five bytes.
pub(super) fn em4100(bytes: &[u8], reversed: &[CardKind]) -> Result<CardIdentifier, CardRefusal> {
    let mut card = <[u8; 5]>::try_from(bytes).map_err(|_| CardRefusal::UnknownKind)?;
    if reversed.contains(&CardKind::Em4100) {
        card.reverse();
    }
    Ok(CardIdentifier::Em4100(card))
}

/// A card from its UID.
pub(super) fn uid(bytes: &[u8], reversed: &[CardKind]) -> Result<CardIdentifier, CardRefusal> {
    let mut bytes = bytes.to_vec();
    if reversed.contains(&CardKind::Iso14443a) {
        bytes.reverse();
    }
    Uid::new(&bytes).map(CardIdentifier::Iso14443a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        hex::encode_upper(bytes)
    }

    #[test]
    fn commands_are_those_of_the_document() {
        assert_eq!(hex(&Command::Search.bytes()), "050020");
        assert_eq!(hex(&Command::TagTypes.bytes()), "05020102000001000000");
        assert_eq!(hex(&Command::Outputs.bytes()), "0400030000");
        assert_eq!(hex(&Command::On(RED).bytes()), "040201");
        assert_eq!(hex(&Command::Off(RED).bytes()), "040301");
        assert_eq!(hex(&Command::Beep(100, 2400, 500, 500).bytes()), "0407646009F401F401");
    }

    #[test]
    fn the_documents_card_is_read_in_either_order() {
        let answer = hex::decode("000180200466CF4DC2").unwrap();
        let read = |reversed: &[CardKind]| Answer::read(Command::Search, &answer, reversed);
        let uid = |bytes: [u8; 4]| Some(Answer::Card(Ok(CardIdentifier::Iso14443a(Uid::new(&bytes).unwrap()))));
        assert_eq!(read(&[CardKind::Em4100]), uid([0x66, 0xcf, 0x4d, 0xc2]));
        assert_eq!(read(&[CardKind::Iso14443a]), uid([0xc2, 0x4d, 0xcf, 0x66]));
    }

    #[test]
    fn every_answer_is_what_it_is() {
        let read = |command, digits: &str| Answer::read(command, &hex::decode(digits).unwrap(), &[]);
        assert_eq!(read(Command::Search, "0000"), Some(Answer::Done));
        assert_eq!(read(Command::Search, "01"), Some(Answer::Refused));
        assert_eq!(read(Command::Search, "00"), None);
        assert_eq!(read(Command::Search, "000180200566CF4DC2"), None);
        assert_eq!(read(Command::Search, "000182400166"), Some(Answer::Card(Err(CardRefusal::UnknownKind))));
        assert_eq!(read(Command::Search, "000180200408CF4DC2"), Some(Answer::Card(Err(CardRefusal::RandomUid))));
        assert_eq!(read(Command::Search, "000149900166"), Some(Answer::Card(Err(CardRefusal::UnknownFormat))));
        let bits = CardBits::from_left_aligned(&[0x80, 0x80, 0x01, 0xc0], 26).unwrap();
        assert_eq!(read(Command::Search, "0001491A04808001C0"), Some(Answer::Card(Ok(CardIdentifier::Bits(bits)))));
        let em4100 = Some(Answer::Card(Ok(CardIdentifier::Em4100([1, 0, 0x45, 0xdc, 0x95]))));
        assert_eq!(read(Command::Search, "00014028050 10045DC95".replace(' ', "").as_str()), em4100);
        assert_eq!(read(Command::TagTypes, "00"), Some(Answer::Done));
        assert_eq!(read(Command::TagTypes, "0000"), None);
        assert_eq!(read(Command::TagTypes, ""), None);
    }
}
