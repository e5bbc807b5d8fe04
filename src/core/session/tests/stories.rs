//! Stories of the visiting room.

use std::time::Duration;

use super::kiosk::{Kiosk, Media, Net, Seen, Store};
use super::room::{self, Card, DESK, NEXT_VISIT, PIN, VISIT, id, local};
use crate::badge::osdp::Distrust;
use crate::badge::{ReaderCondition, ReaderFeedback};
use crate::domain::{BootTime, EndReason, Language, Slot, StaffEndReason, StaffId, TechnicalFailure};
use crate::engine::direct::SignallingMessage;
use crate::engine::{IceState, TransportEvent, TransportOperation};
use crate::session::{
    AuditKind, BadgeEvent, BadgeRefusal, CallPicture, Effect, Event, JoinRefusal, MediaEvent, NetEvent, NoticePoint,
    OrderedAction, Overlay, ReaderPresence, Recovery, StoreEvent, TimeWarning, UserAction, View,
};

pub(super) fn called_for(effects: &[Effect]) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::ShutGate { .. } => Some("shut gate"),
        Effect::MarkVisitEnded(_) => Some("mark"),
        Effect::StopMedia { .. } => Some("stop media"),
        Effect::SendSocket { .. } => Some("say bye"),
        Effect::CloseSocket { .. } => Some("close socket"),
        Effect::Record { .. } => Some("record"),
        Effect::AbortProcess => Some("abort"),
        Effect::OpenGate { .. } => Some("open gate"),
        Effect::StartMedia { .. } => Some("start media"),
        Effect::FetchJoinDescriptor { .. } => Some("fetch descriptor"),
        Effect::SendEnrolment(_) => Some("send enrolment"),
        Effect::AnswerOrder { .. } => Some("answer order"),
        Effect::LookOver => Some("look over"),
        Effect::StartCheck { .. } => Some("start check"),
        Effect::StopCheck { .. } => Some("stop check"),
        Effect::Transport { .. } | Effect::OpenSocket { .. } | Effect::VerifyPin { .. } | Effect::ShowAtReader(_) => {
            None
        }
    };
    effects.iter().filter_map(name).collect()
}

fn stall(seconds: u64) -> TransportEvent {
    TransportEvent::MediaStalled(Duration::from_secs(seconds))
}

fn live() -> Seen {
    Seen::Call(CallPicture::Live)
}

fn wrong_pins(kiosk: &mut Kiosk, count: usize) {
    kiosk.badge(Card::Guard);
    for _ in 0..count {
        let wait = kiosk.pad_locked_until().map_or(Duration::ZERO, |until| until.since(kiosk.now().boot));
        kiosk.wait(wait).badge(Card::Guard).pin("0000");
    }
}

stories! {
    fn a_booked_visit_from_badge_to_farewell(kiosk: Kiosk::locked()) {
        kiosk.sees(Seen::Locked).guard_opens().sees(Seen::Idle);
        kiosk.at("09:55").badge(Card::Ali).sees(Seen::Notice);
        kiosk.accept().sees(Seen::Waiting);
        kiosk.visitor_comes().sees(Seen::Waiting);
        kiosk.at("10:00").sees(live());
        kiosk.at("10:29:59").sees(live());
        kiosk.at("10:30").sees(Seen::Ended(EndReason::SlotOver));
        kiosk.at("10:30:10").sees(Seen::Idle);
        let connected = AuditKind::CallConnected { booking: id(VISIT) };
        assert!(kiosk.recorded().contains(&connected));
        assert_eq!(kiosk.recorded_end(), Some(EndReason::SlotOver));
    }

    fn an_inmates_badge_opens_nothing_at_a_locked_kiosk(kiosk: Kiosk::locked()) {
        kiosk.at("10:00").badge(Card::Ali).sees(Seen::Locked);
        let refused = AuditKind::BadgeRefused { refusal: BadgeRefusal::KioskLocked };
        assert!(kiosk.recorded().contains(&refused));
    }

    fn every_badge_is_told_why_it_opens_nothing(kiosk: Kiosk::open()) {
        kiosk.at("09:30").badge(Card::Nobody).sees(Seen::UnknownBadge).at("09:30:08").sees(Seen::Idle);
        kiosk.badge(Card::Zaid).sees(Seen::NoVisitToday).at("09:31").sees(Seen::Idle);
        kiosk.badge(Card::Omar).sees(Seen::AtAnotherKiosk).at("09:32").sees(Seen::Idle);
        kiosk.badge(Card::Ali).sees(Seen::TooEarly).at("09:32:14").sees(Seen::TooEarly);
        kiosk.at("09:32:15").sees(Seen::Idle);
        kiosk.service_time_known = false;
        kiosk.at("10:00").badge(Card::Ali).sees(Seen::TimeUnknown).at("10:01").sees(Seen::Idle);
    }

    fn the_too_early_screen_counts_down_to_the_join_window(kiosk: Kiosk::open()) {
        kiosk.at("09:45").badge(Card::Ali);
        let View::TooEarly { starts_at, opens_at } = kiosk.screen().view else { panic!("too early") };
        assert_eq!(starts_at, local("10:00"));
        assert_eq!(opens_at, kiosk.now().boot + Duration::from_secs(5 * 60));
    }

    fn a_reader_that_is_not_trusted_is_shown_with_its_code_and_recorded(kiosk: Kiosk::open()) {
        let reason = Distrust::DefaultKey;
        kiosk.tell(Event::Badge(BadgeEvent::ReaderNotTrusted(reason)));
        kiosk.tell(Event::Badge(BadgeEvent::ReaderNotTrusted(reason)));
        assert_eq!(kiosk.screen().reader, ReaderPresence::NotTrusted(reason));
        let told = kiosk.recorded().iter().filter(|kind| **kind == AuditKind::ReaderNotTrusted { reason }).count();
        assert_eq!(told, 1);
        kiosk.tell(Event::Badge(BadgeEvent::ReaderConnected));
        assert_eq!(kiosk.screen().reader, ReaderPresence::Present);
    }

    fn a_kiosk_that_starts_without_its_reader_says_so_once(kiosk: Kiosk::unloaded(Recovery::default())) {
        kiosk.reader_goes().reader_goes();
        let absent = AuditKind::ReaderChanged { connected: false };
        assert_eq!(kiosk.recorded().iter().filter(|kind| **kind == absent).count(), 1);
    }

    fn an_opened_reader_is_recorded(kiosk: Kiosk::open()) {
        let condition = ReaderCondition { tampered: true, power_failing: false };
        kiosk.tell(Event::Badge(BadgeEvent::ReaderConditionChanged(condition)));
        assert!(kiosk.recorded().contains(&AuditKind::ReaderCondition { tampered: true, power_failing: false }));
    }

    fn the_reader_shows_what_became_of_a_badge(kiosk: Kiosk::open()) {
        for (card, shown) in [
            (Card::Nobody, ReaderFeedback::Refused),
            (Card::Ali, ReaderFeedback::Wait),
            (Card::Guard, ReaderFeedback::Accepted),
        ] {
            let effects = kiosk.effects_of(|kiosk| {
                kiosk.badge(card);
            });
            assert!(effects.contains(&Effect::ShowAtReader(shown)), "{card:?}");
        }
    }

    fn a_card_that_rests_on_the_reader_changes_nothing(kiosk: Kiosk::open()) {
        kiosk.at("09:45").badge(Card::Ali).sees(Seen::TooEarly).at("09:45:10").badge(Card::Ali).at("09:45:15");
        kiosk.sees(Seen::Idle);
        kiosk.at("09:55").badge(Card::Ali).sees(Seen::Notice).badge(Card::Ali).sees(Seen::Notice).accept();
        kiosk.visitor_comes().at("10:05").badge(Card::Ali).badge(Card::Hasan).sees(live());
    }

    fn a_cancelled_or_finished_booking_admits_nobody(kiosk: Kiosk::open()) {
        kiosk.at("09:55").change_booking(VISIT, |booking| booking.cancelled = true);
        kiosk.badge(Card::Ali).sees(Seen::NoVisitToday).at("09:56");
        kiosk.change_booking(VISIT, |booking| {
            booking.cancelled = false;
            booking.finished = true;
        });
        kiosk.badge(Card::Ali).sees(Seen::NoVisitToday);
    }

    fn nobody_is_admitted_before_it_is_on_disk(kiosk: Kiosk::open()) {
        kiosk.store = Store::Silent;
        kiosk.at("09:55").badge(Card::Ali).sees(Seen::Idle);
        kiosk.tell(Event::Store(StoreEvent::Committed(crate::domain::RecordId(1))));
        kiosk.sees(Seen::Idle).store_catches_up();
        kiosk.sees(Seen::Notice);
        kiosk.store = Store::Silent;
        kiosk.accept().sees(Seen::Notice).store_catches_up();
        kiosk.sees(Seen::Waiting);
    }

    fn a_guard_opens_nothing_before_it_is_on_disk(kiosk: Kiosk::locked()) {
        kiosk.store = Store::Silent;
        kiosk.guard_opens().sees(Seen::Locked).store_catches_up();
        kiosk.sees(Seen::Idle);
    }

    fn the_notice_says_who_may_look_in(kiosk: Kiosk::open()) {
        kiosk.at("09:55");
        for (supervised, privileged, first) in [
            (true, false, NoticePoint::Supervised),
            (false, true, NoticePoint::Privileged),
            (false, false, NoticePoint::NotRecorded),
        ] {
            kiosk.change_booking(VISIT, |booking| (booking.supervised, booking.privileged) = (supervised, privileged));
            kiosk.badge(Card::Ali);
            let View::Notice { points, .. } = kiosk.screen().view else { panic!("no notice") };
            assert_eq!(points.first(), Some(&first));
            kiosk.wait_seconds(61).sees(Seen::Idle);
        }
    }

    fn an_unanswered_notice_goes_back_to_idle_and_the_inmate_may_come_again(kiosk: Kiosk::open()) {
        kiosk.at("09:55").badge(Card::Ali).at("09:55:59").sees(Seen::Notice).at("09:56").sees(Seen::Idle);
        kiosk.badge(Card::Ali).sees(Seen::Notice);
    }

    fn whoever_declines_the_notice_has_ended_the_visit(kiosk: Kiosk::open()) {
        kiosk.at("09:55").badge(Card::Ali).touch(UserAction::NoticeDeclined);
        kiosk.sees(Seen::Ended(EndReason::NoticeDeclined)).at("09:56").sees(Seen::Idle);
        kiosk.badge(Card::Ali).sees(Seen::NoVisitToday);
    }

    fn the_gate_waits_for_the_slot(kiosk: Kiosk::open()) {
        kiosk.at("09:55").badge(Card::Ali).accept().visitor_comes().at("09:59:59").sees(Seen::Waiting);
        assert!(!called_for(&kiosk.effects).contains(&"open gate"));
        kiosk.at("10:00").sees(live());
        assert!(called_for(&kiosk.effects).contains(&"open gate"));
    }

    fn restrictions_go_first_and_the_record_last(kiosk: Kiosk::in_call()) {
        let effects = kiosk.effects_of(|kiosk| {
            kiosk.touch(UserAction::EndRequested).touch(UserAction::EndConfirmed);
        });
        let order = ["shut gate", "mark", "stop media", "say bye", "close socket", "record"];
        assert_eq!(called_for(&effects), order);
        kiosk.sees(Seen::Ended(EndReason::InmateEnded));
    }

    fn the_question_whether_to_end_closes_itself(kiosk: Kiosk::in_call()) {
        let asks = |kiosk: &Kiosk| match kiosk.screen().view {
            View::InCall(call) => call.confirming_end,
            _ => false,
        };
        kiosk.touch(UserAction::EndConfirmed).sees(live());
        kiosk.touch(UserAction::EndRequested);
        assert!(asks(&kiosk));
        kiosk.touch(UserAction::EndCancelled);
        assert!(!asks(&kiosk));
        kiosk.touch(UserAction::EndRequested).wait_seconds(10);
        assert!(!asks(&kiosk));
        kiosk.touch(UserAction::EndConfirmed).sees(live());
    }

    fn the_end_is_warned_of_at_five_minutes_and_at_one(kiosk: Kiosk::in_call()) {
        let warning = |kiosk: &Kiosk| match kiosk.screen().view {
            View::InCall(call) => call.warning,
            _ => None,
        };
        kiosk.at("10:24:59");
        assert_eq!(warning(&kiosk), None);
        kiosk.at("10:25");
        assert_eq!(warning(&kiosk), Some(TimeWarning::FiveMinutes));
        kiosk.at("10:29");
        assert_eq!(warning(&kiosk), Some(TimeWarning::OneMinute));
    }

    fn a_wall_clock_that_jumps_moves_no_end(kiosk: Kiosk::in_call()) {
        kiosk.wall_jump_ms = 7_200_000;
        kiosk.wait_seconds(5).sees(live());
        kiosk.wall_jump_ms = -7_200_000;
        kiosk.service_time_known = false;
        kiosk.at("10:29:59").sees(live()).at("10:30").sees(Seen::Ended(EndReason::SlotOver));
    }

    fn media_that_does_not_confirm_its_end_aborts_the_process(kiosk: Kiosk::in_call()) {
        kiosk.media = Media::Stuck;
        kiosk.guard_ends_the_call();
        let effects = kiosk.effects_of(|kiosk| {
            kiosk.wait(Duration::from_millis(999));
        });
        assert_eq!(called_for(&effects), [""; 0]);
        let effects = kiosk.effects_of(|kiosk| {
            kiosk.wait_seconds(3);
        });
        assert_eq!(called_for(&effects), ["abort"]);
    }

    fn nothing_new_is_admitted_before_the_last_end_is_on_disk(kiosk: Kiosk::in_call()) {
        kiosk.at("10:29:50").change_booking(NEXT_VISIT, |booking| {
            booking.slot = Slot::new(local("10:30"), local("11:00")).expect("a slot");
        });
        kiosk.store = Store::Silent;
        kiosk.at("10:30:05").sees(Seen::Ended(EndReason::SlotOver)).badge(Card::Hasan);
        kiosk.sees(Seen::Ended(EndReason::SlotOver)).store_catches_up();
        kiosk.badge(Card::Hasan).sees(Seen::Notice);
    }

    fn a_full_disk_in_mid_call_stops_neither_the_call_nor_the_guard(kiosk: Kiosk::in_call()) {
        kiosk.store = Store::Fails;
        kiosk.transport(TransportEvent::IceStateChanged(IceState::Failed)).wait_seconds(5).sees(live());
        kiosk.guard_ends_the_call().sees(Seen::Ended(EndReason::StaffEnded(StaffEndReason::Conduct)));
        kiosk.wait_seconds(10).sees(Seen::OutOfService("K-02"));
        kiosk.badge(Card::Hasan).sees(Seen::OutOfService("K-02"));
        kiosk.guard(UserAction::ReturnedToService).sees(Seen::OutOfService("K-02"));
        kiosk.store = Store::Commits;
        kiosk.touch(UserAction::ReturnedToService).sees(Seen::Locked);
        let reason = EndReason::StaffEnded(StaffEndReason::Conduct);
        let end = AuditKind::VisitEnded { booking: id(VISIT), reason, staff: Some(StaffId::new("guard")) };
        assert_eq!(kiosk.recorded().iter().filter(|kind| **kind == end).count(), 1, "the end is made good");
        kiosk.touch(UserAction::KioskOpened).sees(Seen::Idle);
    }

    fn a_permission_that_never_got_to_disk_is_not_written_later(kiosk: Kiosk::open()) {
        kiosk.at("10:00").badge(Card::Ali);
        kiosk.store = Store::Fails;
        kiosk.accept().sees(Seen::OutOfService("K-02"));
        kiosk.store = Store::Commits;
        kiosk.guard(UserAction::ReturnedToService).sees(Seen::Locked);
        assert!(!kiosk.recorded().contains(&AuditKind::NoticeAccepted { booking: id(VISIT) }));
        kiosk.restart(Duration::from_secs(5), false).badge(Card::Ali).sees(Seen::Locked);
    }

    fn a_row_that_was_given_up_and_got_to_disk_after_all_is_written_once(kiosk: Kiosk::in_call()) {
        kiosk.store = Store::Silent;
        kiosk.guard_ends_the_call().wait_seconds(15).sees(Seen::OutOfService("K-02"));
        kiosk.store_catches_up().sees(Seen::Locked);
        let ends = kiosk.recorded().iter().filter(|kind| matches!(kind, AuditKind::VisitEnded { .. })).count();
        assert_eq!(ends, 1);
    }

    fn a_kiosk_whose_disk_was_only_slow_comes_back_by_itself_and_locked(kiosk: Kiosk::open()) {
        kiosk.store = Store::Silent;
        kiosk.at("09:55").badge(Card::Ali).wait_seconds(10).sees(Seen::OutOfService("K-02"));
        kiosk.wait_seconds(60).sees(Seen::OutOfService("K-02"));
        kiosk.store_catches_up().sees(Seen::Locked).guard(UserAction::KioskOpened).badge(Card::Ali).sees(Seen::Notice);
    }

    fn a_disk_that_was_slow_and_then_failed_needs_its_guard(kiosk: Kiosk::open()) {
        kiosk.store = Store::Silent;
        kiosk.at("09:55").badge(Card::Ali).wait_seconds(10).sees(Seen::OutOfService("K-02"));
        kiosk.store_gives_up().wait_seconds(60).sees(Seen::OutOfService("K-02"));
    }

    fn a_lost_record_permits_nothing_new(kiosk: Kiosk::open()) {
        kiosk.store = Store::Fails;
        kiosk.at("09:55").badge(Card::Ali).sees(Seen::OutOfService("K-02"));
    }

    fn a_store_that_stays_silent_counts_as_lost(kiosk: Kiosk::open()) {
        kiosk.store = Store::Silent;
        kiosk.at("09:55").badge(Card::Ali).wait_seconds(10).sees(Seen::OutOfService("K-02"));
    }

    fn a_guard_ends_a_call_with_a_coded_reason(kiosk: Kiosk::in_call()) {
        kiosk.badge(Card::Guard).sees(live());
        assert!(kiosk.shows_pad());
        kiosk.pin(PIN).sees(live());
        assert!(kiosk.shows_panel());
        kiosk.touch(UserAction::CallEndedByStaff(StaffEndReason::Safety));
        kiosk.sees(Seen::Ended(EndReason::StaffEnded(StaffEndReason::Safety)));
        let reason = EndReason::StaffEnded(StaffEndReason::Safety);
        let staff = Some(StaffId::new("guard"));
        assert!(kiosk.recorded().contains(&AuditKind::VisitEnded { booking: id(VISIT), reason, staff }));
        kiosk.wait_seconds(10).badge(Card::Ali).sees(Seen::NoVisitToday);
    }

    fn a_touch_without_a_guards_pin_does_nothing(kiosk: Kiosk::in_call()) {
        kiosk.touch(UserAction::CallEndedByStaff(StaffEndReason::Safety)).touch(UserAction::TakenOutOfService);
        kiosk.badge(Card::Guard).touch(UserAction::CallEndedByStaff(StaffEndReason::Safety)).sees(live());
        kiosk.pin("1111").touch(UserAction::CallEndedByStaff(StaffEndReason::Safety)).sees(live());
    }

    fn pad_and_panel_close_by_themselves(kiosk: Kiosk::locked()) {
        kiosk.badge(Card::Guard).wait_seconds(29);
        assert!(kiosk.shows_pad());
        kiosk.wait_seconds(1);
        assert!(!kiosk.shows_pad());
        kiosk.badge(Card::Guard).pin(PIN).wait_seconds(29).touch(UserAction::PanelTouched).wait_seconds(29);
        assert!(kiosk.shows_panel());
        kiosk.wait_seconds(1);
        assert!(!kiosk.shows_panel());
        kiosk.touch(UserAction::KioskOpened).sees(Seen::Locked);
    }

    fn wrong_pins_grow_a_delay_that_survives_a_restart(kiosk: Kiosk::locked()) {
        wrong_pins(&mut kiosk, 2);
        assert_eq!(kiosk.pad_locked_until(), None);
        wrong_pins(&mut kiosk, 1);
        let in_seconds = |kiosk: &Kiosk, seconds| Some(kiosk.now().boot + Duration::from_secs(seconds));
        assert_eq!(kiosk.pad_locked_until(), in_seconds(&kiosk, 5));
        wrong_pins(&mut kiosk, 2);
        assert_eq!(kiosk.pad_locked_until(), in_seconds(&kiosk, 60));
        kiosk.pin(PIN);
        assert!(kiosk.shows_pad(), "even the right PIN waits");
        kiosk.restart(Duration::from_secs(20), false).badge(Card::Guard);
        assert_eq!(kiosk.pad_locked_until(), in_seconds(&kiosk, 40));
        kiosk.badge(Card::OtherGuard);
        assert_eq!(kiosk.pad_locked_until(), None, "another guard's PIN is taken");
        kiosk.wait_seconds(40).badge(Card::Guard).pin(PIN);
        assert!(kiosk.shows_panel());
    }

    fn a_former_guard_opens_nothing(kiosk: Kiosk::locked()) {
        kiosk.badge(Card::FormerGuard);
        assert_eq!(kiosk.screen().overlay, None);
        assert!(kiosk.recorded().contains(&AuditKind::BadgeRefused { refusal: BadgeRefusal::StaffExpired }));
    }

    fn a_guard_who_is_struck_off_loses_the_panel(kiosk: Kiosk::locked()) {
        kiosk.badge(Card::Guard).pin(PIN).sync(|schedule| schedule.staff.clear());
        assert_eq!(kiosk.screen().overlay, None);
    }

    fn the_panel_offers_what_the_state_allows(kiosk: Kiosk::locked()) {
        fn flags(kiosk: &Kiosk) -> (bool, bool, bool, bool, bool) {
            match kiosk.screen().overlay {
                Some(Overlay::GuardPanel(panel)) => (
                    panel.can_open,
                    panel.can_lock,
                    !panel.end_reasons.is_empty(),
                    panel.can_take_out_of_service,
                    panel.can_return_to_service,
                ),
                Some(Overlay::NumberPad(_) | Overlay::PinPad(_)) | None => panic!("a panel"),
            }
        }
        kiosk.badge(Card::Guard).pin(PIN);
        assert_eq!(flags(&kiosk), (true, false, false, true, false), "locked");
        kiosk.touch(UserAction::KioskOpened).badge(Card::Guard).pin(PIN);
        assert_eq!(flags(&kiosk), (false, true, false, true, false), "open");
        kiosk.touch(UserAction::PanelClosed).at("09:55").badge(Card::Ali).accept().badge(Card::Guard).pin(PIN);
        assert_eq!(flags(&kiosk), (false, false, true, true, false), "in a visit");
        kiosk.touch(UserAction::TakenOutOfService).sees(Seen::OutOfService("K-01"));
        assert_eq!(kiosk.recorded_end(), Some(EndReason::StaffEnded(StaffEndReason::Operational)));
        kiosk.badge(Card::Guard).pin(PIN);
        assert_eq!(flags(&kiosk), (false, false, false, false, true), "out of service");
        kiosk.touch(UserAction::ReturnedToService).sees(Seen::Locked);
    }

    fn the_closing_hour_locks_an_idle_kiosk(kiosk: Kiosk::open()) {
        kiosk.at("15:59:59").sees(Seen::Idle).at("16:00").sees(Seen::Locked);
        assert!(kiosk.recorded().contains(&AuditKind::KioskLocked { staff: None }));
    }

    fn a_running_visit_keeps_its_slot_past_the_closing_hour(kiosk: Kiosk::open()) {
        kiosk.sync(|schedule| schedule.policy.closes_at_minute = Some(10 * 60 + 15));
        kiosk.at("09:55").badge(Card::Ali).accept().visitor_comes().at("10:20").sees(live());
        kiosk.at("10:30").sees(Seen::Ended(EndReason::SlotOver)).at("10:30:10").sees(Seen::Locked);
    }

    fn a_lock_by_the_services_order_waits_for_a_running_visit(kiosk: Kiosk::in_call()) {
        kiosk.ordered("o-1", OrderedAction::Lock { now: false }).sees(live()).at("10:30:10").sees(Seen::Locked);
        assert!(kiosk.recorded().contains(&AuditKind::KioskLocked { staff: Some(StaffId::new(DESK)) }));
        Kiosk::open().ordered("o-1", OrderedAction::Lock { now: false }).sees(Seen::Locked);
    }

    fn the_language_follows_the_booking_and_goes_back(kiosk: Kiosk::open()) {
        assert_eq!(kiosk.screen().language, Language::Arabic);
        kiosk.touch(UserAction::LanguageChosen(Language::English));
        assert_eq!(kiosk.screen().language, Language::English);
        kiosk.wait_seconds(60);
        assert_eq!(kiosk.screen().language, Language::Arabic, "a choice nobody uses is forgotten");
        kiosk.at("09:55").badge(Card::Ali);
        assert_eq!(kiosk.screen().language, Language::Kurdish);
        kiosk.accept().touch(UserAction::LanguageChosen(Language::English)).at("10:30");
        assert_eq!(kiosk.screen().language, Language::English, "the farewell speaks the visit's language");
        kiosk.at("10:30:10");
        assert_eq!(kiosk.screen().language, Language::Arabic);
    }

    fn a_cancelled_booking_ends_its_visit(kiosk: Kiosk::in_call()) {
        kiosk.tell(Event::Net(NetEvent::BookingCancelled(id(VISIT))));
        kiosk.sees(Seen::Ended(EndReason::Cancelled));
        let mut other = Kiosk::in_call();
        other.change_booking(VISIT, |booking| booking.cancelled = true).sees(Seen::Ended(EndReason::Cancelled));
    }

    fn a_visit_keeps_what_it_needs_when_the_schedule_empties(kiosk: Kiosk::in_call()) {
        kiosk.sync(|schedule| {
            schedule.bookings.clear();
            schedule.inmates.clear();
        });
        kiosk.at("10:29:59").sees(live()).at("10:30").sees(Seen::Ended(EndReason::SlotOver));
    }

    fn a_shortened_slot_counts_at_once(kiosk: Kiosk::in_call()) {
        kiosk.change_booking(VISIT, |booking| {
            booking.slot = Slot::new(local("10:00"), local("10:20")).expect("a slot");
        });
        kiosk.at("10:19:59").sees(live()).at("10:20").sees(Seen::Ended(EndReason::SlotOver));
    }

    fn a_prolonged_slot_counts_once_a_descriptor_says_so_and_it_is_on_disk(kiosk: Kiosk::in_call()) {
        kiosk.store = Store::Silent;
        kiosk.at("10:29:55").change_booking(VISIT, |booking| {
            booking.slot = Slot::new(local("10:00"), local("10:40")).expect("a slot");
        });
        let media_end = |kiosk: &Kiosk| {
            kiosk.effects.iter().rev().find_map(|effect| match effect {
                Effect::StartMedia { ends_at, .. } => Some(*ends_at),
                _ => None,
            })
        };
        let old_end = media_end(&kiosk).expect("media runs");
        kiosk.store_catches_up();
        assert_eq!(media_end(&kiosk), Some(old_end + Duration::from_secs(600)));
        kiosk.at("10:35").sees(live()).at("10:40").sees(Seen::Ended(EndReason::SlotOver));
    }

    fn a_prolonged_slot_that_is_not_on_disk_ends_as_it_stood(kiosk: Kiosk::in_call()) {
        kiosk.at("10:29:55").store = Store::Silent;
        kiosk.change_booking(VISIT, |booking| {
            booking.slot = Slot::new(local("10:00"), local("10:40")).expect("a slot");
        });
        kiosk.at("10:30").sees(Seen::Ended(EndReason::SlotOver));
    }

    fn a_visitor_who_never_comes_is_named_so(kiosk: Kiosk::open()) {
        kiosk.at("09:55").badge(Card::Ali).accept().at("10:29:59").sees(Seen::Waiting);
        kiosk.at("10:30").sees(Seen::Ended(EndReason::VisitorAbsent));
    }

    fn a_visitor_who_hangs_up_ends_the_visit(kiosk: Kiosk::in_call()) {
        kiosk.visitor_hangs_up().sees(Seen::Ended(EndReason::VisitorEnded));
    }

    fn a_forged_certificate_gets_no_frame_and_delivers_none(kiosk: Kiosk::open()) {
        kiosk.media = Media::Forged;
        kiosk.at("09:55").badge(Card::Ali).accept().visitor_comes().at("10:00");
        kiosk.sees(Seen::Ended(EndReason::PeerNotTrusted));
        assert!(!called_for(&kiosk.effects).contains(&"open gate"));
        assert!(kiosk.recorded().contains(&AuditKind::PeerRefused { booking: id(VISIT) }));
    }

    fn a_frozen_picture_is_said_and_healed(kiosk: Kiosk::in_call()) {
        let before = kiosk.connection;
        kiosk.transport(stall(1)).transport(stall(2)).sees(live());
        kiosk.media = Media::NoPath;
        kiosk.transport(stall(3)).sees(Seen::Call(CallPicture::Frozen));
        kiosk.wait_seconds(2).sees(Seen::Call(CallPicture::Reconnecting));
        assert!(kiosk.connection > before, "a new connection was begun");
        kiosk.media = Media::Works;
        kiosk.wait_seconds(30).sees(live());
    }

    fn a_visitor_whose_camera_is_off_is_heard_and_no_old_picture_is_called_live(kiosk: Kiosk::in_call()) {
        kiosk.media = Media::SoundOnly;
        kiosk.transport(stall(3)).wait_seconds(10).sees(Seen::Call(CallPicture::NoPicture));
        kiosk.transport(TransportEvent::FirstFrameDecoded).sees(live());
    }

    fn a_cut_heals_as_often_as_it_happens(kiosk: Kiosk::in_call()) {
        for _ in 0..5 {
            kiosk.media = Media::NoPath;
            kiosk.transport(TransportEvent::IceStateChanged(IceState::Disconnected)).wait_seconds(10);
            kiosk.sees(Seen::Call(CallPicture::Reconnecting));
            kiosk.media = Media::Works;
            kiosk.wait_seconds(30).sees(live());
        }
    }

    fn a_visitor_who_reloads_the_page_comes_back(kiosk: Kiosk::in_call()) {
        kiosk.visitor_leaves().sees(live()).visitor_comes().wait_seconds(1).sees(live());
        kiosk.visitor_leaves().transport(stall(3)).sees(Seen::Call(CallPicture::VisitorAway));
        kiosk.at("10:30").sees(Seen::Ended(EndReason::SlotOver));
    }

    fn a_call_outlives_its_signalling_for_as_long_as_policy_allows(kiosk: Kiosk::in_call()) {
        kiosk.net = Net::Down;
        kiosk.signalling_drops().wait_seconds(119).sees(live());
        kiosk.wait_seconds(1).sees(Seen::Ended(EndReason::Failed(TechnicalFailure::Network)));
    }

    fn signalling_that_comes_back_in_time_changes_nothing(kiosk: Kiosk::in_call()) {
        let before = kiosk.connection;
        kiosk.net = Net::Down;
        kiosk.signalling_drops().wait_seconds(100).sees(live());
        kiosk.net = Net::Answers;
        kiosk.wait_seconds(300).sees(live());
        assert_eq!(kiosk.connection, before, "media flowed on");
    }

    fn an_unreachable_service_is_asked_again_within_the_slot(kiosk: Kiosk::open()) {
        kiosk.net = Net::Down;
        kiosk.at("09:55").badge(Card::Ali).accept().sees(Seen::Waiting).at("10:10").sees(Seen::Waiting);
        kiosk.net = Net::Answers;
        kiosk.visitor_comes().wait_seconds(10).sees(live());
    }

    fn a_service_that_never_answers_is_a_failure_of_the_network(kiosk: Kiosk::open()) {
        kiosk.net = Net::Silent;
        kiosk.at("09:55").badge(Card::Ali).accept().sees(Seen::Preparing);
        kiosk.at("10:30").sees(Seen::Ended(EndReason::Failed(TechnicalFailure::Network)));
    }

    fn a_final_refusal_ends_the_visit_with_its_reason(kiosk: Kiosk::open()) {
        kiosk.net = Net::Refuses(JoinRefusal::Cancelled);
        kiosk.at("09:55").badge(Card::Ali).accept().sees(Seen::Ended(EndReason::Cancelled));
        let mut recorded = Kiosk::open();
        recorded.net = Net::AsksForRecording;
        recorded.at("09:55").badge(Card::Ali).accept();
        recorded.sees(Seen::Ended(EndReason::Failed(TechnicalFailure::Engine)));
        let mut revoked = Kiosk::open();
        revoked.net = Net::Refuses(JoinRefusal::KioskRevoked);
        revoked.at("09:55").badge(Card::Ali).accept().sees(Seen::OutOfService("K-04"));
    }

    fn a_badge_wanted_for_enrolment_opens_nothing(kiosk: Kiosk::open()) {
        let wanted = NetEvent::EnrolmentRequested { within: Duration::from_secs(30) };
        kiosk.at("09:55").tell(Event::Net(wanted.clone()));
        let effects = kiosk.effects_of(|kiosk| {
            kiosk.badge(Card::Ali);
        });
        assert_eq!(called_for(&effects), ["send enrolment", "record"]);
        kiosk.sees(Seen::Idle).badge(Card::Ali).sees(Seen::Notice);
        kiosk.accept().tell(Event::Net(wanted));
        let effects = kiosk.effects_of(|kiosk| {
            kiosk.badge(Card::Nobody);
        });
        assert_eq!(called_for(&effects), [""; 0], "never in a visit");
    }

    fn nobody_waits_for_an_enrolment_for_ever(kiosk: Kiosk::open()) {
        kiosk.tell(Event::Net(NetEvent::EnrolmentRequested { within: Duration::from_secs(30) }));
        kiosk.wait_seconds(30).badge(Card::Nobody).sees(Seen::UnknownBadge);
    }

    fn a_revoked_kiosk_is_out_of_service_until_it_is_taken_back(kiosk: Kiosk::in_call()) {
        kiosk.tell(Event::Net(NetEvent::KioskRevoked(true)));
        kiosk.sees(Seen::OutOfService("K-04")).guard(UserAction::ReturnedToService).sees(Seen::OutOfService("K-04"));
        kiosk.tell(Event::Net(NetEvent::KioskRevoked(false)));
        kiosk.sees(Seen::Locked);
    }

    fn media_that_fails_ends_the_visit_and_takes_the_kiosk_out(kiosk: Kiosk::in_call()) {
        kiosk.tell(Event::Media(MediaEvent::MediaFailed));
        kiosk.sees(Seen::OutOfService("K-03"));
        assert_eq!(kiosk.recorded_end(), Some(EndReason::Failed(TechnicalFailure::Kiosk)));
    }

    fn a_kiosk_without_a_schedule_waits_for_its_first(kiosk: Kiosk::unloaded(Recovery::default())) {
        kiosk.tell(Event::Store(StoreEvent::ScheduleLoaded(None)));
        kiosk.sees(Seen::OutOfService("K-05")).sync(|_| {}).sees(Seen::Locked);
    }

    fn a_killed_kiosk_brings_the_visit_back_by_its_inmates_badge_alone(kiosk: Kiosk::in_call()) {
        kiosk.restart(Duration::from_secs(5), false).sees(Seen::Locked);
        kiosk.badge(Card::Hasan).sees(Seen::Locked).badge(Card::Ali).wait_seconds(1).sees(live());
        kiosk.at("10:30").sees(Seen::Ended(EndReason::SlotOver)).at("10:31").sees(Seen::Locked);
    }

    fn an_interrupted_visit_comes_back_only_once_that_is_on_disk(kiosk: Kiosk::in_call()) {
        kiosk.restart(Duration::from_secs(5), false).store = Store::Silent;
        kiosk.badge(Card::Ali).sees(Seen::Idle);
        assert!(kiosk.effects.iter().rev().take(3).all(|effect| !matches!(effect, Effect::StartMedia { .. })));
        kiosk.store_catches_up();
        kiosk.wait_seconds(1).sees(live());
    }

    fn a_visit_that_a_guard_ended_does_not_come_back(kiosk: Kiosk::in_call()) {
        kiosk.guard_ends_the_call().restart(Duration::from_secs(5), false).badge(Card::Ali).sees(Seen::Locked);
        kiosk.guard_opens().badge(Card::Ali).sees(Seen::NoVisitToday);
    }

    fn an_ended_mark_outlives_a_record_that_did_not_get_to_disk(kiosk: Kiosk::in_call()) {
        kiosk.store = Store::Silent;
        kiosk.guard_ends_the_call();
        kiosk.store = Store::Commits;
        kiosk.restart(Duration::from_secs(5), false).badge(Card::Ali).sees(Seen::Locked);
        let reason = EndReason::StaffEnded(StaffEndReason::Conduct);
        let end = AuditKind::VisitEnded { booking: id(VISIT), reason, staff: Some(StaffId::new("guard")) };
        assert!(kiosk.recorded().contains(&end), "the end is made good");
    }

    fn a_kiosk_down_for_long_or_rebooted_starts_locked_and_the_guard_lets_the_inmate_back(kiosk: Kiosk::in_call()) {
        kiosk.restart(Duration::from_secs(61), false).badge(Card::Ali).sees(Seen::Locked);
        kiosk.guard_opens().badge(Card::Ali).sees(Seen::Notice);
        let mut rebooted = Kiosk::in_call();
        rebooted.restart(Duration::from_secs(30), true).badge(Card::Ali).sees(Seen::Locked);
    }

    fn a_visit_nobody_took_up_again_is_closed_after_its_slot(kiosk: Kiosk::in_call()) {
        kiosk.restart(Duration::from_secs(300), false).at("10:45").sync(|_| {});
        assert_eq!(kiosk.recorded_end(), Some(EndReason::Failed(TechnicalFailure::Kiosk)));
    }

    fn a_rebooted_kiosk_closes_it_by_its_cache_once_it_knows_the_time(kiosk: Kiosk::in_call()) {
        kiosk.service_time_known = false;
        kiosk.restart(Duration::from_secs(300), true).at("10:45");
        assert_eq!(kiosk.recorded_end(), None, "its own clock may be years off");
        kiosk.service_time_known = true;
        kiosk.tell(Event::Net(NetEvent::ServiceReachable(true)));
        assert_eq!(kiosk.recorded_end(), Some(EndReason::Failed(TechnicalFailure::Kiosk)));
    }

    fn a_visit_that_is_taken_up_again_is_not_abandoned_with_its_schedule(kiosk: Kiosk::in_call()) {
        kiosk.restart(Duration::from_secs(61), false).guard_opens().badge(Card::Ali).sees(Seen::Notice);
        kiosk.sync(|schedule| schedule.bookings.clear()).sees(Seen::Notice);
        assert_eq!(kiosk.recorded_end(), None);
        kiosk.accept().sees(Seen::Ended(EndReason::Cancelled));
        assert_eq!(kiosk.recorded_end(), Some(EndReason::Cancelled));
    }

    fn a_visit_that_the_schedule_holds_no_more_is_over(kiosk: Kiosk::in_call()) {
        kiosk.restart(Duration::from_secs(300), false);
        kiosk.sync(|schedule| schedule.bookings.retain(|booking| booking.id != id(VISIT)));
        assert_eq!(kiosk.recorded_end(), Some(EndReason::Failed(TechnicalFailure::Kiosk)));
    }

    fn a_closing_hour_reckoned_by_a_wrong_clock_is_mended_by_the_services(kiosk: Kiosk::locked()) {
        kiosk.service_time_known = false;
        kiosk.wall_jump_ms = -4 * 3600 * 1000;
        kiosk.restart(Duration::from_secs(30), true).guard_opens().sees(Seen::Idle);
        kiosk.service_time_known = true;
        kiosk.tell(Event::Net(NetEvent::ServiceReachable(true)));
        kiosk.at("15:59:59").sees(Seen::Idle).at("16:00").sees(Seen::Locked);
    }

    fn a_guards_order_outlives_a_revocation(kiosk: Kiosk::open()) {
        kiosk.guard(UserAction::TakenOutOfService).sees(Seen::OutOfService("K-01"));
        kiosk.tell(Event::Net(NetEvent::KioskRevoked(true)));
        kiosk.sees(Seen::OutOfService("K-04"));
        kiosk.tell(Event::Net(NetEvent::KioskRevoked(false)));
        kiosk.sees(Seen::OutOfService("K-01")).guard(UserAction::ReturnedToService).sees(Seen::Locked);
    }

    fn whoever_is_too_early_reads_it_in_the_bookings_language(kiosk: Kiosk::open()) {
        for (time, card) in [("09:10", Card::Ali), ("09:56", Card::Omar)] {
            kiosk.at(time).badge(card);
            assert_eq!(kiosk.screen().language, Language::Kurdish);
            kiosk.wait_seconds(20).sees(Seen::Idle);
            assert_eq!(kiosk.screen().language, Language::Arabic);
        }
    }

    fn a_notice_nobody_accepted_does_not_come_back(kiosk: Kiosk::open()) {
        kiosk.at("10:00").badge(Card::Ali).restart(Duration::from_secs(5), false).badge(Card::Ali).sees(Seen::Locked);
    }

    fn a_resumed_call_numbers_its_connections_above_the_old_ones(kiosk: Kiosk::in_call()) {
        let before = kiosk.connection;
        kiosk.restart(Duration::from_secs(5), false).badge(Card::Ali).wait_seconds(1).sees(live());
        assert!(kiosk.connection > before);
    }

    fn stale_words_change_nothing(kiosk: Kiosk::in_call()) {
        let (call, connection) = (kiosk.call, kiosk.connection);
        kiosk.transport(TransportEvent::Failed("broken".to_owned())).wait_seconds(5).sees(live());
        let event = TransportEvent::CertificateRefused;
        kiosk.tell(Event::Media(MediaEvent::Transport { call, connection, event }));
        kiosk.sees(live());
        kiosk.at("10:30:10").sees(Seen::Idle).at("10:40").badge(Card::Hasan).accept().visitor_comes();
        kiosk.wait_seconds(1).sees(live());
        kiosk.tell(Event::Media(MediaEvent::CallStopped { call }));
        kiosk.tell(Event::Net(NetEvent::JoinRefused { call, refusal: JoinRefusal::Cancelled }));
        let event = TransportEvent::CertificateRefused;
        let connection = kiosk.connection;
        kiosk.tell(Event::Media(MediaEvent::Transport { call, connection, event }));
        kiosk.sees(live());
    }

    fn the_next_inmate_need_not_wait_for_the_farewell(kiosk: Kiosk::in_call()) {
        kiosk.change_booking(NEXT_VISIT, |booking| {
            booking.slot = Slot::new(local("10:30"), local("11:00")).expect("a slot");
        });
        kiosk.at("10:30:02").badge(Card::Ali).sees(Seen::Ended(EndReason::SlotOver));
        kiosk.badge(Card::Hasan).sees(Seen::Notice);
    }

    fn policy_alone_can_demand_the_relay(kiosk: Kiosk::open()) {
        kiosk.sync(|schedule| schedule.policy.relay_only = true);
        kiosk.at("09:55").badge(Card::Ali).accept().visitor_comes().at("10:00").sees(live());
        let is_relayed = |effect: &Effect| {
            matches!(effect, Effect::Transport { operation: TransportOperation::Create { relay_only: true, .. }, .. })
        };
        assert!(kiosk.effects.iter().any(is_relayed));
    }

    fn the_service_closing_a_visit_ends_it(kiosk: Kiosk::in_call()) {
        kiosk.hears(&SignallingMessage::Ended);
        kiosk.sees(Seen::Ended(EndReason::Cancelled));
        let mut at_the_end = Kiosk::in_call();
        at_the_end.at("10:29:57").hears(&SignallingMessage::Ended);
        at_the_end.sees(Seen::Ended(EndReason::SlotOver));
    }

    fn the_best_clock_at_hand_dates_the_record(kiosk: Kiosk::open()) {
        kiosk.at("09:30").badge(Card::Nobody);
        let entry = kiosk.committed.last().expect("a row").clone();
        assert_eq!((entry.at, entry.at_is_service_time), (local("09:30"), true));
        assert_eq!(entry.boot, kiosk.now().boot);
        assert!(entry.boot > BootTime::from_millis(0));
        assert_eq!(room::here().as_str(), "K1");
    }
}
