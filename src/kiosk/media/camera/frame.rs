//! One I420 frame in GStreamer's own layout, and what is done with it by hand: a smaller one for a
//! thin line or a small place, the slate that stands in for a camera.

use gstreamer as gst;
use gstreamer_video as gst_video;
use gstreamer_video::prelude::*;

const SLATE_LUMA: u8 = 48;
const NEUTRAL_CHROMA: u8 = 128;

/// One I420 frame. Cloning shares the pixels.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    info: gst_video::VideoInfo,
    buffer: gst::Buffer,
}

/// One plane's rows while a frame is painted.
pub(crate) struct PlaneMut<'a> {
    /// The bytes, `stride` a row.
    pub bytes: &'a mut [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
}

fn info(width: u32, height: u32) -> Option<gst_video::VideoInfo> {
    gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, width, height).build().ok()
}

impl Frame {
    /// The frame of a sample in I420; `None` for any other.
    pub(crate) fn from_sample(sample: &gst::Sample) -> Option<Self> {
        let info = gst_video::VideoInfo::from_caps(sample.caps()?).ok()?;
        let buffer = sample.buffer_owned()?;
        (info.format() == gst_video::VideoFormat::I420).then_some(Self { info, buffer })
    }

    /// A frame whose planes `paint` fills: luma, then the two chroma planes.
    pub(crate) fn painted(width: u32, height: u32, paint: impl FnOnce([PlaneMut<'_>; 3])) -> Option<Self> {
        let info = info(width, height)?;
        let strides: Vec<usize> = info.stride().iter().filter_map(|stride| usize::try_from(*stride).ok()).collect();
        let offsets = info.offset();
        let (&[luma_stride, cb_stride, cr_stride], &[_, cb_at, cr_at]) = (strides.as_slice(), offsets) else {
            return None;
        };
        let mut bytes = vec![0; info.size()];
        let (luma, chroma) = bytes.split_at_mut_checked(cb_at)?;
        let (cb, cr) = chroma.split_at_mut_checked(cr_at.checked_sub(cb_at)?)?;
        paint([
            PlaneMut { bytes: luma, stride: luma_stride },
            PlaneMut { bytes: cb, stride: cb_stride },
            PlaneMut { bytes: cr, stride: cr_stride },
        ]);
        Some(Self { info, buffer: gst::Buffer::from_mut_slice(bytes) })
    }

    /// The still grey frame that stands in for a camera.
    pub(crate) fn slate(width: u32, height: u32) -> Option<Self> {
        Self::painted(width, height, |[luma, cb, cr]| {
            luma.bytes.fill(SLATE_LUMA);
            cb.bytes.fill(NEUTRAL_CHROMA);
            cr.bytes.fill(NEUTRAL_CHROMA);
        })
    }

    /// Width in pixels.
    pub(crate) fn width(&self) -> u32 {
        self.info.width()
    }

    /// Height in pixels.
    pub(crate) fn height(&self) -> u32 {
        self.info.height()
    }

    /// The format, for an appsrc.
    pub(crate) fn caps(&self) -> Option<gst::Caps> {
        self.info.to_caps().ok()
    }

    /// The pixels without timestamps, for an appsrc that stamps them.
    pub(crate) fn untimed_buffer(&self) -> gst::Buffer {
        let mut buffer = self.buffer.copy();
        let timing = buffer.make_mut();
        timing.set_pts(gst::ClockTime::NONE);
        timing.set_dts(gst::ClockTime::NONE);
        timing.set_duration(gst::ClockTime::NONE);
        buffer
    }

    /// The pixels, to be read.
    pub(crate) fn readable(&self) -> Option<gst_video::VideoFrameRef<&gst::BufferRef>> {
        gst_video::VideoFrameRef::from_buffer_ref_readable(&self.buffer, &self.info).ok()
    }

    /// The luma at `columns` times `rows` places, row by row.
    pub(crate) fn luma_grid(&self, (columns, rows): (usize, usize)) -> Vec<u8> {
        let Ok(frame) = gst_video::VideoFrameRef::from_buffer_ref_readable(&self.buffer, &self.info) else {
            return Vec::new();
        };
        let stride = frame.plane_stride().first().and_then(|stride| usize::try_from(*stride).ok()).unwrap_or(0);
        let Ok(luma) = frame.plane_data(0) else { return Vec::new() };
        let (width, height) = (self.width() as usize, self.height() as usize);
        let middle = |place: usize, places: usize, length: usize| (2 * place + 1) * length / (2 * places.max(1));
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        places
            .filter_map(|(column, row)| luma.get(middle(row, rows, height) * stride + middle(column, columns, width)))
            .copied()
            .collect()
    }

    /// The picture at half the width and height, `times` over; each pixel the mean of four.
    pub(crate) fn halved(&self, times: u32) -> Option<Self> {
        let mut frame = self.clone();
        for _ in 0..times {
            frame = frame.halved_once()?;
        }
        Some(frame)
    }

    fn halved_once(&self) -> Option<Self> {
        let (width, height) = ((self.width() / 4) * 2, (self.height() / 4) * 2);
        let source = self.readable()?;
        Self::painted(width, height, |planes| {
            for (index, plane) in (0..).zip(planes) {
                let (Ok(bytes), Some(stride)) =
                    (source.plane_data(index), source.plane_stride().get(usize::try_from(index).unwrap_or(0)))
                else {
                    continue;
                };
                let stride = usize::try_from(*stride).unwrap_or(0);
                let divisor = if index == 0 { 1 } else { 2 };
                let size = (width as usize / divisor, height as usize / divisor);
                halve_plane(bytes, stride, plane, size);
            }
        })
    }
}

fn halve_plane(source: &[u8], source_stride: usize, target: PlaneMut<'_>, (width, height): (usize, usize)) {
    let rows = source.chunks(source_stride.saturating_mul(2).max(1));
    for (pair, row) in rows.zip(target.bytes.chunks_mut(target.stride.max(1))).take(height) {
        let (upper, lower) = pair.split_at(source_stride.min(pair.len()));
        let columns = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        for (pixel, (above, below)) in row.iter_mut().zip(columns).take(width) {
            let sum: u16 = above.iter().chain(below).map(|value| u16::from(*value)).sum();
            *pixel = u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_takes_the_mean() {
        gst::init().unwrap();
        let frame = Frame::painted(320, 180, |[luma, cb, cr]| {
            for (row, bytes) in luma.bytes.chunks_mut(luma.stride).enumerate() {
                bytes.fill(if row % 2 == 0 { 100 } else { 200 });
            }
            cb.bytes.fill(60);
            cr.bytes.fill(70);
        })
        .unwrap();
        let half = frame.halved(1).unwrap();
        assert_eq!((half.width(), half.height()), (160, 90));
        let readable = half.readable().unwrap();
        assert!(readable.plane_data(0).unwrap().iter().all(|luma| *luma == 150));
        assert!(readable.plane_data(1).unwrap().iter().all(|cb| *cb == 60));
    }
}
