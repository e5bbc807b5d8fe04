//! The way of every event to the session: bounded lanes, drained in one order.
//!
//! Control (a guard, commits, PINs) is reserved and drained first; bulk (signalling text,
//! candidates) is bounded and counts what it drops. Senders never block and live on any thread; the
//! receiver lives on `session`.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use muwajaha_core::session::{Event, MediaEvent, NetEvent};

const CONTROL_CAPACITY: usize = 256;
const BULK_CAPACITY: usize = 1024;

#[derive(Debug, Default)]
struct Queues {
    control: VecDeque<Event>,
    bulk: VecDeque<Event>,
    dropped: u64,
    closed: bool,
}

#[derive(Debug, Default)]
struct Shared {
    queues: Mutex<Queues>,
    arrived: Condvar,
}

/// Hands events to the session. Clones share the lanes.
#[derive(Debug, Clone)]
pub struct EventSender {
    shared: Arc<Shared>,
}

/// The session's end of the lanes.
#[derive(Debug)]
pub struct EventReceiver {
    shared: Arc<Shared>,
}

/// What waiting brought.
#[derive(Debug)]
pub enum Received {
    /// The next event.
    Event(Event),
    /// Nothing came in time.
    TimedOut,
    /// All senders asked to stop.
    Closed,
}

/// A fresh pair of lanes.
pub fn lanes() -> (EventSender, EventReceiver) {
    let shared = Arc::new(Shared::default());
    (EventSender { shared: Arc::clone(&shared) }, EventReceiver { shared })
}

fn is_bulk(event: &Event) -> bool {
    matches!(event, Event::Net(NetEvent::SocketReceived { .. }) | Event::Media(MediaEvent::Transport { .. }))
}

impl EventSender {
    /// Hands over an event without waiting; `false` where its lane is full and it was dropped.
    pub fn send(&self, event: Event) -> bool {
        let mut queues = self.shared.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let bulk = is_bulk(&event);
        let (lane, capacity) =
            if bulk { (&mut queues.bulk, BULK_CAPACITY) } else { (&mut queues.control, CONTROL_CAPACITY) };
        let fits = lane.len() < capacity;
        if fits {
            lane.push_back(event);
        } else {
            queues.dropped = queues.dropped.saturating_add(1);
        }
        drop(queues);
        self.shared.arrived.notify_one();
        fits
    }

    /// Stops the session once the lanes are empty.
    pub fn close(&self) {
        self.shared.queues.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.shared.arrived.notify_one();
    }
}

impl EventReceiver {
    /// The next event, control first, waiting at most `wait`.
    pub fn receive(&self, wait: Duration) -> Received {
        let queues = self.shared.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut queues, _) = self
            .shared
            .arrived
            .wait_timeout_while(queues, wait, |queues| {
                queues.control.is_empty() && queues.bulk.is_empty() && !queues.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        let next = queues.control.pop_front().or_else(|| queues.bulk.pop_front());
        match next {
            Some(event) => Received::Event(event),
            None if queues.closed => Received::Closed,
            None => Received::TimedOut,
        }
    }

    /// How many events were dropped because their lane was full.
    pub fn dropped(&self) -> u64 {
        self.shared.queues.lock().unwrap_or_else(PoisonError::into_inner).dropped
    }
}
