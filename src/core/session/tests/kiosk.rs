//! A kiosk in virtual time: the session, fake shells that answer at once, and a visitor's page.
//!
//! Time moves from deadline to deadline. Every event is followed by the invariants and the watch;
//! the first violation is kept in `failure` and stops the kiosk.

use std::collections::VecDeque;
use std::time::Duration;

use super::coverage::Coverage;
use super::room::{self, Card, DESK, PIN, descriptor, here, local};
use super::watch::Watch;
use crate::domain::{
    Booking, BookingId, BootTime, CallId, CheckId, CheckPart, ConnectionId, EndReason, Finding, Now, OrderId, RecordId,
    Redacted, Schedule, ServiceTime, Slot, StaffEndReason, StaffId, Utc,
};
use crate::engine::direct::SignallingMessage;
use crate::engine::{Candidate, IceState, SocketId, TransportEvent, TransportOperation};
use crate::session::{
    AuditEntry, AuditKind, BadgeEvent, CallPicture, CheckEvent, Effect, EndedMark, Event, JoinRefusal, MaintenanceView,
    MediaEvent, NetEvent, OrderedAction, Overlay, RecoveredRecord, Recovery, Screen, ServiceOrder, Session, StoreEvent,
    UserAction, View,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    Commits,
    Silent,
    Fails,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Net {
    Answers,
    Down,
    Silent,
    Refuses(JoinRefusal),
    AsksForRecording,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    Works,
    SoundOnly,
    NoPath,
    Forged,
    Stuck,
}

/// What the screen shows, in one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    OutOfService(&'static str),
    Locked,
    Idle,
    UnknownBadge,
    NoVisitToday,
    AtAnotherKiosk,
    TooEarly,
    TimeUnknown,
    Notice,
    Preparing,
    Waiting,
    Call(CallPicture),
    Ended(EndReason),
    Findings,
    TouchTest,
}

pub(super) struct Kiosk {
    pub(super) session: Session,
    pub(super) watch: Watch,
    pub(super) coverage: Coverage,
    pub(super) schedule: Schedule,
    pub(super) store: Store,
    pub(super) net: Net,
    pub(super) media: Media,
    pub(super) pin_worker_is_silent: bool,
    pub(super) service_time_known: bool,
    pub(super) wall_jump_ms: i64,
    pub(super) effects: Vec<Effect>,
    pub(super) committed: Vec<AuditEntry>,
    pub(super) marks: Vec<EndedMark>,
    pub(super) failure: Option<String>,
    boot_ms: u64,
    service_at_boot: Utc,
    replies: VecDeque<Event>,
    silent_rows: Vec<(RecordId, AuditEntry)>,
    page: Option<String>,
    pages: u32,
    pub(super) call: CallId,
    pub(super) socket: SocketId,
    pub(super) socket_is_up: bool,
    pub(super) connection: ConnectionId,
    pub(super) check: CheckId,
    /// A check measures and never comes to its end.
    pub(super) check_is_stuck: bool,
}

impl Kiosk {
    /// Fresh from the box at 09:00, with the schedule in its cache.
    pub(super) fn locked() -> Self {
        let mut kiosk = Self::unloaded(Recovery::default());
        kiosk.tell(Event::Badge(BadgeEvent::ReaderConnected));
        let schedule = Some(Box::new(kiosk.schedule.clone()));
        kiosk.tell(Event::Store(StoreEvent::ScheduleLoaded(schedule)));
        kiosk
    }

    /// Opened by a guard.
    pub(super) fn open() -> Self {
        let mut kiosk = Self::locked();
        kiosk.guard_opens();
        kiosk
    }

    pub(super) fn unloaded(recovery: Recovery) -> Self {
        let boot_ms = 1_000_000;
        let service_at_boot = local("09:00") - Duration::from_millis(boot_ms);
        let now = now_of(boot_ms, service_at_boot, 0, true);
        let mut kiosk = Self {
            session: Session::recover(here(), recovery, now),
            watch: Watch::new(),
            coverage: Coverage::default(),
            schedule: room::schedule(),
            store: Store::Commits,
            net: Net::Answers,
            media: Media::Works,
            pin_worker_is_silent: false,
            service_time_known: true,
            wall_jump_ms: 0,
            effects: Vec::new(),
            committed: Vec::new(),
            marks: Vec::new(),
            failure: None,
            boot_ms,
            service_at_boot,
            replies: VecDeque::new(),
            silent_rows: Vec::new(),
            page: None,
            pages: 0,
            call: CallId(0),
            socket: SocketId(0),
            socket_is_up: false,
            connection: ConnectionId(0),
            check: CheckId(0),
            check_is_stuck: false,
        };
        kiosk.carry_out_effects();
        kiosk.deliver_replies();
        kiosk
    }

    pub(super) fn now(&self) -> Now {
        now_of(self.boot_ms, self.service_at_boot, self.wall_jump_ms, self.service_time_known)
    }

    /// The service's true time, whatever the kiosk knows.
    pub(super) fn utc(&self) -> Utc {
        self.service_at_boot + Duration::from_millis(self.boot_ms)
    }

    /// One event, and all that the shells answer to it.
    pub(super) fn tell(&mut self, event: Event) {
        self.tell_one(event);
        self.deliver_replies();
    }

    fn deliver_replies(&mut self) {
        for _ in 0..500 {
            match self.replies.pop_front() {
                Some(reply) => self.tell_one(reply),
                None => return,
            }
        }
        self.fail("the session and its shells answer each other without end".to_owned());
    }

    fn tell_one(&mut self, event: Event) {
        if self.failure.is_some() {
            return;
        }
        let (now, utc) = (self.now(), self.utc());
        self.watch.event(&event, &self.session, self.service_time_known);
        self.session.handle(event, now);
        self.carry_out_effects();
        self.coverage.visit(&self.session);
        let checked = self.session.verify_invariants().and_then(|()| self.watch.after(&self.session, now.boot, utc));
        if let Err(violation) = checked {
            self.fail(violation);
        }
    }

    pub(super) fn fail(&mut self, violation: String) {
        self.failure.get_or_insert(violation);
    }

    fn carry_out_effects(&mut self) {
        while let Some(effect) = self.session.poll_effect() {
            let (now, utc) = (self.now(), self.utc());
            if let Err(violation) = self.watch.effect(&effect, &self.schedule, now.boot, utc) {
                self.fail(violation);
            }
            self.carry_out(&effect);
            self.effects.push(effect);
        }
    }

    fn carry_out(&mut self, effect: &Effect) {
        match effect {
            Effect::Record { id, entry } => self.store_row(*id, entry),
            Effect::MarkVisitEnded(mark) => self.marks.push(mark.clone()),
            Effect::FetchJoinDescriptor { call, booking } => self.answer_join(*call, booking),
            Effect::StartMedia { call, .. } => self.call = *call,
            Effect::StopMedia { call } => {
                if self.media != Media::Stuck {
                    self.replies.push_back(Event::Media(MediaEvent::CallStopped { call: *call }));
                }
            }
            Effect::Transport { call, connection, operation } => self.run_transport(*call, *connection, operation),
            Effect::OpenSocket { call, socket, .. } => self.answer_socket(*call, *socket),
            Effect::SendSocket { text, .. } => self.page_receives(text),
            Effect::CloseSocket { .. } => self.socket_is_up = false,
            Effect::VerifyPin { attempt, pin, .. } => {
                let right = pin.reveal() == PIN;
                if !self.pin_worker_is_silent {
                    self.replies.push_back(Event::PinVerified { attempt: *attempt, right });
                }
            }
            Effect::StartCheck { check } => self.measure(*check),
            Effect::StopCheck { .. }
            | Effect::OpenGate { .. }
            | Effect::ShutGate { .. }
            | Effect::ShowAtReader(_)
            | Effect::SendEnrolment(_)
            | Effect::AnswerOrder { .. }
            | Effect::LookOver
            | Effect::AbortProcess => {}
        }
    }

    fn measure(&mut self, check: CheckId) {
        self.check = check;
        for part in [CheckPart::Camera, CheckPart::Touch] {
            let finding = Finding::pass(part, "measured");
            self.replies.push_back(Event::Check(CheckEvent::Found { check, finding }));
        }
        if !self.check_is_stuck {
            self.replies.push_back(Event::Check(CheckEvent::Finished { check }));
        }
    }

    fn store_row(&mut self, id: RecordId, entry: &AuditEntry) {
        match self.store {
            Store::Commits => {
                self.committed.push(entry.clone());
                self.replies.push_back(Event::Store(StoreEvent::Committed(id)));
            }
            Store::Silent => self.silent_rows.push((id, entry.clone())),
            Store::Fails => self.replies.push_back(Event::Store(StoreEvent::CommitFailed(id))),
        }
    }

    /// Whether the session still waits for this row's answer.
    pub(super) fn row_is_open(&self, row: RecordId) -> bool {
        self.silent_rows.iter().any(|(id, _)| *id == row)
    }

    /// The service cancels; the next snapshot will say so too.
    pub(super) fn cancel_quietly(&mut self, booking: &BookingId) {
        let bookings = self.schedule.bookings.iter_mut();
        bookings.filter(|candidate| &candidate.id == booking).for_each(|booking| booking.cancelled = true);
    }

    /// The store takes up what it left lying.
    pub(super) fn store_catches_up(&mut self) -> &mut Self {
        self.store_answers(Store::Commits)
    }

    /// The store says that it cannot write what it left lying, nor anything else.
    pub(super) fn store_gives_up(&mut self) -> &mut Self {
        self.store_answers(Store::Fails)
    }

    fn store_answers(&mut self, store: Store) -> &mut Self {
        self.store = store;
        for (id, entry) in std::mem::take(&mut self.silent_rows) {
            self.store_row(id, &entry);
        }
        self.deliver_replies();
        self
    }

    fn answer_join(&mut self, call: CallId, booking: &BookingId) {
        let refused = |refusal| NetEvent::JoinRefused { call, refusal };
        let fetched = |descriptor| NetEvent::JoinDescriptorFetched { call, descriptor: Box::new(descriptor) };
        let answer = match (self.net, self.schedule.booking(booking)) {
            (Net::Silent, _) => return,
            (Net::Down, _) => refused(JoinRefusal::Unreachable),
            (Net::Refuses(refusal), _) => refused(refusal),
            (Net::Answers | Net::AsksForRecording, None) => refused(JoinRefusal::Cancelled),
            (Net::Answers, Some(booking)) => fetched(descriptor(booking)),
            (Net::AsksForRecording, Some(booking)) => {
                fetched(crate::engine::JoinDescriptor { recorded: true, ..descriptor(booking) })
            }
        };
        self.replies.push_back(Event::Net(answer));
    }

    fn answer_socket(&mut self, call: CallId, socket: SocketId) {
        self.socket = socket;
        self.socket_is_up = self.net == Net::Answers;
        if self.socket_is_up {
            self.replies.push_back(Event::Net(NetEvent::SocketOpened { call, socket }));
            let snapshot = self.snapshot();
            self.service_says(&snapshot);
        } else {
            self.replies.push_back(Event::Net(NetEvent::SocketClosed { call, socket }));
        }
    }

    fn snapshot(&self) -> SignallingMessage {
        let slot = self
            .schedule
            .booking(&room::id(room::VISIT))
            .map_or_else(|| Slot::new(local("10:00"), local("10:30")).expect("a slot"), |booking| booking.slot);
        SignallingMessage::Snapshot {
            peer: self.page.clone(),
            now: self.utc(),
            not_before: slot.starts_at(),
            ends_at: slot.ends_at(),
        }
    }

    fn service_says(&mut self, message: &SignallingMessage) {
        let text = Redacted::new(serde_json::to_string(message).expect("a message"));
        let (call, socket) = (self.call, self.socket);
        self.replies.push_back(Event::Net(NetEvent::SocketReceived { call, socket, text }));
    }

    /// From the service or the page, now.
    pub(super) fn hears(&mut self, message: &SignallingMessage) {
        if self.socket_is_up {
            self.service_says(message);
            self.deliver_replies();
        }
    }

    fn run_transport(&mut self, call: CallId, connection: ConnectionId, operation: &TransportOperation) {
        match operation {
            TransportOperation::Create { .. } => {
                self.connection = connection;
                let sdp = Redacted::new("offer".to_owned());
                let candidate = Candidate { media_line_index: 0, candidate: Redacted::new("candidate".to_owned()) };
                for event in [TransportEvent::CandidateGathered(candidate), TransportEvent::OfferCreated { sdp }] {
                    self.replies.push_back(Event::Media(MediaEvent::Transport { call, connection, event }));
                }
            }
            TransportOperation::SetRemoteAnswer { .. } => {
                let verdict = match self.media {
                    Media::Forged => TransportEvent::CertificateRefused,
                    Media::Works | Media::SoundOnly | Media::Stuck => TransportEvent::CertificateVerified,
                    Media::NoPath => return,
                };
                let connected = TransportEvent::IceStateChanged(IceState::Connected);
                let frame = (self.media != Media::SoundOnly).then_some(TransportEvent::FirstFrameDecoded);
                for event in [connected, verdict].into_iter().chain(frame) {
                    self.replies.push_back(Event::Media(MediaEvent::Transport { call, connection, event }));
                }
            }
            TransportOperation::AddCandidate(_) | TransportOperation::Close => {}
        }
    }

    fn page_receives(&mut self, text: &Redacted<String>) {
        let message = serde_json::from_str(text.reveal()).expect("the engine speaks the contract");
        if let (SignallingMessage::Offer { connection, .. }, Some(_), true) = (message, &self.page, self.socket_is_up) {
            let sdp = Redacted::new("answer".to_owned());
            self.service_says(&SignallingMessage::Answer { connection, sdp });
        }
    }

    /// The current connection tells something.
    pub(super) fn transport(&mut self, event: TransportEvent) -> &mut Self {
        let (call, connection) = (self.call, self.connection);
        self.tell(Event::Media(MediaEvent::Transport { call, connection, event }));
        self
    }

    // The people of the stories.

    pub(super) fn visitor_comes(&mut self) -> &mut Self {
        self.pages += 1;
        self.page = Some(format!("page {}", self.pages));
        let peer = self.page.clone();
        self.hears(&SignallingMessage::PeerChanged { peer });
        self
    }

    pub(super) fn visitor_leaves(&mut self) -> &mut Self {
        self.page = None;
        self.hears(&SignallingMessage::PeerChanged { peer: None });
        self
    }

    pub(super) fn visitor_hangs_up(&mut self) -> &mut Self {
        self.hears(&SignallingMessage::Bye);
        self
    }

    pub(super) fn signalling_drops(&mut self) -> &mut Self {
        self.socket_is_up = false;
        let (call, socket) = (self.call, self.socket);
        self.tell(Event::Net(NetEvent::SocketClosed { call, socket }));
        self
    }

    pub(super) fn badge(&mut self, card: Card) -> &mut Self {
        self.tell(Event::Badge(BadgeEvent::BadgeRead(card.number())));
        self
    }

    pub(super) fn touch(&mut self, action: UserAction) -> &mut Self {
        self.tell(Event::User(action));
        self
    }

    /// The service orders something in the name of the desk.
    pub(super) fn ordered(&mut self, order: &str, action: OrderedAction) -> &mut Self {
        let order = ServiceOrder { id: OrderId::new(order), staff: StaffId::new(DESK), action };
        self.tell(Event::Net(NetEvent::ServiceOrdered(Box::new(order))));
        self
    }

    /// Its cable is pulled out.
    pub(super) fn reader_goes(&mut self) -> &mut Self {
        self.tell(Event::Badge(BadgeEvent::ReaderDisconnected));
        self
    }

    pub(super) fn reader_comes_back(&mut self) -> &mut Self {
        self.tell(Event::Badge(BadgeEvent::ReaderConnected));
        self
    }

    /// Somebody types a staff number.
    pub(super) fn number(&mut self, number: &str) -> &mut Self {
        self.touch(UserAction::StaffNumberWanted);
        self.touch(UserAction::StaffNumberEntered(Redacted::new(number.to_owned())))
    }

    pub(super) fn pin(&mut self, pin: &str) -> &mut Self {
        self.touch(UserAction::PinEntered(Redacted::new(pin.to_owned())))
    }

    pub(super) fn guard(&mut self, action: UserAction) -> &mut Self {
        self.badge(Card::Guard).pin(PIN).touch(action)
    }

    /// Badge, PIN, "self-check".
    pub(super) fn technician_checks(&mut self) -> &mut Self {
        self.badge(Card::Technician).pin(PIN).touch(UserAction::CheckWanted)
    }

    pub(super) fn guard_opens(&mut self) -> &mut Self {
        self.guard(UserAction::KioskOpened)
    }

    pub(super) fn guard_ends_the_call(&mut self) -> &mut Self {
        self.guard(UserAction::CallEndedByStaff(StaffEndReason::Conduct))
    }

    pub(super) fn accept(&mut self) -> &mut Self {
        self.touch(UserAction::NoticeAccepted)
    }

    /// Ali badges, accepts, and talks to the visitor.
    pub(super) fn in_call() -> Self {
        let mut kiosk = Self::open();
        kiosk.at("09:55").badge(Card::Ali).accept().visitor_comes();
        kiosk.at("10:05").sees(Seen::Call(CallPicture::Live));
        kiosk
    }

    pub(super) fn sync(&mut self, change: impl FnOnce(&mut Schedule)) -> &mut Self {
        change(&mut self.schedule);
        self.watch.synced(&self.schedule);
        let schedule = Box::new(self.schedule.clone());
        self.tell(Event::Net(NetEvent::ScheduleSynced(schedule)));
        self
    }

    pub(super) fn change_booking(&mut self, name: &str, change: impl FnOnce(&mut Booking)) -> &mut Self {
        self.sync(|schedule| {
            let booking = schedule.bookings.iter_mut().find(|booking| booking.id == room::id(name));
            let booking = booking.expect("a booking of the room");
            booking.revision += 1;
            change(booking);
        })
    }

    // Time.

    /// Lets time pass until this time of the day, deadline by deadline.
    pub(super) fn at(&mut self, time: &str) -> &mut Self {
        let wait = self.utc().until(local(time));
        self.wait(wait)
    }

    pub(super) fn wait(&mut self, wait: Duration) -> &mut Self {
        let target = self.boot_ms + u64::try_from(wait.as_millis()).expect("a wait");
        for _ in 0..20_000 {
            let due = self.session.poll_timeout().map(|(at, _)| at.as_millis()).filter(|at| *at < target);
            self.boot_ms = due.unwrap_or(target).max(self.boot_ms);
            self.tell(Event::TimerElapsed);
            if due.is_none() || self.failure.is_some() {
                return self;
            }
        }
        self.fail("time does not pass: deadline follows deadline without end".to_owned());
        self
    }

    pub(super) fn wait_seconds(&mut self, seconds: u64) -> &mut Self {
        self.wait(Duration::from_secs(seconds))
    }

    /// The process dies and starts again; the machine with it where `reboots`.
    pub(super) fn restart(&mut self, down_for: Duration, reboots: bool) -> &mut Self {
        self.silent_rows.clear();
        self.replies.clear();
        self.socket_is_up = false;
        self.boot_ms += u64::try_from(down_for.as_millis()).expect("a while");
        if reboots {
            self.service_at_boot = self.utc() - Duration::from_secs(20);
            self.boot_ms = 20_000;
            self.marks.clear();
        }
        let mut record = RecoveredRecord::default();
        self.committed.iter().for_each(|entry| record.fold(entry));
        let recovery = Recovery {
            record,
            alive_ago: (!reboots).then_some(down_for),
            ended_marks: self.marks.clone(),
            record_lost: self.store == Store::Fails,
        };
        self.watch.process_died(&self.marks);
        let now = self.now();
        self.session = Session::recover(here(), recovery, now);
        self.coverage.forget_last();
        self.carry_out_effects();
        self.deliver_replies();
        let schedule = Some(Box::new(self.schedule.clone()));
        self.tell(Event::Badge(BadgeEvent::ReaderConnected));
        self.tell(Event::Store(StoreEvent::ScheduleLoaded(schedule)));
        self
    }

    // What can be seen.

    pub(super) fn screen(&self) -> Screen {
        self.session.screen()
    }

    pub(super) fn seen(&self) -> Seen {
        match self.screen().view {
            View::OutOfService { cause } => Seen::OutOfService(cause.code()),
            View::Locked => Seen::Locked,
            View::Idle => Seen::Idle,
            View::UnknownBadge => Seen::UnknownBadge,
            View::NoVisitToday => Seen::NoVisitToday,
            View::VisitAtAnotherKiosk { .. } => Seen::AtAnotherKiosk,
            View::TooEarly { .. } => Seen::TooEarly,
            View::TimeUnknown => Seen::TimeUnknown,
            View::Notice { .. } => Seen::Notice,
            View::Preparing { .. } => Seen::Preparing,
            View::WaitingForVisitor { .. } => Seen::Waiting,
            View::InCall(call) => Seen::Call(call.picture),
            View::Ended { reason } => Seen::Ended(reason),
            View::Maintenance(MaintenanceView::Findings { .. }) => Seen::Findings,
            View::Maintenance(MaintenanceView::TouchTest { .. }) => Seen::TouchTest,
        }
    }

    #[track_caller]
    pub(super) fn sees(&mut self, seen: Seen) -> &mut Self {
        self.is_sound();
        assert_eq!(self.seen(), seen, "on the screen");
        self
    }

    #[track_caller]
    pub(super) fn is_sound(&self) {
        if let Some(failure) = &self.failure {
            panic!("{failure}");
        }
    }

    pub(super) fn shows_pad(&self) -> bool {
        matches!(self.screen().overlay, Some(Overlay::PinPad(_)))
    }

    pub(super) fn shows_number_pad(&self) -> bool {
        matches!(self.screen().overlay, Some(Overlay::NumberPad(_)))
    }

    pub(super) fn shows_panel(&self) -> bool {
        matches!(self.screen().overlay, Some(Overlay::GuardPanel(_)))
    }

    pub(super) fn pad_locked_until(&self) -> Option<BootTime> {
        match self.screen().overlay {
            Some(Overlay::PinPad(pad)) => pad.locked_until,
            Some(Overlay::NumberPad(_) | Overlay::GuardPanel(_)) | None => None,
        }
    }

    /// The kinds of all rows on disk.
    pub(super) fn recorded(&self) -> Vec<AuditKind> {
        self.committed.iter().map(|entry| entry.kind.clone()).collect()
    }

    pub(super) fn recorded_end(&self) -> Option<EndReason> {
        self.committed.iter().rev().find_map(|entry| match &entry.kind {
            AuditKind::VisitEnded { reason, .. } => Some(*reason),
            _ => None,
        })
    }

    /// Everything the session ordered from here on.
    pub(super) fn effects_of(&mut self, act: impl FnOnce(&mut Self)) -> Vec<Effect> {
        let before = self.effects.len();
        act(self);
        self.effects.split_off(before)
    }
}

fn now_of(boot_ms: u64, service_at_boot: Utc, wall_jump_ms: i64, known: bool) -> Now {
    let at = service_at_boot + Duration::from_millis(boot_ms);
    Now {
        boot: BootTime::from_millis(boot_ms),
        wall: Utc::from_millis(at.as_millis() + wall_jump_ms),
        service: known.then_some(ServiceTime { at, error: Duration::from_millis(20) }),
    }
}
