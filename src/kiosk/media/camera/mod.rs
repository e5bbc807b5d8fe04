//! The camera: a pipeline of its own that may fail and be started anew while calls go on.
//!
//! Frames go to the [`FrameHub`] and the self view. Its callbacks run on GStreamer's threads or on
//! `media-camera`; they only publish frames and send to the media thread, which owns the restarts.

pub(crate) mod developing;
pub(crate) mod frame;
pub(crate) mod hub;
pub(crate) mod test_picture;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use frame::Frame;
use hub::FrameHub;

use super::inbox::{DeviceMessage, Inbox, Message};
use super::reaper::{ReapId, Reaper};
use super::settings::{CameraSettings, CameraSource};
use super::shared::SelfView;
use super::{MediaError, watch};

/// Where the camera's frames go.
#[derive(Debug, Clone)]
pub(crate) struct CameraOutput {
    /// To whoever sends.
    pub hub: FrameHub,
    /// To the screen.
    pub self_view: SelfView,
}

impl CameraOutput {
    fn publish(&self, frame: Frame) {
        self.self_view.show(&frame);
        self.hub.publish(frame);
    }
}

/// A running camera.
#[derive(Debug)]
pub(crate) struct Camera {
    stop: Arc<AtomicBool>,
    pipeline: Option<gst::Pipeline>,
}

impl Camera {
    /// Starts the camera; failures after the return arrive at the inbox under `generation`.
    /// `None` where the configuration has no camera.
    pub(crate) fn start(
        settings: &CameraSettings,
        generation: u64,
        output: CameraOutput,
        inbox: &Inbox,
    ) -> Result<Option<Self>, MediaError> {
        let stop = Arc::new(AtomicBool::new(false));
        let pipeline = match &settings.source {
            CameraSource::None => return Ok(None),
            CameraSource::Test => {
                start_test_camera(settings, output, Arc::clone(&stop))?;
                None
            }
            source @ (CameraSource::V4l2(_) | CameraSource::PipeWire(_) | CameraSource::File(_)) => {
                Some(start_pipeline(settings, source, generation, output, inbox)?)
            }
        };
        Ok(Some(Self { stop, pipeline }))
    }

    /// Plays a file from its beginning again, on a thread of its own.
    pub(crate) fn rewind(&self) {
        let Some(pipeline) = self.pipeline.clone() else { return };
        // A failed seek shows as a camera without frames, which is restarted.
        let _ = std::thread::Builder::new().name("media-rewind".to_owned()).spawn(move || {
            pipeline.seek_simple(gst::SeekFlags::FLUSH | gst::SeekFlags::KEY_UNIT, gst::ClockTime::ZERO)
        });
    }

    /// Stops it, on the reaper.
    pub(crate) fn stop(self, reaper: &mut Reaper, deadline: Duration) -> ReapId {
        self.stop.store(true, Ordering::SeqCst);
        reaper.reap("camera", deadline, move || {
            if let Some(pipeline) = self.pipeline {
                watch::to_null(&pipeline);
            }
        })
    }
}

fn start_test_camera(settings: &CameraSettings, output: CameraOutput, stop: Arc<AtomicBool>) -> Result<(), MediaError> {
    let settings = settings.clone();
    let run = move || {
        let interval = Duration::from_secs(1) / settings.frames_per_second.max(1);
        let mut due = Instant::now();
        let mut counter = 0_u16;
        while !stop.load(Ordering::SeqCst) {
            if let Some(frame) = test_picture::paint(settings.width, settings.height, counter) {
                output.publish(frame);
            }
            counter = counter.wrapping_add(1);
            due = (due + interval).max(Instant::now().checked_sub(interval).unwrap_or(due));
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    };
    let thread = std::thread::Builder::new().name("media-camera".to_owned()).spawn(run);
    thread.map(drop).map_err(|error| MediaError::Thread(error.to_string()))
}

fn source_element(source: &CameraSource, settings: &CameraSettings) -> Result<(gst::Element, String), MediaError> {
    let make = |name| gst::ElementFactory::make(name);
    let built = match source {
        CameraSource::V4l2(device) => {
            let (width, height, rate) = (settings.width, settings.height, settings.frames_per_second);
            let size = format!("width={width},height={height},framerate={rate}/1");
            let wanted = format!("image/jpeg,{size};video/x-raw,{size};image/jpeg;video/x-raw");
            (make("v4l2src").property("device", device.to_string_lossy().as_ref()).build(), wanted)
        }
        CameraSource::PipeWire(target) => {
            let element = make("pipewiresrc").property("do-timestamp", true);
            let element = if target.is_empty() { element } else { element.property("target-object", target) };
            (element.build(), "image/jpeg;video/x-raw".to_owned())
        }
        CameraSource::File(path) => {
            (make("filesrc").property("location", path.to_string_lossy().as_ref()).build(), "ANY".to_owned())
        }
        CameraSource::Test | CameraSource::None => return Err(MediaError::build("camera", "has no pipeline")),
    };
    let (element, caps) = built;
    Ok((element.map_err(|error| MediaError::build("camera", error))?, caps))
}

fn start_pipeline(
    settings: &CameraSettings,
    source: &CameraSource,
    generation: u64,
    output: CameraOutput,
    inbox: &Inbox,
) -> Result<gst::Pipeline, MediaError> {
    let failed = |error: gst::glib::Error| MediaError::build("camera", error);
    let (element, wanted) = source_element(source, settings)?;
    let (width, height, rate) = (settings.width, settings.height, settings.frames_per_second);
    let paced = if matches!(source, CameraSource::File(_)) { "identity sync=true !" } else { "" };
    let description = format!(
        "capsfilter name=wanted ! decodebin ! queue leaky=downstream max-size-buffers=2 ! videoconvert n-threads=1 \
         ! videoscale ! videorate drop-only=false ! {paced} \
         video/x-raw,format=I420,width={width},height={height},framerate={rate}/1,pixel-aspect-ratio=1/1 \
         ! appsink name=frames max-buffers=1 drop=true sync=false"
    );
    let chain = gst::parse::bin_from_description(&description, false).map_err(failed)?;
    let wanted: gst::Caps = wanted.parse().map_err(|error| MediaError::build("camera", error))?;
    let filter = chain.by_name("wanted").ok_or_else(|| MediaError::build("camera", "no filter"))?;
    filter.set_property("caps", wanted);
    let sink = watch::app_sink(&chain, "frames")?;
    sink.set_callbacks(
        gst_app::AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
                if let Some(frame) = Frame::from_sample(&sample) {
                    output.publish(frame);
                }
                Ok(gst::FlowSuccess::Ok)
            })
            .build(),
    );
    let pipeline = gst::Pipeline::with_name("camera");
    let glue = |error: gst::glib::BoolError| MediaError::build("camera", error);
    pipeline.add_many([&element, chain.upcast_ref()]).map_err(glue)?;
    let entry = filter.static_pad("sink").ok_or_else(|| MediaError::build("camera", "no entry"))?;
    let ghost = gst::GhostPad::with_target(&entry).map_err(glue)?;
    chain.add_pad(&ghost).map_err(glue)?;
    element.link(&chain).map_err(glue)?;
    watch::report_device(&pipeline, inbox, move |message| Message::Camera(generation, message));
    let inbox = inbox.clone();
    watch::start_in_background(&pipeline, move |error| {
        inbox.tell(Message::Camera(generation, DeviceMessage::Failed(error)));
    })?;
    Ok(pipeline)
}
