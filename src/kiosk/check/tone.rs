//! The beeps that the speaker plays in a check, and how loud they are in what the microphone heard.
//!
//! Three tones in turn, 200 ms each with 100 ms between: a steady tone would be taken for noise, and a
//! fan may hum at one of three. Levels are in dB below a full-scale sine (dBFS).

const SAMPLE_RATE: f32 = 48_000.0;
const TONES_HERTZ: [f32; 3] = [950.0, 1_310.0, 1_730.0];
const AMPLITUDE: f32 = 9_000.0;
const BEEP_SAMPLES: usize = 9_600;
const PERIOD_SAMPLES: usize = 14_400;
const FADE_SAMPLES: usize = 240;
const WINDOW_SAMPLES: usize = 2_400;
/// What stands for silence.
const FLOOR_DBFS: f32 = -96.0;

/// Fills each chunk with the samples that follow the last one's.
pub(super) fn beeps() -> impl FnMut(&mut [i16]) {
    let mut at = 0_usize;
    move |chunk| {
        for sample in chunk {
            *sample = beep_sample(at);
            at = at.wrapping_add(1);
        }
    }
}

fn beep_sample(at: usize) -> i16 {
    let within = at % PERIOD_SAMPLES;
    let tone = TONES_HERTZ.get(at / PERIOD_SAMPLES % TONES_HERTZ.len()).copied().unwrap_or(0.0);
    if within >= BEEP_SAMPLES {
        return 0;
    }
    let edge = within.min(BEEP_SAMPLES - within).min(FADE_SAMPLES);
    let phase = within as f32 / SAMPLE_RATE * tone * std::f32::consts::TAU;
    (phase.sin() * edge as f32 / FADE_SAMPLES as f32 * AMPLITUDE) as i16
}

/// The level of the beeps: of the least of the three, in its loudest windows.
pub(super) fn beep_level(samples: &[i16]) -> f32 {
    TONES_HERTZ.into_iter().map(|tone| tone_level(samples, tone)).fold(f32::INFINITY, f32::min)
}

/// The level of one tone, in the tenth of the windows in which it is loudest.
fn tone_level(samples: &[i16], hertz: f32) -> f32 {
    let windows = samples.chunks_exact(WINDOW_SAMPLES);
    let mut levels: Vec<f32> = windows.map(|window| decibels(goertzel(window, hertz) * 2.0)).collect();
    levels.sort_by(f32::total_cmp);
    let index = levels.len() * 9 / 10;
    levels.get(index).copied().unwrap_or(FLOOR_DBFS)
}

/// The mean square that a pure tone of this frequency contributes to the window, full scale being one.
fn goertzel(window: &[i16], hertz: f32) -> f32 {
    let coefficient = 2.0 * (std::f32::consts::TAU * hertz / SAMPLE_RATE).cos();
    let (mut previous, mut before) = (0.0_f32, 0.0_f32);
    for sample in window {
        let next = f32::from(*sample) / 32_768.0 + coefficient * previous - before;
        before = previous;
        previous = next;
    }
    let power = previous * previous + before * before - coefficient * previous * before;
    let length = window.len().max(1) as f32;
    2.0 * power / (length * length)
}

/// The level of everything together.
pub(super) fn level(samples: &[i16]) -> f32 {
    let sum: f64 = samples.iter().map(|sample| (f64::from(*sample) / 32_768.0).powi(2)).sum();
    decibels((sum / samples.len().max(1) as f64 * 2.0) as f32)
}

/// The share of samples at the end of their scale.
pub(super) fn clipped_share(samples: &[i16]) -> f32 {
    let clipped = samples.iter().filter(|sample| sample.unsigned_abs() >= 32_700).count();
    clipped as f32 / samples.len().max(1) as f32
}

fn decibels(power: f32) -> f32 {
    (10.0 * power.max(1e-12).log10()).max(FLOOR_DBFS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(seconds: usize, gain: f32) -> Vec<i16> {
        let mut samples = vec![0; seconds * 48_000];
        beeps()(&mut samples);
        samples.into_iter().map(|sample| (f32::from(sample) * gain) as i16).collect()
    }

    #[test]
    fn the_beeps_are_heard_at_their_own_level_and_through_another_sound() {
        let loud = beep_level(&played(2, 1.0));
        assert!((-12.5..-10.5).contains(&loud), "{loud}");
        assert!((beep_level(&played(2, 0.01)) - loud + 40.0).abs() < 1.0);
        let speech = |at: usize| ((at as f32 * 440.0 * std::f32::consts::TAU / 48_000.0).sin() * 6_000.0) as i16;
        let mixed: Vec<i16> = (0..).zip(played(2, 0.3)).map(|(at, beep)| beep + speech(at)).collect();
        assert!((beep_level(&mixed) - loud + 10.5).abs() < 2.0);
    }

    #[test]
    fn a_hum_at_one_of_the_tones_is_not_the_beeps() {
        let hum = |at: i32| ((at as f32 * 950.0 * std::f32::consts::TAU / 48_000.0).sin() * 9_000.0) as i16;
        let level = beep_level(&(0..96_000).map(hum).collect::<Vec<_>>());
        assert!(level < -40.0, "{level}");
        assert!(beep_level(&vec![0; 96_000]) <= FLOOR_DBFS && beep_level(&[]) <= FLOOR_DBFS);
    }

    #[test]
    fn level_and_clipping_are_those_of_the_samples() {
        let full = |at: i32| ((at as f32 * 480.0 * std::f32::consts::TAU / 48_000.0).sin() * 32_767.0) as i16;
        assert!(level(&(0..48_000).map(full).collect::<Vec<_>>()).abs() < 0.1);
        assert!((clipped_share(&[0, 32_767, -32_768, 5]) - 0.5).abs() < f32::EPSILON);
    }
}
