//! The names of all messages. A variant that no screen says is a compiler warning; a key that a
//! locale file lacks, or has too many, fails a test.

macro_rules! words {
    ($($variant:ident = $key:literal),+ $(,)?) => {
        /// A message of the locale files.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Word { $($variant),+ }

        impl Word {
            /// Every message.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in the locale files.
            pub(crate) fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),+ }
            }
        }
    };
}

words! {
    LanguageName = "language-name",
    Kiosk = "kiosk",
    TimeLeft = "time-left",
    OutOfServiceTitle = "out-of-service-title",
    OutOfServiceDetail = "out-of-service-detail",
    OutOfServiceCode = "out-of-service-code",
    StartingTitle = "starting-title",
    StartingDetail = "starting-detail",
    LockedTitle = "locked-title",
    LockedDetail = "locked-detail",
    IdleTitle = "idle-title",
    IdleDetail = "idle-detail",
    UnknownBadgeTitle = "unknown-badge-title",
    UnknownBadgeDetail = "unknown-badge-detail",
    NoVisitTodayTitle = "no-visit-today-title",
    NoVisitTodayDetail = "no-visit-today-detail",
    AnotherKioskTitle = "another-kiosk-title",
    AnotherKioskDetail = "another-kiosk-detail",
    TooEarlyMinutes = "too-early-minutes",
    TooEarlyStarts = "too-early-starts",
    TimeUnknownTitle = "time-unknown-title",
    TimeUnknownDetail = "time-unknown-detail",
    NoticeTitle = "notice-title",
    NoticeDetail = "notice-detail",
    NoticeSupervised = "notice-supervised",
    NoticePrivileged = "notice-privileged",
    NoticeNotRecorded = "notice-not-recorded",
    NoticeEndsByItself = "notice-ends-by-itself",
    NoticeGuardCanEnd = "notice-guard-can-end",
    NoticeAccept = "notice-accept",
    NoticeDecline = "notice-decline",
    PreparingTitle = "preparing-title",
    PreparingDetail = "preparing-detail",
    WaitingTitle = "waiting-title",
    WaitingDetail = "waiting-detail",
    WaitingBegins = "waiting-begins",
    SelfView = "self-view",
    CallConnecting = "call-connecting",
    CallFrozen = "call-frozen",
    CallReconnecting = "call-reconnecting",
    CallNoPicture = "call-no-picture",
    CallVisitorAway = "call-visitor-away",
    CallWarningFiveMinutes = "call-warning-five-minutes",
    CallWarningOneMinute = "call-warning-one-minute",
    CallSupervised = "call-supervised",
    CameraNotWorking = "camera-not-working",
    MicrophoneNotWorking = "microphone-not-working",
    EndVisit = "end-visit",
    ConfirmEndTitle = "confirm-end-title",
    ConfirmEndYes = "confirm-end-yes",
    ConfirmEndNo = "confirm-end-no",
    EndedSlotOver = "ended-slot-over",
    EndedByInmate = "ended-by-inmate",
    EndedByVisitor = "ended-by-visitor",
    EndedVisitorAbsent = "ended-visitor-absent",
    EndedByStaff = "ended-by-staff",
    EndedConduct = "ended-conduct",
    EndedWrongPerson = "ended-wrong-person",
    EndedSafety = "ended-safety",
    EndedOperational = "ended-operational",
    EndedCancelled = "ended-cancelled",
    EndedAskNewTime = "ended-ask-new-time",
    EndedNoticeDeclined = "ended-notice-declined",
    EndedNotAccepted = "ended-not-accepted",
    EndedNotTrusted = "ended-not-trusted",
    EndedKioskFailed = "ended-kiosk-failed",
    EndedNetworkFailed = "ended-network-failed",
    EndedEngineFailed = "ended-engine-failed",
    EndedVisitorFailed = "ended-visitor-failed",
    EndedAskGuard = "ended-ask-guard",
    EndedGoodbye = "ended-goodbye",
    ReaderNotConnected = "reader-not-connected",
    ReaderNotTrusted = "reader-not-trusted",
    ServiceUnreachable = "service-unreachable",
    StaffNumber = "staff-number",
    NumberTitle = "number-title",
    NumberHint = "number-hint",
    NumberOrPinWrong = "number-or-pin-wrong",
    PinTitle = "pin-title",
    PinWrong = "pin-wrong",
    PinChecking = "pin-checking",
    PinLocked = "pin-locked",
    PinEntered = "pin-entered",
    PinErase = "pin-erase",
    PinConfirm = "pin-confirm",
    PinCancel = "pin-cancel",
    PanelTitle = "panel-title",
    PanelOpen = "panel-open",
    PanelLock = "panel-lock",
    PanelEnd = "panel-end",
    PanelEndConduct = "panel-end-conduct",
    PanelEndWrongPerson = "panel-end-wrong-person",
    PanelEndSafety = "panel-end-safety",
    PanelEndOperational = "panel-end-operational",
    PanelTakeOutOfService = "panel-take-out-of-service",
    PanelReturnToService = "panel-return-to-service",
    PanelClose = "panel-close",
    ClosesIn = "closes-in",
}
