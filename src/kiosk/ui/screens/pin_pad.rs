//! The PIN pad: digits that are never shown, only counted.

use egui::{Rect, Ui};
use muwajaha_core::session::{PinPad, UserAction};

use super::keypad::{Keypad, TypedDigits, cancel_ui, keys_ui, pad_frame_ui, state_ui};
use crate::ui::l10n::{Argument, Word};
use crate::ui::pictures::{Pictogram, paint_pictogram};
use crate::ui::scene::{Scene, split_bottom};
use crate::ui::theme::{self, PAPER};

const MOST_DIGITS: usize = 12;

/// Draws the pad on a card that fills `rect`.
pub(super) fn pin_pad_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, pad: &PinPad, typed: &mut TypedDigits) {
    let locked = pad.locked_until.filter(|until| *until > scene.now);
    let parts = pad_frame_ui(ui, scene, rect, Word::PinTitle, pad.closes_at);
    match locked {
        Some(until) => {
            typed.clear();
            let countdown = scene.countdown(ui.ctx(), until);
            let words = scene.say_with(Word::PinLocked, &[("countdown", Argument::Text(&countdown))]);
            state_ui(ui, scene, parts.answer, &words, PAPER.alarm);
            locked_ui(ui, scene, parts.keys);
        }
        None => {
            answer_ui(ui, scene, parts.answer, pad, typed);
            let entered = UserAction::PinEntered;
            let keypad = Keypad { most: MOST_DIGITS, fewest: 1, resting: pad.checking, entered };
            keys_ui(ui, scene, parts.keys, &keypad, typed);
        }
    }
}

/// The dots, or what became of the last PIN.
fn answer_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, pad: &PinPad, typed: &TypedDigits) {
    if pad.checking {
        return state_ui(ui, scene, rect, &scene.say(Word::PinChecking), PAPER.ink);
    }
    if pad.wrong && typed.len() == 0 {
        let wrong = if pad.by_number { Word::NumberOrPinWrong } else { Word::PinWrong };
        return state_ui(ui, scene, rect, &scene.say(wrong), PAPER.alarm);
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

/// While no PIN is taken: an hourglass where the keys were, and the way out.
fn locked_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect) {
    let (picture, row) = split_bottom(rect, scene.units(theme::BUTTON_HEIGHT));
    paint_pictogram(ui.painter(), picture.shrink(scene.units(40.0)), Pictogram::Hourglass, PAPER);
    cancel_ui(ui, scene, row);
}
