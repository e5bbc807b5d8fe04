//! A technician before the kiosk: the self-check on the screen.
//!
//! Reached from a technician's panel while no visit is before the screen, and permits nothing to
//! anybody. A badge put to the reader counts for the reader alone; whose it is, is not asked. The shell
//! measures, and whatever it says of an earlier check changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use super::audit::AuditKind;
use super::defect::planted;
use super::effect::{Effect, ReaderFeedback};
use super::ledger::RowKind;
use super::mode::KioskMode;
use super::screen::{MaintenanceView, TOUCH_FIELDS};
use super::{CheckEvent, OutOfServiceCause, ReaderPresence, Session, UserAction};
use crate::domain::{BootTime, CheckId, CheckPart, CheckVerdict, Finding, Remedy, Role, StaffId};

/// Maintenance that nobody touches is left after this long.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// Somebody who cannot touch a field stops trying.
const TOUCH_TEST_PATIENCE: Duration = Duration::from_secs(20);

/// Maintenance.
///
/// ```text
///                       technician's panel                    "test the touch screen"
///  Locked, OutOfService, ────────────────► Findings ◄──────────────────────────────► TouchTest
///  Open(Idle), which locks                    │        every field touched, or unused
///         ▲                                   │
///         └── "done", unused, technician's rights gone: as before, never open ◄── also any cause,
///                                                                        the service's order
/// ```
#[derive(Debug)]
pub(super) struct Maintenance {
    staff: StaffId,
    before: Before,
    /// The check that runs.
    check: Option<CheckId>,
    findings: BTreeMap<CheckPart, Finding>,
    badge_was_read: bool,
    touch_test: Option<TouchTest>,
    touched: Option<Finding>,
    pub(super) unused_at: BootTime,
}

/// What the kiosk is again afterwards.
#[derive(Debug, Clone, Copy)]
enum Before {
    Locked,
    OutOfService(OutOfServiceCause),
}

#[derive(Debug)]
struct TouchTest {
    fields: [bool; TOUCH_FIELDS],
    unused_at: BootTime,
}

impl Maintenance {
    /// When something of it ends by itself.
    pub(super) fn ends_at(&self) -> BootTime {
        self.touch_test.as_ref().map_or(self.unused_at, |test| test.unused_at.min(self.unused_at))
    }

    /// What the kiosk is out of service by beneath.
    pub(super) fn cause_beneath(&self) -> Option<OutOfServiceCause> {
        match self.before {
            Before::Locked => None,
            Before::OutOfService(cause) => Some(cause),
        }
    }

    #[cfg(test)]
    pub(super) fn is_touch_test(&self) -> bool {
        self.touch_test.is_some()
    }

    fn end_touch_test(&mut self) {
        let Some(test) = self.touch_test.take() else { return };
        let count = test.fields.iter().filter(|touched| **touched).count();
        let value = format!("{count}/{TOUCH_FIELDS}");
        self.touched = Some(match count {
            TOUCH_FIELDS => Finding::pass(CheckPart::Touch, value),
            _ => Finding::fail(CheckPart::Touch, value, Remedy::TapEveryField),
        });
    }

    /// Until somebody has touched every field, nobody knows.
    fn touch_finding(&self) -> Option<Finding> {
        let by_kernel = self.findings.get(&CheckPart::Touch)?;
        Some(match &self.touched {
            Some(finding) => finding.clone(),
            None if by_kernel.verdict == CheckVerdict::Fail => by_kernel.clone(),
            None => Finding::warn(CheckPart::Touch, by_kernel.value.clone(), Remedy::TapEveryField),
        })
    }
}

impl Session {
    /// Whether this member of staff may maintain kiosks.
    fn is_technician(&self, staff: &StaffId) -> bool {
        let utc = self.now.best_utc();
        let members = self.schedule.as_ref().map(|schedule| schedule.staff.as_slice()).unwrap_or_default();
        let member = members.iter().find(|member| &member.id == staff && member.valid_until > utc);
        member.is_some_and(|member| member.role == Role::Technician || planted!(MaintenanceByGuard))
    }

    /// Whether the panel of this member of staff offers the self-check.
    pub(super) fn may_maintain(&self, staff: &StaffId) -> bool {
        let is_quiet = match &self.mode {
            KioskMode::Locked { opening } => opening.is_none(),
            KioskMode::OutOfService { returning, .. } => returning.is_none(),
            KioskMode::Open(open) => !open.visit.is_running() || planted!(MaintenanceInCall),
            KioskMode::Maintenance(_) => false,
        };
        is_quiet && self.teardown.is_none() && self.is_technician(staff)
    }

    pub(super) fn enter_maintenance(&mut self, staff: StaffId) {
        if matches!(self.mode, KioskMode::Open(_)) {
            self.lock_now(Some(staff.clone()));
        }
        let before = match &self.mode {
            KioskMode::OutOfService { cause, .. } => Before::OutOfService(*cause),
            KioskMode::Locked { .. } | KioskMode::Open(_) => Before::Locked,
            KioskMode::Maintenance(_) => return,
        };
        self.record(RowKind::Fact, AuditKind::MaintenanceEntered { staff: staff.clone() });
        self.mode = KioskMode::Maintenance(Box::new(Maintenance {
            staff,
            before,
            check: None,
            findings: BTreeMap::new(),
            badge_was_read: false,
            touch_test: None,
            touched: None,
            unused_at: self.now.boot + PATIENCE,
        }));
        self.start_check();
    }

    /// The kiosk is what it was before; whoever was allowed to open it still has to.
    pub(super) fn leave_maintenance(&mut self) {
        let KioskMode::Maintenance(maintenance) = &self.mode else { return };
        let (staff, before, check) = (maintenance.staff.clone(), maintenance.before, maintenance.check);
        if let Some(check) = check {
            self.effects.push_back(Effect::StopCheck { check });
        }
        self.mode = match before {
            Before::Locked => KioskMode::Locked { opening: None },
            Before::OutOfService(cause) => KioskMode::OutOfService { cause, returning: None },
        };
        self.words.forget();
        self.record(RowKind::Fact, AuditKind::MaintenanceLeft { staff });
    }

    /// Maintenance ends where its technician's rights have.
    pub(super) fn recheck_technician(&mut self) {
        if let KioskMode::Maintenance(maintenance) = &self.mode
            && !self.is_technician(&maintenance.staff)
        {
            self.leave_maintenance();
        }
    }

    fn start_check(&mut self) {
        let check = self.last_check.next();
        self.last_check = check;
        if let KioskMode::Maintenance(maintenance) = &mut self.mode {
            maintenance.check = Some(check);
            maintenance.findings.clear();
            self.effects.push_back(Effect::StartCheck { check });
        }
    }

    /// A touch on the technician's screen.
    pub(super) fn maintenance_used(&mut self, action: &UserAction) {
        let now = self.now.boot;
        let KioskMode::Maintenance(maintenance) = &mut self.mode else { return };
        maintenance.unused_at = now + PATIENCE;
        match action {
            UserAction::CheckRepeated if maintenance.check.is_none() => self.start_check(),
            UserAction::TouchTestWanted => {
                let unused_at = now + TOUCH_TEST_PATIENCE;
                maintenance.touch_test = Some(TouchTest { fields: [false; TOUCH_FIELDS], unused_at });
            }
            UserAction::FieldTouched(field) => {
                let Some(test) = &mut maintenance.touch_test else { return };
                if let Some(touched) = test.fields.get_mut(*field) {
                    *touched = true;
                    test.unused_at = now + TOUCH_TEST_PATIENCE;
                }
                if test.fields.iter().all(|touched| *touched) {
                    maintenance.end_touch_test();
                }
            }
            UserAction::MaintenanceLeft => self.leave_maintenance(),
            UserAction::CheckRepeated
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
            | UserAction::KioskOpened
            | UserAction::KioskLocked
            | UserAction::CallEndedByStaff(_)
            | UserAction::TakenOutOfService
            | UserAction::ReturnedToService
            | UserAction::CheckWanted
            | UserAction::PanelClosed
            | UserAction::PanelTouched => {}
        }
    }

    /// The shell measured something, or is done.
    pub(super) fn check_told(&mut self, event: CheckEvent) {
        let KioskMode::Maintenance(maintenance) = &mut self.mode else { return };
        let awaited = maintenance.check;
        let is_awaited = |check: CheckId| awaited == Some(check) || planted!(StaleFindingAccepted);
        match event {
            CheckEvent::Found { check, finding } if is_awaited(check) => {
                maintenance.findings.insert(finding.part, finding);
            }
            CheckEvent::Finished { check } if is_awaited(check) => maintenance.check = None,
            CheckEvent::Found { .. } | CheckEvent::Finished { .. } => {}
        }
    }

    /// A badge was put to the reader; whether that was all there is to it.
    pub(super) fn badge_counts_for_reader(&mut self) -> bool {
        let now = self.now.boot;
        let KioskMode::Maintenance(maintenance) = &mut self.mode else { return false };
        maintenance.badge_was_read = true;
        maintenance.unused_at = now + PATIENCE;
        self.effects.push_back(Effect::ShowAtReader(ReaderFeedback::Accepted));
        true
    }

    pub(super) fn maintenance_time_passed(&mut self) {
        let now = self.now.boot;
        let KioskMode::Maintenance(maintenance) = &mut self.mode else { return };
        if maintenance.touch_test.as_ref().is_some_and(|test| test.unused_at <= now) {
            maintenance.end_touch_test();
        }
        if maintenance.unused_at <= now && !planted!(MaintenanceStaysOpen) {
            self.leave_maintenance();
        }
    }

    pub(super) fn maintenance_view(&self, maintenance: &Maintenance) -> MaintenanceView {
        if let Some(test) = &maintenance.touch_test {
            return MaintenanceView::TouchTest { touched: test.fields };
        }
        let mut findings = maintenance.findings.clone();
        findings.insert(CheckPart::Reader, self.reader_finding(maintenance.badge_was_read));
        findings.extend(maintenance.touch_finding().map(|finding| (CheckPart::Touch, finding)));
        MaintenanceView::Findings {
            findings: findings.into_values().collect(),
            is_running: maintenance.check.is_some(),
        }
    }

    /// The reader, as its own thread has told: the check does not touch it.
    fn reader_finding(&self, badge_was_read: bool) -> Finding {
        let condition = self.devices.reader_condition;
        match self.devices.reader {
            ReaderPresence::Absent => Finding::fail(CheckPart::Reader, "", Remedy::PlugReader),
            ReaderPresence::NotTrusted(distrust) => {
                Finding::fail(CheckPart::Reader, distrust.code(), Remedy::InstallReaderKey)
            }
            ReaderPresence::Present if condition.tampered || condition.power_failing => {
                Finding::warn(CheckPart::Reader, "", Remedy::CloseReaderCase)
            }
            ReaderPresence::Present if badge_was_read => Finding::pass(CheckPart::Reader, ""),
            ReaderPresence::Present => Finding::warn(CheckPart::Reader, "", Remedy::TapBadge),
        }
    }
}
