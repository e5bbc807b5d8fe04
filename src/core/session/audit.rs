//! The rows of the record, and what a restarted kiosk reads back from them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{OrderedAction, OutOfServiceCause, StandingOrders};
use crate::badge::osdp::Distrust;
use crate::domain::{BookingId, BootTime, EndReason, InmateId, OrderId, StaffId, UpdateFailure, Utc};

/// Why a badge opened nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadgeRefusal {
    /// Nobody's badge here.
    Unknown,
    /// A member of staff whose time is over.
    StaffExpired,
    /// No visit today.
    NoVisitToday,
    /// The visit is at another kiosk.
    AtAnotherKiosk,
    /// Before the join window.
    TooEarly,
    /// The service's time is not known, so that nobody can be admitted.
    TimeUnknown,
    /// An inmate's badge at a locked kiosk.
    KioskLocked,
}

/// What happened, as kept for the audit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are ids named by their types")]
pub enum AuditKind {
    /// The process started and read this record.
    KioskStarted,
    /// A guard opened the kiosk.
    KioskOpened { staff: StaffId },
    /// A guard, the service in somebody's name, or the closing hour (`None`) locked it.
    KioskLocked { staff: Option<StaffId> },
    /// Out of service, by a guard, by the service or by the kiosk itself.
    OutOfService { staff: Option<StaffId>, cause: OutOfServiceCause },
    /// An order of the service was taken; what it did stands in rows of its own.
    ServiceOrderTaken { order: OrderId, staff: StaffId, action: OrderedAction },
    /// Back in service.
    ReturnedToService { staff: Option<StaffId> },
    /// A badge opened nothing.
    BadgeRefused { refusal: BadgeRefusal },
    /// An inmate's badge found their booking.
    VisitAdmitted { booking: BookingId, inmate: InmateId },
    /// The notice was accepted.
    NoticeAccepted { booking: BookingId },
    /// Verified media flowed for the first time, or again.
    CallConnected { booking: BookingId },
    /// Media stopped; a new connection is on its way.
    CallReconnecting { booking: BookingId },
    /// The peer's certificate was not the one it signalled; no frame passed.
    PeerRefused { booking: BookingId },
    /// The slot was prolonged in mid-visit.
    VisitExtended { booking: BookingId, ends_at: Utc },
    /// The visit is over.
    VisitEnded { booking: BookingId, reason: EndReason, staff: Option<StaffId> },
    /// A wrong PIN, after a badge or after a staff number.
    PinRefused {
        staff: StaffId,
        #[serde(default, skip_serializing_if = "is_false")]
        by_number: bool,
    },
    /// The right PIN.
    PinAccepted { staff: StaffId },
    /// A PIN after a staff number that names nobody here. The number is not kept.
    StaffNumberRefused,
    /// The right PIN came after a staff number, not after a badge.
    StaffNumberUsed { staff: StaffId },
    /// The reader came or went.
    ReaderChanged { connected: bool },
    /// The reader answers and is not trusted.
    ReaderNotTrusted { reason: Distrust },
    /// The reader's case was opened or closed, its power fails or is back.
    ReaderCondition { tampered: bool, power_failing: bool },
    /// A technician began to look after the kiosk.
    MaintenanceEntered { staff: StaffId },
    /// They are done, or were gone.
    MaintenanceLeft { staff: StaffId },
    /// A badge was read for enrolment.
    BadgeSentForEnrolment,
    /// An update of the image lies in the other slot; the next start of the machine takes it.
    UpdateInstalled { version: String },
    /// An update of the image was not taken.
    UpdateFailed { version: String, failure: UpdateFailure },
    /// The record was damaged or cut and was set aside; this row opens the next epoch and names the
    /// last head that could still be verified. Written by the store itself.
    RecordReplaced { previous_epoch: String, previous_sequence: u64, previous_head: String },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// One row of the record, as the session hands it over; the store adds sequence and chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The best civil time at hand.
    pub at: Utc,
    /// Whether `at` is the service's time.
    pub at_is_service_time: bool,
    /// Time since boot.
    pub boot: BootTime,
    /// What happened.
    #[serde(flatten)]
    pub kind: AuditKind,
}

/// A visit that the record knows to have been accepted and not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterruptedVisit {
    /// The booking.
    pub booking: BookingId,
    /// Whose badge resumes it.
    pub inmate: InmateId,
}

/// That a visit has ended, and why: left where no full disk can keep it from being left.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EndedMark {
    /// The booking.
    pub booking: BookingId,
    /// Why.
    pub reason: EndReason,
    /// By whom, where a member of staff ended it.
    pub staff: Option<StaffId>,
}

/// What a restarted kiosk needs from its record, folded row by row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecoveredRecord {
    /// A visit admitted whose notice was not accepted yet; nothing resumes it.
    pub admitted: Option<InterruptedVisit>,
    /// A visit accepted and not ended.
    pub interrupted: Option<InterruptedVisit>,
    /// Bookings with an end.
    pub ended: Vec<BookingId>,
    /// Wrong PINs in a row after a badge by member of staff, and when the last one was.
    pub wrong_pins: Vec<(StaffId, u32, Utc)>,
    /// Refused PINs in a row after staff numbers, whichever they were, and when the last one was.
    pub refused_by_number: Option<(u32, Utc)>,
    /// Orders that still stand.
    pub standing: StandingOrders,
    /// Orders of the service that were taken.
    pub orders: Vec<OrderId>,
}

/// What [`super::Session`] starts from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// The record's tale.
    pub record: RecoveredRecord,
    /// The machine has not rebooted since the previous process lived, which was this long ago.
    pub alive_ago: Option<Duration>,
    /// Visits with an ended mark under the runtime directory.
    pub ended_marks: Vec<EndedMark>,
    /// The record could not be opened: nothing new is permitted.
    pub record_lost: bool,
}

impl RecoveredRecord {
    /// Takes one more row, oldest first.
    pub fn fold(&mut self, entry: &AuditEntry) {
        match &entry.kind {
            AuditKind::VisitAdmitted { booking, inmate } => {
                if self.interrupted.as_ref().is_none_or(|visit| &visit.booking != booking) {
                    self.interrupted = None;
                    self.admitted = Some(InterruptedVisit { booking: booking.clone(), inmate: inmate.clone() });
                }
            }
            AuditKind::NoticeAccepted { booking } => {
                if let Some(visit) = self.admitted.take().filter(|visit| &visit.booking == booking) {
                    self.interrupted = Some(visit);
                }
            }
            AuditKind::VisitEnded { booking, .. } => {
                if self.interrupted.as_ref().is_some_and(|visit| &visit.booking == booking) {
                    self.interrupted = None;
                }
                self.ended.push(booking.clone());
            }
            AuditKind::PinRefused { by_number: true, .. } | AuditKind::StaffNumberRefused => {
                let before = self.refused_by_number.map_or(0, |(count, _)| count);
                self.refused_by_number = Some((before.saturating_add(1), entry.at));
            }
            AuditKind::StaffNumberUsed { .. } => self.refused_by_number = None,
            AuditKind::PinRefused { staff, by_number: false } => {
                match self.wrong_pins.iter_mut().find(|(id, ..)| id == staff) {
                    Some((_, count, last)) => {
                        *count = count.saturating_add(1);
                        *last = entry.at;
                    }
                    None => self.wrong_pins.push((staff.clone(), 1, entry.at)),
                }
            }
            AuditKind::OutOfService { cause: OutOfServiceCause::ByStaff, .. } => self.standing.by_staff = true,
            AuditKind::OutOfService { cause: OutOfServiceCause::ByService(reason), staff: Some(staff) } => {
                self.standing.by_service = Some((*reason, staff.clone()));
            }
            AuditKind::ReturnedToService { .. } => self.standing = StandingOrders::default(),
            AuditKind::ServiceOrderTaken { order, staff, action } => {
                self.orders.push(order.clone());
                match action {
                    OrderedAction::TakeOutOfService { reason, .. } => {
                        self.standing.by_service = Some((*reason, staff.clone()));
                    }
                    OrderedAction::ReturnToService => self.standing.by_service = None,
                    OrderedAction::Lock { .. } | OrderedAction::LookOver => {}
                }
            }
            AuditKind::PinAccepted { staff } => self.wrong_pins.retain(|(id, ..)| id != staff),
            AuditKind::KioskStarted
            | AuditKind::KioskOpened { .. }
            | AuditKind::KioskLocked { .. }
            | AuditKind::OutOfService { .. }
            | AuditKind::BadgeRefused { .. }
            | AuditKind::CallConnected { .. }
            | AuditKind::CallReconnecting { .. }
            | AuditKind::PeerRefused { .. }
            | AuditKind::VisitExtended { .. }
            | AuditKind::ReaderChanged { .. }
            | AuditKind::ReaderNotTrusted { .. }
            | AuditKind::ReaderCondition { .. }
            | AuditKind::MaintenanceEntered { .. }
            | AuditKind::MaintenanceLeft { .. }
            | AuditKind::BadgeSentForEnrolment
            | AuditKind::UpdateInstalled { .. }
            | AuditKind::UpdateFailed { .. }
            | AuditKind::RecordReplaced { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_an_earlier_release_reads_and_writes_as_it_stood() {
        let text = r#"{"kind":"pin_refused","staff":"g-1"}"#;
        let kind: AuditKind = serde_json::from_str(text).unwrap();
        assert_eq!(kind, AuditKind::PinRefused { staff: StaffId::new("g-1"), by_number: false });
        assert_eq!(serde_json::to_string(&kind).unwrap(), text);
    }

    #[test]
    fn refusals_after_numbers_are_counted_apart_until_one_is_accepted() {
        let staff = StaffId::new("g-1");
        let by_number = AuditKind::PinRefused { staff: staff.clone(), by_number: true };
        let text = serde_json::to_string(&by_number).unwrap();
        assert_eq!(serde_json::from_str::<AuditKind>(&text).unwrap(), by_number);
        let mut record = RecoveredRecord::default();
        for (seconds, kind) in (1..).zip([by_number.clone(), AuditKind::StaffNumberRefused, by_number]) {
            let at = Utc::from_millis(seconds * 1000);
            record.fold(&AuditEntry { at, at_is_service_time: true, boot: BootTime::default(), kind });
        }
        assert_eq!((record.refused_by_number, record.wrong_pins.len()), (Some((3, Utc::from_millis(3000))), 0));
        let kind = AuditKind::StaffNumberUsed { staff };
        record.fold(&AuditEntry { at: Utc::default(), at_is_service_time: true, boot: BootTime::default(), kind });
        assert_eq!(record.refused_by_number, None);
    }
}
