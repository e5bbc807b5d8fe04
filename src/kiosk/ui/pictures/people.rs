//! Pictures of people and what they do. Nobody has a face, a beard or a veil: they are anyone.

use egui::Color32;

use super::pen::Pen;

fn person(pen: &Pen<'_>, x: f32, ground: f32, size: f32, fill: Color32) {
    pen.disc((x, ground - 37.0 * size), 11.5 * size, fill);
    pen.dome((x, ground), (21.0 * size, 23.0 * size), fill);
}

pub(super) fn guard(pen: &Pen<'_>, stops: bool) {
    let palette = pen.palette;
    let x = if stops { 38.0 } else { 50.0 };
    pen.dome((x, 92.0), (32.0, 34.0), palette.ink);
    pen.disc((x, 40.0), 17.0, palette.soft);
    pen.ring((x, 40.0), 17.0, 4.0, palette.ink);
    pen.area(&[(x - 22.0, 30.0), (x - 19.0, 14.0), (x, 8.0), (x + 19.0, 14.0), (x + 22.0, 30.0)], palette.ink);
    pen.line((x - 20.0, 33.0), (x + 20.0, 33.0), 5.0, palette.ink);
    pen.disc((x, 20.0), 4.2, palette.accent);
    pen.plate((x - 20.0, 72.0, 13.0, 9.0), 2.0, palette.accent);
    if stops {
        hand(pen, 80.0, 52.0);
    }
}

fn hand(pen: &Pen<'_>, x: f32, y: f32) {
    let palette = pen.palette;
    for (offset, top) in [(-8.5, -15.0), (-2.8, -19.0), (2.8, -18.0), (8.5, -13.0)] {
        pen.line((x + offset, y + top), (x + offset, y), 5.0, palette.alarm);
    }
    pen.path(&[(x - 15.0, y - 2.0), (x - 9.0, y + 8.0)], 5.0, palette.alarm);
    pen.plate((x - 11.0, y - 3.0, 22.0, 22.0), 8.0, palette.alarm);
    pen.line((x, y + 18.0), (x, y + 34.0), 11.0, palette.alarm);
}

pub(super) fn talk(pen: &Pen<'_>) {
    let palette = pen.palette;
    person(pen, 27.0, 92.0, 1.05, palette.ink);
    person(pen, 73.0, 92.0, 1.05, palette.ink);
    pen.plate((28.0, 8.0, 44.0, 22.0), 9.0, palette.accent);
    pen.area(&[(40.0, 29.0), (54.0, 29.0), (42.0, 38.0)], palette.accent);
    for x in [40.0, 50.0, 60.0] {
        pen.disc((x, 19.0), 2.8, palette.ink);
    }
}

pub(super) fn awaited(pen: &Pen<'_>) {
    let palette = pen.palette;
    for step in 0..16_u8 {
        let turn = f32::from(step) / 16.0;
        pen.arc((50.0, 50.0), 44.0, (turn, turn + 0.03), 4.0, palette.ink);
    }
    pen.disc((50.0, 39.0), 13.5, palette.soft);
    pen.ring((50.0, 39.0), 13.5, 4.0, palette.ink);
    pen.dome((50.0, 80.0), (25.0, 22.0), palette.soft);
    pen.arc((50.0, 80.0), 24.0, (-0.22, 0.22), 4.0, palette.ink);
    pen.line((26.0, 80.0), (74.0, 80.0), 4.0, palette.ink);
}

pub(super) fn wave(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.disc((44.0, 34.0), 15.0, palette.ink);
    pen.dome((44.0, 92.0), (31.0, 36.0), palette.ink);
    pen.path(&[(64.0, 74.0), (82.0, 56.0), (82.0, 34.0)], 10.0, palette.ink);
    for (dx, dy) in [(-7.0, -9.0), (-1.0, -13.0), (5.5, -11.0), (10.0, -5.0)] {
        pen.line((82.0, 31.0), (82.0 + dx, 31.0 + dy), 4.6, palette.ink);
    }
    pen.disc((82.0, 31.0), 7.0, palette.ink);
    pen.arc((80.0, 30.0), 23.0, (0.05, 0.15), 3.6, palette.accent);
    pen.arc((80.0, 30.0), 23.0, (-0.16, -0.06), 3.6, palette.accent);
}

pub(super) fn eye(pen: &Pen<'_>, crossed: bool) {
    let palette = pen.palette;
    let lid = |direction: f32| -> Vec<(f32, f32)> {
        (0..=24_u8)
            .map(|step| {
                let share = f32::from(step) / 24.0;
                (8.0 + 84.0 * share, 50.0 + direction * 27.0 * (share * std::f32::consts::PI).sin())
            })
            .collect()
    };
    let mut outline = lid(-1.0);
    outline.extend(lid(1.0).into_iter().rev());
    pen.area(&outline, palette.soft);
    pen.path(&lid(-1.0), 5.0, palette.ink);
    pen.path(&lid(1.0), 5.0, palette.ink);
    pen.disc((50.0, 50.0), 17.0, palette.accent);
    pen.disc((50.0, 50.0), 9.0, palette.ink);
    if crossed {
        pen.cross_out((16.0, 16.0), (84.0, 84.0));
    }
}
