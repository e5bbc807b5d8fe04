//! Received sound on its way to the speaker: a short queue between the peer's clock and ours.
//!
//! Written by a transport's decoder thread, read by `media-audio` every 10 ms. It holds a few tens
//! of milliseconds; what a faster peer piles up beyond that is left out, a slower one's gaps are
//! silence. Which sound may enter is the writer's affair, which reads the gate.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Samples a second, everywhere in media.
pub(crate) const SAMPLE_RATE: u32 = 48_000;
/// Samples in the 10 ms that audio moves by.
pub(crate) const CHUNK_SAMPLES: usize = 480;
const TARGET_SAMPLES: usize = 4 * CHUNK_SAMPLES;
const LIMIT_SAMPLES: usize = 20 * CHUNK_SAMPLES;
const REVIEW_CHUNKS: u32 = 200;

#[derive(Debug, Default)]
struct Queue {
    samples: VecDeque<i16>,
    playing: bool,
    lowest: usize,
    chunks: u32,
}

/// The queue. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SpeakerMixer {
    queue: Arc<Mutex<Queue>>,
}

impl SpeakerMixer {
    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds received samples.
    pub(crate) fn push(&self, samples: impl Iterator<Item = i16>) {
        let mut queue = self.queue();
        queue.samples.extend(samples);
        let surplus = queue.samples.len().saturating_sub(LIMIT_SAMPLES);
        if surplus > 0 {
            let excess = queue.samples.len().saturating_sub(TARGET_SAMPLES);
            queue.samples.drain(..excess);
        }
    }

    /// Empties the queue.
    pub(crate) fn clear(&self) {
        *self.queue() = Queue::default();
    }

    /// Takes the next samples; silence where there are none yet.
    pub(crate) fn pull(&self, chunk: &mut [i16]) {
        let mut queue = self.queue();
        chunk.fill(0);
        if !queue.playing {
            queue.playing = queue.samples.len() >= TARGET_SAMPLES;
            queue.lowest = usize::MAX;
            queue.chunks = 0;
        }
        if !queue.playing {
            return;
        }
        if queue.samples.len() < chunk.len() {
            queue.playing = false;
        }
        let available = queue.samples.len().min(chunk.len());
        for (target, sample) in chunk.iter_mut().zip(queue.samples.drain(..available)) {
            *target = sample;
        }
        queue.lowest = queue.lowest.min(queue.samples.len());
        queue.chunks = queue.chunks.saturating_add(1);
        if queue.chunks >= REVIEW_CHUNKS {
            let surplus = queue.lowest.saturating_sub(TARGET_SAMPLES);
            queue.samples.drain(..surplus);
            queue.lowest = usize::MAX;
            queue.chunks = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_waits_for_a_little_supply_and_then_comes_out_whole() {
        let mixer = SpeakerMixer::default();
        let mut chunk = [1; CHUNK_SAMPLES];
        mixer.push([9; CHUNK_SAMPLES].into_iter());
        mixer.pull(&mut chunk);
        assert_eq!(chunk, [0; CHUNK_SAMPLES]);
        mixer.push((0..3 * CHUNK_SAMPLES).map(|_| 9));
        for _ in 0..4 {
            mixer.pull(&mut chunk);
            assert_eq!(chunk, [9; CHUNK_SAMPLES]);
        }
        mixer.pull(&mut chunk);
        assert_eq!(chunk, [0; CHUNK_SAMPLES]);
    }

    #[test]
    fn a_peer_with_a_fast_clock_does_not_pile_up_delay() {
        let mixer = SpeakerMixer::default();
        let mut chunk = [0; CHUNK_SAMPLES];
        for _ in 0..60_000 {
            mixer.push((0..CHUNK_SAMPLES + 1).map(|_| 5));
            mixer.pull(&mut chunk);
        }
        assert!(mixer.queue().samples.len() < TARGET_SAMPLES + 3 * CHUNK_SAMPLES);
    }
}
