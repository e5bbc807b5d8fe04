//! Devices that fail and come back in mid-call, and settings that are refused.

use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use muwajaha_core::session::MediaEvent;

use super::room::{Room, is_first_frame, test_settings};
use crate::media::{CameraSource, MediaError, MediaSettings, MicrophoneSource, SpeakerSink, start};

fn film(path: &std::path::Path) {
    gst::init().unwrap();
    let description = format!(
        "videotestsrc pattern=white num-buffers=60 ! video/x-raw,format=I420,width=320,height=180,framerate=30/1 \
         ! y4menc ! filesink location={}",
        path.display()
    );
    let pipeline = gst::parse::launch(&description).unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let ended = [gst::MessageType::Eos, gst::MessageType::Error];
    let message = pipeline.bus().unwrap().timed_pop_filtered(gst::ClockTime::from_seconds(10), &ended).unwrap();
    assert_eq!(message.type_(), gst::MessageType::Eos);
    pipeline.set_state(gst::State::Null).unwrap();
}

fn green_at_visitor(room: &Room) -> Option<u8> {
    let picture = room.visitor.as_ref()?.got.last_picture.lock().unwrap().clone()?;
    let (pixels, _) = picture.pixels.as_chunks::<4>();
    pixels.get(pixels.len() / 2).map(|[_, green, _, _]| *green)
}

#[test]
fn a_camera_that_fails_becomes_a_slate_and_comes_back_while_the_call_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("camera.y4m");
    let mut settings = test_settings();
    settings.camera.source = CameraSource::File(path.clone());
    let mut room = Room::open(settings);
    room.start_call(20, Duration::from_secs(60));
    room.connect(1);
    room.until_told("no camera", |event| *event == MediaEvent::CameraChanged { working: false });
    room.until_transport("a first frame", is_first_frame);
    room.until("a dark slate at the visitor's", |room| green_at_visitor(room).is_some_and(|luma| luma < 80));
    film(&path);
    let back = room.until_told("a camera", |event| *event == MediaEvent::CameraChanged { working: true });
    room.until("a white picture at the visitor's", |room| green_at_visitor(room).is_some_and(|luma| luma > 200));
    println!("the camera was back after {back:?}");
    room.told.clear();
    let frames = room.frames_decoded();
    std::fs::write(&path, b"").unwrap();
    room.until_told("no camera", |event| *event == MediaEvent::CameraChanged { working: false });
    room.until("a dark slate again", |room| green_at_visitor(room).is_some_and(|luma| luma < 80));
    assert!(room.frames_decoded() > frames, "the visitor's picture went on");
    room.leave();
}

#[test]
fn a_missing_microphone_is_told_and_the_inmate_still_hears() {
    let mut settings = test_settings();
    settings.microphone.source = MicrophoneSource::Alsa("hw:9,9".to_owned());
    let directory = tempfile::tempdir().unwrap();
    let heard = directory.path().join("heard.wav");
    settings.speaker.sink = SpeakerSink::File(heard.clone());
    let mut room = Room::open(settings);
    room.start_call(21, Duration::from_secs(60));
    room.connect(1);
    room.until_told("no microphone", |event| *event == MediaEvent::MicrophoneChanged { working: false });
    room.until_transport("a first frame", is_first_frame);
    room.until("sound on file", |_| {
        let wave = std::fs::read(&heard).unwrap();
        wave[44..].as_chunks::<2>().0.iter().any(|pair| i16::from_le_bytes(*pair).unsigned_abs() > 3_000)
    });
    room.leave();
}

#[test]
fn bad_settings_are_refused_by_name() {
    let mut settings = test_settings();
    settings.camera.width = 641;
    let refused = start(settings, |_| {}).unwrap_err();
    assert!(matches!(&refused, MediaError::Setting { name: "camera.width", .. }), "{refused}");
    let mut settings = test_settings();
    settings.speaker.sink = SpeakerSink::File("/nowhere/heard.wav".into());
    let refused = start(settings, |_| {}).unwrap_err().to_string();
    assert!(refused.contains("speaker.sink") && refused.contains("/nowhere/heard.wav"), "{refused}");
}

#[test]
fn the_tables_of_the_configuration_are_read_and_an_unknown_key_is_named() {
    let text = "[camera]\nsource = { v4l2 = \"/dev/video2\" }\nwidth = 640\nheight = 360\n\
                [microphone]\nsource = { alsa = \"hw:1\" }\n[speaker]\nsink = \"none\"\n\
                [call]\nloopback_candidates = true\n";
    let settings: MediaSettings = toml::from_str(text).unwrap();
    assert_eq!(settings.camera.source, CameraSource::V4l2("/dev/video2".into()));
    assert_eq!(settings.camera.frames_per_second, 30);
    assert_eq!(settings.microphone.source, MicrophoneSource::Alsa("hw:1".to_owned()));
    assert!(settings.call.loopback_candidates);
    let wrong = toml::from_str::<MediaSettings>("[camera]\nwidht = 3\n").unwrap_err().to_string();
    assert!(wrong.contains("widht") && wrong.contains("line 2"), "{wrong}");
}
