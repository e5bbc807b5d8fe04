//! Which of the readers that speak by themselves is on a line, told by a card put to it.
//!
//! RDM6300 and ID-12LA have a checksum and tails that exclude each other: one frame tells. Whatever
//! else comes in lines of visible characters is a TWN4 that prints cards, or plain text in a frame
//! that is guessed from two different lines in turn: noise at a wrong speed may look like a line, and
//! one card may look like another frame. Nothing is sent, and nothing is kept but two lines.

use std::time::Duration;

use super::dialog::{FrameCounts, ReaderDialog, ReaderEvent, count, count_many};
use super::stream::ReaderProtocol;
use super::text::{TextChecksum, TextMeaning, TextSettings};
use super::twn4::{Twn4Mode, Twn4Settings};
use super::{Id12laDecoder, Rdm6300Decoder};
use crate::domain::BootTime;

/// What a probe has found on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An OSDP reader.
    Osdp {
        /// Its address.
        address: u8,
    },
    /// A reader of another protocol.
    Serial(ReaderProtocol),
}

/// Longer than any line that can be a card.
const LONGEST_LINE: usize = 64;
/// After its last byte a line is whole; characters of one line follow one another.
const QUIET: Duration = Duration::from_millis(100);
const START_OF_TEXT: u8 = 0x02;

/// Listens for a card through every reader that speaks by itself.
#[derive(Debug, Default)]
pub struct ListeningProbe {
    rdm6300: Rdm6300Decoder,
    id12la: Id12laDecoder,
    line: Line,
    heard: BootTime,
    /// The last line that could be a card.
    once: Option<Line>,
    is_card_in_burst: bool,
    bursts_without_card: u64,
    finding: Option<ReaderProtocol>,
    good: u64,
    bytes: u64,
}

#[derive(Default, PartialEq, Eq)]
struct Line(Vec<u8>);

impl std::fmt::Debug for Line {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Line({} bytes)", self.0.len())
    }
}

impl Line {
    /// Takes a byte; the line before, where this byte begins another.
    fn push(&mut self, byte: u8) -> Option<Vec<u8>> {
        let is_behind_an_end = self.0.last().is_some_and(|last| is_end(*last));
        let before = (is_behind_an_end && !is_end(byte)).then(|| std::mem::take(&mut self.0));
        if self.0.len() < LONGEST_LINE {
            self.0.push(byte);
        }
        before
    }
}

/// Whether a byte stands behind a card: a control character that begins none.
fn is_end(byte: u8) -> bool {
    byte.is_ascii_control() && byte != START_OF_TEXT
}

impl ListeningProbe {
    fn found(&mut self, protocol: ReaderProtocol) {
        count(&mut self.good);
        self.finding = Some(protocol);
    }

    fn judge(&mut self, line: Vec<u8>, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        if self.finding.is_some() || TextSettings::guesses(&line).is_empty() {
            return;
        }
        self.is_card_in_burst = true;
        let before = self.once.as_ref().filter(|Line(before)| *before != line);
        if let Some(settings) = before.and_then(|Line(before)| TextSettings::guess(before, &line)) {
            let protocol = protocol_of(settings);
            protocol.dialog().receive(&line, now, tell);
            self.found(protocol);
        } else {
            self.once = Some(Line(line));
        }
    }
}

/// A TWN4's standard firmware prints hexadecimal digits and a carriage return, and nothing else.
fn protocol_of(settings: TextSettings) -> ReaderProtocol {
    let is_hexadecimal = matches!(settings.means, TextMeaning::Em4100Hex | TextMeaning::UidHex);
    if is_hexadecimal
        && (settings.prefix.as_str(), settings.suffix.as_str(), settings.checksum) == ("", "\r", TextChecksum::None)
    {
        return ReaderProtocol::Twn4(Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() });
    }
    ReaderProtocol::Text(settings)
}

impl ReaderDialog for ListeningProbe {
    fn receive(&mut self, bytes: &[u8], now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        count_many(&mut self.bytes, bytes.len());
        self.heard = now;
        for byte in bytes {
            if self.finding.is_some() {
                return;
            }
            let mut card = None;
            self.rdm6300.receive(&[*byte], now, &mut |event| card = Some((ReaderProtocol::Rdm6300, event)));
            self.id12la.receive(&[*byte], now, &mut |event| card = Some((ReaderProtocol::Id12la, event)));
            if let Some((protocol, event)) = card {
                self.found(protocol);
                tell(event);
            } else if let Some(line) = self.line.push(*byte) {
                self.judge(line, now, tell);
            }
        }
    }

    fn handle_timeout(&mut self, now: BootTime, tell: &mut dyn FnMut(ReaderEvent)) {
        if self.poll_timeout().is_some_and(|due| due <= now) {
            let line = std::mem::take(&mut self.line.0);
            self.judge(line, now, tell);
            if !std::mem::take(&mut self.is_card_in_burst) {
                count(&mut self.bursts_without_card);
            }
        }
    }

    fn poll_timeout(&self) -> Option<BootTime> {
        (!self.line.0.is_empty()).then_some(self.heard + QUIET)
    }

    fn finding(&self) -> Option<Finding> {
        self.finding.clone().map(Finding::Serial)
    }

    /// All bytes are noise until they are known; a line that wants another one is unusable, bytes between
    /// two pauses of which none is a card are torn.
    fn counts(&self) -> FrameCounts {
        FrameCounts {
            good: self.good,
            torn: self.bursts_without_card,
            unusable: u64::from(self.once.is_some()),
            noise_bytes: self.bytes,
            ..FrameCounts::default()
        }
    }
}
