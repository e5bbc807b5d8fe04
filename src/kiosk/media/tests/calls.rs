//! Calls: both ways, gated, refused, stopped.

use std::time::Duration;

use muwajaha_core::domain::CallId;
use muwajaha_core::engine::{TransportEvent, TransportOperation};
use muwajaha_core::session::MediaEvent;

use super::room::{Room, is_first_frame, test_settings};
use super::visitor::Manners;
use crate::media::audio::tone::level_at;
use crate::media::{SpeakerSink, read_counter};

const LONG: Duration = Duration::from_secs(60);

fn counter_on_screen(room: &Room) -> Option<u16> {
    room.media.remote_picture().latest().as_ref().and_then(read_counter)
}

fn loudest(samples: &[i16], hertz: f32) -> f32 {
    samples.chunks(4_800).map(|chunk| level_at(chunk, hertz)).fold(0.0, f32::max)
}

#[test]
fn inmate_and_visitor_see_and_hear_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let heard = directory.path().join("heard.wav");
    let mut settings = test_settings();
    settings.speaker.sink = SpeakerSink::File(heard.clone());
    let mut room = Room::open(settings);
    room.start_call(1, LONG);
    room.connect(1);
    let offer = room.until_transport("an offer", |event| matches!(event, TransportEvent::OfferCreated { .. }));
    let first_frame = room.until_transport("a first frame", is_first_frame);
    println!("offer after {offer:?}, first remote frame {first_frame:?} after the offer");
    room.until("a counted picture on both screens", |room| {
        counter_on_screen(room).is_some_and(|counter| counter > 60)
            && room.visitor.as_ref().unwrap().counter().is_some()
    });
    let before = room.visitor.as_ref().unwrap().counter();
    room.until("the kiosk's picture moves on", |room| room.visitor.as_ref().unwrap().counter() > before);
    room.until("the self view", |room| room.media.self_picture().latest().is_some());
    room.until("three seconds of sound", |room| {
        room.visitor.as_ref().unwrap().got.samples.lock().unwrap().len() > 200_000
    });
    let samples = room.visitor.as_ref().unwrap().got.samples.lock().unwrap().clone();
    for hertz in [440.0, 660.0, 880.0] {
        assert!(loudest(&samples, hertz) > 2_000.0, "the visitor does not hear {hertz} Hz");
    }
    room.stop_call();
    let stopped = room.until_told("stopped", |event| matches!(event, MediaEvent::CallStopped { call: CallId(1) }));
    println!("stopped after {stopped:?}");
    assert!(stopped < Duration::from_secs(1));
    assert!(room.media.remote_picture().latest().is_none() && room.media.self_picture().latest().is_none());
    room.leave();
    let wave = std::fs::read(heard).unwrap();
    let samples: Vec<i16> = wave[44..].as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
    assert!(loudest(&samples, 550.0) > 2_000.0, "the inmate does not hear the visitor");
}

#[test]
fn nothing_passes_until_the_gate_opens_and_nothing_after_it_shuts() {
    let mut room = Room::open(test_settings());
    room.trusting = false;
    room.start_call(2, LONG);
    room.connect(1);
    room.until_transport("verified", |event| matches!(event, TransportEvent::CertificateVerified));
    room.wait(Duration::from_millis(1500));
    assert_eq!((room.frames_decoded(), room.visitor_frames()), (0, 0));
    assert!(room.visitor.as_ref().unwrap().got.samples.lock().unwrap().is_empty());
    assert!(counter_on_screen(&room).is_none());

    room.open_gate();
    let opened = room.until("pictures both ways", |room| room.frames_decoded() > 5 && room.visitor_frames() > 5);
    println!("five frames both ways {opened:?} after the gate opened");

    room.media.gate().shut(CallId(2));
    let kiosk_frames = room.frames_decoded();
    room.wait(Duration::from_millis(300));
    let visitor_frames = room.visitor_frames();
    room.wait(Duration::from_millis(700));
    assert!(room.frames_decoded() <= kiosk_frames + 1, "a frame in hand may still pass, no more");
    assert_eq!(room.visitor_frames(), visitor_frames);
    room.leave();
}

#[test]
fn a_peer_with_another_certificate_than_signalled_gets_no_frame_and_delivers_none() {
    let mut room = Room::open(test_settings());
    room.manners = Manners { forges_fingerprint: true, ..Manners::default() };
    room.start_call(3, LONG);
    room.connect(1);
    room.until_transport("refused", |event| matches!(event, TransportEvent::CertificateRefused));
    room.open_gate();
    room.wait(Duration::from_secs(1));
    assert_eq!((room.frames_decoded(), room.visitor_frames()), (0, 0));
    let verified =
        |event: &MediaEvent| matches!(event, MediaEvent::Transport { event: TransportEvent::CertificateVerified, .. });
    assert!(!room.told.iter().any(verified));
    room.leave();
}

#[test]
fn lost_packets_are_asked_for_again() {
    let mut room = Room::open(test_settings());
    room.manners = Manners { loses_one_packet_in: Some(20), ..Manners::default() };
    room.start_call(4, LONG);
    room.connect(1);
    room.until_transport("a first frame", is_first_frame);
    room.wait(Duration::from_secs(6));
    let again = room.media.figures().retransmissions_received.load(std::sync::atomic::Ordering::SeqCst);
    println!("{} frames and {again} retransmitted packets in 6 s at 5 % loss", room.frames_decoded());
    assert!(again >= 5, "about 10 packets of the picture were lost");
    assert!(room.frames_decoded() > 150, "of 180 frames");
    room.leave();
}

#[test]
fn a_lost_picture_is_told_each_second_and_a_new_connection_brings_it_back() {
    let mut room = Room::open(test_settings());
    room.start_call(5, LONG);
    room.connect(1);
    room.until_transport("a first frame", is_first_frame);
    room.visitor = None;
    room.until_transport(
        "a stall of three seconds",
        |event| matches!(event, TransportEvent::MediaStalled(lasts) if lasts.as_secs() >= 3),
    );
    let stalls = room
        .told
        .iter()
        .filter(|event| matches!(event, MediaEvent::Transport { event: TransportEvent::MediaStalled(_), .. }));
    assert_eq!(stalls.count(), 3);
    room.operate(TransportOperation::Close);
    room.connect(2);
    let healed = room.until_transport("a first frame again", is_first_frame);
    println!("a new connection shows its first frame after {healed:?}");
    room.leave();
}

#[test]
fn media_ends_a_call_by_itself_when_its_end_comes() {
    let mut room = Room::open(test_settings());
    room.start_call(6, Duration::from_millis(2500));
    room.connect(1);
    room.until_transport("a first frame", is_first_frame);
    room.until_told("stopped", |event| matches!(event, MediaEvent::CallStopped { call: CallId(6) }));
    assert!(!room.media.gate().is_open());
    assert!(room.media.remote_picture().latest().is_none());
    room.leave();
}

#[test]
fn a_relay_only_call_without_a_relay_fails_in_words() {
    let mut room = Room::open(test_settings());
    room.start_call(7, LONG);
    room.operate(TransportOperation::Create { ice_servers: Vec::new(), relay_only: true });
    room.until_transport("failed", |event| matches!(event, TransportEvent::Failed(why) if why.contains("TURN")));
    room.leave();
}

#[test]
fn many_calls_leave_no_thread_and_no_file_open() {
    let count = |path: &str| std::fs::read_dir(path).unwrap().count();
    let mut room = Room::open(test_settings());
    let mut first = (0, 0);
    for call in 100..115 {
        room.start_call(call, LONG);
        room.connect(1);
        room.until_transport("a first frame", is_first_frame);
        room.stop_call();
        room.until_told("stopped", |event| *event == MediaEvent::CallStopped { call: CallId(call) });
        room.visitor = None;
        room.wait(Duration::from_millis(100));
        if call == 104 {
            first = (count("/proc/self/fd"), count("/proc/self/task"));
        }
    }
    let last = (count("/proc/self/fd"), count("/proc/self/task"));
    println!("descriptors and threads after 5 calls {first:?}, after 15 {last:?}");
    assert!(last.0 <= first.0 + 4 && last.1 <= first.1 + 4, "{first:?} became {last:?}");
    room.leave();
}
