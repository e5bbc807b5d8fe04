//! The badge reader: the serial port, its bytes through the decoder, its coming and going.
//!
//! Owned by the thread `badge`: timed reads, reconnection with backoff, by the configured path,
//! which may be a device, a symbolic link or a pseudo-terminal. A flooding line costs its own reads
//! and nothing else: badge reads are limited in number and the line is read no faster than a reader
//! could ever speak. It never knows whose badge it is.

mod limit;
#[cfg(test)]
mod tests;

use std::io::{Error, ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use muwajaha_core::badge::{BadgeRules, BadgeStream, BadgeStreamEvent, FrameCounts, ReaderHealth, ReaderProtocol};
use muwajaha_core::domain::BootTime;
use muwajaha_core::session::{BadgeEvent, Event};
use serialport::{DataBits, FlowControl, Parity, SerialPort, StopBits, TTYPort};

use crate::lanes::EventSender;
use crate::system::clock::boot_now;
use limit::ReadLimit;

const READ_TIMEOUT: Duration = Duration::from_millis(250);
const SHORTEST_READ: Duration = Duration::from_millis(1);
const SHORTEST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(1);
/// A reader speaks 960 bytes a second; a line that fills this is flooding and is read in steps.
const BUFFER: usize = 2048;
const FLOOD_PAUSE: Duration = Duration::from_millis(20);
const COMPLAIN_EVERY: Duration = Duration::from_secs(30);

/// Where the reader is and what it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderSettings {
    /// The serial port: `/dev/ttyUSB0`, a symbolic link, a pseudo-terminal.
    pub port: PathBuf,
    /// What it speaks.
    pub protocol: ReaderProtocol,
    /// The line's speed in bits a second.
    pub baud: u32,
    /// The facility's mapping from cards to badge numbers.
    pub rules: BadgeRules,
}

/// The running thread.
#[derive(Debug)]
pub struct BadgeThread {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl BadgeThread {
    /// Starts it; reads and the reader's coming and going go to `events`.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(settings: ReaderSettings, events: EventSender) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("badge".to_owned())
            .spawn(move || Reader { settings, events, stopped }.run())?;
        Ok(Self { stop, thread })
    }

    /// Ends it; takes no longer than a read's timeout.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        if self.thread.join().is_err() {
            tracing::error!("the badge thread panicked");
        }
    }
}

struct Reader {
    settings: ReaderSettings,
    events: EventSender,
    stopped: Arc<AtomicBool>,
}

impl Reader {
    fn run(&self) {
        let mut retry = SHORTEST_RETRY;
        let mut told_absent = false;
        while !self.stopped.load(Ordering::Relaxed) {
            match self.open() {
                Ok(port) => {
                    tracing::info!(port = %self.settings.port.display(), "reader connected");
                    self.tell(BadgeEvent::ReaderConnected);
                    let opened = Instant::now();
                    let reason = self.read(port);
                    tracing::info!(reason, "reader disconnected");
                    self.tell(BadgeEvent::ReaderDisconnected);
                    told_absent = true;
                    if opened.elapsed() > LONGEST_RETRY {
                        retry = SHORTEST_RETRY;
                    }
                }
                Err(error) => {
                    if !told_absent {
                        told_absent = true;
                        let port = self.settings.port.display();
                        tracing::warn!(%port, %error, "the reader cannot be opened: plug it in, or set `reader.port`");
                        self.tell(BadgeEvent::ReaderDisconnected);
                    }
                }
            }
            thread::sleep(retry);
            retry = (retry * 2).min(LONGEST_RETRY);
        }
    }

    fn tell(&self, event: BadgeEvent) {
        if !self.events.send(Event::Badge(event)) {
            tracing::warn!("the session's control lane is full: an event of the reader was dropped");
        }
    }

    fn open(&self) -> Result<TTYPort, serialport::Error> {
        serialport::new(self.settings.port.to_string_lossy(), self.settings.baud)
            .data_bits(DataBits::Eight)
            .parity(Parity::None)
            .stop_bits(StopBits::One)
            .flow_control(FlowControl::None)
            .timeout(READ_TIMEOUT)
            .open_native()
    }

    /// Reads until the port is gone; returns why it is.
    fn read(&self, mut port: TTYPort) -> &'static str {
        let device = device_of(&self.settings.port);
        let mut stream = BadgeStream::new(self.settings.protocol.dialog(), self.settings.rules.clone());
        let mut limit = ReadLimit::default();
        let mut complaints = Complaints::default();
        let mut buffer = [0; BUFFER];
        let mut looked = Instant::now();
        while !self.stopped.load(Ordering::Relaxed) {
            if self.speak(&mut port, &mut stream, &mut limit).is_err() {
                return "the port is gone";
            }
            match port.read(&mut buffer) {
                Ok(0) => return "the line hung up",
                Ok(length) => {
                    let now = boot_now();
                    stream.receive(buffer.get(..length).unwrap_or_default(), now, |event| {
                        self.hear(event, now, &mut limit);
                    });
                    complaints.hear(stream.counts(), limit.refused());
                    if length == BUFFER {
                        thread::sleep(FLOOD_PAUSE);
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
                Err(_) => return "the port is gone",
            }
            if looked.elapsed() > READ_TIMEOUT {
                looked = Instant::now();
                if device_of(&self.settings.port) != device {
                    return "its path names another device or none";
                }
            }
        }
        "the kiosk stops"
    }

    /// Writes what the protocol wants said and has the next read end in time for it.
    fn speak(&self, port: &mut TTYPort, stream: &mut BadgeStream, limit: &mut ReadLimit) -> Result<(), Error> {
        let now = boot_now();
        if stream.poll_timeout().is_some_and(|at| at <= now) {
            stream.handle_timeout(now, |event| self.hear(event, now, limit));
        }
        while let Some(bytes) = stream.poll_transmit() {
            port.write_all(&bytes)?;
        }
        let patience = stream.poll_timeout().map_or(READ_TIMEOUT, |at| at.since(now).min(READ_TIMEOUT));
        port.set_timeout(patience.max(SHORTEST_READ))?;
        Ok(())
    }

    fn hear(&self, event: BadgeStreamEvent, now: BootTime, limit: &mut ReadLimit) {
        match event {
            BadgeStreamEvent::BadgeRead(badge) => {
                if limit.allows(now) {
                    self.tell(BadgeEvent::BadgeRead(badge));
                }
            }
            BadgeStreamEvent::CardRefused(reason) => tracing::info!(%reason, "a card that can be no badge"),
            BadgeStreamEvent::HealthChanged(ReaderHealth::Silent) => {
                tracing::warn!("the reader does not answer: is it powered, and does it speak `reader.protocol`?");
            }
            BadgeStreamEvent::HealthChanged(health) => tracing::info!(?health, "the reader"),
        }
    }
}

/// Which device a path names just now, through links.
fn device_of(path: &Path) -> Option<(u64, u64)> {
    path.metadata().ok().map(|metadata| (metadata.rdev(), metadata.ino()))
}

/// One line now and then about a line that talks nonsense, with counts and no bytes.
#[derive(Debug, Default)]
struct Complaints {
    told: FrameCounts,
    told_refused: u64,
    last: Option<Instant>,
}

impl Complaints {
    fn hear(&mut self, counts: FrameCounts, refused: u64) {
        let bad = |counts: &FrameCounts| (counts.wrong_checksum, counts.torn, counts.unusable, counts.noise_bytes);
        let is_new = bad(&counts) != bad(&self.told) || refused != self.told_refused;
        if is_new && self.last.is_none_or(|last| last.elapsed() > COMPLAIN_EVERY) {
            let FrameCounts { good, wrong_checksum, torn, unusable, noise_bytes } = counts;
            tracing::warn!(
                good,
                wrong_checksum,
                torn,
                unusable,
                noise_bytes,
                refused,
                "the reader's line is disturbed"
            );
            (self.told, self.told_refused, self.last) = (counts, refused, Some(Instant::now()));
        }
    }
}
