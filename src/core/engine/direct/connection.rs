//! One connection of the direct engine: how far it is, and what it holds back.
//!
//! Local candidates wait for the offer to be sent, remote ones for the answer to be set; both are
//! bounded, whatever the peer sends. Decides nothing; [`super::DirectEngine`] does.

use std::time::Duration;

use super::LONGEST_SILENCE;
use crate::domain::{BootTime, ConnectionId, Redacted};
use crate::engine::Candidate;

/// More candidates than this of one side in one connection are dropped.
pub(super) const MOST_CANDIDATES: usize = 64;

const PAUSES_MILLISECONDS: [u64; 6] = [0, 250, 500, 1000, 2000, 4000];

/// How far the descriptions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offering {
    Awaited,
    Sent,
    Answered,
}

/// Whether it carries media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Connecting { until: BootTime },
    Connected { since: BootTime },
    Lost { connected_since: Option<BootTime> },
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) id: ConnectionId,
    pub(super) instance: Redacted<String>,
    pub(super) offering: Offering,
    pub(super) verified: bool,
    pub(super) path_is_up: bool,
    pub(super) has_frames: bool,
    pub(super) silent_since: Option<BootTime>,
    health: Health,
    local_candidates: Vec<Candidate>,
    remote_candidates: Vec<Candidate>,
    remote_candidates_seen: usize,
}

/// How long to pause before the next connection after this many attempts.
pub(super) fn pause_before(attempts: u32) -> Duration {
    let index = usize::try_from(attempts).unwrap_or(usize::MAX);
    Duration::from_millis(PAUSES_MILLISECONDS.get(index).copied().unwrap_or(4000))
}

/// How long a connection may take after this many attempts: a slow line gets more each time.
pub(super) fn patience(attempts: u32) -> Duration {
    Duration::from_secs(u64::from((8 + 2 * attempts.min(4)).min(16)))
}

impl Connection {
    pub(super) fn new(id: ConnectionId, instance: Redacted<String>, connect_by: BootTime) -> Self {
        Self {
            id,
            instance,
            offering: Offering::Awaited,
            verified: false,
            path_is_up: false,
            has_frames: false,
            silent_since: None,
            health: Health::Connecting { until: connect_by },
            local_candidates: Vec::new(),
            remote_candidates: Vec::new(),
            remote_candidates_seen: 0,
        }
    }

    /// Marks it connected if it now is; `true` where that is news.
    pub(super) fn connect(&mut self, now: BootTime) -> bool {
        let is_ready = self.verified && (self.path_is_up || self.has_frames);
        let is_news = is_ready && matches!(self.health, Health::Connecting { .. });
        if is_news {
            self.health = Health::Connected { since: now };
        }
        is_news
    }

    /// Marks it lost; `true` where that is news.
    pub(super) fn lose(&mut self) -> bool {
        let connected_since = match self.health {
            Health::Connecting { .. } => None,
            Health::Connected { since } => Some(since),
            Health::Lost { .. } => return false,
        };
        self.health = Health::Lost { connected_since };
        true
    }

    /// It recovered by itself before it could be replaced.
    pub(super) fn regain(&mut self) {
        if let Health::Lost { .. } = self.health {
            self.health = Health::Connecting { until: BootTime::from_millis(u64::MAX) };
        }
    }

    pub(super) fn connected_since(&self) -> Option<BootTime> {
        match self.health {
            Health::Connected { since } => Some(since),
            Health::Connecting { .. } => None,
            Health::Lost { connected_since } => connected_since,
        }
    }

    pub(super) fn carries_media(&self) -> bool {
        matches!(self.health, Health::Connected { .. })
    }

    pub(super) fn is_lost(&self) -> bool {
        matches!(self.health, Health::Lost { .. })
    }

    /// When it counts as lost unless something happens.
    pub(super) fn overdue_at(&self) -> Option<BootTime> {
        match self.health {
            Health::Connecting { until } => Some(until),
            Health::Connected { .. } => self.silent_since.map(|since| since + LONGEST_SILENCE),
            Health::Lost { .. } => None,
        }
    }

    pub(super) fn is_overdue(&self, now: BootTime) -> bool {
        self.overdue_at().is_some_and(|due| due <= now)
    }

    pub(super) fn hold_local_candidate(&mut self, candidate: Candidate) {
        if self.local_candidates.len() < MOST_CANDIDATES {
            self.local_candidates.push(candidate);
        }
    }

    pub(super) fn take_local_candidates(&mut self) -> Vec<Candidate> {
        std::mem::take(&mut self.local_candidates)
    }

    /// Counts one more candidate of the peer's; `false` where it has sent too many.
    pub(super) fn count_remote_candidate(&mut self) -> bool {
        let fits = self.remote_candidates_seen < MOST_CANDIDATES;
        if fits {
            self.remote_candidates_seen = self.remote_candidates_seen.saturating_add(1);
        }
        fits
    }

    pub(super) fn hold_remote_candidate(&mut self, candidate: Candidate) {
        self.remote_candidates.push(candidate);
    }

    pub(super) fn take_remote_candidates(&mut self) -> Vec<Candidate> {
        std::mem::take(&mut self.remote_candidates)
    }
}
