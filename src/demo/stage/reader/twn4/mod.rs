//! An Elatec TWN4 on a virtual serial port (CDC), running one of two of its maker's apps: the Simple
//! Protocol, which only answers ([`simple`]), or the standard app, which prints by itself
//! ([`standard`]). Here is what both share: the search for a tag.
//!
//! Sources: Elatec *TWN4 API Reference* DocRev28 (10.1 SearchTag, 10.3 SetTagTypes: the mask of a type
//! is `1 << (type & 1F)`), *TWN4 Simple Protocol* DocRev25 (appendix A: the types; GetTagTypes' example
//! gives the default masks). The documents do not say which of two tags is found: here each in turn.

mod commands;
mod crc;
mod lights;
mod simple;
mod standard;

pub(super) use simple::Simple;
pub(super) use standard::Standard;

use super::card::Card;

const EM4102: u8 = 0x40;
const HID_PROX: u8 = 0x49;
const MIFARE: u8 = 0x80;
const DEFAULT_LOW_FREQUENCY: u32 = 0x0007_fe2f;
const DEFAULT_HIGH_FREQUENCY: u32 = 0x0000_00f7;

/// A tag as `SearchTag` returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tag {
    kind: u8,
    bits: u8,
    id: Vec<u8>,
}

impl Tag {
    fn of(card: &Card) -> Option<Self> {
        let (kind, bits, id) = match card {
            Card::Em4100(chip) => (EM4102, 40, chip.to_vec()),
            Card::Iso14443a(chip) => (MIFARE, chip.uid.len() * 8, chip.uid.clone()),
            Card::Wiegand(bits) => (HID_PROX, bits.count(), bits.left_aligned().to_vec()),
            Card::Text(_) => return None,
        };
        Some(Self { kind, bits: u8::try_from(bits).ok()?, id })
    }
}

/// The search for tags of the wanted types.
#[derive(Debug)]
struct Search {
    tags: Vec<Tag>,
    low_frequency: u32,
    high_frequency: u32,
    searches: usize,
}

impl Default for Search {
    fn default() -> Self {
        let (low_frequency, high_frequency) = (DEFAULT_LOW_FREQUENCY, DEFAULT_HIGH_FREQUENCY);
        Self { tags: Vec::new(), low_frequency, high_frequency, searches: 0 }
    }
}

impl Search {
    fn field_changed(&mut self, cards: &[Card]) {
        self.tags = cards.iter().filter_map(Tag::of).collect();
    }

    /// The next tag of the wanted types that lies in the field.
    fn search(&mut self) -> Option<Tag> {
        self.searches = self.searches.wrapping_add(1);
        let wanted: Vec<_> = self.tags.iter().filter(|tag| self.is_wanted(tag.kind)).collect();
        let turn = self.searches.checked_rem(wanted.len())?;
        wanted.get(turn).map(|tag| (*tag).clone())
    }

    fn is_wanted(&self, kind: u8) -> bool {
        let mask = 1_u32 << (kind & 0x1f);
        let types = if kind < MIFARE { self.low_frequency } else { self.high_frequency };
        types & mask != 0
    }
}
