//! The guard before the kiosk: badge or staff number, PIN pad, panel.
//!
//! Lies over whatever is on the screen and never stops a running call. A panel is open only for the
//! member of staff whose PIN was right.

use std::time::Duration;

use super::audit::AuditKind;
use super::defect::planted;
use super::effect::{Effect, ReaderFeedback};
use super::ledger::RowKind;
use super::mode::{KioskMode, Open};
use super::screen::GuardPanel;
use super::staff_number::{Claim, NumberPadState};
use super::visit::Visit;
use super::{OutOfServiceCause, Session, UserAction};
use crate::domain::{BootTime, EndReason, PinAttemptId, Redacted, StaffEndReason, StaffId, StaffMember};

pub(super) const PAD_PATIENCE: Duration = Duration::from_secs(30);
const PANEL_PATIENCE: Duration = Duration::from_secs(30);
const LONGEST_PIN_BYTES: usize = 64;

/// What lies over the screen.
///
/// ```text
///  Closed ──badge──────────────────────────► PinPad ──right PIN──► Panel
///    └──"staff number"──► NumberPad ──any────►▲ └─┘ wrong PIN
///         where no trusted reader is and policy allows it
/// ```
/// Each closes by itself, and by its own button.
#[derive(Debug)]
pub(super) enum StaffDialog {
    Closed,
    NumberPad(NumberPadState),
    PinPad(PinPadState),
    Panel(PanelState),
}

#[derive(Debug)]
pub(super) struct PinPadState {
    pub(super) claim: Claim,
    pub(super) wrong: bool,
    pub(super) checking: Option<PinAttemptId>,
    pub(super) closes_at: BootTime,
}

#[derive(Debug)]
pub(super) struct PanelState {
    pub(super) staff: StaffId,
    pub(super) closes_at: BootTime,
}

impl StaffDialog {
    pub(super) fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }

    /// Before whom it lies, as their badge or their PIN said.
    fn staff(&self) -> Option<&StaffId> {
        match self {
            Self::Closed | Self::NumberPad(_) => None,
            Self::PinPad(PinPadState { claim: Claim::Badge(staff), .. }) => Some(&staff.id),
            Self::PinPad(PinPadState { claim: Claim::Number { .. }, .. }) => None,
            Self::Panel(panel) => Some(&panel.staff),
        }
    }
}

impl Session {
    pub(super) fn staff_badge_read(&mut self, staff: StaffMember) {
        self.effects.push_back(Effect::ShowAtReader(ReaderFeedback::Accepted));
        if self.dialog.staff() == Some(&staff.id) {
            self.panel_touched();
            return;
        }
        if planted!(PanelWithoutPin) {
            let closes_at = self.now.boot + PANEL_PATIENCE;
            self.dialog = StaffDialog::Panel(PanelState { staff: staff.id, closes_at });
            return;
        }
        let closes_at = self.now.boot + PAD_PATIENCE;
        self.dialog =
            StaffDialog::PinPad(PinPadState { claim: Claim::Badge(staff), wrong: false, checking: None, closes_at });
    }

    pub(super) fn pin_entered(&mut self, pin: Redacted<String>) {
        let now = self.now.boot;
        let StaffDialog::PinPad(pad) = &mut self.dialog else { return };
        let is_locked_out = pad.claim.locked_until(&self.lockouts, now).is_some();
        if pad.checking.is_some() || is_locked_out || pin.reveal().len() > LONGEST_PIN_BYTES {
            return;
        }
        let attempt = self.last_attempt.next();
        self.last_attempt = attempt;
        pad.checking = Some(attempt);
        pad.wrong = false;
        pad.closes_at = now + PAD_PATIENCE;
        let claim = pad.claim.clone();
        self.compare_pin(attempt, pin, &claim);
    }

    pub(super) fn pin_verified(&mut self, attempt: PinAttemptId, right: bool) {
        let StaffDialog::PinPad(pad) = &self.dialog else { return };
        if pad.checking != Some(attempt) {
            return;
        }
        let claim = pad.claim.clone();
        match claim.staff() {
            Some(staff) if right => self.pin_accepted(&claim, &staff.id),
            Some(staff) => self.pin_refused(&claim, Some(&staff.id)),
            None if right && planted!(UnknownNumberOpensPanel) => self.pin_accepted(&claim, &StaffId::new("nobody")),
            None => self.pin_refused(&claim, None),
        }
    }

    fn pin_accepted(&mut self, claim: &Claim, staff: &StaffId) {
        let closes_at = self.now.boot + PANEL_PATIENCE;
        self.dialog = StaffDialog::Panel(PanelState { staff: staff.clone(), closes_at });
        self.lockouts.accepted(staff);
        self.record(RowKind::Fact, AuditKind::PinAccepted { staff: staff.clone() });
        match claim {
            Claim::Badge(_) => {}
            Claim::Number { typed, .. } => {
                self.lockouts.by_number.accepted(typed);
                self.record(RowKind::Fact, AuditKind::StaffNumberUsed { staff: staff.clone() });
            }
        }
    }

    fn pin_refused(&mut self, claim: &Claim, staff: Option<&StaffId>) {
        let now = self.now.boot;
        if let StaffDialog::PinPad(pad) = &mut self.dialog {
            (pad.wrong, pad.checking, pad.closes_at) = (true, None, now + PAD_PATIENCE);
        }
        let by_number = match claim {
            Claim::Badge(staff) => {
                self.lockouts.refused(&staff.id, now);
                false
            }
            Claim::Number { typed, .. } => {
                self.lockouts.by_number.refused(typed, now);
                true
            }
        };
        match staff.cloned() {
            Some(staff) => _ = self.record(RowKind::Fact, AuditKind::PinRefused { staff, by_number }),
            None if planted!(NumberRefusalNotRecorded) => {}
            None => _ = self.record(RowKind::Fact, AuditKind::StaffNumberRefused),
        }
    }

    pub(super) fn pad_cancelled(&mut self) {
        if matches!(self.dialog, StaffDialog::NumberPad(_) | StaffDialog::PinPad(_)) {
            self.dialog = StaffDialog::Closed;
        }
    }

    pub(super) fn panel_closed(&mut self) {
        if matches!(self.dialog, StaffDialog::Panel(_)) {
            self.dialog = StaffDialog::Closed;
        }
    }

    pub(super) fn panel_touched(&mut self) {
        let closes_at = self.now.boot + PANEL_PATIENCE;
        if let StaffDialog::Panel(panel) = &mut self.dialog {
            panel.closes_at = closes_at;
        }
    }

    /// Staff whose rights are gone lose pad and panel at once. A pad after a number stays, and takes
    /// no PIN any more: if it closed, it would tell whose numbers exist.
    pub(super) fn recheck_staff(&mut self) {
        let utc = self.now.best_utc();
        let members = self.schedule.as_ref().map(|schedule| schedule.staff.as_slice()).unwrap_or_default();
        let may_act = |id: &StaffId| members.iter().any(|member| &member.id == id && member.valid_until > utc);
        let stays = match &mut self.dialog {
            StaffDialog::Closed => true,
            StaffDialog::NumberPad(_) => self.allows_staff_number(),
            StaffDialog::PinPad(PinPadState { claim: Claim::Badge(staff), .. }) => may_act(&staff.id),
            StaffDialog::PinPad(PinPadState { claim: Claim::Number { staff, .. }, .. }) => {
                staff.take_if(|staff| !may_act(&staff.id));
                self.allows_staff_number()
            }
            StaffDialog::Panel(panel) => may_act(&panel.staff),
        };
        if !stays {
            self.dialog = StaffDialog::Closed;
        }
        self.recheck_technician();
    }

    /// What the panel offers just now.
    pub(super) fn panel(&self, PanelState { staff, closes_at }: &PanelState) -> GuardPanel {
        let (can_open, can_lock, can_end, can_take, can_return) = match &self.mode {
            KioskMode::Locked { opening } => (opening.is_none() && self.may_permit(), false, false, true, false),
            KioskMode::Open(open) => match &open.visit {
                Visit::Idle | Visit::Refused(_) | Visit::Ended(_) => (false, true, false, true, false),
                Visit::Identified(_) | Visit::Notice(_) => (false, true, true, true, false),
                Visit::Call(_) => (false, false, true, true, false),
            },
            KioskMode::OutOfService { cause, returning } => {
                let can_return = cause.staff_may_return() && returning.is_none();
                (false, false, false, *cause != OutOfServiceCause::ByStaff, can_return)
            }
            KioskMode::Maintenance(_) => (false, false, false, false, false),
        };
        let end_reasons = if can_end { StaffEndReason::ALL.to_vec() } else { Vec::new() };
        let can_take_out_of_service = can_take && !matches!(self.mode, KioskMode::OutOfService { .. });
        GuardPanel {
            can_open,
            can_lock,
            end_reasons,
            can_take_out_of_service,
            can_return_to_service: can_return,
            can_check: self.may_maintain(staff),
            closes_at: *closes_at,
        }
    }

    /// A button of the panel, pressed by whoever's PIN opened it. Only what the panel offers counts.
    pub(super) fn panel_used(&mut self, action: &UserAction) {
        let StaffDialog::Panel(panel) = &self.dialog else { return };
        let staff = panel.staff.clone();
        let offered = self.panel(panel);
        self.panel_touched();
        let is_done = match action {
            UserAction::KioskOpened if offered.can_open => {
                self.ask_to_open(staff);
                true
            }
            UserAction::KioskLocked if offered.can_lock => {
                self.lock(Some(staff), false);
                true
            }
            UserAction::CallEndedByStaff(reason) if offered.end_reasons.contains(reason) => {
                self.end_visit(EndReason::StaffEnded(*reason), Some(staff));
                true
            }
            UserAction::TakenOutOfService if offered.can_take_out_of_service => {
                self.take_out_of_service(OutOfServiceCause::ByStaff, Some(staff));
                true
            }
            UserAction::ReturnedToService if offered.can_return_to_service => {
                self.ask_to_return(staff);
                false
            }
            UserAction::CheckWanted if offered.can_check => {
                self.enter_maintenance(staff);
                true
            }
            UserAction::KioskOpened
            | UserAction::KioskLocked
            | UserAction::CallEndedByStaff(_)
            | UserAction::TakenOutOfService
            | UserAction::ReturnedToService
            | UserAction::CheckWanted
            | UserAction::CheckRepeated
            | UserAction::TouchTestWanted
            | UserAction::FieldTouched(_)
            | UserAction::MaintenanceLeft
            | UserAction::LanguageChosen(_)
            | UserAction::NoticeAccepted
            | UserAction::NoticeDeclined
            | UserAction::EndRequested
            | UserAction::EndConfirmed
            | UserAction::EndCancelled
            | UserAction::StaffNumberWanted
            | UserAction::StaffNumberEntered(_)
            | UserAction::PinEntered(_)
            | UserAction::PinCancelled
            | UserAction::PanelClosed
            | UserAction::PanelTouched => false,
        };
        if is_done {
            self.dialog = StaffDialog::Closed;
        }
    }

    /// Whether someone's visit, or a technician, is before the screen, so that a language choice belongs to them.
    pub(super) fn is_in_visit(&self) -> bool {
        match &self.mode {
            KioskMode::Open(Open { visit, .. }) => match visit {
                Visit::Idle | Visit::Refused(_) => false,
                Visit::Identified(_) | Visit::Notice(_) | Visit::Call(_) | Visit::Ended(_) => true,
            },
            KioskMode::Maintenance(_) => true,
            KioskMode::Locked { .. } | KioskMode::OutOfService { .. } => false,
        }
    }
}
