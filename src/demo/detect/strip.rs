//! Finds the frame counter strip in a picture, wherever it lies and however wide it is.
//!
//! The strip is 20 equal cells in a row: red, 16 bits most significant first, their even parity,
//! its inverse, blue. Parity and inverse are one white and one black cell, from which the rows take
//! their own threshold: brightness and contrast of the picture do not matter.

use super::Pixels;
use super::pixels::luma;

/// Cells of a strip, the red and the blue one included.
pub const STRIP_CELLS: usize = 20;
const COUNTER_BITS: usize = 16;
const MOST_STRAY_PIXELS: usize = 2;
const LEAST_CONTRAST: f32 = 50.0;
const LEAST_ROWS: usize = 3;

/// A strip that was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StripReading {
    /// The frame counter.
    pub counter: u16,
    /// From the strip's left edge to its right one, in pixels.
    pub width: f32,
    /// The left edge, in pixels.
    pub left: f32,
    /// How many rows agree.
    pub rows: usize,
}

/// The widest strip of which at least three rows agree.
pub fn find_strip(pixels: &Pixels) -> Option<StripReading> {
    let mut found: Vec<StripReading> = Vec::new();
    for row in pixels.rows() {
        let Some(reading) = read_row(row) else { continue };
        let same = found.iter_mut().find(|other| {
            other.counter == reading.counter && (other.width - reading.width).abs() < 0.05 * reading.width
        });
        match same {
            Some(other) => other.rows += 1,
            None => found.push(reading),
        }
    }
    found.retain(|reading| reading.rows >= LEAST_ROWS);
    let widest = found.iter().map(|reading| reading.width).fold(0.0, f32::max);
    found.into_iter().filter(|reading| reading.width > 0.9 * widest).max_by_key(|reading| reading.rows)
}

/// The widest strip in one row.
fn read_row(row: &[[u8; 3]]) -> Option<StripReading> {
    let reds = runs(row, is_red);
    if reds.is_empty() {
        return None;
    }
    let blues = runs(row, is_blue);
    let mut widest: Option<StripReading> = None;
    for red in &reds {
        for blue in blues.iter().filter(|blue| blue.start >= red.end) {
            let Some(reading) = read_between(row, red, blue) else { continue };
            if widest.is_none_or(|other| reading.width > other.width) {
                widest = Some(reading);
            }
        }
    }
    widest
}

fn read_between(row: &[[u8; 3]], red: &Run, blue: &Run) -> Option<StripReading> {
    let cell = (blue.centre() - red.centre()) / 19.0;
    let like_a_cell = |run: &Run| (0.5..1.6).contains(&(run.length() / cell));
    if cell < 3.0 || !like_a_cell(red) || !like_a_cell(blue) {
        return None;
    }
    let mut lumas = [0.0_f32; COUNTER_BITS + 2];
    for (index, value) in (1_u16..).zip(lumas.iter_mut()) {
        *value = cell_luma(row, red.centre() + f32::from(index) * cell, cell)?;
    }
    let [bits @ .., parity, inverse] = lumas;
    let (threshold, contrast) = (f32::midpoint(parity, inverse), (parity - inverse).abs());
    let clear = |value: f32| (value - threshold).abs() > 0.2 * contrast;
    if contrast < LEAST_CONTRAST || !bits.iter().all(|bit| clear(*bit)) {
        return None;
    }
    let counter = bits.iter().fold(0_u16, |counter, bit| (counter << 1) | u16::from(*bit > threshold));
    let odd = counter.count_ones() % 2 == 1;
    (odd == (parity > threshold)).then_some(StripReading {
        counter,
        width: 20.0 * cell,
        left: red.centre() - 0.5 * cell,
        rows: 1,
    })
}

/// Mean luma of the middle half of a cell.
fn cell_luma(row: &[[u8; 3]], centre: f32, cell: f32) -> Option<f32> {
    let (first, last) = ((centre - 0.25 * cell).round(), (centre + 0.25 * cell).round());
    if first < 0.0 {
        return None;
    }
    let pixels = row.get(first as usize..=last as usize)?;
    Some(pixels.iter().map(|pixel| luma(*pixel)).sum::<f32>() / pixels.len() as f32)
}

#[derive(Debug, Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

impl Run {
    fn length(&self) -> f32 {
        (self.end - self.start) as f32
    }

    fn centre(&self) -> f32 {
        (self.start + self.end - 1) as f32 / 2.0
    }
}

/// Runs of at least three such pixels; up to two strays inside do not break one.
fn runs(row: &[[u8; 3]], is_such: fn([u8; 3]) -> bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (x, _) in row.iter().enumerate().filter(|(_, pixel)| is_such(**pixel)) {
        match runs.last_mut() {
            Some(run) if x <= run.end + MOST_STRAY_PIXELS => run.end = x + 1,
            Some(_) | None => runs.push(Run { start: x, end: x + 1 }),
        }
    }
    runs.retain(|run| run.end - run.start >= 3);
    runs
}

fn is_red([red, green, blue]: [u8; 3]) -> bool {
    red > 120 && red.saturating_sub(green.max(blue)) > 70
}

fn is_blue([red, green, blue]: [u8; 3]) -> bool {
    blue > 110 && blue.saturating_sub(green.max(red)) > 60
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: [u8; 3] = [128; 3];

    fn colour_of_cell(counter: u16, cell: usize) -> [u8; 3] {
        let odd = counter.count_ones() % 2 == 1;
        let white = match cell {
            0 => return [255, 0, 0],
            19 => return [0, 0, 255],
            17 => odd,
            18 => !odd,
            bit => (counter >> (16 - bit)) & 1 == 1,
        };
        if white { [255; 3] } else { [0; 3] }
    }

    /// A camera picture of any size with its strip, placed at `left`, `top` of a larger one.
    fn screen(counter: u16, picture: (usize, usize), at: (usize, usize), screen: (usize, usize)) -> Pixels {
        let mut rgb = Vec::new();
        for y in 0..screen.1 {
            for x in 0..screen.0 {
                let inside = x >= at.0 && x < at.0 + picture.0 && y >= at.1 && y < at.1 + picture.1;
                let (px, py) =
                    (x.wrapping_sub(at.0) as f32 / picture.0 as f32, y.wrapping_sub(at.1) as f32 / picture.1 as f32);
                rgb.push(if !inside {
                    [10, 12, 16]
                } else if (0.1..0.9).contains(&px) && (0.4..0.6).contains(&py) {
                    colour_of_cell(counter, ((px - 0.1) / 0.04) as usize)
                } else {
                    GREY
                });
            }
        }
        Pixels::new(screen.0, rgb)
    }

    /// Chroma at half resolution, smeared, and noise on everything, as a poor video codec leaves it.
    fn coded(pixels: &Pixels, noise: i32, seed: u32) -> Pixels {
        let mut state = seed;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i32 % (2 * noise + 1) - noise
        };
        let mut rgb = Vec::new();
        for row in pixels.rows() {
            for x in 0..row.len() {
                let near = &row[x.saturating_sub(2)..(x + 3).min(row.len())];
                let mean = |channel: usize| near.iter().map(|p| f32::from(p[channel])).sum::<f32>() / near.len() as f32;
                let smeared = [mean(0), mean(1), mean(2)];
                let smeared_luma = 0.299 * smeared[0] + 0.587 * smeared[1] + 0.114 * smeared[2];
                let shift = luma(row[x]) - smeared_luma;
                rgb.push(smeared.map(|c| (c + shift + random() as f32).clamp(0.0, 255.0) as u8));
            }
        }
        Pixels::new(pixels.width(), rgb)
    }

    #[test]
    fn a_clear_strip_is_read_for_every_kind_of_counter() {
        for counter in [0, 1, 0x8000, 0xffff, 0xa5a5, 12_345, 49_152] {
            let reading = find_strip(&screen(counter, (640, 360), (0, 0), (640, 360))).unwrap();
            assert_eq!(reading.counter, counter);
            assert!((reading.width - 512.0).abs() < 4.0, "{reading:?}");
        }
    }

    #[test]
    fn a_scaled_letterboxed_noisy_strip_is_read() {
        for (size, at) in
            [((1280, 720), (0, 40)), ((1067, 600), (106, 100)), ((320, 180), (900, 600)), ((427, 240), (3, 7))]
        {
            let reading = find_strip(&coded(&screen(0xc35a, size, at, (1280, 800)), 40, 7)).unwrap();
            assert_eq!(reading.counter, 0xc35a, "{size:?} at {at:?}");
        }
    }

    #[test]
    fn the_wider_of_two_strips_counts() {
        let wide = screen(1000, (1280, 720), (0, 0), (1280, 720));
        let narrow = screen(7, (320, 180), (900, 0), (1280, 250));
        let both = Pixels::new(1280, [wide.all(), narrow.all()].concat());
        assert_eq!(find_strip(&both).unwrap().counter, 1000);
    }

    #[test]
    fn a_mirrored_strip_is_no_strip() {
        let pixels = screen(0x1234, (640, 360), (0, 0), (640, 360));
        let mirrored: Vec<_> = pixels.rows().flat_map(|row| row.iter().rev().copied()).collect();
        assert_eq!(find_strip(&Pixels::new(640, mirrored)), None);
    }

    #[test]
    fn noise_and_plain_screens_hold_no_strip() {
        for seed in 0..20 {
            let grey = Pixels::new(640, vec![GREY; 640 * 120]);
            assert_eq!(find_strip(&coded(&grey, 127, seed)), None);
        }
        assert_eq!(find_strip(&Pixels::new(640, vec![[255, 0, 0]; 640 * 20])), None);
    }

    #[test]
    fn a_wrong_parity_is_not_believed() {
        let pixels = screen(0x1234, (640, 360), (0, 0), (640, 360));
        let second_cell = 64 + 26..64 + 51;
        let rgb = pixels.rows().flat_map(|row| {
            row.iter().enumerate().map(|(x, pixel)| if second_cell.contains(&x) { [255; 3] } else { *pixel })
        });
        let pixels = Pixels::new(640, rgb.collect());
        assert_eq!(find_strip(&pixels), None);
    }
}
