//! What every draw function needs at hand: words, time, direction and scale of the part of the
//! window that it draws, and the way of actions out.
//!
//! Lives on main for the length of one pass.

use std::time::Duration;

use egui::{Align, Color32, Context, Pos2, Rect, Vec2, pos2};
use muwajaha_core::domain::{BootTime, Utc};
use muwajaha_core::session::UserAction;

use super::l10n::{Argument, Word, Words};
use super::text::{TextFrame, TextStyle, Weight};
use super::theme::{self, Palette};

/// See the module.
pub(crate) struct Scene<'a> {
    pub(crate) words: &'a Words,
    pub(crate) now: BootTime,
    pub(crate) wall: Utc,
    /// IANA name of the facility's zone.
    pub(crate) zone: &'a str,
    /// The part of the window that is drawn.
    pub(crate) rect: Rect,
    pub(crate) palette: Palette,
    /// False behind an overlay: nothing there can be touched.
    pub(crate) touchable: bool,
    pub(crate) actions: &'a mut dyn FnMut(UserAction),
}

impl Scene<'_> {
    /// A length in units as points.
    pub(crate) fn units(&self, length: f32) -> f32 {
        length * theme::scale_of(self.rect)
    }

    /// Whether lines run from right to left; places mirror with them.
    pub(crate) fn right_to_left(&self) -> bool {
        self.words.language().is_right_to_left()
    }

    /// Whether the part that is drawn stands upright.
    pub(crate) fn is_upright(&self) -> bool {
        self.rect.width() < self.rect.height()
    }

    /// `rect` where lines start from the left, its mirror image within `frame` else.
    pub(crate) fn mirrored(&self, rect: Rect, frame: Rect) -> Rect {
        if self.right_to_left() {
            let left = frame.left() + (frame.right() - rect.right());
            Rect::from_min_size(pos2(left, rect.top()), rect.size())
        } else {
            rect
        }
    }

    /// A style in units of the part that is drawn.
    pub(crate) fn style(&self, size: f32, weight: Weight, color: Color32) -> TextStyle {
        TextStyle { size: self.units(size), weight, color }
    }

    /// A frame of this width in the direction of the words.
    pub(crate) fn frame(&self, max_width: f32, align: Align) -> TextFrame {
        TextFrame { max_width, right_to_left: self.right_to_left(), align }
    }

    /// A message without arguments.
    pub(crate) fn say(&self, word: Word) -> String {
        self.words.say(word)
    }

    /// A message with arguments.
    pub(crate) fn say_with(&self, word: Word, arguments: &[(&'static str, Argument<'_>)]) -> String {
        self.words.say_with(word, arguments)
    }

    /// The time of day in the facility's zone.
    pub(crate) fn time_of_day(&self, utc: Utc) -> String {
        self.words.time_of_day(utc, self.zone)
    }

    /// What is left until `target` as a countdown; asks for the pass in which it changes.
    pub(crate) fn countdown(&self, context: &Context, target: BootTime) -> String {
        let left = target.since(self.now);
        wake_at_next_step(context, left, Duration::from_secs(1));
        self.words.countdown(left)
    }

    /// Whole minutes until `target`, rounded up; 0 where less than one is left.
    pub(crate) fn minutes_until(&self, context: &Context, target: BootTime) -> u64 {
        let left = target.since(self.now);
        wake_at_next_step(context, left, Duration::from_secs(60));
        if left < Duration::from_secs(60) { 0 } else { left.as_secs().div_ceil(60) }
    }

    /// Reports what a person touched.
    pub(crate) fn act(&mut self, action: UserAction) {
        (self.actions)(action);
    }

    /// The same scene for another part of the window.
    pub(crate) fn part(&mut self, rect: Rect) -> Scene<'_> {
        Scene {
            words: self.words,
            now: self.now,
            wall: self.wall,
            zone: self.zone,
            rect,
            palette: self.palette,
            touchable: self.touchable,
            actions: &mut *self.actions,
        }
    }
}

/// Asks for a pass when `left` next crosses a multiple of `step`.
fn wake_at_next_step(context: &Context, left: Duration, step: Duration) {
    if left.is_zero() {
        return;
    }
    let step = u64::try_from(step.as_millis()).unwrap_or(u64::MAX).max(1);
    let rest = u64::try_from(left.as_millis()).unwrap_or(u64::MAX) % step;
    context.request_repaint_after(Duration::from_millis(if rest == 0 { step } else { rest }.saturating_add(10)));
}

/// The largest rectangle of `aspect` (width to height) in the middle of `outer`.
pub(crate) fn letterbox(outer: Rect, aspect: f32) -> Rect {
    let width = outer.width().min(outer.height() * aspect);
    Rect::from_center_size(outer.center(), Vec2::new(width, width / aspect.max(0.01)))
}

/// Cuts a strip of `height` from the top of `rect`: the strip and the rest.
pub(crate) fn split_top(rect: Rect, height: f32) -> (Rect, Rect) {
    let line = (rect.top() + height).min(rect.bottom());
    (Rect::from_min_max(rect.min, pos2(rect.right(), line)), Rect::from_min_max(pos2(rect.left(), line), rect.max))
}

/// Cuts a strip of `height` from the bottom of `rect`: the rest and the strip.
pub(crate) fn split_bottom(rect: Rect, height: f32) -> (Rect, Rect) {
    split_top(rect, rect.height() - height)
}

/// Cuts `rect` into `columns` × `rows` cells with a gap, row by row from the left.
pub(crate) fn grid(rect: Rect, columns: usize, rows: usize, gap: f32) -> Vec<Rect> {
    let (columns, rows) = (columns.max(1), rows.max(1));
    let cell = |length: f32, count: usize| (length - gap * (count - 1) as f32) / count as f32;
    let size = Vec2::new(cell(rect.width(), columns), cell(rect.height(), rows));
    let corner = |column: usize, row: usize| -> Pos2 {
        pos2(rect.left() + column as f32 * (size.x + gap), rect.top() + row as f32 * (size.y + gap))
    };
    (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (column, row)))
        .map(|(column, row)| Rect::from_min_size(corner(column, row), size))
        .collect()
}
