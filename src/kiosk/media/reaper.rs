//! Tearing down off the media thread: a change to Null may block, so each runs on a thread of its
//! own and has a deadline. The media thread hears when it ended and notices when it did not.

use std::time::{Duration, Instant};

use super::inbox::{Inbox, Message};

/// One teardown under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReapId(pub u64);

#[derive(Debug)]
struct Pending {
    id: ReapId,
    what: &'static str,
    due: Instant,
}

/// Knows all teardowns under way. Lives on the media thread.
#[derive(Debug)]
pub(crate) struct Reaper {
    inbox: Inbox,
    next: u64,
    pending: Vec<Pending>,
}

impl Reaper {
    /// A reaper that answers by [`Message::Reaped`].
    pub(crate) fn new(inbox: Inbox) -> Self {
        Self { inbox, next: 0, pending: Vec::new() }
    }

    /// Runs `teardown` on its own thread.
    pub(crate) fn reap(
        &mut self,
        what: &'static str,
        deadline: Duration,
        teardown: impl FnOnce() + Send + 'static,
    ) -> ReapId {
        let id = ReapId(self.next);
        self.next = self.next.saturating_add(1);
        self.pending.push(Pending { id, what, due: Instant::now() + deadline });
        let inbox = self.inbox.clone();
        let run = move || {
            teardown();
            inbox.tell(Message::Reaped(id.0));
        };
        if let Err(error) = std::thread::Builder::new().name("media-reaper".to_owned()).spawn(run) {
            tracing::warn!(%error, what, "no thread to tear down on");
        }
        id
    }

    /// Takes note that a teardown ended.
    pub(crate) fn reaped(&mut self, id: ReapId) {
        self.pending.retain(|pending| pending.id != id);
    }

    /// Whether this teardown is still under way.
    pub(crate) fn is_pending(&self, id: ReapId) -> bool {
        self.pending.iter().any(|pending| pending.id == id)
    }

    /// Whether any teardown is still under way.
    pub(crate) fn is_busy(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Something that did not end by its deadline, told once.
    pub(crate) fn take_stuck(&mut self) -> Option<(ReapId, &'static str)> {
        let now = Instant::now();
        let stuck = self.pending.iter().position(|pending| pending.due <= now)?;
        let stuck = self.pending.swap_remove(stuck);
        Some((stuck.id, stuck.what))
    }
}
