//! The signalling socket of the direct engine: one at a time, reopened for ever.
//!
//! Each opening has a name of its own, so that a late word of an older one is told apart. Only a
//! socket on which the service resynchronised counts as up.

use std::time::Duration;

use crate::domain::BootTime;
use crate::engine::SocketId;

const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// An opening that says nothing for this long is given up.
const OPENING_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Socket {
    id: SocketId,
    state: State,
    next_pause: Duration,
    was_up: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unopened,
    /// Asked for, or open without a snapshot yet.
    Opening {
        until: BootTime,
    },
    Up,
    Pausing {
        until: BootTime,
    },
    Finished,
}

impl Socket {
    pub(super) fn new() -> Self {
        Self { id: SocketId(0), state: State::Unopened, next_pause: SHORTEST_PAUSE, was_up: false }
    }

    /// A new opening and its name.
    pub(super) fn open(&mut self, now: BootTime) -> SocketId {
        if self.state != State::Unopened {
            self.id = SocketId(self.id.0.wrapping_add(1));
        }
        self.state = State::Opening { until: now + OPENING_PATIENCE };
        self.id
    }

    pub(super) fn is_current(&self, socket: SocketId) -> bool {
        self.id == socket && matches!(self.state, State::Opening { .. } | State::Up)
    }

    /// A snapshot came; `true` where signalling was down before.
    pub(super) fn resynchronised(&mut self) -> bool {
        let is_news = self.state != State::Up && self.was_up;
        self.state = State::Up;
        self.was_up = true;
        self.next_pause = SHORTEST_PAUSE;
        is_news
    }

    /// It closed; `true` where signalling was up before.
    pub(super) fn closed(&mut self, socket: SocketId, now: BootTime) -> bool {
        if !self.is_current(socket) {
            return false;
        }
        let is_news = self.state == State::Up;
        self.pause(now);
        is_news
    }

    /// Gives up an opening that took too long; its name, to be closed.
    pub(super) fn give_up_opening(&mut self, now: BootTime) -> Option<SocketId> {
        match self.state {
            State::Opening { until } if until <= now => {
                self.pause(now);
                Some(self.id)
            }
            State::Unopened | State::Opening { .. } | State::Up | State::Pausing { .. } | State::Finished => None,
        }
    }

    fn pause(&mut self, now: BootTime) {
        self.state = State::Pausing { until: now + self.next_pause };
        self.next_pause = (self.next_pause * 2).min(LONGEST_PAUSE);
    }

    /// Whether it is time to open another.
    pub(super) fn is_due(&self, now: BootTime) -> bool {
        matches!(self.state, State::Pausing { until } if until <= now)
    }

    pub(super) fn due_at(&self) -> Option<BootTime> {
        match self.state {
            State::Opening { until } | State::Pausing { until } => Some(until),
            State::Unopened | State::Up | State::Finished => None,
        }
    }

    /// Its name while messages can be sent on it.
    pub(super) fn ready(&self) -> Option<SocketId> {
        (self.state == State::Up).then_some(self.id)
    }

    /// No more; its name, to be closed, where there is one.
    pub(super) fn finish(&mut self) -> Option<SocketId> {
        let is_open = matches!(self.state, State::Opening { .. } | State::Up);
        self.state = State::Finished;
        is_open.then_some(self.id)
    }
}
