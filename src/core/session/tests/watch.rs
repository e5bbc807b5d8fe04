//! The watch: what must hold seen from outside, by events and effects alone.
//!
//! Keeps its own account of rows on disk, media, gates and clocks, and says which rule was broken.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::room::{DESK, TECHNICIAN, here};
use crate::badge::BadgeNumber;
use crate::domain::{
    BookingId, BootTime, CallId, ConnectionId, NOBODYS_PIN_VERIFIER, OrderId, PinAttemptId, RecordId, Schedule, Slot,
    Utc,
};
use crate::engine::{TransportEvent, TransportOperation};
use crate::session::mode::KioskMode;
use crate::session::staff::StaffDialog;
use crate::session::visit::Visit;
use crate::session::{
    AuditKind, BadgeEvent, Effect, EndedMark, Event, MediaEvent, NetEvent, OrderedAction, OutOfServiceCause, Overlay,
    Session, StoreEvent, UserAction, View,
};

#[derive(Default)]
pub(super) struct Watch {
    rows: BTreeMap<RecordId, AuditKind>,
    slots: BTreeMap<BookingId, Slot>,
    admitted: BTreeSet<BookingId>,
    accepted: BTreeSet<BookingId>,
    ended_on_disk: BTreeSet<BookingId>,
    ended: BTreeSet<BookingId>,
    open_ends: BTreeSet<RecordId>,
    prolonged_to: Option<Utc>,
    fetching: Option<(CallId, BookingId)>,
    media: Option<Media>,
    marked: Option<BookingId>,
    owes_end_row: Option<BookingId>,
    stopping: Option<(CallId, BootTime)>,
    aborted: bool,
    reader_is_there: bool,
    numbers_are_allowed: bool,
    number_pad_was_open: bool,
    pin_attempt: Option<PinAttemptId>,
    /// The PIN at hand came after a number that names nobody.
    is_nobodys_pin: bool,
    pin_was_right: bool,
    may_be_open: bool,
    was_locked: bool,
    badge: Option<BadgeNumber>,
    enrolling: bool,
    record_lost: bool,
    service_time_known: bool,
    orders: BTreeSet<OrderId>,
    orders_on_disk: BTreeSet<OrderId>,
    order_at_hand: Option<OrderId>,
    /// The order at hand says that a visit ends by it.
    order_says_now: bool,
    /// The order at hand shuts the kiosk.
    order_shuts: bool,
    guards_order: Standing,
    services_order: Standing,
    /// Someone touches "self-check".
    check_wanted: bool,
    /// A technician's PIN was right, and they are not done.
    maintains: bool,
}

/// An order to be out of service.
#[derive(Default, Clone, Copy)]
struct Standing {
    given: bool,
    on_disk: bool,
}

struct Media {
    call: CallId,
    booking: BookingId,
    begins_at: Utc,
    ends_at: Utc,
    connection: Option<ConnectionId>,
    verified: bool,
    refused: bool,
    gate_open: bool,
    must_end: bool,
    stopped_by_itself: bool,
}

fn require(condition: bool, words: &str) -> Result<(), String> {
    if condition { Ok(()) } else { Err(format!("watch: {words}")) }
}

impl Watch {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The process died: what was not on disk or marked is forgotten.
    pub(super) fn process_died(&mut self, marks: &[EndedMark]) {
        let ended_on_disk = std::mem::take(&mut self.ended_on_disk);
        let ended = ended_on_disk.iter().chain(marks.iter().map(|mark| &mark.booking)).cloned().collect();
        let kept = |order: Standing| Standing { given: order.on_disk, ..order };
        let orders_on_disk = std::mem::take(&mut self.orders_on_disk);
        *self = Self {
            accepted: std::mem::take(&mut self.accepted),
            ended_on_disk,
            ended,
            orders: orders_on_disk.clone(),
            orders_on_disk,
            guards_order: kept(self.guards_order),
            services_order: kept(self.services_order),
            ..Self::default()
        };
    }

    /// The room's new schedule, before the session hears of it.
    pub(super) fn synced(&mut self, schedule: &Schedule) {
        for booking in &schedule.bookings {
            self.slots.entry(booking.id.clone()).and_modify(|slot| *slot = booking.slot);
        }
        let Some(media) = &mut self.media else { return };
        let Some(booking) = schedule.booking(&media.booking) else { return };
        media.must_end |= booking.cancelled || booking.kiosk != here();
        media.ends_at = media.ends_at.min(booking.slot.ends_at());
    }

    /// Before the session hears of it.
    pub(super) fn event(&mut self, event: &Event, session: &Session, service_time_known: bool) {
        self.was_locked = matches!(session.mode, KioskMode::Locked { .. });
        self.service_time_known = service_time_known;
        self.badge = None;
        self.order_says_now = false;
        self.order_at_hand = None;
        self.order_shuts = false;
        self.check_wanted = matches!(event, Event::User(UserAction::CheckWanted));
        self.enrolling = session.enrolment_until.is_some();
        match event {
            Event::Badge(BadgeEvent::BadgeRead(badge)) => self.badge = Some(badge.clone()),
            Event::Badge(BadgeEvent::ReaderConnected) => self.reader_is_there = true,
            Event::Badge(BadgeEvent::ReaderDisconnected | BadgeEvent::ReaderNotTrusted(_)) => {
                self.reader_is_there = false;
            }
            Event::Store(StoreEvent::ScheduleLoaded(Some(schedule))) if session.schedule.is_none() => {
                self.numbers_are_allowed = schedule.policy.staff_number_without_reader;
            }
            Event::Net(NetEvent::ScheduleSynced(schedule)) => {
                self.numbers_are_allowed = schedule.policy.staff_number_without_reader;
            }
            Event::Store(StoreEvent::Committed(row)) => {
                if let Some(kind) = self.rows.remove(row) {
                    self.committed(*row, kind);
                }
            }
            Event::Store(StoreEvent::CommitFailed(row)) => {
                self.record_lost |= self.rows.remove(row).is_some();
                self.open_ends.clear();
            }
            Event::PinVerified { attempt, right } => {
                let is_awaited = self.pin_attempt == Some(*attempt);
                self.pin_was_right |= *right && is_awaited && !self.is_nobodys_pin;
            }
            Event::Media(MediaEvent::CallStopped { call }) => {
                self.stopping = self.stopping.filter(|(stopping, _)| stopping != call);
                if let Some(media) = &mut self.media {
                    media.stopped_by_itself |= media.call == *call;
                }
            }
            Event::Media(MediaEvent::Transport { call, connection, event }) => {
                if let Some(media) = &mut self.media
                    && media.call == *call
                    && media.connection == Some(*connection)
                {
                    media.verified |= *event == TransportEvent::CertificateVerified;
                    media.refused |= *event == TransportEvent::CertificateRefused;
                }
            }
            Event::Net(NetEvent::ServiceOrdered(order)) => {
                self.order_at_hand = Some(order.id.clone());
                self.order_says_now = match order.action {
                    OrderedAction::Lock { now } | OrderedAction::TakeOutOfService { now, .. } => now,
                    OrderedAction::ReturnToService | OrderedAction::LookOver => false,
                };
            }
            Event::Net(NetEvent::BookingCancelled(booking)) => {
                if let Some(media) = &mut self.media {
                    media.must_end |= &media.booking == booking;
                }
            }
            _ => {}
        }
    }

    fn committed(&mut self, row: RecordId, kind: AuditKind) {
        self.open_ends.remove(&row);
        match kind {
            AuditKind::VisitAdmitted { booking, .. } => {
                self.admitted.insert(booking);
            }
            AuditKind::NoticeAccepted { booking } => {
                self.accepted.insert(booking);
            }
            AuditKind::VisitEnded { booking, .. } => {
                self.ended_on_disk.insert(booking);
            }
            AuditKind::VisitExtended { ends_at, .. } => self.prolonged_to = Some(ends_at),
            AuditKind::KioskOpened { .. } => self.may_be_open = true,
            AuditKind::ReturnedToService { .. } => {
                self.record_lost = false;
                self.guards_order = Standing::default();
                self.services_order = Standing::default();
            }
            AuditKind::OutOfService { cause: OutOfServiceCause::ByStaff, .. } => {
                self.guards_order.on_disk = self.guards_order.given;
            }
            AuditKind::ServiceOrderTaken { order, action, .. } => {
                self.orders_on_disk.insert(order);
                match action {
                    OrderedAction::TakeOutOfService { .. } => self.services_order.on_disk = self.services_order.given,
                    OrderedAction::ReturnToService => self.services_order.on_disk = false,
                    OrderedAction::Lock { .. } | OrderedAction::LookOver => {}
                }
            }
            _ => {}
        }
    }

    /// As the session orders it.
    pub(super) fn effect(
        &mut self,
        effect: &Effect,
        schedule: &Schedule,
        now: BootTime,
        utc: Utc,
    ) -> Result<(), String> {
        match effect {
            Effect::Record { id, entry } => self.row(*id, &entry.kind, schedule, utc),
            Effect::FetchJoinDescriptor { call, booking } => {
                self.fetching = Some((*call, booking.clone()));
                Ok(())
            }
            Effect::StartMedia { call, .. } => self.media_starts(*call),
            Effect::Transport { connection, operation, .. } => self.transport(*connection, operation),
            Effect::OpenGate { call, connection } => self.gate_opens(*call, *connection, utc),
            Effect::ShutGate { .. } => {
                if let Some(media) = &mut self.media {
                    media.gate_open = false;
                }
                Ok(())
            }
            Effect::MarkVisitEnded(EndedMark { booking, staff, .. }) => {
                let is_by_order = staff.as_ref().is_some_and(|staff| staff.as_str() == DESK);
                require(!is_by_order || self.order_says_now, "an order ended a visit that it did not speak of")?;
                if let Some(media) = &self.media {
                    require(!media.gate_open, "the end was marked before the gate was shut")?;
                }
                self.marked = Some(booking.clone());
                self.ended.insert(booking.clone());
                Ok(())
            }
            Effect::StopMedia { call } => self.media_stops(*call, now),
            Effect::AbortProcess => {
                self.aborted = true;
                require(self.stopping.is_some(), "the process aborts though media had stopped")
            }
            Effect::VerifyPin { attempt, verifier, .. } => {
                self.pin_attempt = Some(*attempt);
                self.is_nobodys_pin = verifier.reveal() == NOBODYS_PIN_VERIFIER;
                Ok(())
            }
            Effect::StartCheck { .. } => {
                require(self.maintains, "a check runs and nobody maintains the kiosk")?;
                require(self.media.is_none() && self.stopping.is_none(), "a check runs beside a call's media")
            }
            Effect::StopCheck { .. }
            | Effect::OpenSocket { .. }
            | Effect::SendSocket { .. }
            | Effect::CloseSocket { .. }
            | Effect::ShowAtReader(_)
            | Effect::SendEnrolment(_)
            | Effect::LookOver => Ok(()),
            Effect::AnswerOrder { order } => {
                require(self.orders_on_disk.contains(order), "an order was answered before it was on disk")
            }
        }
    }

    fn row(&mut self, id: RecordId, kind: &AuditKind, schedule: &Schedule, utc: Utc) -> Result<(), String> {
        self.rows.insert(id, kind.clone());
        match kind {
            AuditKind::VisitAdmitted { booking, .. } => self.admission(booking, schedule, utc),
            AuditKind::VisitEnded { booking, .. } => {
                self.open_ends.insert(id);
                let media_runs = self.media.as_ref().is_some_and(|media| &media.booking == booking);
                require(!media_runs, "an end was recorded before media was stopped")?;
                self.owes_end_row.take_if(|owed| owed == booking);
                Ok(())
            }
            AuditKind::KioskOpened { .. } => require(!self.record_lost, "a kiosk without a record was opened"),
            AuditKind::ServiceOrderTaken { order, action, .. } => {
                // A row that could not be written comes again without its order.
                if self.order_at_hand.as_ref() != Some(order) {
                    return Ok(());
                }
                require(self.orders.insert(order.clone()), "an order was taken twice")?;
                self.order_shuts =
                    matches!(action, OrderedAction::Lock { .. } | OrderedAction::TakeOutOfService { .. });
                match action {
                    OrderedAction::TakeOutOfService { .. } => self.services_order.given = true,
                    OrderedAction::ReturnToService => self.services_order.given = false,
                    OrderedAction::Lock { .. } | OrderedAction::LookOver => {}
                }
                Ok(())
            }
            AuditKind::ReturnedToService { staff: Some(staff) } => {
                let is_by_order = staff.as_str() == DESK;
                require(!is_by_order || !self.guards_order.given, "the service ended a guard's order")
            }
            // One that could not be written comes again, and nobody enters by it.
            AuditKind::MaintenanceEntered { .. } if !self.check_wanted => Ok(()),
            AuditKind::MaintenanceEntered { staff } => {
                self.maintains = true;
                require(staff.as_str() == TECHNICIAN && self.pin_was_right, "someone else than a technician maintains")
            }
            AuditKind::MaintenanceLeft { .. } => {
                self.maintains = false;
                Ok(())
            }
            AuditKind::KioskLocked { .. } | AuditKind::OutOfService { .. } => {
                self.guards_order.given |=
                    matches!(kind, AuditKind::OutOfService { cause: OutOfServiceCause::ByStaff, .. });
                self.open_ends.insert(id);
                self.may_be_open = false;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn admission(&mut self, id: &BookingId, schedule: &Schedule, utc: Utc) -> Result<(), String> {
        require(!self.record_lost, "someone was admitted without a record")?;
        let is_ordered_out = self.guards_order.given || self.services_order.given;
        require(!is_ordered_out || self.accepted.contains(id), "someone was admitted against an order")?;
        require(self.open_ends.is_empty(), "someone was admitted before an end was on disk")?;
        require(self.stopping.is_none(), "someone was admitted while media still stops")?;
        require(self.service_time_known, "someone was admitted without the service's time")?;
        require(!self.enrolling, "a badge read for enrolment opened a visit")?;
        require(!self.ended.contains(id), "an ended visit was admitted again")?;
        let booking = schedule.booking(id).ok_or("watch: someone was admitted without a booking")?;
        let badge = self.badge.as_ref().ok_or("watch: someone was admitted without a badge")?;
        let holder = schedule.badge_key.digests(badge).find_map(|digest| schedule.inmate_with_badge(&digest));
        require(holder.is_some_and(|inmate| inmate.id == booking.inmate), "another one's badge opened a visit")?;
        require(!booking.cancelled, "a cancelled booking was admitted")?;
        require(!booking.finished, "a finished booking was admitted")?;
        require(booking.kiosk == here(), "another kiosk's booking was admitted")?;
        let opens_at = booking.slot.starts_at() - schedule.policy.join_before_start();
        require(opens_at <= utc && utc < booking.slot.ends_at(), "someone was admitted outside the join window")?;
        self.slots.insert(id.clone(), booking.slot);
        require(!self.was_locked || self.accepted.contains(id), "a locked kiosk admitted a new visit")
    }

    fn media_starts(&mut self, call: CallId) -> Result<(), String> {
        if let Some(media) = self.media.as_mut().filter(|media| media.call == call) {
            media.ends_at = self.prolonged_to.take().unwrap_or(media.ends_at).max(media.ends_at);
            return Ok(());
        }
        require(self.media.is_none() && self.stopping.is_none(), "two calls are live")?;
        let fetching = self.fetching.as_ref().filter(|(fetching, _)| *fetching == call);
        let (_, id) = fetching.ok_or("watch: media runs for a call that no booking is fetched for")?;
        require(self.admitted.contains(id), "media runs before the admission is on disk")?;
        require(self.accepted.contains(id), "media runs before the acceptance is on disk")?;
        let slot = self.slots.get(id).ok_or("watch: media runs without a booking")?;
        self.media = Some(Media {
            call,
            booking: id.clone(),
            begins_at: slot.starts_at(),
            ends_at: slot.ends_at(),
            connection: None,
            verified: false,
            refused: false,
            gate_open: false,
            must_end: false,
            stopped_by_itself: false,
        });
        Ok(())
    }

    fn transport(&mut self, connection: ConnectionId, operation: &TransportOperation) -> Result<(), String> {
        let media = self.media.as_mut().ok_or("watch: a transport is told something without a call")?;
        match operation {
            TransportOperation::Create { .. } => {
                require(media.connection.is_none(), "two connections are live")?;
                media.connection = Some(connection);
                media.verified = false;
            }
            TransportOperation::Close => {
                media.connection = None;
                media.gate_open = false;
            }
            TransportOperation::SetRemoteAnswer { .. } | TransportOperation::AddCandidate(_) => {
                require(media.connection == Some(connection), "a stale connection was told something")?;
            }
        }
        Ok(())
    }

    fn gate_opens(&mut self, call: CallId, connection: ConnectionId, utc: Utc) -> Result<(), String> {
        let media = self.media.as_mut().ok_or("watch: a gate opens without a call")?;
        require(media.call == call && media.connection == Some(connection), "the gate of a stale connection opens")?;
        require(media.verified && !media.refused, "the gate opens before the certificate is verified")?;
        require(media.begins_at <= utc, "the gate opens before the slot")?;
        media.gate_open = true;
        Ok(())
    }

    fn media_stops(&mut self, call: CallId, now: BootTime) -> Result<(), String> {
        let media = self.media.take().ok_or("watch: media is stopped that does not run")?;
        require(media.call == call, "media of another call is stopped")?;
        require(!media.gate_open, "media was stopped before its gate was shut")?;
        require(self.marked.as_ref() == Some(&media.booking), "media was stopped before the end was marked")?;
        self.owes_end_row = Some(media.booking);
        self.stopping = (!media.stopped_by_itself).then_some((call, now));
        self.aborted = false;
        Ok(())
    }

    /// After the session has dealt with an event.
    pub(super) fn after(&mut self, session: &Session, now: BootTime, utc: Utc) -> Result<(), String> {
        if let Some(media) = &self.media {
            let is_live = session.call().is_some_and(|call| call.id == media.call);
            require(is_live, "media runs though no call does")?;
            require(utc < media.ends_at, "a call outlived its end")?;
            require(!media.must_end, "a cancelled visit goes on")?;
            require(!media.refused, "a call goes on with a peer that is not trusted")?;
        }
        require(self.owes_end_row.is_none(), "an end was not recorded")?;
        let is_stuck = self.stopping.is_some_and(|(_, since)| now >= since + Duration::from_secs(1));
        require(!is_stuck || self.aborted, "media is stuck and the process goes on")?;
        require(!(self.order_shuts && self.maintains), "a technician stays at a kiosk that was ordered shut")?;
        self.look_at_the_screen(session, now)
    }

    fn look_at_the_screen(&mut self, session: &Session, now: BootTime) -> Result<(), String> {
        let screen = session.screen();
        match &screen.overlay {
            Some(Overlay::GuardPanel(panel)) => {
                require(self.pin_was_right, "the guard's panel is open without a PIN")?;
                require(panel.closes_at > now, "the guard's panel stays open")?;
            }
            Some(Overlay::NumberPad(pad)) => {
                self.pin_was_right = false;
                require(pad.closes_at > now, "the number pad stays open")?;
                require(self.numbers_are_allowed, "a number is asked for that nobody may come by")?;
                let may_be_open = !self.reader_is_there || self.number_pad_was_open;
                require(may_be_open, "a number is asked for beside a reader that works")?;
            }
            Some(Overlay::PinPad(pad)) => {
                self.pin_was_right = false;
                require(pad.closes_at > now, "the PIN pad stays open")?;
            }
            None => self.pin_was_right = false,
        }
        if matches!(screen.view, View::Maintenance(_)) {
            require(self.maintains, "the technician's screen is shown to nobody")?;
            require(
                screen.overlay.is_none() && !screen.offers_staff_number,
                "a pad lies over the technician's screen",
            )?;
            require(self.media.is_none(), "the technician's screen lies over a call")?;
        }
        self.number_pad_was_open = matches!(session.dialog, StaffDialog::NumberPad(_));
        if let KioskMode::Open(open) = &session.mode {
            let is_resumed = match &open.visit {
                Visit::Identified(_) | Visit::Notice(_) | Visit::Call(_) | Visit::Ended(_) => true,
                Visit::Idle | Visit::Refused(_) => false,
            };
            require(self.may_be_open || is_resumed, "the kiosk is open and nobody opened it")?;
            if let Visit::Notice(notice) = &open.visit {
                let is_admitted = self.admitted.contains(&notice.plan.booking.id);
                require(is_admitted, "the notice is shown before the admission is on disk")?;
            }
        }
        let is_quiet =
            matches!(screen.view, View::Idle | View::Locked | View::OutOfService { .. } | View::Maintenance(_));
        let in_call = self.media.is_some();
        require(!(is_quiet && in_call), "a call runs behind a quiet screen")
    }
}
