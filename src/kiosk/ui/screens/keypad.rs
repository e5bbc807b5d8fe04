//! Ten keys, "erase", "cancel" and "OK": what the pads for a PIN and for a staff number share.
//!
//! What was typed lives here until it is handed over or its pad closes, and nowhere else in the ui.

use egui::{Align, Color32, Rect, Ui, vec2};
use muwajaha_core::domain::{BootTime, Redacted};
use muwajaha_core::session::UserAction;

use crate::ui::l10n::{Argument, Word};
use crate::ui::pictures::Pictogram;
use crate::ui::scene::{Scene, grid, split_bottom, split_top};
use crate::ui::text::Weight;
use crate::ui::theme::{self, PAPER};
use crate::ui::widgets::{Button, PictureButton, button_ui, label_ui, picture_button_ui, staff_title_ui};

/// The digits typed so far.
#[derive(Default)]
pub(crate) struct TypedDigits {
    digits: Redacted<String>,
}

impl TypedDigits {
    /// Forgets all digits.
    pub(crate) fn clear(&mut self) {
        self.digits = Redacted::default();
    }

    pub(super) fn len(&self) -> usize {
        self.digits.reveal().len()
    }

    pub(super) fn reveal(&self) -> &str {
        self.digits.reveal()
    }

    fn push(&mut self, digit: char, most: usize) {
        if self.len() < most {
            let mut digits = self.digits.reveal().clone();
            digits.push(digit);
            self.digits = Redacted::new(digits);
        }
    }

    fn erase(&mut self) {
        let mut digits = self.digits.reveal().clone();
        digits.pop();
        self.digits = Redacted::new(digits);
    }

    fn take(&mut self) -> Redacted<String> {
        std::mem::take(&mut self.digits)
    }
}

/// How a pad takes digits.
pub(super) struct Keypad {
    /// No more are taken.
    pub(super) most: usize,
    /// Fewer are not handed over.
    pub(super) fewest: usize,
    /// Nothing is taken just now.
    pub(super) resting: bool,
    /// What "OK" hands over.
    pub(super) entered: fn(Redacted<String>) -> UserAction,
}

/// The parts of a pad's card.
pub(super) struct PadParts {
    /// Where the digits, or what became of them, stand.
    pub(super) answer: Rect,
    pub(super) keys: Rect,
}

/// Draws a pad's title and when it closes; the rest is handed back.
pub(super) fn pad_frame_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, title: Word, closes_at: BootTime) -> PadParts {
    let (head, rest) = split_top(rect, scene.units(84.0));
    staff_title_ui(ui, scene, head, &scene.say(title));
    let (answer, rest) = split_top(rest, scene.units(110.0));
    let (keys, footer) = split_bottom(rest, scene.units(52.0));
    let closing = scene.countdown(ui.ctx(), closes_at);
    let words = scene.say_with(Word::ClosesIn, &[("countdown", Argument::Text(&closing))]);
    let small = scene.style(theme::SMALL, Weight::Regular, PAPER.faint_ink);
    label_ui(ui, scene, footer, &words, small, Align::Center);
    PadParts { answer, keys }
}

/// One sentence where the digits stand.
pub(super) fn state_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, words: &str, color: Color32) {
    let style = scene.style(theme::SENTENCE, Weight::Bold, color);
    label_ui(ui, scene, rect, words, style, Align::Center);
}

/// The way out.
pub(super) fn cancel_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect) {
    let words = scene.say(Word::PinCancel);
    let picture = Some(Pictogram::Cross);
    let button = Button { key: "cancel", words: &words, picture, look: theme::PLAIN, size: theme::BUTTON };
    if button_ui(ui, scene, rect, button) {
        scene.act(UserAction::PinCancelled);
    }
}

/// Draws the keys and takes what is touched.
pub(super) fn keys_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, keypad: &Keypad, typed: &mut TypedDigits) {
    let gap = scene.units(12.0);
    let cells = grid(rect.shrink2(vec2(0.0, gap * 0.5)), 3, 5, gap);
    digits_ui(ui, scene, &cells, keypad, typed);
    if let Some(cell) = cells.get(9) {
        let words = scene.say(Word::PinErase);
        let picture = Pictogram::Erase { right_to_left: false };
        let button = PictureButton { key: "erase", words: &words, picture, look: theme::PLAIN };
        if picture_button_ui(ui, scene, *cell, button) {
            typed.erase();
        }
    }
    let (Some(first), Some(last)) = (cells.get(12), cells.get(14)) else { return };
    let row = Rect::from_min_max(first.min, last.max);
    let halves = grid(row, 2, 1, gap);
    let (Some(cancel), Some(confirm)) = (halves.first(), halves.get(1)) else { return };
    cancel_ui(ui, scene, *cancel);
    let ready = !keypad.resting && typed.len() >= keypad.fewest;
    let words = scene.say(Word::PinConfirm);
    let look = if ready { theme::ACCEPT } else { theme::RESTING };
    let button = Button { key: "confirm", words: &words, picture: Some(Pictogram::Tick), look, size: theme::BUTTON };
    if button_ui(ui, scene, *confirm, button) && ready {
        scene.act((keypad.entered)(typed.take()));
    }
}

fn digits_ui(ui: &mut Ui, scene: &Scene<'_>, cells: &[Rect], keypad: &Keypad, typed: &mut TypedDigits) {
    const KEYS: [(&str, char); 10] = [
        ("1", '1'),
        ("2", '2'),
        ("3", '3'),
        ("4", '4'),
        ("5", '5'),
        ("6", '6'),
        ("7", '7'),
        ("8", '8'),
        ("9", '9'),
        ("0", '0'),
    ];
    // Digits run from left to right in every language, as on a telephone.
    let places = cells.iter().take(9).chain(cells.get(10));
    let look = if keypad.resting { theme::RESTING } else { theme::PLAIN };
    for ((key, digit), cell) in KEYS.into_iter().zip(places) {
        let words = digit_words(scene, digit);
        let button = Button { key, words: &words, picture: None, look, size: theme::DIGIT };
        if button_ui(ui, scene, *cell, button) && !keypad.resting {
            typed.push(digit, keypad.most);
        }
    }
}

/// A digit as the language writes it.
pub(super) fn digit_words(scene: &Scene<'_>, digit: char) -> String {
    scene.words.number(u64::from(digit.to_digit(10).unwrap_or(0)))
}
