//! One connection: a pipeline around one `webrtcbin`, VP8 and Opus both ways and a data channel.
//!
//! Owned by the media thread; its callbacks run on GStreamer's threads, hold weak references and
//! only send to the inbox. Nothing passes either way until the gate is open for this connection,
//! which the session does only after [`TransportEvent::CertificateVerified`].

mod certificate;
pub(crate) mod description;
mod ice;
mod rate;
mod receive;
mod send;
mod signals;

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_sdp as gst_sdp;
use gstreamer_webrtc as gst_webrtc;
use muwajaha_core::domain::BootTime;
use muwajaha_core::engine::{Candidate, CertificateFingerprint, IceServer, IceState, TransportEvent};

use certificate::OwnCertificate;
use description::RemoteSends;
use receive::Received;
use send::Sender;

use super::gate::Gate;
use super::inbox::{Inbox, TransportKey, TransportMessage};
use super::reaper::{ReapId, Reaper};
use super::settings::MediaSettings;
use super::shared::Shared;
use super::{MediaError, watch};

const FIRST_FRAME_PATIENCE: Duration = Duration::from_secs(5);
const STALL_AFTER: Duration = Duration::from_secs(1);

/// Whether remote frames flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Shut,
    Waiting { since: BootTime },
    Flowing,
    Stalled { told_seconds: u64, since: BootTime },
}

/// One connection.
#[derive(Debug)]
pub(super) struct Transport {
    pub key: TransportKey,
    pipeline: gst::Pipeline,
    webrtcbin: gst::Element,
    sender: Sender,
    received: Received,
    jitter_buffers: signals::JitterBuffers,
    own: CertificateFingerprint,
    signalled: Option<CertificateFingerprint>,
    shown: Option<CertificateFingerprint>,
    verdict: Option<bool>,
    answered: bool,
    offered: bool,
    early_candidates: Vec<Candidate>,
    ice: Option<IceState>,
    remote_sends: RemoteSends,
    first_frame_told: bool,
    flow: Flow,
}

impl Transport {
    /// Builds and starts the pipeline; the offer follows by itself.
    pub(super) fn create(
        key: TransportKey,
        settings: &MediaSettings,
        servers: &[IceServer],
        relay_only: bool,
        shared: &Shared,
        inbox: &Inbox,
    ) -> Result<Self, MediaError> {
        let own = OwnCertificate::generate()?;
        let sender = Sender::build(key, &settings.camera, &settings.call, shared)?;
        let webrtcbin = gst::ElementFactory::make("webrtcbin")
            .property_from_str("bundle-policy", "max-bundle")
            .property("latency", settings.call.jitter_milliseconds)
            .build()
            .map_err(|error| MediaError::build("webrtcbin", error))?;
        let relays = ice::configure(&webrtcbin, servers, relay_only);
        if relay_only && relays == 0 {
            return Err(MediaError::build("relay", "only relayed media is allowed, and no TURN server was given"));
        }
        if settings.call.loopback_candidates {
            ice::use_loopback(&webrtcbin);
        }
        let pipeline = gst::Pipeline::with_name("transport");
        let failed = |error: gst::glib::BoolError| MediaError::build("transport", error);
        pipeline.add_many([sender.bin.upcast_ref(), &webrtcbin]).map_err(failed)?;
        let received = Received::default();
        let callbacks = signals::Callbacks { key, inbox: inbox.clone() };
        callbacks.connect(&webrtcbin, own.pem.clone());
        callbacks.receive(&pipeline, &webrtcbin, shared.clone(), received.clone());
        signals::control_congestion(&webrtcbin, sender.granted(), settings.call.maximum_video_bits_per_second);
        let jitter_buffers = signals::retransmission(&webrtcbin);
        callbacks.link(&sender.bin, &webrtcbin)?;
        watch::on_bus_message(&pipeline, {
            let callbacks = callbacks.clone();
            move |message| {
                if let gst::MessageView::Error(error) = message.view() {
                    callbacks.tell(TransportMessage::Failed(watch::error_text(error)));
                }
            }
        });
        let state_failed = |error: gst::StateChangeError| MediaError::build("transport", error);
        pipeline.set_state(gst::State::Ready).map_err(state_failed)?;
        let channel = "messages".to_value();
        let _: Option<gst_webrtc::WebRTCDataChannel> = webrtcbin
            .emit_by_name_with_values("create-data-channel", &[channel, None::<gst::Structure>.to_value()])
            .and_then(|value| value.get().ok());
        pipeline.set_state(gst::State::Playing).map_err(state_failed)?;
        sender.start(key, shared)?;
        shared.microphone.add(key, sender.audio.clone());
        Ok(Self {
            key,
            pipeline,
            webrtcbin,
            sender,
            received,
            jitter_buffers,
            own: own.fingerprint,
            signalled: None,
            shown: None,
            verdict: None,
            answered: false,
            offered: false,
            early_candidates: Vec::new(),
            ice: None,
            remote_sends: RemoteSends::default(),
            first_frame_told: false,
            flow: Flow::Shut,
        })
    }

    /// Takes what a callback saw; what the session is told of it.
    pub(super) fn handle(&mut self, message: TransportMessage, callbacks_inbox: &Inbox) -> Option<TransportEvent> {
        match message {
            TransportMessage::ReadyToOffer => {
                if !std::mem::replace(&mut self.offered, true) {
                    signals::Callbacks { key: self.key, inbox: callbacks_inbox.clone() }.create_offer(&self.webrtcbin);
                }
                None
            }
            TransportMessage::OfferMade(sdp) => Some(self.take_offer(&sdp)),
            TransportMessage::AnswerApplied => {
                self.answered = true;
                for candidate in std::mem::take(&mut self.early_candidates) {
                    self.add_candidate_now(&candidate);
                }
                None
            }
            TransportMessage::Candidate(found) => {
                let (media_line_index, candidate) = found.unwrap_or_default();
                let candidate = muwajaha_core::domain::Redacted::new(candidate);
                Some(TransportEvent::CandidateGathered(Candidate { media_line_index, candidate }))
            }
            TransportMessage::Ice(state) => {
                (self.ice.replace(state) != Some(state)).then_some(TransportEvent::IceStateChanged(state))
            }
            TransportMessage::PeerCertificate(shown) => {
                let changed = self.shown.replace(shown).is_some_and(|before| before != shown);
                if changed {
                    self.verdict = Some(false);
                    return Some(TransportEvent::CertificateRefused);
                }
                self.judge()
            }
            TransportMessage::Decoded => self.first_frame(),
            TransportMessage::Failed(text) => Some(TransportEvent::Failed(text)),
        }
    }

    fn take_offer(&self, sdp: &str) -> TransportEvent {
        let sdp = description::without_full_intra_requests(sdp);
        match gst_sdp::SDPMessage::parse_buffer(sdp.as_bytes()) {
            Ok(parsed) => {
                let offer = gst_webrtc::WebRTCSessionDescription::new(gst_webrtc::WebRTCSDPType::Offer, parsed);
                self.webrtcbin.emit_by_name::<()>("set-local-description", &[&offer, &None::<gst::Promise>]);
                let told = description::with_fingerprint(&sdp, &self.own);
                TransportEvent::OfferCreated { sdp: muwajaha_core::domain::Redacted::new(told) }
            }
            Err(error) => TransportEvent::Failed(format!("our own offer does not parse: {error}")),
        }
    }

    /// Takes the peer's answer.
    pub(super) fn set_remote_answer(&mut self, sdp: &str, inbox: &Inbox) -> Option<TransportEvent> {
        let sdp = description::without_named_candidates(&description::without_full_intra_requests(sdp));
        let Some(fingerprint) = description::sole_fingerprint(&sdp) else {
            self.verdict = Some(false);
            return Some(TransportEvent::CertificateRefused);
        };
        if self.signalled.replace(fingerprint).is_some() {
            return Some(TransportEvent::Failed("a second answer".to_owned()));
        }
        let Ok(parsed) = gst_sdp::SDPMessage::parse_buffer(sdp.as_bytes()) else {
            return Some(TransportEvent::Failed("the answer does not parse".to_owned()));
        };
        self.remote_sends = description::remote_sends(&sdp);
        let answer = gst_webrtc::WebRTCSessionDescription::new(gst_webrtc::WebRTCSDPType::Answer, parsed);
        signals::Callbacks { key: self.key, inbox: inbox.clone() }.apply_answer(&self.webrtcbin, &answer);
        self.judge()
    }

    /// Takes a candidate of the peer's, or keeps it until the answer was taken over.
    pub(super) fn add_candidate(&mut self, candidate: Candidate) {
        const MOST_EARLY_CANDIDATES: usize = 64;
        if self.answered {
            self.add_candidate_now(&candidate);
        } else if self.early_candidates.len() < MOST_EARLY_CANDIDATES {
            self.early_candidates.push(candidate);
        }
    }

    fn add_candidate_now(&self, candidate: &Candidate) {
        let text = candidate.candidate.reveal();
        if description::has_address(text) {
            self.webrtcbin.emit_by_name::<()>("add-ice-candidate", &[&candidate.media_line_index, text]);
        }
    }

    fn judge(&mut self) -> Option<TransportEvent> {
        let (signalled, shown) = (self.signalled?, self.shown?);
        if self.verdict.is_some() {
            return None;
        }
        let same = signalled == shown;
        self.verdict = Some(same);
        Some(if same { TransportEvent::CertificateVerified } else { TransportEvent::CertificateRefused })
    }

    fn last_decoded(&self) -> Option<BootTime> {
        if self.remote_sends.video { self.received.video.get() } else { self.received.audio.get() }
    }

    fn first_frame(&mut self) -> Option<TransportEvent> {
        self.last_decoded()?;
        if std::mem::replace(&mut self.first_frame_told, true) {
            return None;
        }
        self.flow = Flow::Flowing;
        Some(TransportEvent::FirstFrameDecoded)
    }

    /// What the flow of remote frames is worth telling at `now`.
    pub(super) fn review_flow(&mut self, now: BootTime, shared: &Shared) -> Option<TransportEvent> {
        if !shared.gate.is_open_for(self.key.call, self.key.connection) {
            self.flow = Flow::Shut;
            return None;
        }
        let last = self.last_decoded();
        if !self.remote_sends.video && !self.remote_sends.audio {
            return None;
        }
        match self.flow {
            Flow::Shut => self.flow = Flow::Waiting { since: now },
            Flow::Waiting { since } => {
                if last.is_some_and(|last| last >= since) {
                    self.flow = Flow::Flowing;
                } else if now.since(since) >= FIRST_FRAME_PATIENCE {
                    return Some(self.stalled(now, since, 0));
                }
            }
            Flow::Flowing => {
                let last = last.unwrap_or(now);
                if now.since(last) >= STALL_AFTER {
                    return Some(self.stalled(now, last, 0));
                }
            }
            Flow::Stalled { told_seconds, since } => {
                if last.is_some_and(|last| last > since) {
                    self.flow = Flow::Flowing;
                    return Some(TransportEvent::MediaResumed);
                }
                if now.since(since).as_secs() > told_seconds {
                    return Some(self.stalled(now, since, told_seconds));
                }
            }
        }
        None
    }

    fn stalled(&mut self, now: BootTime, since: BootTime, told_seconds: u64) -> TransportEvent {
        let duration = now.since(since);
        self.flow = Flow::Stalled { told_seconds: duration.as_secs().max(told_seconds), since };
        TransportEvent::MediaStalled(duration)
    }

    /// Retransmitted packets received so far.
    pub(super) fn retransmissions_received(&self) -> u64 {
        self.jitter_buffers.retransmissions()
    }

    /// Tears it down, on the reaper.
    pub(super) fn close(self, shared: &Shared, reaper: &mut Reaper, deadline: Duration) -> ReapId {
        shared.microphone.remove(self.key);
        self.sender.stop(shared);
        let pipeline = self.pipeline;
        reaper.reap("transport", deadline, move || watch::to_null(&pipeline))
    }
}

/// Drops every packet at `pad` while the gate is not open for this connection.
///
/// `Handled`, not `Drop`: GStreamer 1.22 releases a dropped packet that the binding has released already.
fn pass_only_while_open(pad: &gst::Pad, gate: &Gate, key: TransportKey) {
    let gate = gate.clone();
    pad.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, move |_, _| {
        if gate.is_open_for(key.call, key.connection) { gst::PadProbeReturn::Ok } else { gst::PadProbeReturn::Handled }
    });
}

type WeakElements = Arc<Mutex<Vec<gst::glib::WeakRef<gst::Element>>>>;
