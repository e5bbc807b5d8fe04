//! The wizard of a machine that is no kiosk yet: the state machine behind its screen.
//!
//! Owns the steps by which a technician makes a machine a kiosk, what was typed, and which answer still
//! counts. It trusts nobody by itself: an authority that this machine does not know is trusted once its
//! digits were compared, and no code leaves before that. It has a disk that does not open made anew once
//! the machine has its identity, never before. Shells reach, redeem and wait, and answer by the number of
//! the attempt; an answer to an earlier attempt changes nothing.

mod problem;
#[cfg(test)]
mod tests;
mod words;

use std::collections::VecDeque;
use std::time::Duration;

pub use problem::{Problem, StickProblem};
pub use words::{
    Answer, AttemptId, AuthorityDigits, CODE_ALPHABET, CODE_LENGTH, Disk, ShortCode, Touch, Trust, Waiting,
    WizardEffect, WizardEvent, WizardScreen, WizardView,
};

use crate::domain::{BootTime, KioskId, Language, Redacted};

/// The kiosk's name is read before its locked screen comes.
const DONE_SHOWN_FOR: Duration = Duration::from_secs(4);
const LONGEST_ADDRESS: usize = 100;

/// Where the technician is.
///
/// ```text
///            ┌──────────── refused, not the same digits, no answer ───────────┐
///            ▼                                                                │
/// Address ──next──► Reaching ──trusted──────────────► Code ◄──── refused ── Redeeming ──► Done ──► the kiosk
///    ▲                 │                              │ ▲ ▲                   ▲
///    │                 └──unknown authority──► Digits ┘ │ │   twelve letters  │
///    └────────────────────── back ──────────────────────┘ │  ─────────────────┘
///                                                         │
///                        Code ──the office approves──► Asking ──► Approval ──approved──► Done
///                                                         └── refused, expired, back ──► Code
///
/// Address, Code ──a stick is there──► Stick ──a name──► RedeemingFile ──► Done;  refused ──► Stick
///
/// where the disk does not open:
/// DiskClosed ──next──► Address or Reaching …  Done ──► MakingDisk ──► a restart of the machine
///                                                      │   ▲
///                                                    failed└─next─ DiskNotMade
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    DiskClosed,
    Address { problem: Option<Problem> },
    Reaching,
    Digits { digits: AuthorityDigits },
    Code { problem: Option<Problem> },
    Redeeming,
    Asking,
    Approval { short_code: ShortCode, expires_at: BootTime },
    Stick { problem: Option<StickProblem> },
    RedeemingFile,
    Done { kiosk: KioskId, begins_at: BootTime },
    MakingDisk,
    DiskNotMade { problem: Problem },
}

/// See the module.
#[derive(Debug)]
pub struct Wizard {
    language: Language,
    /// Without its `https://`, which cannot be typed away.
    address: String,
    code: Redacted<String>,
    trust: Trust,
    /// Kiosks that a stick has files for.
    stick: Vec<KioskId>,
    disk: Disk,
    step: Step,
    attempt: AttemptId,
    effects: VecDeque<WizardEffect>,
}

impl Wizard {
    /// A wizard on a machine that was given this address of its service, if any; it is tried at once, or
    /// once somebody has read that the disk does not open.
    pub fn begin(given_address: Option<&str>, disk: Disk) -> Self {
        let address = given_address.map(|given| given.trim_start_matches("https://").trim_end_matches('/').to_owned());
        let mut wizard = Self {
            language: Language::default(),
            address: address.unwrap_or_default(),
            code: Redacted::default(),
            trust: Trust::Known,
            stick: Vec::new(),
            disk,
            step: Step::DiskClosed,
            attempt: AttemptId(0),
            effects: VecDeque::new(),
        };
        if disk == Disk::Opens {
            wizard.look_for_service();
        }
        wizard
    }

    /// Takes an event.
    pub fn handle(&mut self, event: WizardEvent, now: BootTime) {
        self.time_passes(now);
        match event {
            WizardEvent::Touched(touch) => self.touched(touch, now),
            WizardEvent::Answered { attempt, answer } if attempt == self.attempt => self.answered(answer, now),
            WizardEvent::Answered { .. } | WizardEvent::TimePassed => {}
            WizardEvent::StickSeen(kiosks) => self.stick_seen(kiosks),
            WizardEvent::IdentitySeen => self.identity_seen(),
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<WizardEffect> {
        self.effects.pop_front()
    }

    /// When something happens by itself.
    pub fn poll_timeout(&self) -> Option<BootTime> {
        match &self.step {
            Step::Approval { expires_at, .. } => Some(*expires_at),
            Step::Done { begins_at, .. } => Some(*begins_at),
            Step::DiskClosed
            | Step::Address { .. }
            | Step::Reaching
            | Step::Digits { .. }
            | Step::Code { .. }
            | Step::Redeeming
            | Step::Asking
            | Step::Stick { .. }
            | Step::RedeemingFile
            | Step::MakingDisk
            | Step::DiskNotMade { .. } => None,
        }
    }

    /// What people see.
    pub fn screen(&self) -> WizardScreen {
        let view = match &self.step {
            Step::DiskClosed => WizardView::DiskClosed,
            Step::Address { problem } => WizardView::Address { typed: self.address.clone(), problem: *problem },
            Step::Reaching => WizardView::Waiting(Waiting::Reaching),
            Step::Digits { digits } => WizardView::Digits(digits.clone()),
            Step::Code { problem } => WizardView::Code { typed: self.code.clone(), problem: *problem },
            Step::Redeeming | Step::RedeemingFile => WizardView::Waiting(Waiting::Redeeming),
            Step::Asking => WizardView::Waiting(Waiting::Asking),
            Step::Approval { short_code, expires_at } => {
                WizardView::Approval { short_code: short_code.clone(), expires_at: *expires_at }
            }
            Step::Stick { problem } => WizardView::Stick { kiosks: self.stick.clone(), problem: problem.clone() },
            Step::Done { kiosk, .. } => WizardView::Done(kiosk.clone()),
            Step::MakingDisk => WizardView::Waiting(Waiting::MakingDisk),
            Step::DiskNotMade { problem } => WizardView::DiskNotMade(*problem),
        };
        let offers_stick = !self.stick.is_empty() && matches!(self.step, Step::Address { .. } | Step::Code { .. });
        WizardScreen { language: self.language, address: self.address.clone(), offers_stick, view }
    }

    fn time_passes(&mut self, now: BootTime) {
        if self.poll_timeout().is_none_or(|at| now < at) {
            return;
        }
        if matches!(self.step, Step::Approval { .. }) {
            self.give_up();
            self.step = Step::Code { problem: Some(Problem::ApprovalExpired) };
        } else {
            self.become_kiosk();
        }
    }

    /// The identity is there: the kiosk starts, on a disk that keeps what it writes.
    fn become_kiosk(&mut self) {
        match self.disk {
            Disk::Opens if self.effects.contains(&WizardEffect::StartKiosk) => {}
            Disk::Opens => self.effects.push_back(WizardEffect::StartKiosk),
            Disk::Closed => {
                let attempt = self.begin_attempt(Step::MakingDisk);
                self.effects.push_back(WizardEffect::MakeDiskAnew { attempt });
            }
        }
    }

    fn touched(&mut self, touch: Touch, now: BootTime) {
        match touch {
            Touch::Language(language) => self.language = language,
            Touch::Key(key) => self.typed(key),
            Touch::Erase => self.erase(),
            Touch::Next => self.next(),
            Touch::Back => self.back(),
            Touch::SameDigits => self.compared(true),
            Touch::OtherDigits => self.compared(false),
            Touch::AskOffice => {
                if matches!(self.step, Step::Code { .. }) {
                    let attempt = self.begin_attempt(Step::Asking);
                    let (address, trust) = (self.url(), self.trust.clone());
                    self.effects.push_back(WizardEffect::AskOffice { attempt, address, trust });
                }
            }
            Touch::UseStick => {
                if !self.stick.is_empty() && matches!(self.step, Step::Address { .. } | Step::Code { .. }) {
                    self.step = Step::Stick { problem: None };
                }
            }
            Touch::StickKiosk(kiosk) => {
                if matches!(self.step, Step::Stick { .. }) && self.stick.contains(&kiosk) {
                    let attempt = self.begin_attempt(Step::RedeemingFile);
                    self.effects.push_back(WizardEffect::RedeemFile { attempt, kiosk });
                }
            }
        }
        self.time_passes(now);
    }

    fn typed(&mut self, key: char) {
        match &mut self.step {
            Step::Address { problem } => {
                *problem = None;
                if self.address.len() < LONGEST_ADDRESS && (key.is_ascii_alphanumeric() || ".-:/".contains(key)) {
                    self.address.push(key.to_ascii_lowercase());
                }
            }
            Step::Code { problem } => {
                *problem = None;
                let mut code = self.code.reveal().clone();
                if code.len() < CODE_LENGTH && CODE_ALPHABET.contains(key) {
                    code.push(key);
                }
                self.code = Redacted::new(code);
            }
            Step::DiskClosed
            | Step::Reaching
            | Step::Digits { .. }
            | Step::Redeeming
            | Step::Asking
            | Step::Approval { .. }
            | Step::Stick { .. }
            | Step::RedeemingFile
            | Step::Done { .. }
            | Step::MakingDisk
            | Step::DiskNotMade { .. } => {}
        }
    }

    fn erase(&mut self) {
        if matches!(self.step, Step::Address { .. }) {
            self.address.pop();
        }
        if matches!(self.step, Step::Code { .. }) {
            let mut code = self.code.reveal().clone();
            code.pop();
            self.code = Redacted::new(code);
        }
    }

    fn next(&mut self) {
        match &self.step {
            Step::DiskClosed => self.look_for_service(),
            Step::Address { .. } if !self.address.is_empty() => self.reach(),
            Step::Code { .. } if self.code.reveal().len() == CODE_LENGTH => {
                let attempt = self.begin_attempt(Step::Redeeming);
                let (address, trust, code) = (self.url(), self.trust.clone(), std::mem::take(&mut self.code));
                self.effects.push_back(WizardEffect::RedeemCode { attempt, address, trust, code });
            }
            Step::Done { .. } | Step::DiskNotMade { .. } => self.become_kiosk(),
            Step::Address { .. }
            | Step::Reaching
            | Step::Digits { .. }
            | Step::Code { .. }
            | Step::Redeeming
            | Step::Asking
            | Step::Approval { .. }
            | Step::Stick { .. }
            | Step::RedeemingFile
            | Step::MakingDisk => {}
        }
    }

    /// What was handed over cannot be taken back: while a code or a file is redeemed there is no way back.
    fn back(&mut self) {
        match &self.step {
            Step::Reaching | Step::Digits { .. } | Step::Code { .. } | Step::Stick { .. } => {
                self.give_up();
                self.code = Redacted::default();
                self.step = Step::Address { problem: None };
            }
            Step::Asking | Step::Approval { .. } => {
                self.give_up();
                self.step = Step::Code { problem: None };
            }
            Step::DiskClosed
            | Step::Address { .. }
            | Step::Redeeming
            | Step::RedeemingFile
            | Step::Done { .. }
            | Step::MakingDisk
            | Step::DiskNotMade { .. } => {}
        }
    }

    fn compared(&mut self, same: bool) {
        let Step::Digits { digits } = &self.step else { return };
        if same {
            self.trust = Trust::Compared(digits.clone());
            self.step = Step::Code { problem: None };
        } else {
            self.step = Step::Address { problem: Some(Problem::OtherAuthority) };
        }
    }

    fn answered(&mut self, answer: Answer, now: BootTime) {
        let done = |kiosk| Step::Done { kiosk, begins_at: now + DONE_SHOWN_FOR };
        match (&self.step, answer) {
            (Step::Reaching, Answer::Trusted) => {
                self.trust = Trust::Known;
                self.step = Step::Code { problem: None };
            }
            (Step::Reaching, Answer::UnknownAuthority(digits)) => self.step = Step::Digits { digits },
            (Step::Reaching, Answer::Failed(problem)) => self.step = Step::Address { problem: Some(problem) },
            (Step::Asking, Answer::ShortCode { short_code, holds_for }) => {
                self.step = Step::Approval { short_code, expires_at: now + holds_for };
            }
            (Step::Redeeming | Step::RedeemingFile | Step::Approval { .. }, Answer::Done(kiosk)) => {
                self.step = done(kiosk);
            }
            (Step::Redeeming | Step::Asking | Step::Approval { .. }, Answer::Failed(problem)) => {
                self.give_up();
                self.step = Step::Code { problem: Some(problem) };
            }
            (Step::MakingDisk, Answer::Failed(problem)) => self.step = Step::DiskNotMade { problem },
            (Step::RedeemingFile, Answer::Failed(problem)) => {
                self.step = Step::Stick { problem: Some(StickProblem::Any(problem)) };
            }
            (Step::RedeemingFile, Answer::FileRefused(problem)) => self.step = Step::Stick { problem: Some(problem) },
            (
                Step::DiskClosed
                | Step::Address { .. }
                | Step::Reaching
                | Step::Digits { .. }
                | Step::Code { .. }
                | Step::Redeeming
                | Step::Asking
                | Step::Approval { .. }
                | Step::Stick { .. }
                | Step::RedeemingFile
                | Step::Done { .. }
                | Step::MakingDisk
                | Step::DiskNotMade { .. },
                _,
            ) => {}
        }
    }

    fn stick_seen(&mut self, kiosks: Vec<KioskId>) {
        self.stick = kiosks;
        if self.stick.is_empty() && matches!(self.step, Step::Stick { .. }) {
            self.step = Step::Address { problem: None };
        }
    }

    /// Not the one that this wizard is about to show, or has a disk made for.
    fn identity_seen(&mut self) {
        let is_own = matches!(
            self.step,
            Step::Redeeming
                | Step::RedeemingFile
                | Step::Asking
                | Step::Approval { .. }
                | Step::Done { .. }
                | Step::MakingDisk
                | Step::DiskNotMade { .. }
        );
        if !is_own {
            self.become_kiosk();
        }
    }

    fn look_for_service(&mut self) {
        if self.address.is_empty() {
            self.step = Step::Address { problem: None };
        } else {
            self.reach();
        }
    }

    fn reach(&mut self) {
        let attempt = self.begin_attempt(Step::Reaching);
        let address = self.url();
        self.effects.push_back(WizardEffect::Reach { attempt, address });
    }

    fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    fn begin_attempt(&mut self, step: Step) -> AttemptId {
        self.attempt = self.attempt.next();
        self.step = step;
        self.attempt
    }

    /// Whatever is under way is of no interest any more.
    fn give_up(&mut self) {
        self.attempt = self.attempt.next();
        self.effects.push_back(WizardEffect::GiveUp);
    }
}
