//! The picture behind the kiosk's window: one moment, please; or that this kiosk does not work, with
//! the code for staff. In all three languages at once, since nothing on it can be touched.
//!
//! Lives on main of a process of its own. Asks for no pass by itself.

use egui::{Align, Context, Rect, Ui, vec2};
use muwajaha_core::domain::{KioskId, Language};

use super::l10n::{Word, Words};
use super::pictures::{Pictogram, paint_pictogram};
use super::scene::{grid, split_bottom, split_top};
use super::set_up;
use super::text::{TextFrame, TextStyle, Weight};
use super::theme::{self, PAPER};
use super::widgets::{corner, fitted_label_ui};
use crate::system::failure::Failure;

/// What stands on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FallbackPicture {
    /// The name on the kiosk's case, where it is known.
    pub kiosk: Option<KioskId>,
    /// Why the kiosk does not work; `None` while it is waited for.
    pub failure: Option<Failure>,
}

/// Draws it.
pub struct FallbackUi {
    words: [Words; 3],
}

impl FallbackUi {
    /// Installs fonts and style in `context`, and takes egui's shortcuts away.
    pub fn new(context: &Context) -> Self {
        set_up(context);
        Self { words: Words::in_all_languages() }
    }

    /// Draws `picture` over the whole of `ui`.
    pub fn draw(&self, ui: &mut Ui, picture: &FallbackPicture) {
        let whole = ui.ctx().content_rect();
        let unit = theme::scale_of(whole);
        ui.painter().rect_filled(whole, 0, PAPER.ground);
        let inner = whole.shrink(theme::MARGIN * unit);
        let (body, plate) = split_bottom(inner, 128.0 * unit);
        plate_ui(ui, plate.with_min_y(plate.top() + 26.0 * unit), unit, picture);
        let (top, lines) = split_top(body, body.height() * 0.36);
        let (pictogram, headline, detail) = match picture.failure {
            None => (Pictogram::Hourglass, Word::StartingTitle, Word::StartingDetail),
            Some(_) => (Pictogram::KioskOff, Word::OutOfServiceTitle, Word::OutOfServiceDetail),
        };
        paint_pictogram(ui.painter(), top.shrink(10.0 * unit), pictogram, PAPER);
        for (words, rect) in self.words.iter().zip(grid(lines, 1, self.words.len(), 14.0 * unit)) {
            let (headline_rect, detail_rect) = split_top(rect, rect.height() * 0.56);
            let style = TextStyle { size: 46.0 * unit, weight: Weight::Bold, color: PAPER.ink };
            let frame = frame_of(words.language(), rect);
            fitted_label_ui(ui, headline_rect, &words.say(headline), style, frame);
            let style = TextStyle { size: 34.0 * unit, weight: Weight::Regular, color: PAPER.faint_ink };
            fitted_label_ui(ui, detail_rect, &words.say(detail), style, frame);
        }
    }
}

fn frame_of(language: Language, rect: Rect) -> TextFrame {
    TextFrame { max_width: rect.width(), right_to_left: language.is_right_to_left(), align: Align::Center }
}

/// What staff say on the telephone: the code, and which kiosk.
fn plate_ui(ui: &mut Ui, rect: Rect, unit: f32, picture: &FallbackPicture) {
    let code = picture.failure.map(|failure| failure.code().to_owned());
    let kiosk = picture.kiosk.as_ref().map(|kiosk| kiosk.as_str().to_owned());
    let told: Vec<String> = [code, kiosk].into_iter().flatten().collect();
    if told.is_empty() {
        return;
    }
    let width = rect.width().min(720.0 * unit);
    let plate = Rect::from_center_size(rect.center(), vec2(width, rect.height()));
    ui.painter().rect_filled(plate, corner(18.0 * unit), PAPER.soft);
    for (words, cell) in told.iter().zip(grid(plate, told.len(), 1, 0.0)) {
        let style = TextStyle { size: 56.0 * unit, weight: Weight::Bold, color: PAPER.ink };
        let cell = cell.shrink2(vec2(20.0 * unit, 4.0 * unit));
        fitted_label_ui(ui, cell, words, style, frame_of(Language::English, cell));
    }
}
