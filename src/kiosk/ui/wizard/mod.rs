//! The wizard of a machine that is no kiosk yet, one step a screen, large and calm as the technician's.
//!
//! Draws exactly what [`muwajaha_core::provisioning`] made, and reports what people touch. Addresses,
//! codes and digits run from left to right, in Latin letters, in every language. Lives on main.

mod keyboard;
mod steps;

use egui::{Align, Context, Rect, Ui, pos2, vec2};
use muwajaha_core::domain::{BootTime, Language, Utc};
use muwajaha_core::provisioning::{Problem, Touch, WizardScreen, WizardView};
use muwajaha_core::session::UserAction;

use super::l10n::{Argument, Word, Words};
use super::scene::{Scene, grid, split_bottom, split_top};
use super::set_up;
use super::text::{TextFrame, Weight};
use super::theme::{self, ButtonLook, PAPER};
use super::widgets::{Button, button_ui, corner, fitted_label_ui, label_ui, language_names, language_ui};

/// Draws it.
pub struct WizardUi {
    words: [Words; 3],
    language_names: Vec<(Language, String)>,
    /// Which page of a stick's kiosks is open.
    page: usize,
}

/// A step's parts.
struct StepScene<'a, 'b> {
    scene: &'a Scene<'b>,
    touched: Option<Touch>,
}

impl WizardUi {
    /// Installs fonts and style in `context`, and takes egui's shortcuts away.
    pub fn new(context: &Context) -> Self {
        set_up(context);
        let words = Words::in_all_languages();
        Self { language_names: language_names(&words), words, page: 0 }
    }

    /// Draws `screen` over the whole of `ui` and hands what was touched to `touches`.
    pub fn draw(&mut self, ui: &mut Ui, screen: &WizardScreen, now: BootTime, touches: &mut dyn FnMut(Touch)) {
        let words = Words::among(&self.words, screen.language);
        let rect = ui.ctx().content_rect();
        ui.painter().rect_filled(rect, 0, PAPER.ground);
        let mut chosen = None;
        let mut choose = |action| {
            if let UserAction::LanguageChosen(language) = action {
                chosen = Some(Touch::Language(language));
            }
        };
        let (wall, zone) = (Utc::default(), "UTC");
        let mut scene = Scene { words, now, wall, zone, rect, palette: PAPER, touchable: true, actions: &mut choose };
        let inner = rect.shrink(scene.units(theme::MARGIN * 0.75));
        let (top, rest) = split_top(inner, scene.units(76.0));
        top_ui(ui, &mut scene, top, Word::WizardTitle, &self.language_names);
        if !matches!(screen.view, WizardView::Stick { .. }) {
            self.page = 0;
        }
        let body = rest.with_min_y(rest.top() + scene.units(10.0));
        let mut step = StepScene { scene: &scene, touched: None };
        step.view_ui(ui, body, screen, &mut self.page);
        let touched = step.touched;
        chosen.into_iter().chain(touched).for_each(touches);
    }
}

/// What this is, and the language buttons.
pub(super) fn top_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, title: Word, names: &[(Language, String)]) {
    let width = (rect.width() * 0.62).min(scene.units(520.0));
    let languages = Rect::from_min_max(pos2(rect.right() - width, rect.top()), rect.max);
    let rest = Rect::from_min_max(rect.min, pos2(languages.left() - scene.units(16.0), rect.bottom()));
    let style = scene.style(theme::BUTTON, Weight::Bold, scene.palette.faint_ink);
    label_ui(ui, scene, scene.mirrored(rest, rect), &scene.say(title), style, Align::Min);
    language_ui(ui, scene, scene.mirrored(languages, rect), names);
}

/// One of the buttons below a step.
struct StepButton {
    key: &'static str,
    word: Word,
    look: ButtonLook,
    touch: Touch,
}

impl StepButton {
    fn plain(key: &'static str, word: Word, touch: Touch) -> Self {
        Self { key, word, look: theme::PLAIN, touch }
    }
}

impl StepScene<'_, '_> {
    fn headline_ui(&self, ui: &mut Ui, rect: Rect, words: &str) {
        let style = self.scene.style(theme::HEADLINE * 0.75, Weight::Bold, PAPER.ink);
        label_ui(ui, self.scene, rect, words, style, Align::Center);
    }

    fn sentence_ui(&self, ui: &mut Ui, rect: Rect, words: &str) {
        let style = self.scene.style(30.0, Weight::Regular, PAPER.faint_ink);
        label_ui(ui, self.scene, rect, words, style, Align::Center);
    }

    /// What was wrong, with its code.
    fn told(&self, problem: Problem) -> String {
        self.told_with(problem_word(problem), &[], problem.code())
    }

    fn told_with(&self, word: Word, arguments: &[(&'static str, Argument<'_>)], code: &str) -> String {
        let sentence = self.scene.say_with(word, arguments);
        let told = [("problem", Argument::Text(&sentence)), ("code", Argument::Text(code))];
        self.scene.say_with(Word::WizardProblem, &told)
    }

    /// What was wrong; or, where nothing was, what is to be done.
    fn hint_ui(&self, ui: &mut Ui, rect: Rect, told: Option<&str>, hint: Word) {
        let Some(told) = told else { return self.sentence_ui(ui, rect, &self.scene.say(hint)) };
        ui.painter().rect_filled(rect, corner(self.scene.units(14.0)), PAPER.accent);
        let style = self.scene.style(30.0, Weight::Bold, PAPER.ink);
        let inner = rect.shrink2(vec2(self.scene.units(16.0), self.scene.units(4.0)));
        label_ui(ui, self.scene, inner, told, style, Align::Center);
    }

    /// What people read letter by letter, from left to right.
    fn letters_ui(&self, ui: &mut Ui, rect: Rect, letters: &str, size: f32) {
        ui.painter().rect_filled(rect, corner(self.scene.units(14.0)), theme::CARD);
        let inner = rect.shrink2(vec2(self.scene.units(16.0), self.scene.units(4.0)));
        let frame = TextFrame { max_width: inner.width(), right_to_left: false, align: Align::Center };
        fitted_label_ui(ui, inner, letters, self.scene.style(size, Weight::Bold, PAPER.ink), frame);
    }

    fn buttons_ui(&mut self, ui: &mut Ui, rect: Rect, buttons: Vec<StepButton>) {
        let cells = grid(rect, buttons.len(), 1, self.scene.units(12.0));
        for (button, cell) in buttons.into_iter().zip(cells) {
            let words = self.scene.say(button.word);
            let drawn =
                Button { key: button.key, words: &words, picture: None, look: button.look, size: theme::BUTTON };
            if button_ui(ui, self.scene, self.scene.mirrored(cell, rect), drawn) && button.look != theme::RESTING {
                self.touched = Some(button.touch);
            }
        }
    }

    /// A step's body and the row of buttons below it.
    fn above_buttons(&self, rect: Rect) -> (Rect, Rect) {
        let (above, row) = split_bottom(rect, self.scene.units(80.0));
        (above.with_max_y(above.bottom() - self.scene.units(12.0)), row)
    }
}

fn problem_word(problem: Problem) -> Word {
    match problem {
        Problem::NoAddress => Word::WizardNoAddress,
        Problem::NameUnknown => Word::WizardNameUnknown,
        Problem::NoAnswer => Word::WizardNoAnswer,
        Problem::NoService => Word::WizardNoService,
        Problem::NotTrusted => Word::WizardNotTrusted,
        Problem::ClockWrong => Word::WizardClockWrong,
        Problem::OtherAuthority => Word::WizardOtherAuthority,
        Problem::CodeRefused => Word::WizardCodeRefused,
        Problem::TooManyAttempts => Word::WizardTooManyAttempts,
        Problem::ServiceFailed => Word::WizardServiceFailed,
        Problem::ApprovalRefused => Word::WizardApprovalRefused,
        Problem::ApprovalExpired => Word::WizardApprovalExpired,
        Problem::FileNotSigned => Word::WizardFileNotSigned,
        Problem::FileUnreadable => Word::WizardFileUnreadable,
        Problem::DiskFailed => Word::WizardDiskFailed,
        Problem::OtherConfiguration => Word::WizardOtherConfiguration,
        Problem::DiskNotMade => Word::WizardDiskNotMade,
    }
}
