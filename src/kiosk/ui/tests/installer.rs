//! The installer on a technician's stick: looked at in three languages, held, and without a flaw on any window.

use egui::{Pos2, Rect, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;
use muwajaha_core::domain::{BootTime, Language};

use super::flaws;
use super::gl::Api;
use super::room::Easel;
use super::screens::NOW;
use super::snapshots::compare;
use super::whole::{LEAST, WINDOWS};
use crate::installer::{Disk, Holds, InstallerProblem, InstallerTouch, InstallerView};
use crate::ui::InstallerUi;
use crate::ui::installer::HELD_FOR;

/// What the harness takes for the time between two passes.
const PASS_SECONDS: f64 = 0.25;

struct State {
    view: InstallerView,
    touched: Vec<InstallerTouch>,
}

fn disk(name: &str, model: &str, gigabytes: u64, holds: Holds) -> Disk {
    Disk { name: name.to_owned(), model: model.to_owned(), bytes: gigabytes * 1_000_000_000, holds }
}

fn ssd(holds: Holds) -> Disk {
    disk("nvme0n1", "Samsung SSD 980 PRO", 256, holds)
}

fn views() -> Vec<(&'static str, InstallerView)> {
    let disks = vec![
        disk("mmcblk0", "DF4032", 31, Holds::Nothing),
        ssd(Holds::Kiosk),
        disk("sda", "WDC WD10EZEX-08WN4A0", 1000, Holds::Something),
    ];
    vec![
        ("looking", InstallerView::Looking),
        ("disk", InstallerView::Disks(vec![ssd(Holds::Nothing)])),
        ("disk-of-a-kiosk", InstallerView::Disks(vec![ssd(Holds::Kiosk)])),
        ("disks", InstallerView::Disks(disks)),
        ("writing", InstallerView::Writing { disk: ssd(Holds::Nothing), percent: 42 }),
        ("checking", InstallerView::Checking { disk: ssd(Holds::Nothing), percent: 7 }),
        ("done", InstallerView::Done),
        ("failed", InstallerView::Failed(InstallerProblem::NoDisk)),
    ]
}

fn easel(language: Language, view: InstallerView, size: Vec2, scale: f32) -> Easel<State> {
    let mut easel = Easel::new(
        size,
        (scale, Api::Desktop),
        |context, _| InstallerUi::new(context),
        |installer: &mut InstallerUi, ui, State { view, touched }| {
            installer.draw(ui, view, BootTime::from_millis(NOW), &mut |touch| touched.push(touch));
        },
        State { view, touched: Vec::new() },
    );
    easel.harness.run_steps(2);
    let name = match language {
        Language::Arabic => "العربية",
        Language::Kurdish => "کوردی",
        Language::English => "English",
    };
    easel.harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click();
    easel.harness.run_steps(2);
    easel
}

#[test]
fn the_installer_snapshots_look_as_they_should() {
    let mut wrong = Vec::new();
    for language in Language::ALL {
        let mut easel = easel(language, InstallerView::Looking, vec2(960.0, 600.0), 1.0);
        for (name, view) in views() {
            easel.harness.state_mut().view = view;
            easel.harness.run_steps(2);
            wrong.extend(compare(&format!("{}-installer-{name}", language.tag()), &easel.picture()).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_installer_has_no_flaw() {
    let problems = InstallerProblem::ALL.map(|problem| (problem.code(), InstallerView::Failed(problem)));
    let views: Vec<_> = views().into_iter().chain(problems).collect();
    let mut wrong = Vec::new();
    for language in Language::ALL {
        for (width, height, scale) in [WINDOWS[0], WINDOWS[2], WINDOWS[6]] {
            let window = Rect::from_min_size(Pos2::ZERO, vec2(width, height));
            let mut easel = easel(language, InstallerView::Looking, window.size(), scale);
            for (name, view) in &views {
                easel.harness.state_mut().view = view.clone();
                easel.harness.run_steps(2);
                let texts = flaws::texts(easel.harness.output());
                let buttons = flaws::buttons(&easel.harness);
                let found = flaws::of_layout(&texts, &buttons, window, LEAST);
                wrong.extend(
                    found.into_iter().map(|flaw| format!("{}-{name} {width}×{height}×{scale}: {flaw}", language.tag())),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{} flaws:\n{}", wrong.len(), wrong.join("\n"));
}

/// Puts a finger on the disk's button for so long; what the ui reported.
fn held(seconds: f64) -> Vec<InstallerTouch> {
    let view = InstallerView::Disks(vec![ssd(Holds::Kiosk)]);
    let mut easel = easel(Language::English, view, vec2(1280.0, 800.0), 1.0);
    let harness = &mut easel.harness;
    let place =
        harness.get_by_role_and_label(egui::accesskit::Role::Button, "Hold to erase and install").rect().center();
    let press = |pressed| egui::Event::PointerButton {
        pos: place,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    };
    harness.event(egui::Event::PointerMoved(place));
    harness.event(press(true));
    harness.run_steps(1 + (seconds / PASS_SECONDS) as usize);
    harness.event(press(false));
    harness.run_steps(2);
    std::mem::take(&mut harness.state_mut().touched)
}

#[test]
fn a_disk_is_erased_by_a_held_button_and_by_no_slip() {
    assert_eq!(held(HELD_FOR / 2.0), []);
    assert_eq!(held(HELD_FOR * 3.0), [InstallerTouch::Erase(ssd(Holds::Kiosk))], "once, however long it rests");
}
