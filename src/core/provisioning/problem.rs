//! What can go wrong while a machine becomes a kiosk, and the code under which staff name it.

use crate::domain::KioskId;

/// What was wrong with a stick's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StickProblem {
    /// What may be wrong elsewhere too.
    Any(Problem),
    /// Its name is not that of the kiosk in what is signed: the technician chose another kiosk than it makes.
    Renamed {
        /// The kiosk of the file's name.
        file: KioskId,
        /// The kiosk that it was signed for.
        kiosk: KioskId,
    },
}

impl StickProblem {
    /// The short code on the screen.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Any(problem) => problem.code(),
            Self::Renamed { .. } => "P-33",
        }
    }
}

/// Each is one sentence on the screen, which says how to mend it; nothing was changed by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// What was typed is no address.
    NoAddress,
    /// The network does not know the name.
    NameUnknown,
    /// Nobody answers there.
    NoAnswer,
    /// Somebody answers who is no visit service.
    NoService,
    /// Its certificate is for another name, or nobody known vouches for it.
    NotTrusted,
    /// Its certificate begins later or has ended: most likely this machine's clock is wrong.
    ClockWrong,
    /// The digits on the screen were not those of the office.
    OtherAuthority,
    /// The code was used, mistyped, withdrawn, or its day is over.
    CodeRefused,
    /// Too many attempts from here.
    TooManyAttempts,
    /// The service could not do it.
    ServiceFailed,
    /// The office said no.
    ApprovalRefused,
    /// The office said nothing in time.
    ApprovalExpired,
    /// The stick's file was not signed for this machine's facility, or was changed since.
    FileNotSigned,
    /// The stick's file cannot be read.
    FileUnreadable,
    /// This machine's disk does not take the identity.
    DiskFailed,
    /// A configuration that is there already is broken, or names another service.
    OtherConfiguration,
    /// A disk that did not open could not be made anew.
    DiskNotMade,
}

impl Problem {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 17] = [
        Self::NoAddress,
        Self::NameUnknown,
        Self::NoAnswer,
        Self::NoService,
        Self::NotTrusted,
        Self::ClockWrong,
        Self::OtherAuthority,
        Self::CodeRefused,
        Self::TooManyAttempts,
        Self::ServiceFailed,
        Self::ApprovalRefused,
        Self::ApprovalExpired,
        Self::FileNotSigned,
        Self::FileUnreadable,
        Self::DiskFailed,
        Self::OtherConfiguration,
        Self::DiskNotMade,
    ];

    /// The short code on the screen.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "P-11",
            Self::NameUnknown => "P-12",
            Self::NoAnswer => "P-13",
            Self::NoService => "P-14",
            Self::NotTrusted => "P-15",
            Self::ClockWrong => "P-16",
            Self::OtherAuthority => "P-17",
            Self::CodeRefused => "P-21",
            Self::TooManyAttempts => "P-22",
            Self::ServiceFailed => "P-23",
            Self::ApprovalRefused => "P-24",
            Self::ApprovalExpired => "P-25",
            Self::FileNotSigned => "P-31",
            Self::FileUnreadable => "P-32",
            Self::DiskFailed => "P-41",
            Self::OtherConfiguration => "P-42",
            Self::DiskNotMade => "P-43",
        }
    }
}
