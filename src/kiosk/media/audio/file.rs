//! A sound file, decoded whole before it is played in a loop as the microphone.

use std::path::Path;

use gstreamer as gst;
use gstreamer::prelude::*;

use super::mixer::SAMPLE_RATE;
use super::{FORMAT, quoted};
use crate::media::{MediaError, watch};

const LIMIT_SAMPLES: usize = 600 * SAMPLE_RATE as usize;
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(5);

/// The file's samples, at most ten minutes of them.
pub(super) fn decode(path: &Path) -> Result<Vec<i16>, MediaError> {
    let failed = |why: String| MediaError::build("microphone.source", format!("{}: {why}", path.display()));
    let description = format!(
        "filesrc location={} ! decodebin ! audioconvert ! audioresample ! {FORMAT} ! appsink name=sound sync=false",
        quoted(&path.to_string_lossy())
    );
    let pipeline = gst::parse::launch(&description).map_err(|error| failed(error.to_string()))?;
    let pipeline = pipeline.downcast::<gst::Pipeline>().map_err(|_| failed("no pipeline".to_owned()))?;
    let sink = watch::app_sink(pipeline.upcast_ref(), "sound")?;
    let mut samples = Vec::new();
    let started = pipeline.set_state(gst::State::Playing);
    while samples.len() < LIMIT_SAMPLES && started.is_ok() {
        let Some(sample) = sink.try_pull_sample(PATIENCE) else { break };
        if let Some(bytes) = sample.buffer().and_then(|buffer| buffer.map_readable().ok()) {
            samples.extend(bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)));
        }
    }
    let error = pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
    watch::to_null(&pipeline);
    if samples.is_empty() {
        let why = error.and_then(|message| match message.view() {
            gst::MessageView::Error(error) => Some(watch::error_text(error)),
            _ => None,
        });
        return Err(failed(why.unwrap_or_else(|| "it holds no sound".to_owned())));
    }
    Ok(samples)
}
