//! The screen: which connector has one, and in which mode.

use std::fs;
use std::path::Path;

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

const LEAST_WIDTH: u32 = 1024;

/// A screen that is plugged in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plugged {
    connector: String,
    /// Width and height in pixels of its best mode.
    size: Option<(u32, u32)>,
}

pub(super) fn judge(screens: &[Plugged]) -> Finding {
    let Some(screen) = screens.first() else {
        return Finding::fail(CheckPart::Screen, "", Remedy::PlugScreen);
    };
    let size = screen.size.map(|(width, height)| format!(" {width}x{height}")).unwrap_or_default();
    let value = format!("{}{size}", screen.connector);
    let is_known = screen.size.is_some_and(|(width, height)| width.max(height) >= LEAST_WIDTH);
    if is_known && screens.len() == 1 {
        Finding::pass(CheckPart::Screen, value)
    } else {
        Finding::warn(CheckPart::Screen, value, Remedy::PlugScreen)
    }
}

/// Reads `sys/class/drm` under `root`.
pub(super) fn measure(root: &Path) -> Vec<Plugged> {
    let entries = fs::read_dir(root.join("sys/class/drm")).into_iter().flatten().flatten();
    let mut screens: Vec<Plugged> = entries.filter_map(|entry| plugged(&entry.path())).collect();
    screens.sort_by(|left, right| left.connector.cmp(&right.connector));
    screens
}

fn plugged(folder: &Path) -> Option<Plugged> {
    let status = fs::read_to_string(folder.join("status")).ok()?;
    let (_, connector) = folder.file_name()?.to_str()?.split_once('-')?;
    let modes = fs::read_to_string(folder.join("modes")).unwrap_or_default();
    let size = modes.lines().next().and_then(|mode| {
        let (width, height) = mode.split_once('x')?;
        Some((width.parse().ok()?, height.trim_end_matches('i').parse().ok()?))
    });
    (status.trim() == "connected").then(|| Plugged { connector: connector.to_owned(), size })
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    #[test]
    fn the_connector_with_a_screen_and_its_best_mode_are_told() {
        let root = tempfile::tempdir().unwrap();
        let connector = |name: &str, status: &str, modes: &str| {
            let folder = root.path().join("sys/class/drm").join(name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("status"), status).unwrap();
            fs::write(folder.join("modes"), modes).unwrap();
        };
        assert_eq!(judge(&measure(root.path())).verdict, CheckVerdict::Fail);
        connector("card0-DP-1", "disconnected\n", "");
        connector("card0-HDMI-A-1", "connected\n", "1920x1080\n1280x720\n");
        assert_eq!(judge(&measure(root.path())), Finding::pass(CheckPart::Screen, "HDMI-A-1 1920x1080"));
        connector("card0-HDMI-A-2", "connected\n", "640x480\n");
        assert_eq!(judge(&measure(root.path())).verdict, CheckVerdict::Warn);
    }
}
