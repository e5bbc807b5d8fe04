//! The audio pipeline: microphone, echo canceller and speaker, shared by all connections of a call.
//!
//! It is one pipeline, because the canceller must hear what the speaker plays. A device that fails
//! is left out and tried again by the media thread. `media-audio` feeds it every 10 ms; its
//! callbacks run on GStreamer's threads and read the gate for every buffer.

mod file;
pub(crate) mod microphone;
pub(crate) mod mixer;
pub(crate) mod tone;
mod wave;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use mixer::CHUNK_SAMPLES;
use tone::SampleMaker;
use wave::WaveWriter;

use super::inbox::{AudioMessage, Inbox, Message};
use super::reaper::{ReapId, Reaper};
use super::settings::{MicrophoneSettings, MicrophoneSource, SpeakerSink};
use super::shared::Shared;
use super::{MediaError, watch};

const FORMAT: &str = "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved";
const CHUNK: Duration = Duration::from_millis(10);

/// Where the speaker's sound ends.
#[derive(Debug, Clone)]
pub(crate) enum Speaker {
    /// A GStreamer sink.
    Device(SpeakerSink),
    /// A file, kept open from call to call.
    File(Arc<Mutex<WaveWriter>>),
}

impl Speaker {
    /// Opens a file where the configuration names one.
    pub(crate) fn open(sink: &SpeakerSink) -> Result<Self, MediaError> {
        let SpeakerSink::File(path) = sink else { return Ok(Self::Device(sink.clone())) };
        let refused = |error: std::io::Error| MediaError::SpeakerFile {
            path: path.display().to_string(),
            why: error.to_string(),
        };
        Ok(Self::File(Arc::new(Mutex::new(WaveWriter::open(path).map_err(refused)?))))
    }
}

/// The running audio pipeline.
#[derive(Debug)]
pub(crate) struct Audio {
    stop: Arc<AtomicBool>,
    pipeline: gst::Pipeline,
}

pub(crate) enum MicrophoneBranch {
    Device(String),
    Made(SampleMaker),
    None,
}

/// How the microphone's side is built.
pub(crate) fn microphone_branch(source: &MicrophoneSource) -> Result<MicrophoneBranch, MediaError> {
    Ok(match source {
        MicrophoneSource::Alsa(device) => MicrophoneBranch::Device(format!(
            "alsasrc device={} buffer-time=60000 latency-time=10000 provide-clock=false",
            quoted(device)
        )),
        MicrophoneSource::PipeWire(target) => {
            MicrophoneBranch::Device(format!("pipewiresrc do-timestamp=true {}", target_object(target)))
        }
        MicrophoneSource::File(path) => MicrophoneBranch::Made(tone::looped(file::decode(path)?)),
        MicrophoneSource::Test => MicrophoneBranch::Made(tone::beeps()),
        MicrophoneSource::None => MicrophoneBranch::None,
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn target_object(target: &str) -> String {
    if target.is_empty() { String::new() } else { format!("target-object={}", quoted(target)) }
}

fn speaker_element(speaker: &Speaker) -> String {
    match speaker {
        Speaker::Device(SpeakerSink::Alsa(device)) => format!(
            "alsasink name=sink device={} buffer-time=60000 latency-time=10000 provide-clock=false",
            quoted(device)
        ),
        Speaker::Device(SpeakerSink::PipeWire(target)) => format!("pipewiresink name=sink {}", target_object(target)),
        Speaker::Device(SpeakerSink::File(_) | SpeakerSink::None) | Speaker::File(_) => {
            "appsink name=sink sync=true max-buffers=20".to_owned()
        }
    }
}

impl Audio {
    /// Builds and starts it without `microphone` or `speaker` where they are `None`. Failures after
    /// the return arrive at the inbox under `generation`.
    pub(crate) fn start(
        microphone: Option<&MicrophoneSettings>,
        speaker: Option<&Speaker>,
        generation: u64,
        shared: &Shared,
        inbox: &Inbox,
    ) -> Result<Self, MediaError> {
        let branch = match microphone {
            Some(settings) => microphone_branch(&settings.source)?,
            None => MicrophoneBranch::None,
        };
        let canceller = microphone.is_some_and(|settings| settings.echo_cancellation);
        Self::assemble(branch, canceller, speaker, generation, shared, inbox)
    }

    pub(crate) fn assemble(
        branch: MicrophoneBranch,
        canceller: bool,
        speaker: Option<&Speaker>,
        generation: u64,
        shared: &Shared,
        inbox: &Inbox,
    ) -> Result<Self, MediaError> {
        let pipeline = gst::Pipeline::with_name("audio");
        let silent = Speaker::Device(SpeakerSink::None);
        let probe = format!("echo-probe-{generation}");
        let feed = add_speaker(&pipeline, speaker.unwrap_or(&silent), &probe, shared)?;
        let made = add_microphone(&pipeline, branch, canceller.then_some(probe.as_str()), shared)?;
        pipeline.use_clock(Some(&gst::SystemClock::obtain()));
        report_failures(&pipeline, generation, inbox);
        let stop = Arc::new(AtomicBool::new(false));
        start_feeder(feed, made, shared.clone(), Arc::clone(&stop))?;
        let inbox = inbox.clone();
        watch::start_in_background(&pipeline, move |error| {
            // The element's own message names the side; this one only says that it did not start.
            tracing::debug!(error, "the audio pipeline did not start");
            drop(inbox);
        })?;
        Ok(Self { stop, pipeline })
    }

    /// Stops it, on the reaper.
    pub(crate) fn stop(self, reaper: &mut Reaper, deadline: Duration) -> ReapId {
        self.stop.store(true, Ordering::SeqCst);
        reaper.reap("audio", deadline, move || watch::to_null(&self.pipeline))
    }
}

fn report_failures(pipeline: &gst::Pipeline, generation: u64, inbox: &Inbox) {
    let inbox = inbox.clone();
    watch::on_bus_message(pipeline, move |message| {
        if let gst::MessageView::Error(error) = message.view() {
            let text = watch::error_text(error);
            let path = error.src().map(|source| source.path_string().to_string()).unwrap_or_default();
            let told = if path.contains("GstBin:microphone") {
                AudioMessage::MicrophoneFailed(text)
            } else {
                AudioMessage::SpeakerFailed(text)
            };
            inbox.tell(Message::Audio(generation, told));
        }
    });
}

fn add_branch(pipeline: &gst::Pipeline, name: &str, description: &str) -> Result<gst::Bin, MediaError> {
    let bin = gst::parse::bin_from_description(description, false)
        .map_err(|error| MediaError::build("audio pipeline", error))?;
    bin.set_property("name", name);
    pipeline.add(&bin).map_err(|error| MediaError::build("audio pipeline", error))?;
    Ok(bin)
}

fn add_speaker(
    pipeline: &gst::Pipeline,
    speaker: &Speaker,
    probe: &str,
    shared: &Shared,
) -> Result<gst_app::AppSrc, MediaError> {
    let sink = speaker_element(speaker);
    let description = format!(
        "appsrc name=feed is-live=true do-timestamp=true format=time max-time=100000000 leaky-type=downstream \
         caps={FORMAT} ! webrtcechoprobe name={probe} \
         ! queue max-size-time=60000000 max-size-buffers=0 max-size-bytes=0 ! audioconvert ! audioresample ! {sink}"
    );
    let bin = add_branch(pipeline, "speaker", &description)?;
    let missing = || MediaError::build("speaker", "no probe");
    let heard = bin.by_name(probe).and_then(|probe| probe.static_pad("sink")).ok_or_else(missing)?;
    let gate = shared.gate.clone();
    heard.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        if !gate.is_open()
            && let Some(gst::PadProbeData::Buffer(buffer)) = &mut info.data
            && let Ok(mut samples) = buffer.make_mut().map_writable()
        {
            samples.fill(0);
        }
        gst::PadProbeReturn::Ok
    });
    if let Some(Ok(sink)) = bin.by_name("sink").map(|sink| sink.downcast::<gst_app::AppSink>()) {
        let file = match speaker {
            Speaker::File(file) => Some(Arc::clone(file)),
            Speaker::Device(_) => None,
        };
        sink.set_property("caps", FORMAT.parse::<gst::Caps>().ok());
        sink.set_callbacks(
            gst_app::AppSinkCallbacks::builder()
                .new_sample(move |sink| {
                    let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
                    let played = sample.buffer().and_then(|buffer| buffer.map_readable().ok());
                    if let (Some(file), Some(played)) = (&file, played)
                        && let Err(error) = file.lock().unwrap_or_else(PoisonError::into_inner).write(&played)
                    {
                        tracing::debug!(%error, "the speaker's file takes no more");
                    }
                    Ok(gst::FlowSuccess::Ok)
                })
                .build(),
        );
    }
    watch::app_source(&bin, "feed")
}

fn add_microphone(
    pipeline: &gst::Pipeline,
    branch: MicrophoneBranch,
    probe: Option<&str>,
    shared: &Shared,
) -> Result<Option<(gst_app::AppSrc, SampleMaker)>, MediaError> {
    let (source, maker) = match branch {
        MicrophoneBranch::None => return Ok(None),
        MicrophoneBranch::Device(source) => (source, None),
        MicrophoneBranch::Made(maker) => (
            format!(
                "appsrc name=made is-live=true do-timestamp=true format=time max-time=100000000 \
                 leaky-type=downstream caps={FORMAT}"
            ),
            Some(maker),
        ),
    };
    let clean = match probe {
        Some(probe) => format!("webrtcdsp name=canceller probe={probe} gain-control=false"),
        None => "identity".to_owned(),
    };
    let description = format!(
        "{source} ! audioconvert ! audioresample ! {FORMAT} ! {clean} \
         ! appsink name=sound sync=false max-buffers=20 drop=true"
    );
    let bin = add_branch(pipeline, "microphone", &description)?;
    if let Some(canceller) = bin.by_name("canceller") {
        // Gone in later releases, whose canceller always does both.
        for property in ["delay-agnostic", "extended-filter"] {
            if canceller.find_property(property).is_some() {
                canceller.set_property(property, true);
            }
        }
    }
    let (gate, hub) = (shared.gate.clone(), shared.microphone.clone());
    watch::app_sink(&bin, "sound")?.set_callbacks(
        gst_app::AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
                if let Some(buffer) = sample.buffer_owned() {
                    hub.publish(&buffer, &gate);
                }
                Ok(gst::FlowSuccess::Ok)
            })
            .build(),
    );
    Ok(match maker {
        Some(maker) => Some((watch::app_source(&bin, "made")?, maker)),
        None => None,
    })
}

fn chunk_buffer(samples: &[i16]) -> gst::Buffer {
    gst::Buffer::from_mut_slice(samples.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>())
}

fn start_feeder(
    feed: gst_app::AppSrc,
    made: Option<(gst_app::AppSrc, SampleMaker)>,
    shared: Shared,
    stop: Arc<AtomicBool>,
) -> Result<(), MediaError> {
    let mut made = made;
    let run = move || {
        let mut chunk = [0; CHUNK_SAMPLES];
        let mut due = Instant::now();
        while !stop.load(Ordering::SeqCst) {
            if feed.clock().is_none() {
                std::thread::sleep(CHUNK);
                due = Instant::now();
                continue;
            }
            if shared.gate.is_open() {
                shared.mixer.pull(&mut chunk);
            } else {
                shared.mixer.clear();
                chunk.fill(0);
            }
            // A pipeline that is being torn down takes nothing more.
            let _ = feed.push_buffer(chunk_buffer(&chunk));
            if let Some((source, make)) = &mut made {
                make(&mut chunk);
                let _ = source.push_buffer(chunk_buffer(&chunk));
            }
            due += CHUNK;
            let now = Instant::now();
            if now.saturating_duration_since(due) > 20 * CHUNK {
                due = now;
            }
            std::thread::sleep(due.saturating_duration_since(now));
        }
    };
    let thread = std::thread::Builder::new().name("media-audio".to_owned()).spawn(run);
    thread.map(drop).map_err(|error| MediaError::Thread(error.to_string()))
}
