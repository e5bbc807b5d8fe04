//! Small helpers around GStreamer pipelines that camera, audio and transports share.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::MediaError;
use super::inbox::{DeviceMessage, Inbox, Message};

/// The appsink of this name.
pub(crate) fn app_sink(bin: &gst::Bin, name: &str) -> Result<gst_app::AppSink, MediaError> {
    let element = bin.by_name(name).ok_or_else(|| MediaError::build("appsink", name))?;
    element.downcast().map_err(|_| MediaError::build("appsink", name))
}

/// The appsrc of this name.
pub(crate) fn app_source(bin: &gst::Bin, name: &str) -> Result<gst_app::AppSrc, MediaError> {
    let element = bin.by_name(name).ok_or_else(|| MediaError::build("appsrc", name))?;
    element.downcast().map_err(|_| MediaError::build("appsrc", name))
}

/// Takes every bus message on the thread that posted it, and keeps none.
pub(crate) fn on_bus_message(pipeline: &gst::Pipeline, handle: impl Fn(&gst::MessageRef) + Send + Sync + 'static) {
    if let Some(bus) = pipeline.bus() {
        bus.set_sync_handler(move |_, message| {
            handle(message);
            gst::BusSyncReply::Drop
        });
    }
}

/// The words of an error message, for the log.
pub(crate) fn error_text(error: &gst::message::Error) -> String {
    let source = error.src().map(|source| source.name().to_string()).unwrap_or_default();
    format!("{source}: {}", error.error())
}

/// Reports errors and the end of a file to the media thread.
pub(crate) fn report_device(
    pipeline: &gst::Pipeline,
    inbox: &Inbox,
    wrap: impl Fn(DeviceMessage) -> Message + Send + Sync + 'static,
) {
    let inbox = inbox.clone();
    on_bus_message(pipeline, move |message| match message.view() {
        gst::MessageView::Error(error) => inbox.tell(wrap(DeviceMessage::Failed(error_text(error)))),
        gst::MessageView::Eos(_) => inbox.tell(wrap(DeviceMessage::EndOfFile)),
        _ => {}
    });
}

/// Starts a pipeline without waiting for its device to open; `failed` hears of a start that did not work.
pub(crate) fn start_in_background(
    pipeline: &gst::Pipeline,
    failed: impl FnOnce(String) + Send + 'static,
) -> Result<(), MediaError> {
    let pipeline = pipeline.downgrade();
    let run = move || {
        let Some(pipeline) = pipeline.upgrade() else { return };
        if let Err(error) = pipeline.set_state(gst::State::Playing) {
            failed(error.to_string());
        }
    };
    let thread = std::thread::Builder::new().name("media-starter".to_owned()).spawn(run);
    thread.map(drop).map_err(|error| MediaError::Thread(error.to_string()))
}

/// Stops a pipeline; may block.
pub(crate) fn to_null(pipeline: &gst::Pipeline) {
    if let Err(error) = pipeline.set_state(gst::State::Null) {
        tracing::warn!(%error, pipeline = %pipeline.name(), "a pipeline did not stop cleanly");
    }
    if let Some(bus) = pipeline.bus() {
        bus.unset_sync_handler();
    }
}
