//! How each step of the wizard looks.

use egui::{Rect, Ui, vec2};
use muwajaha_core::domain::{BootTime, KioskId};
use muwajaha_core::provisioning::{
    AuthorityDigits, CODE_LENGTH, Problem, ShortCode, StickProblem, Touch, Waiting, WizardScreen, WizardView,
};

use super::{StepButton, StepScene, keyboard};
use crate::system::failure::Failure;
use crate::ui::l10n::{Argument, Word};
use crate::ui::pictures::{Pictogram, paint_pictogram};
use crate::ui::scene::{grid, split_top};
use crate::ui::theme::{self, PAPER};
use crate::ui::widgets::{Button, button_ui};

/// A stick's kiosks on one page.
const PAGE: usize = 16;

impl StepScene<'_, '_> {
    pub(super) fn view_ui(&mut self, ui: &mut Ui, rect: Rect, screen: &WizardScreen, page: &mut usize) {
        match &screen.view {
            WizardView::DiskClosed => self.disk_closed_ui(ui, rect),
            WizardView::Address { typed, problem } => {
                self.address_ui(ui, rect, typed, *problem, screen.offers_stick);
            }
            WizardView::Waiting(waiting) => self.waiting_ui(ui, rect, *waiting),
            WizardView::Digits(digits) => self.digits_ui(ui, rect, digits),
            WizardView::Code { typed, problem } => {
                self.code_ui(ui, rect, typed.reveal(), *problem, screen.offers_stick);
            }
            WizardView::Approval { short_code, expires_at } => self.approval_ui(ui, rect, short_code, *expires_at),
            WizardView::Stick { kiosks, problem } => self.stick_ui(ui, rect, kiosks, problem.as_ref(), page),
            WizardView::Done(kiosk) => self.done_ui(ui, rect, kiosk),
            WizardView::DiskNotMade(problem) => self.disk_not_made_ui(ui, rect, *problem),
        }
    }

    fn disk_closed_ui(&mut self, ui: &mut Ui, rect: Rect) {
        let (above, row) = self.above_buttons(rect);
        let (picture, words) = split_top(above, above.height() * 0.3);
        paint_pictogram(ui.painter(), picture.shrink(self.scene.units(10.0)), Pictogram::KioskOff, PAPER);
        let (title, words) = split_top(words, words.height() * 0.3);
        let code = [("code", Argument::Text(Failure::NotProvisioned.code()))];
        self.headline_ui(ui, title, &self.scene.say_with(Word::WizardDiskClosedTitle, &code));
        let (detail, choice) = split_top(words, words.height() * 0.4);
        self.sentence_ui(ui, detail, &self.scene.say(Word::WizardDiskClosedDetail));
        self.sentence_ui(ui, choice, &self.scene.say(Word::WizardDiskClosedChoice));
        self.buttons_ui(ui, row, vec![next(true)]);
    }

    fn disk_not_made_ui(&mut self, ui: &mut Ui, rect: Rect, problem: Problem) {
        let (above, row) = self.above_buttons(rect);
        let (picture, words) = split_top(above, above.height() * 0.5);
        paint_pictogram(ui.painter(), picture.shrink(self.scene.units(30.0)), Pictogram::KioskOff, PAPER);
        let (strip, _) = split_top(words, self.scene.units(110.0));
        self.hint_ui(ui, strip, Some(&self.told(problem)), Word::WizardWaitDetail);
        let again = StepButton { look: theme::PRIMARY, ..StepButton::plain("next", Word::WizardAgain, Touch::Next) };
        self.buttons_ui(ui, row, vec![again]);
    }

    fn address_ui(&mut self, ui: &mut Ui, rect: Rect, typed: &str, problem: Option<Problem>, offers_stick: bool) {
        let (above, row) = self.above_buttons(rect);
        let keys = self.field_ui(ui, above, Word::WizardAddressTitle, &format!("https://{typed}"));
        let keys = self.hint_above(ui, keys, problem, Word::WizardAddressHint);
        self.keyboard_ui(ui, keys, &keyboard::ADDRESS);
        let mut buttons = Vec::new();
        if offers_stick {
            buttons.push(StepButton::plain("stick", Word::WizardUseStick, Touch::UseStick));
        }
        buttons.push(StepButton::plain("erase", Word::PinErase, Touch::Erase));
        buttons.push(next(!typed.is_empty()));
        self.buttons_ui(ui, row, buttons);
    }

    fn code_ui(&mut self, ui: &mut Ui, rect: Rect, typed: &str, problem: Option<Problem>, offers_stick: bool) {
        let (above, row) = self.above_buttons(rect);
        let mut places: Vec<char> = typed.chars().chain("_".repeat(CODE_LENGTH).chars()).take(CODE_LENGTH).collect();
        for at in [8, 4] {
            places.insert(at, '-');
        }
        let keys = self.field_ui(ui, above, Word::WizardCodeTitle, &places.into_iter().collect::<String>());
        let keys = self.hint_above(ui, keys, problem, Word::WizardCodeHint);
        self.keyboard_ui(ui, keys, &keyboard::CODE);
        let mut buttons = vec![
            StepButton::plain("back", Word::WizardBack, Touch::Back),
            StepButton::plain("office", Word::WizardAskOffice, Touch::AskOffice),
        ];
        if offers_stick {
            buttons.push(StepButton::plain("stick", Word::WizardUseStick, Touch::UseStick));
        }
        buttons.push(StepButton::plain("erase", Word::PinErase, Touch::Erase));
        buttons.push(next(typed.len() == CODE_LENGTH));
        self.buttons_ui(ui, row, buttons);
    }

    /// A headline and what was typed; the rest is handed back.
    fn field_ui(&self, ui: &mut Ui, rect: Rect, title: Word, typed: &str) -> Rect {
        let (head, rest) = split_top(rect, self.scene.units(64.0));
        self.headline_ui(ui, head, &self.scene.say(title));
        let (field, rest) = split_top(rest, self.scene.units(72.0));
        self.letters_ui(ui, field, typed, 44.0);
        rest.with_min_y(rest.top() + self.scene.units(8.0))
    }

    /// The hint, or the problem; the rest is handed back.
    fn hint_above(&self, ui: &mut Ui, rect: Rect, problem: Option<Problem>, hint: Word) -> Rect {
        self.strip_above(ui, rect, problem.map(|problem| self.told(problem)), hint)
    }

    fn strip_above(&self, ui: &mut Ui, rect: Rect, told: Option<String>, hint: Word) -> Rect {
        let (strip, rest) = split_top(rect, self.scene.units(88.0));
        self.hint_ui(ui, strip, told.as_deref(), hint);
        rest.with_min_y(rest.top() + self.scene.units(12.0))
    }

    fn waiting_ui(&mut self, ui: &mut Ui, rect: Rect, waiting: Waiting) {
        let (above, row) = self.above_buttons(rect);
        let title = match waiting {
            Waiting::Reaching => Word::WizardReaching,
            Waiting::Redeeming => Word::WizardRedeeming,
            Waiting::Asking => Word::WizardAsking,
            Waiting::MakingDisk => Word::WizardMakingDisk,
        };
        let detail = match waiting {
            Waiting::MakingDisk => Word::WizardMakingDiskDetail,
            Waiting::Reaching | Waiting::Redeeming | Waiting::Asking => Word::WizardWaitDetail,
        };
        self.message_ui(ui, above, Pictogram::Hourglass, &self.scene.say(title), &self.scene.say(detail));
        // What was handed over cannot be taken back.
        if matches!(waiting, Waiting::Reaching | Waiting::Asking) {
            self.buttons_ui(ui, row, vec![StepButton::plain("back", Word::WizardBack, Touch::Back)]);
        }
    }

    fn digits_ui(&mut self, ui: &mut Ui, rect: Rect, digits: &AuthorityDigits) {
        let (above, row) = self.above_buttons(rect);
        let (head, rest) = split_top(above, self.scene.units(80.0));
        self.headline_ui(ui, head, &self.scene.say(Word::WizardDigitsTitle));
        let (detail, rest) = split_top(rest, self.scene.units(110.0));
        self.sentence_ui(ui, detail, &self.scene.say(Word::WizardDigitsDetail));
        self.groups_ui(ui, rest, &digits.as_str().split(' ').collect::<Vec<_>>());
        let differ = StepButton {
            look: theme::END,
            ..StepButton::plain("differ", Word::WizardDigitsDiffer, Touch::OtherDigits)
        };
        let same =
            StepButton { look: theme::ACCEPT, ..StepButton::plain("same", Word::WizardDigitsSame, Touch::SameDigits) };
        self.buttons_ui(ui, row, vec![differ, same]);
    }

    /// Groups that people compare one by one, from left to right in every language.
    fn groups_ui(&self, ui: &mut Ui, rect: Rect, groups: &[&str]) {
        let columns = if self.scene.is_upright() { 2 } else { 4 };
        let rows = groups.len().div_ceil(columns);
        let height = rect.height().min(self.scene.units(140.0) * rows as f32);
        let places = Rect::from_center_size(rect.center(), vec2(rect.width(), height));
        for (group, cell) in groups.iter().zip(grid(places, columns, rows, self.scene.units(16.0))) {
            self.letters_ui(ui, cell, group, 64.0);
        }
    }

    fn approval_ui(&mut self, ui: &mut Ui, rect: Rect, short_code: &ShortCode, expires_at: BootTime) {
        let (above, row) = self.above_buttons(rect);
        let (head, rest) = split_top(above, self.scene.units(110.0));
        self.headline_ui(ui, head, &self.scene.say(Word::WizardApprovalTitle));
        let height = if self.scene.is_upright() { 300.0 } else { 170.0 };
        let (code, rest) = split_top(rest, self.scene.units(height));
        self.groups_ui(ui, code, &short_code.as_str().split('-').collect::<Vec<_>>());
        let (detail, rest) = split_top(rest, self.scene.units(130.0));
        self.sentence_ui(ui, detail, &self.scene.say(Word::WizardApprovalDetail));
        let left = self.scene.countdown(ui.ctx(), expires_at);
        let words = self.scene.say_with(Word::WizardApprovalLeft, &[("countdown", Argument::Text(&left))]);
        let (left, _) = split_top(rest, self.scene.units(70.0));
        self.sentence_ui(ui, left, &words);
        self.buttons_ui(ui, row, vec![StepButton::plain("back", Word::WizardBack, Touch::Back)]);
    }

    fn stick_ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        kiosks: &[KioskId],
        problem: Option<&StickProblem>,
        page: &mut usize,
    ) {
        let (above, row) = self.above_buttons(rect);
        let (head, rest) = split_top(above, self.scene.units(70.0));
        self.headline_ui(ui, head, &self.scene.say(Word::WizardStickTitle));
        let told = problem.map(|problem| match problem {
            StickProblem::Any(problem) => self.told(*problem),
            StickProblem::Renamed { file, kiosk } => {
                let names = [("file", Argument::Text(file.as_str())), ("kiosk", Argument::Text(kiosk.as_str()))];
                self.told_with(Word::WizardFileRenamed, &names, problem.code())
            }
        });
        let names = self.strip_above(ui, rest, told, Word::WizardStickHint);
        let pages = kiosks.len().div_ceil(PAGE).max(1);
        *page %= pages;
        let columns = if self.scene.is_upright() { 2 } else { 4 };
        let cells = grid(names, columns, PAGE / columns, self.scene.units(10.0));
        for (index, (kiosk, cell)) in kiosks.iter().skip(*page * PAGE).zip(cells).enumerate() {
            let look = theme::PLAIN;
            let button = Button { key: "kiosk", words: kiosk.as_str(), picture: None, look, size: theme::BUTTON };
            let place = self.scene.mirrored(cell, names);
            let touched = ui.push_id(index, |ui| button_ui(ui, self.scene, place, button)).inner;
            if touched {
                self.touched = Some(Touch::StickKiosk(kiosk.clone()));
            }
        }
        let cells = grid(row, if pages > 1 { 2 } else { 1 }, 1, self.scene.units(12.0));
        if let Some(back) = cells.first() {
            let back = self.scene.mirrored(*back, row);
            self.buttons_ui(ui, back, vec![StepButton::plain("back", Word::WizardBack, Touch::Back)]);
        }
        if let Some(more) = cells.get(1) {
            let words = self.scene.say(Word::WizardMore);
            let more = self.scene.mirrored(*more, row);
            let button = Button { key: "more", words: &words, picture: None, look: theme::PLAIN, size: theme::BUTTON };
            if button_ui(ui, self.scene, more, button) {
                *page += 1;
            }
        }
    }

    fn done_ui(&mut self, ui: &mut Ui, rect: Rect, kiosk: &KioskId) {
        let (above, row) = self.above_buttons(rect);
        let title = self.scene.say_with(Word::WizardDoneTitle, &[("kiosk", Argument::Text(kiosk.as_str()))]);
        self.message_ui(ui, above, Pictogram::KioskOn, &title, &self.scene.say(Word::WizardDoneDetail));
        self.buttons_ui(ui, row, vec![next(true)]);
    }

    fn message_ui(&self, ui: &mut Ui, rect: Rect, picture: Pictogram, headline: &str, detail: &str) {
        let (above, rest) = split_top(rect, rect.height() * 0.5);
        paint_pictogram(ui.painter(), above.shrink(self.scene.units(30.0)), picture, PAPER);
        let (title, rest) = split_top(rest, self.scene.units(110.0));
        self.headline_ui(ui, title, headline);
        let (words, _) = split_top(rest, self.scene.units(80.0));
        self.sentence_ui(ui, words, detail);
    }
}

fn next(is_ready: bool) -> StepButton {
    let look = if is_ready { theme::PRIMARY } else { theme::RESTING };
    StepButton { look, ..StepButton::plain("next", Word::WizardNext, Touch::Next) }
}
