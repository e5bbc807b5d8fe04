//! On what machine a bench ran, and how busy it was: figures without it say little.

use std::fmt;

use serde::Serialize;
use tokio::process::Command;

/// The machine of a bench.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// The processors' own name.
    pub processor: String,
    /// How many of them.
    pub processors: usize,
    /// What Chromium calls itself.
    pub chromium: String,
    /// The mean number of running processes in the minute before.
    pub load_before: Option<f64>,
    /// The same in the last minute of the bench, the bench itself included.
    pub load_after: Option<f64>,
}

impl Machine {
    pub(super) async fn look() -> Self {
        let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let version = Command::new("chromium").arg("--version").output().await;
        let chromium = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let words: Vec<&str> = chromium.split_whitespace().take(2).collect();
        Self {
            processor: processor(&cpuinfo).unwrap_or("an unnamed processor").to_owned(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            chromium: words.join(" "),
            load_before: load(),
            load_after: None,
        }
    }

    pub(super) fn note_load_after(&mut self) {
        self.load_after = load();
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let load = |load: Option<f64>| load.map_or_else(|| "?".to_owned(), |load| format!("{load:.1}"));
        write!(
            formatter,
            "{} × {}, software rendering; {}; load {} before, {} at the end",
            self.processors,
            self.processor,
            self.chromium,
            load(self.load_before),
            load(self.load_after)
        )
    }
}

fn processor(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim())
}

fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_called_by_its_name() {
        let cpuinfo = "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\nstepping\t: 1\n";
        assert_eq!(processor(cpuinfo), Some("AMD EPYC"));
        assert_eq!(processor("processor\t: 0\n"), None);
    }

    #[test]
    fn the_load_of_this_machine_is_known() {
        assert!(load().is_some_and(|load| load >= 0.0));
    }
}
