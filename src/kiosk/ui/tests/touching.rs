//! Each button reports what its words promise, in each language.

use egui::{Event, PointerButton, vec2};
use muwajaha_core::domain::{Language, Redacted, StaffEndReason};
use muwajaha_core::session::{
    GuardPanel, MaintenanceView, NoticePoint, Overlay, PinPad, Screen, TOUCH_FIELDS, UserAction, View,
};

use super::flaws;
use super::room::Room;
use super::screens::{after, all, call, notice, number_pad, panel, pin_pad, screen, waiting, without_reader};
use crate::ui::Fingers;
use crate::ui::l10n::{Word, Words};

fn room(screen: Screen) -> Room {
    Room::new(screen, vec2(1280.0, 800.0))
}

fn each_language(story: impl Fn(Language, &Words)) {
    for language in Language::ALL {
        story(language, &Words::new(language));
    }
}

#[test]
fn the_language_button_stands_on_every_screen_but_overlays_and_the_touch_test() {
    each_language(|language, _| {
        let mut room = room(screen(language, View::Idle));
        for (name, screen) in all(language) {
            let is_touch_test = matches!(screen.view, View::Maintenance(MaintenanceView::TouchTest { .. }));
            let overlaid = screen.overlay.is_some() || is_touch_test;
            room.show(screen);
            let names: Vec<String> = flaws::buttons(&room.harness).into_iter().map(|(name, _)| name).collect();
            let found =
                Language::ALL.iter().all(|language| names.contains(&Words::new(*language).say(Word::LanguageName)));
            assert_eq!(found, !overlaid, "{name}: {names:?}");
        }
    });
}

#[test]
fn a_touch_on_a_language_chooses_it() {
    for view in [View::Idle, View::InCall(call(Language::Arabic))] {
        let mut room = room(screen(Language::Arabic, view));
        for language in Language::ALL {
            let name = Words::new(language).say(Word::LanguageName);
            assert_eq!(room.touch(&name), [UserAction::LanguageChosen(language)]);
        }
    }
}

#[test]
fn the_notice_is_accepted_or_declined() {
    each_language(|language, words| {
        let mut room = room(screen(language, notice(language, &[NoticePoint::Supervised, NoticePoint::EndsByItself])));
        assert_eq!(room.touch(&words.say(Word::NoticeAccept)), [UserAction::NoticeAccepted]);
        assert_eq!(room.touch(&words.say(Word::NoticeDecline)), [UserAction::NoticeDeclined]);
    });
}

#[test]
fn ending_asks_once_more() {
    each_language(|language, words| {
        let mut asked = call(language);
        asked.confirming_end = true;
        for (calm, asking) in [
            (View::InCall(call(language)), View::InCall(asked)),
            (waiting(language, None, false), waiting(language, None, true)),
        ] {
            let mut room = room(screen(language, calm));
            assert_eq!(room.touch(&words.say(Word::EndVisit)), [UserAction::EndRequested]);
            room.show(screen(language, asking));
            assert_eq!(room.touch(&words.say(Word::ConfirmEndNo)), [UserAction::EndCancelled]);
            assert_eq!(room.touch(&words.say(Word::ConfirmEndYes)), [UserAction::EndConfirmed]);
        }
    });
}

fn with_pad(language: Language, pad: PinPad) -> Screen {
    Screen { overlay: Some(Overlay::PinPad(pad)), ..screen(language, View::Locked) }
}

#[test]
fn a_pin_is_typed_corrected_and_handed_over_once() {
    each_language(|language, words| {
        let mut room = room(with_pad(language, pin_pad()));
        for digit in [4, 0, 7, 7, 9] {
            assert_eq!(room.touch(&words.number(digit)), []);
        }
        assert_eq!(room.touch(&words.say(Word::PinErase)), []);
        let entered = room.touch(&words.say(Word::PinConfirm));
        assert_eq!(entered, [UserAction::PinEntered(Redacted::new("4077".to_owned()))]);
        assert_eq!(room.touch(&words.say(Word::PinConfirm)), [], "nothing is left to hand over");
        assert_eq!(room.touch(&words.say(Word::PinCancel)), [UserAction::PinCancelled]);
    });
}

#[test]
fn a_half_typed_pin_is_forgotten_with_the_pad() {
    let words = Words::new(Language::Arabic);
    let mut room = room(with_pad(Language::Arabic, pin_pad()));
    room.touch(&words.number(4));
    room.show(screen(Language::Arabic, View::Locked));
    room.show(with_pad(Language::Arabic, pin_pad()));
    assert_eq!(room.touch(&words.say(Word::PinConfirm)), []);
}

#[test]
fn no_digit_is_taken_while_a_pin_is_compared_or_locked() {
    let words = Words::new(Language::Arabic);
    let mut room = room(with_pad(Language::Arabic, PinPad { checking: true, ..pin_pad() }));
    room.touch(&words.number(4));
    room.show(with_pad(Language::Arabic, pin_pad()));
    assert_eq!(room.touch(&words.say(Word::PinConfirm)), []);
    room.show(with_pad(Language::Arabic, PinPad { locked_until: Some(after(95)), ..pin_pad() }));
    let names: Vec<String> = flaws::buttons(&room.harness).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [words.say(Word::PinCancel)]);
}

#[test]
fn typed_digits_stand_nowhere_on_the_screen() {
    let words = Words::new(Language::English);
    let mut room = room(with_pad(Language::English, pin_pad()));
    for digit in [4, 0, 7, 7] {
        room.touch(&words.number(digit));
    }
    let shown: Vec<String> = flaws::texts(room.harness.output()).into_iter().map(|text| text.words).collect();
    assert!(!shown.iter().any(|text| text.contains("40") || text.contains("77")), "{shown:?}");
}

#[test]
fn whoever_comes_by_number_asks_for_its_pad_and_hands_it_over_once() {
    each_language(|language, words| {
        for view in [View::Locked, View::Idle, waiting(language, None, false), View::InCall(call(language))] {
            let mut room = room(without_reader(language, view.clone()));
            assert_eq!(room.touch(&words.say(Word::StaffNumber)), [UserAction::StaffNumberWanted]);
            room.show(Screen { overlay: Some(Overlay::NumberPad(number_pad())), ..screen(language, view) });
            for digit in [4, 7, 1] {
                room.touch(&words.number(digit));
            }
            assert_eq!(room.touch(&words.say(Word::PinConfirm)), [], "three digits are no number");
            for digit in [1, 0, 8, 1, 5, 9, 9] {
                room.touch(&words.number(digit));
            }
            assert_eq!(room.touch(&words.say(Word::PinErase)), []);
            let entered = room.touch(&words.say(Word::PinConfirm));
            assert_eq!(entered, [UserAction::StaffNumberEntered(Redacted::new("4711081".to_owned()))]);
            assert_eq!(room.touch(&words.say(Word::PinConfirm)), [], "nothing is left to hand over");
            assert_eq!(room.touch(&words.say(Word::PinCancel)), [UserAction::PinCancelled]);
        }
    });
}

#[test]
fn a_typed_number_is_shown_and_never_handed_over_as_a_pin() {
    let words = Words::new(Language::English);
    let number =
        || Screen { overlay: Some(Overlay::NumberPad(number_pad())), ..screen(Language::English, View::Locked) };
    let mut room = room(number());
    for digit in [4, 7, 1, 1] {
        room.touch(&words.number(digit));
    }
    let shown = flaws::texts(room.harness.output());
    assert!(shown.iter().any(|text| text.words == "4711"));
    room.show(with_pad(Language::English, pin_pad()));
    assert_eq!(room.touch(&words.say(Word::PinConfirm)), [], "a guard's badge brought the PIN pad");
    room.show(number());
    assert_eq!(room.touch(&words.say(Word::PinConfirm)), []);
}

fn with_panel(language: Language, panel: GuardPanel) -> Screen {
    Screen { overlay: Some(Overlay::GuardPanel(panel)), ..screen(language, View::InCall(call(language))) }
}

#[test]
fn each_button_of_the_guards_panel_gives_its_order() {
    each_language(|language, words| {
        let every = GuardPanel { can_open: true, can_check: true, ..panel(true) };
        let mut room = Room::new(with_panel(language, every), vec2(1280.0, 800.0));
        let orders = [
            (Word::PanelOpen, UserAction::KioskOpened),
            (Word::PanelLock, UserAction::KioskLocked),
            (Word::PanelTakeOutOfService, UserAction::TakenOutOfService),
            (Word::PanelCheck, UserAction::CheckWanted),
            (Word::PanelEndConduct, UserAction::CallEndedByStaff(StaffEndReason::Conduct)),
            (Word::PanelEndWrongPerson, UserAction::CallEndedByStaff(StaffEndReason::WrongPerson)),
            (Word::PanelEndSafety, UserAction::CallEndedByStaff(StaffEndReason::Safety)),
            (Word::PanelEndOperational, UserAction::CallEndedByStaff(StaffEndReason::Operational)),
            (Word::PanelClose, UserAction::PanelClosed),
        ];
        for (word, action) in orders {
            let reported = room.touch(&words.say(word));
            assert_eq!(reported, [UserAction::PanelTouched, action], "{word:?}");
        }
        let returning = GuardPanel { can_return_to_service: true, can_open: false, ..panel(false) };
        room.show(with_panel(language, returning));
        let reported = room.touch(&words.say(Word::PanelReturnToService));
        assert_eq!(reported, [UserAction::PanelTouched, UserAction::ReturnedToService]);
    });
}

#[test]
fn a_button_is_drawn_only_where_its_flag_is_set() {
    let nothing = GuardPanel {
        can_open: false,
        can_lock: false,
        end_reasons: Vec::new(),
        can_take_out_of_service: false,
        can_return_to_service: false,
        can_check: false,
        closes_at: after(30),
    };
    let room = room(with_panel(Language::Arabic, nothing));
    let names: Vec<String> = flaws::buttons(&room.harness).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [Words::new(Language::Arabic).say(Word::PanelClose)]);
}

#[test]
fn a_technician_repeats_the_check_tests_the_touch_and_is_done() {
    each_language(|language, words| {
        let shown = |is_running| {
            let view = MaintenanceView::Findings { findings: Vec::new(), is_running };
            screen(language, View::Maintenance(view))
        };
        let mut room = Room::new(shown(false), vec2(1280.0, 800.0));
        assert_eq!(room.touch(&words.say(Word::CheckRepeat)), [UserAction::CheckRepeated]);
        assert_eq!(room.touch(&words.say(Word::CheckTouchTest)), [UserAction::TouchTestWanted]);
        assert_eq!(room.touch(&words.say(Word::CheckLeave)), [UserAction::MaintenanceLeft]);
        let mut touched = [true; TOUCH_FIELDS];
        touched[17] = false;
        room.show(screen(language, View::Maintenance(MaintenanceView::TouchTest { touched })));
        assert_eq!(room.touch(&words.number(5)), [], "it was touched already");
        let reported = room.touch(&words.number(18));
        assert!(!reported.is_empty() && reported.iter().all(|action| *action == UserAction::FieldTouched(17)));
        let window = room.harness.ctx.content_rect();
        let fields = flaws::buttons(&room.harness).into_iter().map(|(_, field)| field);
        let all = fields.reduce(egui::Rect::union).expect("fields");
        assert!(all.expand(1.0).contains_rect(window), "no corner is left out: {all} of {window}");
    });
}

/// All that a finger does on the button of this name, as the window hands it over at once.
fn tap(room: &Room, name: &str) -> [Event; 5] {
    let buttons = flaws::buttons(&room.harness);
    let (_, place) = buttons.into_iter().find(|(found, _)| found == name).expect("the button");
    let pos = place.center();
    let button = |pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    };
    let away = Event::PointerMoved(room.harness.ctx.content_rect().min);
    [Event::PointerMoved(pos), button(true), button(false), away, Event::PointerGone]
}

/// One slow pass brings all these events; the passes after it bring none.
fn slow_pass(room: &mut Room, events: impl IntoIterator<Item = Event>) -> Vec<UserAction> {
    let mut fingers = Fingers::default();
    room.harness.input_mut().events.extend(events);
    loop {
        fingers.hand_over(room.harness.input_mut());
        room.harness.step();
        if !fingers.are_waiting() {
            return std::mem::take(&mut room.harness.state_mut().actions);
        }
    }
}

#[test]
fn a_touch_that_began_and_ended_between_two_passes_counts() {
    let words = Words::new(Language::Arabic);
    let open = GuardPanel { can_open: true, ..panel(false) };
    let mut room = room(with_panel(Language::Arabic, open));
    let touch = tap(&room, &words.say(Word::PanelOpen));
    assert_eq!(slow_pass(&mut room, touch), [UserAction::PanelTouched, UserAction::KioskOpened]);
}

/// An unsteady hand presses for three seconds, and slides by a finger's width meanwhile.
#[test]
fn a_finger_that_rests_long_and_slides_presses_its_button() {
    let words = Words::new(Language::Arabic);
    let mut room = room(screen(Language::Arabic, notice(Language::Arabic, &[NoticePoint::Supervised])));
    let [there, down, up, ..] = tap(&room, &words.say(Word::NoticeAccept));
    let Event::PointerMoved(pos) = there else { panic!("a finger comes first") };
    for (second, event) in [(0.0, there), (0.0, down), (1.5, Event::PointerMoved(pos + vec2(30.0, 12.0))), (3.0, up)] {
        room.harness.input_mut().time = Some(10.0 + second);
        room.harness.input_mut().events.push(event);
        room.harness.step();
    }
    assert_eq!(room.harness.state().actions, [UserAction::NoticeAccepted]);
}

#[test]
fn two_touches_of_one_key_between_two_passes_are_two() {
    let words = Words::new(Language::Arabic);
    let mut room = room(with_pad(Language::Arabic, pin_pad()));
    let (seven, confirm) = (tap(&room, &words.number(7)), Word::PinConfirm);
    slow_pass(&mut room, seven.clone().into_iter().chain(seven));
    let entered = room.touch(&words.say(confirm));
    assert_eq!(entered, [UserAction::PinEntered(Redacted::new("77".to_owned()))]);
}
