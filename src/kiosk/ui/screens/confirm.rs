//! The question "end the visit?" with its two answers.

use egui::{Align, Rect, Ui};
use muwajaha_core::session::UserAction;

use crate::ui::l10n::Word;
use crate::ui::pictures::Pictogram;
use crate::ui::scene::{Scene, grid, split_bottom};
use crate::ui::text::Weight;
use crate::ui::theme;
use crate::ui::widgets::{Button, button_ui, corner, label_ui};

/// Height of the question, in units.
pub(super) const HEIGHT: f32 = 260.0;

/// Draws the question on a card that fills `rect`.
pub(super) fn confirm_end_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect) {
    ui.painter().rect_filled(rect, corner(scene.units(24.0)), theme::CARD);
    let inner = rect.shrink(scene.units(24.0));
    let (title, row) = split_bottom(inner, scene.units(theme::BUTTON_HEIGHT + 8.0));
    let style = scene.style(theme::HEADLINE * 0.8, Weight::Bold, theme::PAPER.ink);
    label_ui(ui, scene, title, &scene.say(Word::ConfirmEndTitle), style, Align::Center);
    let (yes, no) = (scene.say(Word::ConfirmEndYes), scene.say(Word::ConfirmEndNo));
    let answers = [
        (
            Button {
                key: "confirm end",
                words: &yes,
                picture: Some(Pictogram::HangUp),
                look: theme::END,
                size: theme::BUTTON,
            },
            UserAction::EndConfirmed,
        ),
        (
            Button {
                key: "go on",
                words: &no,
                picture: Some(Pictogram::Talk),
                look: theme::PLAIN,
                size: theme::BUTTON,
            },
            UserAction::EndCancelled,
        ),
    ];
    for ((button, action), cell) in answers.into_iter().zip(grid(row, 2, 1, scene.units(24.0))) {
        if button_ui(ui, scene, scene.mirrored(cell, row), button) {
            scene.act(action);
        }
    }
}
