//! Waiting for the visitor: the inmate's own picture, who is awaited, and the time.

use egui::{Align, Rect, Ui, pos2, vec2};
use muwajaha_core::domain::BootTime;
use muwajaha_core::session::{UserAction, VisitCard};

use super::confirm::confirm_end_ui;
use super::number_pad::small_staff_number_ui;
use crate::ui::l10n::{Argument, Word};
use crate::ui::pictures::{Pictogram, paint_pictogram};
use crate::ui::scene::{Scene, letterbox, split_bottom, split_top};
use crate::ui::text::Weight;
use crate::ui::theme;
use crate::ui::video::Video;
use crate::ui::widgets::{Button, button_ui, label_ui, strip_ui};

/// What this screen draws.
pub(super) struct Waiting<'a> {
    pub(super) visit: &'a VisitCard,
    pub(super) ends_at: BootTime,
    pub(super) begins_at: Option<BootTime>,
    pub(super) confirming_end: bool,
    pub(super) offers_staff_number: bool,
}

/// Draws the screen in `rect`.
pub(super) fn waiting_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, waiting: &Waiting<'_>, own: &Video) {
    let gap = scene.units(32.0);
    let (mirror, words) = if scene.is_upright() {
        split_top(rect, rect.height() * 0.42)
    } else {
        let middle = rect.left() + rect.width() * 0.52;
        let mirror = Rect::from_min_max(rect.min, pos2(middle - gap / 2.0, rect.bottom()));
        let words = Rect::from_min_max(pos2(middle + gap / 2.0, rect.top()), rect.max);
        (scene.mirrored(mirror, rect), scene.mirrored(words, rect))
    };
    self_view_ui(ui, scene, mirror, own);
    let (words, bottom) = split_bottom(
        words,
        scene.units(if waiting.confirming_end { super::confirm::HEIGHT } else { theme::BUTTON_HEIGHT }),
    );
    words_ui(ui, scene, words, waiting);
    if waiting.confirming_end {
        confirm_end_ui(ui, scene, bottom);
        return;
    }
    let bottom = if waiting.offers_staff_number {
        let guard = bottom.with_min_x(bottom.right() - bottom.height());
        small_staff_number_ui(ui, scene, scene.mirrored(guard, bottom), theme::PLAIN);
        scene.mirrored(bottom.with_max_x(guard.left() - scene.units(16.0)), bottom)
    } else {
        bottom
    };
    let end = scene.say(Word::EndVisit);
    let button =
        Button { key: "end", words: &end, picture: Some(Pictogram::HangUp), look: theme::PLAIN, size: theme::BUTTON };
    if button_ui(ui, scene, bottom, button) {
        scene.act(UserAction::EndRequested);
    }
}

fn self_view_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, own: &Video) {
    let (picture, caption) = split_bottom(rect, scene.units(52.0));
    let frame = letterbox(picture, own.aspect());
    own.paint(ui.painter(), frame);
    if !own.has_picture() {
        paint_pictogram(ui.painter(), letterbox(frame.shrink(scene.units(40.0)), 1.0), Pictogram::Wave, theme::NIGHT);
    }
    let caption = Rect::from_min_size(pos2(caption.left(), frame.bottom()), caption.size());
    let style = scene.style(theme::SENTENCE * 0.85, Weight::Regular, scene.palette.faint_ink);
    label_ui(ui, scene, caption, &scene.say(Word::SelfView), style, Align::Center);
}

fn words_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, waiting: &Waiting<'_>) {
    let (rest, time) = split_bottom(rect, scene.units(110.0));
    let (picture, rest) = split_top(rest, (rest.height() * 0.46).min(scene.units(220.0)));
    paint_pictogram(ui.painter(), picture, Pictogram::AwaitedPerson, scene.palette);
    let (title, detail) = split_top(rest, rest.height() * 0.5);
    let words = scene.say_with(Word::WaitingTitle, &[("visitor", Argument::Text(waiting.visit.visitor.reveal()))]);
    let style = scene.style(theme::HEADLINE * 0.8, Weight::Bold, scene.palette.ink);
    label_ui(ui, scene, title, &words, style, Align::Center);
    let style = scene.style(theme::SENTENCE * 0.9, Weight::Regular, scene.palette.faint_ink);
    label_ui(ui, scene, detail, &scene.say(Word::WaitingDetail), style, Align::Center);
    let time = time.shrink2(vec2(0.0, scene.units(14.0)));
    let words = match waiting.begins_at {
        Some(begins_at) if begins_at > scene.now => {
            let countdown = scene.countdown(ui.ctx(), begins_at);
            scene.say_with(Word::WaitingBegins, &[("countdown", Argument::Text(&countdown))])
        }
        Some(_) | None => {
            format!("{} {}", scene.say(Word::TimeLeft), scene.countdown(ui.ctx(), waiting.ends_at))
        }
    };
    strip_ui(ui, scene, time, Pictogram::Clock, &words, scene.palette.soft);
}
