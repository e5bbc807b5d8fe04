//! Sound from a WAV file, also from one that is still being written.

use std::path::Path;

/// Why a file holds no sound that can be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("reading the recording: {0}")]
    Io(#[from] std::io::Error),
    /// Not a RIFF WAVE file with a format and a data chunk.
    #[error("the recording is no WAV file, or nothing was written to it yet")]
    NoWave,
    /// Samples of a kind that is not read.
    #[error("the recording's samples have format {format} with {bits} bits: 16-bit PCM or 32-bit float is read")]
    UnknownSamples {
        /// The format tag.
        format: u16,
        /// Bits a sample.
        bits: u16,
    },
}

/// Sound, channels mixed into one.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Samples a second.
    pub rate_hz: u32,
    /// Samples from -1 to 1.
    pub samples: Vec<f32>,
}

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;

impl Recording {
    /// Reads a WAV file. A data chunk without a length (its writer still runs, or was killed)
    /// reaches to the end of the file.
    ///
    /// # Errors
    /// [`RecordingError`].
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        Self::parse(&std::fs::read(path)?)
    }

    /// The same from bytes.
    ///
    /// # Errors
    /// [`RecordingError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordingError> {
        let mut rest = match bytes.split_first_chunk::<12>() {
            Some(([b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E'], rest)) => rest,
            Some(_) | None => return Err(RecordingError::NoWave),
        };
        let mut format = None;
        while let Some((head, body)) = rest.split_first_chunk::<8>() {
            let [a, b, c, d, length @ ..] = *head;
            let length = u32::from_le_bytes(length) as usize;
            match &[a, b, c, d] {
                b"fmt " => format = Format::parse(body),
                b"data" => {
                    let end = if length == 0 { body.len() } else { length.min(body.len()) };
                    let data = body.get(..end).unwrap_or_default();
                    return format.ok_or(RecordingError::NoWave)?.decode(data);
                }
                _ => {}
            }
            rest = body.get(length + length % 2..).unwrap_or_default();
        }
        Err(RecordingError::NoWave)
    }
}

#[derive(Debug, Clone, Copy)]
struct Format {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    bits: u16,
}

impl Format {
    fn parse(body: &[u8]) -> Option<Self> {
        let [t0, t1, c0, c1, r0, r1, r2, r3, _, _, _, _, _, _, b0, b1] = *body.first_chunk::<16>()?;
        let tag = u16::from_le_bytes([t0, t1]);
        let sub_format = body.get(24..26).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes);
        Some(Self {
            tag: if tag == EXTENSIBLE { sub_format? } else { tag },
            channels: u16::from_le_bytes([c0, c1]).max(1),
            rate_hz: u32::from_le_bytes([r0, r1, r2, r3]),
            bits: u16::from_le_bytes([b0, b1]),
        })
    }

    fn decode(self, data: &[u8]) -> Result<Recording, RecordingError> {
        let interleaved: Vec<f32> = match (self.tag, self.bits) {
            (PCM, 16) => {
                data.as_chunks().0.iter().map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32_768.0).collect()
            }
            (FLOAT, 32) => data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            (format, bits) => return Err(RecordingError::UnknownSamples { format, bits }),
        };
        let channels = usize::from(self.channels);
        let samples = interleaved
            .chunks_exact(channels)
            .map(|frame| frame.iter().sum::<f32>() / f32::from(self.channels))
            .collect();
        Ok(Recording { rate_hz: self.rate_hz, samples })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(data_length: u32, samples: &[i16]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x02\0".to_vec();
        bytes.extend(48_000_u32.to_le_bytes());
        bytes.extend(192_000_u32.to_le_bytes());
        bytes.extend([4, 0, 16, 0]);
        bytes.extend(b"data");
        bytes.extend(data_length.to_le_bytes());
        bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        bytes
    }

    #[test]
    fn a_finished_and_an_unfinished_file_read_alike() {
        let samples = [16_384, 16_384, -32_768, 0];
        for length in [8, 0, u32::MAX] {
            let recording = Recording::parse(&wav(length, &samples)).unwrap();
            assert_eq!(recording, Recording { rate_hz: 48_000, samples: vec![0.5, -0.5] });
        }
    }

    #[test]
    fn what_is_no_wave_file_is_refused() {
        for bytes in [&b""[..], b"RIFF", b"RIFF\0\0\0\0WAVEdata\0\0\0\0", b"GIF89a-and-some-more-bytes"] {
            assert!(matches!(Recording::parse(bytes), Err(RecordingError::NoWave)));
        }
    }
}
