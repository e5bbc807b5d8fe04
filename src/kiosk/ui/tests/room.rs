//! A kiosk's screen in a test: shows what it is told, is touched by name, and hands out its pixels.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;

use eframe::glow;
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

/// A window without a screen, and what draws into it.
pub(super) struct Easel<State> {
    pub(super) harness: Harness<'static, State>,
    window: Window,
    textures: Textures,
}

impl<State> Easel<State> {
    /// `size` points at `scale` pixels to a point. `set_up` makes the ui that `draw` is handed.
    pub(super) fn new<Drawn: 'static>(
        size: Vec2,
        (scale, api): (f32, Api),
        set_up: impl FnOnce(&egui::Context, Arc<glow::Context>) -> Drawn + 'static,
        mut draw: impl FnMut(&mut Drawn, &mut egui::Ui, &mut State) + 'static,
        state: State,
    ) -> Self {
        let pixels = size * scale;
        let window = Window::new([pixels.x.round() as u32, pixels.y.round() as u32], api);
        let drawn: Rc<RefCell<Option<Drawn>>> = Rc::default();
        let (made, gl, textures) = (Rc::clone(&drawn), window.gl(), Textures::default());
        let harness = Harness::builder()
            .with_size(size)
            .with_pixels_per_point(scale)
            .with_theme(egui::Theme::Light)
            .renderer(textures.clone())
            .with_context_setup(move |context| *made.borrow_mut() = Some(set_up(context, gl)))
            .build_ui_state(
                move |ui, state: &mut State| {
                    let mut drawn = drawn.borrow_mut();
                    draw(drawn.as_mut().expect("the context was set up"), ui, state);
                },
                state,
            );
        Self { harness, window, textures }
    }

    /// The pixels of the last pass.
    pub(super) fn picture(&mut self) -> Image {
        let (context, output) = (self.harness.ctx.clone(), self.harness.output());
        self.window.render(&context, output, &self.textures)
    }
}

/// See the module.
pub(super) struct Room {
    easel: Easel<State>,
    pub(super) remote: PictureSlot,
    pub(super) own: PictureSlot,
}

impl Deref for Room {
    type Target = Easel<State>;

    fn deref(&self) -> &Self::Target {
        &self.easel
    }
}

impl DerefMut for Room {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.easel
    }
}

/// The time of day on every test's screen: 10:12 in Baghdad.
pub(super) const WALL: i64 = 1_764_054_720_000;

impl Room {
    pub(super) fn new(screen: Screen, size: Vec2) -> Self {
        Self::with(screen, size, 1.0, Api::Desktop)
    }

    /// A window of `size` points at `scale` pixels to a point.
    pub(super) fn with(screen: Screen, size: Vec2, scale: f32, api: Api) -> Self {
        let (remote, own) = (PictureSlot::default(), PictureSlot::default());
        let slots = (remote.clone(), own.clone());
        let state = State { screen, now: BootTime::from_millis(super::screens::NOW), actions: Vec::new() };
        let easel = Easel::new(
            size,
            (scale, api),
            move |context, gl| Ui::new(context, Some(gl), slots.0, slots.1),
            |kiosk: &mut Ui, ui, State { screen, now, actions }| {
                kiosk.draw(ui, screen, *now, Utc::from_millis(WALL), &mut |action| actions.push(action));
            },
            state,
        );
        Self { easel, remote, own }
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
