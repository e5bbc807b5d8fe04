//! The running call: what it is made of, and how far it is.
//!
//! Holds the plan, the engine and the current connection. What engine and media say is turned into
//! effects in `carrying`.

use std::time::Duration;

use super::admission::Plan;
use super::effect::Effect;
use crate::domain::{BootTime, CallId, ConnectionId, EndReason, Policy, RecordId, TechnicalFailure};
use crate::engine::{Engine, EngineInput, EngineOutput};

/// Warnings are shown this long before the end.
pub(super) const WARNINGS: [Duration; 2] = [Duration::from_secs(5 * 60), Duration::from_secs(60)];
/// A net shell that has not answered for this long is asked again.
const JOIN_PATIENCE: Duration = Duration::from_secs(20);
const LONGEST_JOIN_PAUSE: Duration = Duration::from_secs(8);
/// Connections are begun this long before the slot, with the gate shut, so that it begins on time.
const CONNECT_AHEAD: Duration = Duration::from_secs(2);

/// This kiosk's part in one visit.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) plan: Plan,
    pub(super) phase: Phase,
    /// The question "end the visit?" is open until then.
    pub(super) confirming_until: Option<BootTime>,
    pub(super) has_connected: bool,
    pub(super) prolonging: Prolonging,
}

/// How far a call is.
///
/// ```text
///  Preparing ──descriptor──► Joined: Waiting ──► Connecting ──► Connected ◄──► Reconnecting
///    ▲ │ unreachable                    ▲            │              │               │
///    └─┘                                └────────────┘              └► VisitorAway ◄┘
///                                         visitor left                    │ back: Reconnecting
/// ```
#[derive(Debug)]
pub(super) enum Phase {
    Preparing(Preparing),
    Joined(Box<Joined>),
}

/// The join descriptor is on its way.
#[derive(Debug)]
pub(super) struct Preparing {
    pub(super) failed_tries: u32,
    waiting: JoinWait,
}

#[derive(Debug, Clone, Copy)]
enum JoinWait {
    Asked { overdue_at: BootTime },
    Pausing { until: BootTime },
}

/// An engine carries it.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) engine: Box<dyn Engine>,
    pub(super) link: Link,
    pub(super) transport: Option<Transport>,
    pub(super) signalling_down_since: Option<BootTime>,
    pub(super) signalling_was_up: bool,
    pub(super) visitor_was_there: bool,
    pub(super) supervised: bool,
}

/// The current connection.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) connection: ConnectionId,
    pub(super) verified: bool,
    pub(super) gate_open: bool,
    pub(super) has_frames: bool,
    pub(super) has_stalled: bool,
}

/// What the visitor's end is doing.
#[derive(Debug)]
pub(super) enum Link {
    Waiting,
    Connecting,
    Connected(Connected),
    Reconnecting { frozen_until: BootTime },
    VisitorAway,
}

#[derive(Debug)]
pub(super) struct Connected {
    /// From here on a missing picture is a visitor without a camera.
    pub(super) frames_awaited_until: BootTime,
    pub(super) is_recorded: bool,
}

/// A slot that was prolonged in mid-visit: a newer descriptor must say so, and its row be on disk.
#[derive(Debug)]
pub(super) enum Prolonging {
    No,
    Asked { again_at: BootTime },
    Recording { row: RecordId, ends_at: BootTime },
}

impl Preparing {
    pub(super) fn asked(now: BootTime) -> Self {
        Self { failed_tries: 0, waiting: JoinWait::Asked { overdue_at: now + JOIN_PATIENCE } }
    }

    pub(super) fn next_at(&self) -> BootTime {
        match self.waiting {
            JoinWait::Asked { overdue_at } => overdue_at,
            JoinWait::Pausing { until } => until,
        }
    }

    #[cfg(test)]
    pub(super) fn is_pausing(&self) -> bool {
        matches!(self.waiting, JoinWait::Pausing { .. })
    }

    /// Out of reach: once more after a growing pause.
    pub(super) fn unreachable(&mut self, now: BootTime) {
        let pause = Duration::from_secs(1 << self.failed_tries.min(3)).min(LONGEST_JOIN_PAUSE);
        self.failed_tries = self.failed_tries.saturating_add(1);
        self.waiting = JoinWait::Pausing { until: now + pause };
    }

    /// Asks again.
    pub(super) fn ask_again(&mut self, now: BootTime) {
        if let JoinWait::Asked { .. } = self.waiting {
            self.failed_tries = self.failed_tries.saturating_add(1);
        }
        self.waiting = JoinWait::Asked { overdue_at: now + JOIN_PATIENCE };
    }
}

impl Joined {
    pub(super) fn new(engine: Box<dyn Engine>, supervised: bool) -> Self {
        Self {
            engine,
            link: Link::Waiting,
            transport: None,
            signalling_down_since: None,
            signalling_was_up: false,
            visitor_was_there: false,
            supervised,
        }
    }
}

impl Transport {
    pub(super) fn new(connection: ConnectionId) -> Self {
        Self { connection, verified: false, gate_open: false, has_frames: false, has_stalled: false }
    }
}

impl Call {
    pub(super) fn new(id: CallId, plan: Plan, now: BootTime) -> Self {
        Self {
            id,
            plan,
            phase: Phase::Preparing(Preparing::asked(now)),
            confirming_until: None,
            has_connected: false,
            prolonging: Prolonging::No,
        }
    }

    pub(super) fn joined(&self) -> Option<&Joined> {
        match &self.phase {
            Phase::Preparing(_) => None,
            Phase::Joined(joined) => Some(joined),
        }
    }

    pub(super) fn joined_mut(&mut self) -> Option<&mut Joined> {
        match &mut self.phase {
            Phase::Preparing(_) => None,
            Phase::Joined(joined) => Some(joined),
        }
    }

    /// From when on the engine may make connections.
    pub(super) fn connect_from(&self) -> BootTime {
        self.plan.begins_at - CONNECT_AHEAD
    }

    /// When a connected call has outlived its signalling for too long.
    pub(super) fn signalling_lost_at(&self, policy: &Policy) -> Option<BootTime> {
        let joined = self.joined()?;
        match joined.link {
            Link::Connected(_) => joined.signalling_down_since.map(|since| since + policy.call_outlives_signalling()),
            Link::Waiting | Link::Connecting | Link::Reconnecting { .. } | Link::VisitorAway => None,
        }
    }

    /// Why the visit ends when its slot does.
    pub(super) fn reason_at_slot_end(&self) -> EndReason {
        match self.joined() {
            _ if self.has_connected => EndReason::SlotOver,
            Some(joined) if joined.signalling_was_up && !joined.visitor_was_there => EndReason::VisitorAbsent,
            Some(_) | None => EndReason::Failed(TechnicalFailure::Network),
        }
    }

    /// Why the visit ends when the service closes it.
    pub(super) fn reason_when_closed(&self, now: BootTime) -> EndReason {
        const CLOCKS_DIFFER_BY: Duration = Duration::from_secs(5);
        if now + CLOCKS_DIFFER_BY >= self.plan.ends_at { self.reason_at_slot_end() } else { EndReason::Cancelled }
    }

    /// The engine's last words, as effects. Transports are torn down with the rest of media.
    pub(super) fn say_goodbye(&mut self, now: BootTime) -> Vec<Effect> {
        let call = self.id;
        let Some(joined) = self.joined_mut() else { return Vec::new() };
        joined.engine.handle(EngineInput::Finish, now);
        let outputs = std::iter::from_fn(|| joined.engine.poll_output());
        outputs
            .filter_map(|output| match output {
                EngineOutput::SendSocket(socket, text) => Some(Effect::SendSocket { call, socket, text }),
                EngineOutput::CloseSocket(socket) => Some(Effect::CloseSocket { call, socket }),
                EngineOutput::OpenSocket { .. }
                | EngineOutput::Transport(..)
                | EngineOutput::Waiting
                | EngineOutput::Connecting
                | EngineOutput::Connected(_)
                | EngineOutput::Reconnecting
                | EngineOutput::SignallingChanged { .. }
                | EngineOutput::Ended(_) => None,
            })
            .collect()
    }
}
