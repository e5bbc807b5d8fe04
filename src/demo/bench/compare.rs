//! The figures side by side, what is expected of them, and the table that a person reads.

use std::fmt::Write;

use serde::Serialize;

use super::measure::{median, percentile};
use super::{Bench, CallFigures, Start, Starts};

const MEBIBYTE: f64 = 1024.0 * 1024.0;
/// Below it a call is a lesser one than 720p30, and its processor time with it.
const LEAST_FRAMES_A_SECOND: f64 = 25.0;

/// What is expected of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// At most this share of Chromium's.
    ShareAtMost(f64),
    /// Less than this.
    Below(f64),
}

/// One figure of both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What was measured, and its unit.
    pub figure: &'static str,
    /// The kiosk's.
    pub kiosk: f64,
    /// Chromium's, where it has one.
    pub chromium: Option<f64>,
    /// The kiosk's by Chromium's.
    pub ratio: Option<f64>,
    /// What is expected.
    pub expected: Option<Expected>,
    /// Whether it is so.
    pub held: Option<bool>,
}

impl Comparison {
    /// Of a figure that both have, or only the kiosk.
    pub fn new(figure: &'static str, kiosk: f64, chromium: Option<f64>, expected: Option<Expected>) -> Self {
        let ratio = chromium.filter(|chromium| *chromium > 0.0).map(|chromium| kiosk / chromium);
        let held = expected.map(|expected| match expected {
            Expected::ShareAtMost(share) => ratio.is_some_and(|ratio| ratio <= share),
            Expected::Below(limit) => kiosk < limit,
        });
        Self { figure, kiosk, chromium, ratio, expected, held }
    }
}

/// The figures of the issue, and the frames a second that say what call it was.
pub(super) fn figures(starts: &Starts, call: &CallFigures, taps_ms: &[f64]) -> Option<Vec<Comparison>> {
    let (kiosk, chromium) = (&call.kiosk, &call.chromium);
    let both = |figure, kiosk, chromium, share| {
        Comparison::new(figure, kiosk, Some(chromium), Some(Expected::ShareAtMost(share)))
    };
    let plain = |figure, kiosk, chromium| Comparison::new(figure, kiosk, chromium, None);
    let slowest = Comparison::new(
        "badge to changed pixel, p99 (ms)",
        percentile(taps_ms, 0.99)?,
        None,
        Some(Expected::Below(100.0)),
    );
    let time = |starts: &[Start], of: fn(&Start) -> f64| median(&starts.iter().map(of).collect::<Vec<_>>());
    let pixel = |starts| time(starts, |start| start.pixel);
    let picture = |starts| time(starts, |start| start.picture);
    let (kiosk_memory, chromium_memory) = (kiosk.pss_bytes / MEBIBYTE, chromium.pss_bytes / MEBIBYTE);
    let (kiosk_cpu, chromium_cpu) = (kiosk.cpu_seconds_a_minute, chromium.cpu_seconds_a_minute);
    Some(vec![
        both("first pixel, be the window empty (s)", pixel(&starts.kiosk)?, pixel(&starts.chromium)?, 0.25),
        both("first pixel of the picture (s)", picture(&starts.kiosk)?, picture(&starts.chromium)?, 0.25),
        both("memory in the call, PSS (MiB)", kiosk_memory, chromium_memory, 0.35),
        both("CPU seconds a minute of call", kiosk_cpu, chromium_cpu, 0.7),
        plain("badge to changed pixel, p50 (ms)", percentile(taps_ms, 0.5)?, None),
        slowest,
        plain("frames a second shown", kiosk.shown_a_second, Some(chromium.shown_a_second)),
        plain("frames a second sent", kiosk.sent_a_second, Some(chromium.sent_a_second)),
    ])
}

/// What `make bench` prints.
pub fn table(bench: &Bench) -> String {
    let mut text = String::new();
    let mut line = |cells: [&str; 6]| {
        let [figure, kiosk, chromium, ratio, expected, held] = cells;
        // Writing into a string does not fail.
        let _ = writeln!(text, "{figure:<36}{kiosk:>9}{chromium:>10}{ratio:>8}   {expected:<13}{held}");
    };
    line(["figure", "kiosk", "Chromium", "ratio", "expected", ""]);
    for figure in &bench.figures {
        let held = figure.held.map_or("", |held| if held { "held" } else { "MISSED" });
        let ratio = figure.ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        let expected = match figure.expected {
            Some(Expected::ShareAtMost(share)) => format!("≤ {share:.2}"),
            Some(Expected::Below(limit)) => format!("< {limit:.0}"),
            None => String::new(),
        };
        let chromium = figure.chromium.map_or_else(|| "–".to_owned(), number);
        line([figure.figure, &number(figure.kiosk), &chromium, &ratio, &expected, held]);
    }
    text + &notes(bench)
}

fn notes(bench: &Bench) -> String {
    let Bench { machine, call, starts, taps_ms, .. } = bench;
    let ((width, height), (starts, taps)) = (call.kiosk.sent_size, (starts.kiosk.len(), taps_ms.len()));
    let (kiosk, chromium) = (call.kiosk.processes, call.chromium.processes);
    let mut text = format!(
        "\n{machine}.\n{starts} starts of each, alternating (median); {taps} taps; {:.0} s of one call between the two, \
         {width} × {height} both ways;\nprocesses: kiosk {kiosk}, Chromium {chromium} (its driver's not among them).\n",
        call.seconds
    );
    let frames = [&call.kiosk, &call.chromium].map(|end| end.shown_a_second.min(end.sent_a_second));
    if frames.iter().any(|frames| *frames < LEAST_FRAMES_A_SECOND) {
        text +=
            "The machine did not carry 25 frames a second both ways: the processor time is that of a lesser call.\n";
    }
    text
}

fn number(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::super::{EndFigures, Machine};
    use super::*;

    fn end(cpu_seconds_a_minute: f64, pss_mebibytes: f64, frames: f64) -> EndFigures {
        EndFigures {
            pss_bytes: pss_mebibytes * MEBIBYTE,
            processes: 1,
            cpu_seconds_a_minute,
            shown_a_second: frames,
            sent_a_second: frames,
            sent_size: (1280, 720),
        }
    }

    fn bench(kiosk: EndFigures, slowest_tap_ms: f64) -> Bench {
        let starts = |picture: [f64; 3]| picture.map(|picture| Start { pixel: picture * 0.8, picture }).to_vec();
        let starts = Starts { kiosk: starts([0.2, 0.3, 0.25]), chromium: starts([1.0, 1.5, 1.25]) };
        let call = CallFigures { seconds: 60.0, kiosk, chromium: end(60.0, 500.0, 29.0) };
        let taps_ms = vec![20.0, 30.0, slowest_tap_ms];
        let figures = figures(&starts, &call, &taps_ms).unwrap();
        let machine = Machine {
            processor: "Some Processor".to_owned(),
            processors: 2,
            chromium: "Chromium 156".to_owned(),
            load_before: Some(0.5),
            load_after: None,
        };
        Bench { machine, figures, call, starts, taps_ms }
    }

    #[test]
    fn a_bench_that_holds_says_so_on_every_line_that_is_expected_of_it() {
        let text = table(&bench(end(30.0, 100.0, 29.0), 60.0));
        assert_eq!(text.matches("held").count(), 5, "{text}");
        assert!(
            text.contains("first pixel of the picture (s)           0.25      1.25    0.20   ≤ 0.25       held"),
            "{text}"
        );
        assert!(text.contains("badge to changed pixel, p50 (ms)         30.0         –       –"), "{text}");
        assert!(text.contains("2 × Some Processor") && text.contains("load 0.5 before, ? at the end"), "{text}");
        assert!(!text.contains("lesser call"), "{text}");
    }

    #[test]
    fn a_miss_is_told_as_one() {
        let text = table(&bench(end(50.0, 200.0, 19.0), 100.0));
        for line in text.lines().filter(|line| line.contains("MISSED")) {
            assert!(["memory", "CPU", "p99"].iter().any(|word| line.contains(word)), "{line}");
        }
        assert_eq!(text.matches("MISSED").count(), 3, "{text}");
        assert!(text.contains("lesser call"), "{text}");
    }

    #[test]
    fn the_limits_themselves_are_inside_a_share_and_outside_a_time() {
        let held = |chromium, expected| Comparison::new("x", 25.0, chromium, Some(expected)).held;
        assert_eq!(held(Some(100.0), Expected::ShareAtMost(0.25)), Some(true));
        assert_eq!(held(Some(99.0), Expected::ShareAtMost(0.25)), Some(false));
        assert_eq!(held(None, Expected::Below(25.0)), Some(false));
        assert_eq!(held(Some(0.0), Expected::ShareAtMost(0.25)), Some(false));
    }
}
