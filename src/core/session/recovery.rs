//! A session's first moments: what the record, the runtime directory and the clock allow.

use std::collections::VecDeque;
use std::time::Duration;

use super::audit::{AuditKind, EndedMark, InterruptedVisit, Recovery};
use super::defect::planted;
use super::ledger::{Ledger, RowKind};
use super::lockout::Lockouts;
use super::mode::KioskMode;
use super::order::Orders;
use super::staff::StaffDialog;
use super::words::Words;
use super::{Devices, OutOfServiceCause, Session};
use crate::domain::{BookingId, BootTime, CallId, CheckId, EndReason, KioskId, Now, PinAttemptId, TechnicalFailure};

/// A process that lived this recently, in the same boot, may take its visit up again.
const RESUMABLE_FOR: Duration = Duration::from_secs(60);
/// Older ends are in the schedule by then.
const MOST_ENDED_BOOKINGS: usize = 1024;

/// A visit that an earlier process left without an end.
#[derive(Debug)]
pub(super) struct Interrupted {
    pub(super) visit: InterruptedVisit,
    /// The same boot, moments ago: the inmate's badge alone brings it back.
    may_resume: bool,
}

/// Bookings that ended here, whatever the schedule says.
#[derive(Debug, Default)]
pub(super) struct EndedBookings {
    bookings: VecDeque<BookingId>,
}

impl Interrupted {
    pub(super) fn resumable(&self) -> Option<&InterruptedVisit> {
        self.may_resume.then_some(&self.visit)
    }
}

impl EndedBookings {
    pub(super) fn contains(&self, booking: &BookingId) -> bool {
        self.bookings.contains(booking)
    }

    pub(super) fn add(&mut self, booking: BookingId) {
        if !self.contains(&booking) {
            self.bookings.push_back(booking);
        }
        if self.bookings.len() > MOST_ENDED_BOOKINGS {
            self.bookings.pop_front();
        }
    }
}

impl Session {
    /// A session that starts from what an earlier one left behind. It starts locked, or out of
    /// service without its record or by an order that stands; an interrupted visit comes back by its inmate's badge alone.
    pub fn recover(kiosk: KioskId, recovery: Recovery, now: Now) -> Self {
        let Recovery { record, alive_ago, ended_marks, record_lost } = recovery;
        let mut ended = EndedBookings::default();
        if !planted!(ResumeAfterEnd) {
            let marked = ended_marks.iter().map(|mark| &mark.booking);
            record.ended.iter().chain(marked).for_each(|booking| ended.add(booking.clone()));
        }
        let is_recent = alive_ago.is_some_and(|ago| ago <= RESUMABLE_FOR);
        let interrupted = record.interrupted.as_ref();
        let unrecorded_end =
            interrupted.and_then(|visit| ended_marks.into_iter().find(|mark| mark.booking == visit.booking));
        let interrupted = record.interrupted.filter(|visit| !ended.contains(&visit.booking));
        let mut session = Self {
            kiosk,
            now,
            mode: KioskMode::Locked { opening: None },
            standing: record.standing,
            orders: Orders::recover(&record.orders),
            schedule: None,
            interrupted: interrupted.map(|visit| Interrupted { visit, may_resume: is_recent }),
            ended,
            dialog: StaffDialog::Closed,
            lockouts: Lockouts::recover(&record.wrong_pins, record.refused_by_number, now.boot, now.best_utc()),
            ledger: Ledger::recover(record_lost),
            knows_service_time: now.service.is_some(),
            teardown: None,
            enrolment_until: None,
            words: Words::default(),
            devices: Devices::default(),
            last_call: CallId(0),
            last_attempt: PinAttemptId(0),
            last_check: CheckId(0),
            effects: VecDeque::new(),
        };
        session.record(RowKind::Fact, AuditKind::KioskStarted);
        if let Some(EndedMark { booking, reason, staff }) = unrecorded_end {
            session.record(RowKind::Restriction, AuditKind::VisitEnded { booking, reason, staff });
        }
        if record_lost && !planted!(RecordLossIgnored) {
            let cause = OutOfServiceCause::RecordLost;
            session.mode = KioskMode::OutOfService { cause, returning: None };
        } else if session.standing.by_staff {
            session.take_out_of_service(OutOfServiceCause::ByStaff, None);
        }
        session.heed_standing_order();
        session
    }

    /// When an interrupted visit's slot is over: at once where the schedule, which begins with
    /// today, holds it no more. Only the service's clock can tell. A visit that is before the screen
    /// again is not abandoned, whatever the schedule says.
    pub(super) fn abandoned_at(&self) -> Option<BootTime> {
        let (interrupted, schedule) = (self.interrupted.as_ref()?, self.schedule.as_ref()?);
        let taken_up = match &self.mode {
            KioskMode::Open(open) => open.visit.plan().map(|plan| &plan.booking.id),
            KioskMode::Locked { .. } | KioskMode::OutOfService { .. } | KioskMode::Maintenance(_) => None,
        };
        if taken_up == Some(&interrupted.visit.booking) {
            return None;
        }
        match schedule.booking(&interrupted.visit.booking) {
            Some(booking) => self.now.boot_at(booking.slot.ends_at()),
            None => self.now.service.map(|_| self.now.boot),
        }
    }

    /// An interrupted visit whose slot has passed will not come back: it ends here.
    pub(super) fn close_abandoned_visit(&mut self) {
        let is_over = self.abandoned_at().is_some_and(|at| at <= self.now.boot);
        if let Some(Interrupted { visit, .. }) = self.interrupted.take_if(|_| is_over) {
            self.ended.add(visit.booking.clone());
            let reason = EndReason::Failed(TechnicalFailure::Kiosk);
            let end = AuditKind::VisitEnded { booking: visit.booking, reason, staff: None };
            self.record(RowKind::Restriction, end);
        }
    }
}
