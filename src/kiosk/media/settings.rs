//! What the configuration file says about camera, microphone, speaker and calls: its tables
//! `[camera]`, `[microphone]`, `[speaker]` and `[call]`, taken over as they are.

use std::path::PathBuf;

use serde::Deserialize;

use super::MediaError;

/// All that media is told by the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaSettings {
    /// `[camera]`
    pub camera: CameraSettings,
    /// `[microphone]`
    pub microphone: MicrophoneSettings,
    /// `[speaker]`
    pub speaker: SpeakerSettings,
    /// `[call]`
    pub call: CallSettings,
}

/// Where the picture comes from: `source = { v4l2 = "/dev/video0" }`, `source = "test"`, …
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CameraSource {
    /// A Video4Linux device.
    V4l2(PathBuf),
    /// A PipeWire node by name or serial; empty for the default one.
    PipeWire(String),
    /// A file that GStreamer can decode, played in a loop.
    File(PathBuf),
    /// A drawn picture with a frame counter.
    Test,
    /// No camera; the visitor sees a still slate.
    None,
}

/// `[camera]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CameraSettings {
    /// Where the picture comes from.
    pub source: CameraSource,
    /// Width in pixels, even, 160 to 1920.
    pub width: u32,
    /// Height in pixels, even, 90 to 1080.
    pub height: u32,
    /// Frames a second, 5 to 60.
    pub frames_per_second: u32,
}

impl Default for CameraSettings {
    fn default() -> Self {
        Self { source: CameraSource::V4l2("/dev/video0".into()), width: 1280, height: 720, frames_per_second: 30 }
    }
}

/// Where the sound comes from: `source = { alsa = "hw:1,0" }`, `source = "test"`, …
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MicrophoneSource {
    /// An ALSA device.
    Alsa(String),
    /// A PipeWire node by name or serial; empty for the default one.
    PipeWire(String),
    /// A file that GStreamer can decode, played in a loop; at most ten minutes of it.
    File(PathBuf),
    /// Beeps that change their tone each second.
    Test,
    /// No microphone; the visitor hears nothing.
    None,
}

/// `[microphone]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MicrophoneSettings {
    /// Where the sound comes from.
    pub source: MicrophoneSource,
    /// Take the speaker's sound out of the microphone's; off only for a handset that needs none.
    pub echo_cancellation: bool,
}

impl Default for MicrophoneSettings {
    fn default() -> Self {
        Self { source: MicrophoneSource::Alsa("default".to_owned()), echo_cancellation: true }
    }
}

/// Where the sound goes: `sink = { alsa = "default" }`, `sink = { file = "heard.wav" }`, …
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeakerSink {
    /// An ALSA device.
    Alsa(String),
    /// A PipeWire node by name or serial; empty for the default one.
    PipeWire(String),
    /// A WAV file (S16LE, 48 kHz, mono) of everything played, silence included. Its header is
    /// brought up to date each second, so the file is whole even when the process is killed.
    File(PathBuf),
    /// Nothing is played.
    None,
}

/// `[speaker]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpeakerSettings {
    /// Where the sound goes.
    pub sink: SpeakerSink,
}

impl Default for SpeakerSettings {
    fn default() -> Self {
        Self { sink: SpeakerSink::Alsa("default".to_owned()) }
    }
}

/// `[call]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallSettings {
    /// Offer 127.0.0.1 too. For a demo on one machine only.
    pub loopback_candidates: bool,
    /// How long received packets wait for late ones, 40 to 500 ms.
    pub jitter_milliseconds: u32,
    /// Upper bound of the sent picture, 150 000 to 8 000 000 bit/s.
    pub maximum_video_bits_per_second: u32,
}

impl Default for CallSettings {
    fn default() -> Self {
        Self { loopback_candidates: false, jitter_milliseconds: 120, maximum_video_bits_per_second: 1_500_000 }
    }
}

fn within(name: &'static str, value: u32, range: std::ops::RangeInclusive<u32>) -> Result<(), MediaError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(MediaError::Setting { name, value, remedy: format!("give it {} to {}", range.start(), range.end()) })
}

impl MediaSettings {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`MediaError::Setting`] names the field, its value and the remedy.
    pub fn validate(&self) -> Result<(), MediaError> {
        within("camera.width", self.camera.width, 160..=1920)?;
        within("camera.height", self.camera.height, 90..=1080)?;
        within("camera.frames_per_second", self.camera.frames_per_second, 5..=60)?;
        within("call.jitter_milliseconds", self.call.jitter_milliseconds, 40..=500)?;
        within("call.maximum_video_bits_per_second", self.call.maximum_video_bits_per_second, 150_000..=8_000_000)?;
        for (name, value) in [("camera.width", self.camera.width), ("camera.height", self.camera.height)] {
            if value % 2 != 0 {
                return Err(MediaError::Setting { name, value, remedy: "give it an even number".to_owned() });
            }
        }
        Ok(())
    }
}
