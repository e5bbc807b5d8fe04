//! Finds filled areas of one colour: buttons, as an eye finds them.

use super::Pixels;

const TOLERANCE: u8 = 6;
const LEAST_FILL: f32 = 0.4;

/// An area of one colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColouredBox {
    /// Left edge in pixels.
    pub left: usize,
    /// Top edge in pixels.
    pub top: usize,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
}

impl ColouredBox {
    /// The middle, x and y.
    pub fn centre(&self) -> (i16, i16) {
        let middle = |start: usize, length: usize| i16::try_from(start + length / 2).unwrap_or(i16::MAX);
        (middle(self.left, self.width), middle(self.top, self.height))
    }
}

/// Connected areas of about this colour whose bounding box is at least `least` (width and height)
/// and which fill a good part of it; from top to bottom, then from left to right.
pub fn find_boxes(pixels: &Pixels, colour: [u8; 3], least: (usize, usize)) -> Vec<ColouredBox> {
    let (width, height) = (pixels.width(), pixels.height());
    let mut open: Vec<bool> = pixels.all().iter().map(|pixel| is_near(*pixel, colour)).collect();
    let mut boxes = Vec::new();
    let mut border = Vec::new();
    for start in 0..open.len() {
        if !take(&mut open, start) {
            continue;
        }
        let (mut left, mut right, mut top, mut bottom, mut count) = (width, 0, height, 0, 0_usize);
        border.push(start);
        while let Some(place) = border.pop() {
            let (x, y) = (place % width, place / width);
            (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
            count += 1;
            let neighbours = [
                (x > 0).then(|| place - 1),
                (x + 1 < width).then_some(place + 1),
                place.checked_sub(width),
                Some(place + width),
            ];
            border.extend(neighbours.into_iter().flatten().filter(|place| take(&mut open, *place)));
        }
        let found = ColouredBox { left, top, width: right - left + 1, height: bottom - top + 1 };
        let is_filled = count as f32 > LEAST_FILL * (found.width * found.height) as f32;
        if found.width >= least.0 && found.height >= least.1 && is_filled {
            boxes.push(found);
        }
    }
    boxes.sort_by_key(|found| (found.top, found.left));
    boxes
}

fn take(open: &mut [bool], place: usize) -> bool {
    open.get_mut(place).is_some_and(std::mem::take)
}

fn is_near(pixel: [u8; 3], colour: [u8; 3]) -> bool {
    pixel.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_with_words_on_them_are_found_and_words_are_not() {
        let green = [30, 112, 68];
        let mut rgb = vec![[247, 243, 234]; 400 * 200];
        for (left, top) in [(20, 30), (220, 30), (120, 120)] {
            for place in (0..60 * 150).map(|i| (left + i % 150, top + i / 150)) {
                let is_word = (40..110).contains(&(place.0 - left)) && (20..40).contains(&(place.1 - top));
                rgb[place.1 * 400 + place.0] = if is_word { [255; 3] } else { green };
            }
        }
        let pixels = Pixels::new(400, rgb);
        let boxes = find_boxes(&pixels, green, (100, 40));
        let expected =
            [(20, 30), (220, 30), (120, 120)].map(|(left, top)| ColouredBox { left, top, width: 150, height: 60 });
        assert_eq!(boxes, expected);
        assert_eq!(boxes[0].centre(), (95, 60));
        assert!(find_boxes(&pixels, [255; 3], (100, 40)).is_empty());
    }
}
