//! Carrying the running call: descriptor, engine, media and gate.
//!
//! A stale call or connection id changes nothing. The gate opens only for the current connection,
//! once its certificate is verified and the slot has begun.

use std::time::Duration;

use super::audit::AuditKind;
use super::call::{Call, Connected, Joined, Link, Phase, Prolonging, Transport};
use super::defect::planted;
use super::effect::Effect;
use super::event::{JoinRefusal, MediaEvent, NetEvent};
use super::ledger::RowKind;
use super::mode::{KioskMode, Open};
use super::visit::Visit;
use super::{OutOfServiceCause, Session};
use crate::domain::{Booking, CallId, ConnectionId, EndReason, TechnicalFailure};
use crate::engine::direct::DirectEngine;
use crate::engine::{
    EngineEnd, EngineInput, EngineOutput, EngineVariant, JoinDescriptor, TransportEvent, TransportOperation,
};

const LONGEST_STALL: Duration = Duration::from_secs(3);
/// How long a frozen picture is called frozen before the words speak of the new connection.
const FROZEN_SHOWN_FOR: Duration = Duration::from_secs(2);
const FIRST_FRAME_PATIENCE: Duration = Duration::from_secs(5);
const PROLONGING_PAUSE: Duration = Duration::from_secs(10);
/// Media ends a call by itself at its end; this much earlier it is still that end.
const MEDIA_CLOCK_TOLERANCE: Duration = Duration::from_secs(2);

impl Session {
    pub(super) fn call(&self) -> Option<&Call> {
        match &self.mode {
            KioskMode::Open(Open { visit: Visit::Call(call), .. }) => Some(call),
            KioskMode::Open(_)
            | KioskMode::Locked { .. }
            | KioskMode::OutOfService { .. }
            | KioskMode::Maintenance(_) => None,
        }
    }

    pub(super) fn call_mut(&mut self) -> Option<&mut Call> {
        match &mut self.mode {
            KioskMode::Open(Open { visit: Visit::Call(call), .. }) => Some(call),
            KioskMode::Open(_)
            | KioskMode::Locked { .. }
            | KioskMode::OutOfService { .. }
            | KioskMode::Maintenance(_) => None,
        }
    }

    fn is_current(&self, call: CallId) -> bool {
        self.call().is_some_and(|current| current.id == call || planted!(StaleCallAccepted))
    }

    /// Everything a permitted visit starts: descriptor and media.
    pub(super) fn start_call(&mut self, plan: super::admission::Plan) {
        let id = self.last_call.next();
        self.last_call = id;
        self.interrupted.take_if(|interrupted| interrupted.visit.booking == plan.booking.id);
        self.effects.push_back(Effect::FetchJoinDescriptor { call: id, booking: plan.booking.id.clone() });
        self.effects.push_back(Effect::StartMedia { call: id, ends_at: plan.ends_at });
        let call = Call::new(id, plan, self.now.boot);
        if let KioskMode::Open(open) = &mut self.mode {
            open.visit = Visit::Call(Box::new(call));
        }
    }

    pub(super) fn ask_for_descriptor_again(&mut self) {
        let now = self.now.boot;
        let Some(call) = self.call_mut() else { return };
        if let Phase::Preparing(preparing) = &mut call.phase {
            preparing.ask_again(now);
        } else {
            call.prolonging = Prolonging::Asked { again_at: now + PROLONGING_PAUSE };
        }
        let fetch = Effect::FetchJoinDescriptor { call: call.id, booking: call.plan.booking.id.clone() };
        self.effects.push_back(fetch);
    }

    pub(super) fn descriptor_fetched(&mut self, id: CallId, descriptor: JoinDescriptor) {
        if !self.is_current(id) {
            return;
        }
        let now = self.now.boot;
        let Some(call) = self.call() else { return };
        if descriptor.validate(&call.plan.booking.id, call.plan.clock.utc_at(now)).is_err() {
            // A refused descriptor can start nothing; what runs already keeps its own.
            if matches!(call.phase, Phase::Preparing(_)) {
                self.end_visit(EndReason::Failed(TechnicalFailure::Engine), None);
            }
            return;
        }
        match call.phase {
            Phase::Preparing(_) => self.join(descriptor),
            Phase::Joined(_) => self.prolong(descriptor),
        }
    }

    fn join(&mut self, mut descriptor: JoinDescriptor) {
        let now = self.now;
        descriptor.relay_only |= self.policy().relay_only;
        let Some(call) = self.call_mut() else { return };
        let variant = match &descriptor.engine {
            EngineVariant::Direct(variant) => variant.clone(),
            EngineVariant::Unknown => return,
        };
        let plan = &mut call.plan;
        plan.begins_at = plan.begins_at.max(plan.clock.boot_at(descriptor.not_before));
        let ends_at = plan.clock.boot_at(descriptor.ends_at);
        let is_shortened = ends_at < plan.ends_at;
        plan.ends_at = plan.ends_at.min(ends_at);
        let media_end = Effect::StartMedia { call: call.id, ends_at: plan.ends_at };
        // The service's time only grows, across restarts too, and so do the connections' numbers.
        let milliseconds = plan.clock.utc_at(now.boot).as_millis();
        let first_connection = ConnectionId(u64::try_from(milliseconds).unwrap_or(0));
        let connect_from = call.connect_from();
        let engine = DirectEngine::start(variant, &descriptor, connect_from, first_connection, now.boot);
        call.phase = Phase::Joined(Box::new(Joined::new(Box::new(engine), descriptor.supervised)));
        let wants_longer = call.plan.clock.boot_at(call.plan.booking.slot.ends_at()) > call.plan.ends_at;
        if is_shortened {
            self.effects.push_back(media_end);
        }
        if wants_longer {
            self.prolong(descriptor);
        }
        self.drain_engine();
    }

    /// A newer descriptor of a running call: it may end later than the one it runs by.
    fn prolong(&mut self, mut descriptor: JoinDescriptor) {
        descriptor.relay_only |= self.policy().relay_only;
        let Some(call) = self.call() else { return };
        let plan = &call.plan;
        let until = plan.booking.slot.ends_at().min(descriptor.ends_at);
        let (booking, ends_at) = (plan.booking.id.clone(), plan.clock.boot_at(until));
        if ends_at <= plan.ends_at || matches!(call.prolonging, Prolonging::Recording { .. }) {
            return;
        }
        let row = self.record(RowKind::Permission, AuditKind::VisitExtended { booking, ends_at: until });
        if let Some(call) = self.call_mut() {
            call.prolonging = Prolonging::Recording { row, ends_at };
        }
        self.drive(EngineInput::DescriptorRenewed(Box::new(descriptor)));
    }

    /// The row that prolongs the visit is on disk.
    pub(super) fn prolonging_committed(&mut self) {
        let Some(call) = self.call_mut() else { return };
        if let Prolonging::Recording { ends_at, .. } = call.prolonging {
            call.prolonging = Prolonging::No;
            call.plan.ends_at = ends_at;
            let media_end = Effect::StartMedia { call: call.id, ends_at };
            self.effects.push_back(media_end);
        }
    }

    pub(super) fn join_refused(&mut self, id: CallId, refusal: JoinRefusal) {
        if !self.is_current(id) {
            return;
        }
        let now = self.now.boot;
        let Some(call) = self.call_mut() else { return };
        let Phase::Preparing(preparing) = &mut call.phase else { return };
        match refusal {
            // The window is the service's to judge: clocks a little apart mend themselves.
            JoinRefusal::Unreachable | JoinRefusal::OutsideJoinWindow => preparing.unreachable(now),
            JoinRefusal::Cancelled | JoinRefusal::AtAnotherKiosk => self.end_visit(EndReason::Cancelled, None),
            JoinRefusal::AlreadyEnded => {
                let reason = call.reason_when_closed(now);
                self.end_visit(reason, None);
            }
            JoinRefusal::KioskRevoked => self.take_out_of_service(OutOfServiceCause::Revoked, None),
            JoinRefusal::Descriptor(_) => self.end_visit(EndReason::Failed(TechnicalFailure::Engine), None),
        }
    }

    pub(super) fn socket_told(&mut self, event: NetEvent) {
        let (call, input) = match event {
            NetEvent::SocketOpened { call, socket } => (call, EngineInput::SocketOpened(socket)),
            NetEvent::SocketReceived { call, socket, text } => (call, EngineInput::SocketReceived(socket, text)),
            NetEvent::SocketClosed { call, socket } => (call, EngineInput::SocketClosed(socket)),
            NetEvent::ScheduleSynced(_)
            | NetEvent::ServiceReachable(_)
            | NetEvent::JoinDescriptorFetched { .. }
            | NetEvent::JoinRefused { .. }
            | NetEvent::EnrolmentRequested { .. }
            | NetEvent::ServiceOrdered(_)
            | NetEvent::KioskRevoked(_)
            | NetEvent::BookingCancelled(_)
            | NetEvent::UpdateInstalled { .. }
            | NetEvent::UpdateFailed { .. } => return,
        };
        if self.is_current(call) {
            self.drive(input);
        }
    }

    pub(super) fn media_told(&mut self, event: MediaEvent) {
        match event {
            MediaEvent::Transport { call, connection, event } => self.transport_told(call, connection, event),
            MediaEvent::CallStopped { call } => self.call_stopped(call),
            MediaEvent::CameraChanged { working } => self.devices.camera_working = working,
            MediaEvent::MicrophoneChanged { working } => self.devices.microphone_working = working,
            MediaEvent::MediaFailed => self.take_out_of_service(OutOfServiceCause::MediaFailed, None),
        }
    }

    fn transport_told(&mut self, id: CallId, connection: ConnectionId, event: TransportEvent) {
        if !self.is_current(id) {
            return;
        }
        let Some(joined) = self.call_mut().and_then(Call::joined_mut) else { return };
        let Some(transport) = &mut joined.transport else { return };
        if transport.connection != connection && !planted!(StaleConnectionAccepted) {
            return;
        }
        let mut is_refused = false;
        match &event {
            TransportEvent::CertificateVerified => transport.verified = true,
            TransportEvent::CertificateRefused => is_refused = true,
            TransportEvent::FirstFrameDecoded => transport.has_frames = true,
            TransportEvent::MediaStalled(stall) => transport.has_stalled = *stall >= LONGEST_STALL,
            TransportEvent::MediaResumed => transport.has_stalled = false,
            TransportEvent::OfferCreated { .. }
            | TransportEvent::CandidateGathered(_)
            | TransportEvent::IceStateChanged(_)
            | TransportEvent::Failed(_) => {}
        }
        if is_refused {
            self.peer_refused();
        } else {
            self.drive(EngineInput::Transport(connection, event));
            self.open_gate_if_due();
        }
    }

    fn peer_refused(&mut self) {
        let Some(booking) = self.call().map(|call| call.plan.booking.id.clone()) else { return };
        if planted!(UntrustedPeerKept) {
            return;
        }
        self.end_visit(EndReason::PeerNotTrusted, None);
        self.record(RowKind::Fact, AuditKind::PeerRefused { booking });
    }

    /// Opens the gate of the current connection once its certificate is verified and the slot has
    /// begun; notes the connection once media can flow.
    pub(super) fn open_gate_if_due(&mut self) {
        let now = self.now.boot;
        let Some(call) = self.call_mut() else { return };
        let (id, has_begun) = (call.id, call.plan.begins_at <= now || planted!(GateBeforeSlot));
        let booking = call.plan.booking.id.clone();
        let Some(joined) = call.joined_mut() else { return };
        let Some(transport) = &mut joined.transport else { return };
        let is_verified = transport.verified || planted!(GateWithoutCertificate);
        let opens = is_verified && has_begun && !transport.gate_open;
        if opens {
            transport.gate_open = true;
        }
        let connection = transport.connection;
        let is_news = match &mut joined.link {
            Link::Connected(connected) => transport.gate_open && !std::mem::replace(&mut connected.is_recorded, true),
            Link::Waiting | Link::Connecting | Link::Reconnecting { .. } | Link::VisitorAway => false,
        };
        call.has_connected |= is_news;
        if opens {
            self.effects.push_back(Effect::OpenGate { call: id, connection });
        }
        if is_news {
            self.record(RowKind::Fact, AuditKind::CallConnected { booking });
        }
    }

    fn call_stopped(&mut self, id: CallId) {
        if self.teardown.as_ref().is_some_and(|teardown| teardown.call == id) {
            self.teardown = None;
            self.leave_farewell();
        } else if let Some(call) = self.call().filter(|call| call.id == id) {
            let is_slot_end = self.now.boot + MEDIA_CLOCK_TOLERANCE >= call.plan.ends_at;
            let failed = EndReason::Failed(TechnicalFailure::Kiosk);
            let reason = if is_slot_end { call.reason_at_slot_end() } else { failed };
            self.end_visit(reason, None);
            self.teardown = None;
        }
    }

    /// Hands one input to the engine and carries out what it says.
    pub(super) fn drive(&mut self, input: EngineInput) {
        let now = self.now.boot;
        if let Some(joined) = self.call_mut().and_then(Call::joined_mut) {
            joined.engine.handle(input, now);
            self.drain_engine();
        }
    }

    fn drain_engine(&mut self) {
        while let Some(output) =
            self.call_mut().and_then(Call::joined_mut).and_then(|joined| joined.engine.poll_output())
        {
            self.engine_said(output);
        }
        self.open_gate_if_due();
    }

    fn engine_said(&mut self, output: EngineOutput) {
        let Some(call) = self.call().map(|call| call.id) else { return };
        match output {
            EngineOutput::OpenSocket { socket, url, token } => {
                self.effects.push_back(Effect::OpenSocket { call, socket, url, token });
            }
            EngineOutput::SendSocket(socket, text) => {
                self.effects.push_back(Effect::SendSocket { call, socket, text });
            }
            EngineOutput::CloseSocket(socket) => self.effects.push_back(Effect::CloseSocket { call, socket }),
            EngineOutput::Transport(connection, operation) => self.transport_wanted(connection, operation),
            EngineOutput::Waiting
            | EngineOutput::Connecting
            | EngineOutput::Connected(_)
            | EngineOutput::Reconnecting => self.link_changed(&output),
            EngineOutput::SignallingChanged { up } => {
                let now = self.now.boot;
                if let Some(joined) = self.call_mut().and_then(Call::joined_mut) {
                    joined.signalling_down_since = if up { None } else { joined.signalling_down_since.or(Some(now)) };
                }
            }
            EngineOutput::Ended(end) => self.engine_ended(end),
        }
    }

    fn transport_wanted(&mut self, connection: ConnectionId, operation: TransportOperation) {
        let Some(call) = self.call_mut() else { return };
        let id = call.id;
        if let Some(joined) = call.joined_mut() {
            match &operation {
                TransportOperation::Create { .. } => joined.transport = Some(Transport::new(connection)),
                TransportOperation::Close => joined.transport = None,
                TransportOperation::SetRemoteAnswer { .. } | TransportOperation::AddCandidate(_) => {}
            }
        }
        self.effects.push_back(Effect::Transport { call: id, connection, operation });
    }

    fn link_changed(&mut self, output: &EngineOutput) {
        let now = self.now.boot;
        let Some(call) = self.call_mut() else { return };
        let (has_connected, booking) = (call.has_connected, call.plan.booking.id.clone());
        let Some(joined) = call.joined_mut() else { return };
        joined.signalling_was_up = true;
        let was_connected = matches!(&joined.link, Link::Connected(connected) if connected.is_recorded);
        let has_stalled = joined.transport.as_ref().is_some_and(|transport| transport.has_stalled);
        let old_frozen_until = match joined.link {
            Link::Reconnecting { frozen_until } => frozen_until,
            Link::Waiting | Link::Connecting | Link::Connected(_) | Link::VisitorAway => now,
        };
        joined.link = match output {
            EngineOutput::Connecting => Link::Connecting,
            EngineOutput::Connected(_) => {
                Link::Connected(Connected { frames_awaited_until: now + FIRST_FRAME_PATIENCE, is_recorded: false })
            }
            EngineOutput::Reconnecting => Link::Reconnecting {
                frozen_until: if was_connected && has_stalled { now + FROZEN_SHOWN_FOR } else { old_frozen_until },
            },
            EngineOutput::Waiting if has_connected => Link::VisitorAway,
            EngineOutput::Waiting
            | EngineOutput::OpenSocket { .. }
            | EngineOutput::SendSocket(..)
            | EngineOutput::CloseSocket(_)
            | EngineOutput::Transport(..)
            | EngineOutput::SignallingChanged { .. }
            | EngineOutput::Ended(_) => Link::Waiting,
        };
        joined.visitor_was_there |= !matches!(joined.link, Link::Waiting);
        if was_connected && matches!(output, EngineOutput::Reconnecting) {
            self.record(RowKind::Fact, AuditKind::CallReconnecting { booking });
        }
    }

    fn engine_ended(&mut self, end: EngineEnd) {
        let Some(call) = self.call() else { return };
        match end {
            EngineEnd::VisitorLeft => self.end_visit(EndReason::VisitorEnded, None),
            EngineEnd::ClosedByService => {
                let reason = call.reason_when_closed(self.now.boot);
                self.end_visit(reason, None);
            }
            EngineEnd::PeerNotTrusted => self.peer_refused(),
            EngineEnd::Refused => self.end_visit(EndReason::Failed(TechnicalFailure::Engine), None),
        }
    }

    /// The schedule has a newer word on a visit's booking: before the call its plan simply follows;
    /// in a call a nearer end counts at once, a later one once a newer descriptor says so.
    pub(super) fn booking_revised(&mut self, booking: &Booking) {
        let now = self.now.boot;
        let KioskMode::Open(Open { visit, .. }) = &mut self.mode else { return };
        let call = match visit {
            Visit::Idle | Visit::Refused(_) | Visit::Ended(_) => return,
            Visit::Identified(identified) => return identified.plan.follow(booking),
            Visit::Notice(notice) => return notice.plan.follow(booking),
            Visit::Call(call) => call,
        };
        if booking.revision <= call.plan.booking.revision {
            return;
        }
        let old_end = call.plan.ends_at;
        let old_begin = call.plan.begins_at;
        call.plan.follow(booking);
        if old_begin <= now {
            call.plan.begins_at = old_begin;
        }
        if call.plan.ends_at <= old_end {
            call.prolonging = Prolonging::No;
            let media_end = Effect::StartMedia { call: call.id, ends_at: call.plan.ends_at };
            self.effects.push_back(media_end);
        } else {
            call.plan.ends_at = old_end;
            if call.joined().is_some() {
                self.ask_for_descriptor_again();
            }
        }
    }
}
