//! Sound made by the kiosk itself: the test microphone's beeps, and a file played in a loop.
//!
//! The beeps are 200 ms long with 100 ms between them, one second each at 440, 660 and 880 Hz: a
//! steady tone would be taken for noise and suppressed.

use super::mixer::SAMPLE_RATE;

/// Fills each chunk with the samples that follow the last one's.
pub(crate) type SampleMaker = Box<dyn FnMut(&mut [i16]) + Send>;

const TONES_HERTZ: [f32; 3] = [440.0, 660.0, 880.0];
const AMPLITUDE: f32 = 9_000.0;
const BEEP_SAMPLES: usize = 9_600;
const PERIOD_SAMPLES: usize = 14_400;
const FADE_SAMPLES: usize = 240;

fn beep_sample(at: usize) -> i16 {
    let rate = SAMPLE_RATE as usize;
    let Some(tone) = TONES_HERTZ.get((at / rate) % TONES_HERTZ.len()) else { return 0 };
    let within = (at % rate) % PERIOD_SAMPLES;
    if within >= BEEP_SAMPLES {
        return 0;
    }
    let edge = within.min(BEEP_SAMPLES - within).min(FADE_SAMPLES);
    let envelope = edge as f32 / FADE_SAMPLES as f32;
    let phase = (at % rate) as f32 / SAMPLE_RATE as f32 * tone * std::f32::consts::TAU;
    (phase.sin() * envelope * AMPLITUDE) as i16
}

/// The test microphone's beeps.
pub(crate) fn beeps() -> SampleMaker {
    let mut at = 0_usize;
    Box::new(move |chunk| {
        for sample in chunk {
            *sample = beep_sample(at);
            at = at.wrapping_add(1);
        }
    })
}

/// These samples, over and over; silence where there are none.
pub(crate) fn looped(samples: Vec<i16>) -> SampleMaker {
    let mut at = 0_usize;
    Box::new(move |chunk| {
        for sample in chunk {
            *sample = samples.get(at).copied().unwrap_or(0);
            at = (at + 1) % samples.len().max(1);
        }
    })
}

#[cfg(test)]
pub(crate) fn level_at(samples: &[i16], hertz: f32) -> f32 {
    let step = hertz / SAMPLE_RATE as f32 * std::f32::consts::TAU;
    let (mut real, mut imaginary) = (0.0_f32, 0.0_f32);
    for (at, sample) in samples.iter().enumerate() {
        let phase = step * at as f32;
        real += f32::from(*sample) * phase.cos();
        imaginary += f32::from(*sample) * phase.sin();
    }
    (real * real + imaginary * imaginary).sqrt() / samples.len().max(1) as f32 * 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beeps_change_their_tone_each_second_and_pause_between() {
        let mut make = beeps();
        let mut samples = vec![0; 3 * SAMPLE_RATE as usize];
        make(&mut samples);
        for (second, hertz) in samples.chunks(SAMPLE_RATE as usize).zip(TONES_HERTZ) {
            let beep = &second[..BEEP_SAMPLES];
            assert!(level_at(beep, hertz) > 8_000.0);
            assert!(level_at(beep, hertz + 110.0) < 1_000.0);
            assert!(second[BEEP_SAMPLES..PERIOD_SAMPLES].iter().all(|sample| *sample == 0));
        }
    }
}
