//! A kiosk's screen in a test: shows what it is told, is touched by name, and hands out its pixels.

use std::cell::RefCell;
use std::rc::Rc;

use egui::{Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use muwajaha_core::domain::{BootTime, Utc};
use muwajaha_core::session::{Screen, UserAction};

use super::gl::{Api, Image, Textures, Window};
use crate::picture::{Picture, PictureSlot};
use crate::ui::Ui;

/// What the harness hands to each pass.
pub(super) struct State {
    pub(super) screen: Screen,
    pub(super) now: BootTime,
    pub(super) actions: Vec<UserAction>,
}

/// See the module.
pub(super) struct Room {
    pub(super) harness: Harness<'static, State>,
    pub(super) remote: PictureSlot,
    pub(super) own: PictureSlot,
    window: Window,
    textures: Textures,
}

/// The time of day on every test's screen: 10:12 in Baghdad.
pub(super) const WALL: i64 = 1_764_054_720_000;

impl Room {
    pub(super) fn new(screen: Screen, size: Vec2) -> Self {
        Self::with(screen, size, 1.0, Api::Desktop)
    }

    /// A window of `size` points at `scale` pixels to a point.
    pub(super) fn with(screen: Screen, size: Vec2, scale: f32, api: Api) -> Self {
        let pixels = size * scale;
        let window = Window::new([pixels.x.round() as u32, pixels.y.round() as u32], api);
        let (remote, own) = (PictureSlot::default(), PictureSlot::default());
        let kiosk: Rc<RefCell<Option<Ui>>> = Rc::default();
        let (setup_kiosk, setup_slots, gl) = (Rc::clone(&kiosk), (remote.clone(), own.clone()), window.gl());
        let textures = Textures::default();
        let state = State { screen, now: BootTime::from_millis(super::screens::NOW), actions: Vec::new() };
        let harness = Harness::builder()
            .with_size(size)
            .with_pixels_per_point(scale)
            .with_theme(egui::Theme::Light)
            .renderer(textures.clone())
            .with_context_setup(move |context| {
                let (remote, own) = setup_slots;
                *setup_kiosk.borrow_mut() = Some(Ui::new(context, Some(gl), remote, own));
            })
            .build_ui_state(
                move |ui, state: &mut State| {
                    let mut kiosk = kiosk.borrow_mut();
                    let State { screen, now, actions } = state;
                    let mut report = |action| actions.push(action);
                    let kiosk = kiosk.as_mut().expect("the context was set up");
                    kiosk.draw(ui, screen, *now, Utc::from_millis(WALL), &mut report);
                },
                state,
            );
        Self { harness, remote, own, window, textures }
    }

    /// Shows another screen.
    pub(super) fn show(&mut self, screen: Screen) {
        self.harness.state_mut().screen = screen;
        self.harness.run_steps(2);
    }

    /// Touches the button of this name, and says what the ui reported.
    pub(super) fn touch(&mut self, name: &str) -> Vec<UserAction> {
        self.harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click();
        self.harness.run_steps(2);
        self.harness.remove_cursor();
        self.harness.run_steps(1);
        std::mem::take(&mut self.harness.state_mut().actions)
    }

    /// The pixels of the last pass.
    pub(super) fn picture(&mut self) -> Image {
        let (context, output) = (self.harness.ctx.clone(), self.harness.output());
        self.window.render(&context, output, &self.textures)
    }
}

/// A picture in which the two sides can be told apart: skin-coloured for the visitor, bluish for the
/// inmate, with a lighter disc where a face would be.
pub(super) fn portrait(width: u32, height: u32, chroma: [u8; 2]) -> Picture {
    let size = vec2(width as f32, height as f32);
    let pixels = (0..height)
        .flat_map(|y| (0..width).map(move |x| vec2(x as f32, y as f32)))
        .map(|at| {
            let face = (at - vec2(size.x * 0.5, size.y * 0.4)).length() < size.y * 0.22;
            let body = (at - vec2(size.x * 0.5, size.y * 1.1)).length() < size.y * 0.45;
            if face {
                170
            } else if body {
                90
            } else {
                50 + (at.x / size.x * 40.0) as u8
            }
        })
        .flat_map(|luma| rgbx([luma, chroma[0], chroma[1]]))
        .collect();
    Picture { width, height, pixels, sequence: 0 }
}

/// BT.601, limited range.
fn rgbx([y, u, v]: [u8; 3]) -> [u8; 4] {
    let (y, u, v) = (f32::from(y) - 16.0, f32::from(u) - 128.0, f32::from(v) - 128.0);
    let channel = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    let luma = 255.0 / 219.0 * y;
    [channel(luma + 1.596 * v), channel(luma - 0.392 * u - 0.813 * v), channel(luma + 2.017 * u), 0]
}
