//! The PIN pad: digits that are never shown, only counted.
//!
//! What was typed lives here until it is handed over or the pad closes, and nowhere else in the ui.

use egui::{Align, Rect, Ui, vec2};
use muwajaha_core::domain::Redacted;
use muwajaha_core::session::{PinPad, UserAction};

use crate::ui::l10n::{Argument, Word};
use crate::ui::pictures::{Pictogram, paint_pictogram};
use crate::ui::scene::{Scene, grid, split_bottom, split_top};
use crate::ui::text::Weight;
use crate::ui::theme::{self, PAPER};
use crate::ui::widgets::{Button, button_ui, label_ui, staff_title_ui};

const MOST_DIGITS: usize = 12;

/// The digits typed so far.
#[derive(Default)]
pub(crate) struct TypedPin {
    digits: Redacted<String>,
}

impl TypedPin {
    /// Forgets all digits.
    pub(crate) fn clear(&mut self) {
        self.digits = Redacted::default();
    }

    fn len(&self) -> usize {
        self.digits.reveal().len()
    }

    fn push(&mut self, digit: char) {
        if self.len() < MOST_DIGITS {
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

/// Draws the pad on a card that fills `rect`.
pub(super) fn pin_pad_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, pad: &PinPad, typed: &mut TypedPin) {
    let locked = pad.locked_until.filter(|until| *until > scene.now);
    let (title, rest) = split_top(rect, scene.units(84.0));
    staff_title_ui(ui, scene, title, &scene.say(Word::PinTitle));
    let (answer, rest) = split_top(rest, scene.units(110.0));
    let (keys, footer) = split_bottom(rest, scene.units(52.0));
    let closing = scene.countdown(ui.ctx(), pad.closes_at);
    let words = scene.say_with(Word::ClosesIn, &[("countdown", Argument::Text(&closing))]);
    let small = scene.style(theme::SMALL, Weight::Regular, PAPER.faint_ink);
    label_ui(ui, scene, footer, &words, small, Align::Center);
    match locked {
        Some(until) => {
            typed.clear();
            let countdown = scene.countdown(ui.ctx(), until);
            let words = scene.say_with(Word::PinLocked, &[("countdown", Argument::Text(&countdown))]);
            state_ui(ui, scene, answer, &words, PAPER.alarm);
            locked_ui(ui, scene, keys);
        }
        None => {
            answer_ui(ui, scene, answer, pad, typed);
            keys_ui(ui, scene, keys, pad.checking, typed);
        }
    }
}

/// The dots, or what became of the last PIN.
fn answer_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, pad: &PinPad, typed: &TypedPin) {
    if pad.checking {
        return state_ui(ui, scene, rect, &scene.say(Word::PinChecking), PAPER.ink);
    }
    if pad.wrong && typed.len() == 0 {
        return state_ui(ui, scene, rect, &scene.say(Word::PinWrong), PAPER.alarm);
    }
    let count = typed.len();
    let words = scene.say_with(Word::PinEntered, &[("count", Argument::Number(u64::try_from(count).unwrap_or(0)))]);
    let id = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    ui.interact(rect, id, egui::Sense::hover()).widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Label, true, crate::ui::text::without_bidi_controls(&words))
    });
    let shown = count.max(4);
    let step = scene.units(46.0).min(rect.width() / shown as f32);
    let left = rect.center().x - step * (shown as f32 - 1.0) / 2.0;
    for place in 0..shown {
        let center = egui::pos2(left + step * place as f32, rect.center().y);
        let (radius, filled) = (step * 0.3, place < count);
        if filled {
            ui.painter().circle_filled(center, radius, PAPER.ink);
        } else {
            ui.painter().circle_stroke(center, radius, egui::Stroke::new(scene.units(3.0), theme::PLAIN.edge));
        }
    }
}

fn state_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, words: &str, color: egui::Color32) {
    let style = scene.style(theme::SENTENCE, Weight::Bold, color);
    label_ui(ui, scene, rect, words, style, Align::Center);
}

/// While no PIN is taken: an hourglass where the keys were, and the way out.
fn locked_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect) {
    let (picture, row) = split_bottom(rect, scene.units(theme::BUTTON_HEIGHT));
    paint_pictogram(ui.painter(), picture.shrink(scene.units(40.0)), Pictogram::Hourglass, PAPER);
    cancel_ui(ui, scene, row);
}

fn cancel_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect) {
    let words = scene.say(Word::PinCancel);
    if button_ui(
        ui,
        scene,
        rect,
        Button {
            key: "cancel",
            words: &words,
            picture: Some(Pictogram::Cross),
            look: theme::PLAIN,
            size: theme::BUTTON,
        },
    ) {
        scene.act(UserAction::PinCancelled);
    }
}

fn keys_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, checking: bool, typed: &mut TypedPin) {
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
    let gap = scene.units(12.0);
    let cells = grid(rect.shrink2(vec2(0.0, gap * 0.5)), 3, 5, gap);
    // Digits run from left to right in every language, as on a telephone.
    let places = cells.iter().take(9).chain(cells.get(10));
    let look = if checking { theme::RESTING } else { theme::PLAIN };
    for ((key, digit), cell) in KEYS.into_iter().zip(places) {
        let words = scene.words.number(u64::from(digit.to_digit(10).unwrap_or(0)));
        if button_ui(ui, scene, *cell, Button { key, words: &words, picture: None, look, size: theme::DIGIT })
            && !checking
        {
            typed.push(digit);
        }
    }
    if let Some(cell) = cells.get(9) {
        let (words, erase) = (scene.say(Word::PinErase), Pictogram::Erase { right_to_left: false });
        if picture_button_ui(ui, scene, *cell, "erase", &words, erase) {
            typed.erase();
        }
    }
    let (Some(first), Some(last)) = (cells.get(12), cells.get(14)) else { return };
    let row = Rect::from_min_max(first.min, last.max);
    let halves = grid(row, 2, 1, gap);
    let (Some(cancel), Some(confirm)) = (halves.first(), halves.get(1)) else { return };
    cancel_ui(ui, scene, *cancel);
    let ready = !checking && typed.len() > 0;
    let words = scene.say(Word::PinConfirm);
    let look = if ready { theme::ACCEPT } else { theme::RESTING };
    let button = Button { key: "confirm", words: &words, picture: Some(Pictogram::Tick), look, size: theme::BUTTON };
    if button_ui(ui, scene, *confirm, button) && ready {
        scene.act(UserAction::PinEntered(typed.take()));
    }
}

/// A button that shows a picture only; its words are its accessible name.
fn picture_button_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    rect: Rect,
    key: &'static str,
    words: &str,
    picture: Pictogram,
) -> bool {
    let response = ui.interact(rect, ui.scope_id().with(("button", key)), egui::Sense::click());
    let name = crate::ui::text::without_bidi_controls(words);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let radius = crate::ui::widgets::corner(scene.units(18.0));
    let edge = egui::Stroke::new(scene.units(2.0), theme::PLAIN.edge);
    ui.painter().rect(rect, radius, theme::PLAIN.fill, edge, egui::StrokeKind::Inside);
    paint_pictogram(ui.painter(), rect.shrink(rect.height() * 0.2), picture, PAPER);
    response.clicked()
}
