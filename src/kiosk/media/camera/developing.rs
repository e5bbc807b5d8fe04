//! From I420 frames to pictures in the screen's own colours.
//!
//! Done once a frame on the thread that made it, so that main has one texture to sample: without a
//! graphics card three of them, interpolated for each pixel of the screen, were two thirds of what
//! the whole kiosk took from the processor in a call.

use std::sync::Arc;

use gstreamer as gst;
use gstreamer_video as gst_video;

use super::frame::Frame;
use crate::picture::Picture;

/// Develops the frames of one source; keeps what it prepared for frames of one size.
#[derive(Debug, Default)]
pub(crate) struct Developer {
    converter: Option<gst_video::VideoConverter>,
}

impl Developer {
    /// The picture of `frame`; `None` where GStreamer cannot make one.
    pub(crate) fn develop(&mut self, frame: &Frame) -> Option<Picture> {
        let (width, height) = (frame.width(), frame.height());
        let fits = |converter: &gst_video::VideoConverter| {
            (converter.out_info().width(), converter.out_info().height()) == (width, height)
        };
        self.converter = self.converter.take().filter(fits).or_else(|| converter(width, height));
        let converter = self.converter.as_ref()?;
        let source = frame.readable()?;
        let mut buffer = gst::Buffer::with_size(converter.out_info().size()).ok()?;
        let target = buffer.get_mut()?;
        let mut target = gst_video::VideoFrameRef::from_buffer_ref_writable(target, converter.out_info()).ok()?;
        converter.frame_ref(&source, &mut target);
        Some(Picture { width, height, pixels: Arc::from(target.plane_data(0).ok()?), sequence: 0 })
    }
}

fn converter(width: u32, height: u32) -> Option<gst_video::VideoConverter> {
    let info = |format| gst_video::VideoInfo::builder(format, width, height);
    // VP8 is BT.601 whatever its size (RFC 6386, 9.2), and so is what goes into it.
    let colorimetry = "bt601".parse().ok()?;
    let source = info(gst_video::VideoFormat::I420).colorimetry(&colorimetry).build().ok()?;
    let target = info(gst_video::VideoFormat::Rgbx).build().ok()?;
    gst_video::VideoConverter::new(&source, &target, None).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(width: u32, height: u32, colour: [u8; 3]) -> Frame {
        Frame::painted(width, height, |planes| {
            for (plane, value) in planes.into_iter().zip(colour) {
                plane.bytes.fill(value);
            }
        })
        .unwrap()
    }

    #[test]
    fn colours_are_bt_601s_at_any_size_and_rows_are_tight() {
        gst::init().unwrap();
        let mut developer = Developer::default();
        for (width, height) in [(1280, 720), (640, 360), (202, 102), (321, 181), (2, 2)] {
            for (colour, expected) in
                [([81, 90, 240], [255, 0, 0]), ([41, 240, 110], [0, 0, 255]), ([235, 128, 128], [255; 3])]
            {
                let picture = developer.develop(&plain(width, height, colour)).unwrap();
                let (pixels, rest) = picture.pixels.as_chunks::<4>();
                assert_eq!((pixels.len(), rest), ((width * height) as usize, &[][..]));
                let is_near = |pixel: &[u8; 4]| pixel.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 4);
                assert!(pixels.iter().all(is_near), "{width}x{height} {colour:?}: {:?}", pixels.first());
            }
        }
    }
}
