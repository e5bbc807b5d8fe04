//! One visit at an open kiosk, from badge to farewell.
//!
//! Owns who may come in and what follows the record; the call itself is in `call`.

use std::time::Duration;

use super::admission::{Holder, Plan, Refusal, admit, holder};
use super::audit::{AuditKind, BadgeRefusal, EndedMark};
use super::call::Call;
use super::defect::planted;
use super::effect::{Effect, ReaderFeedback};
use super::ledger::RowKind;
use super::mode::{Closing, KioskMode, Open};
use super::recovery::Interrupted;
use super::{Session, Teardown};
use crate::badge::BadgeNumber;
use crate::domain::{BookingId, BootTime, EndReason, InmateId, Language, RecordId, StaffId};

const NOTICE_PATIENCE: Duration = Duration::from_secs(60);
const END_SHOWN_FOR: Duration = Duration::from_secs(10);

/// One visit.
///
/// ```text
///          badge refused
///   Idle ◄──────────────► Refused
///    │ ▲
///    │ └──────────── notice unanswered ──────────┐
///    │ badge admitted               row on disk  │  accepted, row on disk
///    └───────────────► Identified ──────────► Notice ─────────────────────► Call
///                          │  resumed: row on disk                           ▲ │
///                          └─────────────────────────────────────────────────┘ │ any end
///   Idle ◄── shown for 10 s, end on disk ── Ended ◄── declined, cancelled ─────┘
/// ```
#[derive(Debug)]
pub(super) enum Visit {
    Idle,
    Refused(Refused),
    Identified(Box<Identified>),
    Notice(Box<Notice>),
    Call(Box<Call>),
    Ended(Ended),
}

/// A badge that opened nothing, in words.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) why: Shown,
    pub(super) badge: BadgeNumber,
    pub(super) until: BootTime,
}

/// What a refused badge is told.
#[derive(Debug)]
pub(super) enum Shown {
    UnknownBadge,
    Refusal(Refusal),
}

/// The booking is found; its row is on the way to the record.
#[derive(Debug)]
pub(super) struct Identified {
    pub(super) plan: Plan,
    pub(super) row: RecordId,
    /// The notice was accepted before a restart.
    pub(super) is_resumed: bool,
}

/// The notice is on the screen.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) plan: Plan,
    pub(super) until: BootTime,
    /// Accepted; this row is on the way to the record.
    pub(super) accepting: Option<RecordId>,
}

/// The farewell.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) reason: EndReason,
    pub(super) inmate: InmateId,
    pub(super) until: BootTime,
}

impl Visit {
    /// Whether locking waits for it.
    pub(super) fn is_running(&self) -> bool {
        match self {
            Self::Call(_) => true,
            Self::Idle | Self::Refused(_) | Self::Identified(_) | Self::Notice(_) | Self::Ended(_) => false,
        }
    }

    /// The plan of a visit that has one.
    pub(super) fn plan(&self) -> Option<&Plan> {
        match self {
            Self::Identified(identified) => Some(&identified.plan),
            Self::Notice(notice) => Some(&notice.plan),
            Self::Call(call) => Some(&call.plan),
            Self::Idle | Self::Refused(_) | Self::Ended(_) => None,
        }
    }
}

impl Refusal {
    fn as_recorded(&self) -> BadgeRefusal {
        match self {
            Self::NoVisitToday => BadgeRefusal::NoVisitToday,
            Self::AtAnotherKiosk { .. } => BadgeRefusal::AtAnotherKiosk,
            Self::TooEarly { .. } => BadgeRefusal::TooEarly,
            Self::TimeUnknown => BadgeRefusal::TimeUnknown,
        }
    }

    /// The language of the booking that it speaks of.
    fn language(&self) -> Option<Language> {
        match self {
            Self::AtAnotherKiosk { language, .. } | Self::TooEarly { language, .. } => Some(*language),
            Self::NoVisitToday | Self::TimeUnknown => None,
        }
    }

    fn shown_for(&self) -> Duration {
        match self {
            Self::TooEarly { .. } | Self::AtAnotherKiosk { .. } => Duration::from_secs(15),
            Self::NoVisitToday | Self::TimeUnknown => Duration::from_secs(10),
        }
    }
}

impl Session {
    /// A card was put to the reader.
    pub(super) fn badge_read(&mut self, badge: BadgeNumber) {
        if self.takes_badge_for_enrolment() {
            self.enrolment_until = None;
            self.effects.push_back(Effect::SendEnrolment(badge.clone()));
            self.effects.push_back(Effect::ShowAtReader(ReaderFeedback::Accepted));
            self.record(RowKind::Fact, AuditKind::BadgeSentForEnrolment);
            if !planted!(EnrolmentOpensVisit) {
                return;
            }
        }
        if self.badge_counts_for_reader() {
            return;
        }
        let Some(schedule) = &self.schedule else {
            self.effects.push_back(Effect::ShowAtReader(ReaderFeedback::Refused));
            return;
        };
        match holder(schedule, &badge, &self.now) {
            Holder::Staff(staff) => self.staff_badge_read(staff),
            Holder::ExpiredStaff => self.refuse_quietly(BadgeRefusal::StaffExpired),
            Holder::Inmate(inmate) => self.inmate_badge_read(&inmate, badge),
            Holder::Nobody => self.unknown_badge_read(badge),
        }
    }

    fn takes_badge_for_enrolment(&self) -> bool {
        let is_quiet = match &self.mode {
            KioskMode::Locked { .. } => true,
            KioskMode::Open(open) => match &open.visit {
                Visit::Idle | Visit::Refused(_) | Visit::Ended(_) => true,
                Visit::Identified(_) | Visit::Notice(_) | Visit::Call(_) => false,
            },
            KioskMode::OutOfService { .. } | KioskMode::Maintenance(_) => false,
        };
        self.enrolment_until.is_some() && is_quiet && self.dialog.is_closed()
    }

    fn refuse_quietly(&mut self, refusal: BadgeRefusal) {
        let feedback = if refusal == BadgeRefusal::TooEarly { ReaderFeedback::Wait } else { ReaderFeedback::Refused };
        self.effects.push_back(Effect::ShowAtReader(feedback));
        self.record(RowKind::Fact, AuditKind::BadgeRefused { refusal });
    }

    fn unknown_badge_read(&mut self, badge: BadgeNumber) {
        match &self.mode {
            KioskMode::Open(open) => match &open.visit {
                Visit::Refused(refused) if refused.badge == badge => {}
                Visit::Idle | Visit::Refused(_) => {
                    self.refuse_quietly(BadgeRefusal::Unknown);
                    self.show_refused(Shown::UnknownBadge, badge, Duration::from_secs(8));
                }
                Visit::Identified(_) | Visit::Notice(_) | Visit::Call(_) | Visit::Ended(_) => {}
            },
            KioskMode::Locked { .. } | KioskMode::OutOfService { .. } | KioskMode::Maintenance(_) => {
                self.refuse_quietly(BadgeRefusal::Unknown);
            }
        }
    }

    fn show_refused(&mut self, why: Shown, badge: BadgeNumber, shown_for: Duration) {
        let until = self.now.boot + shown_for;
        if let KioskMode::Open(open) = &mut self.mode {
            open.visit = Visit::Refused(Refused { why, badge, until });
        }
    }

    fn inmate_badge_read(&mut self, inmate: &InmateId, badge: BadgeNumber) {
        if !self.dialog.is_closed() {
            return;
        }
        match &self.mode {
            KioskMode::OutOfService { .. } | KioskMode::Maintenance(_) => {
                self.refuse_quietly(BadgeRefusal::KioskLocked);
            }
            KioskMode::Locked { .. } => {
                if !self.resume(inmate) {
                    self.refuse_quietly(BadgeRefusal::KioskLocked);
                }
            }
            KioskMode::Open(open) => match &open.visit {
                Visit::Idle => self.ask_to_admit(inmate, badge),
                Visit::Refused(refused) => {
                    if refused.badge != badge {
                        self.ask_to_admit(inmate, badge);
                    }
                }
                Visit::Ended(ended) => {
                    if &ended.inmate != inmate && self.may_permit() && self.standing.cause().is_none() {
                        self.go_idle();
                        self.inmate_badge_read(inmate, badge);
                    }
                }
                Visit::Identified(_) | Visit::Notice(_) | Visit::Call(_) => {}
            },
        }
    }

    /// Whether the interrupted visit is `inmate`'s and comes back now. It goes on where its notice
    /// was already accepted, once the row is on disk.
    fn resume(&mut self, inmate: &InmateId) -> bool {
        let Some(interrupted) = self.interrupted.as_ref().and_then(Interrupted::resumable).cloned() else {
            return false;
        };
        if (&interrupted.inmate != inmate && !planted!(ResumeByAnyone)) || !self.may_permit() {
            return false;
        }
        let Ok(plan) = self.admit(&interrupted.inmate) else { return false };
        if plan.booking.id != interrupted.booking {
            return false;
        }
        self.mode = KioskMode::Open(Open { visit: Visit::Idle, closing: Closing::AfterVisit { staff: None } });
        self.identify(plan, true);
        true
    }

    fn admit(&self, inmate: &InmateId) -> Result<Plan, Refusal> {
        let schedule = self.schedule.as_ref().ok_or(Refusal::NoVisitToday)?;
        let is_ended = |booking: &BookingId| self.ended.contains(booking);
        admit(schedule, &self.kiosk, inmate, is_ended, &self.now)
    }

    fn ask_to_admit(&mut self, inmate: &InmateId, badge: BadgeNumber) {
        if !self.may_permit() {
            self.effects.push_back(Effect::ShowAtReader(ReaderFeedback::Refused));
            return;
        }
        match self.admit(inmate) {
            Ok(plan) => {
                let resumable = self.interrupted.as_ref().and_then(Interrupted::resumable);
                let is_resumed = resumable.is_some_and(|visit| visit.booking == plan.booking.id);
                self.identify(plan, is_resumed);
            }
            Err(refusal) => {
                self.refuse_quietly(refusal.as_recorded());
                if let Some(language) = refusal.language() {
                    self.words.follow_booking(language);
                }
                let shown_for = refusal.shown_for();
                self.show_refused(Shown::Refusal(refusal), badge, shown_for);
            }
        }
    }

    fn identify(&mut self, plan: Plan, is_resumed: bool) {
        self.effects.push_back(Effect::ShowAtReader(ReaderFeedback::Accepted));
        let (booking, inmate) = (plan.booking.id.clone(), plan.booking.inmate.clone());
        self.words.follow_booking(plan.booking.language);
        let row = self.record(RowKind::Permission, AuditKind::VisitAdmitted { booking, inmate });
        if let KioskMode::Open(open) = &mut self.mode {
            open.visit = Visit::Identified(Box::new(Identified { plan, row, is_resumed }));
        }
        let skips_record = match is_resumed {
            true => planted!(ResumeWithoutCommit),
            false => planted!(NoticeBeforeCommit),
        };
        if skips_record {
            self.admission_committed();
        }
    }

    /// The row that admits the visit is on disk.
    pub(super) fn admission_committed(&mut self) {
        let until = self.now.boot + NOTICE_PATIENCE;
        let KioskMode::Open(open) = &mut self.mode else { return };
        match std::mem::replace(&mut open.visit, Visit::Idle) {
            Visit::Identified(identified) => {
                let Identified { plan, is_resumed, .. } = *identified;
                if is_resumed {
                    self.start_call(plan);
                } else {
                    let until = until.min(plan.ends_at);
                    open.visit = Visit::Notice(Box::new(Notice { plan, until, accepting: None }));
                }
            }
            other @ (Visit::Idle | Visit::Refused(_) | Visit::Notice(_) | Visit::Call(_) | Visit::Ended(_)) => {
                open.visit = other;
            }
        }
    }

    pub(super) fn notice_accepted(&mut self) {
        let KioskMode::Open(Open { visit: Visit::Notice(notice), .. }) = &self.mode else { return };
        if notice.accepting.is_some() {
            return;
        }
        let booking = notice.plan.booking.id.clone();
        let row = self.record(RowKind::Permission, AuditKind::NoticeAccepted { booking });
        if let KioskMode::Open(Open { visit: Visit::Notice(notice), .. }) = &mut self.mode {
            notice.accepting = Some(row);
        }
        if planted!(CallBeforeCommit) {
            self.acceptance_committed();
        }
    }

    /// The row that accepts the notice is on disk.
    pub(super) fn acceptance_committed(&mut self) {
        let KioskMode::Open(open) = &mut self.mode else { return };
        match std::mem::replace(&mut open.visit, Visit::Idle) {
            Visit::Notice(notice) => self.start_call(notice.plan),
            other @ (Visit::Idle | Visit::Refused(_) | Visit::Identified(_) | Visit::Call(_) | Visit::Ended(_)) => {
                open.visit = other;
            }
        }
    }

    /// The inmate does not accept: that is an end. Once accepted it is too late to decline.
    pub(super) fn notice_declined(&mut self) {
        if let KioskMode::Open(Open { visit: Visit::Notice(notice), .. }) = &self.mode
            && notice.accepting.is_none()
        {
            self.end_visit(EndReason::NoticeDeclined, None);
        }
    }

    /// Ends the visit that is on, whatever its phase. Restrictions go first: gate, mark, media,
    /// signalling, and only then the record.
    pub(super) fn end_visit(&mut self, reason: EndReason, staff: Option<StaffId>) {
        let until = self.now.boot + END_SHOWN_FOR;
        let KioskMode::Open(open) = &mut self.mode else { return };
        let (booking, inmate) = match open.visit.plan() {
            Some(plan) => (plan.booking.id.clone(), plan.booking.inmate.clone()),
            None => return,
        };
        let ended = Visit::Ended(Ended { reason, inmate, until });
        let ending = std::mem::replace(&mut open.visit, ended);
        let mark = Effect::MarkVisitEnded(EndedMark { booking: booking.clone(), reason, staff: staff.clone() });
        if let Visit::Call(call) = ending {
            self.stop_call(*call, mark);
        } else {
            self.effects.push_back(mark);
        }
        self.ended.add(booking.clone());
        self.interrupted.take_if(|interrupted| interrupted.visit.booking == booking);
        if !planted!(EndNotRecorded) {
            self.record(RowKind::Restriction, AuditKind::VisitEnded { booking, reason, staff });
        }
    }

    /// Ends a running call; leaves anything else alone.
    pub(super) fn end_call(&mut self, reason: EndReason, staff: Option<StaffId>) {
        if matches!(&self.mode, KioskMode::Open(open) if open.visit.is_running()) {
            self.end_visit(reason, staff);
        }
    }

    fn stop_call(&mut self, mut call: Call, mark: Effect) {
        let id = call.id;
        if !planted!(GateShutLate) {
            self.effects.push_back(Effect::ShutGate { call: id });
        }
        if !planted!(EndMarkForgotten) {
            self.effects.push_back(mark);
        }
        self.effects.push_back(Effect::StopMedia { call: id });
        if planted!(GateShutLate) {
            self.effects.push_back(Effect::ShutGate { call: id });
        }
        let farewell = call.say_goodbye(self.now.boot);
        self.effects.extend(farewell);
        self.teardown = Some(Teardown::of(id, self.now.boot));
    }

    /// The farewell was shown for long enough; it stays until the end is on disk.
    pub(super) fn leave_farewell(&mut self) {
        let is_recorded = !self.ledger.has_open_restriction();
        let KioskMode::Open(Open { visit: Visit::Ended(ended), .. }) = &self.mode else { return };
        if ended.until <= self.now.boot && (is_recorded || self.ledger.is_lost()) && self.teardown.is_none() {
            self.go_idle();
        }
    }

    /// Back to the idle screen, in the default language; or on to what waited for the visit's end.
    pub(super) fn go_idle(&mut self) {
        let KioskMode::Open(open) = &mut self.mode else { return };
        open.visit = Visit::Idle;
        let waiting_lock = match &open.closing {
            Closing::AfterVisit { staff } => Some(staff.clone()),
            Closing::Never | Closing::At(_) => None,
        };
        if !planted!(LanguageKept) {
            self.words.forget();
        }
        if let Some(staff) = waiting_lock {
            self.lock_now(staff);
        }
    }
}
