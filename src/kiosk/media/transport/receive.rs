//! The peer's picture and sound: depayloaders, decoders, and the way to the screen and the mixer.
//!
//! A probe in front of the depayloader drops every packet while the gate is shut, and what was
//! being decoded meanwhile is dropped behind the decoder. Runs on GStreamer's threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use muwajaha_core::domain::BootTime;

use super::pass_only_while_open;
use super::signals::Callbacks;
use crate::media::camera::developing::Developer;
use crate::media::camera::frame::Frame;
use crate::media::clock::boot_now;
use crate::media::inbox::TransportMessage;
use crate::media::shared::Shared;
use crate::media::{MediaError, watch};

const VIDEO: &str = "queue max-size-time=0 max-size-buffers=400 max-size-bytes=0 \
    ! rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec threads=1 ! video/x-raw,format=I420 \
    ! appsink name=decoded sync=false max-buffers=1 drop=true";
const AUDIO: &str = "queue max-size-time=0 max-size-buffers=200 max-size-bytes=0 ! rtpopusdepay \
    ! opusdec plc=true use-inband-fec=true ! audioconvert ! audioresample \
    ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! appsink name=decoded sync=false max-buffers=20 drop=true";
const LARGEST_SIDE: u32 = 4096;

/// When something was last decoded, in boot milliseconds; zero is never.
#[derive(Debug, Clone, Default)]
pub(super) struct LastDecoded {
    milliseconds: Arc<AtomicU64>,
}

impl LastDecoded {
    /// Notes one; whether it was the first.
    fn touch(&self) -> bool {
        self.milliseconds.swap(boot_now().as_millis().max(1), Ordering::SeqCst) == 0
    }

    /// When, unless never.
    pub(super) fn get(&self) -> Option<BootTime> {
        match self.milliseconds.load(Ordering::SeqCst) {
            0 => None,
            milliseconds => Some(BootTime::from_millis(milliseconds)),
        }
    }
}

/// What a connection's receiving half notes.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    /// The last picture.
    pub video: LastDecoded,
    /// The last sound.
    pub audio: LastDecoded,
    has_video: Arc<AtomicBool>,
    has_audio: Arc<AtomicBool>,
}

/// Joins a new pad of webrtcbin to its decoder; a second stream of a kind is not decoded.
pub(super) fn attach(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    told: &Callbacks,
    shared: &Shared,
    received: &Received,
) -> Result<(), MediaError> {
    let key = told.key;
    let failed = |what: &dyn std::fmt::Display| MediaError::build("receiver", what);
    let caps = pad.current_caps().ok_or_else(|| failed(&"a stream without a format"))?;
    let media = caps.structure(0).and_then(|structure| structure.get::<String>("media").ok());
    let is_video = media.as_deref() == Some("video");
    let taken = if is_video { &received.has_video } else { &received.has_audio };
    let description = match taken.swap(true, Ordering::SeqCst) {
        true => "fakesink sync=false async=false",
        false if is_video => VIDEO,
        false => AUDIO,
    };
    let bin = gst::parse::bin_from_description(description, true).map_err(|error| failed(&error))?;
    let entry = bin.static_pad("sink").ok_or_else(|| failed(&"no entry"))?;
    pass_only_while_open(&entry, &shared.gate, key);
    if bin.by_name("decoded").is_some() {
        let sink = watch::app_sink(&bin, "decoded")?;
        let callbacks = if is_video {
            video_callbacks(told.clone(), shared.clone(), received.video.clone())
        } else {
            audio_callbacks(told.clone(), shared.clone(), received.audio.clone())
        };
        sink.set_callbacks(callbacks);
    }
    pipeline.add(&bin).map_err(|error| failed(&error))?;
    bin.sync_state_with_parent().map_err(|error| failed(&error))?;
    pad.link(&entry).map(drop).map_err(|error| failed(&error))
}

fn video_callbacks(told: Callbacks, shared: Shared, decoded: LastDecoded) -> gst_app::AppSinkCallbacks {
    let key = told.key;
    let mut developer = Developer::default();
    gst_app::AppSinkCallbacks::builder()
        .new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            let open = || shared.gate.is_open_for(key.call, key.connection);
            let frame = Frame::from_sample(&sample).filter(|frame| frame.width().max(frame.height()) <= LARGEST_SIDE);
            let Some(picture) = frame.filter(|_| open()).and_then(|frame| developer.develop(&frame)) else {
                return Ok(gst::FlowSuccess::Ok);
            };
            shared.remote_picture.put(picture);
            if open() {
                if decoded.touch() {
                    told.tell(TransportMessage::Decoded);
                }
                shared.figures.frames_decoded.fetch_add(1, Ordering::Relaxed);
            } else {
                shared.remote_picture.clear();
            }
            Ok(gst::FlowSuccess::Ok)
        })
        .build()
}

fn audio_callbacks(told: Callbacks, shared: Shared, decoded: LastDecoded) -> gst_app::AppSinkCallbacks {
    let key = told.key;
    gst_app::AppSinkCallbacks::builder()
        .new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            let samples = sample.buffer().and_then(|buffer| buffer.map_readable().ok());
            if let Some(bytes) = samples.filter(|_| shared.gate.is_open_for(key.call, key.connection)) {
                let (pairs, _) = bytes.as_chunks::<2>();
                shared.mixer.push(pairs.iter().map(|pair| i16::from_le_bytes(*pair)));
                if decoded.touch() {
                    told.tell(TransportMessage::Decoded);
                }
                shared.figures.samples_decoded.fetch_add(pairs.len() as u64, Ordering::Relaxed);
            }
            Ok(gst::FlowSuccess::Ok)
        })
        .build()
}
