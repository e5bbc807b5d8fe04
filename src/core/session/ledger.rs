//! Rows handed to the record and not yet answered for.
//!
//! Permissions wait for their row here; restrictions have acted already, and nothing new is
//! permitted until their rows are on disk. A store that stays silent counts as lost.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{BootTime, RecordId};

/// A row unanswered for this long means that the record is lost.
const COMMIT_OVERDUE: Duration = Duration::from_secs(10);
/// More rows than this cannot be on their way to a store that works.
const MOST_ROWS_ON_THEIR_WAY: usize = 256;

/// Whether new visits wait for this row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    /// A restriction that has already acted.
    Restriction,
    /// Anything else.
    Other,
}

/// What became of the record so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    last: Option<RecordId>,
    on_their_way: BTreeMap<RecordId, (RowKind, BootTime)>,
    lost: bool,
}

impl Ledger {
    pub(super) fn recover(lost: bool) -> Self {
        Self { lost, ..Self::default() }
    }

    /// Names the next row.
    pub(super) fn open_row(&mut self, kind: RowKind, now: BootTime) -> RecordId {
        let id = self.last.map_or(RecordId(1), RecordId::next);
        self.last = Some(id);
        self.on_their_way.insert(id, (kind, now + COMMIT_OVERDUE));
        if self.on_their_way.len() > MOST_ROWS_ON_THEIR_WAY {
            self.lose();
        }
        id
    }

    /// A row is on disk; `false` where none by that name was on its way.
    pub(super) fn committed(&mut self, id: RecordId) -> bool {
        self.on_their_way.remove(&id).is_some()
    }

    /// A row could not be written; `false` where none by that name was on its way.
    pub(super) fn failed(&mut self, id: RecordId) -> bool {
        let known = self.on_their_way.contains_key(&id);
        if known {
            self.lose();
        }
        known
    }

    /// Nothing handed over is believed any more.
    pub(super) fn lose(&mut self) {
        self.lost = true;
        self.on_their_way.clear();
    }

    /// A row was written after the loss: the record works again.
    pub(super) fn regain(&mut self) {
        self.lost = false;
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    pub(super) fn is_on_its_way(&self, id: RecordId) -> bool {
        self.on_their_way.contains_key(&id)
    }

    /// Whether a restriction has acted and is not on disk yet.
    pub(super) fn has_open_restriction(&self) -> bool {
        self.on_their_way.values().any(|(kind, _)| *kind == RowKind::Restriction)
    }

    /// When the oldest row is overdue.
    pub(super) fn overdue_at(&self) -> Option<BootTime> {
        self.on_their_way.values().map(|(_, due)| *due).min()
    }
}
