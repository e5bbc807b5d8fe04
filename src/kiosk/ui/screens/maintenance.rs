//! The technician's screen: what the self-check found, and fields to be touched all over the screen.

use egui::{Align, Color32, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use muwajaha_core::domain::{CheckPart, CheckVerdict, Finding};
use muwajaha_core::session::{TOUCH_FIELDS, UserAction};

use crate::ui::l10n::{Word, part_word, remedy_word, verdict_word};
use crate::ui::pictures::Pictogram;
use crate::ui::scene::{Scene, grid, split_bottom, split_top};
use crate::ui::text::{TextFrame, Weight};
use crate::ui::theme::{self, ButtonLook};
use crate::ui::widgets::{Button, button_ui, corner, fitted_label_ui, label_ui};

/// What wants mending, though visits are possible.
const ATTENTION: ButtonLook =
    ButtonLook { fill: theme::PAPER.accent, ink: theme::PAPER.ink, edge: theme::PAPER.accent };
/// Size of findings, in units.
const FINDING: f32 = 20.0;
const REMEDY: f32 = 20.0;
/// So that two lines of each part find room.
const BUTTON_HEIGHT: f32 = 64.0;
/// What is longer is cut: the whole text stands in the log bundle.
const LONGEST_VALUE: usize = 29;

/// Draws the findings in `rect`, with what can be done next below them.
pub(super) fn findings_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, findings: &[Finding], is_running: bool) {
    let (rest, buttons) = split_bottom(rect, scene.units(BUTTON_HEIGHT));
    let list = rest.shrink2(vec2(0.0, scene.units(5.0)));
    let columns = if scene.is_upright() { 1 } else { 2 };
    let rows = CheckPart::ALL.len().div_ceil(columns);
    let places = grid(list, columns, rows, scene.units(4.0));
    for (index, part) in CheckPart::ALL.into_iter().enumerate() {
        // Column by column: what belongs together stands one below the other.
        let place = places.get(index % rows * columns + index / rows);
        let finding = findings.iter().find(|finding| finding.part == part);
        if let Some(place) = place {
            row_ui(ui, scene, scene.mirrored(*place, list), part, finding);
        }
    }
    orders_ui(ui, scene, buttons, is_running);
}

fn row_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, part: CheckPart, finding: Option<&Finding>) {
    let edge = Stroke::new(scene.units(1.0), scene.palette.soft);
    ui.painter().rect(rect, corner(scene.units(10.0)), theme::CARD, edge, StrokeKind::Inside);
    let inner = rect.shrink2(vec2(scene.units(8.0), scene.units(1.0)));
    let remedy = finding.and_then(|finding| finding.remedy);
    let (upper, lower) = match remedy {
        Some(_) => split_top(inner, inner.height() * 0.5),
        None => (inner, inner),
    };
    let cut = |from: f32, to: f32| {
        let part = Rect::from_x_y_ranges(upper.left() + from..=(upper.left() + to).min(upper.right()), upper.y_range());
        scene.mirrored(part, upper)
    };
    let (pill, name) = (scene.units(92.0), scene.units(270.0));
    if let Some(finding) = finding {
        verdict_ui(ui, scene, cut(0.0, pill), finding.verdict);
    }
    let style = scene.style(FINDING, Weight::Bold, scene.palette.ink);
    label_ui(ui, scene, cut(pill + scene.units(10.0), name), &scene.say(part_word(part)), style, Align::Min);
    let value = finding.map_or_else(|| "…".to_owned(), |finding| shortened(&finding.value));
    if !value.is_empty() {
        let place = cut(name + scene.units(8.0), f32::INFINITY);
        // Figures and names of devices run from left to right in every language.
        let frame = TextFrame { max_width: place.width(), right_to_left: false, align: Align::Max };
        let frame = if scene.right_to_left() { TextFrame { align: Align::Min, ..frame } } else { frame };
        fitted_label_ui(ui, place, &value, scene.style(FINDING, Weight::Regular, scene.palette.ink), frame);
    }
    if let Some(remedy) = remedy {
        let style = scene.style(REMEDY, Weight::Regular, scene.palette.faint_ink);
        label_ui(ui, scene, lower, &scene.say(remedy_word(remedy)), style, Align::Min);
    }
}

fn verdict_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, verdict: CheckVerdict) {
    let look = match verdict {
        CheckVerdict::Pass => theme::ACCEPT,
        CheckVerdict::Warn => ATTENTION,
        CheckVerdict::Fail => theme::END,
    };
    let height = rect.height().min(scene.units(30.0));
    let pill = Rect::from_center_size(rect.center(), vec2(rect.width(), height));
    ui.painter().rect_filled(pill, corner(height / 3.0), look.fill);
    let style = scene.style(REMEDY, Weight::Bold, look.ink);
    label_ui(
        ui,
        scene,
        pill.shrink2(vec2(scene.units(4.0), 0.0)),
        &scene.say(verdict_word(verdict)),
        style,
        Align::Center,
    );
}

fn shortened(value: &str) -> String {
    if value.chars().count() <= LONGEST_VALUE {
        return value.to_owned();
    }
    value.chars().take(LONGEST_VALUE - 1).chain(['…']).collect()
}

fn orders_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, is_running: bool) {
    let (again, again_look) = match is_running {
        true => (Word::CheckRunning, theme::RESTING),
        false => (Word::CheckRepeat, theme::PRIMARY),
    };
    let orders = [
        ("done", Word::CheckLeave, Some(Pictogram::Tick), theme::ACCEPT, UserAction::MaintenanceLeft),
        ("touch", Word::CheckTouchTest, None, theme::PLAIN, UserAction::TouchTestWanted),
        ("again", again, Some(Pictogram::Hourglass), again_look, UserAction::CheckRepeated),
    ];
    let cells = grid(rect, orders.len(), 1, scene.units(12.0));
    for ((key, word, picture, look, action), cell) in orders.into_iter().zip(cells) {
        let words = scene.say(word);
        let button = Button { key, words: &words, picture, look, size: theme::BUTTON * 0.85 };
        if button_ui(ui, scene, scene.mirrored(cell, rect), button) {
            scene.act(action);
        }
    }
}

/// Draws the fields of the touch test over the whole of `rect`, corners and edges included.
pub(super) fn touch_test_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, touched: &[bool; TOUCH_FIELDS]) {
    let columns = if scene.is_upright() { 4 } else { 6 };
    let fields = grid(rect, columns, TOUCH_FIELDS / columns, scene.units(4.0));
    for (index, (field, touched)) in fields.into_iter().zip(touched).enumerate() {
        let number = scene.words.number(u64::try_from(index + 1).unwrap_or(u64::MAX));
        let response = ui.interact(field, ui.scope_id().with(("field", index)), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &number));
        let (fill, ink) = match touched {
            true => (theme::ACCEPT.fill, theme::ACCEPT.ink),
            false => (theme::CARD, scene.palette.ink),
        };
        ui.painter().rect_filled(field, corner(scene.units(8.0)), fill);
        number_ui(ui, scene, field, &number, ink);
        if response.is_pointer_button_down_on() && !touched {
            scene.act(UserAction::FieldTouched(index));
        }
    }
}

fn number_ui(ui: &mut Ui, scene: &Scene<'_>, field: Rect, number: &str, ink: Color32) {
    let middle = Rect::from_center_size(pos2(field.center().x, field.center().y), field.size() * 0.6);
    label_ui(ui, scene, middle, number, scene.style(theme::HEADLINE, Weight::Bold, ink), Align::Center);
}
