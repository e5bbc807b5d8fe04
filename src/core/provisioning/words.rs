//! What goes into the wizard and comes out of it.

use std::time::Duration;

use super::{Problem, StickProblem};
use crate::domain::{BootTime, KioskId, Language, Redacted};

/// Letters and digits of a technician's code: those that nobody mixes up.
pub const CODE_ALPHABET: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// How many of them a code has.
pub const CODE_LENGTH: usize = 12;

/// Which attempt an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptId(pub(super) u64);

impl AttemptId {
    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What people compare to know an authority again: eight groups of five digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityDigits(String);

impl AuthorityDigits {
    /// Of the SHA-256 of the authority's certificate: a number below 100 000 of each four bytes.
    pub fn of_sha256(digest: [u8; 32]) -> Self {
        let groups = digest.chunks_exact(4).map(|bytes| {
            let number = bytes.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
            format!("{:05}", number % 100_000)
        });
        Self(groups.collect::<Vec<_>>().join(" "))
    }

    /// The groups, with a space between two.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a machine without a code shows, and the office compares: four groups of four letters, made of its key.
///
/// They are 80 bits of the key's SHA-256: whoever stands in between and hands on a key of his own would have to
/// find one with the same letters while the technician waits. Both sides make them; nobody is told them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortCode(String);

impl ShortCode {
    /// Of the SHA-256 of the public key (as DER `SubjectPublicKeyInfo`).
    pub fn of_key_sha256(digest: [u8; 32]) -> Self {
        let bits = digest.iter().take(10).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let places = (0..16).rev().map(|place| usize::try_from(bits >> (5 * place) & 31).unwrap_or_default());
        Self::typed(&places.filter_map(|place| CODE_ALPHABET.chars().nth(place)).collect::<String>())
    }

    /// As somebody types it: in small letters, in whatever groups.
    pub fn typed(text: &str) -> Self {
        let letters = text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
        let groups: Vec<String> = letters.collect::<Vec<_>>().chunks(4).map(|group| group.iter().collect()).collect();
        Self(groups.join("-"))
    }

    /// The groups, with a dash between two.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why the service at the address is believed to be the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// By an authority that this machine was given, or a public one.
    Known,
    /// A person compared these digits of its authority with the office's.
    Compared(AuthorityDigits),
}

/// Whether this machine's disk keeps what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// It does.
    Opens,
    /// This machine cannot open it: what is written is gone with its power.
    Closed,
}

/// What a person touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// A language's name.
    Language(Language),
    /// A key of the keyboard.
    Key(char),
    /// Take the last letter away.
    Erase,
    /// Go on.
    Next,
    /// One step back.
    Back,
    /// The digits are the office's.
    SameDigits,
    /// They are not.
    OtherDigits,
    /// Without a code: the office is to approve.
    AskOffice,
    /// See what the stick has.
    UseStick,
    /// This one of the stick's kiosks.
    StickKiosk(KioskId),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WizardEvent {
    /// Somebody touched something.
    Touched(Touch),
    /// A shell answers.
    Answered {
        /// The effect's attempt.
        attempt: AttemptId,
        /// What it says.
        answer: Answer,
    },
    /// A stick has files for these kiosks; for none where there is no stick.
    StickSeen(Vec<KioskId>),
    /// Somebody has provisioned this machine by the command line.
    IdentitySeen,
    /// Time alone.
    TimePassed,
}

/// A shell's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The service is there and known.
    Trusted,
    /// The service is there, by an authority that this machine does not know.
    UnknownAuthority(AuthorityDigits),
    /// The office can approve this short code.
    ShortCode {
        /// To be told to the office.
        short_code: ShortCode,
        /// For so long.
        holds_for: Duration,
    },
    /// The machine is this kiosk now.
    Done(KioskId),
    /// It did not work, and nothing was changed.
    Failed(Problem),
    /// The stick's file is of no use, and nothing was changed.
    FileRefused(StickProblem),
}

/// What a shell is to do. A newer effect ends whatever an earlier one began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WizardEffect {
    /// See who answers at the address.
    Reach {
        /// To be answered.
        attempt: AttemptId,
        /// `https://…`.
        address: String,
    },
    /// Hand the code over.
    RedeemCode {
        /// To be answered.
        attempt: AttemptId,
        /// `https://…`.
        address: String,
        /// Whom to believe.
        trust: Trust,
        /// The technician's code.
        code: Redacted<String>,
    },
    /// Do what the stick's file for this kiosk says.
    RedeemFile {
        /// To be answered.
        attempt: AttemptId,
        /// Which.
        kiosk: KioskId,
    },
    /// Ask the office for approval and wait for it.
    AskOffice {
        /// To be answered, twice: by the short code, and by what became of it.
        attempt: AttemptId,
        /// `https://…`.
        address: String,
        /// Whom to believe.
        trust: Trust,
    },
    /// Stop whatever is under way.
    GiveUp,
    /// The machine is a kiosk: start it.
    StartKiosk,
    /// The machine is a kiosk, and its disk is to become this machine's own: answered where that fails.
    MakeDiskAnew {
        /// To be answered.
        attempt: AttemptId,
    },
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The service's first answer.
    Reaching,
    /// The kiosk's identity.
    Redeeming,
    /// A short code.
    Asking,
    /// The disk, and then the machine's restart.
    MakingDisk,
}

/// All that the screen shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WizardScreen {
    /// Of all words.
    pub language: Language,
    /// The service's address without its `https://`.
    pub address: String,
    /// Whether a stick may be used instead.
    pub offers_stick: bool,
    /// The step.
    pub view: WizardView,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WizardView {
    /// The disk does not open, and what follows erases it.
    DiskClosed,
    /// The address is typed.
    Address {
        /// So far.
        typed: String,
        /// What was wrong before.
        problem: Option<Problem>,
    },
    /// Something is under way.
    Waiting(Waiting),
    /// Digits are compared.
    Digits(AuthorityDigits),
    /// The code is typed.
    Code {
        /// So far.
        typed: Redacted<String>,
        /// What was wrong before.
        problem: Option<Problem>,
    },
    /// The office is to approve.
    Approval {
        /// This.
        short_code: ShortCode,
        /// Until then.
        expires_at: BootTime,
    },
    /// A kiosk is chosen from the stick.
    Stick {
        /// Among these.
        kiosks: Vec<KioskId>,
        /// What was wrong before.
        problem: Option<StickProblem>,
    },
    /// The machine is this kiosk.
    Done(KioskId),
    /// It is, and its disk could not be made anew.
    DiskNotMade(Problem),
}
