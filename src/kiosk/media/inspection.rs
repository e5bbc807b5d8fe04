//! Looking through the camera and listening to speaker and microphone without a call.
//!
//! The pipelines are those of calls; gate, hubs and inbox are of their own, so that nothing seen or
//! heard here reaches a call or the screen. Runs on the caller's thread, for a bounded time, and
//! leaves teardowns to threads of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use muwajaha_core::domain::{CallId, ConnectionId};

use super::audio::{Audio, MicrophoneBranch, Speaker, microphone_branch};
use super::camera::{Camera, CameraOutput};
use super::gate::Gate;
use super::inbox::{AudioMessage, DeviceMessage, InboxReceiver, Message, TransportKey, inbox};
use super::reaper::Reaper;
use super::settings::{CameraSettings, CameraSource, MediaSettings, MicrophoneSource, SpeakerSink};
use super::shared::{Repaint, SelfView, Shared};
use super::{MediaError, error, watch};
use crate::picture::PictureSlot;

const KEY: TransportKey = TransportKey { call: CallId(0), connection: ConnectionId(0) };
const FIRST_PATIENCE: Duration = Duration::from_secs(5);
const TEARDOWN_DEADLINE: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(100);
/// Exposure settles in this time.
const SETTLING: Duration = Duration::from_millis(700);
/// Samples of a picture's luma, across and down.
const LUMA_GRID: (usize, usize) = (64, 36);

/// The order to let go of the devices before the time is over. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Orders it.
    pub fn order(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was ordered.
    pub fn is_ordered(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

const STOPPED: &str = "stopped";

/// What the camera showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Frames that differ from the one before; a frame repeated to keep the rate counts for nothing.
    pub new_frames: u32,
    /// In this time.
    pub over: Duration,
    /// Mean of the luma, 16 (black) to 235 (white).
    pub mean_luma: f32,
    /// Difference between the brightest and the darkest tenth of the luma.
    pub contrast: f32,
}

/// What the microphone heard: mono, 48 kHz.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// While the speaker was silent.
    pub quiet: Vec<i16>,
    /// While it played.
    pub playing: Vec<i16>,
}

/// How the microphone is listened to.
#[derive(Debug, Clone, Copy)]
pub struct Listening<'a> {
    /// With the canceller before it.
    pub cancelled: bool,
    /// For how long before the speaker plays.
    pub quiet: Duration,
    /// For how long while it plays.
    pub playing: Duration,
    /// Ends it before.
    pub stop: &'a Stop,
}

/// Which side of the sound does not work; the text is the system's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundFailure {
    /// The microphone.
    Microphone(String),
    /// The speaker.
    Speaker(String),
}

/// Looks through the camera for `over`, once its exposure has settled.
///
/// # Errors
/// Why no picture comes, in the system's words.
pub fn look(settings: &CameraSettings, over: Duration, stop: &Stop) -> Result<Seen, String> {
    if settings.source == CameraSource::None {
        return Err("camera.source = \"none\"".to_owned());
    }
    error::check_plugins().map_err(|error| error.to_string())?;
    let shared = shared();
    let (inbox, receiver) = inbox();
    let output = CameraOutput { hub: shared.frames.clone(), self_view: shared.self_view.clone() };
    let camera = Camera::start(settings, 0, output, &inbox).map_err(|error| error.to_string())?;
    let seen = watch_frames(&shared, &receiver, over, stop);
    if let Some(camera) = camera {
        camera.stop(&mut Reaper::new(inbox), TEARDOWN_DEADLINE);
    }
    seen
}

fn watch_frames(shared: &Shared, receiver: &InboxReceiver, over: Duration, stop: &Stop) -> Result<Seen, String> {
    let started = Instant::now();
    let (mut sequence, mut before, mut settled_at) = (0, Vec::new(), None);
    let mut seen: Option<Seen> = None;
    loop {
        if let Some(why) = camera_failure(receiver) {
            return Err(why);
        }
        if stop.is_ordered() {
            return Err(STOPPED.to_owned());
        }
        if seen.is_none() && started.elapsed() > FIRST_PATIENCE + SETTLING {
            return Err("no frames".to_owned());
        }
        let Some((number, frame)) = shared.frames.next(sequence, STEP) else {
            if settled_at.is_some_and(|at: Instant| at.elapsed() >= over) {
                break;
            }
            continue;
        };
        sequence = number;
        let settles_at = *settled_at.get_or_insert_with(|| Instant::now() + SETTLING);
        let Some(elapsed) = Instant::now().checked_duration_since(settles_at) else { continue };
        if elapsed >= over && seen.is_some() {
            break;
        }
        let luma = frame.luma_grid(LUMA_GRID);
        let is_new = !before.is_empty() && before != luma;
        let size = (frame.width(), frame.height());
        let (mean_luma, contrast) = exposure(&luma);
        let new_frames = seen.as_ref().map_or(0, |seen| seen.new_frames) + u32::from(is_new);
        seen = Some(Seen { size, new_frames, over: elapsed, mean_luma, contrast });
        before = luma;
    }
    seen.ok_or_else(|| "no frames".to_owned())
}

fn camera_failure(receiver: &InboxReceiver) -> Option<String> {
    match receiver.receive(Duration::ZERO) {
        Ok(Some(Message::Camera(_, DeviceMessage::Failed(why)))) => Some(why),
        Ok(_) | Err(()) => None,
    }
}

/// The mean, and the distance from the darkest tenth's end to the brightest tenth's beginning.
fn exposure(luma: &[u8]) -> (f32, f32) {
    let mut sorted = luma.to_vec();
    sorted.sort_unstable();
    let at = |tenths: usize| sorted.get(sorted.len() * tenths / 10).map_or(0.0, |value| f32::from(*value));
    let sum: u32 = luma.iter().map(|value| u32::from(*value)).sum();
    (sum as f32 / luma.len().max(1) as f32, at(9) - at(1))
}

/// Plays `sound` and listens, as a call does.
///
/// # Errors
/// Which side does not work.
pub fn listen(
    settings: &MediaSettings,
    listening: Listening<'_>,
    sound: impl FnMut(&mut [i16]),
) -> Result<Heard, SoundFailure> {
    let unheard = |error: MediaError| SoundFailure::Microphone(error.to_string());
    if settings.microphone.source == MicrophoneSource::None {
        return Err(SoundFailure::Microphone("microphone.source = \"none\"".to_owned()));
    }
    error::check_plugins().map_err(unheard)?;
    // A file belongs to the calls that are recorded into it.
    let speaker = match &settings.speaker.sink {
        SpeakerSink::File(_) => Speaker::Device(SpeakerSink::None),
        sink => Speaker::Device(sink.clone()),
    };
    let branch = microphone_branch(&settings.microphone.source).map_err(unheard)?;
    listen_by(branch, Some(&speaker), listening, sound)
}

/// The microphone alone, where the speaker does not work.
///
/// # Errors
/// Why it does not work, in the system's words.
pub fn listen_without_speaker(settings: &MediaSettings, quiet: Duration, stop: &Stop) -> Result<Heard, SoundFailure> {
    let unheard = |error: MediaError| SoundFailure::Microphone(error.to_string());
    error::check_plugins().map_err(unheard)?;
    let branch = microphone_branch(&settings.microphone.source).map_err(unheard)?;
    let listening = Listening { cancelled: false, quiet, playing: Duration::ZERO, stop };
    listen_by(branch, None, listening, |chunk| chunk.fill(0))
}

/// In a room of the test's own making, which says what the microphone picks up.
#[cfg(test)]
pub(crate) fn listen_in_room(
    room: impl FnMut(&mut [i16]) + Send + 'static,
    listening: Listening<'_>,
    sound: impl FnMut(&mut [i16]),
) -> Result<Heard, SoundFailure> {
    error::check_plugins().map_err(|error| SoundFailure::Microphone(error.to_string()))?;
    listen_by(MicrophoneBranch::Made(Box::new(room)), None, listening, sound)
}

fn listen_by(
    branch: MicrophoneBranch,
    speaker: Option<&Speaker>,
    listening: Listening<'_>,
    sound: impl FnMut(&mut [i16]),
) -> Result<Heard, SoundFailure> {
    let unheard = |error: MediaError| SoundFailure::Microphone(error.to_string());
    let shared = shared();
    shared.gate.open(KEY.call, KEY.connection);
    let (inbox, receiver) = inbox();
    let tap = Tap::open(&shared).map_err(unheard)?;
    let audio = Audio::assemble(branch, listening.cancelled, speaker, 0, &shared, &inbox).map_err(unheard)?;
    let heard = hear(&tap, &shared, &receiver, listening, sound);
    shared.microphone.remove(KEY);
    audio.stop(&mut Reaper::new(inbox), TEARDOWN_DEADLINE);
    heard
}

fn hear(
    tap: &Tap,
    shared: &Shared,
    receiver: &InboxReceiver,
    listening: Listening<'_>,
    mut sound: impl FnMut(&mut [i16]),
) -> Result<Heard, SoundFailure> {
    let samples_in = |time: Duration| usize::try_from(time.as_millis()).unwrap_or(0) * 48;
    let (quiet, playing) = (samples_in(listening.quiet), samples_in(listening.playing));
    let mut heard = Heard::default();
    let mut latest = Instant::now();
    while heard.quiet.len() < quiet || heard.playing.len() < playing {
        if listening.stop.is_ordered() {
            return Err(SoundFailure::Microphone(STOPPED.to_owned()));
        }
        if let Ok(Some(Message::Audio(_, message))) = receiver.receive(Duration::ZERO) {
            return Err(match message {
                AudioMessage::MicrophoneFailed(why) => SoundFailure::Microphone(why),
                AudioMessage::SpeakerFailed(why) => SoundFailure::Speaker(why),
            });
        }
        let Some(samples) = tap.next() else {
            if latest.elapsed() > FIRST_PATIENCE {
                return Err(SoundFailure::Microphone("no sound".to_owned()));
            }
            continue;
        };
        latest = Instant::now();
        if heard.quiet.len() < quiet {
            heard.quiet.extend(samples);
        } else {
            let mut chunk = vec![0; samples.len()];
            sound(&mut chunk);
            shared.mixer.push(chunk.into_iter());
            heard.playing.extend(samples);
        }
    }
    Ok(heard)
}

/// A listener at the microphone's hub that keeps what it hears.
struct Tap {
    pipeline: gst::Pipeline,
    sink: gst_app::AppSink,
}

impl Tap {
    fn open(shared: &Shared) -> Result<Self, MediaError> {
        let failed = |error: gst::glib::Error| MediaError::build("microphone", error);
        let description = "appsrc name=in format=time is-live=true ! appsink name=out sync=false";
        let element = gst::parse::launch(description).map_err(failed)?;
        let pipeline = element.downcast::<gst::Pipeline>().map_err(|_| MediaError::build("microphone", "no tap"))?;
        let sink = watch::app_sink(pipeline.upcast_ref(), "out")?;
        shared.microphone.add(KEY, watch::app_source(pipeline.upcast_ref(), "in")?);
        pipeline.set_state(gst::State::Playing).map_err(|error| MediaError::build("microphone", error))?;
        Ok(Self { pipeline, sink })
    }

    fn next(&self) -> Option<Vec<i16>> {
        let sample = self.sink.try_pull_sample(gst::ClockTime::from_mseconds(100))?;
        let bytes = sample.buffer()?.map_readable().ok()?;
        Some(bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect())
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        watch::to_null(&self.pipeline);
    }
}

fn shared() -> Shared {
    Shared {
        gate: Gate::default(),
        remote_picture: PictureSlot::default(),
        repaint: Repaint::default(),
        self_view: SelfView::new(PictureSlot::default(), Repaint::default()),
        frames: super::camera::hub::FrameHub::default(),
        microphone: super::audio::microphone::MicrophoneHub::default(),
        mixer: super::audio::mixer::SpeakerMixer::default(),
        figures: Arc::default(),
    }
}
