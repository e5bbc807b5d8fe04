//! Pictures of things in the visiting room.

use super::pen::{Pen, between};

fn card(pen: &Pen<'_>, left: f32, top: f32) {
    let palette = pen.palette;
    pen.plate((left, top, 54.0, 36.0), 5.0, palette.accent);
    pen.frame((left, top, 54.0, 36.0), 5.0, 3.6, palette.ink);
    pen.disc((left + 15.0, top + 13.5), 5.6, palette.ink);
    pen.dome((left + 15.0, top + 29.0), (9.5, 8.5), palette.ink);
    pen.line((left + 31.0, top + 13.0), (left + 46.0, top + 13.0), 3.6, palette.ink);
    pen.line((left + 31.0, top + 23.0), (left + 42.0, top + 23.0), 3.6, palette.ink);
}

fn reader(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.plate((8.0, 52.0, 84.0, 46.0), 8.0, palette.soft);
    pen.frame((8.0, 52.0, 84.0, 46.0), 8.0, 4.0, palette.ink);
    for radius in [9.0, 18.0, 27.0] {
        pen.arc((50.0, 91.0), radius, (-0.12, 0.12), 3.8, palette.ink);
    }
    pen.disc((50.0, 90.0), 3.2, palette.ink);
}

pub(super) fn card_to_reader(pen: &Pen<'_>, share: f32) {
    reader(pen);
    let eased = share * share * (3.0 - 2.0 * share);
    let (left, top) = between((23.0, 1.0), (23.0, 30.0), eased);
    card(pen, left, top);
}

pub(super) fn unknown_card(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.plate((6.0, 26.0, 72.0, 50.0), 7.0, palette.soft);
    pen.frame((6.0, 26.0, 72.0, 50.0), 7.0, 4.0, palette.ink);
    pen.disc((27.0, 45.0), 8.0, palette.ink);
    pen.dome((27.0, 68.0), (14.0, 12.0), palette.ink);
    pen.disc((76.0, 68.0), 23.0, palette.ground);
    pen.disc((76.0, 68.0), 20.0, palette.accent);
    pen.arc((76.0, 63.0), 6.5, (-0.27, 0.4), 4.2, palette.ink);
    pen.path(&[(79.5, 68.5), (76.0, 71.5), (76.0, 74.0)], 4.2, palette.ink);
    pen.disc((76.0, 80.5), 2.8, palette.ink);
}

pub(super) fn reader_missing(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.plate((16.0, 26.0, 68.0, 52.0), 8.0, palette.soft);
    pen.frame((16.0, 26.0, 68.0, 52.0), 8.0, 5.0, palette.ink);
    for radius in [10.0, 20.0, 30.0] {
        pen.arc((50.0, 70.0), radius, (-0.13, 0.13), 5.0, palette.ink);
    }
    pen.cross_out((14.0, 14.0), (86.0, 88.0));
}

pub(super) fn padlock(pen: &Pen<'_>, open: bool) {
    let palette = pen.palette;
    let lift = if open { 10.0 } else { 0.0 };
    let left_foot = if open { 40.0 - lift } else { 50.0 };
    pen.arc((50.0, 34.0 - lift), 19.0, (-0.25, 0.25), 9.0, palette.ink);
    pen.line((31.0, 34.0 - lift), (31.0, left_foot), 9.0, palette.ink);
    pen.line((69.0, 34.0 - lift), (69.0, 50.0), 9.0, palette.ink);
    pen.plate((20.0, 46.0, 60.0, 46.0), 8.0, palette.accent);
    pen.frame((20.0, 46.0, 60.0, 46.0), 8.0, 4.0, palette.ink);
    pen.disc((50.0, 64.0), 6.5, palette.ink);
    pen.line((50.0, 66.0), (50.0, 77.0), 6.0, palette.ink);
}

pub(super) fn kiosk(pen: &Pen<'_>, works: bool) {
    let palette = pen.palette;
    pen.plate((14.0, 10.0, 72.0, 54.0), 6.0, palette.soft);
    pen.frame((14.0, 10.0, 72.0, 54.0), 6.0, 4.5, palette.ink);
    pen.line((50.0, 66.0), (50.0, 88.0), 9.0, palette.ink);
    pen.line((28.0, 91.0), (72.0, 91.0), 7.0, palette.ink);
    if works {
        pen.path(&[(35.0, 38.0), (46.0, 48.0), (66.0, 27.0)], 7.0, palette.ink);
    } else {
        pen.path(&[(38.0, 25.0), (62.0, 49.0)], 8.0, palette.alarm);
        pen.path(&[(62.0, 25.0), (38.0, 49.0)], 8.0, palette.alarm);
    }
}

pub(super) fn calendar(pen: &Pen<'_>, cancelled: bool) {
    let palette = pen.palette;
    pen.plate((12.0, 18.0, 76.0, 72.0), 7.0, palette.soft);
    pen.plate((12.0, 18.0, 76.0, 20.0), 7.0, palette.ink);
    pen.frame((12.0, 18.0, 76.0, 72.0), 7.0, 4.0, palette.ink);
    for x in [32.0, 68.0] {
        pen.line((x, 10.0), (x, 25.0), 10.0, palette.ground);
        pen.line((x, 10.0), (x, 25.0), 6.0, palette.ink);
    }
    for row in 0..3_u8 {
        for column in 0..4_u8 {
            let center = (25.0 + f32::from(column) * 16.7, 50.0 + f32::from(row) * 13.5);
            pen.plate((center.0 - 4.0, center.1 - 3.5, 8.0, 7.0), 1.5, palette.ground);
        }
    }
    if cancelled {
        pen.path(&[(34.0, 48.0), (66.0, 80.0)], 9.0, palette.alarm);
        pen.path(&[(66.0, 48.0), (34.0, 80.0)], 9.0, palette.alarm);
    }
}

pub(super) fn clock(pen: &Pen<'_>, at_end: bool) {
    let palette = pen.palette;
    pen.disc((50.0, 50.0), 42.0, palette.soft);
    if at_end {
        pen.wedge((50.0, 50.0), 40.0, (0.0, 0.45), palette.accent);
        pen.wedge((50.0, 50.0), 40.0, (0.45, 0.9), palette.accent);
        pen.wedge((50.0, 50.0), 40.0, (0.88, 1.0), palette.accent);
    } else {
        pen.wedge((50.0, 50.0), 40.0, (0.0, 0.25), palette.accent);
    }
    pen.ring((50.0, 50.0), 42.0, 5.0, palette.ink);
    for quarter in 0..4_u8 {
        let turn = f32::from(quarter) * std::f32::consts::FRAC_PI_2;
        let at = |radius: f32| (50.0 + turn.sin() * radius, 50.0 - turn.cos() * radius);
        pen.line(at(33.0), at(36.0), 4.0, palette.ink);
    }
    pen.line((50.0, 50.0), (50.0, 22.0), 5.5, palette.ink);
    let short_hand = if at_end { (50.0, 31.0) } else { (70.0, 50.0) };
    pen.line((50.0, 50.0), short_hand, 5.5, palette.ink);
    pen.disc((50.0, 50.0), 4.5, palette.ink);
}

pub(super) fn declined(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.plate((16.0, 8.0, 58.0, 80.0), 6.0, palette.soft);
    pen.frame((16.0, 8.0, 58.0, 80.0), 6.0, 4.0, palette.ink);
    for y in [26.0, 40.0, 54.0] {
        pen.line((29.0, y), (61.0, y), 4.0, palette.ink);
    }
    pen.disc((74.0, 74.0), 23.0, palette.ground);
    pen.disc((74.0, 74.0), 20.0, palette.alarm);
    pen.line((66.5, 66.5), (81.5, 81.5), 5.5, palette.ground);
    pen.line((81.5, 66.5), (66.5, 81.5), 5.5, palette.ground);
}

pub(super) fn hourglass(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.area(&[(26.0, 12.0), (74.0, 12.0), (74.0, 26.0), (52.0, 50.0), (48.0, 50.0), (26.0, 26.0)], palette.soft);
    pen.area(&[(48.0, 50.0), (52.0, 50.0), (74.0, 74.0), (74.0, 88.0), (26.0, 88.0), (26.0, 74.0)], palette.soft);
    pen.area(&[(33.0, 30.0), (67.0, 30.0), (52.0, 48.0), (48.0, 48.0)], palette.accent);
    pen.line((50.0, 48.0), (50.0, 74.0), 3.0, palette.accent);
    pen.area(&[(50.0, 66.0), (68.0, 84.0), (32.0, 84.0)], palette.accent);
    for side in [1.0, -1.0] {
        let x = |offset: f32| 50.0 + side * offset;
        let outline = [(x(24.0), 12.0), (x(24.0), 27.0), (x(3.0), 50.0), (x(24.0), 73.0), (x(24.0), 88.0)];
        pen.path(&outline, 4.5, palette.ink);
    }
    pen.line((20.0, 11.0), (80.0, 11.0), 7.0, palette.ink);
    pen.line((20.0, 89.0), (80.0, 89.0), 7.0, palette.ink);
}

pub(super) fn camera_off(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.plate((10.0, 30.0, 52.0, 42.0), 8.0, palette.ink);
    pen.area(&[(66.0, 46.0), (90.0, 33.0), (90.0, 69.0), (66.0, 56.0)], palette.ink);
    pen.cross_out((14.0, 16.0), (84.0, 86.0));
}

pub(super) fn microphone_off(pen: &Pen<'_>) {
    let palette = pen.palette;
    pen.line((50.0, 24.0), (50.0, 46.0), 26.0, palette.ink);
    pen.arc((50.0, 46.0), 23.0, (0.25, 0.75), 6.0, palette.ink);
    pen.line((50.0, 70.0), (50.0, 84.0), 6.0, palette.ink);
    pen.line((36.0, 86.0), (64.0, 86.0), 6.0, palette.ink);
    pen.cross_out((16.0, 14.0), (84.0, 86.0));
}

pub(super) fn shield(pen: &Pen<'_>) {
    let palette = pen.palette;
    let outline =
        [(50.0, 8.0), (84.0, 20.0), (82.0, 52.0), (69.0, 76.0), (50.0, 92.0), (31.0, 76.0), (18.0, 52.0), (16.0, 20.0)];
    pen.area(&outline, palette.soft);
    let mut closed = outline.to_vec();
    closed.push((50.0, 8.0));
    pen.path(&closed, 5.0, palette.ink);
    pen.path(&[(34.0, 49.0), (46.0, 61.0), (67.0, 36.0)], 8.0, palette.accent);
}
