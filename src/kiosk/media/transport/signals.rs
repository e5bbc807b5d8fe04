//! webrtcbin's signals, turned into messages for the media thread. Weak references only.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_webrtc as gst_webrtc;
use muwajaha_core::engine::IceState;

use super::receive::Received;
use super::{WeakElements, certificate, rate, receive};
use crate::media::MediaError;
use crate::media::inbox::{Inbox, Message, TransportKey, TransportMessage};
use crate::media::shared::Shared;

/// What RTCP's share is counted from, in bits a second: lets a request for a lost packet leave within 20 ms.
const SESSION_BITS_PER_SECOND: f64 = 10_000_000.0;

/// Sends what one connection's callbacks see.
#[derive(Debug, Clone)]
pub(super) struct Callbacks {
    /// Which connection.
    pub key: TransportKey,
    /// To the media thread.
    pub inbox: Inbox,
}

fn ice_state(state: gst_webrtc::WebRTCICEConnectionState) -> Option<IceState> {
    use gst_webrtc::WebRTCICEConnectionState as State;
    match state {
        State::Checking => Some(IceState::Checking),
        State::Connected | State::Completed => Some(IceState::Connected),
        State::Disconnected => Some(IceState::Disconnected),
        State::Failed => Some(IceState::Failed),
        _ => None,
    }
}

impl Callbacks {
    /// Sends one message.
    pub(super) fn tell(&self, message: TransportMessage) {
        self.inbox.tell(Message::Transport(self.key, message));
    }

    /// Candidates, states and certificates.
    pub(super) fn connect(&self, webrtcbin: &gst::Element, own_pem: String) {
        let told = self.clone();
        webrtcbin.connect("on-ice-candidate", false, move |values| {
            let index = values.get(1).and_then(|value| value.get::<u32>().ok());
            let candidate = values.get(2).and_then(|value| value.get::<String>().ok());
            if let (Some(index), Some(candidate)) = (index, candidate) {
                told.tell(TransportMessage::Candidate(Some((index, candidate))));
            }
            None
        });
        let told = self.clone();
        webrtcbin.connect_notify(Some("ice-gathering-state"), move |webrtcbin, _| {
            let state: gst_webrtc::WebRTCICEGatheringState = webrtcbin.property("ice-gathering-state");
            if state == gst_webrtc::WebRTCICEGatheringState::Complete {
                told.tell(TransportMessage::Candidate(None));
            }
        });
        let told = self.clone();
        webrtcbin.connect_notify(Some("ice-connection-state"), move |webrtcbin, _| {
            if let Some(state) = ice_state(webrtcbin.property("ice-connection-state")) {
                told.tell(TransportMessage::Ice(state));
            }
        });
        let told = self.clone();
        webrtcbin.connect_notify(Some("connection-state"), move |webrtcbin, _| {
            let state: gst_webrtc::WebRTCPeerConnectionState = webrtcbin.property("connection-state");
            if state == gst_webrtc::WebRTCPeerConnectionState::Failed {
                told.tell(TransportMessage::Failed("no connection".to_owned()));
            }
        });
        let told = self.clone();
        webrtcbin.connect("deep-element-added", false, move |values| {
            let element = values.get(2).and_then(|value| value.get::<gst::Element>().ok());
            if let Some(element) = element.filter(|element| is_a(element, "GstDtlsDec")) {
                element.set_property("pem", &own_pem);
                let told = told.clone();
                element.connect_notify(Some("peer-pem"), move |element, _| {
                    let pem: Option<String> = element.property("peer-pem");
                    match pem.as_deref().map(certificate::fingerprint_of_pem) {
                        Some(Some(shown)) => told.tell(TransportMessage::PeerCertificate(shown)),
                        Some(None) => told.tell(TransportMessage::Failed("an unreadable certificate".to_owned())),
                        None => {}
                    }
                });
            }
            None
        });
    }

    /// Decoders for what the peer sends.
    pub(super) fn receive(
        &self,
        pipeline: &gst::Pipeline,
        webrtcbin: &gst::Element,
        shared: Shared,
        received: Received,
    ) {
        let (told, pipeline) = (self.clone(), pipeline.downgrade());
        webrtcbin.connect_pad_added(move |_, pad| {
            let Some(pipeline) = pipeline.upgrade() else { return };
            if pad.direction() != gst::PadDirection::Src {
                return;
            }
            if let Err(error) = receive::attach(&pipeline, pad, &told, &shared, &received) {
                told.tell(TransportMessage::Failed(error.to_string()));
            }
        });
    }

    /// Joins both chains to webrtcbin; once both formats are known an offer can be made.
    pub(super) fn link(&self, bin: &gst::Bin, webrtcbin: &gst::Element) -> Result<(), MediaError> {
        let failed = |error: gst::glib::BoolError| MediaError::build("transport", error);
        let unknown_formats = Arc::new(AtomicUsize::new(2));
        for (name, is_video) in [("video_out", true), ("audio_out", false)] {
            let exit = bin.by_name(name).and_then(|element| element.static_pad("src"));
            let exit = exit.ok_or_else(|| MediaError::build("transport", name))?;
            let ghost = gst::GhostPad::builder_with_target(&exit).map_err(failed)?.name(name).build();
            bin.add_pad(&ghost).map_err(failed)?;
            let sink = webrtcbin.request_pad_simple("sink_%u");
            let sink = sink.ok_or_else(|| MediaError::build("transport", "webrtcbin gives no pad"))?;
            let (told, unknown) = (self.clone(), Arc::clone(&unknown_formats));
            let seen = std::sync::atomic::AtomicBool::new(false);
            sink.connect_notify(Some("caps"), move |pad, _| {
                let known = pad.property::<Option<gst::Caps>>("caps").is_some();
                if known && !seen.swap(true, Ordering::SeqCst) && unknown.fetch_sub(1, Ordering::SeqCst) == 1 {
                    told.tell(TransportMessage::ReadyToOffer);
                }
            });
            ghost.link(&sink).map_err(|error| MediaError::build("transport", error))?;
            let transceiver: gst_webrtc::WebRTCRTPTransceiver = sink.property("transceiver");
            transceiver.set_direction(gst_webrtc::WebRTCRTPTransceiverDirection::Sendrecv);
            if is_video {
                transceiver.set_property("do-nack", true);
            }
        }
        Ok(())
    }

    /// Asks for an offer.
    pub(super) fn create_offer(&self, webrtcbin: &gst::Element) {
        let told = self.clone();
        let promise = gst::Promise::with_change_func(move |reply| {
            let offer = reply.ok().flatten().and_then(|reply| {
                reply.get::<gst_webrtc::WebRTCSessionDescription>("offer").ok()?.sdp().as_text().ok()
            });
            told.tell(match offer {
                Some(sdp) => TransportMessage::OfferMade(sdp),
                None => TransportMessage::Failed("no offer could be made".to_owned()),
            });
        });
        webrtcbin.emit_by_name::<()>("create-offer", &[&None::<gst::Structure>, &promise]);
    }

    /// Hands the answer over.
    pub(super) fn apply_answer(&self, webrtcbin: &gst::Element, answer: &gst_webrtc::WebRTCSessionDescription) {
        let told = self.clone();
        let promise = gst::Promise::with_change_func(move |reply| {
            let refused = match reply {
                Ok(reply) => reply.is_some_and(|reply| reply.has_field("error")),
                Err(_) => true,
            };
            told.tell(if refused {
                TransportMessage::Failed("the answer was not taken".to_owned())
            } else {
                TransportMessage::AnswerApplied
            });
        });
        webrtcbin.emit_by_name::<()>("set-remote-description", &[answer, &promise]);
    }
}

/// By the name of the element's type: asking for the factory of an element that is still being made may abort.
fn is_a(element: &gst::Element, type_name: &str) -> bool {
    element.type_().name() == type_name
}

/// The jitter buffers of a connection.
#[derive(Debug, Clone, Default)]
pub(super) struct JitterBuffers {
    elements: WeakElements,
}

impl JitterBuffers {
    /// Packets that arrived because they were asked for again.
    pub(super) fn retransmissions(&self) -> u64 {
        let elements = self.elements.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = elements.iter().filter_map(|element| {
            let stats: gst::Structure = element.upgrade()?.property("stats");
            stats.get::<u64>("rtx-success-count").ok()
        });
        counts.sum()
    }
}

/// Turns retransmission on where it counts, for video: `do-nack` alone leaves the jitter buffers without it,
/// and RTCP's share of a session thought to be narrow would let one request through and hold the next ones back.
pub(super) fn retransmission(webrtcbin: &gst::Element) -> JitterBuffers {
    let buffers = JitterBuffers::default();
    let rtpbin = webrtcbin.downcast_ref::<gst::Bin>().and_then(|bin| bin.by_name("rtpbin"));
    let Some(rtpbin) = rtpbin else {
        tracing::warn!("webrtcbin has no rtpbin: lost packets are not asked for again");
        return buffers;
    };
    rtpbin.connect("element-added", false, move |values| {
        let element = values.get(1).and_then(|value| value.get::<gst::Element>().ok());
        if let Some(session) = element.filter(|element| is_a(element, "GstRtpSession")) {
            session.set_property("bandwidth", SESSION_BITS_PER_SECOND);
        }
        None
    });
    let noted = Arc::clone(&buffers.elements);
    rtpbin.connect("new-jitterbuffer", false, move |values| {
        let buffer = values.get(1).and_then(|value| value.get::<gst::Element>().ok());
        if let Some((buffer, entry)) = buffer.and_then(|buffer| Some((buffer.clone(), buffer.static_pad("sink")?))) {
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(buffer.downgrade());
            let buffer = buffer.downgrade();
            entry.connect_notify(Some("caps"), move |entry, _| {
                if let Some(buffer) = buffer.upgrade().filter(|_| carries_video(entry)) {
                    buffer.set_property("do-retransmission", true);
                }
            });
        }
        None
    });
    buffers
}

fn carries_video(pad: &gst::Pad) -> bool {
    let caps = pad.current_caps();
    let media = caps.and_then(|caps| caps.structure(0)?.get::<String>("media").ok());
    media.as_deref() == Some("video")
}

/// Attaches congestion control; what it grants is written to `granted`.
pub(super) fn control_congestion(webrtcbin: &gst::Element, granted: Arc<AtomicU32>, maximum: u32) {
    webrtcbin.connect("request-aux-sender", false, move |_| {
        let control = gst::ElementFactory::make("rtpgccbwe")
            .property("min-bitrate", rate::MINIMUM_BITS_PER_SECOND)
            .property("max-bitrate", maximum.saturating_add(100_000))
            .property("estimated-bitrate", rate::START_BITS_PER_SECOND.min(maximum))
            .build();
        let control = match control {
            Ok(control) => control,
            Err(error) => {
                tracing::warn!(%error, "no congestion control");
                return None;
            }
        };
        let granted = Arc::clone(&granted);
        control.connect_notify(Some("estimated-bitrate"), move |control, _| {
            granted.store(control.property::<u32>("estimated-bitrate"), Ordering::Relaxed);
        });
        Some(control.to_value())
    });
}
