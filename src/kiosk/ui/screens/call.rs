//! The call: the visitor large, the inmate small in a corner, the time, and words for whatever is
//! not as it should be.
//!
//! Nothing lies over the middle of the visitor's picture (35 to 65 % of its height) unless a question
//! is open.

use egui::{Align, Color32, Rect, Stroke, StrokeKind, Ui, pos2, vec2};
use muwajaha_core::domain::Language;
use muwajaha_core::session::{CallPicture, CallView, TimeWarning, UserAction};

use super::confirm::{self, confirm_end_ui};
use super::number_pad::small_staff_number_ui;
use crate::ui::l10n::{Argument, Word};
use crate::ui::pictures::{Pictogram, paint_pictogram};
use crate::ui::scene::{Scene, letterbox, split_bottom, split_top};
use crate::ui::text::Weight;
use crate::ui::theme::{self, NIGHT};
use crate::ui::video::Video;
use crate::ui::widgets::{Button, button_ui, label_ui, language_ui, strip_ui};

/// The two videos of a call.
#[derive(Clone, Copy)]
pub(super) struct Videos<'a> {
    pub(super) remote: &'a Video,
    pub(super) own: &'a Video,
}

/// How much of a picture's height may be covered from either end.
const FREE_SHARE: f32 = 0.33;
const NOTE_HEIGHT: f32 = 66.0;

/// Draws the call in the whole of the scene's part.
pub(super) fn call_ui(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    call: &CallView,
    videos: Videos<'_>,
    names: &[(Language, String)],
    offers_staff_number: bool,
) {
    let (top, rest) = split_top(scene.rect, scene.units(84.0));
    let bottom_height = if scene.touchable { theme::BUTTON_HEIGHT + 24.0 } else { 0.0 };
    let (stage, bottom) = split_bottom(rest, scene.units(bottom_height));
    for edge in [top, bottom] {
        ui.painter().rect_filled(edge, 0, NIGHT.ground);
    }
    top_ui(ui, scene, top, call);
    let has_picture = videos.remote.has_picture() && call.picture != CallPicture::NoPicture;
    if has_picture {
        videos.remote.paint(ui.painter(), stage);
    } else {
        ui.painter().rect_filled(stage, 0, Color32::BLACK);
        let middle = letterbox(stage, videos.remote.aspect());
        let picture = letterbox(middle.shrink2(vec2(0.0, middle.height() * 0.36)), 1.0);
        paint_pictogram(ui.painter(), picture, Pictogram::AwaitedPerson, NIGHT);
    }
    notes_ui(ui, scene, stage, call, videos.remote);
    if call.confirming_end && scene.touchable {
        let width = stage.width().min(scene.units(820.0)) - scene.units(32.0);
        let height = scene.units(confirm::HEIGHT);
        let card = Rect::from_center_size(
            pos2(stage.center().x, stage.bottom() - height * 0.5 - scene.units(16.0)),
            vec2(width, height),
        );
        confirm_end_ui(ui, scene, card);
    } else {
        self_view_ui(ui, scene, stage, call, videos);
    }
    if scene.touchable {
        let orders = bottom_ui(ui, scene, bottom, names, offers_staff_number);
        if !call.confirming_end {
            end_ui(ui, scene, orders);
        }
    }
}

/// Who is on the line, that a guard may watch, and the time that is left.
fn top_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, call: &CallView) {
    let inner = rect.shrink2(vec2(scene.units(20.0), scene.units(10.0)));
    let time_width = scene.units(210.0);
    let time = Rect::from_min_max(pos2(inner.right() - time_width, inner.top()), inner.max);
    let side = inner.height();
    let clock = Rect::from_min_size(time.min, vec2(side, side));
    let digits = Rect::from_min_max(pos2(clock.right() + scene.units(12.0), time.top()), time.max);
    let color = if call.warning.is_some() { NIGHT.accent } else { NIGHT.ink };
    paint_pictogram(ui.painter(), scene.mirrored(clock, inner), Pictogram::Clock, NIGHT);
    let countdown = scene.countdown(ui.ctx(), call.ends_at);
    let style = scene.style(46.0, Weight::Bold, color);
    label_ui(ui, scene, scene.mirrored(digits, inner), &countdown, style, Align::Min);
    let rest = Rect::from_min_max(inner.min, pos2(time.left() - scene.units(20.0), inner.bottom()));
    let (sign, name) = if call.supervised {
        let width = (rest.width() * if scene.is_upright() { 0.64 } else { 0.45 }).min(scene.units(400.0));
        let sign = Rect::from_min_size(rest.min, vec2(width, side));
        (Some(sign), Rect::from_min_max(pos2(sign.right() + scene.units(20.0), rest.top()), rest.max))
    } else {
        (None, rest)
    };
    if let Some(sign) = sign {
        let words = scene.say(Word::CallSupervised);
        strip_ui(ui, scene, scene.mirrored(sign, inner), Pictogram::Eye, &words, theme::PLAIN_NIGHT.fill);
    }
    let style = scene.style(theme::SENTENCE, Weight::Bold, NIGHT.ink);
    label_ui(ui, scene, scene.mirrored(name, inner), call.visit.visitor.reveal(), style, Align::Center);
}

/// Words over the top of the visitor's picture, each on a ground of its own.
fn notes_ui(ui: &mut Ui, scene: &Scene<'_>, stage: Rect, call: &CallView, remote: &Video) {
    let mut notes: Vec<(Pictogram, String, Color32)> = Vec::new();
    let visitor = Argument::Text(call.visit.visitor.reveal());
    let night = theme::PLAIN_NIGHT.fill;
    match call.picture {
        CallPicture::Live => {}
        CallPicture::Connecting => notes.push((Pictogram::Link, scene.say(Word::CallConnecting), night)),
        CallPicture::Frozen => notes.push((Pictogram::Hourglass, scene.say(Word::CallFrozen), night)),
        CallPicture::Reconnecting => notes.push((Pictogram::BrokenLink, scene.say(Word::CallReconnecting), night)),
        CallPicture::NoPicture => notes.push((Pictogram::CameraOff, scene.say(Word::CallNoPicture), night)),
        CallPicture::VisitorAway => {
            notes.push((
                Pictogram::AwaitedPerson,
                scene.say_with(Word::CallVisitorAway, &[("visitor", visitor)]),
                night,
            ));
        }
    }
    match call.warning {
        None => {}
        Some(TimeWarning::FiveMinutes) => {
            notes.push((Pictogram::ClockAtEnd, scene.say(Word::CallWarningFiveMinutes), NIGHT.accent));
        }
        Some(TimeWarning::OneMinute) => {
            notes.push((Pictogram::ClockAtEnd, scene.say(Word::CallWarningOneMinute), NIGHT.accent));
        }
    }
    let picture = letterbox(stage, remote.aspect());
    let free = picture.top() + picture.height() * FREE_SHARE - stage.top();
    let gap = scene.units(10.0);
    let height = scene.units(NOTE_HEIGHT).min((free - gap * 3.0) / 2.0);
    let width = (stage.width() - scene.units(40.0)).min(scene.units(720.0));
    let mut top = stage.top() + gap;
    for (pictogram, words, ground) in notes {
        let rect = Rect::from_min_size(pos2(stage.center().x - width / 2.0, top), vec2(width, height));
        strip_ui(ui, scene, rect, pictogram, &words, ground);
        top += height + gap;
    }
}

/// The inmate's own picture in the lower corner, and what does not work beside it.
fn self_view_ui(ui: &mut Ui, scene: &Scene<'_>, stage: Rect, call: &CallView, videos: Videos<'_>) {
    let picture = letterbox(stage, videos.remote.aspect());
    let margin = scene.units(12.0);
    let free = stage.bottom() - (picture.bottom() - picture.height() * FREE_SHARE) - margin;
    let height = free.min(scene.units(200.0));
    let size = vec2(height * videos.own.aspect(), height);
    let corner = pos2(stage.right() - margin - size.x, stage.bottom() - margin - size.y);
    let own = scene.mirrored(Rect::from_min_size(corner, size), stage);
    videos.own.paint(ui.painter(), own);
    ui.painter().rect_stroke(own, 0, Stroke::new(scene.units(3.0), NIGHT.ink), StrokeKind::Outside);
    if !call.camera_working {
        ui.painter().rect_filled(own, 0, theme::PLAIN_NIGHT.fill);
        let (picture, words) = split_top(own.shrink(scene.units(10.0)), own.height() * 0.5);
        let palette = theme::Palette { ground: theme::PLAIN_NIGHT.fill, ..NIGHT };
        paint_pictogram(ui.painter(), picture, Pictogram::CameraOff, palette);
        let style = scene.style(theme::SENTENCE * 0.8, Weight::Bold, NIGHT.ink);
        label_ui(ui, scene, words, &scene.say(Word::CameraNotWorking), style, Align::Center);
    }
    if !call.microphone_working {
        let height = scene.units(NOTE_HEIGHT * 1.35).min(free);
        let width = (stage.width() - size.x - margin * 4.0).min(scene.units(520.0));
        let corner = pos2(stage.left() + margin, stage.bottom() - margin - height);
        let rect = scene.mirrored(Rect::from_min_size(corner, vec2(width, height)), stage);
        let words = scene.say(Word::MicrophoneNotWorking);
        strip_ui(ui, scene, rect, Pictogram::MicrophoneOff, &words, theme::PLAIN_NIGHT.fill);
    }
}

/// The languages, and a guard's picture where staff may come by number; where "end" goes is handed
/// back.
fn bottom_ui(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    rect: Rect,
    names: &[(Language, String)],
    offers_staff_number: bool,
) -> Rect {
    let inner = rect.shrink2(vec2(scene.units(16.0), scene.units(12.0)));
    let gap = scene.units(if offers_staff_number { 16.0 } else { 24.0 });
    let languages_share = if offers_staff_number { 0.5 } else { 0.56 };
    let languages_width = (inner.width() * languages_share).min(scene.units(520.0));
    let languages = inner.with_min_x(inner.right() - languages_width);
    language_ui(ui, scene, scene.mirrored(languages, inner), names);
    let mut rest = inner.with_max_x(languages.left() - gap);
    if offers_staff_number {
        let guard = rest.with_min_x(rest.right() - rest.height());
        small_staff_number_ui(ui, scene, scene.mirrored(guard, inner), theme::PLAIN_NIGHT);
        rest = rest.with_max_x(guard.left() - gap);
    }
    let end = rest.with_max_x(rest.left() + rest.width().min(scene.units(420.0)));
    scene.mirrored(end, inner)
}

fn end_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect) {
    let words = scene.say(Word::EndVisit);
    let button =
        Button { key: "end", words: &words, picture: Some(Pictogram::HangUp), look: theme::END, size: theme::BUTTON };
    if button_ui(ui, scene, rect, button) {
        scene.act(UserAction::EndRequested);
    }
}
