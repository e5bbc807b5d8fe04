//! Signs: arrows, ticks, links.

use super::pen::Pen;

pub(super) fn arrow(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.line((10.0, 50.0), (80.0, 50.0), 15.0, palette.accent);
    pen.path(&[(58.0, 22.0), (86.0, 50.0), (58.0, 78.0)], 15.0, palette.accent);
}

pub(super) fn erase(pen: &Pen<'_>) {
    let palette = pen.palette;
    let outline = [(8.0, 50.0), (32.0, 22.0), (92.0, 22.0), (92.0, 78.0), (32.0, 78.0), (8.0, 50.0)];
    pen.path(&outline, 6.0, palette.ink);
    pen.path(&[(48.0, 38.0), (72.0, 62.0)], 6.0, palette.ink);
    pen.path(&[(72.0, 38.0), (48.0, 62.0)], 6.0, palette.ink);
}

pub(super) fn not_recorded(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.disc((50.0, 50.0), 40.0, palette.soft);
    pen.ring((50.0, 50.0), 40.0, 5.0, palette.ink);
    pen.disc((50.0, 50.0), 20.0, palette.alarm);
    pen.line((18.0, 18.0), (82.0, 82.0), 15.0, palette.ground);
    pen.line((18.0, 18.0), (82.0, 82.0), 8.0, palette.ink);
}

pub(super) fn link(pen: &Pen<'_>, broken: bool) {
    let palette = pen.palette;
    let gap = if broken { 9.0 } else { 0.0 };
    pen.disc((18.0, 50.0), 14.0, palette.soft);
    pen.ring((18.0, 50.0), 14.0, 5.0, palette.ink);
    pen.disc((82.0, 50.0), 14.0, palette.soft);
    pen.ring((82.0, 50.0), 14.0, 5.0, palette.ink);
    pen.line((34.0, 50.0), (50.0 - gap, 50.0), 7.0, palette.ink);
    pen.line((50.0 + gap, 50.0), (66.0, 50.0), 7.0, palette.ink);
    if broken {
        for (from, to) in [((50.0, 22.0), (50.0, 36.0)), ((38.0, 26.0), (43.0, 37.0)), ((62.0, 26.0), (57.0, 37.0))] {
            pen.line(from, to, 4.5, palette.alarm);
        }
        for (from, to) in [((50.0, 64.0), (50.0, 78.0)), ((43.0, 63.0), (38.0, 74.0)), ((57.0, 63.0), (62.0, 74.0))] {
            pen.line(from, to, 4.5, palette.alarm);
        }
    } else {
        for x in [42.0, 50.0, 58.0] {
            pen.disc((x, 50.0), 4.0, palette.accent);
        }
    }
}

pub(super) fn network_off(pen: &Pen<'_>) {
    let palette = pen.palette;
    for radius in [16.0, 34.0, 52.0] {
        pen.arc((50.0, 78.0), radius, (-0.12, 0.12), 8.0, palette.ink);
    }
    pen.disc((50.0, 80.0), 7.0, palette.ink);
    pen.cross_out((16.0, 18.0), (84.0, 86.0));
}

pub(super) fn tick(pen: &Pen<'_>) {
    pen.path(&[(16.0, 54.0), (40.0, 78.0), (86.0, 26.0)], 13.0, pen.palette.ink);
}

pub(super) fn cross(pen: &Pen<'_>) {
    pen.line((22.0, 22.0), (78.0, 78.0), 13.0, pen.palette.ink);
    pen.line((78.0, 22.0), (22.0, 78.0), 13.0, pen.palette.ink);
}

pub(super) fn hang_up(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.arc((50.0, 86.0), 48.0, (-0.13, 0.13), 15.0, palette.ink);
    pen.line((18.0, 52.0), (15.0, 62.0), 18.0, palette.ink);
    pen.line((82.0, 52.0), (85.0, 62.0), 18.0, palette.ink);
}
