//! The session: the state machine that decides everything at a kiosk.
//!
//! Events and the time go in by [`Session::handle`], effects come out of [`Session::poll_effect`],
//! the next deadline and its reason out of [`Session::poll_timeout`], and [`Session::screen`] is
//! what people see. Shells act on effects and report back as events; nothing else decides.
//! Permissions follow the committed record, restrictions act at once and are recorded after.

mod admission;
mod audit;
mod call;
mod carrying;
mod condition;
mod defect;
mod effect;
mod event;
mod invariants;
mod ledger;
mod lockout;
mod maintenance;
mod mode;
mod number_lockout;
mod order;
mod projection;
mod quiet;
mod recovery;
mod screen;
mod staff;
mod staff_number;
#[cfg(test)]
mod tests;
mod timer;
mod visit;
mod words;

use std::collections::VecDeque;
use std::time::Duration;

pub use audit::{AuditEntry, AuditKind, BadgeRefusal, EndedMark, InterruptedVisit, RecoveredRecord, Recovery};
pub use condition::{KioskActivity, KioskCondition};
pub use effect::{Effect, ReaderFeedback};
pub use event::{BadgeEvent, CheckEvent, Event, JoinRefusal, MediaEvent, NetEvent, StoreEvent, UserAction};
pub use order::{OrderReason, OrderedAction, ServiceOrder, StandingOrders};
pub use quiet::Unquiet;
pub use screen::{
    CallPicture, CallView, GuardPanel, MaintenanceView, NoticePoint, NumberPad, OutOfServiceCause, Overlay, PinPad,
    ReaderPresence, Screen, TOUCH_FIELDS, TimeWarning, View, VisitCard,
};
pub use timer::TimerReason;

use crate::badge::ReaderCondition;
use crate::domain::{
    BookingId, BootTime, CallId, CheckId, EndReason, KioskId, Now, PinAttemptId, Policy, RecordId, Schedule,
};
use crate::engine::EngineInput;
use call::{Phase, Prolonging};
use defect::planted;
use ledger::{Ledger, RowKind};
use lockout::Lockouts;
use mode::{Closing, KioskMode, Open};
use order::Orders;
use recovery::{EndedBookings, Interrupted};
use staff::StaffDialog;
use visit::Visit;
use words::Words;

/// The question "end the visit?" closes itself after this long.
const CONFIRMATION_PATIENCE: Duration = Duration::from_secs(10);
/// Media has this long to confirm its end; then the process aborts.
const TEARDOWN_PATIENCE: Duration = Duration::from_secs(1);

/// One kiosk's state and all that decides over it.
#[derive(Debug)]
pub struct Session {
    kiosk: KioskId,
    now: Now,
    mode: KioskMode,
    standing: StandingOrders,
    orders: Orders,
    schedule: Option<Box<Schedule>>,
    interrupted: Option<Interrupted>,
    ended: EndedBookings,
    dialog: StaffDialog,
    lockouts: Lockouts,
    ledger: Ledger,
    /// The service's clock was heard, so that civil times were reckoned by it.
    knows_service_time: bool,
    teardown: Option<Teardown>,
    enrolment_until: Option<BootTime>,
    words: Words,
    devices: Devices,
    last_call: CallId,
    last_attempt: PinAttemptId,
    last_check: CheckId,
    effects: VecDeque<Effect>,
}

/// A call that has ended and whose media has not confirmed it.
#[derive(Debug)]
struct Teardown {
    call: CallId,
    /// `None` once the abort was ordered.
    abort_at: Option<BootTime>,
}

#[derive(Debug)]
struct Devices {
    reader: ReaderPresence,
    /// The reader's shell has said so, and it is not just assumed.
    reader_is_known: bool,
    reader_condition: ReaderCondition,
    service_reachable: bool,
    camera_working: bool,
    microphone_working: bool,
}

impl Default for Devices {
    fn default() -> Self {
        Self {
            reader: ReaderPresence::Absent,
            reader_is_known: false,
            reader_condition: ReaderCondition::default(),
            service_reachable: false,
            camera_working: true,
            microphone_working: true,
        }
    }
}

impl Teardown {
    fn of(call: CallId, now: BootTime) -> Self {
        Self { call, abort_at: Some(now + TEARDOWN_PATIENCE) }
    }
}

impl Session {
    /// Takes one event at its time. Deadlines that have come go first: no late event outruns one.
    pub fn handle(&mut self, event: Event, now: Now) {
        self.now = now;
        self.time_passed();
        match event {
            Event::Badge(event) => self.reader_told(event),
            Event::User(action) => self.user_acted(action),
            Event::Media(event) => self.media_told(event),
            Event::Store(event) => self.store_told(event),
            Event::Net(event) => self.net_told(event),
            Event::Check(event) => self.check_told(event),
            Event::PinVerified { attempt, right } => self.pin_verified(attempt, right),
            Event::TimerElapsed => {}
        }
        self.time_passed();
    }

    /// The next thing to do, until `None`.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn policy(&self) -> Policy {
        self.schedule.as_ref().map(|schedule| schedule.policy.clone()).unwrap_or_default()
    }

    /// Hands a row to the record, at the best civil time at hand.
    fn record(&mut self, kind: RowKind, what: AuditKind) -> RecordId {
        let entry = AuditEntry {
            at: self.now.best_utc(),
            at_is_service_time: self.now.service.is_some(),
            boot: self.now.boot,
            kind: what,
        };
        self.hand_to_record(kind, entry)
    }

    fn hand_to_record(&mut self, kind: RowKind, entry: AuditEntry) -> RecordId {
        let id = self.ledger.open_row(kind, entry.clone(), self.now.boot);
        self.effects.push_back(Effect::Record { id, entry: Box::new(entry) });
        id
    }

    /// Hands over once more what could not be written, each row as of its own time.
    fn make_record_whole(&mut self) {
        for (kind, entry) in self.ledger.take_unwritten() {
            self.hand_to_record(kind, entry);
        }
    }

    fn reader_told(&mut self, event: BadgeEvent) {
        let presence = match event {
            BadgeEvent::ReaderConnected => ReaderPresence::Present,
            BadgeEvent::ReaderDisconnected => ReaderPresence::Absent,
            BadgeEvent::ReaderNotTrusted(distrust) => ReaderPresence::NotTrusted(distrust),
            BadgeEvent::ReaderConditionChanged(condition) => return self.reader_condition_changed(condition),
            BadgeEvent::BadgeRead(badge) => return self.badge_read(badge),
        };
        let is_first_word = !std::mem::replace(&mut self.devices.reader_is_known, true);
        if std::mem::replace(&mut self.devices.reader, presence) != presence || is_first_word {
            self.record(
                RowKind::Fact,
                match presence {
                    ReaderPresence::Present => AuditKind::ReaderChanged { connected: true },
                    ReaderPresence::Absent => AuditKind::ReaderChanged { connected: false },
                    ReaderPresence::NotTrusted(reason) => AuditKind::ReaderNotTrusted { reason },
                },
            );
        }
    }

    fn reader_condition_changed(&mut self, condition: ReaderCondition) {
        if std::mem::replace(&mut self.devices.reader_condition, condition) != condition {
            let ReaderCondition { tampered, power_failing } = condition;
            self.record(RowKind::Fact, AuditKind::ReaderCondition { tampered, power_failing });
        }
    }

    fn user_acted(&mut self, action: UserAction) {
        match action {
            UserAction::LanguageChosen(language) => {
                let is_in_visit = self.is_in_visit();
                self.words.choose(language, is_in_visit, self.now.boot);
            }
            UserAction::NoticeAccepted => self.notice_accepted(),
            UserAction::NoticeDeclined => self.notice_declined(),
            UserAction::EndRequested => {
                let until = self.now.boot + CONFIRMATION_PATIENCE;
                if let Some(call) = self.call_mut() {
                    call.confirming_until = Some(until);
                }
            }
            UserAction::EndConfirmed => {
                if self.call().is_some_and(|call| call.confirming_until.is_some()) {
                    self.end_visit(EndReason::InmateEnded, None);
                }
            }
            UserAction::EndCancelled => {
                if let Some(call) = self.call_mut() {
                    call.confirming_until = None;
                }
            }
            UserAction::StaffNumberWanted => self.staff_number_wanted(),
            UserAction::StaffNumberEntered(number) => self.staff_number_entered(number),
            UserAction::PinEntered(pin) => self.pin_entered(pin),
            UserAction::PinCancelled => self.pad_cancelled(),
            UserAction::PanelClosed => self.panel_closed(),
            UserAction::PanelTouched => self.panel_touched(),
            UserAction::KioskOpened
            | UserAction::KioskLocked
            | UserAction::CallEndedByStaff(_)
            | UserAction::TakenOutOfService
            | UserAction::ReturnedToService
            | UserAction::CheckWanted => self.panel_used(&action),
            UserAction::CheckRepeated
            | UserAction::TouchTestWanted
            | UserAction::FieldTouched(_)
            | UserAction::MaintenanceLeft => self.maintenance_used(&action),
        }
    }

    fn store_told(&mut self, event: StoreEvent) {
        match event {
            StoreEvent::ScheduleLoaded(Some(schedule)) => {
                if self.schedule.is_none() {
                    self.take_schedule(schedule);
                }
            }
            StoreEvent::ScheduleLoaded(None) => {
                if self.schedule.is_none() && matches!(self.mode, KioskMode::Locked { .. }) {
                    self.take_out_of_service(OutOfServiceCause::NoSchedule, None);
                }
            }
            StoreEvent::Committed(row) => self.committed(row),
            StoreEvent::CommitFailed(row) => {
                if self.ledger.failed(row) {
                    self.record_lost();
                }
            }
        }
    }

    /// A row is on disk: what waited for it happens.
    fn committed(&mut self, row: RecordId) {
        let was_on_its_way = self.ledger.committed(row);
        if self.ledger.came_after_all(row) {
            self.cause_went_away(OutOfServiceCause::RecordLost);
        }
        if !was_on_its_way && !planted!(StaleCommitAccepted) {
            return;
        }
        if let Some(order) = self.orders.committed(row) {
            self.effects.push_back(Effect::AnswerOrder { order });
        }
        let is_awaited = |awaited: RecordId| awaited == row || planted!(StaleCommitAccepted);
        match &self.mode {
            KioskMode::Locked { opening: Some(opening) } if is_awaited(*opening) => self.open(),
            KioskMode::OutOfService { returning: Some(returning), .. } if is_awaited(*returning) => {
                self.ledger.regain();
                self.standing = StandingOrders::default();
                self.mode = KioskMode::Locked { opening: None };
            }
            KioskMode::Locked { .. } | KioskMode::OutOfService { .. } | KioskMode::Maintenance(_) => {}
            KioskMode::Open(open) => match &open.visit {
                Visit::Identified(identified) if is_awaited(identified.row) => self.admission_committed(),
                Visit::Notice(notice) if notice.accepting.is_some_and(is_awaited) => self.acceptance_committed(),
                Visit::Call(call) => {
                    if matches!(call.prolonging, Prolonging::Recording { row, .. } if is_awaited(row)) {
                        self.prolonging_committed();
                    }
                }
                Visit::Idle | Visit::Refused(_) | Visit::Identified(_) | Visit::Notice(_) | Visit::Ended(_) => {}
            },
        }
    }

    fn record_lost(&mut self) {
        if planted!(RecordLossBlocksEnd) {
            self.dialog = StaffDialog::Closed;
        }
        self.heed_lost_record();
    }

    fn net_told(&mut self, event: NetEvent) {
        match event {
            NetEvent::ScheduleSynced(schedule) => self.take_schedule(schedule),
            NetEvent::ServiceReachable(reachable) => self.devices.service_reachable = reachable,
            NetEvent::JoinDescriptorFetched { call, descriptor } => self.descriptor_fetched(call, *descriptor),
            NetEvent::JoinRefused { call, refusal } => self.join_refused(call, refusal),
            NetEvent::SocketOpened { .. } | NetEvent::SocketReceived { .. } | NetEvent::SocketClosed { .. } => {
                self.socket_told(event);
            }
            NetEvent::EnrolmentRequested { within } => self.enrolment_until = Some(self.now.boot + within),
            NetEvent::ServiceOrdered(order) => self.service_ordered(*order),
            NetEvent::KioskRevoked(true) => self.take_out_of_service(OutOfServiceCause::Revoked, None),
            NetEvent::KioskRevoked(false) => self.cause_went_away(OutOfServiceCause::Revoked),
            NetEvent::BookingCancelled(booking) => self.booking_cancelled(&booking),
            NetEvent::UpdateInstalled { version } => {
                self.record(RowKind::Fact, AuditKind::UpdateInstalled { version });
            }
            NetEvent::UpdateFailed { version, failure } => {
                self.record(RowKind::Fact, AuditKind::UpdateFailed { version, failure });
            }
        }
    }

    /// A newer snapshot; one made for another kiosk is not ours to act on.
    fn take_schedule(&mut self, schedule: Box<Schedule>) {
        if schedule.kiosk != self.kiosk {
            return;
        }
        self.schedule = Some(schedule);
        self.cause_went_away(OutOfServiceCause::NoSchedule);
        self.recheck_staff();
        self.close_abandoned_visit();
        self.reckon_closing_hour();
        self.recheck_visit();
    }

    /// Until now civil times were reckoned by this machine's own clock, which may be years off.
    fn service_time_heard(&mut self) {
        if self.now.service.is_some() && !std::mem::replace(&mut self.knows_service_time, true) {
            self.recheck_staff();
            self.reckon_closing_hour();
        }
    }

    /// The running visit keeps what it has unless the new schedule speaks of it.
    fn recheck_visit(&mut self) {
        let KioskMode::Open(open) = &self.mode else { return };
        let Some(id) = open.visit.plan().map(|plan| plan.booking.id.clone()) else { return };
        let Some(booking) = self.schedule.as_ref().and_then(|schedule| schedule.booking(&id)).cloned() else { return };
        if booking.cancelled || booking.kiosk != self.kiosk {
            self.booking_cancelled(&id);
        } else if booking.finished {
            if let Some(call) = self.call() {
                let reason = call.reason_when_closed(self.now.boot);
                self.end_visit(reason, None);
            } else {
                self.end_visit(EndReason::Cancelled, None);
            }
        } else {
            self.booking_revised(&booking);
        }
    }

    fn booking_cancelled(&mut self, id: &BookingId) {
        let bookings = self.schedule.iter_mut().flat_map(|schedule| schedule.bookings.iter_mut());
        bookings.filter(|booking| &booking.id == id).for_each(|booking| booking.cancelled = true);
        let is_running = match &self.mode {
            KioskMode::Open(open) => open.visit.plan().is_some_and(|plan| &plan.booking.id == id),
            KioskMode::Locked { .. } | KioskMode::OutOfService { .. } | KioskMode::Maintenance(_) => false,
        };
        if is_running && !planted!(CancellationIgnored) {
            self.end_visit(EndReason::Cancelled, None);
        }
    }

    /// Acts on every deadline that has come.
    fn time_passed(&mut self) {
        let now = self.now.boot;
        let is_due = |at: BootTime| at <= now;
        if self.ledger.overdue_at().is_some_and(is_due) {
            self.ledger.give_up_waiting();
        }
        self.service_time_heard();
        self.visit_time_passed();
        self.maintenance_time_passed();
        self.close_abandoned_visit();
        self.media_stuck();
        self.enrolment_until.take_if(|at| is_due(*at));
        if self.words.unused_at().is_some_and(is_due) {
            self.words.forget();
        }
        match &self.dialog {
            StaffDialog::Closed => {}
            StaffDialog::NumberPad(pad) if is_due(pad.closes_at) && !planted!(NumberPadStaysOpen) => {
                self.dialog = StaffDialog::Closed;
            }
            StaffDialog::PinPad(pad) if is_due(pad.closes_at) => self.dialog = StaffDialog::Closed,
            StaffDialog::Panel(panel) if is_due(panel.closes_at) && !planted!(PanelStaysOpen) => {
                self.dialog = StaffDialog::Closed;
            }
            StaffDialog::NumberPad(_) | StaffDialog::PinPad(_) | StaffDialog::Panel(_) => {}
        }
        if let KioskMode::Open(Open { closing: Closing::At(at), .. }) = &self.mode
            && is_due(*at)
        {
            self.lock(None, false);
        }
        self.heed_lost_record();
        self.heed_standing_order();
    }

    fn media_stuck(&mut self) {
        let now = self.now.boot;
        let Some(teardown) = &mut self.teardown else { return };
        if teardown.abort_at.take_if(|at| *at <= now).is_some() && !planted!(NoAbortOnStuckMedia) {
            self.effects.push_back(Effect::AbortProcess);
        }
    }

    fn visit_time_passed(&mut self) {
        let now = self.now.boot;
        let KioskMode::Open(open) = &self.mode else { return };
        match &open.visit {
            Visit::Idle | Visit::Identified(_) => {}
            Visit::Refused(refused) => {
                if refused.until <= now {
                    self.go_idle();
                }
            }
            Visit::Notice(notice) => {
                let is_unanswered = notice.accepting.is_none() && notice.until <= now;
                if is_unanswered || notice.plan.ends_at <= now {
                    self.go_idle();
                }
            }
            Visit::Call(_) => self.call_time_passed(),
            Visit::Ended(_) => self.leave_farewell(),
        }
    }

    fn call_time_passed(&mut self) {
        let (now, policy) = (self.now, self.policy());
        let Some(call) = self.call_mut() else { return };
        let is_over = if planted!(EndFollowsWallClock) {
            call.plan.booking.slot.ends_at() <= now.wall
        } else {
            call.plan.ends_at <= now.boot && !planted!(SlotEndIgnored)
        };
        let signalling_is_lost = call.signalling_lost_at(&policy).is_some_and(|at| at <= now.boot);
        if is_over {
            let reason = call.reason_at_slot_end();
            return self.end_visit(reason, None);
        }
        if signalling_is_lost && !planted!(LostSignallingIgnored) {
            return self.end_visit(EndReason::Failed(crate::domain::TechnicalFailure::Network), None);
        }
        call.confirming_until.take_if(|until| *until <= now.boot);
        let asks_again = match (&call.phase, &call.prolonging) {
            (Phase::Preparing(preparing), _) => preparing.next_at() <= now.boot,
            (Phase::Joined(_), Prolonging::Asked { again_at }) => *again_at <= now.boot,
            (Phase::Joined(_), Prolonging::No | Prolonging::Recording { .. }) => false,
        };
        let engine_is_due =
            call.joined().and_then(|joined| joined.engine.poll_timeout()).is_some_and(|at| at <= now.boot);
        if asks_again {
            self.ask_for_descriptor_again();
        }
        if engine_is_due {
            self.drive(EngineInput::Timeout);
        }
        self.open_gate_if_due();
    }
}
