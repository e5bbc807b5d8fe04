//! Camera and audio of a live call: started, watched, started anew with backoff.
//!
//! Lives on the media thread. A device that fails or falls silent is told once, left out, and tried
//! again while the call goes on without it.

use std::time::{Duration, Instant};

use muwajaha_core::session::MediaEvent;

use super::audio::{Audio, Speaker};
use super::camera::{Camera, CameraOutput};
use super::inbox::{AudioMessage, DeviceMessage, Inbox};
use super::reaper::{ReapId, Reaper};
use super::settings::{CameraSource, MediaSettings, MicrophoneSource};
use super::shared::Shared;

const FIRST_RETRY: Duration = Duration::from_millis(500);
const LONGEST_CAMERA_RETRY: Duration = Duration::from_secs(5);
const LONGEST_AUDIO_RETRY: Duration = Duration::from_secs(30);
const SILENT_AFTER: Duration = Duration::from_millis(1500);
const START_PATIENCE: Duration = Duration::from_secs(5);
const TEARDOWN_DEADLINE: Duration = Duration::from_secs(5);

/// What everything here needs.
pub(super) struct Tools<'a> {
    /// The configuration.
    pub settings: &'a MediaSettings,
    /// The speaker, opened.
    pub speaker: &'a Speaker,
    /// What media's threads share.
    pub shared: &'a Shared,
    /// To the media thread.
    pub inbox: &'a Inbox,
    /// For teardowns.
    pub reaper: &'a mut Reaper,
}

/// Numbers the starts, so that a message of an earlier one is known.
#[derive(Debug, Default)]
struct Attempts {
    generation: u64,
    failures: u32,
    retry_at: Option<Instant>,
    started_at: Option<Instant>,
}

impl Attempts {
    fn started(&mut self) -> u64 {
        self.generation += 1;
        self.retry_at = None;
        self.started_at = Some(Instant::now());
        self.generation
    }

    fn failed(&mut self, longest: Duration) {
        let wait = FIRST_RETRY.saturating_mul(1 << self.failures.min(10)).min(longest);
        self.failures = self.failures.saturating_add(1);
        self.retry_at = Some(Instant::now() + wait);
    }

    fn is_due(&self) -> bool {
        self.retry_at.is_some_and(|at| at <= Instant::now())
    }

    fn patience_is_over(&self) -> bool {
        self.started_at.is_some_and(|at| at.elapsed() >= START_PATIENCE)
    }
}

/// Camera and audio of one call.
#[derive(Debug)]
pub(super) struct Capture {
    camera: Option<Camera>,
    camera_attempts: Attempts,
    camera_told: Option<bool>,
    audio: Option<Audio>,
    audio_attempts: Attempts,
    microphone_wanted: bool,
    microphone_told: Option<bool>,
    speaker_wanted: bool,
}

fn is_recent(at: Option<Instant>) -> bool {
    at.is_some_and(|at| at.elapsed() < SILENT_AFTER)
}

impl Capture {
    /// Starts both; generations go on from `generation`.
    pub(super) fn start(generation: u64, tools: &mut Tools<'_>) -> Self {
        tools.shared.frames.clear();
        tools.shared.microphone.clear();
        tools.shared.mixer.clear();
        tools.shared.self_view.set_live(true);
        let attempts = || Attempts { generation, ..Attempts::default() };
        let mut capture = Self {
            camera: None,
            camera_attempts: attempts(),
            camera_told: None,
            audio: None,
            audio_attempts: attempts(),
            microphone_wanted: true,
            microphone_told: None,
            speaker_wanted: true,
        };
        capture.start_camera(tools);
        capture.start_audio(tools);
        capture
    }

    /// The generation that the next call's capture goes on from.
    pub(super) fn generation(&self) -> u64 {
        self.camera_attempts.generation.max(self.audio_attempts.generation)
    }

    fn start_camera(&mut self, tools: &mut Tools<'_>) {
        let output = CameraOutput { hub: tools.shared.frames.clone(), self_view: tools.shared.self_view.clone() };
        let generation = self.camera_attempts.started();
        match Camera::start(&tools.settings.camera, generation, output, tools.inbox) {
            Ok(camera) => self.camera = camera,
            Err(error) => self.camera_failed(&error.to_string(), tools),
        }
    }

    fn camera_failed(&mut self, why: &str, tools: &mut Tools<'_>) {
        tracing::warn!(why, "the camera failed and is tried again");
        self.camera_attempts.failed(LONGEST_CAMERA_RETRY);
        if let Some(camera) = self.camera.take() {
            camera.stop(tools.reaper, TEARDOWN_DEADLINE);
        }
    }

    /// Takes what the camera's pipeline told.
    pub(super) fn handle_camera(&mut self, generation: u64, message: DeviceMessage, tools: &mut Tools<'_>) {
        if generation != self.camera_attempts.generation || self.camera.is_none() {
            return;
        }
        match message {
            DeviceMessage::Failed(why) => self.camera_failed(&why, tools),
            DeviceMessage::EndOfFile => {
                if let Some(camera) = &self.camera {
                    camera.rewind();
                }
            }
        }
    }

    fn start_audio(&mut self, tools: &mut Tools<'_>) {
        let microphone = self.microphone_wanted.then_some(&tools.settings.microphone);
        let speaker = self.speaker_wanted.then_some(tools.speaker);
        let generation = self.audio_attempts.started();
        match Audio::start(microphone, speaker, generation, tools.shared, tools.inbox) {
            Ok(audio) => self.audio = Some(audio),
            Err(error) if self.microphone_wanted => {
                let failed = AudioMessage::MicrophoneFailed(error.to_string());
                self.audio_failed(failed, tools);
            }
            Err(error) => self.audio_failed(AudioMessage::SpeakerFailed(error.to_string()), tools),
        }
    }

    fn stop_audio(&mut self, tools: &mut Tools<'_>) {
        if let Some(audio) = self.audio.take() {
            audio.stop(tools.reaper, TEARDOWN_DEADLINE);
        }
    }

    fn audio_failed(&mut self, message: AudioMessage, tools: &mut Tools<'_>) {
        let has_other_side = match message {
            AudioMessage::MicrophoneFailed(why) => {
                tracing::warn!(why, "the microphone failed, is left out and tried again");
                std::mem::replace(&mut self.microphone_wanted, false)
            }
            AudioMessage::SpeakerFailed(why) => {
                tracing::warn!(why, "the speaker failed, is left out and tried again");
                std::mem::replace(&mut self.speaker_wanted, false)
            }
        };
        self.stop_audio(tools);
        if has_other_side {
            self.start_audio(tools);
        }
        self.audio_attempts.failed(LONGEST_AUDIO_RETRY);
    }

    /// Takes what the audio pipeline told.
    pub(super) fn handle_audio(&mut self, generation: u64, message: AudioMessage, tools: &mut Tools<'_>) {
        if generation == self.audio_attempts.generation && self.audio.is_some() {
            self.audio_failed(message, tools);
        }
    }

    /// Notices silence and starts what is due; what the session is told of it.
    pub(super) fn review(&mut self, tools: &mut Tools<'_>) -> Vec<MediaEvent> {
        let mut events = Vec::new();
        let camera_works = is_recent(tools.shared.frames.latest_at());
        let has_camera = tools.settings.camera.source != CameraSource::None;
        if camera_works {
            self.camera_attempts.failures = 0;
        } else if self.camera.is_some() && self.camera_attempts.patience_is_over() {
            self.camera_failed("it delivers no frames", tools);
        }
        let camera_settled = camera_works || !has_camera || self.camera.is_none();
        let camera_went = self.camera_told == Some(true) && !camera_works;
        if (camera_settled || camera_went) && self.camera_told != Some(camera_works) {
            self.camera_told = Some(camera_works);
            events.push(MediaEvent::CameraChanged { working: camera_works });
        }
        let microphone_works = is_recent(tools.shared.microphone.latest_at());
        let has_microphone = tools.settings.microphone.source != MicrophoneSource::None;
        if microphone_works && self.microphone_wanted && self.speaker_wanted {
            self.audio_attempts.failures = 0;
        }
        let missed = has_microphone && self.microphone_wanted && self.audio.is_some() && !microphone_works;
        if missed && self.audio_attempts.patience_is_over() {
            self.audio_failed(AudioMessage::MicrophoneFailed("it delivers no sound".to_owned()), tools);
        }
        let microphone_settled = microphone_works || !has_microphone || !self.microphone_wanted;
        let microphone_went = self.microphone_told == Some(true) && !microphone_works;
        if (microphone_settled || microphone_went) && self.microphone_told != Some(microphone_works) {
            self.microphone_told = Some(microphone_works);
            events.push(MediaEvent::MicrophoneChanged { working: microphone_works });
        }
        self.retry(tools);
        events
    }

    fn retry(&mut self, tools: &mut Tools<'_>) {
        if self.camera_attempts.is_due() {
            self.start_camera(tools);
        }
        if self.audio_attempts.is_due() {
            self.microphone_wanted = true;
            self.speaker_wanted = true;
            self.stop_audio(tools);
            self.start_audio(tools);
        }
    }

    /// Stops both; the teardowns to wait for.
    pub(super) fn stop(mut self, tools: &mut Tools<'_>) -> Vec<ReapId> {
        tools.shared.self_view.set_live(false);
        let camera = self.camera.take().map(|camera| camera.stop(tools.reaper, TEARDOWN_DEADLINE));
        let audio = self.audio.take().map(|audio| audio.stop(tools.reaper, TEARDOWN_DEADLINE));
        camera.into_iter().chain(audio).collect()
    }
}
