//! Every screen that the session can make, named, with people and times that stay the same.

use std::time::Duration;

use muwajaha_core::badge::osdp::Distrust;
use muwajaha_core::domain::{
    BootTime, CheckPart, CheckVerdict, EndReason, Finding, KioskId, Language, Redacted, Remedy, StaffEndReason,
    TechnicalFailure, Utc,
};
use muwajaha_core::session::{
    CallPicture, CallView, GuardPanel, MaintenanceView, NoticePoint, NumberPad, OutOfServiceCause, Overlay, PinPad,
    ReaderPresence, Screen, TOUCH_FIELDS, TimeWarning, View, VisitCard,
};

/// Boot time of every test: the idle screen's card is half way.
pub(super) const NOW: u64 = 3_000_600;

pub(super) fn after(seconds: u64) -> BootTime {
    BootTime::from_millis(NOW) + Duration::from_secs(seconds)
}

/// 10:30 in Baghdad.
pub(super) fn half_past_ten() -> Utc {
    Utc::from_millis(super::room::WALL) + Duration::from_secs(18 * 60)
}

fn visit(language: Language) -> VisitCard {
    let (inmate, visitor) = match language {
        Language::Arabic => ("حسين كاظم عبد الله", "زينب محمد علي"),
        Language::Kurdish => ("ئازاد ڕەشید عەلی", "شیلان ڕەشید"),
        Language::English => ("Hussein Kadhim", "Zainab Mohammed"),
    };
    VisitCard {
        inmate: Redacted::new(inmate.to_owned()),
        visitor: Redacted::new(visitor.to_owned()),
        starts_at: half_past_ten(),
        ends_at: half_past_ten() + Duration::from_secs(30 * 60),
    }
}

pub(super) fn screen(language: Language, view: View) -> Screen {
    Screen {
        language,
        kiosk: Some(KioskId::new("K-7")),
        zone: "Asia/Baghdad".to_owned(),
        reader: ReaderPresence::Present,
        service_reachable: true,
        offers_staff_number: false,
        view,
        overlay: None,
    }
}

pub(super) fn call(language: Language) -> CallView {
    CallView {
        visit: visit(language),
        picture: CallPicture::Live,
        ends_at: after(25 * 60 + 30),
        warning: None,
        confirming_end: false,
        supervised: true,
        camera_working: true,
        microphone_working: true,
    }
}

pub(super) fn waiting(language: Language, begins_at: Option<BootTime>, confirming_end: bool) -> View {
    View::WaitingForVisitor { visit: visit(language), ends_at: after(1800), begins_at, confirming_end }
}

pub(super) fn notice(language: Language, points: &[NoticePoint]) -> View {
    View::Notice { visit: visit(language), points: points.to_vec() }
}

pub(super) fn pin_pad() -> PinPad {
    PinPad { by_number: false, wrong: false, checking: false, locked_until: None, closes_at: after(28) }
}

pub(super) fn number_pad() -> NumberPad {
    NumberPad { closes_at: after(28) }
}

/// The reader is away, and staff may come by number.
pub(super) fn without_reader(language: Language, view: View) -> Screen {
    Screen { reader: ReaderPresence::Absent, offers_staff_number: true, ..screen(language, view) }
}

pub(super) fn panel(in_call: bool) -> GuardPanel {
    GuardPanel {
        can_open: !in_call,
        can_lock: true,
        end_reasons: if in_call { StaffEndReason::ALL.to_vec() } else { Vec::new() },
        can_take_out_of_service: true,
        can_return_to_service: false,
        can_check: false,
        closes_at: after(30),
    }
}

fn messages(language: Language) -> Vec<(&'static str, View)> {
    use muwajaha_core::session::OutOfServiceCause as Cause;
    let ended = |reason| View::Ended { reason };
    vec![
        ("out-of-service", View::OutOfService { cause: Cause::MediaFailed }),
        ("locked", View::Locked),
        ("idle", View::Idle),
        ("unknown-badge", View::UnknownBadge),
        ("no-visit-today", View::NoVisitToday),
        ("another-kiosk", View::VisitAtAnotherKiosk { kiosk: KioskId::new("K-12"), starts_at: half_past_ten() }),
        ("too-early", View::TooEarly { starts_at: half_past_ten(), opens_at: after(12 * 60 - 20) }),
        ("too-early-seconds", View::TooEarly { starts_at: half_past_ten(), opens_at: after(40) }),
        ("time-unknown", View::TimeUnknown),
        ("preparing", View::Preparing { visit: visit(language) }),
        ("ended-slot-over", ended(EndReason::SlotOver)),
        ("ended-by-inmate", ended(EndReason::InmateEnded)),
        ("ended-by-visitor", ended(EndReason::VisitorEnded)),
        ("ended-visitor-absent", ended(EndReason::VisitorAbsent)),
        ("ended-conduct", ended(EndReason::StaffEnded(StaffEndReason::Conduct))),
        ("ended-wrong-person", ended(EndReason::StaffEnded(StaffEndReason::WrongPerson))),
        ("ended-safety", ended(EndReason::StaffEnded(StaffEndReason::Safety))),
        ("ended-operational", ended(EndReason::StaffEnded(StaffEndReason::Operational))),
        ("ended-cancelled", ended(EndReason::Cancelled)),
        ("ended-notice-declined", ended(EndReason::NoticeDeclined)),
        ("ended-not-trusted", ended(EndReason::PeerNotTrusted)),
        ("ended-kiosk-failed", ended(EndReason::Failed(TechnicalFailure::Kiosk))),
        ("ended-network-failed", ended(EndReason::Failed(TechnicalFailure::Network))),
        ("ended-engine-failed", ended(EndReason::Failed(TechnicalFailure::Engine))),
        ("ended-visitor-failed", ended(EndReason::Failed(TechnicalFailure::Visitor))),
    ]
}

fn visits(language: Language) -> Vec<(&'static str, View)> {
    use NoticePoint::{EndsByItself, GuardCanEnd, NotRecorded, Privileged, Supervised};
    let call = || call(language);
    vec![
        ("notice-supervised", notice(language, &[Supervised, NotRecorded, EndsByItself, GuardCanEnd])),
        ("notice-privileged", notice(language, &[Privileged, NotRecorded, EndsByItself])),
        ("waiting", waiting(language, None, false)),
        ("waiting-before-slot", waiting(language, Some(after(400)), false)),
        ("waiting-confirming-end", waiting(language, None, true)),
        ("call", View::InCall(call())),
        ("call-private", View::InCall(CallView { supervised: false, ..call() })),
        ("call-connecting", View::InCall(CallView { picture: CallPicture::Connecting, ..call() })),
        ("call-frozen", View::InCall(CallView { picture: CallPicture::Frozen, ..call() })),
        ("call-reconnecting", View::InCall(CallView { picture: CallPicture::Reconnecting, ..call() })),
        ("call-no-picture", View::InCall(CallView { picture: CallPicture::NoPicture, ..call() })),
        ("call-visitor-away", View::InCall(CallView { picture: CallPicture::VisitorAway, ..call() })),
        (
            "call-five-minutes",
            View::InCall(CallView { warning: Some(TimeWarning::FiveMinutes), ends_at: after(299), ..call() }),
        ),
        (
            "call-one-minute-frozen",
            View::InCall(CallView {
                warning: Some(TimeWarning::OneMinute),
                ends_at: after(59),
                picture: CallPicture::Frozen,
                ..call()
            }),
        ),
        ("call-confirming-end", View::InCall(CallView { confirming_end: true, ..call() })),
        (
            "call-without-camera-and-microphone",
            View::InCall(CallView { camera_working: false, microphone_working: false, ..call() }),
        ),
    ]
}

fn overlays(language: Language) -> Vec<(&'static str, Screen)> {
    let locked = || screen(language, View::Locked);
    let in_call = || screen(language, View::InCall(call(language)));
    let pad = |pad: PinPad| Some(Overlay::PinPad(pad));
    let guard = |panel: GuardPanel| Some(Overlay::GuardPanel(panel));
    let out = screen(language, View::OutOfService { cause: OutOfServiceCause::ByStaff });
    let returning = GuardPanel {
        can_return_to_service: true,
        can_take_out_of_service: false,
        can_lock: false,
        can_open: false,
        ..panel(false)
    };
    vec![
        ("number-pad", Screen { overlay: Some(Overlay::NumberPad(number_pad())), ..locked() }),
        ("number-pad-in-call", Screen { overlay: Some(Overlay::NumberPad(number_pad())), ..in_call() }),
        (
            "pin-pad-wrong-by-number",
            Screen { overlay: pad(PinPad { wrong: true, by_number: true, ..pin_pad() }), ..locked() },
        ),
        ("pin-pad", Screen { overlay: pad(pin_pad()), ..locked() }),
        ("pin-pad-wrong", Screen { overlay: pad(PinPad { wrong: true, ..pin_pad() }), ..locked() }),
        ("pin-pad-checking", Screen { overlay: pad(PinPad { checking: true, ..pin_pad() }), ..locked() }),
        ("pin-pad-locked", Screen { overlay: pad(PinPad { locked_until: Some(after(95)), ..pin_pad() }), ..locked() }),
        ("pin-pad-in-call", Screen { overlay: pad(pin_pad()), ..in_call() }),
        ("guard-panel", Screen { overlay: guard(panel(false)), ..locked() }),
        ("guard-panel-in-call", Screen { overlay: guard(panel(true)), ..in_call() }),
        ("technician-panel", Screen { overlay: guard(GuardPanel { can_check: true, ..panel(false) }), ..locked() }),
        ("guard-panel-out-of-service", Screen { overlay: guard(returning), ..out }),
    ]
}

/// Screens that offer staff to come by number.
fn staff_numbers(language: Language) -> Vec<(&'static str, Screen)> {
    let offered = |view| without_reader(language, view);
    let distrust = ReaderPresence::NotTrusted(Distrust::DefaultKey);
    let out = View::OutOfService { cause: OutOfServiceCause::ByStaff };
    vec![
        ("locked-staff-number", offered(View::Locked)),
        ("idle-staff-number", offered(View::Idle)),
        ("idle-staff-number-with-troubles", Screen { service_reachable: false, ..offered(View::Idle) }),
        ("locked-staff-number-not-trusted", Screen { reader: distrust, ..offered(View::Locked) }),
        ("out-of-service-staff-number", offered(out)),
        ("preparing-staff-number", offered(View::Preparing { visit: visit(language) })),
        ("waiting-staff-number", offered(waiting(language, None, false))),
        ("call-staff-number", offered(View::InCall(call(language)))),
        (
            "call-staff-number-confirming-end",
            offered(View::InCall(CallView { confirming_end: true, ..call(language) })),
        ),
    ]
}

fn findings(choose: impl Fn(usize) -> (CheckVerdict, Remedy)) -> Vec<Finding> {
    let values = [
        "1280x720, 29.5/30 fps, 47 %",
        "-42 dBFS, 0.0 % clipped",
        "-22 dBFS, +38 dB",
        "-54 dBFS, -32 dB",
        "",
        "ILITEK ILITEK-TP",
        "HDMI-A-1 1920x1080",
        "12 ms",
        "+0.1 s",
        "21 ms",
        "turn.example:3478: no answer in time",
        "",
        "1.50 Mbit/s, 0.2 %, 24 ms",
        "21.4 of 30.1 GiB free",
        "48 °C",
        "TPM 2.0",
        "1.2.3, muwajaha_1.2.3",
    ];
    let parts = CheckPart::ALL.into_iter().enumerate().zip(values);
    parts
        .map(|((index, part), value)| match choose(index) {
            (CheckVerdict::Pass, _) => Finding::pass(part, value),
            (CheckVerdict::Warn, remedy) => Finding::warn(part, value, remedy),
            (CheckVerdict::Fail, remedy) => Finding::fail(part, value, remedy),
        })
        .collect()
}

/// What a technician sees: most in order, a check under way, everything wrong with each remedy once.
fn maintenance(language: Language) -> Vec<(&'static str, Screen)> {
    let shown = |findings, is_running| {
        let view = MaintenanceView::Findings { findings, is_running };
        screen(language, View::Maintenance(view))
    };
    let mostly_good = findings(|index| match index {
        4 => (CheckVerdict::Warn, Remedy::TapBadge),
        10 => (CheckVerdict::Fail, Remedy::OpenFirewall),
        _ => (CheckVerdict::Pass, Remedy::CheckAgain),
    });
    let all_wrong = |begin: usize| {
        let remedy = move |index: usize| Remedy::ALL[(begin + index) % Remedy::ALL.len()];
        findings(move |index| (if index % 2 == 0 { CheckVerdict::Fail } else { CheckVerdict::Warn }, remedy(index)))
    };
    let mut touched = [false; TOUCH_FIELDS];
    touched[..9].fill(true);
    vec![
        ("maintenance", shown(mostly_good.clone(), false)),
        ("maintenance-running", shown(mostly_good[..5].to_vec(), true)),
        ("maintenance-faults", shown(all_wrong(0), false)),
        ("maintenance-other-faults", shown(all_wrong(17), false)),
        ("maintenance-last-faults", shown(all_wrong(34), false)),
        ("maintenance-touch", screen(language, View::Maintenance(MaintenanceView::TouchTest { touched }))),
    ]
}

/// All screens of a language, by name.
pub(super) fn all(language: Language) -> Vec<(&'static str, Screen)> {
    let with_troubles =
        |view| Screen { reader: ReaderPresence::Absent, service_reachable: false, ..screen(language, view) };
    let distrust = ReaderPresence::NotTrusted(Distrust::DefaultKey);
    let with_untrusted = Screen { reader: distrust, ..screen(language, View::Locked) };
    let views = messages(language).into_iter().chain(visits(language));
    views
        .map(|(name, view)| (name, screen(language, view)))
        .chain([
            ("locked-with-troubles", with_troubles(View::Locked)),
            ("idle-with-troubles", with_troubles(View::Idle)),
            ("locked-reader-not-trusted", with_untrusted),
        ])
        .chain(staff_numbers(language))
        .chain(overlays(language))
        .chain(maintenance(language))
        .collect()
}
