//! What a simulated reader is to its line: bytes, cards and time in, bytes out. No device knows of
//! pseudo-terminals, threads or clocks, so that its behaviour is a function of what happened when.

use std::collections::VecDeque;
use std::time::Instant;

use super::card::{Card, Em4100};

/// What the case of a reader and its supply report, where the protocol can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// The case is open.
    pub tampered: bool,
    /// The supply failed; a battery feeds the reader.
    pub power_failed: bool,
}

/// One simulated reader.
pub(super) trait Device: Send {
    /// Bytes came from the host.
    fn receive(&mut self, bytes: &[u8], now: Instant) {
        let _ = (bytes, now);
    }

    /// Other cards than before lie in the field, the longest-lying one first.
    fn field_changed(&mut self, cards: &[Card], now: Instant);

    /// Case or supply changed.
    fn status_changed(&mut self, status: Status) {
        let _ = status;
    }

    /// Time has passed; called after every other call too.
    fn advance(&mut self, now: Instant) {
        let _ = now;
    }

    /// The next bytes that are due; asked until there are none.
    fn transmit(&mut self, now: Instant) -> Option<Vec<u8>>;

    /// When [`Device::advance`] or [`Device::transmit`] has something to do by itself.
    fn wake_at(&self) -> Option<Instant>;
}

/// Bytes that are to be sent at their times, in order.
#[derive(Debug, Default)]
pub(super) struct Outbox(VecDeque<(Instant, Vec<u8>)>);

impl Outbox {
    pub(super) fn push(&mut self, due: Instant, bytes: Vec<u8>) {
        self.0.push_back((due, bytes));
    }

    pub(super) fn pop_due(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.0.pop_front_if(|(due, _)| *due <= now).map(|(_, bytes)| bytes)
    }

    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.0.front().map(|(due, _)| *due)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The one EM4100 chip in the field: readers at 125 kHz have no anticollision, so two are as none.
pub(super) fn only_em4100(cards: &[Card]) -> Option<Em4100> {
    let mut chips = cards.iter().filter_map(|card| match card {
        Card::Em4100(chip) => Some(*chip),
        Card::Iso14443a(_) | Card::Wiegand(_) | Card::Text(_) => None,
    });
    chips.next().filter(|_| chips.next().is_none())
}

/// The cards that came since `before`.
pub(super) fn newcomers(before: &[Card], cards: &[Card]) -> Vec<Card> {
    cards.iter().filter(|card| !before.contains(card)).cloned().collect()
}
