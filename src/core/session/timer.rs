//! Deadlines: every state in which someone waits or talks has one, with its reason.

use super::Session;
use super::call::{Call, Link, Phase};
use super::mode::{Closing, KioskMode};
use super::staff::StaffDialog;
use super::visit::Visit;
use crate::domain::BootTime;

/// Why the session wants to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimerReason {
    /// A refused badge's words are taken off the screen.
    RefusalShown,
    /// The notice was not answered.
    NoticeUnanswered,
    /// The slot begins.
    SlotBegins,
    /// A warning before the end is due.
    WarningDue,
    /// The slot is over.
    SlotOver,
    /// The end's reason is taken off the screen.
    EndShown,
    /// Nobody answered "end the visit?".
    EndUnconfirmed,
    /// The join descriptor is asked for again.
    JoinRetry,
    /// Signalling was lost for longer than policy allows.
    SignallingLost,
    /// What the screen says of the remote picture changes.
    PictureChanges,
    /// The engine wants the time.
    Engine,
    /// Media has not confirmed its end.
    MediaStuck,
    /// The number pad was not used.
    NumberPadUnused,
    /// The PIN pad was not used.
    PinPadUnused,
    /// The guard's panel was not touched.
    PanelUnused,
    /// The record has not answered.
    CommitOverdue,
    /// The slot of a visit that nobody took up again is over.
    VisitAbandoned,
    /// The facility closes.
    ClosingHour,
    /// The service waits no longer for a badge to enrol.
    EnrolmentOver,
    /// A technician's screen, or its touch test, was not used.
    MaintenanceUnused,
    /// A language chosen on the idle screen goes back to the default.
    LanguageUnused,
}

type Deadline = (BootTime, TimerReason);

impl Session {
    /// The next deadline and its reason.
    pub fn poll_timeout(&self) -> Option<(BootTime, TimerReason)> {
        let mut deadlines: Vec<Deadline> = Vec::with_capacity(12);
        let mut add = |at: Option<BootTime>, reason| deadlines.extend(at.map(|at| (at, reason)));
        add(self.teardown.as_ref().and_then(|teardown| teardown.abort_at), TimerReason::MediaStuck);
        add(self.ledger.overdue_at(), TimerReason::CommitOverdue);
        add(self.abandoned_at(), TimerReason::VisitAbandoned);
        add(self.enrolment_until, TimerReason::EnrolmentOver);
        add(self.words.unused_at(), TimerReason::LanguageUnused);
        match &self.dialog {
            StaffDialog::Closed => {}
            StaffDialog::NumberPad(pad) => add(Some(pad.closes_at), TimerReason::NumberPadUnused),
            StaffDialog::PinPad(pad) => add(Some(pad.closes_at), TimerReason::PinPadUnused),
            StaffDialog::Panel(panel) => add(Some(panel.closes_at), TimerReason::PanelUnused),
        }
        if let KioskMode::Maintenance(maintenance) = &self.mode {
            add(Some(maintenance.ends_at()), TimerReason::MaintenanceUnused);
        }
        if let KioskMode::Open(open) = &self.mode {
            match open.closing {
                Closing::Never | Closing::AfterVisit { .. } => {}
                Closing::At(at) => add(Some(at), TimerReason::ClosingHour),
            }
            match &open.visit {
                Visit::Idle | Visit::Identified(_) => {}
                Visit::Refused(refused) => add(Some(refused.until), TimerReason::RefusalShown),
                Visit::Notice(notice) => {
                    add(Some(notice.until), TimerReason::NoticeUnanswered);
                    add(Some(notice.plan.ends_at), TimerReason::SlotOver);
                }
                Visit::Call(call) => self.call_deadlines(call, &mut add),
                Visit::Ended(ended) => add(Some(ended.until), TimerReason::EndShown),
            }
        }
        // A deadline that has passed and waits for something else must not spin the shell.
        deadlines.into_iter().filter(|(at, _)| *at > self.now.boot).min_by_key(|(at, _)| *at)
    }

    fn call_deadlines(&self, call: &Call, add: &mut impl FnMut(Option<BootTime>, TimerReason)) {
        let now = self.now.boot;
        let ahead = |at: BootTime| (at > now).then_some(at);
        add(Some(call.plan.ends_at), TimerReason::SlotOver);
        add(ahead(call.plan.begins_at), TimerReason::SlotBegins);
        for before_end in super::call::WARNINGS {
            add(ahead(call.plan.ends_at - before_end), TimerReason::WarningDue);
        }
        add(call.confirming_until, TimerReason::EndUnconfirmed);
        match &call.phase {
            Phase::Preparing(preparing) => add(Some(preparing.next_at()), TimerReason::JoinRetry),
            Phase::Joined(joined) => {
                add(joined.engine.poll_timeout(), TimerReason::Engine);
                match &joined.link {
                    Link::Waiting | Link::Connecting | Link::VisitorAway => {}
                    Link::Connected(connected) => {
                        add(ahead(connected.frames_awaited_until), TimerReason::PictureChanges);
                        add(call.signalling_lost_at(&self.policy()), TimerReason::SignallingLost);
                    }
                    Link::Reconnecting { frozen_until } => add(ahead(*frozen_until), TimerReason::PictureChanges),
                }
            }
        }
    }
}
