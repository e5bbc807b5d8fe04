//! Stories of guards who come by staff number, because the reader went away.

use std::time::Duration;

use super::kiosk::{Kiosk, Seen};
use super::room::{Card, FORMER_NUMBER, NOBODYS_NUMBER, NUMBER, PIN, VISIT, elsewhere, id};
use crate::badge::osdp::Distrust;
use crate::domain::{EndReason, NOBODYS_PIN_VERIFIER, Redacted, StaffEndReason, StaffId};
use crate::session::{
    AuditKind, BadgeEvent, CallPicture, Effect, Event, Recovery, Screen, StoreEvent, TimerReason, UserAction,
};

const WRONG: &str = "0000";

fn guard() -> StaffId {
    StaffId::new("guard")
}

fn offers(kiosk: &Kiosk) -> bool {
    kiosk.screen().offers_staff_number
}

fn without_reader(mut kiosk: Kiosk) -> Kiosk {
    kiosk.reader_goes();
    kiosk
}

/// What becomes of `number` with a PIN, as soon as a PIN is taken after it.
fn tries(kiosk: &mut Kiosk, number: &str, pin: &str) {
    kiosk.touch(UserAction::PinCancelled).number(number);
    if let Some(until) = kiosk.pad_locked_until() {
        let wait = until.since(kiosk.now().boot);
        kiosk.touch(UserAction::PinCancelled).wait(wait).number(number);
    }
    kiosk.pin(pin);
}

/// What somebody before the screen can tell of an effect: that a PIN is compared takes its time.
fn compares_pin(effect: &Effect) -> bool {
    matches!(effect, Effect::VerifyPin { .. })
}

/// All that shows while `number` is tried with wrong PINs, across a restart.
fn shown_for(number: &str) -> Vec<(Screen, usize, Option<TimerReason>)> {
    let mut kiosk = without_reader(Kiosk::locked());
    let mut shown = Vec::new();
    let look = |kiosk: &mut Kiosk, act: &dyn Fn(&mut Kiosk)| {
        let effects = kiosk.effects_of(|kiosk| act(kiosk));
        let reason = kiosk.session.poll_timeout().map(|(_, reason)| reason);
        (kiosk.screen(), effects.iter().filter(|effect| compares_pin(effect)).count(), reason)
    };
    for round in 0..9 {
        shown.push(look(&mut kiosk, &|kiosk| _ = kiosk.number(number)));
        shown.push(look(&mut kiosk, &|kiosk| _ = kiosk.pin(WRONG)));
        shown.push(look(&mut kiosk, &|kiosk| _ = kiosk.wait_seconds(29)));
        shown.push(look(&mut kiosk, &|kiosk| _ = kiosk.sync(|schedule| schedule.staff.clear())));
        kiosk.sync(|schedule| schedule.staff = super::room::schedule().staff);
        kiosk.touch(UserAction::PinCancelled).wait_seconds(301);
        if round == 6 {
            kiosk.restart(Duration::from_secs(20), false).reader_goes();
        }
    }
    kiosk.is_sound();
    shown
}

stories! {
    fn a_guard_opens_a_kiosk_without_a_reader_by_number_and_pin(kiosk: without_reader(Kiosk::locked())) {
        assert!(offers(&kiosk));
        kiosk.touch(UserAction::StaffNumberWanted).sees(Seen::Locked);
        assert!(kiosk.shows_number_pad());
        kiosk.touch(UserAction::StaffNumberEntered(Redacted::new(NUMBER.to_owned())));
        assert!(kiosk.shows_pad());
        kiosk.pin(PIN);
        assert!(kiosk.shows_panel());
        kiosk.touch(UserAction::KioskOpened).sees(Seen::Idle);
        let recorded = kiosk.recorded();
        for kind in [AuditKind::PinAccepted { staff: guard() }, AuditKind::StaffNumberUsed { staff: guard() }] {
            assert!(recorded.contains(&kind), "{kind:?}");
        }
        assert!(offers(&kiosk), "an open kiosk without a reader must be locked again");
        kiosk.number(NUMBER).pin(PIN).touch(UserAction::KioskLocked).sees(Seen::Locked);
    }

    fn a_guard_ends_a_call_whose_reader_went_away(kiosk: without_reader(Kiosk::in_call())) {
        assert!(offers(&kiosk));
        kiosk.number(NUMBER).sees(Seen::Call(CallPicture::Live)).pin(PIN).sees(Seen::Call(CallPicture::Live));
        kiosk.touch(UserAction::CallEndedByStaff(StaffEndReason::Safety));
        let reason = EndReason::StaffEnded(StaffEndReason::Safety);
        kiosk.sees(Seen::Ended(reason));
        let end = AuditKind::VisitEnded { booking: id(VISIT), reason, staff: Some(guard()) };
        assert!(kiosk.recorded().contains(&end));
    }

    fn a_guard_ends_a_call_by_number_though_the_disk_is_full(kiosk: without_reader(Kiosk::in_call())) {
        kiosk.store = super::kiosk::Store::Fails;
        kiosk.number(NUMBER).pin(PIN).touch(UserAction::CallEndedByStaff(StaffEndReason::Conduct));
        kiosk.sees(Seen::Ended(EndReason::StaffEnded(StaffEndReason::Conduct)));
    }

    fn a_guard_brings_a_kiosk_without_a_reader_back_into_service(kiosk: without_reader(Kiosk::open())) {
        kiosk.number(NUMBER).pin(PIN).touch(UserAction::TakenOutOfService).sees(Seen::OutOfService("K-01"));
        kiosk.number(NUMBER).pin(PIN).touch(UserAction::ReturnedToService).sees(Seen::Locked);
    }

    fn nobody_comes_by_number_beside_a_reader_that_works(kiosk: Kiosk::locked()) {
        assert!(!offers(&kiosk));
        kiosk.number(NUMBER).pin(PIN);
        assert_eq!(kiosk.screen().overlay, None);
        kiosk.tell(Event::Badge(BadgeEvent::ReaderNotTrusted(Distrust::DefaultKey)));
        assert!(offers(&kiosk), "a reader that is not believed is none");
    }

    fn nobody_comes_by_number_where_policy_does_not_allow_it(kiosk: without_reader(Kiosk::locked())) {
        kiosk.touch(UserAction::StaffNumberWanted);
        kiosk.sync(|schedule| schedule.policy.staff_number_without_reader = false);
        assert_eq!(kiosk.screen().overlay, None, "the pad goes with the permission");
        assert!(!offers(&kiosk));
        kiosk.number(NUMBER).pin(PIN);
        assert_eq!(kiosk.screen().overlay, None);
    }

    fn a_kiosk_that_knows_no_policy_offers_no_number(kiosk: Kiosk::unloaded(Recovery::default())) {
        assert!(!offers(&kiosk));
        kiosk.tell(Event::Store(StoreEvent::ScheduleLoaded(None)));
        kiosk.sees(Seen::OutOfService("K-05"));
        assert!(!offers(&kiosk));
    }

    fn a_notice_and_a_farewell_offer_no_number(kiosk: without_reader(Kiosk::open())) {
        kiosk.at("09:55").badge(Card::Ali).sees(Seen::Notice);
        assert!(!offers(&kiosk));
        kiosk.touch(UserAction::NoticeDeclined);
        assert!(!offers(&kiosk));
        kiosk.at("09:56").sees(Seen::Idle);
        assert!(offers(&kiosk));
    }

    fn the_number_pad_stays_when_the_reader_comes_back_and_closes_by_itself(kiosk: without_reader(Kiosk::locked())) {
        kiosk.touch(UserAction::StaffNumberWanted).reader_comes_back();
        assert!(kiosk.shows_number_pad());
        kiosk.wait_seconds(29);
        assert!(kiosk.shows_number_pad());
        kiosk.wait_seconds(1);
        assert_eq!(kiosk.screen().overlay, None);
        kiosk.reader_goes().touch(UserAction::StaffNumberWanted).touch(UserAction::PinCancelled);
        assert_eq!(kiosk.screen().overlay, None);
    }

    fn a_badge_goes_before_a_typed_number(kiosk: without_reader(Kiosk::locked())) {
        kiosk.touch(UserAction::StaffNumberWanted).reader_comes_back().badge(Card::Guard);
        assert!(kiosk.shows_pad());
        kiosk.pin(PIN);
        assert!(kiosk.shows_panel());
        assert!(!kiosk.recorded().contains(&AuditKind::StaffNumberUsed { staff: guard() }), "it was the badge");
    }

    /// Screens, comparisons and deadlines are the same, one by one.
    fn nobody_can_ask_which_numbers_exist(_kiosk: Kiosk::locked()) {
        let known = shown_for(NUMBER);
        assert!(known.iter().any(|(screen, ..)| screen.overlay.is_some()));
        for other in [NOBODYS_NUMBER, FORMER_NUMBER] {
            for (step, (known, other)) in known.iter().zip(shown_for(other)).enumerate() {
                assert_eq!(known, &other, "step {step}");
            }
        }
    }

    fn even_the_right_pin_opens_nothing_after_a_number_that_names_nobody(kiosk: without_reader(Kiosk::locked())) {
        for number in [NOBODYS_NUMBER, FORMER_NUMBER, ""] {
            let effects = kiosk.effects_of(|kiosk| tries(kiosk, number, PIN));
            let compared = effects.iter().find_map(|effect| match effect {
                Effect::VerifyPin { verifier, .. } => Some(verifier.reveal().clone()),
                _ => None,
            });
            assert_eq!(compared.as_deref(), Some(NOBODYS_PIN_VERIFIER), "{number:?}");
            assert!(kiosk.shows_pad());
        }
        let refused = kiosk.recorded().iter().filter(|kind| **kind == AuditKind::StaffNumberRefused).count();
        assert_eq!(refused, 3);
    }

    fn a_number_that_names_two_names_nobody(kiosk: without_reader(Kiosk::locked())) {
        kiosk.sync(|schedule| schedule.staff.iter_mut().for_each(|staff| {
            staff.number = Some(Redacted::new(NUMBER.to_owned()));
        }));
        kiosk.number(NUMBER).pin(PIN);
        assert!(!kiosk.shows_panel());
        assert!(kiosk.recorded().contains(&AuditKind::StaffNumberRefused));
    }

    fn a_guard_who_is_struck_off_in_mid_pin_opens_nothing(kiosk: without_reader(Kiosk::locked())) {
        kiosk.number(NUMBER).sync(|schedule| schedule.staff.clear()).pin(PIN);
        assert!(kiosk.shows_pad());
        assert!(!kiosk.shows_panel());
        kiosk.wait_seconds(30).sync(|schedule| *schedule = super::room::schedule());
        kiosk.number(NUMBER).pin(PIN);
        assert!(kiosk.shows_panel());
        kiosk.sync(|schedule| schedule.staff.clear());
        assert_eq!(kiosk.screen().overlay, None);
    }

    fn wrong_pins_after_a_number_grow_a_delay_that_survives_a_restart(kiosk: without_reader(Kiosk::locked())) {
        for _ in 0..5 {
            tries(&mut kiosk, NUMBER, WRONG);
        }
        let in_seconds = |kiosk: &Kiosk, seconds| Some(kiosk.now().boot + Duration::from_secs(seconds));
        assert_eq!(kiosk.pad_locked_until(), in_seconds(&kiosk, 60));
        kiosk.pin(PIN);
        assert!(kiosk.shows_pad(), "even the right PIN waits");
        kiosk.restart(Duration::from_secs(20), false).reader_goes().number(NUMBER);
        assert_eq!(kiosk.pad_locked_until(), in_seconds(&kiosk, 40));
        kiosk.touch(UserAction::PinCancelled).number(NOBODYS_NUMBER);
        assert_eq!(kiosk.pad_locked_until(), in_seconds(&kiosk, 40), "whichever number it was");
        kiosk.reader_comes_back().badge(Card::Guard);
        assert_eq!(kiosk.pad_locked_until(), None, "whoever plays with numbers keeps no badge out");
        kiosk.touch(UserAction::PinCancelled).reader_goes().wait_seconds(40).number(NUMBER).pin(PIN);
        assert!(kiosk.shows_panel());
        let refused = AuditKind::PinRefused { staff: guard(), by_number: true };
        assert_eq!(kiosk.recorded().iter().filter(|kind| **kind == refused).count(), 5);
    }

    fn numbers_cannot_be_tried_in_bulk(kiosk: without_reader(Kiosk::locked())) {
        let began = kiosk.now().boot;
        for number in 1000..1030 {
            tries(&mut kiosk, &number.to_string(), WRONG);
        }
        assert!(kiosk.now().boot.since(began) >= Duration::from_secs(20 * 60), "thirty numbers take half an hour");
        tries(&mut kiosk, NUMBER, PIN);
        assert!(kiosk.shows_panel(), "and the guard waits for no more than a minute");
        kiosk.touch(UserAction::PanelClosed).number(NUMBER);
        assert_eq!(kiosk.pad_locked_until(), None, "all is forgiven");
    }

    fn typed_numbers_stand_in_no_row_and_no_debug_text(kiosk: without_reader(Kiosk::in_call())) {
        kiosk.change_booking(VISIT, |booking| booking.kiosk = elsewhere());
        for number in [NUMBER, NOBODYS_NUMBER] {
            tries(&mut kiosk, number, WRONG);
        }
        let rows = serde_json::to_string(&kiosk.committed).expect("rows");
        let told = format!("{rows}{:?}{:?}", kiosk.session, kiosk.effects);
        assert!(!told.contains("4711"), "{told}");
    }
}
