//! An NXP PN532 on its serial line (HSU, 115200 baud 8N1), set to find cards of ISO/IEC 14443 type A.
//!
//! It sleeps until the line wakes it ([`wake`]), takes frames ([`frame`]), ignores those with a wrong
//! checksum, acknowledges the others within a millisecond or two and answers after what a command takes
//! ([`commands`]). A new command or an ACK from the host ends what it is doing; a NACK makes it send its
//! last answer again. Sources: NXP UM0701-02 rev. 02 (PN532 user manual) 6.2 (frames, dialogue), 7.1
//! (errors), 7.2 and 7.3 (commands); AN10609_3 (it starts in the mode of low battery, SAMConfiguration
//! ends that); libnfc's `pn53x.c` and `pn532_uart.c`; the traces in libnfc's issue 86 and nfcpy's 131.

mod commands;
mod frame;
mod wake;

use std::time::{Duration, Instant};

use super::card::{Card, Iso14443a};
use super::device::{Device, Outbox};
use commands::{Reply, Settings};
use frame::{ACKNOWLEDGE, ERROR, Frames, FromHost};
use wake::Power;

const ACKNOWLEDGES_AFTER: Duration = Duration::from_millis(1);
const ANSWERS_AFTER: Duration = Duration::from_millis(3);
const ACTIVATES_WITHIN: Duration = Duration::from_millis(5);
/// How long one of the tries to find a card takes.
const TRY: Duration = Duration::from_millis(10);
const FOR_EVER: u8 = 0xff;

/// The simulated reader.
#[derive(Debug)]
pub(super) struct Pn532 {
    power: Power,
    frames: Frames,
    settings: Settings,
    cards: Vec<Iso14443a>,
    listing: Option<Listing>,
    outbox: Outbox,
    last_answer: Vec<u8>,
}

/// A search for cards that was not answered yet.
#[derive(Debug)]
struct Listing {
    most: usize,
    can_find: bool,
    activates_at: Instant,
    /// When it gives up; never where it was told to try for ever.
    gives_up_at: Option<Instant>,
}

impl Pn532 {
    pub(super) fn new() -> Self {
        Self {
            power: Power::asleep(),
            frames: Frames::default(),
            settings: Settings::default(),
            cards: Vec::new(),
            listing: None,
            outbox: Outbox::default(),
            last_answer: Vec::new(),
        }
    }

    fn take(&mut self, frame: FromHost, now: Instant) {
        match frame {
            FromHost::Acknowledged => self.stop(),
            FromHost::NotAcknowledged => self.outbox.push(now + ACKNOWLEDGES_AFTER, self.last_answer.clone()),
            FromHost::Command(command) => {
                self.stop();
                self.outbox.push(now + ACKNOWLEDGES_AFTER, ACKNOWLEDGE.to_vec());
                self.execute(&command, now);
            }
        }
    }

    fn execute(&mut self, command: &[u8], now: Instant) {
        let due = now + ANSWERS_AFTER;
        match commands::execute(command, &mut self.settings) {
            Reply::Answer(answer) => self.answer(&answer, due),
            Reply::Error => self.outbox.push(due, ERROR.to_vec()),
            Reply::AnswerAndSleep(answer) => {
                self.answer(&answer, due);
                self.power = Power::asleep();
            }
            Reply::List { most, can_find } => {
                let retries = self.settings.retries;
                let gives_up_at = (retries != FOR_EVER).then(|| now + TRY * (u32::from(retries) + 1));
                self.listing = Some(Listing { most, can_find, activates_at: now + ACTIVATES_WITHIN, gives_up_at });
            }
        }
    }

    fn stop(&mut self) {
        self.outbox.clear();
        self.listing = None;
    }

    fn answer(&mut self, answer: &[u8], due: Instant) {
        self.last_answer = frame::answer(answer);
        self.outbox.push(due, self.last_answer.clone());
    }
}

impl Listing {
    fn ends_at(&self, cards: &[Iso14443a]) -> Option<Instant> {
        if self.can_find && !cards.is_empty() { Some(self.activates_at) } else { self.gives_up_at }
    }
}

impl Device for Pn532 {
    fn receive(&mut self, bytes: &[u8], now: Instant) {
        for byte in bytes {
            if self.power.hears(*byte, now)
                && let Some(frame) = self.frames.push(*byte, now)
            {
                self.take(frame, now);
            }
        }
    }

    fn field_changed(&mut self, cards: &[Card], now: Instant) {
        let chips = cards.iter().filter_map(|card| match card {
            Card::Iso14443a(chip) => Some(chip.clone()),
            Card::Em4100(_) | Card::Wiegand(_) | Card::Text(_) => None,
        });
        self.cards = chips.collect();
        if let Some(listing) = &mut self.listing {
            listing.activates_at = now + ACTIVATES_WITHIN;
        }
    }

    fn advance(&mut self, now: Instant) {
        let cards = &self.cards;
        let ended = self.listing.take_if(|listing| listing.ends_at(cards).is_some_and(|at| at <= now));
        if let Some(listing) = ended {
            let found = if listing.can_find { self.cards.as_slice() } else { &[] };
            self.answer(&commands::listed(found, listing.most), now);
        }
    }

    fn transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.outbox.pop_due(now)
    }

    fn wake_at(&self) -> Option<Instant> {
        let listing = self.listing.as_ref().and_then(|listing| listing.ends_at(&self.cards));
        [self.outbox.wake_at(), listing].into_iter().flatten().min()
    }
}
