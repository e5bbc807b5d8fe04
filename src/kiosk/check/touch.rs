//! The touch panel: whether the kernel has one. Whether each place of it works, only a hand can tell,
//! on the technician's screen.

use std::fs;
use std::path::Path;

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

/// `INPUT_PROP_DIRECT`: what is touched is what is shown there.
const DIRECT: u64 = 1 << 1;

/// `panels`: the names of all touch panels.
pub(super) fn judge(panels: &[String]) -> Finding {
    if panels.is_empty() {
        Finding::fail(CheckPart::Touch, "", Remedy::PlugTouch)
    } else {
        Finding::pass(CheckPart::Touch, panels.join(", "))
    }
}

/// Reads `proc/bus/input/devices` under `root`.
pub(super) fn measure(root: &Path) -> Vec<String> {
    let text = fs::read_to_string(root.join("proc/bus/input/devices")).unwrap_or_default();
    text.split("\n\n").filter(|device| is_direct(device)).filter_map(name).collect()
}

fn is_direct(device: &str) -> bool {
    let bits = device.lines().find_map(|line| line.strip_prefix("B: PROP="));
    bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).is_some_and(|bits| bits & DIRECT != 0)
}

fn name(device: &str) -> Option<String> {
    let name = device.lines().find_map(|line| line.strip_prefix("N: Name="))?;
    Some(name.trim_matches('"').chars().filter(|letter| letter.is_ascii_graphic() || *letter == ' ').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: &str = "I: Bus=0003 Vendor=046d Product=c077 Version=0111\nN: Name=\"USB Optical Mouse\"\n\
        B: PROP=0\nB: EV=17\n\nI: Bus=0003 Vendor=222a Product=0001 Version=0110\n\
        N: Name=\"ILITEK ILITEK-TP\"\nB: PROP=2\nB: EV=1b\n\n";

    #[test]
    fn a_mouse_is_no_touch_panel() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(judge(&measure(root.path())).remedy, Some(Remedy::PlugTouch));
        let folder = root.path().join("proc/bus/input");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("devices"), DEVICES).unwrap();
        assert_eq!(judge(&measure(root.path())), Finding::pass(CheckPart::Touch, "ILITEK ILITEK-TP"));
    }
}
