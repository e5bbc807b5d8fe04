//! The guard of an OSDP line under bytes of anyone's choice in both directions: what passes to the
//! panel is right, one answer a command, and once the channel is up signed or a refusal in clear;
//! and whatever came before, an honest reader's handshake passes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use muwajaha_core::badge::osdp::{Distrust, LineGuard, Purpose};
use muwajaha_fuzz::osdp::{Frame, cut, frame};

const ADDRESS: u8 = 5;
const MOST_WAITING: usize = 512;

/// What an honest panel and reader say, block and body of each.
const HONEST: [(Said, Said); 5] = [
    ((&[], &[0x61, 0]), (&[], &[0x45, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
    ((&[], &[0x62, 0]), (&[], &[0x46, 9, 1, 1, 4, 1, 1])),
    ((&[3, 0x11, 1], &[0x76, 1, 2, 3, 4, 5, 6, 7, 8]), (&[3, 0x12, 1], &[0x76; 33])),
    ((&[3, 0x13, 1], &[0x77; 17]), (&[3, 0x14, 1], &[0x78; 17])),
    ((&[2, 0x15], &[0x60, 1, 2, 3, 4]), (&[2, 0x16], &[0x40, 1, 2, 3, 4])),
];
type Said = (&'static [u8], &'static [u8]);

/// The guard and everything that passed by it.
struct Wire {
    guard: LineGuard,
    purpose: Purpose,
    commands: Vec<u8>,
    replies: Vec<u8>,
    asked: Option<Frame>,
    /// Right frames of this reader since the panel last spoke.
    answers: Vec<Frame>,
    /// What the panel was given since then.
    given: Vec<u8>,
    good: u64,
    bytes: u64,
    starts: u64,
    distrust: Option<Distrust>,
}

impl Wire {
    fn new(purpose: Purpose) -> Self {
        Self {
            guard: LineGuard::new(ADDRESS, purpose),
            purpose,
            commands: vec![],
            replies: vec![],
            asked: None,
            answers: vec![],
            given: vec![],
            good: 0,
            bytes: 0,
            starts: 0,
            distrust: None,
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.guard.sent(bytes);
        self.replies.clear();
        self.answers.clear();
        self.given.clear();
        self.commands.extend(bytes);
        self.asked = cut(&mut self.commands).pop().or(self.asked.take());
        assert_eq!(self.guard.is_secured(), self.is_signed(), "the channel is up by the panel's last command");
    }

    fn hear(&mut self, bytes: &[u8]) {
        let is_answer = self.guard.received(bytes);
        self.replies.extend(bytes);
        let frames = cut(&mut self.replies);
        (self.good, self.bytes) = (self.good + frames.len() as u64, self.bytes + bytes.len() as u64);
        self.starts += bytes.iter().filter(|byte| **byte == 0x53).count() as u64;
        let known = self.answers.len();
        self.answers.extend(frames.into_iter().filter(|frame| frame.is_reply() && frame.address() == ADDRESS));
        assert!(!is_answer || self.answers.len() > known, "an answer that is no frame of this reader");
        let counts = self.guard.counts();
        assert_eq!(counts.good, self.good);
        assert!(counts.noise_bytes <= self.bytes && counts.wrong_checksum + counts.torn <= self.starts);
        assert!(self.distrust.is_none() || self.guard.distrust() == self.distrust, "distrust went away");
        self.distrust = self.guard.distrust();
        let _ = self.guard.loss();
    }

    fn take(&mut self, most: usize) {
        let mut buffer = [0; 1024];
        let length = self.guard.read(&mut buffer[..most]);
        assert!(length <= MOST_WAITING, "{length} bytes wait");
        self.given.extend(&buffer[..length]);
    }

    /// Takes all that waits; each of it must be a right answer to what was asked.
    fn check(&mut self) -> Vec<Frame> {
        self.take(1024);
        let mut rest = self.given.clone();
        let frames = cut(&mut rest);
        let whole: usize = frames.iter().map(|frame| frame.0.len()).sum();
        assert_eq!(whole, self.given.len(), "more than whole frames passed");
        let mut came = self.answers.iter();
        let mut answers = 0;
        for frame in &frames {
            assert!(came.any(|one| one == frame), "a frame passed that never came");
            assert!(self.may_pass(frame), "{frame:x?} passed after {:x?}", self.asked);
            answers += u32::from(!is_busy(frame));
        }
        assert!(answers <= 1, "{answers} answers to one command");
        frames
    }

    fn is_signed(&self) -> bool {
        self.asked.as_ref().and_then(Frame::kind).is_some_and(|kind| kind >= 0x15)
    }

    fn may_pass(&self, reply: &Frame) -> bool {
        let Some(command) = &self.asked else { return false };
        let (asked, block, told) = (command.body()[0], reply.block(), reply.body());
        if block.is_empty() && (told[0] == 0x41 || is_busy(reply)) {
            return true;
        }
        if self.is_signed() {
            let takes_key = self.purpose == Purpose::InstallKey && asked == 0x75 && block.is_empty() && told[0] == 0x40;
            return matches!(reply.kind(), Some(0x16 | 0x18)) || takes_key;
        }
        match (asked, told[0], reply.kind()) {
            (0x61, 0x45, None) => true,
            (0x62, 0x46, None) => told[1..].chunks_exact(3).any(|entry| entry[0] == 9 && entry[1] % 2 == 1),
            (0x76, 0x76, Some(0x12)) => self.purpose == Purpose::InstallKey || block.get(2) != Some(&0),
            (0x77, 0x78, Some(0x14)) => true,
            _ => false,
        }
    }

    /// Block and body as the input has them, as a right frame in two pieces.
    fn built<'a>(&mut self, input: &'a [u8], is_reply: bool) -> &'a [u8] {
        let [how, length, kind, value, rest @ ..] = input else { return &[] };
        let (body, rest) = rest.split_at(usize::from(*length % 64).min(rest.len()));
        let block = [2 + (how >> 6 & 1), kind % 0x20, *value];
        let block = if how & 0x80 != 0 { &block[..usize::from(block[0])] } else { &[] };
        let address = if how & 0x20 == 0 { ADDRESS } else { *kind & 0x7f };
        let body = if body.is_empty() { &[0x41] } else { body };
        let bytes = frame(address | u8::from(is_reply) << 7, *how, block, body);
        if is_reply {
            let (first, second) = bytes.split_at(usize::from(*value) % bytes.len());
            self.hear(first);
            self.hear(second);
        } else {
            self.send(&bytes);
        }
        rest
    }

    fn run(&mut self, mut input: &[u8]) {
        while let Some((operation, rest)) = input.split_first() {
            input = rest;
            match operation {
                0..=95 => {
                    let (bytes, rest) = input.split_at(usize::from(operation % 64).min(input.len()));
                    if *operation < 64 {
                        self.hear(bytes)
                    } else {
                        self.send(bytes)
                    }
                    input = rest;
                }
                96..=159 => input = self.built(input, true),
                160..=191 => input = self.built(input, false),
                192..=207 => self.take(usize::from(operation - 191)),
                208..=247 => {
                    let ((block, body), (reply_block, reply_body)) = HONEST[usize::from(operation % 5)];
                    self.send(&frame(ADDRESS, 5, block, body));
                    if *operation < 228 {
                        self.hear(&frame(ADDRESS | 0x80, 5, reply_block, reply_body));
                    }
                }
                248..=255 => {
                    self.check();
                }
            }
        }
        self.check();
    }

    /// Whatever came before, an honest panel and reader come to the secure channel.
    fn heals(&mut self) {
        self.send(&[0xff; 512]);
        for ((block, body), (reply_block, reply_body)) in HONEST {
            self.send(&frame(ADDRESS, 5, block, body));
            let reply = frame(ADDRESS | 0x80, 5, reply_block, reply_body);
            self.hear(&reply);
            assert_eq!(self.check(), [Frame(reply)]);
        }
        assert!(self.guard.is_secured());
    }
}

fn is_busy(reply: &Frame) -> bool {
    reply.block().is_empty() && reply.body() == [0x79]
}

fuzz_target!(|input: &[u8]| {
    let Some((purpose, input)) = input.split_first() else { return };
    let mut wire = Wire::new(if purpose % 2 == 0 { Purpose::Read } else { Purpose::InstallKey });
    wire.run(input);
    wire.heals();
});
