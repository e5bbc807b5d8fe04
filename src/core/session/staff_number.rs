//! A guard who comes by staff number, because no reader is there that could be believed.
//!
//! Only where policy allows it, and never beside a reader that works. The PIN pad follows whatever was
//! typed: a number that names nobody is asked for a PIN, compared with [`NOBODYS_PIN_VERIFIER`] and
//! refused exactly as a known one with a wrong PIN, so that nobody can ask here which numbers exist.

use super::defect::planted;
use super::effect::Effect;
use super::lockout::Lockouts;
use super::mode::KioskMode;
use super::staff::{PAD_PATIENCE, PinPadState, StaffDialog};
use super::visit::Visit;
use super::{ReaderPresence, Session};
use crate::domain::{BootTime, NOBODYS_PIN_VERIFIER, PinAttemptId, Redacted, StaffMember};

const LONGEST_NUMBER_BYTES: usize = 16;

/// The pad for a staff number.
#[derive(Debug)]
pub(super) struct NumberPadState {
    pub(super) closes_at: BootTime,
}

/// By what somebody says who they are; only the PIN proves it.
#[derive(Debug, Clone)]
pub(super) enum Claim {
    Badge(StaffMember),
    /// What was typed, and whom it names that may act here.
    Number {
        typed: Redacted<String>,
        staff: Option<StaffMember>,
    },
}

impl Claim {
    /// Whom it names.
    pub(super) fn staff(&self) -> Option<&StaffMember> {
        match self {
            Self::Badge(staff) => Some(staff),
            Self::Number { staff, .. } => staff.as_ref(),
        }
    }

    pub(super) fn verifier(&self) -> Redacted<String> {
        let nobodys = || Redacted::new(NOBODYS_PIN_VERIFIER.to_owned());
        self.staff().map_or_else(nobodys, |staff| staff.pin_verifier.clone())
    }

    /// Until when no PIN is taken from whoever makes this claim.
    pub(super) fn locked_until(&self, lockouts: &Lockouts, now: BootTime) -> Option<BootTime> {
        match self {
            Self::Badge(staff) => lockouts.locked_until(&staff.id, now),
            Self::Number { typed, .. } => lockouts.by_number.locked_until(typed, now),
        }
    }
}

impl Session {
    /// Whether the screen offers to come by number.
    pub(super) fn offers_staff_number(&self) -> bool {
        let reader_is_away = match self.devices.reader {
            ReaderPresence::Present => planted!(NumberPadWithReader),
            ReaderPresence::Absent | ReaderPresence::NotTrusted(_) => true,
        };
        let has_room = match &self.mode {
            KioskMode::Locked { .. } | KioskMode::OutOfService { .. } => true,
            KioskMode::Maintenance(_) => false,
            KioskMode::Open(open) => match &open.visit {
                Visit::Idle | Visit::Identified(_) | Visit::Call(_) => true,
                // These go away by themselves within a minute.
                Visit::Refused(_) | Visit::Notice(_) | Visit::Ended(_) => false,
            },
        };
        reader_is_away && has_room && self.allows_staff_number() && self.dialog.is_closed()
    }

    pub(super) fn allows_staff_number(&self) -> bool {
        let policy = self.schedule.as_ref().map(|schedule| &schedule.policy);
        policy.is_some_and(|policy| policy.staff_number_without_reader) || planted!(NumberPadAgainstPolicy)
    }

    /// "Staff number" was touched. Once open, the pad stays even if the reader comes back.
    pub(super) fn staff_number_wanted(&mut self) {
        if self.offers_staff_number() {
            self.dialog = StaffDialog::NumberPad(NumberPadState { closes_at: self.now.boot + PAD_PATIENCE });
        }
    }

    /// A number was typed: the PIN pad follows, whomever it names.
    pub(super) fn staff_number_entered(&mut self, typed: Redacted<String>) {
        if !matches!(self.dialog, StaffDialog::NumberPad(_)) || typed.reveal().len() > LONGEST_NUMBER_BYTES {
            return;
        }
        let utc = self.now.best_utc();
        let named = self.schedule.as_ref().and_then(|schedule| schedule.staff_with_number(&typed));
        let staff = named.filter(|staff| staff.valid_until > utc || planted!(ExpiredStaffAccepted)).cloned();
        if staff.is_none() && planted!(UnknownNumberTold) {
            self.dialog = StaffDialog::Closed;
            return;
        }
        let closes_at = self.now.boot + PAD_PATIENCE;
        let claim = Claim::Number { typed, staff };
        self.dialog = StaffDialog::PinPad(PinPadState { claim, wrong: false, checking: None, closes_at });
    }

    /// Has a PIN compared; one after a number that names nobody too, for the time that it takes.
    pub(super) fn compare_pin(&mut self, attempt: PinAttemptId, pin: Redacted<String>, claim: &Claim) {
        if claim.staff().is_none() && planted!(UnknownNumberNotCompared) {
            return self.pin_verified(attempt, false);
        }
        self.effects.push_back(Effect::VerifyPin { attempt, pin, verifier: claim.verifier() });
    }
}
