//! Carrying the session's effects out: each goes to its shell without waiting. Where a shell takes
//! nothing more it has failed, and the answer says so at once.

use muwajaha_core::session::{
    AuditEntry, CheckEvent, Effect, EndedMark, Event, JoinRefusal, MediaEvent, NetEvent, StoreEvent,
};

use crate::badge::ReaderLights;
use crate::check::CheckHandle;
use crate::media::{Gate, MediaCommand, MediaHandle};
use crate::net::NetHandle;
use crate::store::StoreHandle;
use crate::system::pin::PinVerifier;
use crate::system::runtime_directory::RuntimeDirectory;

/// Carries effects out. On `session`.
pub trait PerformEffect {
    /// Carries `effect` out, or answers at once that it cannot be.
    fn perform(&mut self, effect: Effect) -> Option<Event>;
}

/// The real shells.
pub struct Shells {
    /// The record and the cache.
    pub store: StoreHandle,
    /// The visit service.
    pub net: NetHandle,
    /// Camera, sound and calls; `None` where media could not start.
    pub media: Option<MediaHandle>,
    /// The reader's light and buzzer.
    pub lights: Option<ReaderLights>,
    /// The self-check, where there is one.
    pub checks: Option<CheckHandle>,
    /// Whether media may pass, shut from here.
    pub gate: Gate,
    /// The PIN worker.
    pub pins: PinVerifier,
    /// Marks that outlive this process.
    pub runtime: std::sync::Arc<RuntimeDirectory>,
}

impl PerformEffect for Shells {
    fn perform(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Record { id, entry } => {
                log_transition(&entry);
                answer_unless(self.store.record(id, entry), || Event::Store(StoreEvent::CommitFailed(id)))
            }
            Effect::MarkVisitEnded(mark) => {
                self.mark_ended(&mark);
                None
            }
            Effect::FetchJoinDescriptor { call, booking } => {
                let asked = self.net.fetch_join_descriptor(call, booking);
                let refusal = JoinRefusal::Unreachable;
                answer_unless(asked, || Event::Net(NetEvent::JoinRefused { call, refusal }))
            }
            Effect::StartMedia { call, ends_at } => self.media(MediaCommand::StartMedia { call, ends_at }),
            Effect::OpenGate { call, connection } => {
                self.gate.open(call, connection);
                None
            }
            Effect::ShutGate { call } => {
                self.gate.shut(call);
                None
            }
            Effect::StopMedia { call } if self.media.is_none() => Some(Event::Media(MediaEvent::CallStopped { call })),
            Effect::StopMedia { call } => self.media(MediaCommand::StopMedia { call }),
            Effect::Transport { call, connection, operation } => {
                self.media(MediaCommand::Transport { call, connection, operation })
            }
            Effect::OpenSocket { call, socket, url, token } => {
                let opened = self.net.open_socket(call, socket, url, token);
                answer_unless(opened, || Event::Net(NetEvent::SocketClosed { call, socket }))
            }
            Effect::SendSocket { call, socket, text } => {
                let sent = self.net.send_socket(call, socket, text);
                answer_unless(sent, || Event::Net(NetEvent::SocketClosed { call, socket }))
            }
            Effect::CloseSocket { call, socket } => {
                if !self.net.close_socket(call, socket) {
                    tracing::warn!(%call, "the network's lane is full: a socket closes with the call's end instead");
                }
                None
            }
            Effect::VerifyPin { attempt, pin, verifier } => {
                let asked = self.pins.verify(attempt, pin, verifier);
                answer_unless(asked, || Event::PinVerified { attempt, right: false })
            }
            Effect::ShowAtReader(feedback) => {
                if let Some(lights) = &self.lights {
                    lights.show(feedback);
                }
                None
            }
            Effect::SendEnrolment(badge) => {
                if !self.net.send_enrolment(badge) {
                    tracing::warn!("the network's lane is full: a badge to enrol was dropped");
                }
                None
            }
            Effect::AnswerOrder { order } => {
                if !self.net.answer_order(order) {
                    tracing::warn!("the network's lane is full: the service asks again about an order");
                }
                None
            }
            Effect::LookOver => {
                if !self.net.look_over() {
                    tracing::warn!("the network's lane is full: how this kiosk is is told at its time");
                }
                None
            }
            Effect::StartCheck { check } => {
                let ordered = self.checks.as_ref().is_some_and(|checks| checks.start(check));
                answer_unless(ordered, || Event::Check(CheckEvent::Finished { check }))
            }
            Effect::StopCheck { check } => {
                if let Some(checks) = &self.checks {
                    checks.stop(check);
                }
                None
            }
            Effect::AbortProcess => {
                tracing::error!("media did not confirm its end within its time: the process aborts");
                std::process::abort()
            }
        }
    }
}

impl Shells {
    fn media(&self, command: MediaCommand) -> Option<Event> {
        let sent = self.media.as_ref().is_some_and(|media| media.send(command));
        answer_unless(sent, || Event::Media(MediaEvent::MediaFailed))
    }

    fn mark_ended(&self, mark: &EndedMark) {
        if let Err(error) = self.runtime.mark_ended(mark) {
            tracing::warn!(%error, "the ended mark could not be left: free or mend `runtime.directory`");
        }
    }
}

fn answer_unless(done: bool, answer: impl FnOnce() -> Event) -> Option<Event> {
    if done {
        return None;
    }
    tracing::warn!("a shell takes no more commands: it has failed");
    Some(answer())
}

/// One line a transition: the row's kind and ids, never a name.
fn log_transition(entry: &AuditEntry) {
    let row = serde_json::to_value(&entry.kind).unwrap_or_default();
    let text = |key: &str| row.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let kind = text("kind").unwrap_or_default();
    match text("booking") {
        Some(booking) => tracing::info!(kind, booking, reason = text("reason"), "visit"),
        None => tracing::info!(kind, "kiosk"),
    }
}
