//! Colours, sizes and egui's style. Few colours, each pair that meets at least 4.5:1 apart.
//!
//! Sizes are written for a window of 1280×800 (or 800×1280) points and scale with it.

use egui::{Color32, Rect};

/// Colours of one surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    /// The surface itself.
    pub(crate) ground: Color32,
    /// Text and outlines.
    pub(crate) ink: Color32,
    /// Text of second rank.
    pub(crate) faint_ink: Color32,
    /// Large quiet areas of pictures.
    pub(crate) soft: Color32,
    /// What a picture is about.
    pub(crate) accent: Color32,
    /// What is forbidden or broken.
    pub(crate) alarm: Color32,
}

/// Warm paper: all screens before and after a call.
pub(crate) const PAPER: Palette = Palette {
    ground: Color32::from_rgb(247, 243, 234),
    ink: Color32::from_rgb(18, 52, 60),
    faint_ink: Color32::from_rgb(66, 88, 94),
    soft: Color32::from_rgb(199, 222, 218),
    accent: Color32::from_rgb(232, 165, 52),
    alarm: Color32::from_rgb(178, 50, 40),
};

/// Night: around a call, so that the faces are the brightest thing.
pub(crate) const NIGHT: Palette = Palette {
    ground: Color32::from_rgb(13, 31, 37),
    ink: Color32::from_rgb(244, 241, 232),
    faint_ink: Color32::from_rgb(186, 203, 205),
    soft: Color32::from_rgb(52, 86, 93),
    accent: Color32::from_rgb(242, 184, 80),
    alarm: Color32::from_rgb(255, 140, 124),
};

/// A raised card on paper.
pub(crate) const CARD: Color32 = Color32::from_rgb(255, 255, 255);

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ButtonLook {
    pub(crate) fill: Color32,
    pub(crate) ink: Color32,
    pub(crate) edge: Color32,
}

/// The one thing to do next.
pub(crate) const PRIMARY: ButtonLook = filled(Color32::from_rgb(14, 98, 110));
/// Yes.
pub(crate) const ACCEPT: ButtonLook = filled(Color32::from_rgb(30, 112, 68));
/// What ends something.
pub(crate) const END: ButtonLook = filled(Color32::from_rgb(172, 44, 36));
/// Everything else.
pub(crate) const PLAIN: ButtonLook = ButtonLook { fill: CARD, ink: PAPER.ink, edge: Color32::from_rgb(120, 146, 150) };
/// Everything else, beside a call.
pub(crate) const PLAIN_NIGHT: ButtonLook =
    ButtonLook { fill: Color32::from_rgb(30, 56, 63), ink: NIGHT.ink, edge: Color32::from_rgb(96, 128, 134) };
/// What cannot be touched now.
pub(crate) const RESTING: ButtonLook = ButtonLook {
    fill: Color32::from_rgb(229, 228, 222),
    ink: Color32::from_rgb(88, 104, 108),
    edge: Color32::from_rgb(200, 200, 194),
};

const fn filled(fill: Color32) -> ButtonLook {
    ButtonLook { fill, ink: Color32::WHITE, edge: fill }
}

/// Size of headlines, in units of [`scale_of`].
pub(crate) const HEADLINE: f32 = 60.0;
/// Size of sentences.
pub(crate) const SENTENCE: f32 = 38.0;
/// Size of words on buttons.
pub(crate) const BUTTON: f32 = 34.0;
/// Size of digits on keys.
pub(crate) const DIGIT: f32 = 50.0;
/// Size of what is there for staff.
pub(crate) const SMALL: f32 = 26.0;
/// Height of a button: 72 px and more at 1080p.
pub(crate) const BUTTON_HEIGHT: f32 = 96.0;
/// Distance from the edges.
pub(crate) const MARGIN: f32 = 32.0;

/// Points to a unit: a screen is 1280×800 units lying, 800×1280 standing.
pub(crate) fn scale_of(rect: Rect) -> f32 {
    let (across, down) = if rect.width() >= rect.height() { (1280.0, 800.0) } else { (800.0, 1280.0) };
    (rect.width() / across).min(rect.height() / down).max(0.05)
}

/// egui's own style: nothing selectable, nothing moving by itself.
pub(crate) fn install_style(context: &egui::Context) {
    context.set_theme(egui::Theme::Light);
    context.all_styles_mut(|style| {
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = f32::INFINITY;
        style.animation_time = 0.0;
        style.visuals.panel_fill = PAPER.ground;
        style.visuals.window_fill = PAPER.ground;
    });
}
