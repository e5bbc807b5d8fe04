//! Video on the screen: the latest picture of a slot, letterboxed, drawn by a shader of our own.
//!
//! Lives on main. Converts nothing on the processor and copies a picture to the graphics memory only
//! when it is a new one. Where the slot is empty it is black, and the last picture is forgotten.

mod shader;

use std::sync::Arc;

use eframe::egui_glow::CallbackFn;
use egui::mutex::Mutex;
use egui::{Color32, PaintCallback, Painter, Rect};

use super::scene::letterbox;
use crate::picture::{Picture, PictureSlot};
use shader::PictureShader;

/// One video on the screen.
pub(crate) struct Video {
    slot: PictureSlot,
    state: Option<Arc<Mutex<State>>>,
    mirrored: bool,
}

/// What the paint callback works on.
#[derive(Default)]
struct State {
    waiting: Option<Picture>,
    shader: Prepared,
}

#[derive(Default)]
enum Prepared {
    #[default]
    NotYet,
    Failed,
    Ready(PictureShader),
}

impl Video {
    /// The video of `slot`. Without GL it stays black. A self view is `mirrored`, as in a mirror.
    pub(crate) fn new(slot: PictureSlot, has_gl: bool, mirrored: bool) -> Self {
        Self { slot, state: has_gl.then(Arc::default), mirrored }
    }

    /// Whether there is a picture to draw.
    pub(crate) fn has_picture(&self) -> bool {
        self.slot.latest().is_some()
    }

    /// Width to height of the latest picture, 16:9 where there is none.
    pub(crate) fn aspect(&self) -> f32 {
        self.slot
            .latest()
            .filter(|picture| picture.width > 0 && picture.height > 0)
            .map_or(16.0 / 9.0, |picture| picture.width as f32 / picture.height as f32)
    }

    /// Draws the latest picture as large as `rect` allows, on black.
    pub(crate) fn paint(&self, painter: &Painter, rect: Rect) {
        painter.rect_filled(rect, 0, Color32::BLACK);
        let (Some(state), latest) = (&self.state, self.slot.latest()) else { return };
        let Some(picture) = latest else {
            state.lock().waiting = None;
            if let Prepared::Ready(shader) = &mut state.lock().shader {
                shader.forget();
            }
            return;
        };
        if !is_whole(&picture) {
            tracing::error!(width = picture.width, height = picture.height, "a picture's planes do not match its size");
            return;
        }
        state.lock().waiting = Some(picture);
        let (state, mirrored) = (Arc::clone(state), self.mirrored);
        let callback = CallbackFn::new(move |_info, painter| state.lock().draw(painter.gl(), mirrored));
        painter.add(PaintCallback { rect: letterbox(rect, self.aspect()), callback: Arc::new(callback) });
    }
}

impl State {
    fn draw(&mut self, gl: &eframe::glow::Context, mirrored: bool) {
        if matches!(self.shader, Prepared::NotYet) {
            self.shader = match PictureShader::new(gl) {
                Ok(shader) => Prepared::Ready(shader),
                Err(error) => {
                    tracing::error!(%error, "video cannot be drawn");
                    Prepared::Failed
                }
            };
        }
        let Prepared::Ready(shader) = &mut self.shader else { return };
        if let Some(picture) = self.waiting.take() {
            shader.upload(gl, &picture);
        }
        shader.draw(gl, mirrored);
    }
}

/// Size of a chroma plane along one side.
fn halved(side: u32) -> u32 {
    side.div_ceil(2)
}

fn is_whole(picture: &Picture) -> bool {
    let area = |width: u32, height: u32| usize::try_from(u64::from(width) * u64::from(height)).unwrap_or(usize::MAX);
    let [luma, blue, red] = &picture.planes;
    let chroma = area(halved(picture.width), halved(picture.height));
    picture.width > 0
        && picture.height > 0
        && luma.len() == area(picture.width, picture.height)
        && blue.len() == chroma
        && red.len() == chroma
}
