//! The visitor's false camera: a Y4M file with the frame counter strip and something that moves.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use crate::detect::STRIP_CELLS;

/// What a camera delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureFormat {
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
    /// Pictures a second.
    pub frames_per_second: u16,
}

impl PictureFormat {
    /// What a demo's two processors carry with room to spare.
    pub const SMALL: Self = Self { width: 640, height: 360, frames_per_second: 25 };
    /// What an emulated kiosk carries.
    pub const LOW: Self = Self { width: 320, height: 180, frames_per_second: 8 };
    /// 720p30, what a prison's kiosk sends by default.
    pub const HD: Self = Self { width: 1280, height: 720, frames_per_second: 30 };
}

/// Visitors' counters start here or above, kiosks' at zero, so that neither passes for the other.
pub const FIRST_VISITOR_COUNTER: u16 = 0xc000;
const SECONDS: u16 = 8;

/// Luma, then the two chroma values, BT.601 limited range.
type Colour = [u8; 3];
const GREY: Colour = [126, 128, 128];
const WHITE: Colour = [235, 128, 128];
const BLACK: Colour = [16, 128, 128];
const RED: Colour = [81, 90, 240];
const BLUE: Colour = [41, 240, 110];

/// A camera file and the counters in it.
#[derive(Debug, Clone)]
pub struct CameraFile {
    /// The counters of its frames.
    pub counters: Range<u16>,
}

impl CameraFile {
    /// Writes the file; its counters start at `first`, which differs from run to run, so that a
    /// picture of another run is not taken for this one's.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(path: &Path, first: u16, format: PictureFormat) -> std::io::Result<Self> {
        let PictureFormat { width, height, frames_per_second } = format;
        let counters = first..first.saturating_add(frames_per_second * SECONDS);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        writeln!(file, "YUV4MPEG2 W{width} H{height} F{frames_per_second}:1 Ip A1:1 C420jpeg")?;
        for counter in counters.clone() {
            file.write_all(b"FRAME\n")?;
            for plane in 0..3 {
                write_plane(&mut file, plane, counter, format)?;
            }
        }
        file.flush()?;
        Ok(Self { counters })
    }
}

fn write_plane(file: &mut impl Write, plane: usize, counter: u16, format: PictureFormat) -> std::io::Result<()> {
    let scale = if plane == 0 { 1 } else { 2 };
    let (width, height) = (usize::from(format.width) / scale, usize::from(format.height) / scale);
    let value = |colour: Colour| colour.get(plane).copied().unwrap_or_default();
    let plain = vec![value(GREY); width];
    let mut strip = plain.clone();
    let cell_width = width as f32 * 0.8 / STRIP_CELLS as f32;
    for (x, pixel) in strip.iter_mut().enumerate().filter(|(x, _)| (width / 10..width * 9 / 10).contains(x)) {
        *pixel = value(colour_of_cell(counter, ((x - width / 10) as f32 / cell_width) as usize));
    }
    let mut moving = plain.clone();
    let left = usize::from(counter) * 8 / scale % (width * 9 / 10);
    if let Some(square) = moving.get_mut(left..left + width / 10) {
        square.fill(value(WHITE));
    }
    for y in 0..height {
        let row = match y * 100 / height {
            40..60 => &strip,
            75..90 => &moving,
            _ => &plain,
        };
        file.write_all(row)?;
    }
    Ok(())
}

fn colour_of_cell(counter: u16, cell: usize) -> Colour {
    let odd = counter.count_ones() % 2 == 1;
    let is_white = match cell {
        0 => return RED,
        bit @ 1..=16 => (counter >> (16 - bit)) & 1 == 1,
        17 => odd,
        18 => !odd,
        _ => return BLUE,
    };
    if is_white { WHITE } else { BLACK }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{Pixels, find_strip};

    fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
        let (y, cb, cr) = (1.164 * (f32::from(y) - 16.0), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
        [y + 1.596 * cr, y - 0.392 * cb - 0.813 * cr, y + 2.017 * cb].map(|c| c.clamp(0.0, 255.0) as u8)
    }

    #[test]
    fn every_frame_carries_its_own_counter() {
        let path = tempfile::NamedTempFile::new().unwrap();
        let camera = CameraFile::write(path.path(), 0xc123, PictureFormat::SMALL).unwrap();
        let bytes = std::fs::read(path.path()).unwrap();
        let header = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let (width, height) = (640, 360);
        let frame_bytes = 6 + width * height * 3 / 2;
        assert_eq!((bytes.len() - header) / frame_bytes, camera.counters.len());
        for index in [0, 1, 77, 199] {
            let frame = &bytes[header + index * frame_bytes + 6..header + (index + 1) * frame_bytes];
            let (luma, chroma) = frame.split_at(width * height);
            let (cb, cr) = chroma.split_at(width * height / 4);
            let at = |x: usize, y: usize| y / 2 * (width / 2) + x / 2;
            let pixels = (0..width * height)
                .map(|place| (place % width, place / width))
                .map(|(x, y)| rgb(luma[y * width + x], cb[at(x, y)], cr[at(x, y)]));
            let reading = find_strip(&Pixels::new(width, pixels.collect())).unwrap();
            assert_eq!(reading.counter, camera.counters.start + index as u16);
        }
    }
}
