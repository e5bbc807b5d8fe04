//! The pad for a staff number, and the buttons that ask for it where no reader is.
//!
//! A number says who somebody is and proves nothing: its digits are shown while they are typed.

use egui::{Align, Rect, Ui};
use muwajaha_core::domain::STAFF_NUMBER_DIGITS;
use muwajaha_core::session::{NumberPad, UserAction};

use super::keypad::{Keypad, TypedDigits, digit_words, keys_ui, pad_frame_ui};
use crate::ui::l10n::{Argument, Word};
use crate::ui::pictures::Pictogram;
use crate::ui::scene::Scene;
use crate::ui::text::Weight;
use crate::ui::theme::{self, ButtonLook, PAPER};
use crate::ui::widgets::{Button, PictureButton, button_ui, label_ui, picture_button_ui};

/// Draws the pad on a card that fills `rect`.
pub(super) fn number_pad_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, pad: &NumberPad, typed: &mut TypedDigits) {
    let parts = pad_frame_ui(ui, scene, rect, Word::NumberTitle, pad.closes_at);
    answer_ui(ui, scene, parts.answer, typed);
    let (fewest, most) = (*STAFF_NUMBER_DIGITS.start(), *STAFF_NUMBER_DIGITS.end());
    let keypad = Keypad { most, fewest, resting: false, entered: UserAction::StaffNumberEntered };
    keys_ui(ui, scene, parts.keys, &keypad, typed);
}

/// What was typed, or how much is to be typed.
fn answer_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, typed: &TypedDigits) {
    if typed.len() == 0 {
        let digits = |count: usize| Argument::Number(u64::try_from(count).unwrap_or(0));
        let (fewest, most) = (digits(*STAFF_NUMBER_DIGITS.start()), digits(*STAFF_NUMBER_DIGITS.end()));
        let words = scene.say_with(Word::NumberHint, &[("fewest", fewest), ("most", most)]);
        let style = scene.style(theme::SENTENCE, Weight::Regular, PAPER.faint_ink);
        return label_ui(ui, scene, rect, &words, style, Align::Center);
    }
    let digits: String = typed.reveal().chars().map(|digit| digit_words(scene, digit)).collect();
    label_ui(ui, scene, rect, &digits, scene.style(theme::HEADLINE, Weight::Bold, PAPER.ink), Align::Center);
}

/// "Staff number", in words.
pub(super) fn staff_number_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect) {
    let words = scene.say(Word::StaffNumber);
    let picture = Some(Pictogram::Guard);
    let button = Button { key: "staff-number", words: &words, picture, look: theme::PLAIN, size: theme::BUTTON };
    if button_ui(ui, scene, rect, button) {
        scene.act(UserAction::StaffNumberWanted);
    }
}

/// "Staff number" beside a visit: a guard's picture alone.
pub(super) fn small_staff_number_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, look: ButtonLook) {
    let words = scene.say(Word::StaffNumber);
    let button = PictureButton { key: "staff-number", words: &words, picture: Pictogram::Guard, look };
    if picture_button_ui(ui, scene, rect, button) {
        scene.act(UserAction::StaffNumberWanted);
    }
}
