//! PN532 over HSU, against a simulated chip.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::line::{Line, Mishap, SimulatedReader, mishaps};
use super::numbers::uids;
use super::*;

/// A PN532 with cards on it, that sleeps until it is woken as after power-on.
#[derive(Default)]
pub(super) struct Chip {
    is_awake: bool,
    cards: Vec<Vec<u8>>,
    /// What happens to the next acknowledgements and answers.
    mishaps: VecDeque<Mishap>,
    is_unplugged: bool,
    /// What it makes of several cards, and of one that it listed just before.
    habit: Habit,
    lists: usize,
}

#[derive(Default, Clone, Copy)]
enum Habit {
    #[default]
    First,
    InTurns,
    EverySecondTime,
}

fn frame(data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).unwrap();
    let sum = data.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    [&[0, 0, 0xff, length, length.wrapping_neg()][..], data, &[sum.wrapping_neg(), 0]].concat()
}

fn listed(cards: &[Vec<u8>]) -> Vec<u8> {
    let mut data = vec![0xd5, 0x4b, u8::try_from(cards.len()).unwrap()];
    for (number, uid) in (1..).zip(cards) {
        let select = if uid.len() == 7 { 0x20 } else { 0x08 };
        data.extend([number, 0x00, 0x04, select, u8::try_from(uid.len()).unwrap()]);
        data.extend(uid);
        if select == 0x20 {
            data.extend([0x06, 0x75, 0x77, 0x81, 0x02, 0x80]);
        }
    }
    data
}

impl Chip {
    fn lists(&mut self) -> Vec<u8> {
        self.lists += 1;
        match self.habit {
            Habit::EverySecondTime if self.lists % 2 == 1 => listed(&[]),
            Habit::InTurns => listed(&[self.cards[self.lists % self.cards.len()].clone()]),
            Habit::First | Habit::EverySecondTime => listed(&self.cards[..self.cards.len().min(1)]),
        }
    }
}

impl SimulatedReader for Chip {
    fn hears(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        if self.is_unplugged {
            return vec![];
        }
        let wakes = bytes.starts_with(&[0x55, 0x55]);
        let start = bytes.windows(3).rposition(|window| window == [0, 0, 0xff]).unwrap();
        let [length, check, body @ ..] = &bytes[start + 3..] else { panic!("no length") };
        assert_eq!(length.wrapping_add(*check), 0);
        let (data, rest) = body.split_at(usize::from(*length));
        assert_eq!(data.iter().chain(&rest[..1]).fold(0_u8, |sum, byte| sum.wrapping_add(*byte)), 0);
        assert_eq!((data[0], rest[1]), (0xd4, 0));
        self.is_awake |= wakes && data[1] == 0x14;
        if !self.is_awake {
            return vec![];
        }
        let answer = match data[1..] {
            [0x14, 0x01, ..] => vec![0xd5, 0x15],
            [0x32, 0x05, 0xff, 0x01, 0x02] => vec![0xd5, 0x33],
            [0x4a, 1, 0] => self.lists(),
            [0x52, 0] => vec![0xd5, 0x53, 0],
            _ => panic!("{data:x?}"),
        };
        let acknowledgement = vec![0, 0, 0xff, 0, 0xff, 0];
        [acknowledgement, frame(&answer)]
            .into_iter()
            .flat_map(|frame| self.mishaps.pop_front().unwrap_or(Mishap::None).befalls(frame))
            .collect()
    }
}

fn line() -> Line {
    Line::new(&ReaderProtocol::Pn532(Pn532Settings::default()))
}

pub(super) fn chip(cards: &[&[u8]]) -> Chip {
    Chip { cards: cards.iter().map(|card| card.to_vec()).collect(), ..Chip::default() }
}

const CLASSIC: &[u8] = &[0x66, 0xcf, 0x4d, 0xc2];
const DESFIRE: &[u8] = &[4, 0xa2, 0x2b, 0x1a, 0x5c, 0x64, 0x80];

#[test]
fn a_card_resting_for_a_minute_is_one_read_and_another_once_lifted() {
    let (mut line, mut chip) = (line(), chip(&[CLASSIC]));
    line.run(&mut chip, Duration::from_secs(60));
    assert_eq!((line.typed(), &line.healths), (vec!["66:CF:4D:C2".to_owned()], &vec![ReaderHealth::Answering]));
    chip.cards.clear();
    line.run(&mut chip, Duration::from_secs(2));
    chip.cards.push(CLASSIC.to_vec());
    line.run(&mut chip, Duration::from_secs(2));
    assert_eq!(line.badges.len(), 2);
}

#[test]
fn two_cards_in_turns_are_one_read_each_and_a_random_uid_is_refused_once() {
    let (mut line, mut chip) = (line(), chip(&[DESFIRE, &[4, 1, 2, 3, 4, 5, 6, 7, 8, 9]]));
    chip.habit = Habit::InTurns;
    line.run(&mut chip, Duration::from_secs(5));
    let read: BTreeSet<String> = line.typed().into_iter().collect();
    let cards = ["04:A2:2B:1A:5C:64:80", "04:01:02:03:04:05:06:07:08:09"].map(ToOwned::to_owned);
    assert_eq!((line.badges.len(), read), (2, cards.into_iter().collect()));
    chip.cards = vec![vec![8, 1, 2, 3]];
    line.run(&mut chip, Duration::from_secs(5));
    assert_eq!((line.badges.len(), &line.refusals), (2, &vec![CardRefusal::RandomUid]));
}

#[test]
fn a_card_that_answers_only_every_second_time_is_one_read() {
    let (mut line, mut chip) = (line(), chip(&[CLASSIC]));
    chip.habit = Habit::EverySecondTime;
    line.run(&mut chip, Duration::from_secs(60));
    assert_eq!((line.badges.len(), line.healths.len()), (1, 1));
}

#[test]
fn a_reader_that_lost_its_power_is_woken_again_and_one_that_is_gone_is_said_to_be_silent() {
    let (mut line, mut chip) = (line(), chip(&[]));
    line.run(&mut chip, Duration::from_secs(1));
    chip.is_awake = false;
    line.run(&mut chip, Duration::from_secs(2));
    assert_eq!((line.stream.health(), line.healths.len()), (ReaderHealth::Answering, 1), "healed without a word");
    chip.is_unplugged = true;
    line.run(&mut chip, Duration::from_secs(2));
    assert_eq!(line.healths[1..], [ReaderHealth::Silent]);
    line.run(&mut chip, Duration::from_secs(600));
    assert_eq!(line.healths.len(), 2);
    chip = self::chip(&[CLASSIC]);
    line.run(&mut chip, Duration::from_secs(2));
    assert_eq!((line.healths[2..].to_vec(), line.badges.len()), (vec![ReaderHealth::Answering], 1));
}

#[test]
fn a_lost_acknowledgement_and_a_lost_answer_cost_no_card() {
    for lost in 0..12 {
        let (mut line, mut chip) = (line(), chip(&[CLASSIC]));
        chip.mishaps = (0..12).map(|place| if place == lost { Mishap::Lost } else { Mishap::None }).collect();
        line.run(&mut chip, Duration::from_millis(900));
        assert_eq!((line.badges.len(), line.healths.len()), (1, 1), "the frame {lost} was lost");
    }
}

#[test]
fn errors_that_came_with_an_answer_are_none_to_the_next_question() {
    struct Crowded(Chip);
    impl SimulatedReader for Crowded {
        fn hears(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
            let mut pieces = self.0.hears(bytes);
            let answer = pieces.last_mut().unwrap();
            answer.extend([0, 0, 0xff, 1, 0xff, 0x7f, 0x81, 0].repeat(3));
            pieces
        }
    }
    let (mut line, mut chip) = (line(), Crowded(chip(&[CLASSIC])));
    line.run(&mut chip, Duration::from_secs(5));
    assert_eq!((line.healths, line.badges.len()), (vec![ReaderHealth::Answering], 1));
}

#[test]
fn a_reader_of_another_kind_is_silent_and_shows_nothing() {
    struct Echo;
    impl SimulatedReader for Echo {
        fn hears(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
            vec![bytes.to_vec()]
        }
    }
    let mut line = line();
    line.stream.show(ReaderFeedback::Accepted, line.now);
    line.run(&mut Echo, Duration::from_secs(5));
    assert_eq!((line.stream.health(), line.badges.len()), (ReaderHealth::Silent, 0));
}

proptest! {
    #[test]
    fn a_card_is_read_whatever_befalls_a_few_frames(
        uid in uids(),
        mishaps in proptest::collection::vec(mishaps(), 0..12),
    ) {
        let (mut line, mut chip) = (line(), chip(&[uid.reveal()]));
        chip.mishaps = mishaps.into();
        line.run(&mut chip, Duration::from_secs(20));
        prop_assert_eq!(line.badges.first(), Some(&BadgeNumber::from_uid(uid)));
        prop_assert!(line.badges.iter().all(|badge| *badge == BadgeNumber::from_uid(uid)));
        prop_assert_eq!(line.stream.health(), ReaderHealth::Answering);
    }

    /// A false answer needs the start code (2^-16), a right length (2^-8), D5 4B (2^-16), a right sum
    /// (2^-8) and a length of a UID where it belongs: less than 2^-48 a byte.
    #[test]
    fn noise_is_no_badge(noise in noise(4096)) {
        let (mut line, mut chip) = (line(), Chip { mishaps: vec![Mishap::None; 5].into(), ..chip(&[]) });
        line.run(&mut chip, Duration::from_secs(1));
        for piece in noise.chunks(100) {
            line.hear(piece);
            line.run(&mut chip, Duration::from_millis(30));
        }
        prop_assert_eq!(line.badges, vec![]);
    }

    /// Both checksums are sums, so that one changed byte is always found.
    #[test]
    fn an_answer_with_one_changed_byte_is_never_another_badge(uid in uids(), place: prop::sample::Index, byte: u8) {
        let mut answer = frame(&listed(&[uid.reveal().to_vec()]));
        let place = place.index(answer.len());
        answer[place] = byte;
        let (mut line, mut chip) = (line(), Chip { mishaps: vec![Mishap::None; 5].into(), ..chip(&[]) });
        chip.mishaps.push_back(Mishap::Lost);
        line.run(&mut chip, Duration::from_millis(50));
        line.hear(&answer);
        line.run(&mut chip, Duration::from_secs(2));
        prop_assert!(line.badges.iter().all(|badge| *badge == BadgeNumber::from_uid(uid)));
    }
}
