//! Screens that say one thing: a large picture, a headline, perhaps a sentence and something huge.

use egui::{Align, Rect, Ui, pos2, vec2};

use crate::ui::pictures::{Pictogram, paint_pictogram};
use crate::ui::scene::{Scene, split_top};
use crate::ui::text::{Weight, layout};
use crate::ui::theme;
use crate::ui::widgets::{corner, fitted_label_ui, label_ui};

/// What a screen says.
pub(super) struct Message {
    pub(super) picture: Pictogram,
    pub(super) headline: String,
    pub(super) detail: Option<String>,
    /// Huge, beside the picture: the number of a kiosk, minutes.
    pub(super) huge: Option<String>,
}

/// Draws `message` in `rect`.
pub(super) fn message_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, message: &Message) {
    let words_height = scene.units(if scene.is_upright() { 330.0 } else { 260.0 }).min(rect.height() * 0.52);
    let (picture_rect, words_rect) = split_top(rect, rect.height() - words_height);
    let picture_rect = picture_rect.shrink2(vec2(0.0, scene.units(14.0)));
    match &message.huge {
        Some(huge) => huge_ui(ui, scene, picture_rect, message.picture, huge),
        None => paint_pictogram(ui.painter(), picture_rect, message.picture, scene.palette),
    }
    let headline = scene.style(theme::HEADLINE, Weight::Bold, scene.palette.ink);
    let headline_height = if message.detail.is_some() { words_rect.height() * 0.55 } else { words_rect.height() };
    let (headline_rect, detail_rect) = split_top(words_rect, headline_height);
    label_ui(ui, scene, headline_rect, &message.headline, headline, Align::Center);
    if let Some(detail) = &message.detail {
        let style = scene.style(theme::SENTENCE, Weight::Regular, scene.palette.faint_ink);
        label_ui(ui, scene, detail_rect, detail, style, Align::Center);
    }
}

/// The picture, and beside it in reading direction a plate with something huge on it.
fn huge_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, picture: Pictogram, huge: &str) {
    let style = scene.style(190.0, Weight::Bold, theme::PRIMARY.ink);
    let frame = scene.frame(f32::INFINITY, Align::Center);
    let height = rect.height().min(scene.units(290.0));
    let width = layout(ui.ctx(), huge, style, frame).size().x + scene.units(70.0);
    let gap = scene.units(40.0);
    let width = width.max(height).min(rect.width() - height - gap);
    let row = Rect::from_center_size(rect.center(), vec2(height + gap + width, height));
    let picture_rect = Rect::from_min_size(row.min, vec2(height, height));
    let plate = Rect::from_min_max(pos2(picture_rect.right() + gap, row.top()), row.max);
    paint_pictogram(ui.painter(), scene.mirrored(picture_rect, row), picture, scene.palette);
    let plate = scene.mirrored(plate, row);
    ui.painter().rect_filled(plate, corner(scene.units(28.0)), theme::PRIMARY.fill);
    let inner = plate.shrink2(vec2(scene.units(20.0), 0.0));
    fitted_label_ui(ui, inner, huge, style, scene.frame(inner.width(), Align::Center));
}
