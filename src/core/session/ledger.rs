//! Rows handed to the record and not yet answered for.
//!
//! Permissions wait for their row here; restrictions have acted already, and nothing new is
//! permitted until their rows are on disk. A store that stays silent counts as lost until all of its
//! rows have got to disk after all. Rows that did not get to disk are kept, so that the record is
//! whole again once it can be written.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::audit::AuditEntry;
use crate::domain::{BootTime, RecordId};

/// A row unanswered for this long means that the record is lost.
const COMMIT_OVERDUE: Duration = Duration::from_secs(10);
/// More rows than this cannot be on their way to a store that works.
const MOST_ROWS_ON_THEIR_WAY: usize = 256;
/// More rows than this are not kept; restrictions are kept longest.
const MOST_ROWS_KEPT: usize = 256;

/// What a row means to what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    /// Has acted already; new visits wait until it is on disk.
    Restriction,
    /// Acts once it is on disk, and never otherwise: one that did not get there is forgotten.
    Permission,
    /// Something that happened.
    Fact,
}

/// What became of the record so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    last: Option<RecordId>,
    on_their_way: BTreeMap<RecordId, OnItsWay>,
    /// Restrictions and facts that did not get to disk.
    unwritten: BTreeMap<RecordId, (RowKind, AuditEntry)>,
    /// Rows of a store that stayed silent, which may only be slow; none where one is known to have failed.
    awaited: BTreeSet<RecordId>,
    lost: bool,
}

#[derive(Debug)]
struct OnItsWay {
    kind: RowKind,
    entry: AuditEntry,
    overdue_at: BootTime,
}

impl Ledger {
    pub(super) fn recover(lost: bool) -> Self {
        Self { lost, ..Self::default() }
    }

    /// Names the next row and keeps it until it is on disk.
    pub(super) fn open_row(&mut self, kind: RowKind, entry: AuditEntry, now: BootTime) -> RecordId {
        let id = self.last.map_or(RecordId(1), RecordId::next);
        self.last = Some(id);
        self.on_their_way.insert(id, OnItsWay { kind, entry, overdue_at: now + COMMIT_OVERDUE });
        if self.on_their_way.len() > MOST_ROWS_ON_THEIR_WAY {
            self.lose();
        }
        id
    }

    /// A row is on disk; `false` where none by that name was on its way. A row that was given up
    /// and got there after all need not be written again.
    pub(super) fn committed(&mut self, id: RecordId) -> bool {
        self.unwritten.remove(&id);
        self.on_their_way.remove(&id).is_some()
    }

    /// A row could not be written; `false` where none by that name was on its way.
    pub(super) fn failed(&mut self, id: RecordId) -> bool {
        let known = self.on_their_way.contains_key(&id);
        if known {
            self.lose();
        }
        if known || self.awaited.contains(&id) {
            self.awaited.clear();
        }
        known
    }

    /// A row got to disk that was given up; whether it was the last of them, so that the record was only slow.
    pub(super) fn came_after_all(&mut self, id: RecordId) -> bool {
        let was_last = self.awaited.remove(&id) && self.awaited.is_empty();
        if was_last {
            self.lost = false;
        }
        was_last
    }

    /// The store stayed silent for too long.
    pub(super) fn give_up_waiting(&mut self) {
        let is_only_silent = !self.lost || !self.awaited.is_empty();
        if is_only_silent {
            self.awaited.extend(self.on_their_way.keys());
        }
        self.lose();
    }

    /// Nothing handed over is believed any more.
    fn lose(&mut self) {
        self.lost = true;
        let given_up = std::mem::take(&mut self.on_their_way).into_iter();
        let kept = given_up.filter(|(_, row)| row.kind != RowKind::Permission);
        self.unwritten.extend(kept.map(|(id, row)| (id, (row.kind, row.entry))));
        while self.unwritten.len() > MOST_ROWS_KEPT {
            let first = |kind| self.unwritten.iter().find(|(_, row)| row.0 == kind).map(|(id, _)| *id);
            let Some(least) = first(RowKind::Fact).or_else(|| first(RowKind::Restriction)) else { return };
            self.unwritten.remove(&least);
        }
    }

    /// What did not get to disk, oldest first, to be handed over once more.
    pub(super) fn take_unwritten(&mut self) -> Vec<(RowKind, AuditEntry)> {
        self.awaited.clear();
        std::mem::take(&mut self.unwritten).into_values().collect()
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
        self.on_their_way.values().any(|row| row.kind == RowKind::Restriction)
    }

    /// When the oldest row is overdue.
    pub(super) fn overdue_at(&self) -> Option<BootTime> {
        self.on_their_way.values().map(|row| row.overdue_at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Utc;
    use crate::session::AuditKind;

    fn row(ledger: &mut Ledger, boot: BootTime) -> RecordId {
        let entry = AuditEntry { at: Utc::default(), at_is_service_time: true, boot, kind: AuditKind::KioskStarted };
        ledger.open_row(RowKind::Fact, entry, boot)
    }

    #[test]
    fn a_store_that_is_silent_twice_is_lost_until_the_later_rows_came_too() {
        let mut ledger = Ledger::default();
        let first = row(&mut ledger, BootTime::from_millis(0));
        ledger.give_up_waiting();
        let second = row(&mut ledger, BootTime::from_millis(11_000));
        ledger.give_up_waiting();
        assert!(!ledger.came_after_all(first) && ledger.is_lost());
        assert!(ledger.came_after_all(second) && !ledger.is_lost());
    }

    #[test]
    fn a_later_row_that_failed_leaves_the_record_lost() {
        let mut ledger = Ledger::default();
        let first = row(&mut ledger, BootTime::from_millis(0));
        ledger.give_up_waiting();
        let second = row(&mut ledger, BootTime::from_millis(11_000));
        ledger.give_up_waiting();
        assert!(!ledger.failed(second) && !ledger.came_after_all(first) && ledger.is_lost());
    }
}
