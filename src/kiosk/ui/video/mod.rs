//! Video on the screen: the latest picture of a slot, letterboxed, drawn by a shader of our own.
//!
//! Lives on main. Converts nothing and copies a picture to the graphics memory only
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
            .map_or(16.0 / 9.0, |picture| width_to_height(&picture))
    }

    /// Draws the latest picture as large as `rect` allows, on black. No pixel is painted twice: without
    /// a graphics card each one costs.
    pub(crate) fn paint(&self, painter: &Painter, rect: Rect) {
        let Some((state, picture)) = self.state.as_ref().zip(self.take_latest()) else {
            painter.rect_filled(rect, 0, Color32::BLACK);
            return;
        };
        let inner = letterbox(rect, width_to_height(&picture));
        for bar in bars(rect, inner) {
            painter.rect_filled(bar, 0, Color32::BLACK);
        }
        state.lock().waiting = Some(picture);
        let (state, mirrored) = (Arc::clone(state), self.mirrored);
        let callback = CallbackFn::new(move |_info, painter| state.lock().draw(painter.gl(), mirrored));
        painter.add(PaintCallback { rect: inner, callback: Arc::new(callback) });
    }

    /// The latest picture that can be drawn; where there is none, the last one is forgotten.
    fn take_latest(&self) -> Option<Picture> {
        let state = self.state.as_ref()?;
        let Some(picture) = self.slot.latest() else {
            let mut state = state.lock();
            state.waiting = None;
            if let Prepared::Ready(shader) = &mut state.shader {
                shader.forget();
            }
            return None;
        };
        let is_whole = is_whole(&picture);
        if !is_whole {
            tracing::error!(width = picture.width, height = picture.height, "a picture's pixels do not match its size");
        }
        is_whole.then_some(picture)
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

fn width_to_height(picture: &Picture) -> f32 {
    picture.width as f32 / picture.height as f32
}

/// What of `outer` lies around `inner`.
fn bars(outer: Rect, inner: Rect) -> impl Iterator<Item = Rect> {
    let above = outer.with_max_y(inner.top());
    let below = outer.with_min_y(inner.bottom());
    let left = inner.with_min_x(outer.left()).with_max_x(inner.left());
    let right = inner.with_min_x(inner.right()).with_max_x(outer.right());
    [above, below, left, right].into_iter().filter(|bar| bar.is_positive())
}

fn is_whole(picture: &Picture) -> bool {
    let count = u64::from(picture.width) * u64::from(picture.height);
    count > 0 && u64::try_from(picture.pixels.len()).is_ok_and(|bytes| bytes == count * 4)
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;

    #[test]
    fn picture_and_bars_cover_the_whole_once() {
        let outer = Rect::from_min_size(pos2(20.0, 84.0), vec2(1240.0, 606.0));
        for aspect in [0.56, 4.0 / 3.0, 16.0 / 9.0, outer.aspect_ratio(), 3.0] {
            let inner = letterbox(outer, aspect);
            let parts: Vec<Rect> = bars(outer, inner).chain([inner]).collect();
            let area: f32 = parts.iter().map(Rect::area).sum();
            assert!((area - outer.area()).abs() < 1.0, "{aspect}: {parts:?}");
            assert!(parts.iter().all(|part| outer.expand(0.01).contains_rect(*part)), "{aspect}: {parts:?}");
        }
    }
}
