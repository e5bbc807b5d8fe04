//! The wizard: looked at in three languages, touched, and without a flaw on any window a kiosk may have.

use std::time::Duration;

use egui::{Pos2, Rect, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;
use muwajaha_core::domain::{BootTime, KioskId, Language, Redacted};
use muwajaha_core::provisioning::{
    AuthorityDigits, Problem, ShortCode, StickProblem, Touch, Waiting, WizardScreen, WizardView,
};

use super::flaws;
use super::gl::Api;
use super::room::Easel;
use super::screens::NOW;
use super::snapshots::compare;
use super::whole::{LEAST, WINDOWS};
use crate::ui::WizardUi;

/// Width of the window whose colours are measured too: they are the same on all.
const SMALLEST_LYING: f32 = 800.0;

struct State {
    screen: WizardScreen,
    touched: Vec<Touch>,
}

fn digits() -> AuthorityDigits {
    AuthorityDigits::of_sha256(std::array::from_fn(|place| (place * 37 + 11) as u8))
}

fn views() -> Vec<(&'static str, WizardView)> {
    let address = |typed: &str, problem| WizardView::Address { typed: typed.to_owned(), problem };
    let code = |typed: &str, problem| WizardView::Code { typed: Redacted::new(typed.to_owned()), problem };
    let kiosks = |count: u32| (1..=count).map(|number| KioskId::new(format!("karkh-{number:02}"))).collect();
    let renamed = StickProblem::Renamed { file: KioskId::new("karkh-03"), kiosk: KioskId::new("karkh-07") };
    let expires_at = BootTime::from_millis(NOW) + Duration::from_secs(598);
    vec![
        ("address-empty", address("", None)),
        ("disk-closed", WizardView::DiskClosed),
        ("making-disk", WizardView::Waiting(Waiting::MakingDisk)),
        ("disk-not-made", WizardView::DiskNotMade(Problem::DiskNotMade)),
        ("address", address("visit.karkh.example:8444", None)),
        ("address-problem", address("visit.karkh.example:8444", Some(Problem::NoAnswer))),
        ("reaching", WizardView::Waiting(Waiting::Reaching)),
        ("digits", WizardView::Digits(digits())),
        ("code", code("ABCDE", None)),
        ("code-problem", code("", Some(Problem::CodeRefused))),
        ("code-whole", code("ABCDEFGHJKLM", None)),
        ("redeeming", WizardView::Waiting(Waiting::Redeeming)),
        ("asking", WizardView::Waiting(Waiting::Asking)),
        ("approval", WizardView::Approval { short_code: ShortCode::typed("QK7M2PWB9CDRHXT4"), expires_at }),
        ("stick", WizardView::Stick { kiosks: kiosks(5), problem: None }),
        (
            "stick-problem",
            WizardView::Stick { kiosks: kiosks(20), problem: Some(StickProblem::Any(Problem::FileNotSigned)) },
        ),
        ("stick-renamed", WizardView::Stick { kiosks: kiosks(5), problem: Some(renamed) }),
        ("done", WizardView::Done(KioskId::new("karkh-03"))),
    ]
}

fn screen(language: Language, view: WizardView) -> WizardScreen {
    let offers_stick = matches!(&view, WizardView::Code { .. });
    WizardScreen { language, address: "visit.karkh.example:8444".to_owned(), offers_stick, view }
}

fn easel(screen: WizardScreen, size: Vec2, scale: f32) -> Easel<State> {
    let mut easel = Easel::new(
        size,
        (scale, Api::Desktop),
        |context, _| WizardUi::new(context),
        |wizard: &mut WizardUi, ui, State { screen, touched }| {
            wizard.draw(ui, screen, BootTime::from_millis(NOW), &mut |touch| touched.push(touch));
        },
        State { screen, touched: Vec::new() },
    );
    easel.harness.run_steps(2);
    easel
}

#[test]
fn the_wizard_snapshots_look_as_they_should() {
    let mut wrong = Vec::new();
    for language in Language::ALL {
        let mut easel = easel(screen(language, views().remove(0).1), vec2(960.0, 600.0), 1.0);
        for (name, view) in views() {
            easel.harness.state_mut().screen = screen(language, view);
            easel.harness.run_steps(2);
            wrong.extend(compare(&format!("{}-wizard-{name}", language.tag()), &easel.picture()).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every view, and every problem once where it may stand.
fn all_views() -> Vec<(&'static str, WizardView)> {
    let problem = |problem: Problem| {
        let view = WizardView::Address { typed: "visit.karkh.example:8444".to_owned(), problem: Some(problem) };
        (problem.code(), view)
    };
    views().into_iter().chain(Problem::ALL.map(problem)).collect()
}

fn no_step_has_a_flaw(language: Language) {
    let mut wrong = Vec::new();
    // The others are of much the same shape as one of these.
    for (width, height, scale) in [WINDOWS[0], WINDOWS[2], WINDOWS[5], WINDOWS[6]] {
        let window = Rect::from_min_size(Pos2::ZERO, vec2(width, height));
        let mut easel = easel(screen(language, views().remove(0).1), window.size(), scale);
        let views = if width.min(height) <= 500.0 { all_views() } else { views() };
        for (name, view) in views {
            easel.harness.state_mut().screen = screen(language, view);
            easel.harness.run_steps(2);
            let texts = flaws::texts(easel.harness.output());
            let buttons = flaws::buttons(&easel.harness);
            let mut found = flaws::of_layout(&texts, &buttons, window, LEAST);
            if (width - SMALLEST_LYING).abs() < 1.0 {
                // Of a key's single letter too few pixels are whole.
                let sentences: Vec<_> = texts.iter().filter(|text| text.words.chars().count() > 1).cloned().collect();
                found.extend(flaws::faint(&sentences, &easel.picture(), scale));
            }
            wrong.extend(found.into_iter().map(|flaw| format!("{name} {width}×{height}×{scale}: {flaw}")));
        }
    }
    assert!(wrong.is_empty(), "{} flaws:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_step_of_the_arabic_wizard_has_a_flaw() {
    no_step_has_a_flaw(Language::Arabic);
}

#[test]
fn no_step_of_the_kurdish_wizard_has_a_flaw() {
    no_step_has_a_flaw(Language::Kurdish);
}

#[test]
fn no_step_of_the_english_wizard_has_a_flaw() {
    no_step_has_a_flaw(Language::English);
}

/// Touches the button of this name on this view; what the ui reported.
fn touched(view: WizardView, name: &str) -> Vec<Touch> {
    let mut easel = easel(screen(Language::English, view), vec2(1280.0, 800.0), 1.0);
    easel.harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click();
    easel.harness.run_steps(2);
    std::mem::take(&mut easel.harness.state_mut().touched)
}

#[test]
fn what_is_touched_is_reported_and_a_resting_button_is_not() {
    let view = |name: &str| views().into_iter().find(|(known, _)| *known == name).unwrap().1;
    assert_eq!(touched(view("address"), "q"), [Touch::Key('q')]);
    assert_eq!(touched(view("address"), "Next"), [Touch::Next]);
    assert_eq!(touched(view("address-empty"), "Next"), []);
    assert_eq!(touched(view("code"), "Z"), [Touch::Key('Z')]);
    assert_eq!(touched(view("code"), "Next"), []);
    assert_eq!(touched(view("code-whole"), "Next"), [Touch::Next]);
    assert_eq!(touched(view("code"), "No code"), [Touch::AskOffice]);
    assert_eq!(touched(view("digits"), "Not the same"), [Touch::OtherDigits]);
    assert_eq!(touched(view("digits"), "All the same"), [Touch::SameDigits]);
    assert_eq!(touched(view("stick"), "karkh-04"), [Touch::StickKiosk(KioskId::new("karkh-04"))]);
    assert_eq!(touched(view("approval"), "Back"), [Touch::Back]);
    let [arabic] = touched(view("done"), "العربية").try_into().unwrap();
    assert_eq!(arabic, Touch::Language(Language::Arabic));
}
