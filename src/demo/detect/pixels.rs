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
