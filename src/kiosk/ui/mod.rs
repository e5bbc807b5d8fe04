//! The screen: draws exactly the [`Screen`] that the session made, in the words of its language, and
//! reports what people touch. Decides nothing.
//!
//! Lives on main, inside eframe. Repaints by itself where a countdown or a picture changes.

mod fallback;
mod fingers;
mod hardening;
mod installer;
mod l10n;
mod pictures;
mod scene;
mod screens;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod video;
mod widgets;
mod wizard;

use std::sync::Arc;
use std::time::Duration;

use eframe::glow;
use muwajaha_core::domain::{BootTime, Language, Utc};
use muwajaha_core::session::{Screen, UserAction};

pub use fallback::{FallbackPicture, FallbackUi};
pub use fingers::Fingers;
pub use hardening::{filter_input, native_options};
pub use installer::InstallerUi;
pub use l10n::CheckWords;
pub use wizard::WizardUi;

use crate::picture::PictureSlot;
use l10n::Words;
use scene::Scene;
use screens::{Belongings, TypedDigits, screen_ui};
use video::Video;

/// Longest time between two pictures of the self view, where nothing else asks for a pass.
const SELF_VIEW_PERIOD: Duration = Duration::from_millis(50);

/// What every window of this program begins with: our fonts and style, and nothing of egui's own that leads away.
fn set_up(context: &egui::Context) {
    text::install_fonts(context);
    theme::install_style(context);
    hardening::harden(context);
}

/// The screen.
pub struct Ui {
    words: [Words; 3],
    language_names: Vec<(Language, String)>,
    remote: Video,
    own: Video,
    typed_number: TypedDigits,
    typed_pin: TypedDigits,
}

impl Ui {
    /// Installs fonts and style in `context`, takes egui's shortcuts away, and watches both slots for
    /// new pictures. Without `gl` videos stay black.
    pub fn new(context: &egui::Context, gl: Option<Arc<glow::Context>>, remote: PictureSlot, own: PictureSlot) -> Self {
        set_up(context);
        let waker = context.clone();
        remote.watch(move || waker.request_repaint());
        let waker = context.clone();
        own.watch(move || waker.request_repaint_after(SELF_VIEW_PERIOD));
        let words = Words::in_all_languages();
        let language_names = widgets::language_names(&words);
        Self {
            words,
            language_names,
            remote: Video::new(remote, gl.is_some(), false),
            own: Video::new(own, gl.is_some(), true),
            typed_number: TypedDigits::default(),
            typed_pin: TypedDigits::default(),
        }
    }

    /// Draws `screen` over the whole of `ui` and hands what was touched to `actions`. `now` counts the
    /// countdowns; `wall` is the time of day shown to people.
    pub fn draw(
        &mut self,
        ui: &mut egui::Ui,
        screen: &Screen,
        now: BootTime,
        wall: Utc,
        actions: &mut dyn FnMut(UserAction),
    ) {
        let words = Words::among(&self.words, screen.language);
        let rect = ui.ctx().content_rect();
        let mut scene =
            Scene { words, now, wall, zone: &screen.zone, rect, palette: theme::PAPER, touchable: true, actions };
        let belongings = Belongings {
            remote: &self.remote,
            own: &self.own,
            typed_number: &mut self.typed_number,
            typed_pin: &mut self.typed_pin,
            language_names: &self.language_names,
        };
        screen_ui(ui, &mut scene, screen, belongings);
    }
}
