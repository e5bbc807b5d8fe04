//! One screen for each [`View`], and the overlays over them.
//!
//! The session decides which; here is only how they look. Nothing is remembered from one pass to the
//! next but a half-typed number or PIN.

mod call;
mod confirm;
mod ended;
mod guard_panel;
mod keypad;
mod maintenance;
mod message;
mod notice;
mod number_pad;
mod pin_pad;
mod waiting;

use std::time::Duration;

use egui::{Align, Rect, Ui, pos2, vec2};
use muwajaha_core::domain::{BootTime, KioskId, Language};
use muwajaha_core::session::{MaintenanceView, Overlay, ReaderPresence, Screen, View};

pub(super) use keypad::TypedDigits;

use super::l10n::{Argument, Word};
use super::pictures::Pictogram;
use super::scene::{Scene, split_bottom, split_top};
use super::text::Weight;
use super::theme::{self, NIGHT, PAPER};
use super::video::Video;
use super::widgets::{label_ui, language_ui, strip_ui};
use call::{Videos, call_ui};
use message::{Message, message_ui};

/// Width of the button "staff number", in units.
const NUMBER_BUTTON_WIDTH: f32 = 400.0;

/// What lasts longer than a pass.
pub(super) struct Belongings<'a> {
    pub(super) remote: &'a Video,
    pub(super) own: &'a Video,
    pub(super) typed_number: &'a mut TypedDigits,
    pub(super) typed_pin: &'a mut TypedDigits,
    pub(super) language_names: &'a [(Language, String)],
}

/// Draws `screen`: the view, or the view beside an overlay.
pub(super) fn screen_ui(ui: &mut Ui, scene: &mut Scene<'_>, screen: &Screen, belongings: Belongings<'_>) {
    let whole = scene.rect;
    let Some(overlay) = &screen.overlay else {
        belongings.typed_number.clear();
        belongings.typed_pin.clear();
        return view_ui(ui, scene, screen, &belongings);
    };
    let (card, rest) = if scene.is_upright() {
        let (rest, card) = split_bottom(whole, whole.height() * 0.62);
        (card, rest)
    } else {
        let width = whole.width() * 0.46;
        let card = scene.mirrored(Rect::from_min_size(whole.min, vec2(width, whole.height())), whole);
        let rest = Rect::from_min_max(pos2(whole.left() + width, whole.top()), whole.max);
        (card, scene.mirrored(rest, whole))
    };
    let mut behind = scene.part(rest);
    behind.touchable = false;
    view_ui(ui, &mut behind, screen, &belongings);
    ui.painter().rect_filled(card, 0, theme::CARD);
    let margin = scene.units(theme::MARGIN * 0.75);
    let inner = card.shrink2(vec2(margin, margin * 0.5));
    match overlay {
        Overlay::NumberPad(pad) => {
            belongings.typed_pin.clear();
            number_pad::number_pad_ui(ui, scene, inner, pad, belongings.typed_number);
        }
        Overlay::PinPad(pad) => {
            belongings.typed_number.clear();
            pin_pad::pin_pad_ui(ui, scene, inner, pad, belongings.typed_pin);
        }
        Overlay::GuardPanel(panel) => {
            belongings.typed_number.clear();
            belongings.typed_pin.clear();
            guard_panel::guard_panel_ui(ui, scene, inner, panel);
        }
    }
}

fn view_ui(ui: &mut Ui, scene: &mut Scene<'_>, screen: &Screen, belongings: &Belongings<'_>) {
    if let View::InCall(call) = &screen.view {
        scene.palette = NIGHT;
        let videos = Videos { remote: belongings.remote, own: belongings.own };
        return call_ui(ui, scene, call, videos, belongings.language_names, screen.offers_staff_number);
    }
    scene.palette = PAPER;
    ui.painter().rect_filled(scene.rect, 0, PAPER.ground);
    if let View::Maintenance(MaintenanceView::TouchTest { touched }) = &screen.view {
        return maintenance::touch_test_ui(ui, scene, scene.rect, touched);
    }
    let inner = scene.rect.shrink(scene.units(theme::MARGIN));
    let (top, rest) = split_top(inner, scene.units(theme::BUTTON_HEIGHT));
    if scene.touchable {
        top_ui(ui, scene, top, screen.kiosk.as_ref(), belongings.language_names);
    }
    let body = troubles_ui(ui, scene, rest, screen);
    match &screen.view {
        View::Notice { visit, points } => notice::notice_ui(ui, scene, body, visit, points),
        View::WaitingForVisitor { visit, ends_at, begins_at, confirming_end } => {
            let body = body.with_min_y(body.top() + scene.units(20.0));
            let waiting = waiting::Waiting {
                visit,
                ends_at: *ends_at,
                begins_at: *begins_at,
                confirming_end: *confirming_end,
                offers_staff_number: screen.offers_staff_number,
            };
            waiting::waiting_ui(ui, scene, body, &waiting, belongings.own);
        }
        View::Maintenance(MaintenanceView::Findings { findings, is_running }) => {
            maintenance::findings_ui(ui, scene, body, findings, *is_running);
        }
        View::OutOfService { .. }
        | View::Locked
        | View::Idle
        | View::UnknownBadge
        | View::NoVisitToday
        | View::VisitAtAnotherKiosk { .. }
        | View::TooEarly { .. }
        | View::TimeUnknown
        | View::Preparing { .. }
        | View::InCall(_)
        | View::Maintenance(MaintenanceView::TouchTest { .. })
        | View::Ended { .. } => {
            if let Some(message) = message_of(ui, scene, &screen.view) {
                message_ui(ui, scene, body, &message);
            }
        }
    }
}

/// The kiosk's name and the time of day, small, and the language button.
fn top_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, kiosk: Option<&KioskId>, names: &[(Language, String)]) {
    let languages_width = (rect.width() * 0.62).min(scene.units(520.0));
    let languages = Rect::from_min_max(pos2(rect.right() - languages_width, rect.top()), rect.max);
    let rest = Rect::from_min_max(rect.min, pos2(languages.left() - scene.units(16.0), rect.bottom()));
    let rest = scene.mirrored(rest, rect);
    let mut words = scene.time_of_day(scene.wall);
    if let Some(kiosk) = kiosk {
        let kiosk = scene.say_with(Word::Kiosk, &[("kiosk", Argument::Text(kiosk.as_str()))]);
        words = format!("{words}  ·  {kiosk}");
    }
    let to_next_minute = 60_000 - scene.wall.as_millis().rem_euclid(60_000);
    ui.ctx().request_repaint_after(Duration::from_millis(to_next_minute.unsigned_abs() + 10));
    let style = scene.style(theme::SMALL, Weight::Regular, scene.palette.faint_ink);
    label_ui(ui, scene, rest, &words, style, Align::Min);
    language_ui(ui, scene, scene.mirrored(languages, rect), names);
}

/// On screens where someone may stand and wonder: what of the kiosk does not work, and how a guard
/// comes all the same.
fn troubles_ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, screen: &Screen) -> Rect {
    let has_row = match &screen.view {
        View::Locked | View::Idle | View::OutOfService { .. } | View::Preparing { .. } => true,
        View::UnknownBadge
        | View::NoVisitToday
        | View::VisitAtAnotherKiosk { .. }
        | View::TooEarly { .. }
        | View::TimeUnknown
        | View::Notice { .. }
        | View::WaitingForVisitor { .. }
        | View::InCall(_)
        | View::Maintenance(_)
        | View::Ended { .. } => false,
    };
    let offers_number = screen.offers_staff_number && has_row;
    let (mut rest, mut number_place) = (rect, None);
    for (picture, words) in troubles(scene, screen) {
        let (above, strip) = split_bottom(rest, scene.units(84.0));
        rest = above.with_max_y(above.bottom() - scene.units(12.0));
        let strip = if offers_number && number_place.is_none() && !scene.is_upright() {
            let button = strip.with_min_x(strip.right() - scene.units(NUMBER_BUTTON_WIDTH));
            number_place = Some(scene.mirrored(button, strip));
            scene.mirrored(strip.with_max_x(button.left() - scene.units(16.0)), strip)
        } else {
            strip
        };
        strip_ui(ui, scene, strip, picture, &words, PAPER.accent);
    }
    if offers_number {
        let place = number_place.unwrap_or_else(|| {
            let (above, row) = split_bottom(rest, scene.units(84.0));
            rest = above.with_max_y(above.bottom() - scene.units(12.0));
            Rect::from_center_size(row.center(), vec2(scene.units(NUMBER_BUTTON_WIDTH), row.height()))
        });
        number_pad::staff_number_ui(ui, scene, place);
    }
    rest
}

/// What does not work, in words; the reader first.
fn troubles(scene: &Scene<'_>, screen: &Screen) -> Vec<(Pictogram, String)> {
    if !matches!(screen.view, View::Locked | View::Idle) {
        return Vec::new();
    }
    let reader = match screen.reader {
        ReaderPresence::Present => None,
        ReaderPresence::Absent => Some(scene.say(Word::ReaderNotConnected)),
        ReaderPresence::NotTrusted(distrust) => {
            let code = &[("code", Argument::Text(distrust.code()))];
            Some(scene.say_with(Word::ReaderNotTrusted, code))
        }
    };
    let service = (!screen.service_reachable).then(|| scene.say(Word::ServiceUnreachable));
    let named = [(Pictogram::ReaderMissing, reader), (Pictogram::NetworkOff, service)];
    named.into_iter().filter_map(|(picture, words)| Some((picture, words?))).collect()
}

/// What a screen that says one thing says; `None` for those that have a layout of their own.
fn message_of(ui: &Ui, scene: &Scene<'_>, view: &View) -> Option<Message> {
    let say = |picture, headline, detail| Message {
        picture,
        headline: scene.say(headline),
        detail: Some(scene.say(detail)),
        huge: None,
    };
    let message = match view {
        View::OutOfService { cause } => {
            let code = scene.say_with(Word::OutOfServiceCode, &[("code", Argument::Text(cause.code()))]);
            let detail = format!("{}\n{code}", scene.say(Word::OutOfServiceDetail));
            Message {
                detail: Some(detail),
                ..say(Pictogram::KioskOff, Word::OutOfServiceTitle, Word::OutOfServiceDetail)
            }
        }
        View::Locked => say(Pictogram::Padlock, Word::LockedTitle, Word::LockedDetail),
        View::Idle => {
            let picture = Pictogram::CardToReader(card_place(ui, scene.now));
            say(picture, Word::IdleTitle, Word::IdleDetail)
        }
        View::UnknownBadge => say(Pictogram::UnknownCard, Word::UnknownBadgeTitle, Word::UnknownBadgeDetail),
        View::NoVisitToday => say(Pictogram::EmptyCalendar, Word::NoVisitTodayTitle, Word::NoVisitTodayDetail),
        View::VisitAtAnotherKiosk { kiosk, starts_at } => {
            let time = scene.time_of_day(*starts_at);
            Message {
                picture: Pictogram::ArrowAway { right_to_left: scene.right_to_left() },
                headline: scene.say(Word::AnotherKioskTitle),
                detail: Some(scene.say_with(Word::AnotherKioskDetail, &[("time", Argument::Text(&time))])),
                huge: Some(kiosk.as_str().to_owned()),
            }
        }
        View::TooEarly { starts_at, opens_at } => {
            let minutes = scene.minutes_until(ui.ctx(), *opens_at);
            let time = scene.time_of_day(*starts_at);
            let come_back = scene.say_with(Word::TooEarlyMinutes, &[("minutes", Argument::Number(minutes))]);
            Message {
                picture: Pictogram::Clock,
                headline: come_back,
                detail: Some(scene.say_with(Word::TooEarlyStarts, &[("time", Argument::Text(&time))])),
                huge: (minutes > 0).then(|| scene.words.number(minutes)),
            }
        }
        View::TimeUnknown => say(Pictogram::Hourglass, Word::TimeUnknownTitle, Word::TimeUnknownDetail),
        View::Preparing { .. } => say(Pictogram::Hourglass, Word::PreparingTitle, Word::PreparingDetail),
        View::Ended { reason } => ended::ended_message(scene, *reason),
        View::Notice { .. } | View::WaitingForVisitor { .. } | View::InCall(_) | View::Maintenance(_) => return None,
    };
    Some(message)
}

/// Where the card is on its way to the reader: it moves for 1.2 s, then rests. Asks for the passes
/// that the movement needs, and for no others.
fn card_place(ui: &Ui, now: BootTime) -> f32 {
    const MOVING: u64 = 1200;
    const RESTING: u64 = 1800;
    const FRAME: u64 = 60;
    let place = now.as_millis() % (MOVING + RESTING);
    let wait = if place < MOVING { FRAME } else { MOVING + RESTING - place };
    ui.ctx().request_repaint_after(Duration::from_millis(wait));
    place.min(MOVING) as f32 / MOVING as f32
}
