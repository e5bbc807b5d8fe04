//! Defects that the tests plant, one at a time, to see that the tests would notice.
//!
//! Outside tests `planted!` is the constant `false` and compiles to nothing.

/// Whether this defect is planted.
macro_rules! planted {
    ($defect:ident) => {{
        #[cfg(test)]
        let is_planted = $crate::session::defect::is_planted($crate::session::defect::Defect::$defect);
        #[cfg(not(test))]
        let is_planted = false;
        is_planted
    }};
}
pub(super) use planted;

#[cfg(test)]
pub(super) use planting::{Defect, is_planted, with_planted};

#[cfg(test)]
mod planting {
    use std::cell::Cell;
    use std::panic;
    use std::sync::Once;

    macro_rules! defects {
        ($($name:ident),+ $(,)?) => {
            /// A defect the properties must catch.
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub(in crate::session) enum Defect { $($name),+ }

            impl Defect {
                pub(in crate::session) const ALL: &[Self] = &[$(Self::$name),+];
            }
        };
    }

    defects! {
        ExpiredStaffAccepted,
        CancelledAdmitted,
        FinishedAdmitted,
        WindowIgnored,
        OtherKioskAdmitted,
        LockoutForgottenAtRestart,
        LockoutNeverGrows,
        NoticeBeforeCommit,
        CallBeforeCommit,
        OpenBeforeCommit,
        GateWithoutCertificate,
        GateBeforeSlot,
        GateShutLate,
        EndMarkForgotten,
        EndFollowsWallClock,
        EndNotRecorded,
        StaleCallAccepted,
        StaleConnectionAccepted,
        StaleCommitAccepted,
        NoAbortOnStuckMedia,
        NewVisitBeforeEndCommitted,
        RecordLossIgnored,
        RecordLossBlocksEnd,
        ResumeByAnyone,
        ResumeAfterEnd,
        ResumeWithoutCommit,
        LanguageKept,
        PanelWithoutPin,
        PanelStaysOpen,
        NumberPadWithReader,
        NumberPadAgainstPolicy,
        NumberPadStaysOpen,
        UnknownNumberTold,
        UnknownNumberNotCompared,
        UnknownNumberOpensPanel,
        NumberDelayNotShared,
        NumberRefusalNotRecorded,
        ClosingHourCutsVisit,
        ClosingHourIgnored,
        CancellationIgnored,
        LostSignallingIgnored,
        UntrustedPeerKept,
        EnrolmentOpensVisit,
        MaintenanceByGuard,
        MaintenanceOutlivesOrder,
        MaintenanceInCall,
        MaintenanceStaysOpen,
        StaleFindingAccepted,
        SlotEndIgnored,
        OrderTakenTwice,
        OrderEndsVisitUnasked,
        OrderEndsGuardsOrder,
        StandingOrderIgnored,
        VisitNearIgnored,
    }

    static SILENCE: Once = Once::new();

    thread_local! {
        static PLANTED: Cell<Option<Defect>> = const { Cell::new(None) };
    }

    pub(in crate::session) fn is_planted(defect: Defect) -> bool {
        PLANTED.get() == Some(defect)
    }

    /// Runs `run` with `defect` planted in this thread, where a panic is what is wanted and prints nothing.
    pub(in crate::session) fn with_planted<T>(defect: Defect, run: impl FnOnce() -> T) -> T {
        SILENCE.call_once(|| {
            let others = panic::take_hook();
            panic::set_hook(Box::new(move |panicked| {
                if PLANTED.get().is_none() {
                    others(panicked);
                }
            }));
        });
        PLANTED.set(Some(defect));
        let result = run();
        PLANTED.set(None);
        result
    }
}
