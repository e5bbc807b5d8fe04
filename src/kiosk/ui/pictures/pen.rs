//! A pen on a square of 100×100 units, origin in the top left corner.

use egui::epaint::{CircleShape, PathShape};
use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};

use crate::ui::theme::Palette;

/// Draws in units of one picture.
pub(super) struct Pen<'a> {
    painter: &'a Painter,
    square: Rect,
    pub(super) palette: Palette,
    mirrored: bool,
}

impl<'a> Pen<'a> {
    /// A pen for the largest square in the middle of `rect`.
    pub(super) fn new(painter: &'a Painter, rect: Rect, palette: Palette) -> Self {
        let side = rect.width().min(rect.height());
        Self { painter, square: Rect::from_center_size(rect.center(), Vec2::splat(side)), palette, mirrored: false }
    }

    /// The same pen, left and right exchanged.
    pub(super) fn mirrored(self) -> Self {
        Self { mirrored: true, ..self }
    }

    fn unit(&self) -> f32 {
        self.square.width() / 100.0
    }

    fn at(&self, point: (f32, f32)) -> Pos2 {
        let x = if self.mirrored { 100.0 - point.0 } else { point.0 };
        self.square.min + vec2(x, point.1) * self.unit()
    }

    fn stroke(&self, width: f32, color: Color32) -> Stroke {
        Stroke::new(width * self.unit(), color)
    }

    /// A filled disc.
    pub(super) fn disc(&self, center: (f32, f32), radius: f32, fill: Color32) {
        self.painter.circle_filled(self.at(center), radius * self.unit(), fill);
    }

    /// A circle's line.
    pub(super) fn ring(&self, center: (f32, f32), radius: f32, width: f32, color: Color32) {
        self.painter.add(CircleShape::stroke(self.at(center), radius * self.unit(), self.stroke(width, color)));
    }

    /// A straight line with round ends.
    pub(super) fn line(&self, from: (f32, f32), to: (f32, f32), width: f32, color: Color32) {
        self.path(&[from, to], width, color);
    }

    /// A bent line with round ends and joints.
    pub(super) fn path(&self, points: &[(f32, f32)], width: f32, color: Color32) {
        let points: Vec<Pos2> = points.iter().map(|point| self.at(*point)).collect();
        for point in &points {
            self.painter.circle_filled(*point, width * self.unit() / 2.0, color);
        }
        self.painter.add(PathShape::line(points, self.stroke(width, color)));
    }

    /// A filled polygon without dents.
    pub(super) fn area(&self, points: &[(f32, f32)], fill: Color32) {
        let points = points.iter().map(|point| self.at(*point)).collect();
        self.painter.add(Shape::convex_polygon(points, fill, Stroke::NONE));
    }

    fn boxed(&self, left: f32, top: f32, width: f32, height: f32) -> Rect {
        Rect::from_two_pos(self.at((left, top)), self.at((left + width, top + height)))
    }

    fn corner(&self, radius: f32) -> CornerRadius {
        CornerRadius::same((radius * self.unit()).clamp(0.0, 255.0) as u8)
    }

    /// A filled box with round corners: left, top, width, height.
    pub(super) fn plate(&self, (left, top, width, height): (f32, f32, f32, f32), radius: f32, fill: Color32) {
        self.painter.rect_filled(self.boxed(left, top, width, height), self.corner(radius), fill);
    }

    /// A box's line with round corners.
    pub(super) fn frame(
        &self,
        (left, top, width, height): (f32, f32, f32, f32),
        radius: f32,
        line: f32,
        color: Color32,
    ) {
        let rect = self.boxed(left, top, width, height);
        self.painter.rect_stroke(rect, self.corner(radius), self.stroke(line, color), StrokeKind::Middle);
    }

    /// A part of a circle's line; turns count clockwise from twelve o'clock.
    pub(super) fn arc(&self, center: (f32, f32), radius: f32, turns: (f32, f32), width: f32, color: Color32) {
        self.path(&arc_points(center, radius, turns), width, color);
    }

    /// A filled part of a disc, less than half of it.
    pub(super) fn wedge(&self, center: (f32, f32), radius: f32, turns: (f32, f32), fill: Color32) {
        let mut points = vec![center];
        points.extend(arc_points(center, radius, turns));
        self.area(&points, fill);
    }

    /// The upper half of a disc on a flat ground: shoulders.
    pub(super) fn dome(&self, center: (f32, f32), radius: (f32, f32), fill: Color32) {
        let points: Vec<(f32, f32)> = arc_points((0.0, 0.0), 1.0, (-0.25, 0.25))
            .into_iter()
            .map(|(x, y)| (center.0 + x * radius.0, center.1 + y * radius.1))
            .collect();
        self.area(&points, fill);
    }

    /// A bar across, from the top left to the bottom right, with an edge of the ground's colour.
    pub(super) fn cross_out(&self, from: (f32, f32), to: (f32, f32)) {
        self.line(from, to, 15.0, self.palette.ground);
        self.line(from, to, 8.0, self.palette.alarm);
    }
}

fn arc_points(center: (f32, f32), radius: f32, (from, to): (f32, f32)) -> Vec<(f32, f32)> {
    const STEPS: u16 = 40;
    (0..=STEPS)
        .map(|step| {
            let turn = from + (to - from) * f32::from(step) / f32::from(STEPS);
            let (sine, cosine) = (turn * std::f32::consts::TAU).sin_cos();
            (center.0 + sine * radius, center.1 - cosine * radius)
        })
        .collect()
}

/// A point between two others.
pub(super) fn between(from: (f32, f32), to: (f32, f32), share: f32) -> (f32, f32) {
    let point = pos2(from.0, from.1).lerp(pos2(to.0, to.1), share);
    (point.x, point.y)
}
