//! How a visit ended: why, for the people before the screen, and by which published code.

use serde::{Deserialize, Serialize};

/// The outcome codes of the UK's published visit-scheduler contract, so that another service can
/// speak it; its one code for technical failure is split by what failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the contract's own")]
pub enum OutcomeCode {
    CompletedNormally,
    TerminatedByStaff,
    VisitorDidNotArrive,
    VisitorCompletedEarly,
    PrisonerCompletedEarly,
    PrisonerRefusedToAttend,
    PrisonerDidNotArrive,
    EstablishmentCancelled,
    TechnicalFailureKiosk,
    TechnicalFailureNetwork,
    TechnicalFailureEngine,
    TechnicalFailureVisitor,
}

/// Why a guard ended a call: coded, so that no free text about a person is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffEndReason {
    /// Someone behaved against the rules.
    Conduct,
    /// The wrong person was in the picture.
    WrongPerson,
    /// Danger, alarm or evacuation.
    Safety,
    /// The inmate is needed elsewhere.
    Operational,
}

impl StaffEndReason {
    /// All reasons, in the order of the guard's panel.
    pub const ALL: [Self; 4] = [Self::Conduct, Self::WrongPerson, Self::Safety, Self::Operational];
}

/// Which part failed when a visit could not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TechnicalFailure {
    /// This machine: media, record or disk.
    Kiosk,
    /// The line between kiosk and service.
    Network,
    /// What carries the call: refused descriptor, broken signalling, a forged certificate.
    Engine,
    /// The visitor's side.
    Visitor,
}

/// Why a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The slot is over.
    SlotOver,
    /// The inmate ended it.
    InmateEnded,
    /// The visitor hung up.
    VisitorEnded,
    /// The slot passed without a visitor.
    VisitorAbsent,
    /// A guard ended it.
    StaffEnded(StaffEndReason),
    /// The facility withdrew the booking.
    Cancelled,
    /// The inmate did not accept the notice.
    NoticeDeclined,
    /// The peer's certificate was not the one it signalled.
    PeerNotTrusted,
    /// Something broke.
    Failed(TechnicalFailure),
}

impl EndReason {
    /// The published code of this reason.
    pub fn outcome(self) -> OutcomeCode {
        match self {
            Self::SlotOver => OutcomeCode::CompletedNormally,
            Self::InmateEnded => OutcomeCode::PrisonerCompletedEarly,
            Self::VisitorEnded => OutcomeCode::VisitorCompletedEarly,
            Self::VisitorAbsent => OutcomeCode::VisitorDidNotArrive,
            Self::StaffEnded(_) => OutcomeCode::TerminatedByStaff,
            Self::Cancelled => OutcomeCode::EstablishmentCancelled,
            Self::NoticeDeclined => OutcomeCode::PrisonerRefusedToAttend,
            Self::PeerNotTrusted | Self::Failed(TechnicalFailure::Engine) => OutcomeCode::TechnicalFailureEngine,
            Self::Failed(TechnicalFailure::Kiosk) => OutcomeCode::TechnicalFailureKiosk,
            Self::Failed(TechnicalFailure::Network) => OutcomeCode::TechnicalFailureNetwork,
            Self::Failed(TechnicalFailure::Visitor) => OutcomeCode::TechnicalFailureVisitor,
        }
    }
}
