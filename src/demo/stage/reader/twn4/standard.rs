//! The standard app of a TWN4: it prints the ID of a tag in hexadecimal digits and CR when the tag is
//! new to it, beeps, lets the red light blink and forgets the tag two seconds after it last saw it.
//!
//! Source: the loop of the sample apps in Elatec's TWN4DevPack ("Is this transponder new to us?",
//! `HostWriteHex`, `HostWriteChar('\r')`, `StartTimer(2000)`), as published with the apps that are
//! derived from it. Of two resting tags each is new when it follows the other, so both are printed
//! again and again.

use std::time::{Duration, Instant};

use super::super::card::Card;
use super::super::device::{Device, Outbox};
use super::super::shown::Observed;
use super::super::text::hexadecimal;
use super::lights::Lights;
use super::{Search, Tag};

const RED: u8 = 0x01;
const GREEN: u8 = 0x02;
const SEARCH_EVERY: Duration = Duration::from_millis(50);
const REMEMBERS_FOR: Duration = Duration::from_secs(2);
const BEEP: Duration = Duration::from_millis(100);

/// The simulated reader.
#[derive(Debug)]
pub(in super::super) struct Standard {
    search: Search,
    lights: Lights,
    known: Option<(Tag, Instant)>,
    search_at: Option<Instant>,
    outbox: Outbox,
}

impl Standard {
    pub(in super::super) fn new(observed: Observed) -> Self {
        let mut lights = Lights::new(observed);
        lights.initialise(RED | GREEN);
        lights.light(GREEN, false);
        Self { search: Search::default(), lights, known: None, search_at: None, outbox: Outbox::default() }
    }

    fn found(&mut self, tag: Tag, now: Instant) {
        if self.known.as_ref().is_none_or(|(known, _)| *known != tag) {
            self.lights.beep(Some(BEEP));
            self.lights.put_out(GREEN);
            self.lights.light(RED, true);
            self.outbox.push(now, format!("{}\r", hexadecimal(&tag.id)).into_bytes());
        }
        self.known = Some((tag, now + REMEMBERS_FOR));
    }
}

impl Device for Standard {
    fn field_changed(&mut self, cards: &[Card], now: Instant) {
        self.search.field_changed(cards);
        self.search_at = Some(now);
    }

    fn advance(&mut self, now: Instant) {
        if self.search_at.is_some_and(|at| at <= now) {
            let tag = self.search.search();
            self.search_at = tag.is_some().then(|| now + SEARCH_EVERY);
            if let Some(tag) = tag {
                self.found(tag, now);
            }
        }
        if self.known.take_if(|(_, until)| *until <= now).is_some() {
            self.lights.light(GREEN, false);
            self.lights.put_out(RED);
        }
    }

    fn transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.outbox.pop_due(now)
    }

    fn wake_at(&self) -> Option<Instant> {
        let forget_at = self.known.as_ref().map(|(_, until)| *until);
        [self.outbox.wake_at(), self.search_at, forget_at].into_iter().flatten().min()
    }
}
