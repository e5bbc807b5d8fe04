//! A card that rests on a reader is read once, however often its frame repeats.
//!
//! A card counts as lifted after [`RELEASED_AFTER`] without a frame. A few cards are remembered, so
//! that two lying on one reader, which then reads them in turns, are one read each.

use std::time::Duration;

use super::card::CardIdentifier;
use crate::domain::BootTime;

/// How long after its last frame a card counts as lifted.
pub const RELEASED_AFTER: Duration = Duration::from_secs(1);

const REMEMBERED: usize = 4;

/// The cards on a reader, or whatever else stands for them.
#[derive(Debug)]
pub struct RestingCards<T = CardIdentifier> {
    cards: Vec<(T, BootTime)>,
}

impl<T> Default for RestingCards<T> {
    fn default() -> Self {
        Self { cards: Vec::new() }
    }
}

impl<T: Copy + PartialEq> RestingCards<T> {
    /// Whether this frame, seen at `now`, is a card newly put to the reader.
    pub fn is_new(&mut self, card: &T, now: BootTime) -> bool {
        self.cards.retain(|(_, seen)| now.since(*seen) < RELEASED_AFTER);
        if let Some((_, seen)) = self.cards.iter_mut().find(|(known, _)| known == card) {
            *seen = now;
            return false;
        }
        if self.cards.len() >= REMEMBERED {
            self.cards.remove(0);
        }
        self.cards.push((*card, now));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> BootTime {
        BootTime::from_millis(milliseconds)
    }

    #[test]
    fn a_card_resting_for_a_minute_is_one_read_and_another_once_lifted() {
        let card = CardIdentifier::Em4100([1, 2, 3, 4, 5]);
        let mut resting = RestingCards::default();
        assert!(resting.is_new(&card, at(0)));
        assert!((1..920).all(|frame| !resting.is_new(&card, at(frame * 65))));
        assert!(resting.is_new(&card, at(919 * 65 + 1000)));
    }

    #[test]
    fn two_cards_lying_on_the_reader_are_one_read_each() {
        let cards = [CardIdentifier::Em4100([1, 2, 3, 4, 5]), CardIdentifier::Em4100([1, 2, 3, 4, 6])];
        let mut resting = RestingCards::default();
        let reads =
            (0_u32..100).filter(|frame| resting.is_new(&cards[*frame as usize % 2], at(u64::from(frame * 65)))).count();
        assert_eq!(reads, 2);
    }
}
