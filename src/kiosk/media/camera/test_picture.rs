//! The test camera's picture: grey, a moving bar, and a strip of cells that spells a frame counter,
//! so that whoever receives it can tell which frame it is and that it is whole.
//!
//! The strip runs from 10 % to 90 % of the width and 40 % to 60 % of the height: a red cell, 16
//! bits (most significant first, white is one), their even parity, its inverse, a blue cell.

use super::frame::{Frame, PlaneMut};
use crate::picture::Picture;

const CELLS: usize = 20;
const GREY: [u8; 3] = [128, 128, 128];
const RED: [u8; 3] = [81, 90, 240];
const BLUE: [u8; 3] = [41, 240, 110];
const WHITE: [u8; 3] = [235, 128, 128];
const BLACK: [u8; 3] = [16, 128, 128];
const BAR: [u8; 3] = [180, 128, 128];

fn bit(set: bool) -> [u8; 3] {
    if set { WHITE } else { BLACK }
}

fn parity(counter: u16) -> bool {
    counter.count_ones() % 2 == 1
}

fn cell_colour(cell: usize, counter: u16) -> [u8; 3] {
    match cell {
        0 => RED,
        1..=16 => bit((counter >> (16 - cell)) & 1 == 1),
        17 => bit(parity(counter)),
        18 => bit(!parity(counter)),
        _ => BLUE,
    }
}

struct Rectangle {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

fn fill(planes: &mut [PlaneMut<'_>; 3], rectangle: &Rectangle, colour: [u8; 3]) {
    for ((index, plane), value) in planes.iter_mut().enumerate().zip(colour) {
        let divisor = if index == 0 { 1 } else { 2 };
        let rows = plane.bytes.chunks_mut(plane.stride.max(1));
        let height = (rectangle.bottom / divisor).saturating_sub(rectangle.top / divisor);
        for row in rows.skip(rectangle.top / divisor).take(height) {
            if let Some(run) = row.get_mut(rectangle.left / divisor..rectangle.right / divisor) {
                run.fill(value);
            }
        }
    }
}

/// Draws the frame of this number.
pub(crate) fn paint(width: u32, height: u32, counter: u16) -> Option<Frame> {
    let (columns, rows) = (width as usize, height as usize);
    Frame::painted(width, height, |mut planes| {
        for (plane, value) in planes.iter_mut().zip(GREY) {
            plane.bytes.fill(value);
        }
        let bar_width = columns / 16;
        let left = (usize::from(counter) * 8) % columns.saturating_sub(bar_width).max(1);
        for (top, bottom) in [(rows / 10, rows * 3 / 10), (rows * 7 / 10, rows * 9 / 10)] {
            fill(&mut planes, &Rectangle { left, right: left + bar_width, top, bottom }, BAR);
        }
        for cell in 0..CELLS {
            let edge = |cell: usize| columns / 10 + columns * 8 / 10 * cell / CELLS;
            let (left, right) = (edge(cell), edge(cell + 1));
            let rectangle = Rectangle { left, right, top: rows * 2 / 5, bottom: rows * 3 / 5 };
            fill(&mut planes, &rectangle, cell_colour(cell, counter));
        }
    })
}

/// Reads the frame counter out of a picture; `None` where the strip is missing or damaged.
pub fn read_counter(picture: &Picture) -> Option<u16> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let (pixels, _) = picture.pixels.as_chunks::<4>();
    let sample = |cell: usize| {
        let x = width / 10 + width * 8 / 10 * (2 * cell + 1) / (2 * CELLS);
        pixels.get(height / 2 * width + x)
    };
    let ([red, _, not_blue, _], [not_red, _, blue, _]) = (sample(0)?, sample(CELLS - 1)?);
    let mut bits = [false; 18];
    for (cell, bit) in (1..).zip(bits.iter_mut()) {
        let [_, green, _, _] = sample(cell)?;
        *bit = *green > 125;
    }
    let [counter @ .., even, inverse] = bits;
    let counter = counter.iter().fold(0_u16, |sum, bit| (sum << 1) | u16::from(*bit));
    let is_framed = *red > 150 && *not_blue < 100 && *blue > 150 && *not_red < 100;
    (is_framed && even == parity(counter) && inverse != even).then_some(counter)
}

#[cfg(test)]
mod tests {
    use super::super::developing::Developer;
    use super::*;

    fn developed(frame: &Frame) -> Picture {
        Developer::default().develop(frame).unwrap()
    }

    #[test]
    fn every_counter_is_read_back_from_its_own_picture() {
        gstreamer::init().unwrap();
        for (width, height) in [(1280, 720), (640, 360), (322, 242)] {
            for counter in (0..=u16::MAX).step_by(1733) {
                let picture = developed(&paint(width, height, counter).unwrap());
                assert_eq!(read_counter(&picture), Some(counter), "{width}x{height}");
            }
        }
    }

    #[test]
    fn a_damaged_strip_is_not_taken_for_a_frame() {
        gstreamer::init().unwrap();
        assert_eq!(read_counter(&developed(&Frame::slate(640, 360).unwrap())), None);
        let mut picture = developed(&paint(640, 360, 0b1010).unwrap());
        let mut pixels = picture.pixels.to_vec();
        let strip = 640 / 10 + 640 * 8 / 10 * 16 / CELLS;
        for row in pixels.chunks_mut(640 * 4) {
            row[strip * 4..(strip + 25) * 4].fill(235);
        }
        picture.pixels = pixels.into();
        assert_eq!(read_counter(&picture), None);
    }
}
