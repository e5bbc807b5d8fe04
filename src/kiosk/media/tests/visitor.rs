//! A visitor: a plain `webrtcbin` that answers, sends a counted picture and beeps, and counts what
//! it gets.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_sdp as gst_sdp;
use gstreamer_webrtc as gst_webrtc;

use crate::media::camera::developing::Developer;
use crate::media::camera::frame::Frame;
use crate::media::camera::test_picture;
use crate::media::watch;
use crate::picture::Picture;

const CHAIN: &str = "\
    appsrc name=video is-live=true do-timestamp=true format=time ! queue leaky=downstream max-size-buffers=2 \
    ! vp8enc deadline=1 cpu-used=-8 threads=1 end-usage=cbr target-bitrate=600000 keyframe-max-dist=2000 \
    ! rtpvp8pay pt=96 picture-id-mode=15-bit mtu=1200 ! queue name=video_out \
    audiotestsrc is-live=true wave=sine freq=550 volume=0.4 samplesperbuffer=480 \
    ! audio/x-raw,rate=48000,channels=1 ! opusenc bitrate=32000 ! rtpopuspay pt=97 ! queue name=audio_out";

/// What the visitor signals.
#[derive(Debug)]
pub(super) enum Signal {
    Answer(String),
    Candidate(u32, String),
}

/// How the visitor behaves.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manners {
    /// Signals another certificate's fingerprint than it shows.
    pub forges_fingerprint: bool,
    /// Loses one of so many packets it sends.
    pub loses_one_packet_in: Option<u64>,
}

/// What the visitor got.
#[derive(Debug, Default)]
pub(super) struct Got {
    pub frames: AtomicU64,
    pub last_picture: Mutex<Option<Picture>>,
    pub samples: Mutex<Vec<i16>>,
}

/// The visitor's end of one connection.
#[derive(Debug)]
pub(super) struct Visitor {
    pipeline: gst::Pipeline,
    webrtcbin: gst::Element,
    pub got: Arc<Got>,
    stop: Arc<AtomicBool>,
}

fn counted_camera(source: gstreamer_app::AppSrc, stop: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        for counter in 0_u16.. {
            if stop.load(Ordering::SeqCst) {
                break;
            }
            let frame = test_picture::paint(320, 180, counter).unwrap();
            let _ = source.push_buffer(frame.untimed_buffer());
            std::thread::sleep(Duration::from_millis(33));
        }
    });
}

fn receive(pipeline: &gst::Pipeline, pad: &gst::Pad, got: &Arc<Got>) {
    let caps = pad.current_caps().unwrap();
    let is_video = caps.structure(0).unwrap().get::<String>("media").unwrap() == "video";
    let chain = if is_video {
        "queue ! rtpvp8depay request-keyframe=true ! vp8dec threads=1 ! appsink name=decoded sync=false"
    } else {
        "queue ! rtpopusdepay ! opusdec ! audioconvert ! audioresample \
         ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! appsink name=decoded sync=false"
    };
    let bin = gst::parse::bin_from_description(chain, true).unwrap();
    let got = Arc::clone(got);
    let mut developer = Developer::default();
    watch::app_sink(&bin, "decoded").unwrap().set_callbacks(
        gstreamer_app::AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
                if is_video {
                    got.frames.fetch_add(1, Ordering::SeqCst);
                    *got.last_picture.lock().unwrap() = developer.develop(&Frame::from_sample(&sample).unwrap());
                } else {
                    let bytes = sample.buffer().unwrap().map_readable().unwrap();
                    let samples = bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair));
                    got.samples.lock().unwrap().extend(samples);
                }
                Ok(gst::FlowSuccess::Ok)
            })
            .build(),
    );
    pipeline.add(&bin).unwrap();
    bin.sync_state_with_parent().unwrap();
    pad.link(&bin.static_pad("sink").unwrap()).unwrap();
}

fn lose_packets(webrtcbin: &gst::Element, one_in: u64) {
    webrtcbin.connect("deep-element-added", false, move |values| {
        let element = values[2].get::<gst::Element>().unwrap();
        if element.type_().name() == "GstNiceSink" {
            let sent = AtomicU64::new(0);
            let pad = element.static_pad("sink").unwrap();
            pad.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, move |_, info| {
                let mut head = [0; 2];
                let read = match &info.data {
                    Some(gst::PadProbeData::Buffer(buffer)) => buffer.copy_to_slice(0, &mut head),
                    Some(gst::PadProbeData::BufferList(list)) => list.get(0).unwrap().copy_to_slice(0, &mut head),
                    _ => Ok(()),
                };
                let is_media = read.is_ok() && head[0] >> 6 == 2 && !(192..=223).contains(&head[1]);
                if is_media && sent.fetch_add(1, Ordering::SeqCst) % one_in == one_in - 1 {
                    return gst::PadProbeReturn::Handled;
                }
                gst::PadProbeReturn::Ok
            });
        }
        None
    });
}

fn forged(sdp: &str) -> String {
    let lines = sdp.lines().map(|line| match line.strip_prefix("a=fingerprint:sha-256 ") {
        Some(value) => {
            let first = if value.starts_with("00") { "01" } else { "00" };
            format!("a=fingerprint:sha-256 {first}{}\r\n", &value[2..])
        }
        None => format!("{line}\r\n"),
    });
    lines.collect()
}

impl Visitor {
    /// Takes an offer; the answer and candidates come as signals.
    pub(super) fn answer(offer: &str, manners: Manners, signals: mpsc::Sender<Signal>) -> Self {
        let pipeline = gst::Pipeline::new();
        let bin = gst::parse::bin_from_description(CHAIN, false).unwrap();
        let webrtcbin = gst::ElementFactory::make("webrtcbin")
            .property_from_str("bundle-policy", "max-bundle")
            .property("latency", 50_u32)
            .build()
            .unwrap();
        let agent: gst::Object = webrtcbin.property("ice-agent");
        assert!(agent.emit_by_name::<bool>("add-local-ip-address", &[&"127.0.0.1"]));
        pipeline.add_many([bin.upcast_ref(), &webrtcbin]).unwrap();
        for name in ["video_out", "audio_out"] {
            let exit = bin.by_name(name).unwrap().static_pad("src").unwrap();
            let ghost = gst::GhostPad::builder_with_target(&exit).unwrap().name(name).build();
            bin.add_pad(&ghost).unwrap();
            let sink = webrtcbin.request_pad_simple("sink_%u").unwrap();
            ghost.link(&sink).unwrap();
            let transceiver: gst_webrtc::WebRTCRTPTransceiver = sink.property("transceiver");
            transceiver.set_property("do-nack", name == "video_out");
        }
        if let Some(one_in) = manners.loses_one_packet_in {
            lose_packets(&webrtcbin, one_in);
        }
        let got = Arc::new(Got::default());
        let (weak, noted) = (pipeline.downgrade(), Arc::clone(&got));
        webrtcbin.connect_pad_added(move |_, pad| {
            if let Some(pipeline) = weak.upgrade().filter(|_| pad.direction() == gst::PadDirection::Src) {
                receive(&pipeline, pad, &noted);
            }
        });
        let candidates = signals.clone();
        webrtcbin.connect("on-ice-candidate", false, move |values| {
            let _ = candidates.send(Signal::Candidate(values[1].get().unwrap(), values[2].get().unwrap()));
            None
        });
        let source = watch::app_source(&bin, "video").unwrap();
        source.set_caps(Frame::slate(320, 180).unwrap().caps().as_ref());
        pipeline.set_state(gst::State::Playing).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        counted_camera(source, Arc::clone(&stop));
        let visitor = Self { pipeline, webrtcbin, got, stop };
        visitor.take_offer(offer, manners, signals);
        visitor
    }

    fn take_offer(&self, offer: &str, manners: Manners, signals: mpsc::Sender<Signal>) {
        let parsed = gst_sdp::SDPMessage::parse_buffer(offer.as_bytes()).unwrap();
        let offer = gst_webrtc::WebRTCSessionDescription::new(gst_webrtc::WebRTCSDPType::Offer, parsed);
        self.webrtcbin.emit_by_name::<()>("set-remote-description", &[&offer, &None::<gst::Promise>]);
        let weak = self.webrtcbin.downgrade();
        let promise = gst::Promise::with_change_func(move |reply| {
            let reply = reply.unwrap().unwrap();
            let answer = reply.get::<gst_webrtc::WebRTCSessionDescription>("answer").unwrap();
            let webrtcbin = weak.upgrade().unwrap();
            webrtcbin.emit_by_name::<()>("set-local-description", &[&answer, &None::<gst::Promise>]);
            let sdp = answer.sdp().as_text().unwrap();
            let sdp = if manners.forges_fingerprint { forged(&sdp) } else { sdp };
            let _ = signals.send(Signal::Answer(sdp));
        });
        self.webrtcbin.emit_by_name::<()>("create-answer", &[&None::<gst::Structure>, &promise]);
    }

    /// Takes a candidate of the kiosk's.
    pub(super) fn add_candidate(&self, media_line_index: u32, candidate: &str) {
        if !candidate.is_empty() {
            self.webrtcbin.emit_by_name::<()>("add-ice-candidate", &[&media_line_index, &candidate]);
        }
    }

    /// Frames decoded so far.
    pub(super) fn frames(&self) -> u64 {
        self.got.frames.load(Ordering::SeqCst)
    }

    /// The counter in the last picture.
    pub(super) fn counter(&self) -> Option<u16> {
        self.got.last_picture.lock().unwrap().as_ref().and_then(test_picture::read_counter)
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}
