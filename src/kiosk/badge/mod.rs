//! The badge reader: its line, its protocol, its coming and going.
//!
//! Owned by the thread `badge`: one conversation after the other, by the configured path, which may be
//! a device, a symbolic link or a pseudo-terminal, or by a USB identity. A device that fails is tried again with backoff, one
//! that is away is looked for ten times a second. The session is told of badges and of each change of
//! the reader's presence, once. It never knows whose badge it is.

mod check;
mod conversation;
mod key_installation;
mod limit;
mod line;
mod mailbox;
mod panel;
mod probe;
mod settings;
mod steadiness;
#[cfg(test)]
mod tests;
mod usb;

use std::cell::RefCell;
use std::io;
use std::mem;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use muwajaha_core::badge::osdp::Distrust;
use muwajaha_core::badge::{BadgeStream, BadgeStreamEvent, CardsOnReader, ReaderFeedback, ReaderHealth};
use muwajaha_core::session::{BadgeEvent, Event, ReaderPresence};

use crate::lanes::EventSender;
pub use check::{CheckOrder, ReaderReport, Verdict, check_reader};
use conversation::Conversation;
pub use key_installation::{InstallError, install_key};
use limit::ReadLimit;
use mailbox::Mailbox;
pub use probe::{FoundReader, ProbeOrder, ProbeReport, ProbedPort, probe_reader};
pub use settings::{OsdpSettings, ProtocolName, ReaderError, ReaderKind, ReaderPort, ReaderSettings};
use steadiness::Steadiness;
pub use usb::{UsbError, UsbIdentity};

const SHORTEST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(1);

/// The running thread.
#[derive(Debug)]
pub struct BadgeThread {
    mailbox: Mailbox,
    thread: JoinHandle<()>,
}

/// Leaves feedback for the reader. Clones share it.
#[derive(Debug, Clone)]
pub struct ReaderLights(Mailbox);

impl BadgeThread {
    /// Starts it; reads and the reader's coming and going go to `events`.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(settings: ReaderSettings, events: EventSender) -> io::Result<Self> {
        let mailbox = Mailbox::new()?;
        let mut reader = Reader {
            settings,
            events,
            mailbox: mailbox.clone(),
            steadiness: Steadiness::default(),
            cards: CardsOnReader::default(),
            limit: ReadLimit::default(),
        };
        let thread = thread::Builder::new().name("badge".to_owned()).spawn(move || reader.run())?;
        Ok(Self { mailbox, thread })
    }

    /// The reader's light and buzzer.
    pub fn lights(&self) -> ReaderLights {
        ReaderLights(self.mailbox.clone())
    }

    /// Ends it.
    pub fn stop(self) {
        self.mailbox.end();
        if self.thread.join().is_err() {
            tracing::error!("the badge thread panicked");
        }
    }
}

impl ReaderLights {
    /// Shows this at the reader, where it can; never waits.
    pub fn show(&self, feedback: ReaderFeedback) {
        self.0.show(feedback);
    }
}

struct Reader {
    settings: ReaderSettings,
    events: EventSender,
    mailbox: Mailbox,
    steadiness: Steadiness,
    /// Lent, as is the limit, to one conversation after the other.
    cards: CardsOnReader,
    limit: ReadLimit,
}

impl Reader {
    fn run(&mut self) {
        let mut retry = SHORTEST_RETRY;
        while !self.mailbox.is_over() {
            let began = Instant::now();
            let port = self.settings.port.find();
            let path = port.as_deref().unwrap_or(Path::new("")).to_owned();
            let has_failed = match port.and_then(|path| self.settings.open(&path)) {
                Ok((line, stream)) => {
                    if !self.settings.tells_presence() {
                        self.see(ReaderPresence::Present);
                    }
                    let is_pulled = self.converse(&path, line, stream);
                    !is_pulled && began.elapsed() <= LONGEST_RETRY
                }
                Err(error) => {
                    let is_of_key = error.is_of_key();
                    let presence = if is_of_key {
                        ReaderPresence::NotTrusted(Distrust::KeyMissing)
                    } else {
                        ReaderPresence::Absent
                    };
                    if self.see(presence) {
                        tracing::warn!(%error, "no reader");
                    }
                    device_of(&path).is_some()
                }
            };
            // A device that is away has failed in nothing.
            if !has_failed {
                retry = SHORTEST_RETRY;
            }
            thread::sleep(retry);
            retry = (retry * 2).min(LONGEST_RETRY);
        }
    }

    /// Whether it ended because the reader was pulled.
    fn converse(&mut self, port: &Path, line: Box<dyn line::Line>, stream: BadgeStream) -> bool {
        let mailbox = self.mailbox.clone();
        let device = device_of(port);
        let is_same_device = || device_of(port) == device;
        let mut last = None;
        let (stream, mut limit) = (stream.with_cards(mem::take(&mut self.cards)), mem::take(&mut self.limit));
        let this = RefCell::new(&mut *self);
        let mut goes_on = |_: &BadgeStream| {
            this.borrow_mut().tell_what_has_held();
            is_same_device()
        };
        let mut hear = |event| {
            if let BadgeStreamEvent::HealthChanged(health) = &event {
                last = Some(*health);
            }
            this.borrow_mut().hear(event);
        };
        let mut talk = Conversation { line, stream, mailbox: &mailbox, goes_on: &mut goes_on, hear: &mut hear };
        let end = talk.talk_within(&mut limit);
        (self.cards, self.limit) = (talk.stream.into_cards(), limit);
        tracing::info!(?end, "the conversation with the reader is over");
        let is_pulled = device_of(port).is_none();
        // One that is not trusted is there all the same, and is tried again.
        let is_there = matches!(last, Some(ReaderHealth::NotTrusted(_))) && is_same_device();
        if !is_there {
            self.see(ReaderPresence::Absent);
        }
        is_pulled
    }

    fn hear(&mut self, event: BadgeStreamEvent) {
        match event {
            BadgeStreamEvent::BadgeRead(badge) => {
                let due = self.steadiness.prove(Instant::now());
                self.tell_presence(due);
                self.tell(BadgeEvent::BadgeRead(badge));
            }
            BadgeStreamEvent::CardRefused(reason) => tracing::info!(%reason, "a card that can be no badge"),
            BadgeStreamEvent::ConditionChanged(condition) => {
                tracing::warn!(?condition, "the reader's case or power");
                self.tell(BadgeEvent::ReaderConditionChanged(condition));
            }
            BadgeStreamEvent::HealthChanged(ReaderHealth::Unknown) => {}
            BadgeStreamEvent::HealthChanged(ReaderHealth::Answering) => {
                self.see(ReaderPresence::Present);
            }
            BadgeStreamEvent::HealthChanged(ReaderHealth::Silent) => {
                if self.see(ReaderPresence::Absent) {
                    tracing::warn!("the reader does not answer: is it powered, and does it speak `reader.protocol`?");
                }
            }
            BadgeStreamEvent::HealthChanged(ReaderHealth::NotTrusted(distrust)) => {
                self.see(ReaderPresence::NotTrusted(distrust));
            }
        }
    }

    /// Tells the session that the reader is there, away or not trusted, once it is steady enough for
    /// that. Whether it was told now.
    fn see(&mut self, presence: ReaderPresence) -> bool {
        let due = self.steadiness.see(presence, Instant::now());
        self.tell_presence(due);
        due.is_some()
    }

    fn tell_what_has_held(&mut self) {
        let due = self.steadiness.due(Instant::now());
        self.tell_presence(due);
    }

    fn tell_presence(&self, due: Option<ReaderPresence>) {
        let Some(presence) = due else { return };
        let port = &self.settings.port;
        self.tell(match presence {
            ReaderPresence::Present => {
                tracing::info!(%port, "reader connected");
                BadgeEvent::ReaderConnected
            }
            ReaderPresence::Absent => {
                tracing::info!(%port, "reader disconnected");
                BadgeEvent::ReaderDisconnected
            }
            ReaderPresence::NotTrusted(distrust) => {
                tracing::warn!(%port, code = distrust.code(), ?distrust, "the reader is not trusted");
                BadgeEvent::ReaderNotTrusted(distrust)
            }
        });
    }

    fn tell(&self, event: BadgeEvent) {
        if !self.events.send(Event::Badge(event)) {
            tracing::warn!("the session's control lane is full: an event of the reader was dropped");
        }
    }
}

/// Which device a path names just now, through links.
fn device_of(path: &Path) -> Option<(u64, u64)> {
    path.metadata().ok().map(|metadata| (metadata.rdev(), metadata.ino()))
}
