//! The notice before a visit: a picture and a short sentence for each point, then yes or no.

use egui::{Align, Rect, Stroke, StrokeKind, Ui, vec2};
use muwajaha_core::session::{NoticePoint, UserAction, VisitCard};

use crate::ui::l10n::{Argument, Word};
use crate::ui::pictures::{Pictogram, paint_pictogram};
use crate::ui::scene::{Scene, grid, split_bottom, split_top};
use crate::ui::text::Weight;
use crate::ui::theme;
use crate::ui::widgets::{Button, button_ui, corner, label_ui};

fn picture_of(point: NoticePoint) -> (Pictogram, Word) {
    match point {
        NoticePoint::Supervised => (Pictogram::Eye, Word::NoticeSupervised),
        NoticePoint::Privileged => (Pictogram::NobodyLooks, Word::NoticePrivileged),
        NoticePoint::NotRecorded => (Pictogram::NotRecorded, Word::NoticeNotRecorded),
        NoticePoint::EndsByItself => (Pictogram::ClockAtEnd, Word::NoticeEndsByItself),
        NoticePoint::GuardCanEnd => (Pictogram::GuardStops, Word::NoticeGuardCanEnd),
    }
}

/// Draws the notice in `rect`.
pub(super) fn notice_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, visit: &VisitCard, points: &[NoticePoint]) {
    let (rest, buttons) = split_bottom(rect, scene.units(theme::BUTTON_HEIGHT + 12.0));
    let (title, rest) = split_top(rest, scene.units(84.0));
    let (detail, cards) = split_top(rest, scene.units(58.0));
    let words = scene.say_with(Word::NoticeTitle, &[("inmate", Argument::Text(visit.inmate.reveal()))]);
    let style = scene.style(theme::HEADLINE * 0.9, Weight::Bold, scene.palette.ink);
    label_ui(ui, scene, title, &words, style, Align::Center);
    let (start, end) = (scene.time_of_day(visit.starts_at), scene.time_of_day(visit.ends_at));
    let words = scene.say_with(
        Word::NoticeDetail,
        &[
            ("visitor", Argument::Text(visit.visitor.reveal())),
            ("start", Argument::Text(&start)),
            ("end", Argument::Text(&end)),
        ],
    );
    let style = scene.style(theme::SENTENCE, Weight::Regular, scene.palette.ink);
    label_ui(ui, scene, detail, &words, style, Align::Center);
    let cards = cards.shrink2(vec2(0.0, scene.units(18.0)));
    points_ui(ui, scene, cards, points);
    answers_ui(ui, scene, buttons);
}

fn points_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, points: &[NoticePoint]) {
    let columns = if scene.is_upright() { 2 } else { points.len().clamp(1, 4) };
    let rows = points.len().div_ceil(columns);
    let cells = grid(rect, columns, rows, scene.units(20.0));
    for (point, cell) in points.iter().zip(cells) {
        let cell = scene.mirrored(cell, rect);
        let edge = Stroke::new(scene.units(2.0), scene.palette.soft);
        ui.painter().rect(cell, corner(scene.units(20.0)), theme::CARD, edge, StrokeKind::Inside);
        let inner = cell.shrink(scene.units(16.0));
        let (picture, words) = split_top(inner, inner.height() * 0.56);
        let (pictogram, word) = picture_of(*point);
        let on_card = theme::Palette { ground: theme::CARD, ..scene.palette };
        paint_pictogram(ui.painter(), picture, pictogram, on_card);
        let style = scene.style(theme::SENTENCE * 0.85, Weight::Bold, scene.palette.ink);
        label_ui(ui, scene, words, &scene.say(word), style, Align::Center);
    }
}

fn answers_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect) {
    let (_, row) = split_bottom(rect, scene.units(theme::BUTTON_HEIGHT));
    let (accept, decline) = (scene.say(Word::NoticeAccept), scene.say(Word::NoticeDecline));
    let answers = [
        (
            Button {
                key: "accept",
                words: &accept,
                picture: Some(Pictogram::Tick),
                look: theme::ACCEPT,
                size: theme::BUTTON,
            },
            UserAction::NoticeAccepted,
        ),
        (
            Button {
                key: "decline",
                words: &decline,
                picture: Some(Pictogram::Cross),
                look: theme::PLAIN,
                size: theme::BUTTON,
            },
            UserAction::NoticeDeclined,
        ),
    ];
    for ((button, action), cell) in answers.into_iter().zip(grid(row, 2, 1, scene.units(24.0))) {
        if button_ui(ui, scene, scene.mirrored(cell, row), button) {
            scene.act(action);
        }
    }
}
