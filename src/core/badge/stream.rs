//! From the bytes of one serial line to badge reads: a reader's protocol, the facility's rules and
//! the cards that rest on the reader.

use super::card::CardRefusal;
use super::dialog::{
    FrameCounts, ReaderCondition, ReaderDialog, ReaderEvent, ReaderFeedback, ReaderHealth, ReaderSettingsError, count,
};
use super::latency::{Latency, LatencyMeter};
use super::number::BadgeNumber;
use super::osdp::ReaderIdentity;
use super::pn532::{Pn532Dialog, Pn532Settings};
use super::probe::Finding;
use super::resting::RestingCards;
use super::rules::BadgeRules;
use super::text::{TextDecoder, TextSettings};
use super::twn4::{Twn4Dialog, Twn4Listener, Twn4Mode, Twn4Settings};
use super::{Id12laDecoder, Rdm6300Decoder};
use crate::domain::BootTime;

/// Which protocol a reader speaks, with its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderProtocol {
    /// RDM6300 and its kin: 14 bytes a frame.
    Rdm6300,
    /// ID-12LA, ID-20LA in ASCII mode: 16 bytes a frame.
    Id12la,
    /// Elatec TWN4, polled or printing cards.
    Twn4(Twn4Settings),
    /// NXP PN532 over its serial line.
    Pn532(Pn532Settings),
    /// Plain text in a configured frame.
    Text(TextSettings),
}

impl ReaderProtocol {
    /// The protocol's dialog, with nothing read yet.
    pub fn dialog(&self) -> Box<dyn ReaderDialog + Send> {
        match self {
            Self::Rdm6300 => Box::new(Rdm6300Decoder::default()),
            Self::Id12la => Box::new(Id12laDecoder::default()),
            Self::Twn4(settings) => match settings.mode {
                Twn4Mode::Poll => Box::new(Twn4Dialog::new(settings.clone())),
                Twn4Mode::Ascii => Box::new(Twn4Listener::new(settings.reversed.clone())),
            },
            Self::Pn532(settings) => Box::new(Pn532Dialog::new(*settings)),
            Self::Text(settings) => Box::new(TextDecoder::new(settings.clone())),
        }
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// The first fault, with its remedy.
    pub fn validate(&self) -> Result<(), ReaderSettingsError> {
        match self {
            Self::Rdm6300 | Self::Id12la => Ok(()),
            Self::Twn4(settings) => settings.validate(),
            Self::Pn532(settings) => settings.validate(),
            Self::Text(settings) => settings.validate(),
        }
    }

    /// Whether the reader is asked again and again, and so tells that it is there.
    pub fn is_polled(&self) -> bool {
        match self {
            Self::Rdm6300 | Self::Id12la | Self::Text(_) => false,
            Self::Twn4(settings) => settings.mode == Twn4Mode::Poll,
            Self::Pn532(_) => true,
        }
    }

    /// The line's speed as the reader leaves its factory, in bits a second.
    pub fn usual_baud(&self) -> u32 {
        match self {
            Self::Rdm6300 | Self::Id12la | Self::Twn4(_) | Self::Text(_) => 9600,
            Self::Pn532(_) => 115_200,
        }
    }
}

/// What comes out of a reader's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadgeStreamEvent {
    /// A badge was newly put to the reader.
    BadgeRead(BadgeNumber),
    /// A card was newly put to the reader that can be no badge.
    CardRefused(CardRefusal),
    /// The reader began or ceased to answer, or is not trusted.
    HealthChanged(ReaderHealth),
    /// The reader's case was opened or closed, its power fails or is back.
    ConditionChanged(ReaderCondition),
}

/// The cards that rest on one reader. They stay there while its line is cut and opened anew.
#[derive(Debug, Default)]
pub struct CardsOnReader {
    badges: RestingCards,
    refused: RestingCards<CardRefusal>,
}

/// A reader's line.
pub struct BadgeStream {
    dialog: Box<dyn ReaderDialog + Send>,
    rules: BadgeRules,
    cards: CardsOnReader,
    unusable: u64,
    meter: LatencyMeter,
    now: BootTime,
}

impl std::fmt::Debug for BadgeStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("BadgeStream").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

impl BadgeStream {
    /// A line of `dialog` with nothing read yet: [`ReaderProtocol::dialog`] or another's.
    pub fn new(dialog: Box<dyn ReaderDialog + Send>, rules: BadgeRules) -> Self {
        Self {
            dialog,
            rules,
            cards: CardsOnReader::default(),
            unusable: 0,
            meter: LatencyMeter::default(),
            now: BootTime::default(),
        }
    }

    /// The same line, of a reader on which these cards rest.
    #[must_use]
    pub fn with_cards(self, cards: CardsOnReader) -> Self {
        Self { cards, ..self }
    }

    /// The cards that rest on the reader, for the line that follows this one.
    pub fn into_cards(self) -> CardsOnReader {
        self.cards
    }

    /// Takes bytes that arrived at `now`.
    pub fn receive(&mut self, bytes: &[u8], now: BootTime, mut tell: impl FnMut(BadgeStreamEvent)) {
        self.now = now;
        self.meter.heard(now);
        let good_before = self.dialog.counts().good;
        let Self { dialog, rules, cards, unusable, .. } = self;
        let mut sieve = Sieve { rules, cards, unusable, now };
        dialog.receive(bytes, now, &mut |event| sieve.pass(event, &mut tell));
        if self.dialog.counts().good > good_before {
            self.meter.framed(now);
        }
    }

    /// Time has come to [`BadgeStream::poll_timeout`].
    pub fn handle_timeout(&mut self, now: BootTime, mut tell: impl FnMut(BadgeStreamEvent)) {
        self.now = now;
        let Self { dialog, rules, cards, unusable, .. } = self;
        let mut sieve = Sieve { rules, cards, unusable, now };
        dialog.handle_timeout(now, &mut |event| sieve.pass(event, &mut tell));
    }

    /// The next bytes to write; to be asked after every other call until there are none.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let bytes = self.dialog.poll_transmit()?;
        self.meter.asked(self.now);
        Some(bytes)
    }

    /// When [`BadgeStream::handle_timeout`] is to be called; a past instant means now.
    pub fn poll_timeout(&self) -> Option<BootTime> {
        self.dialog.poll_timeout()
    }

    /// Shows `feedback` by light and buzzer, where the reader has them.
    pub fn show(&mut self, feedback: ReaderFeedback, now: BootTime) {
        self.dialog.show(feedback, now);
    }

    /// Whether the reader is there, as far as its protocol can tell.
    pub fn health(&self) -> ReaderHealth {
        self.dialog.health()
    }

    /// What the reader says of itself, where its protocol has words for it.
    pub fn identity(&self) -> Option<&ReaderIdentity> {
        self.dialog.identity()
    }

    /// How fast the reader is.
    pub fn latency(&self) -> Option<Latency> {
        self.dialog.latency().or(self.meter.latency())
    }

    /// Which reader a probe has found.
    pub fn finding(&self) -> Option<Finding> {
        self.dialog.finding()
    }

    /// What was seen so far.
    pub fn counts(&self) -> FrameCounts {
        let counts = self.dialog.counts();
        FrameCounts { unusable: counts.unusable.saturating_add(self.unusable), ..counts }
    }
}

/// Lets a resting card pass once, as the badge it is.
struct Sieve<'a> {
    rules: &'a BadgeRules,
    cards: &'a mut CardsOnReader,
    unusable: &'a mut u64,
    now: BootTime,
}

impl Sieve<'_> {
    fn pass(&mut self, event: ReaderEvent, tell: &mut impl FnMut(BadgeStreamEvent)) {
        match event {
            ReaderEvent::CardRead(card) => match self.rules.badge(&card) {
                Ok(badge) => {
                    if self.cards.badges.is_new(&card, self.now) {
                        tell(BadgeStreamEvent::BadgeRead(badge));
                    }
                }
                Err(refusal) => {
                    count(self.unusable);
                    self.refuse(refusal, tell);
                }
            },
            ReaderEvent::CardRefused(refusal) => self.refuse(refusal, tell),
            ReaderEvent::HealthChanged(health) => tell(BadgeStreamEvent::HealthChanged(health)),
            ReaderEvent::ConditionChanged(condition) => tell(BadgeStreamEvent::ConditionChanged(condition)),
        }
    }

    fn refuse(&mut self, refusal: CardRefusal, tell: &mut impl FnMut(BadgeStreamEvent)) {
        if self.cards.refused.is_new(&refusal, self.now) {
            tell(BadgeStreamEvent::CardRefused(refusal));
        }
    }
}
