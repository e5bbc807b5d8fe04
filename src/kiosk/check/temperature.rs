//! The hottest sensor of the machine.

use std::fs;
use std::path::Path;

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

const WARM_CELSIUS: f32 = 75.0;
/// Above this, processors of this kind throttle.
const HOT_CELSIUS: f32 = 90.0;

/// `hottest`: degrees Celsius; `None` where no sensor is.
pub(super) fn judge(hottest: Option<f32>) -> Finding {
    let Some(celsius) = hottest else {
        return Finding::warn(CheckPart::Temperature, "", Remedy::ReadTemperature);
    };
    let value = format!("{celsius:.0} °C");
    if celsius >= HOT_CELSIUS {
        Finding::fail(CheckPart::Temperature, value, Remedy::CoolCase)
    } else if celsius >= WARM_CELSIUS {
        Finding::warn(CheckPart::Temperature, value, Remedy::CoolCase)
    } else {
        Finding::pass(CheckPart::Temperature, value)
    }
}

/// Reads `sys/class/thermal` and `sys/class/hwmon` under `root`.
pub(super) fn measure(root: &Path) -> Option<f32> {
    let zones = files(&root.join("sys/class/thermal"), "thermal_zone", "temp");
    let chips = files(&root.join("sys/class/hwmon"), "hwmon", "temp1_input");
    let celsius = zones.into_iter().chain(chips).filter_map(|text| text.trim().parse::<f32>().ok());
    celsius.map(|thousandths| thousandths / 1000.0).filter(|celsius| (1.0..150.0).contains(celsius)).reduce(f32::max)
}

fn files(folder: &Path, begins: &str, name: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let wanted = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(begins));
    wanted.filter_map(|entry| fs::read_to_string(entry.path().join(name)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    #[test]
    fn the_hottest_sensor_counts() {
        let root = tempfile::tempdir().unwrap();
        for (folder, name, text) in [
            ("sys/class/thermal/thermal_zone0", "temp", "27800\n"),
            ("sys/class/thermal/thermal_zone1", "temp", "-274000\n"),
            ("sys/class/hwmon/hwmon2", "temp1_input", "81000\n"),
        ] {
            let folder = root.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(name), text).unwrap();
        }
        let finding = judge(measure(root.path()));
        assert_eq!((finding.verdict, finding.value.as_str()), (CheckVerdict::Warn, "81 °C"));
        assert_eq!(judge(Some(45.0)).verdict, CheckVerdict::Pass);
        assert_eq!(judge(Some(95.0)).verdict, CheckVerdict::Fail);
        assert_eq!(judge(measure(&root.path().join("sys"))).remedy, Some(Remedy::ReadTemperature));
    }
}
