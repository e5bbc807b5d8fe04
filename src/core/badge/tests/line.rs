//! A line with a simulated reader at its far end, in virtual time.

use std::time::Duration;

use super::*;

/// A reader: what the kiosk wrote in, the pieces that it answers out.
pub(super) trait SimulatedReader {
    fn hears(&mut self, bytes: &[u8]) -> Vec<Vec<u8>>;
}

/// The line and what came out of it.
pub(super) struct Line {
    pub(super) stream: BadgeStream,
    pub(super) now: BootTime,
    pub(super) badges: Vec<BadgeNumber>,
    pub(super) refusals: Vec<CardRefusal>,
    pub(super) healths: Vec<ReaderHealth>,
    pub(super) written: Vec<Vec<u8>>,
}

impl Line {
    pub(super) fn new(protocol: &ReaderProtocol) -> Self {
        assert_eq!(protocol.validate(), Ok(()));
        Self {
            stream: stream(protocol),
            now: BootTime::from_millis(60_000),
            badges: vec![],
            refusals: vec![],
            healths: vec![],
            written: vec![],
        }
    }

    pub(super) fn hear(&mut self, bytes: &[u8]) {
        let (badges, refusals, healths) = (&mut self.badges, &mut self.refusals, &mut self.healths);
        self.stream.receive(bytes, self.now, |event| keep(event, badges, refusals, healths));
    }

    /// Lets the line run for `time`.
    pub(super) fn run(&mut self, reader: &mut dyn SimulatedReader, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.stream.poll_timeout() {
            if at > end {
                break;
            }
            self.now = self.now.max(at);
            let (badges, refusals, healths) = (&mut self.badges, &mut self.refusals, &mut self.healths);
            self.stream.handle_timeout(self.now, |event| keep(event, badges, refusals, healths));
            while let Some(bytes) = self.stream.poll_transmit() {
                for piece in reader.hears(&bytes) {
                    self.now = self.now + Duration::from_millis(1);
                    self.hear(&piece);
                }
                self.written.push(bytes);
            }
        }
        self.now = end;
    }

    pub(super) fn typed(&self) -> Vec<String> {
        self.badges.iter().map(BadgeNumber::reveal_typed).collect()
    }
}

fn keep(
    event: BadgeStreamEvent,
    badges: &mut Vec<BadgeNumber>,
    refusals: &mut Vec<CardRefusal>,
    healths: &mut Vec<ReaderHealth>,
) {
    match event {
        BadgeStreamEvent::BadgeRead(badge) => badges.push(badge),
        BadgeStreamEvent::CardRefused(refusal) => refusals.push(refusal),
        BadgeStreamEvent::HealthChanged(health) => healths.push(health),
    }
}

/// What may happen to one answer on its way.
#[derive(Debug, Clone)]
pub(super) enum Mishap {
    None,
    Lost,
    Noise(Vec<u8>),
    Cut(Vec<prop::sample::Index>),
    Torn(prop::sample::Index),
}

impl Mishap {
    pub(super) fn befalls(&self, answer: Vec<u8>) -> Vec<Vec<u8>> {
        match self {
            Self::None => vec![answer],
            Self::Lost => vec![],
            Self::Noise(noise) => vec![[&noise[..], &answer].concat()],
            Self::Cut(_) | Self::Torn(_) if answer.is_empty() => vec![],
            Self::Cut(cuts) => pieces(&answer, cuts).into_iter().map(<[u8]>::to_vec).collect(),
            Self::Torn(place) => vec![answer[..place.index(answer.len())].to_vec()],
        }
    }
}

pub(super) fn mishaps() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        Just(Mishap::None),
        Just(Mishap::Lost),
        noise(40).prop_map(Mishap::Noise),
        cuts().prop_map(Mishap::Cut),
        any::<prop::sample::Index>().prop_map(Mishap::Torn),
    ]
}
