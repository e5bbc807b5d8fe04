//! Which frames of an OSDP line may reach the control panel.
//!
//! libosdp takes a reply that carries a handshake's security block (11 to 14) without asking for a
//! MAC even while the secure channel is up, so that whoever taps the line could put a card into it;
//! and before the channel is up any reply that fits its command. The guard stands between line and
//! panel, sees both directions, and lets pass one reply a command: before the channel only what
//! builds it, afterwards only what is signed. It also knows why a reader is not to be trusted.
//!
//! ```text
//!            CHLNG sent             CCRYPT came             SCRYPT sent           first signed command
//!   Clear ───────────► Challenged ─────────────► Answered ─────────────► Proving ─────────► Secured
//!     ▲                                                                                        │
//!     └──────────────────────────── any command in clear ◄────────────────────────────────────┘
//! ```

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::frame::{FrameScanner, OsdpFrame, SecurityBlock};
use super::message::Purpose;
use crate::badge::FrameCounts;

const COMMAND_ID: u8 = 0x61;
const COMMAND_CAP: u8 = 0x62;
const COMMAND_KEYSET: u8 = 0x75;
const COMMAND_CHLNG: u8 = 0x76;
const COMMAND_SCRYPT: u8 = 0x77;
const REPLY_ACK: u8 = 0x40;
const REPLY_NAK: u8 = 0x41;
const REPLY_PDID: u8 = 0x45;
const REPLY_PDCAP: u8 = 0x46;
const REPLY_CCRYPT: u8 = 0x76;
const REPLY_RMAC_I: u8 = 0x78;
const REPLY_BUSY: u8 = 0x79;
const BLOCK_OF_CCRYPT: u8 = 0x12;
const BLOCK_OF_RMAC_I: u8 = 0x14;
const BLOCK_WITH_MAC: u8 = 0x16;
const BLOCK_WITH_MAC_AND_SECRET: u8 = 0x18;
const FIRST_BLOCK_WITH_MAC: u8 = 0x15;
const DEFAULT_KEY_NAMED: u8 = 0;
const CAPABILITY_SECURITY: u8 = 9;
/// What waits for the panel; it reads all of it before it asks again.
const LONGEST_QUEUE_BYTES: usize = 512;

/// Why a reader is not trusted. Its code stands on the screen, in the record and in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distrust {
    /// It says that it cannot encrypt, or somebody says so for it.
    NoSecureChannel,
    /// It wants to speak by the key that everyone knows.
    DefaultKey,
    /// Its cryptogram is not one of this key: another key, or an answer from an earlier day.
    WrongKey,
    /// It answered in clear, or with a handshake's block, while the channel was up.
    ClearAnswer,
    /// An answer whose signature is wrong.
    WrongSignature,
    /// It refuses the handshake: it was given no key yet.
    HandshakeRefused,
    /// This kiosk has no key for it, or one that anybody could guess.
    KeyMissing,
}

impl Distrust {
    /// The short code on the screen.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoSecureChannel => "R-11",
            Self::DefaultKey => "R-12",
            Self::WrongKey => "R-13",
            Self::ClearAnswer => "R-14",
            Self::WrongSignature => "R-15",
            Self::HandshakeRefused => "R-16",
            Self::KeyMissing => "R-17",
        }
    }
}

/// How a reader was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// It answers nothing.
    Silent,
    /// It began anew, or refused a command.
    Dropped,
    /// It is not trusted.
    NotTrusted(Distrust),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Clear,
    Challenged,
    Answered,
    Proving,
    Secured,
}

/// Stands between an OSDP line and the panel.
#[derive(Debug)]
pub struct LineGuard {
    address: u8,
    purpose: Purpose,
    phase: Phase,
    asked: Option<u8>,
    commands: FrameScanner,
    replies: FrameScanner,
    passed: VecDeque<u8>,
    refused_in_clear: bool,
    capabilities: Vec<[u8; 3]>,
    distrust: Option<Distrust>,
}

impl LineGuard {
    /// A guard for the reader at this address.
    pub fn new(address: u8, purpose: Purpose) -> Self {
        Self {
            address,
            purpose,
            phase: Phase::Clear,
            asked: None,
            commands: FrameScanner::default(),
            replies: FrameScanner::default(),
            passed: VecDeque::new(),
            refused_in_clear: false,
            capabilities: Vec::new(),
            distrust: None,
        }
    }

    /// The panel sends these bytes: whatever the line still held is no answer to them.
    pub fn sent(&mut self, bytes: &[u8]) {
        self.replies.clear();
        self.passed.clear();
        let (mut phase, mut asked) = (self.phase, self.asked);
        self.commands.push(bytes, |command| {
            phase = match (command.security(), command.code()) {
                (Some(block), _) if block.kind >= FIRST_BLOCK_WITH_MAC => Phase::Secured,
                (_, COMMAND_CHLNG) => Phase::Challenged,
                (_, COMMAND_SCRYPT) => Phase::Proving,
                (_, _) => Phase::Clear,
            };
            asked = Some(command.code());
        });
        (self.phase, self.asked) = (phase, asked);
    }

    /// The line brought these bytes. Tells whether an answer of this reader was among them.
    pub fn received(&mut self, bytes: &[u8]) -> bool {
        let mut replies = std::mem::take(&mut self.replies);
        let mut is_answered = false;
        replies.push(bytes, |frame| is_answered |= self.judge(frame));
        self.replies = replies;
        is_answered
    }

    /// The next bytes for the panel, as many as fit into `buffer`.
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        let length = buffer.len().min(self.passed.len());
        for (slot, byte) in buffer.iter_mut().zip(self.passed.drain(..length)) {
            *slot = byte;
        }
        length
    }

    /// Why this reader is not trusted, as soon as that is known.
    pub fn distrust(&self) -> Option<Distrust> {
        self.distrust
    }

    /// Whether the secure channel is up.
    pub fn is_secured(&self) -> bool {
        self.phase == Phase::Secured
    }

    /// Whether the last command was answered and the next one has not been sent.
    pub fn is_waiting_for_command(&self) -> bool {
        self.asked.is_none()
    }

    /// What the reader said it can do: function code, compliance level, number of items (SIA OSDP,
    /// annex B).
    pub fn capabilities(&self) -> &[[u8; 3]] {
        &self.capabilities
    }

    /// What the line carried, replies only.
    pub fn counts(&self) -> FrameCounts {
        self.replies.counts()
    }

    /// The panel gave the reader up: why, by what was seen last. The panel gives up in the middle of
    /// a handshake only over a cryptogram, and in a session over a signature, or because it was
    /// told so in clear.
    pub fn loss(&self) -> Loss {
        if let Some(distrust) = self.distrust {
            return Loss::NotTrusted(distrust);
        }
        match self.phase {
            Phase::Challenged | Phase::Proving if self.refused_in_clear => Loss::NotTrusted(Distrust::HandshakeRefused),
            _ if self.refused_in_clear => Loss::Dropped,
            _ if self.asked.is_some() => Loss::Silent,
            Phase::Answered | Phase::Proving => Loss::NotTrusted(Distrust::WrongKey),
            Phase::Secured => Loss::NotTrusted(Distrust::WrongSignature),
            Phase::Clear | Phase::Challenged => Loss::Dropped,
        }
    }

    /// Lets a reply pass or not; whether it was one of this reader.
    fn judge(&mut self, frame: OsdpFrame<'_>) -> bool {
        let Some(asked) = self.asked else { return false };
        if !frame.is_reply() || frame.address() != self.address {
            return false;
        }
        let is_in_clear = frame.security().is_none();
        match frame.code() {
            REPLY_BUSY if is_in_clear && frame.data().is_empty() => self.pass(frame),
            REPLY_NAK if is_in_clear => self.pass_refusal(frame),
            _ => match self.doubt(asked, frame) {
                Some(distrust) => self.distrust = self.distrust.or(Some(distrust)),
                None => self.pass_answer(asked, frame),
            },
        }
        true
    }

    /// What speaks against this reply to `asked`, if anything does.
    fn doubt(&self, asked: u8, frame: OsdpFrame<'_>) -> Option<Distrust> {
        let block = frame.security();
        if self.phase == Phase::Secured {
            let is_signed =
                matches!(block, Some(SecurityBlock { kind: BLOCK_WITH_MAC | BLOCK_WITH_MAC_AND_SECRET, .. }));
            let is_key_taken = self.purpose == Purpose::InstallKey
                && block.is_none()
                && (asked, frame.code()) == (COMMAND_KEYSET, REPLY_ACK);
            return (!is_signed && !is_key_taken).then_some(Distrust::ClearAnswer);
        }
        match (asked, frame.code(), block) {
            (COMMAND_ID, REPLY_PDID, None) => None,
            (COMMAND_CAP, REPLY_PDCAP, None) => (!offers_security(frame.data())).then_some(Distrust::NoSecureChannel),
            (COMMAND_CHLNG, REPLY_CCRYPT, Some(SecurityBlock { kind: BLOCK_OF_CCRYPT, value })) => {
                let names_default = value == Some(DEFAULT_KEY_NAMED);
                (names_default && self.purpose == Purpose::Read).then_some(Distrust::DefaultKey)
            }
            (COMMAND_SCRYPT, REPLY_RMAC_I, Some(SecurityBlock { kind: BLOCK_OF_RMAC_I, .. })) => None,
            (_, _, _) => Some(Distrust::ClearAnswer),
        }
    }

    fn pass_answer(&mut self, asked: u8, frame: OsdpFrame<'_>) {
        match asked {
            COMMAND_CHLNG => self.phase = Phase::Answered,
            COMMAND_CAP => self.capabilities = entries(frame.data()).collect(),
            _ => {}
        }
        self.refused_in_clear = false;
        self.asked = None;
        self.pass(frame);
    }

    /// A refusal in clear is how a reader says that it began anew: the panel then does so too.
    fn pass_refusal(&mut self, frame: OsdpFrame<'_>) {
        self.refused_in_clear = true;
        self.asked = None;
        self.pass(frame);
    }

    fn pass(&mut self, frame: OsdpFrame<'_>) {
        if self.passed.len() + frame.bytes().len() <= LONGEST_QUEUE_BYTES {
            self.passed.extend(frame.bytes());
        }
    }
}

/// PDCAP: function code, compliance level, number of items, again and again.
fn entries(capabilities: &[u8]) -> impl Iterator<Item = [u8; 3]> {
    capabilities.chunks_exact(3).filter_map(|entry| entry.try_into().ok())
}

/// Bit 0 of the compliance level of function 9 is AES-128.
fn offers_security(capabilities: &[u8]) -> bool {
    entries(capabilities).any(|[function, level, _]| function == CAPABILITY_SECURITY && level & 1 != 0)
}
