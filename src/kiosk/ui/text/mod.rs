//! Bidirectional text: the fonts, and galleys in which every line reads as Unicode says.
//!
//! egui shapes letters but knows no bidirectional order (it shows 10:30 as 03:01 in an Arabic line).
//! Here a text is ordered by unicode-bidi and broken by unicode-linebreak, egui shapes the pieces,
//! and [`layout`] hands back one galley with the logical text. Cached; lives on main.

mod merge;
mod order;

use std::collections::HashMap;
use std::sync::Arc;

use egui::mutex::Mutex;
use egui::{Align, Color32, FontData, FontDefinitions, FontFamily, FontId, Galley};

pub(crate) use order::without_bidi_controls;

use order::Face;

/// How heavy letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TextStyle {
    /// In points.
    pub(crate) size: f32,
    pub(crate) weight: Weight,
    pub(crate) color: Color32,
}

/// The room and direction of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TextFrame {
    /// In points; lines break here.
    pub(crate) max_width: f32,
    /// Base direction.
    pub(crate) right_to_left: bool,
    /// `Min` is where lines start: left, or right in right-to-left text.
    pub(crate) align: Align,
}

const FACES: [(Face, Weight, &str, &[u8]); 4] = [
    (Face::Arabic, Weight::Regular, "arabic", include_bytes!("../../../../assets/fonts/NotoSansArabicUI-Regular.ttf")),
    (Face::Arabic, Weight::Bold, "arabic-bold", include_bytes!("../../../../assets/fonts/NotoSansArabicUI-Bold.ttf")),
    (Face::Latin, Weight::Regular, "latin", include_bytes!("../../../../assets/fonts/NotoSans-Regular.ttf")),
    (Face::Latin, Weight::Bold, "latin-bold", include_bytes!("../../../../assets/fonts/NotoSans-Bold.ttf")),
];

fn family(face: Face, weight: Weight) -> FontFamily {
    let name = match (face, weight) {
        (Face::Arabic, Weight::Regular) => "arabic",
        (Face::Arabic, Weight::Bold) => "arabic-bold",
        (Face::Latin, Weight::Regular) => "latin",
        (Face::Latin, Weight::Bold) => "latin-bold",
    };
    FontFamily::Name(name.into())
}

/// Gives egui the four faces that the kiosk carries, and no other.
pub(crate) fn install_fonts(context: &egui::Context) {
    let mut fonts = FontDefinitions::empty();
    for (face, weight, name, bytes) in FACES {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        fonts.families.insert(family(face, weight), vec![name.to_owned()]);
    }
    for stock in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.insert(stock, vec!["latin".to_owned(), "arabic".to_owned()]);
    }
    context.set_fonts(fonts);
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    text: Box<str>,
    size: u32,
    weight: Weight,
    color: Color32,
    max_width: u32,
    right_to_left: bool,
    align: Align,
    pixels_per_point: u32,
}

/// Galleys by what they were made from, with the pass in which each was last used.
#[derive(Default)]
struct Cache {
    galleys: HashMap<Key, (u64, Arc<Galley>)>,
    sentinel: Option<Arc<Galley>>,
    pass: u64,
}

/// Passes after which a galley that nobody asked for is forgotten.
const KEPT_PASSES: u64 = 256;

impl Cache {
    /// egui drops its own galleys whenever the glyph atlas is rebuilt; ours then point to nowhere.
    /// A galley of egui's own, asked for in each pass, tells: its pointer changes.
    fn begin_pass(&mut self, context: &egui::Context) {
        let pass = context.cumulative_pass_nr();
        if self.pass == pass && self.sentinel.is_some() {
            return;
        }
        self.pass = pass;
        let font = FontId::new(12.0, family(Face::Latin, Weight::Regular));
        let sentinel = context.fonts_mut(|fonts| fonts.layout_no_wrap("x".to_owned(), font, Color32::WHITE));
        if !self.sentinel.as_ref().is_some_and(|known| Arc::ptr_eq(known, &sentinel)) {
            self.galleys.clear();
            self.sentinel = Some(sentinel);
        }
        if pass.is_multiple_of(64) {
            self.galleys.retain(|_, (used, _)| *used + KEPT_PASSES > pass);
        }
    }
}

/// Lays `text` out. The galley's own text is the logical string.
pub(crate) fn layout(context: &egui::Context, text: &str, style: TextStyle, frame: TextFrame) -> Arc<Galley> {
    let cache = context.data_mut(|data| {
        data.get_temp_mut_or_default::<Arc<Mutex<Cache>>>(egui::Id::unique("bidirectional text")).clone()
    });
    let mut cache = cache.lock();
    cache.begin_pass(context);
    let pixels_per_point = context.pixels_per_point();
    let key = Key {
        text: text.into(),
        size: style.size.to_bits(),
        weight: style.weight,
        color: style.color,
        max_width: frame.max_width.to_bits(),
        right_to_left: frame.right_to_left,
        align: frame.align,
        pixels_per_point: pixels_per_point.to_bits(),
    };
    let pass = cache.pass;
    if let Some((used, galley)) = cache.galleys.get_mut(&key) {
        *used = pass;
        return Arc::clone(galley);
    }
    let galley = Arc::new(context.fonts_mut(|fonts| merge::lay_out(fonts, pixels_per_point, text, style, frame)));
    cache.galleys.insert(key, (pass, Arc::clone(&galley)));
    galley
}
