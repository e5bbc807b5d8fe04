//! The guard's panel: a button for each thing that may be done now.

use egui::{Align, Rect, Ui};
use muwajaha_core::domain::StaffEndReason;
use muwajaha_core::session::{GuardPanel, UserAction};

use crate::ui::l10n::{Argument, Word};
use crate::ui::pictures::Pictogram;
use crate::ui::scene::{Scene, grid, split_bottom, split_top};
use crate::ui::text::Weight;
use crate::ui::theme::{self, ButtonLook, PAPER};
use crate::ui::widgets::{Button, button_ui, label_ui, staff_title_ui};

/// Draws the panel on a card that fills `rect`.
pub(super) fn guard_panel_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, panel: &GuardPanel) {
    if ui.input(|input| input.pointer.any_pressed()) {
        scene.act(UserAction::PanelTouched);
    }
    let (title, rest) = split_top(rect, scene.units(84.0));
    staff_title_ui(ui, scene, title, &scene.say(Word::PanelTitle));
    let (rest, footer) = split_bottom(rest, scene.units(52.0));
    let closing = scene.countdown(ui.ctx(), panel.closes_at);
    let words = scene.say_with(Word::ClosesIn, &[("countdown", Argument::Text(&closing))]);
    let small = scene.style(theme::SMALL, Weight::Regular, PAPER.faint_ink);
    label_ui(ui, scene, footer, &words, small, Align::Center);
    let (rest, close) = split_bottom(rest, scene.units(theme::BUTTON_HEIGHT + 8.0));
    let (_, close) = split_bottom(close, scene.units(theme::BUTTON_HEIGHT));
    entry_ui(ui, scene, close, ("close", Word::PanelClose, Pictogram::Cross, theme::PLAIN), UserAction::PanelClosed);
    let rest = if panel.end_reasons.is_empty() { rest } else { end_reasons_ui(ui, scene, rest, &panel.end_reasons) };
    orders_ui(ui, scene, rest, panel);
}

type Entry = (&'static str, Word, Pictogram, ButtonLook);

fn entry_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, (key, word, picture, look): Entry, action: UserAction) {
    let words = scene.say(word);
    if button_ui(ui, scene, rect, Button { key, words: &words, picture: Some(picture), look, size: theme::BUTTON }) {
        scene.act(action);
    }
}

fn reason_entry(reason: StaffEndReason) -> (&'static str, Word) {
    match reason {
        StaffEndReason::Conduct => ("conduct", Word::PanelEndConduct),
        StaffEndReason::WrongPerson => ("wrong person", Word::PanelEndWrongPerson),
        StaffEndReason::Safety => ("safety", Word::PanelEndSafety),
        StaffEndReason::Operational => ("operational", Word::PanelEndOperational),
    }
}

/// Draws the reasons for ending a visit at the top of `rect`; the rest is handed back.
fn end_reasons_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, reasons: &[StaffEndReason]) -> Rect {
    let rows = reasons.len().div_ceil(2);
    let gap = scene.units(12.0);
    let (heading, rest) = split_top(rect, scene.units(52.0));
    let style = scene.style(theme::SENTENCE * 0.85, Weight::Bold, PAPER.alarm);
    label_ui(ui, scene, heading, &scene.say(Word::PanelEnd), style, Align::Center);
    let (buttons, rest) = split_top(rest, rows as f32 * (scene.units(theme::BUTTON_HEIGHT) + gap));
    let cells =
        grid(Rect::from_min_max(buttons.min, egui::pos2(buttons.right(), buttons.bottom() - gap)), 2, rows, gap);
    for (reason, cell) in reasons.iter().zip(cells) {
        let (key, word) = reason_entry(*reason);
        let entry = (key, word, Pictogram::HangUp, theme::END);
        entry_ui(ui, scene, scene.mirrored(cell, buttons), entry, UserAction::CallEndedByStaff(*reason));
    }
    rest
}

fn orders_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, panel: &GuardPanel) {
    let orders: [(bool, Entry, UserAction); 5] = [
        (panel.can_open, ("open", Word::PanelOpen, Pictogram::OpenPadlock, theme::ACCEPT), UserAction::KioskOpened),
        (panel.can_lock, ("lock", Word::PanelLock, Pictogram::Padlock, theme::PRIMARY), UserAction::KioskLocked),
        (
            panel.can_return_to_service,
            ("return", Word::PanelReturnToService, Pictogram::KioskOn, theme::ACCEPT),
            UserAction::ReturnedToService,
        ),
        (
            panel.can_take_out_of_service,
            ("take out", Word::PanelTakeOutOfService, Pictogram::KioskOff, theme::PLAIN),
            UserAction::TakenOutOfService,
        ),
        (panel.can_check, ("check", Word::PanelCheck, Pictogram::Shield, theme::PLAIN), UserAction::CheckWanted),
    ];
    let gap = scene.units(12.0);
    let allowed: Vec<_> = orders.into_iter().filter(|(allowed, _, _)| *allowed).collect();
    let share = rect.height() / allowed.len().max(1) as f32 - gap;
    let height = scene.units(theme::BUTTON_HEIGHT).min(share);
    let mut top = rect.top() + gap;
    for (_, entry, action) in allowed {
        let row = Rect::from_min_size(egui::pos2(rect.left(), top), egui::vec2(rect.width(), height));
        entry_ui(ui, scene, row, entry, action);
        top += height + gap;
    }
}
