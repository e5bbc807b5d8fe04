//! The words and picture for each reason why a visit ended.

use muwajaha_core::domain::{EndReason, StaffEndReason, TechnicalFailure};

use super::message::Message;
use crate::ui::l10n::Word;
use crate::ui::pictures::Pictogram;
use crate::ui::scene::Scene;

/// What the screen says after a visit.
pub(super) fn ended_message(scene: &Scene<'_>, reason: EndReason) -> Message {
    let (picture, headline, detail) = match reason {
        EndReason::SlotOver => (Pictogram::ClockAtEnd, Word::EndedSlotOver, Word::EndedGoodbye),
        EndReason::InmateEnded => (Pictogram::Wave, Word::EndedByInmate, Word::EndedGoodbye),
        EndReason::VisitorEnded => (Pictogram::Wave, Word::EndedByVisitor, Word::EndedGoodbye),
        EndReason::VisitorAbsent => (Pictogram::AwaitedPerson, Word::EndedVisitorAbsent, Word::EndedAskNewTime),
        EndReason::StaffEnded(reason) => (Pictogram::GuardStops, Word::EndedByStaff, staff_detail(reason)),
        EndReason::Cancelled => (Pictogram::CancelledCalendar, Word::EndedCancelled, Word::EndedAskNewTime),
        EndReason::NoticeDeclined => (Pictogram::Declined, Word::EndedNoticeDeclined, Word::EndedNotAccepted),
        EndReason::PeerNotTrusted => (Pictogram::Shield, Word::EndedNotTrusted, Word::EndedAskGuard),
        EndReason::Failed(failure) => (failure_picture(failure), failure_headline(failure), Word::EndedAskGuard),
    };
    Message { picture, headline: scene.say(headline), detail: Some(scene.say(detail)), huge: None }
}

fn staff_detail(reason: StaffEndReason) -> Word {
    match reason {
        StaffEndReason::Conduct => Word::EndedConduct,
        StaffEndReason::WrongPerson => Word::EndedWrongPerson,
        StaffEndReason::Safety => Word::EndedSafety,
        StaffEndReason::Operational => Word::EndedOperational,
    }
}

fn failure_picture(failure: TechnicalFailure) -> Pictogram {
    match failure {
        TechnicalFailure::Kiosk => Pictogram::KioskOff,
        TechnicalFailure::Network => Pictogram::NetworkOff,
        TechnicalFailure::Engine | TechnicalFailure::Visitor => Pictogram::BrokenLink,
    }
}

fn failure_headline(failure: TechnicalFailure) -> Word {
    match failure {
        TechnicalFailure::Kiosk => Word::EndedKioskFailed,
        TechnicalFailure::Network => Word::EndedNetworkFailed,
        TechnicalFailure::Engine => Word::EndedEngineFailed,
        TechnicalFailure::Visitor => Word::EndedVisitorFailed,
    }
}
