//! `muwajaha check reader --probe`: what speaks on the line, for a technician who does not know.
//!
//! Asks first those readers that answer by themselves, each at its usual speeds: OSDP by a question
//! that needs no key, TWN4 and PN532 as the kiosk would ask them, but that a TWN4's outputs are left
//! alone; none of it outlives the reader's power. Then it listens while a badge is put to the reader. Each question is limited in time. It
//! gives no key, changes no file, and no badge that it hears goes anywhere.

mod lines;
mod walk;

use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use muwajaha_core::badge::osdp::ReaderIdentity;
use muwajaha_core::badge::{BadgeRules, BadgeStream, BadgeStreamEvent, Finding, FrameCounts};
use serde::Serialize;

use super::check::{Verdict, of_itself, say, shown};
use super::conversation::{Conversation, End};
use super::line::{SerialLine, SerialPort};
use super::mailbox::Mailbox;
use super::settings::{ProtocolName, ReaderError, ReaderPort, name_of};
use lines::lines;
use walk::{Heard, Question, Step};

/// Where to look.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbedPort {
    /// The reader's serial port.
    pub port: ReaderPort,
    /// The address at which an OSDP reader is asked first.
    pub address: u8,
    /// The facility's mapping from cards to badge numbers.
    pub rules: BadgeRules,
    /// `[reader]` as the configuration has it.
    pub configured: toml::Table,
}

/// How to look.
#[derive(Debug, Clone, Copy)]
pub struct ProbeOrder {
    /// At this speed alone, instead of the usual ones.
    pub baud: Option<u32>,
    /// How long it listens for a badge, at each speed.
    pub listen: Duration,
    /// Whether a badge's number is shown.
    pub reveal: bool,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct ProbeReport {
    /// A pass where a reader was found.
    pub verdict: Verdict,
    /// What to do next.
    pub remedy: Option<String>,
    /// The configured port.
    pub port: String,
    /// The reader.
    pub found: Option<FoundReader>,
    /// The badge that was heard, redacted unless asked.
    pub last_read: Option<String>,
}

/// A reader that was found.
#[derive(Debug, Clone, Serialize)]
pub struct FoundReader {
    /// What it speaks.
    pub protocol: ProtocolName,
    /// Bits a second.
    pub baud: u32,
    /// What it says of itself, where it can; not proven.
    pub identity: Option<ReaderIdentity>,
    /// `[reader]` and its tables for the configuration, in place of those that are there.
    pub lines: String,
}

/// What came of one question.
#[derive(Debug, Default)]
struct Outcome {
    finding: Option<Finding>,
    identity: Option<ReaderIdentity>,
    counts: FrameCounts,
    is_port_gone: bool,
}

/// Looks for the reader; what it tries is told to `live`, one line each.
pub fn probe_reader(port: &ProbedPort, order: &ProbeOrder, live: &mut dyn Write) -> ProbeReport {
    let mut report =
        ProbeReport { verdict: Verdict::Fail, remedy: None, port: port.port.to_string(), found: None, last_read: None };
    if let Err(error) = report.look(port, order, live) {
        report.remedy = Some(error.to_string());
    }
    report
}

impl ProbeReport {
    fn look(&mut self, port: &ProbedPort, order: &ProbeOrder, live: &mut dyn Write) -> Result<(), ReaderError> {
        let path = port.port.find()?;
        let (mut heard_bytes, mut heard) = (false, Heard::Nothing);
        for step in walk::steps(port.address, order.baud) {
            let Step { question, baud } = &step;
            say(live, &format!("{question}, {baud} bits a second"));
            let outcome = self.ask(&step, &path, port, order, live)?;
            if let Some(finding) = outcome.finding {
                self.found(port, &finding, *baud, outcome.identity);
                say(live, &format!("found: {}", finding_name(&finding)));
                return Ok(());
            }
            heard = if outcome.is_port_gone { Heard::PortGone } else { Heard::of(&outcome.counts) };
            heard_bytes |= *question == Question::Listening && heard != Heard::Nothing;
            if !walk::goes_on(&step, heard) {
                break;
            }
        }
        self.remedy = Some(nothing_found(heard, heard_bytes).to_owned());
        Ok(())
    }

    fn ask(
        &mut self,
        Step { question, baud }: &Step,
        path: &Path,
        port: &ProbedPort,
        order: &ProbeOrder,
        live: &mut dyn Write,
    ) -> Result<Outcome, ReaderError> {
        let serial_port =
            SerialPort::open(path, *baud).map_err(|source| ReaderError::Port { port: path.to_owned(), source })?;
        let line = SerialLine::from(serial_port);
        let Ok(mailbox) = Mailbox::new() else { return Ok(Outcome::default()) };
        let (began, at_most) = (Instant::now(), question.at_most(order.listen));
        let mut outcome = Outcome::default();
        let live = RefCell::new(live);
        let mut is_told_to_go_on = false;
        let mut goes_on = |stream: &BadgeStream| {
            outcome.counts = stream.counts();
            outcome.finding = question.finding(stream);
            outcome.identity = stream.identity().cloned();
            let is_over = match question {
                Question::Osdp(_) => stream.poll_timeout().is_none(),
                Question::Polled(_) => false,
                Question::Listening => walk::is_of_another_speed(&outcome.counts, order.baud),
            };
            let is_half_found = *question == Question::Listening && Heard::of(&outcome.counts) == Heard::OneCard;
            if is_half_found && outcome.finding.is_none() && !is_told_to_go_on {
                is_told_to_go_on = true;
                say(*live.borrow_mut(), &"a card was heard: put another badge");
            }
            outcome.finding.is_none() && !is_over && began.elapsed() < at_most
        };
        let mut hear = |event| {
            if let BadgeStreamEvent::BadgeRead(badge) = event {
                let shown = shown(&badge, order.reveal);
                say(*live.borrow_mut(), &format!("badge read: {shown}"));
                self.last_read = Some(shown);
            }
        };
        let stream = BadgeStream::new(question.dialog(), port.rules.clone());
        let conversation =
            Conversation { line: Box::new(line), stream, mailbox: &mailbox, goes_on: &mut goes_on, hear: &mut hear };
        outcome.is_port_gone = conversation.talk() == End::LineLost;
        Ok(outcome)
    }

    fn found(&mut self, port: &ProbedPort, finding: &Finding, baud: u32, identity: Option<ReaderIdentity>) {
        let protocol = finding_name(finding);
        self.verdict = Verdict::Pass;
        self.remedy = Some(match finding {
            Finding::Osdp { .. } => {
                "put these lines into the configuration, in place of `[reader]` and its tables; then give the reader a \
                 key of its own, unless `muwajaha check reader` already says encrypted: muwajaha reader install-key"
                    .to_owned()
            }
            Finding::Serial(_) => {
                "put these lines into the configuration, in place of `[reader]` and its tables; then compare a badge's \
                 number with the one printed on it: muwajaha check reader --reveal"
                    .to_owned()
            }
        });
        self.found = Some(FoundReader { protocol, baud, identity, lines: lines(port, finding, baud) });
    }
}

fn nothing_found(heard: Heard, heard_bytes: bool) -> &'static str {
    if heard == Heard::PortGone {
        "the port went away: plug the reader in, and begin anew"
    } else if heard == Heard::OneCard {
        "a card was heard, and one does not tell how it is framed: begin anew, and put two different badges of one kind \
         to the reader in turn"
    } else if heard_bytes {
        "bytes came and were no card: compare the reader's manual for its speed (try `--baud`) and its output (it must \
         be a serial line of eight bits without parity, not Wiegand), and check ground and wires"
    } else {
        "nothing answered and no badge was heard: check the reader's power and wires (its TX to our RX, A to A), \
         `reader.port`, and that a badge of the reader's kind was put to it"
    }
}

fn finding_name(finding: &Finding) -> ProtocolName {
    match finding {
        Finding::Osdp { .. } => ProtocolName::Osdp,
        Finding::Serial(protocol) => name_of(protocol),
    }
}

impl fmt::Display for ProbeReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verdict, port, .. } = self;
        match &self.found {
            Some(FoundReader { protocol, baud, lines, identity }) => {
                write!(formatter, "{verdict:?}: {protocol} at {port}, {baud} bits a second")?;
                if let Some(identity) = identity {
                    write!(formatter, "\n{}", of_itself(identity))?;
                }
                write!(formatter, "\n\n{lines}")?;
            }
            None => write!(formatter, "{verdict:?}: no reader found at {port}")?,
        }
        self.remedy.as_ref().map_or(Ok(()), |remedy| write!(formatter, "\n{remedy}"))
    }
}
