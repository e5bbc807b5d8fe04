//! Badge readers that are pseudo-terminals: the kiosk opens the far end like a serial port.
//!
//! Each protocol is a device of its own, written from its maker's documents and apart from the
//! kiosk's decoders, so that the two can prove each other wrong. A device sees cards come and go,
//! hears the host and answers in its own time, on a thread that lives while the reader is plugged in
//! ([`line`]). Cards stay where they lie when the plug is pulled.

mod card;
mod device;
mod id12la;
mod line;
mod model;
mod noise;
mod osdp;
mod plug;
mod pn532;
mod rdm6300;
mod shown;
#[cfg(test)]
mod tests;
mod text;
mod twn4;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

pub use card::{Card, Em4100, Iso14443a, Wiegand};
pub use device::Status;
pub use model::ReaderModel;
pub use noise::noise;
pub use osdp::OsdpSettings;
pub use rdm6300::{corrupt_frame, frame};
pub use shown::{Colour, Shown};
pub use text::{TextCheck, TextFormat};

use line::{Line, Order};
use shown::Observed;

/// How long a card is held to a reader; an RDM6300 sends three frames meanwhile.
const TAP: Duration = Duration::from_millis(180);

/// What surrounds a reader and outlives its plug.
#[derive(Debug, Default)]
struct Surroundings {
    cards: Vec<Card>,
    status: Status,
}

/// A simulated reader. Its link exists while it is plugged in.
#[derive(Debug)]
pub struct Reader {
    link: PathBuf,
    model: ReaderModel,
    surroundings: Mutex<Surroundings>,
    observed: Observed,
    line: Option<Line>,
}

impl Reader {
    /// An RDM6300 whose device file is to be `link`, plugged in.
    ///
    /// # Errors
    /// When no pseudo-terminal can be opened or the link not be made.
    pub fn plugged_in(link: &Path) -> anyhow::Result<Self> {
        Self::of_model(ReaderModel::default(), link)
    }

    /// A reader of `model` whose device file is to be `link`, plugged in.
    ///
    /// # Errors
    /// When no pseudo-terminal can be opened or the link not be made.
    pub fn of_model(model: ReaderModel, link: &Path) -> anyhow::Result<Self> {
        let (surroundings, observed) = (Mutex::default(), Observed::default());
        let mut reader = Self { link: link.to_owned(), model, surroundings, observed, line: None };
        reader.plug()?;
        Ok(reader)
    }

    /// The path that the kiosk opens.
    pub fn path(&self) -> &Path {
        &self.link
    }

    /// Whether it is plugged in.
    pub fn is_plugged(&self) -> bool {
        self.line.is_some()
    }

    /// Plugs it in: a new pseudo-terminal behind the same link, the reader just powered on.
    ///
    /// # Errors
    /// When no pseudo-terminal can be opened or the link not be made.
    pub fn plug(&mut self) -> anyhow::Result<()> {
        if self.line.is_some() {
            return Ok(());
        }
        let device = self.model.power_on(self.observed.clone())?;
        let line = Line::start(plug::plug(&self.link)?, device)?;
        let surroundings = self.surroundings();
        line.order(Order::Status(surroundings.status));
        line.order(Order::Field(surroundings.cards.clone()));
        drop(surroundings);
        self.line = Some(line);
        Ok(())
    }

    /// Pulls the plug: the device file goes and the open port fails.
    ///
    /// # Errors
    /// When the link cannot be removed.
    pub fn unplug(&mut self) -> anyhow::Result<()> {
        plug::unlink(&self.link)?;
        self.line = None;
        Ok(())
    }

    /// Holds a card to the reader and takes it away after about 0.2 s.
    ///
    /// # Errors
    /// When the reader is not plugged in or nobody reads from it.
    pub async fn tap(&self, card: impl Into<Card>) -> anyhow::Result<()> {
        let line = self.line()?;
        line.was_stuffed();
        let held = Held { reader: self, card: card.into() };
        self.put(held.card.clone());
        tokio::time::sleep(TAP).await;
        drop(held);
        ensure!(!line.was_stuffed(), "the badge reader's line is full: does the kiosk read it?");
        Ok(())
    }

    /// Lays a card on the reader, beside those that lie there.
    pub fn put(&self, card: impl Into<Card>) {
        self.change_field(|cards| cards.push(card.into()));
    }

    /// Takes every card away.
    pub fn lift(&self) {
        self.change_field(Vec::clear);
    }

    /// Listens for the reader's next message of at least so many bytes.
    ///
    /// # Errors
    /// When the reader is not plugged in.
    pub fn listen(&self, least_bytes: usize) -> anyhow::Result<()> {
        self.line()?.listen(least_bytes);
        Ok(())
    }

    /// When the last byte of the message that was listened for was on the line.
    pub fn heard_at(&self) -> Option<Instant> {
        self.line.as_ref()?.heard_at()
    }

    /// Opens or shuts the case, breaks or mends the supply; OSDP readers tell it.
    pub fn set_status(&self, status: Status) {
        self.surroundings().status = status;
        if let Some(line) = &self.line {
            line.order(Order::Status(status));
        }
    }

    /// Which lights and sounds it was told to show, the first one first.
    pub fn shown(&self) -> Vec<Shown> {
        self.observed.lock().shown.iter().map(|(_, shown)| *shown).collect()
    }

    /// When it was first told, at that time or later, to show something of this kind.
    pub fn first_shown_at(&self, since: Instant, is_meant: impl Fn(&Shown) -> bool) -> Option<Instant> {
        let observed = self.observed.lock();
        observed.shown.iter().find(|(at, shown)| *at >= since && is_meant(shown)).map(|(at, _)| *at)
    }

    /// Whether an OSDP reader and its panel speak over a secure channel.
    pub fn is_secure(&self) -> bool {
        self.observed.lock().is_secure
    }

    /// The key that an OSDP reader was given by its panel.
    pub fn given_key(&self) -> Option<[u8; 16]> {
        self.observed.lock().key
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// When the reader is not plugged in or nobody reads from it.
    pub fn write(&self, bytes: &[u8]) -> anyhow::Result<()> {
        self.line()?.write(bytes).context("writing to the badge reader's line: does the kiosk read it?")
    }

    fn line(&self) -> anyhow::Result<&Line> {
        self.line.as_ref().context("the badge reader is unplugged")
    }

    fn change_field(&self, change: impl FnOnce(&mut Vec<Card>)) {
        let mut surroundings = self.surroundings();
        change(&mut surroundings.cards);
        if let Some(line) = &self.line {
            line.order(Order::Field(surroundings.cards.clone()));
        }
    }

    fn surroundings(&self) -> MutexGuard<'_, Surroundings> {
        self.surroundings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Err(error) = self.unplug() {
            tracing::debug!("{error:#}");
        }
    }
}

/// A card in somebody's hand: it leaves the reader with them, even when they are stopped.
struct Held<'a> {
    reader: &'a Reader,
    card: Card,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.reader.change_field(|cards| {
            if let Some(at) = cards.iter().rposition(|card| *card == self.card) {
                cards.remove(at);
            }
        });
    }
}
