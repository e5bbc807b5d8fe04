//! The few things that screens are made of: a label that fits its room, a button, a strip with a
//! picture and words, the language button.
//!
//! Each takes its rectangle from the screen, keeps inside it, and tells assistive technology (and
//! tests) its logical words.

use egui::{Align, Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2};
use muwajaha_core::domain::Language;
use muwajaha_core::session::UserAction;

use super::l10n::{Word, Words};
use super::pictures::{Pictogram, paint_pictogram};
use super::scene::{Scene, grid};
use super::text::{TextFrame, TextStyle, Weight, layout, without_bidi_controls};
use super::theme::{self, ButtonLook};

/// Text shrinks in these steps until it fits its room.
const SHRINKING: [f32; 8] = [1.0, 0.92, 0.85, 0.78, 0.72, 0.66, 0.6, 0.5];

/// Draws `text` in the middle of `rect`'s height, smaller where it would not fit.
pub(crate) fn label_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, text: &str, style: TextStyle, align: Align) {
    let frame = scene.frame(rect.width(), align);
    fitted_label_ui(ui, rect, text, style, frame);
}

/// [`label_ui`] in a direction of its own.
pub(crate) fn fitted_label_ui(ui: &mut Ui, rect: Rect, text: &str, style: TextStyle, frame: TextFrame) {
    paint_fitted(ui, rect, text, style, frame);
    let id = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    let name = without_bidi_controls(text);
    ui.interact(rect, id, Sense::hover()).widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
}

fn paint_fitted(ui: &Ui, rect: Rect, text: &str, style: TextStyle, frame: TextFrame) {
    let fitting = SHRINKING.into_iter().map(|factor| {
        let style = TextStyle { size: (style.size * factor).round().max(4.0), ..style };
        layout(ui.ctx(), text, style, frame)
    });
    let mut smallest = None;
    for galley in fitting {
        let fits = galley.size().y.max(galley.mesh_bounds.height()) <= rect.height() + 0.5
            && galley.mesh_bounds.width() <= rect.width() + 0.5;
        smallest = Some(galley);
        if fits {
            break;
        }
    }
    let Some(galley) = smallest else { return };
    let spare = rect.width() - galley.size().x;
    let left = match (frame.align, frame.right_to_left) {
        (Align::Center, _) => spare / 2.0,
        (Align::Min, false) | (Align::Max, true) => 0.0,
        (Align::Min, true) | (Align::Max, false) => spare,
    };
    let ink = galley.mesh_bounds;
    let top = rect.center().y - galley.size().y / 2.0;
    // Some letters reach out of their line: what is inked stays inside.
    let top = top.min(rect.bottom() - ink.bottom()).max(rect.top() - ink.top());
    let position = pos2(rect.left() + left, top);
    ui.painter_at(rect).galley(position, galley, style.color);
}

/// What a button shows and how.
#[derive(Clone, Copy)]
pub(crate) struct Button<'a> {
    /// Stable name of the button on its screen.
    pub(crate) key: &'static str,
    /// Its words, which are also its accessible name.
    pub(crate) words: &'a str,
    pub(crate) picture: Option<Pictogram>,
    pub(crate) look: ButtonLook,
    /// Size of the words, in units.
    pub(crate) size: f32,
}

/// Draws a button and says whether it was touched.
pub(crate) fn button_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, button: Button<'_>) -> bool {
    let id = ui.scope_id().with(("button", button.key));
    let sense = if scene.touchable { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, id, sense);
    let name = without_bidi_controls(button.words);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, scene.touchable, &name));
    let radius = corner(scene.units(18.0));
    let fill = if response.is_pointer_button_down_on() { pressed(button.look.fill) } else { button.look.fill };
    let edge = Stroke::new(scene.units(2.0), button.look.edge);
    ui.painter().rect(rect, radius, fill, edge, StrokeKind::Inside);
    let mut inner = rect.shrink2(Vec2::new(scene.units(14.0), scene.units(6.0)));
    if let Some(picture) = button.picture {
        let side = inner.height().min(scene.units(64.0));
        let column = Rect::from_min_size(inner.min, Vec2::new(side, inner.height()));
        paint_pictogram(ui.painter(), scene.mirrored(column, inner), picture, on_button(button.look));
        let gap = scene.units(10.0);
        let rest = Rect::from_min_max(pos2(inner.left() + side + gap, inner.top()), inner.max);
        inner = scene.mirrored(rest, inner);
    }
    let style = scene.style(button.size, Weight::Bold, button.look.ink);
    paint_fitted(ui, inner, button.words, style, scene.frame(inner.width(), Align::Center));
    response.clicked()
}

/// A button that shows a picture only; its words are its accessible name.
#[derive(Clone, Copy)]
pub(crate) struct PictureButton<'a> {
    /// Stable name of the button on its screen.
    pub(crate) key: &'static str,
    pub(crate) words: &'a str,
    pub(crate) picture: Pictogram,
    pub(crate) look: ButtonLook,
}

/// Draws a button without words and says whether it was touched.
pub(crate) fn picture_button_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, button: PictureButton<'_>) -> bool {
    let id = ui.scope_id().with(("button", button.key));
    let sense = if scene.touchable { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, id, sense);
    let name = without_bidi_controls(button.words);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, scene.touchable, &name));
    let edge = Stroke::new(scene.units(2.0), button.look.edge);
    ui.painter().rect(rect, corner(scene.units(18.0)), button.look.fill, edge, StrokeKind::Inside);
    paint_pictogram(ui.painter(), rect.shrink(rect.height() * 0.2), button.picture, on_button(button.look));
    response.clicked()
}

fn on_button(look: ButtonLook) -> theme::Palette {
    theme::Palette {
        ground: look.fill,
        ink: look.ink,
        faint_ink: look.ink,
        soft: look.fill,
        accent: look.ink,
        alarm: look.ink,
    }
}

fn pressed(color: Color32) -> Color32 {
    color.lerp_to_gamma(Color32::BLACK, 0.12)
}

/// A corner radius in points.
pub(crate) fn corner(points: f32) -> CornerRadius {
    CornerRadius::same(points.clamp(0.0, 255.0) as u8)
}

/// A strip with a picture where its line starts, and words.
pub(crate) fn strip_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, picture: Pictogram, words: &str, ground: Color32) {
    let dark = ground.intensity() < 0.4;
    let palette = theme::Palette { ground, ..if dark { theme::NIGHT } else { theme::PAPER } };
    ui.painter().rect_filled(rect, corner(scene.units(16.0)), ground);
    let inner = rect.shrink2(Vec2::new(scene.units(18.0), scene.units(6.0)));
    let side = inner.height();
    let column = Rect::from_min_size(inner.min, Vec2::new(side, side));
    paint_pictogram(ui.painter(), scene.mirrored(column, inner), picture, palette);
    let rest = Rect::from_min_max(pos2(inner.left() + side + scene.units(14.0), inner.top()), inner.max);
    let style = scene.style(theme::SENTENCE * 0.85, Weight::Bold, palette.ink);
    label_ui(ui, scene, scene.mirrored(rest, inner), words, style, Align::Min);
}

/// The language button: the three languages by their own names, the chosen one filled.
pub(crate) fn language_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, names: &[(Language, String)]) {
    let night = scene.palette == theme::NIGHT;
    let cells = grid(rect, names.len(), 1, scene.units(8.0));
    for ((language, name), cell) in names.iter().zip(cells) {
        let chosen = *language == scene.words.language();
        let look = match (chosen, night) {
            (true, _) => theme::PRIMARY,
            (false, true) => theme::PLAIN_NIGHT,
            (false, false) => theme::PLAIN,
        };
        let button = Button { key: language.tag(), words: name, picture: None, look, size: theme::BUTTON };
        if button_ui(ui, scene, scene.mirrored(cell, rect), button) {
            scene.act(UserAction::LanguageChosen(*language));
        }
    }
}

/// The three languages by their own names.
pub(crate) fn language_names(all: &[Words]) -> Vec<(Language, String)> {
    all.iter().map(|words| (words.language(), words.say(Word::LanguageName))).collect()
}

/// The title of something that is for staff alone, with a guard's picture.
pub(crate) fn staff_title_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, words: &str) {
    let side = rect.height() - scene.units(12.0);
    let column = Rect::from_min_size(rect.min, Vec2::splat(side));
    paint_pictogram(ui.painter(), scene.mirrored(column, rect), Pictogram::Guard, theme::PAPER);
    let rest = rect.with_min_x(column.right() + scene.units(16.0));
    let style = scene.style(theme::HEADLINE * 0.8, Weight::Bold, theme::PAPER.ink);
    label_ui(ui, scene, scene.mirrored(rest, rect), words, style, Align::Min);
}
