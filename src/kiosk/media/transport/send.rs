//! Our picture and sound on their way into a connection: appsrc, encoder, payloader.
//!
//! Both encoders are primed once with a black frame and silence, so that their formats are known
//! before anything may pass; a probe behind the payloaders drops every packet while the gate is
//! shut. `media-video` takes frames from the camera's hub; nothing else touches the encoder.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use gstreamer_rtp::RTPHeaderExtension;
use gstreamer_rtp::prelude::*;
use gstreamer_video as gst_video;

use super::pass_only_while_open;
use super::rate::{Ladder, START_BITS_PER_SECOND, video_share};
use crate::media::camera::frame::Frame;
use crate::media::inbox::TransportKey;
use crate::media::settings::{CallSettings, CameraSettings};
use crate::media::shared::Shared;
use crate::media::{MediaError, watch};

const TRANSPORT_WIDE_CC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const SOUND_FORMAT: &str = "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved";
const PRIMING_SILENCE_BYTES: usize = 1920;
const SLATE_AFTER: Duration = Duration::from_millis(500);
const SLATE_INTERVAL: Duration = Duration::from_millis(200);

const CHAIN: &str = "\
    appsrc name=video is-live=true do-timestamp=true format=time max-buffers=3 leaky-type=downstream \
    ! queue leaky=downstream max-size-buffers=2 max-size-bytes=0 max-size-time=0 \
    ! vp8enc name=encoder deadline=1 cpu-used=-8 threads=1 end-usage=cbr lag-in-frames=0 keyframe-max-dist=2000 \
      buffer-size=150 buffer-initial-size=100 buffer-optimal-size=120 max-intra-bitrate=250 static-threshold=1 \
      min-force-key-unit-interval=300000000 \
    ! rtpvp8pay name=video_pay pt=96 picture-id-mode=15-bit mtu=1200 ! identity name=video_out silent=true \
    appsrc name=audio is-live=true do-timestamp=true format=time max-time=100000000 leaky-type=downstream \
    ! queue leaky=downstream max-size-time=200000000 max-size-buffers=0 max-size-bytes=0 \
    ! opusenc bitrate=32000 audio-type=voice inband-fec=true packet-loss-percentage=10 perfect-timestamp=true \
    ! rtpopuspay name=audio_pay pt=97 ! identity name=audio_out silent=true";

/// The sending half of a connection.
#[derive(Debug)]
pub(super) struct Sender {
    /// Ends in `video_out` and `audio_out`.
    pub bin: gst::Bin,
    /// Takes the microphone's sound.
    pub audio: gst_app::AppSrc,
    video: gst_app::AppSrc,
    encoder: gst::Element,
    granted: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
    size: (u32, u32),
    maximum: u32,
}

impl Sender {
    /// Builds the two chains.
    pub(super) fn build(
        key: TransportKey,
        camera: &CameraSettings,
        call: &CallSettings,
        shared: &Shared,
    ) -> Result<Self, MediaError> {
        let bin = gst::parse::bin_from_description(CHAIN, false).map_err(|error| MediaError::build("sender", error))?;
        let element = |name: &str| bin.by_name(name).ok_or_else(|| MediaError::build("sender", name));
        let extension = RTPHeaderExtension::create_from_uri(TRANSPORT_WIDE_CC)
            .ok_or_else(|| MediaError::build("sender", "no transport-wide congestion control extension"))?;
        extension.set_id(1);
        element("video_pay")?.emit_by_name::<()>("add-extension", &[&extension]);
        for name in ["video_pay", "audio_pay"] {
            let pad = element(name)?.static_pad("src").ok_or_else(|| MediaError::build("sender", name))?;
            pass_only_while_open(&pad, &shared.gate, key);
        }
        let audio = watch::app_source(&bin, "audio")?;
        audio.set_caps(SOUND_FORMAT.parse::<gst::Caps>().ok().as_ref());
        let video = watch::app_source(&bin, "video")?;
        let encoder = element("encoder")?;
        let granted = Arc::new(AtomicU32::new(START_BITS_PER_SECOND));
        let (size, maximum) = ((camera.width, camera.height), call.maximum_video_bits_per_second);
        Ok(Self { bin, audio, video, encoder, granted, stop: Arc::default(), size, maximum })
    }

    /// Where the congestion control writes what it grants, bit/s.
    pub(super) fn granted(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.granted)
    }

    /// Ends the feeder.
    pub(super) fn stop(&self, shared: &Shared) {
        self.stop.store(true, Ordering::SeqCst);
        shared.frames.wake();
    }

    /// Lets the encoders tell their formats, and starts the feeder.
    pub(super) fn start(&self, key: TransportKey, shared: &Shared) -> Result<(), MediaError> {
        let slate = Frame::slate(self.size.0, self.size.1).ok_or_else(|| MediaError::build("sender", "no slate"))?;
        self.video.set_caps(slate.caps().as_ref());
        let primed = self.video.push_buffer(slate.untimed_buffer());
        let silence = gst::Buffer::from_mut_slice(vec![0_u8; PRIMING_SILENCE_BYTES]);
        primed.and_then(|_| self.audio.push_buffer(silence)).map_err(|error| MediaError::build("sender", error))?;
        let feeder = Feeder {
            key,
            shared: shared.clone(),
            video: self.video.clone(),
            encoder: self.encoder.clone(),
            granted: Arc::clone(&self.granted),
            stop: Arc::clone(&self.stop),
            maximum: self.maximum,
            slate,
            ladder: Ladder::default(),
            sent_size: self.size,
            target: 0,
            was_open: false,
            last_sent: None,
        };
        let thread = std::thread::Builder::new().name("media-video".to_owned()).spawn(move || feeder.run());
        thread.map(drop).map_err(|error| MediaError::Thread(error.to_string()))
    }
}

struct Feeder {
    key: TransportKey,
    shared: Shared,
    video: gst_app::AppSrc,
    encoder: gst::Element,
    granted: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
    maximum: u32,
    slate: Frame,
    ladder: Ladder,
    sent_size: (u32, u32),
    target: u32,
    was_open: bool,
    last_sent: Option<Instant>,
}

impl Feeder {
    fn run(mut self) {
        let mut seen = 0;
        let mut fresh_at: Option<Instant> = None;
        while !self.stop.load(Ordering::SeqCst) {
            let next = self.shared.frames.next(seen, SLATE_INTERVAL);
            let now = Instant::now();
            if let Some((sequence, _)) = &next {
                seen = *sequence;
                fresh_at = Some(now);
            }
            if !self.shared.gate.is_open_for(self.key.call, self.key.connection) {
                self.was_open = false;
                continue;
            }
            let camera_gone = fresh_at.is_none_or(|at| now.saturating_duration_since(at) >= SLATE_AFTER);
            match next {
                Some((_, frame)) => self.send(&frame, now),
                None if camera_gone => self.send(&self.slate.clone(), now),
                None => {}
            }
        }
    }

    fn send(&mut self, frame: &Frame, now: Instant) {
        let target = video_share(self.granted.load(Ordering::Relaxed), self.maximum);
        if target != self.target {
            self.target = target;
            self.encoder.set_property("target-bitrate", i32::try_from(target).unwrap_or(i32::MAX));
            self.shared.figures.video_bits_per_second.store(target, Ordering::Relaxed);
        }
        let rung = self.ladder.step(target, now);
        let interval = Duration::from_secs(1) / rung.frames_per_second;
        if self.last_sent.is_some_and(|last| now.saturating_duration_since(last) + interval / 8 < interval) {
            return;
        }
        let Some(frame) = frame.halved(rung.halvings) else { return };
        if (frame.width(), frame.height()) != self.sent_size {
            self.sent_size = (frame.width(), frame.height());
            self.video.set_caps(frame.caps().as_ref());
        }
        if !self.was_open {
            self.was_open = true;
            let ask = gst_video::UpstreamForceKeyUnitEvent::builder().all_headers(true).build();
            self.encoder.send_event(ask);
        }
        // A source that is being torn down takes nothing more.
        if self.video.push_buffer(frame.untimed_buffer()).is_ok() {
            self.last_sent = Some(now);
            self.shared.figures.frames_sent.fetch_add(1, Ordering::Relaxed);
            self.shared.figures.width_sent.store(frame.width(), Ordering::Relaxed);
        }
    }
}
