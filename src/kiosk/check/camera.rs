//! The camera: picture, frame rate, exposure.

use std::time::Duration;

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

use crate::media::inspection::{self, Seen, Stop};
use crate::media::{CameraSettings, CameraSource};

const LOOKED_FOR: Duration = Duration::from_secs(2);
const LEAST_RATE_SHARE: f32 = 0.8;
const BLACK_LUMA: f32 = 24.0;
const LEAST_CONTRAST: f32 = 6.0;
/// Between these a face can be told.
const GOOD_LUMA: std::ops::RangeInclusive<f32> = 45.0..=215.0;

pub(super) fn judge(seen: Result<Seen, String>, wanted_rate: u32) -> Finding {
    let seen = match seen {
        Ok(seen) => seen,
        Err(why) => return Finding::fail(CheckPart::Camera, why, Remedy::PlugCamera),
    };
    let rate = seen.new_frames as f32 / seen.over.as_secs_f32().max(0.001);
    let brightness = ((seen.mean_luma - 16.0) / 219.0 * 100.0).clamp(0.0, 100.0);
    let (width, height) = seen.size;
    let value = format!("{width}x{height}, {rate:.1}/{wanted_rate} fps, {brightness:.0} %");
    if seen.mean_luma < BLACK_LUMA && seen.contrast < LEAST_CONTRAST {
        Finding::fail(CheckPart::Camera, value, Remedy::UncoverCamera)
    } else if seen.new_frames == 0 {
        Finding::fail(CheckPart::Camera, value, Remedy::ReplugCamera)
    } else if rate < wanted_rate as f32 * LEAST_RATE_SHARE {
        Finding::warn(CheckPart::Camera, value, Remedy::SpeedCamera)
    } else if !GOOD_LUMA.contains(&seen.mean_luma) || seen.contrast < LEAST_CONTRAST {
        Finding::warn(CheckPart::Camera, value, Remedy::LightRoom)
    } else {
        Finding::pass(CheckPart::Camera, value)
    }
}

/// Looks through the camera; takes about three seconds, and eight where nothing comes.
pub(super) fn measure(settings: &CameraSettings, stop: &Stop) -> Result<Seen, String> {
    inspection::look(settings, LOOKED_FOR, stop).map_err(|why| match &settings.source {
        CameraSource::V4l2(path) => format!("{}: {why}", path.display()),
        CameraSource::PipeWire(_) | CameraSource::File(_) | CameraSource::Test | CameraSource::None => why,
    })
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    fn seen() -> Seen {
        Seen { size: (1280, 720), new_frames: 59, over: Duration::from_secs(2), mean_luma: 118.0, contrast: 90.0 }
    }

    fn verdict(seen: Seen) -> (CheckVerdict, Option<Remedy>) {
        let finding = judge(Ok(seen), 30);
        (finding.verdict, finding.remedy)
    }

    #[test]
    fn a_moving_lit_picture_at_its_rate_passes_and_is_told_in_figures() {
        assert_eq!(judge(Ok(seen()), 30), Finding::pass(CheckPart::Camera, "1280x720, 29.5/30 fps, 47 %"));
    }

    #[test]
    fn black_frozen_slow_dark_and_washed_out_pictures_each_have_their_remedy() {
        let covered = Seen { mean_luma: 17.0, contrast: 2.0, ..seen() };
        assert_eq!(verdict(covered), (CheckVerdict::Fail, Some(Remedy::UncoverCamera)));
        assert_eq!(verdict(Seen { new_frames: 0, ..seen() }), (CheckVerdict::Fail, Some(Remedy::ReplugCamera)));
        assert_eq!(verdict(Seen { new_frames: 30, ..seen() }), (CheckVerdict::Warn, Some(Remedy::SpeedCamera)));
        assert_eq!(verdict(Seen { mean_luma: 30.0, ..seen() }), (CheckVerdict::Warn, Some(Remedy::LightRoom)));
        assert_eq!(verdict(Seen { mean_luma: 225.0, ..seen() }), (CheckVerdict::Warn, Some(Remedy::LightRoom)));
        assert_eq!(judge(Err("away".to_owned()), 30).remedy, Some(Remedy::PlugCamera));
    }
}
