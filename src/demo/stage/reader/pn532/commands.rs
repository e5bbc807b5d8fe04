//! The commands of a PN532 that a reader of UIDs needs; every other one is a syntax error.
//!
//! Sources: UM0701-02 7.2.1 Diagnose, 7.2.2 GetFirmwareVersion (`32 01 06 07`), 7.2.9 SetParameters, 7.2.10
//! SAMConfiguration, 7.2.11 PowerDown, 7.3.1 RFConfiguration (item 5, its third byte: the tries to
//! find a card, FF for ever, which is the default), 7.3.5 InListPassiveTarget (NbTg; for each Tg, SENS_RES,
//! SEL_RES, length and NFCID1, and the ATS of a card of ISO/IEC 14443-4), 7.3.10 InDeselect, 7.3.11
//! InRelease. Before SAMConfiguration the field stays off, so that nothing is found.

use super::super::card::Iso14443a;

const FIRMWARE: [u8; 4] = [0x32, 0x01, 0x06, 0x07];
const DONE: u8 = 0x00;
const TYPE_A: u8 = 0x00;
const LAST_BAUD_RATE_AND_TYPE: u8 = 0x04;
const MAX_RETRIES: u8 = 0x05;
/// RFConfiguration's items and how many bytes each has.
const ITEMS: [(u8, usize); 8] =
    [(0x01, 1), (0x02, 3), (0x04, 1), (MAX_RETRIES, 3), (0x0a, 11), (0x0b, 8), (0x0c, 3), (0x0d, 9)];

/// What the host set.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) retries: u8,
    has_left_low_battery: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { retries: super::FOR_EVER, has_left_low_battery: false }
    }
}

/// What comes of a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Code and data.
    Answer(Vec<u8>),
    AnswerAndSleep(Vec<u8>),
    /// At most so many cards are to be found.
    List {
        most: usize,
        can_find: bool,
    },
    Error,
}

pub(super) fn execute(command: &[u8], settings: &mut Settings) -> Reply {
    match command {
        // The communication test returns what was sent.
        [0x00, 0x00, data @ ..] => Reply::Answer([&[0x01, 0x00], data].concat()),
        [0x02] => Reply::Answer([&[0x03][..], &FIRMWARE].concat()),
        [0x12, _flags] => Reply::Answer(vec![0x13]),
        [0x14, 0x01..=0x04] | [0x14, 0x01..=0x04, _] | [0x14, 0x01..=0x04, _, _] => {
            settings.has_left_low_battery = true;
            Reply::Answer(vec![0x15])
        }
        [0x16, _wake_up] | [0x16, _wake_up, _] => Reply::AnswerAndSleep(vec![0x17, DONE]),
        [0x32, item, values @ ..] if ITEMS.contains(&(*item, values.len())) => {
            if let (MAX_RETRIES, [_attribute, _parameter, activation]) = (*item, values) {
                settings.retries = *activation;
            }
            Reply::Answer(vec![0x33])
        }
        [0x4a, most @ 1..=2, kind @ ..=LAST_BAUD_RATE_AND_TYPE, _initiator @ ..] => {
            let can_find = settings.has_left_low_battery && *kind == TYPE_A;
            Reply::List { most: usize::from(*most), can_find }
        }
        [0x44, 0..=2] => Reply::Answer(vec![0x45, DONE]),
        [0x52, 0..=2] => Reply::Answer(vec![0x53, DONE]),
        _ => Reply::Error,
    }
}

/// The answer to InListPassiveTarget.
pub(super) fn listed(cards: &[Iso14443a], most: usize) -> Vec<u8> {
    let mut targets = Vec::new();
    let mut count = 0;
    for card in cards.iter().take(most) {
        count += 1;
        targets.push(count);
        targets.extend(card.sens_res);
        targets.extend([card.sel_res, u8::try_from(card.uid.len()).unwrap_or(u8::MAX)]);
        targets.extend(&card.uid);
        targets.extend(&card.ats);
    }
    [&[0x4b, count], targets.as_slice()].concat()
}
