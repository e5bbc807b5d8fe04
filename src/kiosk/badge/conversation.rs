//! One conversation with a reader, from the open port to its loss.
//!
//! Waits for the line, for the mailbox and for the protocol's own deadlines, all at once. A flooding
//! line costs its own reads and nothing else: badge reads are limited in number, and the line is
//! read no faster than a reader could ever speak.

use std::io::{self, ErrorKind};
use std::thread;
use std::time::{Duration, Instant};

use muwajaha_core::badge::{BadgeStream, BadgeStreamEvent, FrameCounts};
use muwajaha_core::domain::BootTime;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::limit::ReadLimit;
use super::line::Line;
use super::mailbox::Mailbox;
use crate::system::clock::boot_now;

/// How often it asks whether to go on.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The fastest reader speaks 11,520 bytes a second; a line that fills this is flooding.
const BUFFER: usize = 2048;
const FLOOD_PAUSE: Duration = Duration::from_millis(20);
const COMPLAIN_EVERY: Duration = Duration::from_secs(30);

/// One conversation.
pub(super) struct Conversation<'a> {
    pub(super) line: Box<dyn Line>,
    pub(super) stream: BadgeStream,
    pub(super) mailbox: &'a Mailbox,
    /// Asked four times a second whether to go on; and once more, to look, where the line is gone.
    pub(super) goes_on: &'a mut dyn FnMut(&BadgeStream) -> bool,
    /// Hears what the reader tells.
    pub(super) hear: &'a mut dyn FnMut(BadgeStreamEvent),
}

/// Why a conversation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The port is gone, or the child that has it.
    LineLost,
    /// It was asked whether to go on, and should not.
    NotWanted,
    /// The mailbox says that it is over.
    Stopped,
}

impl Conversation<'_> {
    /// Talks until the reader is lost or it shall not go on.
    pub(super) fn talk(mut self) -> End {
        self.talk_within(&mut ReadLimit::default())
    }

    /// The same, within a limit of reads that goes on from one conversation to the next.
    pub(super) fn talk_within(&mut self, limit: &mut ReadLimit) -> End {
        let end = self.talk_on(limit);
        if end == End::LineLost {
            (self.goes_on)(&self.stream);
        }
        end
    }

    fn talk_on(&mut self, limit: &mut ReadLimit) -> End {
        let mut complaints = Complaints { told_refused: limit.refused(), ..Complaints::default() };
        let mut buffer = [0; BUFFER];
        let mut looked = Instant::now();
        while !self.mailbox.is_over() {
            if self.speak(limit).is_err() || self.wait(looked).is_err() {
                return End::LineLost;
            }
            match self.line.receive(&mut buffer) {
                Ok(0) => return End::LineLost,
                Ok(length) => {
                    let now = boot_now();
                    let Self { stream, hear, .. } = self;
                    stream.receive(buffer.get(..length).unwrap_or_default(), now, |event| {
                        hear_some(hear, event, limit, now);
                    });
                    complaints.hear(self.stream.counts(), limit.refused());
                    if length == BUFFER {
                        thread::sleep(FLOOD_PAUSE);
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(_) => return End::LineLost,
            }
            if looked.elapsed() >= LOOK_EVERY {
                looked = Instant::now();
                if !(self.goes_on)(&self.stream) {
                    return End::NotWanted;
                }
            }
        }
        End::Stopped
    }

    /// Shows what was left in the mailbox, and gives over what the protocol wants said by now.
    fn speak(&mut self, limit: &mut ReadLimit) -> io::Result<()> {
        let now = boot_now();
        if let Some(feedback) = self.mailbox.take_feedback() {
            self.stream.show(feedback, now);
        }
        if self.stream.poll_timeout().is_some_and(|at| at <= now) {
            let Self { stream, hear, .. } = self;
            stream.handle_timeout(now, |event| hear_some(hear, event, limit, now));
        }
        while let Some(bytes) = self.stream.poll_transmit() {
            self.line.send(&bytes)?;
        }
        Ok(())
    }

    /// Until the line or the mailbox has something, or a deadline comes.
    fn wait(&self, looked: Instant) -> io::Result<()> {
        let to_look = LOOK_EVERY.saturating_sub(looked.elapsed());
        let to_speak = self.stream.poll_timeout().map_or(LOOK_EVERY, |at| at.since(boot_now()));
        let patience = to_look.min(to_speak).max(Duration::from_millis(1));
        let (line, bell) = (self.line.readable(), self.mailbox.bell());
        let mut waits = [PollFd::new(&line, PollFlags::IN), PollFd::new(bell, PollFlags::IN)];
        let patience = Timespec { tv_sec: 0, tv_nsec: i64::from(patience.subsec_nanos()) };
        match poll(&mut waits, Some(&patience)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Lets no more badges through than people can hold to a reader.
fn hear_some(hear: &mut dyn FnMut(BadgeStreamEvent), event: BadgeStreamEvent, limit: &mut ReadLimit, now: BootTime) {
    if !matches!(event, BadgeStreamEvent::BadgeRead(_)) || limit.allows(now) {
        hear(event);
    }
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
