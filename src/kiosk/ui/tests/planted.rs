//! The finders of flaws find them: each is shown a fault.

use egui::{Align, Color32, Rect, Ui, pos2, vec2};
use egui_kittest::Harness;
use muwajaha_core::domain::{BootTime, Language, Utc};

use super::flaws;
use super::gl::{Api, Image, Textures, Window};
use crate::ui::l10n::Words;
use crate::ui::pictures::Pictogram;
use crate::ui::scene::Scene;
use crate::ui::text::{Weight, install_fonts};
use crate::ui::theme;
use crate::ui::widgets::{Button, button_ui, label_ui};

const SIZE: egui::Vec2 = vec2(400.0, 200.0);

fn rect(left: f32, top: f32, width: f32, height: f32) -> Rect {
    Rect::from_min_size(pos2(left, top), vec2(width, height))
}

/// A window in which `draw` has planted something.
fn planted(draw: impl Fn(&mut Ui, &mut Scene<'_>) + 'static) -> (Harness<'static>, Image) {
    let textures = Textures::default();
    let words = Words::new(Language::Arabic);
    let mut window = Window::new([400, 200], Api::Desktop);
    let harness =
        Harness::builder().with_size(SIZE).renderer(textures.clone()).with_context_setup(install_fonts).build_ui(
            move |ui| {
                let rect = ui.ctx().content_rect();
                ui.painter().rect_filled(rect, 0, theme::PAPER.ground);
                let mut ignore = |_| {};
                let mut scene = Scene {
                    words: &words,
                    now: BootTime::default(),
                    wall: Utc::default(),
                    zone: "UTC",
                    rect,
                    palette: theme::PAPER,
                    touchable: true,
                    actions: &mut ignore,
                };
                draw(ui, &mut scene);
            },
        );
    let image = window.render(&harness.ctx, harness.output(), &textures);
    (harness, image)
}

fn label(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, color: Color32) {
    label_ui(ui, scene, rect, "إنهاء الزيارة", scene.style(60.0, Weight::Bold, color), Align::Center);
}

#[test]
fn a_sound_window_has_no_flaw() {
    let (harness, image) = planted(|ui, scene| {
        label(ui, scene, rect(20.0, 20.0, 300.0, 60.0), theme::PAPER.ink);
        let button =
            Button { key: "a", words: "موافق", picture: Some(Pictogram::Tick), look: theme::ACCEPT, size: 60.0 };
        button_ui(ui, scene, rect(20.0, 100.0, 300.0, 80.0), button);
    });
    let (texts, buttons) = (flaws::texts(harness.output()), flaws::buttons(&harness));
    assert_eq!((texts.len(), buttons.len()), (2, 1));
    let window = Rect::from_min_size(egui::Pos2::ZERO, SIZE);
    assert_eq!(flaws::clipped(&texts, window), Vec::<String>::new());
    assert_eq!(flaws::overlapping(&texts, &buttons), Vec::<String>::new());
    assert_eq!(flaws::too_small(&texts, &buttons, 12.0, 72.0), Vec::<String>::new());
    assert_eq!(flaws::faint(&texts, &image, 1.0), Vec::<String>::new());
}

#[test]
fn a_label_without_room_is_found() {
    let (harness, _) = planted(|ui, scene| label(ui, scene, rect(20.0, 20.0, 30.0, 12.0), theme::PAPER.ink));
    let window = Rect::from_min_size(egui::Pos2::ZERO, SIZE);
    assert_eq!(flaws::clipped(&flaws::texts(harness.output()), window).len(), 1);
}

#[test]
fn a_label_that_leaves_the_window_is_found() {
    let (harness, _) = planted(|ui, scene| label(ui, scene, rect(300.0, 20.0, 300.0, 60.0), theme::PAPER.ink));
    let window = Rect::from_min_size(egui::Pos2::ZERO, SIZE);
    assert_eq!(flaws::clipped(&flaws::texts(harness.output()), window).len(), 1);
}

#[test]
fn buttons_on_top_of_each_other_are_found() {
    let (harness, _) = planted(|ui, scene| {
        let button =
            |key| Button { key, words: "نعم", picture: Some(Pictogram::Tick), look: theme::PLAIN, size: 30.0 };
        button_ui(ui, scene, rect(20.0, 20.0, 200.0, 80.0), button("a"));
        button_ui(ui, scene, rect(200.0, 60.0, 180.0, 80.0), button("b"));
    });
    let found = flaws::overlapping(&[], &flaws::buttons(&harness));
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn labels_on_top_of_each_other_are_found() {
    let (harness, _) = planted(|ui, scene| {
        label(ui, scene, rect(20.0, 20.0, 300.0, 60.0), theme::PAPER.ink);
        label(ui, scene, rect(60.0, 30.0, 300.0, 60.0), theme::PAPER.ink);
    });
    assert_eq!(flaws::overlapping(&flaws::texts(harness.output()), &[]).len(), 1);
}

#[test]
fn a_label_on_the_edge_of_a_button_is_found() {
    let (harness, _) = planted(|ui, scene| {
        let button = Button { key: "a", words: "لا", picture: None, look: theme::PLAIN, size: 30.0 };
        button_ui(ui, scene, rect(20.0, 20.0, 150.0, 80.0), button);
        label(ui, scene, rect(100.0, 30.0, 140.0, 60.0), theme::PAPER.ink);
    });
    let texts: Vec<_> = flaws::texts(harness.output()).into_iter().filter(|text| text.words != "لا").collect();
    assert_eq!(flaws::overlapping(&texts, &flaws::buttons(&harness)).len(), 1);
}

#[test]
fn small_things_are_found() {
    let (harness, _) = planted(|ui, scene| {
        label_ui(
            ui,
            scene,
            rect(20.0, 20.0, 300.0, 60.0),
            "أنت",
            scene.style(20.0, Weight::Regular, theme::PAPER.ink),
            Align::Min,
        );
        let button = Button { key: "a", words: "نعم", picture: None, look: theme::PLAIN, size: 60.0 };
        button_ui(ui, scene, rect(20.0, 100.0, 300.0, 40.0), button);
    });
    let found = flaws::too_small(&flaws::texts(harness.output()), &flaws::buttons(&harness), 12.0, 72.0);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn faint_text_is_found() {
    let faint = Color32::from_rgb(150, 150, 150);
    let (harness, image) = planted(move |ui, scene| label(ui, scene, rect(20.0, 20.0, 300.0, 60.0), faint));
    assert_eq!(flaws::faint(&flaws::texts(harness.output()), &image, 1.0).len(), 1);
}

#[test]
fn covered_text_is_found() {
    let (harness, image) = planted(|ui, scene| {
        label(ui, scene, rect(20.0, 20.0, 300.0, 60.0), theme::PAPER.ink);
        ui.painter().rect_filled(rect(0.0, 0.0, 400.0, 100.0), 0, theme::CARD);
    });
    assert_eq!(flaws::faint(&flaws::texts(harness.output()), &image, 1.0).len(), 1);
}

#[test]
fn what_covers_the_visitor_is_found() {
    let (harness, _) = planted(|ui, _| {
        let nothing = std::sync::Arc::new(eframe::egui_glow::CallbackFn::new(|_, _| {}));
        ui.painter().add(egui::PaintCallback { rect: rect(0.0, 0.0, 400.0, 200.0), callback: nothing });
        ui.painter().rect_filled(rect(0.0, 0.0, 400.0, 60.0), 0, theme::CARD);
        ui.painter().rect_filled(rect(300.0, 120.0, 100.0, 80.0), 0, theme::CARD);
    });
    assert_eq!(flaws::over_the_face(harness.output()).len(), 1);
}
