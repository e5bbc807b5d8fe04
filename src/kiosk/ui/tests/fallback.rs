//! The fall-back picture: looked at, and without a flaw on any window a kiosk may have.

use egui::{Pos2, Rect, Vec2, vec2};
use muwajaha_core::domain::KioskId;

use super::flaws;
use super::gl::Api;
use super::room::Easel;
use super::snapshots::compare;
use super::whole::{LEAST, WINDOWS};
use crate::system::failure::Failure;
use crate::ui::theme;
use crate::ui::{FallbackPicture, FallbackUi};

fn pictures() -> [(&'static str, FallbackPicture); 3] {
    let kiosk = Some(KioskId::new("karkh-03"));
    let failure = Some(Failure::Configuration);
    [
        ("fallback-starting", FallbackPicture { kiosk: kiosk.clone(), failure: None }),
        ("fallback-failed", FallbackPicture { kiosk, failure }),
        ("fallback-failed-without-a-name", FallbackPicture { kiosk: None, failure }),
    ]
}

fn easel(picture: FallbackPicture, size: Vec2, scale: f32) -> Easel<FallbackPicture> {
    let mut easel = Easel::new(
        size,
        (scale, Api::Desktop),
        |context, _| FallbackUi::new(context),
        |fallback: &mut FallbackUi, ui, picture| fallback.draw(ui, picture),
        picture,
    );
    easel.harness.run_steps(2);
    easel
}

#[test]
fn the_fallback_picture_looks_as_it_should() {
    let wrong: Vec<String> = pictures()
        .into_iter()
        .filter_map(|(name, picture)| compare(name, &easel(picture, vec2(960.0, 600.0), 1.0).picture()).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_fallback_picture_has_no_flaw() {
    let mut wrong = Vec::new();
    for (width, height, scale) in WINDOWS {
        let window = Rect::from_min_size(Pos2::ZERO, vec2(width, height));
        for (name, picture) in pictures() {
            let mut easel = easel(picture, window.size(), scale);
            let texts = flaws::texts(easel.harness.output());
            assert!(texts.len() >= 6, "three languages, each a headline and a sentence");
            let mut found = flaws::clipped(&texts, window);
            found.extend(flaws::overlapping(&texts, &[]));
            found.extend(flaws::too_small(&texts, &[], (LEAST * theme::scale_of(window)).floor(), 0.0));
            found.extend(flaws::faint(&texts, &easel.picture(), scale));
            wrong.extend(found.into_iter().map(|flaw| format!("{name} {width}×{height}×{scale}: {flaw}")));
        }
    }
    assert!(wrong.is_empty(), "{} flaws:\n{}", wrong.len(), wrong.join("\n"));
}
