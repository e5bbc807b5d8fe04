//! In which order a probe asks, and where it goes from what it heard.
//!
//! Pure: one step is one question at one speed. The questions come one after the other, each at its
//! usual speeds or at the one that was given; listening comes last, and goes on to the next speed only
//! where bytes come that are no card.

use std::fmt;
use std::time::Duration;

use muwajaha_core::badge::osdp::OsdpProbe;
use muwajaha_core::badge::{
    BadgeStream, Finding, FrameCounts, ListeningProbe, Pn532Settings, ReaderDialog, ReaderHealth, ReaderProtocol,
    Twn4Dialog, Twn4Settings,
};

use super::name_of;

/// OSDP asks until it is through; where only the address is unknown, that is 127 questions.
const OSDP_AT_MOST: Duration = Duration::from_secs(40);
const POLLED_AT_MOST: Duration = Duration::from_millis(1200);
/// A start has an answer that can name no card before the first search.
const LEAST_ANSWERS: u64 = 3;
const LEAST_USABLE_ANSWERS: u64 = 2;
/// One stray byte, or one burst of noise, is of no other speed.
const LEAST_GARBLED_BYTES: u64 = 16;
const LEAST_GARBLED_BURSTS: u64 = 3;

/// What is tried on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    Osdp(u8),
    Polled(ReaderProtocol),
    Listening,
}

/// One question at one speed, in bits a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) question: Question,
    pub(super) baud: u32,
}

/// What was heard in a step in which no reader was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    Nothing,
    /// Bytes that are no card.
    Garbled,
    /// Lines that may be cards, and no two different ones of one frame.
    OneCard,
    PortGone,
}

impl Heard {
    pub(super) fn of(counts: &FrameCounts) -> Self {
        match counts {
            FrameCounts { unusable: 1.., .. } => Self::OneCard,
            FrameCounts { noise_bytes: 1.., .. } => Self::Garbled,
            _ => Self::Nothing,
        }
    }
}

/// All steps, in their order: OSDP is asked at `address` first, and each at the `given` speed alone. A
/// TWN4 with a checksum comes before one without: it would refuse the other's questions in words that
/// look like answers.
pub(super) fn steps(address: u8, given: Option<u32>) -> Vec<Step> {
    let twn4 = |crc| Question::Polled(ReaderProtocol::Twn4(Twn4Settings { crc, ..Twn4Settings::default() }));
    let pn532 = Question::Polled(ReaderProtocol::Pn532(Pn532Settings::default()));
    let questions = [Question::Osdp(address), twn4(true), twn4(false), pn532, Question::Listening];
    let of = |question: Question| {
        let bauds = given.map_or_else(|| question.usual_bauds().to_vec(), |given| vec![given]);
        bauds.into_iter().map(move |baud| Step { question: question.clone(), baud })
    };
    questions.into_iter().flat_map(of).collect()
}

/// Whether the next step is to be taken after this one.
pub(super) fn goes_on(step: &Step, heard: Heard) -> bool {
    match heard {
        Heard::PortGone => false,
        Heard::Garbled => true,
        Heard::Nothing | Heard::OneCard => step.question != Question::Listening,
    }
}

/// Whether the step's speed is plainly another than the reader's. Where one was given there is no other.
pub(super) fn is_of_another_speed(counts: &FrameCounts, given: Option<u32>) -> bool {
    given.is_none()
        && Heard::of(counts) == Heard::Garbled
        && counts.noise_bytes >= LEAST_GARBLED_BYTES
        && counts.torn >= LEAST_GARBLED_BURSTS
}

impl Question {
    fn usual_bauds(&self) -> &'static [u32] {
        match self {
            Self::Osdp(_) => &[9600, 115_200, 38_400, 57_600, 19_200, 230_400],
            Self::Polled(ReaderProtocol::Pn532(_)) => &[115_200],
            Self::Polled(_) => &[9600, 115_200],
            Self::Listening => &[9600, 19_200, 115_200, 38_400, 57_600, 4800, 2400],
        }
    }

    pub(super) fn dialog(&self) -> Box<dyn ReaderDialog + Send> {
        match self {
            Self::Osdp(address) => Box::new(OsdpProbe::new(*address)),
            Self::Polled(ReaderProtocol::Twn4(settings)) => Box::new(Twn4Dialog::probing(settings.clone())),
            Self::Polled(protocol) => protocol.dialog(),
            Self::Listening => Box::new(ListeningProbe::default()),
        }
    }

    pub(super) fn at_most(&self, listen: Duration) -> Duration {
        match self {
            Self::Osdp(_) => OSDP_AT_MOST,
            Self::Polled(_) => POLLED_AT_MOST,
            Self::Listening => listen,
        }
    }

    pub(super) fn finding(&self, stream: &BadgeStream) -> Option<Finding> {
        let Self::Polled(protocol) = self else { return stream.finding() };
        let FrameCounts { good, unusable, .. } = stream.counts();
        let is_found = stream.health() == ReaderHealth::Answering
            && good >= LEAST_ANSWERS
            && good.saturating_sub(unusable) >= LEAST_USABLE_ANSWERS;
        is_found.then(|| Finding::Serial(protocol.clone()))
    }
}

impl fmt::Display for Question {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Osdp(_) => formatter.write_str("asking for an OSDP reader"),
            Self::Polled(ReaderProtocol::Twn4(Twn4Settings { crc: true, .. })) => {
                formatter.write_str("asking for a TWN4 with a checksum")
            }
            Self::Polled(protocol) => write!(formatter, "asking for a {}", name_of(protocol)),
            Self::Listening => {
                formatter.write_str("listening: put a badge to the reader, take it away, and again until it is found")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(steps: &[Step]) -> Vec<(String, u32)> {
        steps.iter().map(|Step { question, baud }| (question.to_string(), *baud)).collect()
    }

    #[test]
    fn every_question_is_asked_at_its_usual_speeds_and_listening_comes_last() {
        let bauds_of = |name: &str| -> Vec<u32> {
            named(&steps(7, None))
                .iter()
                .filter(|(question, _)| question.contains(name))
                .map(|(_, baud)| *baud)
                .collect()
        };
        assert_eq!(bauds_of("OSDP"), [9600, 115_200, 38_400, 57_600, 19_200, 230_400]);
        assert_eq!(bauds_of("TWN4 with"), [9600, 115_200]);
        assert_eq!(bauds_of("a twn4"), [9600, 115_200]);
        assert_eq!(bauds_of("pn532"), [115_200]);
        assert_eq!(bauds_of("listening"), [9600, 19_200, 115_200, 38_400, 57_600, 4800, 2400]);
        let all = steps(7, None);
        assert_eq!((all.len(), &all[0].question), (18, &Question::Osdp(7)));
        assert!(all[11..].iter().all(|step| step.question == Question::Listening));
    }

    #[test]
    fn a_given_speed_is_the_only_one() {
        let steps = steps(0, Some(4800));
        assert!(steps.len() == 5 && steps.iter().all(|step| step.baud == 4800), "{steps:?}");
    }

    #[test]
    fn the_walk_goes_on_from_what_was_heard() {
        let step = |question| Step { question, baud: 9600 };
        for (question, heard, expected) in [
            (Question::Osdp(0), Heard::Nothing, true),
            (Question::Osdp(0), Heard::Garbled, true),
            (Question::Polled(ReaderProtocol::Pn532(Pn532Settings::default())), Heard::OneCard, true),
            (Question::Listening, Heard::Garbled, true),
            (Question::Listening, Heard::Nothing, false),
            (Question::Listening, Heard::OneCard, false),
            (Question::Osdp(0), Heard::PortGone, false),
            (Question::Listening, Heard::PortGone, false),
        ] {
            let step = step(question);
            assert_eq!(goes_on(&step, heard), expected, "{step:?} {heard:?}");
        }
    }

    #[test]
    fn a_speed_is_left_only_after_several_bursts_of_many_bytes_that_are_no_card() {
        let counts =
            |noise_bytes, torn, unusable| FrameCounts { noise_bytes, torn, unusable, ..FrameCounts::default() };
        for (counts, expected) in [
            (counts(0, 0, 0), false),
            (counts(1, 1, 0), false),
            (counts(400, 1, 0), false),
            (counts(15, 9, 0), false),
            (counts(16, 3, 0), true),
            (counts(400, 9, 1), false),
        ] {
            assert_eq!(is_of_another_speed(&counts, None), expected, "{counts:?}");
            assert!(!is_of_another_speed(&counts, Some(9600)), "{counts:?}");
        }
    }
}
