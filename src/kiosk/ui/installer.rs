//! The technician's stick on a machine: which disk would be erased, how far it is, and what went wrong, with its code.
//!
//! Nothing is erased by a touch that slipped: the button of a disk must be held. Names and sizes of disks run from left to
//! right, in Latin letters, in every language. Lives on main.

use egui::{Align, Context, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use muwajaha_core::domain::{BootTime, Language, Utc};
use muwajaha_core::session::UserAction;

use super::l10n::{Argument, Word, Words};
use super::pictures::{Pictogram, paint_pictogram};
use super::scene::{Scene, grid, split_bottom, split_top};
use super::set_up;
use super::text::{TextFrame, Weight, without_bidi_controls};
use super::theme::{self, PAPER};
use super::widgets::{Button, button_ui, corner, fitted_label_ui, label_ui, language_names};
use super::wizard::top_ui;
use crate::installer::{Disk, Holds, InstallerProblem, InstallerTouch, InstallerView};

/// How long a disk's button is held, in seconds.
pub(crate) const HELD_FOR: f64 = 1.5;
/// More disks than this no kiosk has.
const MOST_DISKS: usize = 3;

/// Draws it.
pub struct InstallerUi {
    words: [Words; 3],
    language_names: Vec<(Language, String)>,
    language: Language,
    held: Option<Held>,
}

/// A button under a finger.
struct Held {
    disk: String,
    since: f64,
    told: bool,
}

impl InstallerUi {
    /// Installs fonts and style in `context`, and takes egui's shortcuts away.
    pub fn new(context: &Context) -> Self {
        set_up(context);
        let words = Words::in_all_languages();
        Self { language_names: language_names(&words), words, language: Language::default(), held: None }
    }

    /// Draws `view` over the whole of `ui` and hands what was touched to `touches`.
    pub fn draw(&mut self, ui: &mut Ui, view: &InstallerView, now: BootTime, touches: &mut dyn FnMut(InstallerTouch)) {
        let rect = ui.ctx().content_rect();
        ui.painter().rect_filled(rect, 0, PAPER.ground);
        let mut chosen = None;
        let mut choose = |action| {
            if let UserAction::LanguageChosen(language) = action {
                chosen = Some(language);
            }
        };
        let words = Words::among(&self.words, self.language);
        let (wall, zone) = (Utc::default(), "UTC");
        let mut scene = Scene { words, now, wall, zone, rect, palette: PAPER, touchable: true, actions: &mut choose };
        let inner = rect.shrink(scene.units(theme::MARGIN));
        let (top, rest) = split_top(inner, scene.units(76.0));
        top_ui(ui, &mut scene, top, Word::InstallerTitle, &self.language_names);
        let body = rest.with_min_y(rest.top() + scene.units(20.0));
        let touched = match view {
            InstallerView::Looking => {
                message_ui(ui, &scene, body, Pictogram::Hourglass, Word::InstallerLooking, Word::WizardWaitDetail);
                None
            }
            InstallerView::Disks(disks) => disks_ui(ui, &scene, body, disks, &mut self.held),
            InstallerView::Writing { disk, percent } => {
                progress_ui(ui, &scene, body, Word::InstallerWriting, disk, *percent);
                None
            }
            InstallerView::Checking { disk, percent } => {
                progress_ui(ui, &scene, body, Word::InstallerChecking, disk, *percent);
                None
            }
            InstallerView::Done => {
                let picture = Pictogram::KioskOn;
                message_ui(ui, &scene, body, picture, Word::InstallerDoneTitle, Word::InstallerDoneDetail);
                None
            }
            InstallerView::Failed(problem) => failed_ui(ui, &scene, body, *problem),
        };
        self.language = chosen.unwrap_or(self.language);
        touched.into_iter().for_each(touches);
    }
}

fn headline_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, words: &str) {
    label_ui(ui, scene, rect, words, scene.style(theme::HEADLINE * 0.8, Weight::Bold, PAPER.ink), Align::Center);
}

fn sentence_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, words: &str) {
    label_ui(ui, scene, rect, words, scene.style(theme::SENTENCE, Weight::Regular, PAPER.faint_ink), Align::Center);
}

/// From left to right, whatever the language.
fn letters_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, letters: &str) {
    let frame = TextFrame { max_width: rect.width(), right_to_left: false, align: Align::Center };
    fitted_label_ui(ui, rect, letters, scene.style(theme::SENTENCE, Weight::Bold, PAPER.ink), frame);
}

fn message_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, picture: Pictogram, title: Word, detail: Word) {
    let (above, rest) = split_top(rect, rect.height() * 0.55);
    paint_pictogram(ui.painter(), above.shrink(scene.units(20.0)), picture, PAPER);
    let (headline, rest) = split_top(rest, scene.units(110.0));
    headline_ui(ui, scene, headline, &scene.say(title));
    let (sentence, _) = split_top(rest, scene.units(90.0));
    sentence_ui(ui, scene, sentence, &scene.say(detail));
}

/// Which disk: its model, its size in the units that are printed on it, and the kernel's name for it.
fn name_of(disk: &Disk) -> String {
    let gigabytes = (disk.bytes + 500_000_000) / 1_000_000_000;
    let model = if disk.model.is_empty() { String::new() } else { format!("{}   ", disk.model) };
    format!("{model}{gigabytes} GB   ({})", disk.name)
}

fn disks_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    rect: Rect,
    disks: &[Disk],
    held: &mut Option<Held>,
) -> Option<InstallerTouch> {
    let shown = disks.len().min(MOST_DISKS);
    let (head, rest) = split_top(rect, scene.units(90.0));
    let title = if shown == 1 { Word::InstallerDiskTitle } else { Word::InstallerDisksTitle };
    headline_ui(ui, scene, head, &scene.say(title));
    let height = rest.height().min(scene.units(330.0) * shown as f32);
    let cards = Rect::from_min_size(pos2(rest.left(), rest.top() + scene.units(10.0)), vec2(rest.width(), height));
    let cards = cards.intersect(rest);
    let mut touched = None;
    for (disk, card) in disks.iter().zip(grid(cards, 1, shown, scene.units(14.0))) {
        if disk_ui(ui, scene, card, disk, held) {
            touched = Some(InstallerTouch::Erase(disk.clone()));
        }
    }
    touched
}

/// One disk's card; whether its button was held for long enough.
fn disk_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, disk: &Disk, held: &mut Option<Held>) -> bool {
    ui.painter().rect_filled(rect, corner(scene.units(20.0)), theme::CARD);
    let inner = rect.shrink2(vec2(scene.units(24.0), scene.units(12.0)));
    let (told, button) = split_bottom(inner, scene.units(theme::BUTTON_HEIGHT).min(inner.height() * 0.44));
    let (name, holds) = split_top(told, told.height() * 0.5);
    letters_ui(ui, scene, name, &name_of(disk));
    let lost = match disk.holds {
        Holds::Nothing => Word::InstallerHoldsNothing,
        Holds::Kiosk => Word::InstallerHoldsKiosk,
        Holds::Something => Word::InstallerHoldsSomething,
    };
    let color = if disk.holds == Holds::Nothing { PAPER.faint_ink } else { PAPER.alarm };
    label_ui(ui, scene, holds, &scene.say(lost), scene.style(30.0, Weight::Bold, color), Align::Center);
    hold_ui(ui, scene, button, &disk.name, held)
}

/// A button that fills while a finger rests on it; whether it is full now.
fn hold_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, disk: &str, held: &mut Option<Held>) -> bool {
    let words = scene.say(Word::InstallerHold);
    let response = ui.interact(rect, ui.scope_id().with(("hold", disk)), Sense::click_and_drag());
    let name = without_bidi_controls(&words);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let time = ui.input(|input| input.time);
    let is_mine = |held: &Held| held.disk == disk;
    if !response.is_pointer_button_down_on() {
        held.take_if(|held| is_mine(held));
    } else if !held.as_ref().is_some_and(is_mine) {
        *held = Some(Held { disk: disk.to_owned(), since: time, told: false });
    }
    let share = held.as_ref().filter(|held| is_mine(held)).map_or(0.0, |held| (time - held.since) / HELD_FOR);
    let look = theme::END;
    ui.painter().rect_filled(rect, corner(scene.units(18.0)), look.fill);
    if share > 0.0 {
        let full = vec2(rect.width() * (share as f32).min(1.0), rect.height());
        let done = scene.mirrored(Rect::from_min_size(rect.min, full), rect);
        ui.painter().rect_filled(done, corner(scene.units(18.0)), PAPER.ink);
        ui.ctx().request_repaint();
    }
    let style = scene.style(theme::BUTTON, Weight::Bold, look.ink);
    let frame = scene.frame(rect.width() - scene.units(28.0), Align::Center);
    fitted_label_ui(ui, rect.shrink2(vec2(scene.units(14.0), scene.units(6.0))), &words, style, frame);
    let Some(held) = held.as_mut().filter(|held| share >= 1.0 && is_mine(held) && !held.told) else { return false };
    held.told = true;
    true
}

fn progress_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, title: Word, disk: &Disk, percent: u8) {
    let (above, rest) = split_top(rect, rect.height() * 0.36);
    paint_pictogram(ui.painter(), above.shrink(scene.units(20.0)), Pictogram::Hourglass, PAPER);
    let (headline, rest) = split_top(rest, scene.units(100.0));
    headline_ui(ui, scene, headline, &scene.say(title));
    let (name, rest) = split_top(rest, scene.units(70.0));
    letters_ui(ui, scene, name, &name_of(disk));
    let (place, rest) = split_top(rest, scene.units(64.0));
    let bar = place.shrink2(vec2(scene.units(60.0).min(place.width() * 0.1), scene.units(12.0)));
    ui.painter().rect_filled(bar, corner(scene.units(16.0)), PAPER.soft);
    let full = vec2(bar.width() * f32::from(percent) / 100.0, bar.height());
    let done = scene.mirrored(Rect::from_min_size(bar.min, full), bar);
    ui.painter().rect_filled(done, corner(scene.units(16.0)), theme::PRIMARY.fill);
    let (figure, rest) = split_top(rest, scene.units(70.0));
    letters_ui(ui, scene, figure, &format!("{percent} %"));
    let (sentence, _) = split_top(rest, scene.units(70.0));
    sentence_ui(ui, scene, sentence, &scene.say(Word::InstallerKeepStick));
}

fn failed_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, problem: InstallerProblem) -> Option<InstallerTouch> {
    let (body, row) = split_bottom(rect, scene.units(theme::BUTTON_HEIGHT));
    let (above, rest) = split_top(body, body.height() * 0.45);
    paint_pictogram(ui.painter(), above.shrink(scene.units(20.0)), Pictogram::KioskOff, PAPER);
    let (headline, rest) = split_top(rest, scene.units(100.0));
    headline_ui(ui, scene, headline, &scene.say(Word::InstallerFailed));
    let sentence = scene.say(match problem {
        InstallerProblem::NoDisk => Word::InstallerNoDisk,
        InstallerProblem::DiskTooSmall => Word::InstallerDiskTooSmall,
        InstallerProblem::StickUnreadable => Word::InstallerStickUnreadable,
        InstallerProblem::NotWritten => Word::InstallerNotWritten,
        InstallerProblem::NotAsWritten => Word::InstallerNotAsWritten,
    });
    let told = [("problem", Argument::Text(&sentence)), ("code", Argument::Text(problem.code()))];
    let (words, _) = split_top(rest, scene.units(150.0));
    sentence_ui(ui, scene, words, &scene.say_with(Word::WizardProblem, &told));
    let words = scene.say(Word::WizardAgain);
    let button = Button { key: "again", words: &words, picture: None, look: theme::PRIMARY, size: theme::BUTTON };
    let place = Rect::from_center_size(row.center(), vec2(row.width().min(scene.units(560.0)), row.height()));
    button_ui(ui, scene, place, button).then_some(InstallerTouch::Again)
}
