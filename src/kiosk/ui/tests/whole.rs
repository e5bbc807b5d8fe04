//! No screen has a flaw, in any language, on any window a kiosk may have, at 100 and 160 percent.

use egui::{Rect, Vec2, vec2};
use muwajaha_core::domain::Language;
use muwajaha_core::session::{CallPicture, Overlay, View};

use super::flaws;
use super::gl::Api;
use super::room::{Room, portrait};
use super::screens;

/// Windows in points, with pixels to a point.
pub(super) const WINDOWS: [(f32, f32, f32); 7] = [
    (1280.0, 800.0, 1.0),
    (1920.0, 1080.0, 1.0),
    (1024.0, 768.0, 1.0),
    (800.0, 1280.0, 1.0),
    (1200.0, 675.0, 1.6),
    (800.0, 500.0, 1.6),
    (500.0, 800.0, 1.6),
];

/// Smallest text in units; beside an overlay the rest of the screen is smaller.
pub(super) const LEAST: f32 = 20.0;

fn no_screen_has_a_flaw(language: Language, api: Api) {
    let screens = screens::all(language);
    let mut wrong = Vec::new();
    for (width, height, scale) in WINDOWS {
        let size = vec2(width, height);
        let mut room = Room::with(screens[0].1.clone(), size, scale, api);
        room.remote.put(portrait(64, 36, [110, 150]));
        room.own.put(portrait(32, 18, [145, 110]));
        for (name, screen) in &screens {
            room.show(screen.clone());
            let found = flaws_of(&mut room, size, scale, screen.overlay.as_ref(), &screen.view);
            wrong.extend(found.into_iter().map(|flaw| format!("{name} {width}×{height}×{scale}: {flaw}")));
        }
    }
    assert!(wrong.is_empty(), "{} flaws:\n{}", wrong.len(), wrong.join("\n"));
}

fn flaws_of(room: &mut Room, size: Vec2, scale: f32, overlay: Option<&Overlay>, view: &View) -> Vec<String> {
    let window = Rect::from_min_size(egui::Pos2::ZERO, size);
    let texts = flaws::texts(room.harness.output());
    let buttons = flaws::buttons(&room.harness);
    let least = if overlay.is_some() { LEAST * 0.5 } else { LEAST };
    let mut found = flaws::of_layout(&texts, &buttons, window, least);
    let shows_face =
        matches!(view, View::InCall(call) if !call.confirming_end && call.picture != CallPicture::NoPicture);
    if shows_face {
        found.extend(flaws::over_the_face(room.harness.output()));
    }
    // The rendered picture tells the same at each size; the largest costs most.
    if size.x < 1900.0 {
        let image = room.picture();
        found.extend(flaws::faint(&texts, &image, scale));
    }
    found
}

#[test]
fn arabic_screens_have_no_flaw() {
    no_screen_has_a_flaw(Language::Arabic, Api::Desktop);
}

#[test]
fn kurdish_screens_have_no_flaw() {
    no_screen_has_a_flaw(Language::Kurdish, Api::Embedded);
}

#[test]
fn english_screens_have_no_flaw() {
    no_screen_has_a_flaw(Language::English, Api::Desktop);
}
