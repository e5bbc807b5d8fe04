//! What the readers' lines may do to a protocol: splits, noise, floods, torn and forged frames.

mod ascii;
mod line;
mod numbers;
mod pn532;
mod probe;
mod same_card;
mod text;
mod twn4;

use proptest::prelude::*;

use super::*;
use crate::domain::BootTime;

/// A line with the usual rules.
fn stream(protocol: &ReaderProtocol) -> BadgeStream {
    BadgeStream::new(protocol.dialog(), BadgeRules::default())
}

/// The badges that a line told for these pieces.
fn reads(protocol: &ReaderProtocol, pieces: &[&[u8]]) -> Vec<BadgeNumber> {
    let mut stream = stream(protocol);
    let mut reads = Vec::new();
    for piece in pieces {
        stream.receive(piece, BootTime::default(), |event| {
            if let BadgeStreamEvent::BadgeRead(badge) = event {
                reads.push(badge);
            }
        });
    }
    reads
}

/// Cuts `bytes` at `cuts`.
fn pieces<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect()
}

fn noise(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..most)
}

fn cuts() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    proptest::collection::vec(any::<prop::sample::Index>(), 0..6)
}
