//! The visitor's false microphone: a WAV file of beeps whose tone changes each second.

use std::path::Path;

use crate::detect::VISITOR_TONES_HZ;

const RATE_HZ: u32 = 48_000;
const LOUDNESS: f32 = 0.4;
/// A whole number of cycles, so that the end meets the start.
const SECONDS: u32 = 9;
const BEEP_EVERY_MS: u32 = 300;
const BEEP_MS: u32 = 200;

/// Writes the file; Chromium plays it in a loop.
///
/// # Errors
/// What the file system says.
pub fn write_microphone(path: &Path) -> std::io::Result<()> {
    let samples: Vec<i16> = (0..RATE_HZ * SECONDS).map(sample).collect();
    let data_bytes = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(samples.len() * 2 + 44);
    bytes.extend(b"RIFF");
    bytes.extend((36 + data_bytes).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(RATE_HZ.to_le_bytes());
    bytes.extend((RATE_HZ * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(data_bytes.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    std::fs::write(path, bytes)
}

fn sample(index: u32) -> i16 {
    let (second, within) = (index / RATE_HZ, index % RATE_HZ);
    if within * 1000 / RATE_HZ % BEEP_EVERY_MS >= BEEP_MS {
        return 0;
    }
    let tone = VISITOR_TONES_HZ.get(second as usize % VISITOR_TONES_HZ.len()).copied().unwrap_or_default();
    let turns = tone as f32 * within as f32 / RATE_HZ as f32;
    (LOUDNESS * (2.0 * std::f32::consts::PI * turns).sin() * f32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::recording::Recording;
    use crate::detect::{KIOSK_TONES_HZ, ToneTally};

    #[test]
    fn the_file_holds_the_visitors_beeps_and_not_the_kiosks() {
        let path = tempfile::NamedTempFile::new().unwrap();
        write_microphone(path.path()).unwrap();
        let recording = Recording::read(path.path()).unwrap();
        let mut tally = ToneTally::default();
        tally.listen(&recording.samples, recording.rate_hz);
        assert!(tally.heard_all(&VISITOR_TONES_HZ) && !tally.heard_all(&KIOSK_TONES_HZ), "{tally:?}");
    }
}
