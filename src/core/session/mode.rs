//! What the kiosk as a whole is doing: locked, open, out of service, or in maintenance.

use super::audit::AuditKind;
use super::defect::planted;
use super::ledger::RowKind;
use super::maintenance::Maintenance;
use super::visit::Visit;
use super::{OutOfServiceCause, Session};
use crate::domain::{BootTime, EndReason, RecordId, StaffEndReason, StaffId, TechnicalFailure};

/// The kiosk.
///
/// ```text
///            guard, row on disk                      cause
///  Locked ───────────────────────► Open(Visit) ─────────────────┐
///    ▲ ▲    or resumed by badge        │                        ▼
///    │ └────── guard, closing hour, ◄──┘                 OutOfService
///    │         service's order (after a running visit)       │  ▲
///    └──── guard, or the service where it was its order, ◄───┘  └── any cause while locked
///          row on disk; or the cause went away
///
///  Locked, OutOfService, Open(Idle) ── technician ──► Maintenance ── done, unused, any cause, ──► as before, Locked
///                                                                    service's order
/// ```
#[derive(Debug)]
pub(super) enum KioskMode {
    /// A guard must open it; `opening` is the row that will.
    Locked { opening: Option<RecordId> },
    /// Inmates may put their badges to the reader.
    Open(Open),
    /// Nothing new is permitted; `returning` is the row that will bring it back. Standing orders
    /// outlive another cause.
    OutOfService { cause: OutOfServiceCause, returning: Option<RecordId> },
    /// A technician looks after it.
    Maintenance(Box<Maintenance>),
}

/// An open kiosk.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) visit: Visit,
    pub(super) closing: Closing,
}

/// When an open kiosk locks by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Closing {
    Never,
    At(BootTime),
    /// Once the running visit is over.
    AfterVisit {
        staff: Option<StaffId>,
    },
}

impl Session {
    /// A guard opens the kiosk: it opens once that is on disk.
    pub(super) fn ask_to_open(&mut self, staff: StaffId) {
        let KioskMode::Locked { opening: None } = self.mode else { return };
        if self.may_permit() {
            let row = self.record(RowKind::Permission, AuditKind::KioskOpened { staff });
            self.mode = KioskMode::Locked { opening: Some(row) };
            if planted!(OpenBeforeCommit) {
                self.open();
            }
        }
    }

    pub(super) fn open(&mut self) {
        let closing = self.next_closing();
        self.mode = KioskMode::Open(Open { visit: Visit::Idle, closing });
        self.words.forget();
    }

    /// An open kiosk closes at its hour as it is known now.
    pub(super) fn reckon_closing_hour(&mut self) {
        let closing = self.next_closing();
        if let KioskMode::Open(open) = &mut self.mode
            && matches!(open.closing, Closing::Never | Closing::At(_))
        {
            open.closing = closing;
        }
    }

    /// The facility's next closing hour by the best civil time at hand.
    pub(super) fn next_closing(&self) -> Closing {
        if planted!(ClosingHourIgnored) {
            return Closing::Never;
        }
        let utc = self.now.best_utc();
        let closing = self.schedule.as_ref().and_then(|schedule| schedule.policy.next_closing(utc));
        closing.map_or(Closing::Never, |closing| Closing::At(self.now.boot + utc.until(closing)))
    }

    /// Locks now, or after the running visit and, where it was ended for this, its farewell. Acts at
    /// once, is recorded after.
    pub(super) fn lock(&mut self, staff: Option<StaffId>, ended_for_this: bool) {
        match &mut self.mode {
            KioskMode::Locked { opening } => *opening = None,
            // It is locked again afterwards, or still out of service.
            KioskMode::OutOfService { .. } | KioskMode::Maintenance(_) => {}
            KioskMode::Open(open) => {
                if (open.visit.is_running() && !planted!(ClosingHourCutsVisit)) || ended_for_this {
                    open.closing = Closing::AfterVisit { staff };
                } else {
                    self.lock_now(staff);
                }
            }
        }
    }

    pub(super) fn lock_now(&mut self, staff: Option<StaffId>) {
        self.mode = KioskMode::Locked { opening: None };
        self.words.forget();
        self.record(RowKind::Restriction, AuditKind::KioskLocked { staff });
    }

    /// Takes the kiosk out of service at once; a running call ends first. A visit not yet accepted
    /// is dropped without an end, so that its inmate may come again.
    pub(super) fn take_out_of_service(&mut self, cause: OutOfServiceCause, staff: Option<StaffId>) {
        let reason = match cause {
            OutOfServiceCause::ByStaff | OutOfServiceCause::ByService(_) => {
                EndReason::StaffEnded(StaffEndReason::Operational)
            }
            OutOfServiceCause::RecordLost
            | OutOfServiceCause::MediaFailed
            | OutOfServiceCause::Revoked
            | OutOfServiceCause::NoSchedule => EndReason::Failed(TechnicalFailure::Kiosk),
        };
        self.end_call(reason, staff.clone());
        self.leave_maintenance();
        if matches!(self.mode, KioskMode::OutOfService { cause: present, .. } if present == cause) {
            return;
        }
        self.standing.by_staff |= cause == OutOfServiceCause::ByStaff;
        self.mode = KioskMode::OutOfService { cause, returning: None };
        self.words.forget();
        self.record(RowKind::Restriction, AuditKind::OutOfService { staff, cause });
    }

    /// A guard, or the service after its own order, brings the kiosk back: locked, once that is on disk. After a lost
    /// record this row is also the proof that the record works again; what could not be written
    /// goes before it.
    pub(super) fn ask_to_return(&mut self, staff: StaffId) {
        let KioskMode::OutOfService { cause, returning: None } = self.mode else { return };
        if cause.staff_may_return() {
            self.make_record_whole();
            let row = self.record(RowKind::Permission, AuditKind::ReturnedToService { staff: Some(staff) });
            self.mode = KioskMode::OutOfService { cause, returning: Some(row) };
        }
    }

    /// The cause itself went away.
    pub(super) fn cause_went_away(&mut self, gone: OutOfServiceCause) {
        if let KioskMode::Maintenance(maintenance) = &self.mode
            && maintenance.cause_beneath() == Some(gone)
        {
            self.leave_maintenance();
        }
        let KioskMode::OutOfService { cause, .. } = self.mode else { return };
        if cause != gone {
            return;
        }
        match self.standing.cause() {
            Some(cause) => self.mode = KioskMode::OutOfService { cause, returning: None },
            None => {
                self.mode = KioskMode::Locked { opening: None };
                self.record(RowKind::Fact, AuditKind::ReturnedToService { staff: None });
            }
        }
    }

    /// Nothing new is permitted without a record, before an end is on disk, or while media still
    /// stops.
    pub(super) fn may_permit(&self) -> bool {
        let record_allows = !self.ledger.is_lost() || planted!(RecordLossIgnored);
        let ends_are_on_disk = !self.ledger.has_open_restriction() || planted!(NewVisitBeforeEndCommitted);
        record_allows && ends_are_on_disk && self.teardown.is_none()
    }

    /// Leaves the record's loss behind or shows it, unless a visit is to be let through first.
    pub(super) fn heed_lost_record(&mut self) {
        if !self.ledger.is_lost() || planted!(RecordLossIgnored) {
            return;
        }
        match &self.mode {
            KioskMode::OutOfService { cause, returning: Some(row) } if !self.ledger.is_on_its_way(*row) => {
                self.mode = KioskMode::OutOfService { cause: *cause, returning: None };
            }
            KioskMode::OutOfService { .. } | KioskMode::Maintenance(_) => {}
            KioskMode::Locked { .. } => self.take_out_of_service(OutOfServiceCause::RecordLost, None),
            KioskMode::Open(open) => match &open.visit {
                Visit::Call(_) | Visit::Ended(_) => {}
                Visit::Idle | Visit::Refused(_) | Visit::Identified(_) | Visit::Notice(_) => {
                    self.take_out_of_service(OutOfServiceCause::RecordLost, None);
                }
            },
        }
    }
}

impl OutOfServiceCause {
    /// Whether a guard can bring the kiosk back from this.
    pub(super) fn staff_may_return(self) -> bool {
        match self {
            Self::ByStaff | Self::ByService(_) | Self::RecordLost | Self::MediaFailed => true,
            Self::Revoked | Self::NoSchedule => false,
        }
    }
}
