//! Finds what would keep people from reading or touching: text cut off, things on top of each other,
//! faint text, text and buttons too small, something over the visitor's face.

use egui::accesskit::Role;
use egui::{Color32, FullOutput, Rect, Shape, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::gl::Image;
use crate::ui::theme;

/// A text as it was drawn, in points.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    pub(super) words: String,
    /// Where there is ink.
    pub(super) bounds: Rect,
    /// What of the window it may show in.
    pub(super) clip: Rect,
    pub(super) color: Color32,
    pub(super) size: f32,
}

fn walk<'a>(shape: &'a Shape, visit: &mut impl FnMut(&'a Shape)) {
    if let Shape::Vec(shapes) = shape {
        shapes.iter().for_each(|shape| walk(shape, visit));
    } else {
        visit(shape);
    }
}

/// All texts of a pass.
pub(super) fn texts(output: &FullOutput) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    for clipped in &output.shapes {
        walk(&clipped.shape, &mut |shape| {
            let Shape::Text(text) = shape else { return };
            let format = &text.galley.job.sections[0].format;
            let color = if format.color == Color32::PLACEHOLDER { text.fallback_color } else { format.color };
            drawn.push(Drawn {
                words: text.galley.text().to_owned(),
                bounds: text.galley.mesh_bounds.translate(text.pos.to_vec2()),
                clip: clipped.clip_rect,
                color,
                size: format.font_id.size,
            });
        });
    }
    drawn
}

/// All buttons of a pass by their names.
pub(super) fn buttons<State>(harness: &Harness<'_, State>) -> Vec<(String, Rect)> {
    let nodes = harness.query_all_by_role(Role::Button);
    nodes.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect())).collect()
}

/// Texts that reach out of the window or of the room they were given.
pub(super) fn clipped(texts: &[Drawn], window: Rect) -> Vec<String> {
    let outside = |text: &&Drawn| !text.clip.intersect(window).expand(1.0).contains_rect(text.bounds);
    texts
        .iter()
        .filter(outside)
        .map(|text| format!("clipped: {} {} in {}", text.words, text.bounds, text.clip))
        .collect()
}

fn overlap(a: Rect, b: Rect) -> bool {
    let common = a.intersect(b);
    common.width() > 1.0 && common.height() > 1.0
}

fn pairs<T>(items: &[T]) -> impl Iterator<Item = (&T, &T)> {
    items.iter().enumerate().flat_map(|(index, a)| items.iter().skip(index + 1).map(move |b| (a, b)))
}

/// Texts or buttons on top of each other; a text within a button is its words.
pub(super) fn overlapping(texts: &[Drawn], buttons: &[(String, Rect)]) -> Vec<String> {
    let text_pairs = pairs(texts).filter(|(a, b)| overlap(a.bounds, b.bounds));
    let button_pairs = pairs(buttons).filter(|(a, b)| overlap(a.1, b.1));
    let mixed = texts.iter().flat_map(|text| buttons.iter().map(move |button| (text, button)));
    let torn =
        mixed.filter(|(text, (_, rect))| overlap(text.bounds, *rect) && !rect.expand(1.0).contains_rect(text.bounds));
    text_pairs
        .map(|(a, b)| format!("text over text: {} and {}", a.words, b.words))
        .chain(button_pairs.map(|(a, b)| format!("button over button: {} and {}", a.0, b.0)))
        .chain(torn.map(|(text, button)| format!("text over a button's edge: {} and {}", text.words, button.0)))
        .collect()
}

/// Texts smaller than `least` points, and buttons with a side under `side` points.
pub(super) fn too_small(texts: &[Drawn], buttons: &[(String, Rect)], least: f32, side: f32) -> Vec<String> {
    let small = texts.iter().filter(|text| text.size < least);
    let narrow = buttons.iter().filter(|(_, rect)| rect.width().min(rect.height()) < side);
    small
        .map(|text| format!("text of {} points: {}", text.size, text.words))
        .chain(narrow.map(|(name, rect)| format!("button of {}: {name}", rect.size())))
        .collect()
}

/// What is cut off, on top of each other or too small in `window`; `least` units is the smallest text.
pub(super) fn of_layout(texts: &[Drawn], buttons: &[(String, Rect)], window: Rect, least: f32) -> Vec<String> {
    let unit = theme::scale_of(window);
    let mut found = clipped(texts, window);
    found.extend(overlapping(texts, buttons));
    // 72 pixels at 1080p, where a unit is 1.35 pixels.
    found.extend(too_small(texts, buttons, (least * unit).floor(), 72.0 / 1.35 * unit));
    found
}

fn luminance([red, green, blue, _]: [u8; 4]) -> f32 {
    let linear = |channel: u8| {
        let share = f32::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// Contrast by WCAG, 1 to 21.
pub(super) fn contrast(a: [u8; 4], b: [u8; 4]) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Texts that are less than 4.5:1 apart from the colour that surrounds them in the rendered picture,
/// or whose colour is not to be seen there at all.
pub(super) fn faint(texts: &[Drawn], image: &Image, scale: f32) -> Vec<String> {
    texts.iter().filter_map(|text| faintness(text, image, scale)).collect()
}

fn faintness(text: &Drawn, image: &Image, scale: f32) -> Option<String> {
    let area = text.bounds.intersect(text.clip).scale_from_origin(scale);
    if !area.is_positive() {
        return None;
    }
    let mut counts: std::collections::HashMap<[u8; 4], usize> = std::collections::HashMap::new();
    let (right, bottom) = ((area.right() as u32).min(image.width), (area.bottom() as u32).min(image.height));
    for y in area.top().max(0.0) as u32..bottom {
        for x in area.left().max(0.0) as u32..right {
            *counts.entry(image.at(x, y)).or_default() += 1;
        }
    }
    let ink = text.color.to_array();
    let near = |pixel: &[u8; 4]| pixel.iter().zip(ink).all(|(a, b)| a.abs_diff(b) < 40);
    if !counts.keys().any(near) {
        return Some(format!("not to be seen: {}", text.words));
    }
    let ground = counts.iter().filter(|(pixel, _)| !near(pixel)).max_by_key(|(_, count)| **count);
    let ratio = ground.map_or(1.0, |(ground, _)| contrast(ink, *ground));
    (ratio < 4.5).then(|| format!("contrast {ratio:.1}: {}", text.words))
}

/// What lies over the middle band (35 to 65 % of the height) of the first video of a pass.
pub(super) fn over_the_face(output: &FullOutput) -> Vec<String> {
    let mut band: Option<Rect> = None;
    let mut over = Vec::new();
    for clipped in &output.shapes {
        walk(&clipped.shape, &mut |shape| match (band, shape) {
            (None, Shape::Callback(callback)) => {
                let rect = callback.rect;
                let size = vec2(rect.width(), rect.height() * 0.3);
                band = Some(Rect::from_center_size(rect.center(), size));
            }
            (Some(band), shape) => {
                let bounds = shape.visual_bounding_rect().intersect(clipped.clip_rect);
                if bounds.is_positive() && overlap(bounds, band) {
                    over.push(format!("over the visitor's picture: {bounds}"));
                }
            }
            (None, _) => {}
        });
    }
    over
}

trait ScaleFromOrigin {
    fn scale_from_origin(self, factor: f32) -> Self;
}

impl ScaleFromOrigin for Rect {
    fn scale_from_origin(self, factor: f32) -> Self {
        Rect::from_min_max((self.min.to_vec2() * factor).to_pos2(), (self.max.to_vec2() * factor).to_pos2())
    }
}
