//! Finds the beeps of kiosk and visitor in sound, by Goertzel's filter.
//!
//! A window counts for a tone when that one frequency holds most of the window's energy, so that
//! hiss, speech or two tones at once count for nothing.

use std::collections::BTreeMap;

/// What the kiosk's test microphone cycles through, one second each.
pub const KIOSK_TONES_HZ: [u32; 3] = [440, 660, 880];
/// What the visitor's false microphone cycles through, one second each.
pub const VISITOR_TONES_HZ: [u32; 3] = [550, 770, 990];

const WINDOW_SECONDS: f32 = 0.1;
const LEAST_SHARE: f32 = 0.5;
const LEAST_RMS: f32 = 0.003;
const LEAST_WINDOWS: u32 = 3;

/// In how many windows of 100 ms each tone was heard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToneTally {
    windows: BTreeMap<u32, u32>,
}

impl ToneTally {
    /// Listens to samples from -1 to 1; windows overlap by half.
    pub fn listen(&mut self, samples: &[f32], rate_hz: u32) {
        let length = (rate_hz as f32 * WINDOW_SECONDS) as usize;
        for start in (0..samples.len()).step_by((length / 2).max(1)) {
            let Some(window) = samples.get(start..start + length) else { break };
            if let Some(tone) = dominant_tone(window, rate_hz) {
                *self.windows.entry(tone).or_default() += 1;
            }
        }
    }

    /// Whether each of these tones was heard, for long enough to be no accident.
    pub fn heard_all(&self, tones_hz: &[u32]) -> bool {
        tones_hz.iter().all(|tone| self.windows.get(tone).is_some_and(|count| *count >= LEAST_WINDOWS))
    }

    /// Windows by frequency, for a report.
    pub fn windows(&self) -> &BTreeMap<u32, u32> {
        &self.windows
    }
}

fn dominant_tone(window: &[f32], rate_hz: u32) -> Option<u32> {
    let energy: f32 = window.iter().map(|sample| sample * sample).sum();
    if (energy / window.len() as f32).sqrt() < LEAST_RMS {
        return None;
    }
    KIOSK_TONES_HZ
        .iter()
        .chain(&VISITOR_TONES_HZ)
        .copied()
        .find(|tone| energy_at(window, rate_hz, *tone) > LEAST_SHARE * energy)
}

/// The energy that a pure tone of this frequency contributes to the window.
fn energy_at(window: &[f32], rate_hz: u32, tone_hz: u32) -> f32 {
    let turn = 2.0 * std::f32::consts::PI * tone_hz as f32 / rate_hz as f32;
    let coefficient = 2.0 * turn.cos();
    let (mut previous, mut before) = (0.0_f32, 0.0_f32);
    for sample in window {
        let next = sample + coefficient * previous - before;
        before = previous;
        previous = next;
    }
    let power = previous * previous + before * before - coefficient * previous * before;
    2.0 * power / window.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beeps(tones: [u32; 3], rate_hz: u32, loudness: f32, noise: f32) -> Vec<f32> {
        let mut state = 1_u32;
        (0..rate_hz * 3)
            .map(|index| {
                let millis = u64::from(index) * 1000 / u64::from(rate_hz);
                let tone = tones[(millis / 1000) as usize] as f32;
                let on = if millis % 300 < 200 { loudness } else { 0.0 };
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let hiss = ((state >> 8) as f32 / 16_777_216.0 * 2.0 - 1.0) * noise;
                on * (2.0 * std::f32::consts::PI * tone * index as f32 / rate_hz as f32).sin() + hiss
            })
            .collect()
    }

    #[test]
    fn a_cycle_of_beeps_is_heard_at_every_rate_loudness_and_through_hiss() {
        for (rate, loudness, noise) in [(48_000, 0.5, 0.0), (8_000, 0.02, 0.005), (44_100, 0.3, 0.1)] {
            let mut tally = ToneTally::default();
            tally.listen(&beeps(VISITOR_TONES_HZ, rate, loudness, noise), rate);
            assert!(tally.heard_all(&VISITOR_TONES_HZ), "{tally:?}");
            assert!(!tally.heard_all(&KIOSK_TONES_HZ), "{tally:?}");
        }
    }

    #[test]
    fn hiss_silence_and_one_steady_tone_are_not_the_cycle() {
        for samples in [beeps([0; 3], 48_000, 0.0, 0.4), vec![0.0; 48_000], beeps([550; 3], 48_000, 0.4, 0.0)] {
            let mut tally = ToneTally::default();
            tally.listen(&samples, 48_000);
            assert!(!tally.heard_all(&VISITOR_TONES_HZ), "{tally:?}");
        }
    }

    #[test]
    fn all_tones_at_once_are_not_the_cycle() {
        let together: Vec<f32> = (0..48_000)
            .map(|index| {
                let at = |tone: u32| (2.0 * std::f32::consts::PI * tone as f32 * index as f32 / 48_000.0).sin();
                VISITOR_TONES_HZ.iter().map(|tone| 0.2 * at(*tone)).sum()
            })
            .collect();
        let mut tally = ToneTally::default();
        tally.listen(&together, 48_000);
        assert!(!tally.heard_all(&VISITOR_TONES_HZ), "{tally:?}");
    }
}
