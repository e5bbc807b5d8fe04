//! A picture in memory.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Rows of pixels, top first; `rgb.len() == width * height`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    width: usize,
    rgb: Vec<[u8; 3]>,
}

impl Pixels {
    /// From all pixels, row by row; a last, incomplete row is cut off.
    pub fn new(width: usize, mut rgb: Vec<[u8; 3]>) -> Self {
        let width = width.max(1);
        rgb.truncate(rgb.len() / width * width);
        Self { width, rgb }
    }

    /// A binary PPM of 8 bits a channel without comments, as QEMU writes one; `None` for anything else.
    pub fn from_ppm(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.splitn(4, |byte| *byte == b'\n');
        let (magic, size, depth, rgb) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
        let (width, height) = std::str::from_utf8(size).ok()?.split_once(' ')?;
        let (width, height): (usize, usize) = (width.parse().ok()?, height.parse().ok()?);
        let pixels = Self::new(width, rgb.as_chunks().0.to_vec());
        (magic == b"P6" && depth == b"255" && pixels.height() == height).then_some(pixels)
    }

    /// Pixels a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.rgb.len() / self.width
    }

    /// All rows, top first.
    pub fn rows(&self) -> impl Iterator<Item = &[[u8; 3]]> {
        self.rgb.chunks_exact(self.width)
    }

    /// All pixels, row by row.
    pub fn all(&self) -> &[[u8; 3]] {
        &self.rgb
    }

    /// The colour at a place, where there is one.
    pub fn at(&self, x: usize, y: usize) -> Option<[u8; 3]> {
        if x >= self.width {
            return None;
        }
        self.rgb.get(y.checked_mul(self.width)?.checked_add(x)?).copied()
    }

    /// This picture as a PNG file's bytes.
    ///
    /// # Errors
    /// What the encoder says.
    pub fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        self.encode(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes this picture as a PNG file.
    ///
    /// # Errors
    /// What the file system or the encoder says.
    pub fn save_png(&self, path: &Path) -> Result<(), png::EncodingError> {
        self.encode(BufWriter::new(File::create(path)?))
    }

    fn encode(&self, sink: impl std::io::Write) -> Result<(), png::EncodingError> {
        let width = u32::try_from(self.width).unwrap_or(u32::MAX);
        let height = u32::try_from(self.height()).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(sink, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        encoder.write_header()?.write_image_data(self.rgb.as_flattened())
    }
}

/// Luma of a colour, 0 to 255, BT.601 weights.
pub(super) fn luma([red, green, blue]: [u8; 3]) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_an_emulated_screen_is_read_and_half_of_one_is_not() {
        let ppm = b"P6\n2 2\n255\n\x0a\x0a\x0aabcdef\x00\x01\x02";
        let pixels = Pixels::from_ppm(ppm).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (2, 2));
        assert_eq!(pixels.all(), [[10; 3], *b"abc", *b"def", [0, 1, 2]]);
        assert_eq!(Pixels::from_ppm(&ppm[..ppm.len() - 1]), None);
        assert_eq!(Pixels::from_ppm(b"P5\n1 1\n255\n\x00"), None);
    }
}
