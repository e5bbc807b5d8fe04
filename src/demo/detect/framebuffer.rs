//! The X server's screen, read from the file that `Xvfb -fbdir` keeps it in (XWD format).
//!
//! The server maps that file shared, so reading it shows what is on the screen now, without asking
//! the server for anything.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::Pixels;

const HEADER_FIELDS: usize = 25;
const COLOUR_BYTES: u32 = 12;

/// Why a file is no framebuffer that can be read.
#[derive(Debug, thiserror::Error)]
pub enum FramebufferError {
    /// The file cannot be read.
    #[error("reading the framebuffer: {0}")]
    Io(#[from] io::Error),
    /// Not XWD version 7 with 32-bit little-endian pixels.
    #[error("the framebuffer's field {field} is {found}, not {expected}: start Xvfb with a depth of 24")]
    Unsupported {
        /// The header's field.
        field: &'static str,
        /// What stands there.
        found: u32,
        /// What can be read.
        expected: u32,
    },
}

/// An open framebuffer.
#[derive(Debug)]
pub struct Framebuffer {
    file: File,
    width: usize,
    height: usize,
    first_byte: u64,
    row_bytes: u64,
}

impl Framebuffer {
    /// Opens `Xvfb_screen0` of an `-fbdir`.
    ///
    /// # Errors
    /// [`FramebufferError`].
    pub fn open(path: &Path) -> Result<Self, FramebufferError> {
        let file = File::open(path)?;
        let mut bytes = [0_u8; HEADER_FIELDS * 4];
        file.read_exact_at(&mut bytes, 0)?;
        let mut fields = [0_u32; HEADER_FIELDS];
        for (field, bytes) in fields.iter_mut().zip(bytes.as_chunks().0) {
            *field = u32::from_be_bytes(*bytes);
        }
        let [header_size, version, format, _depth, width, height, _offset, byte_order, _, _, _, bits, row_bytes, ..] =
            fields;
        let [.., colours, _, _, _, _, _] = fields;
        for (field, found, expected) in [
            ("file_version", version, 7),
            ("pixmap_format", format, 2),
            ("byte_order", byte_order, 0),
            ("bits_per_pixel", bits, 32),
        ] {
            if found != expected {
                return Err(FramebufferError::Unsupported { field, found, expected });
            }
        }
        Ok(Self {
            file,
            width: width as usize,
            height: height as usize,
            first_byte: u64::from(header_size) + u64::from(colours * COLOUR_BYTES),
            row_bytes: u64::from(row_bytes),
        })
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The whole screen.
    ///
    /// # Errors
    /// [`FramebufferError::Io`].
    pub fn read(&self) -> Result<Pixels, FramebufferError> {
        self.read_every(1)
    }

    /// Every `step`th row of the screen.
    ///
    /// # Errors
    /// [`FramebufferError::Io`].
    pub fn read_every(&self, step: usize) -> Result<Pixels, FramebufferError> {
        let mut row = vec![0_u8; self.width * 4];
        let mut rgb = Vec::with_capacity(self.width * (self.height / step.max(1) + 1));
        for y in (0..self.height).step_by(step.max(1)) {
            self.read_row(y, &mut row)?;
            rgb.extend(row.as_chunks().0.iter().map(|[blue, green, red, _]| [*red, *green, *blue]));
        }
        Ok(Pixels::new(self.width, rgb))
    }

    /// The bytes of one row, blue, green, red, unused.
    pub(super) fn read_row(&self, y: usize, row: &mut [u8]) -> Result<(), FramebufferError> {
        Ok(self.file.read_exact_at(row, self.first_byte + y as u64 * self.row_bytes)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xwd(bits: u32) -> Vec<u8> {
        let mut fields = [0_u32; HEADER_FIELDS];
        fields[..14].copy_from_slice(&[104, 7, 2, 24, 2, 2, 0, 0, 32, 0, 32, bits, 8, 4]);
        fields[19] = 1;
        let mut bytes: Vec<u8> = fields.iter().flat_map(|field| field.to_be_bytes()).collect();
        bytes.resize(104 + 12, 0);
        bytes.extend([1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 0]);
        bytes
    }

    fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn pixels_come_out_red_first() {
        let framebuffer = Framebuffer::open(written(&xwd(32)).path()).unwrap();
        let pixels = framebuffer.read().unwrap();
        assert_eq!(framebuffer.size(), (2, 2));
        assert_eq!(pixels.all(), [[3, 2, 1], [6, 5, 4], [9, 8, 7], [12, 11, 10]]);
        assert_eq!(framebuffer.read_every(2).unwrap().all(), [[3, 2, 1], [6, 5, 4]]);
    }

    #[test]
    fn another_depth_and_a_torn_file_are_refused_with_the_reason() {
        let error = Framebuffer::open(written(&xwd(16)).path()).unwrap_err();
        assert!(error.to_string().contains("bits_per_pixel is 16, not 32"), "{error}");
        let torn = Framebuffer::open(written(&xwd(32)[..120]).path()).unwrap();
        assert!(matches!(torn.read(), Err(FramebufferError::Io(_))));
    }
}
