//! From a finger's lifting to changed pixels, with a quiet line to the reader and with one that floods
//! with 1 MB/s of noise: whoever touches the screen must not feel it.
//!
//! The finger rests on a language's button until the screen does, and is lifted; the screen is another
//! one then.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde::Serialize;

use super::percentile;
use super::readers::{EXPECTED_BELOW_MS, allowed_failures};
use crate::detect::ColouredBox;
use crate::script::KioskScreen;
use crate::stage::{Display, Reader, noise};

/// What the touched button still moves has moved within it.
const MOTION: Duration = Duration::from_millis(130);
/// A message of the last badge is gone by then.
const SETTLED_WITHIN: Duration = Duration::from_secs(20);
/// A reader that is lost in the flood is said to be by then.
const FLOODED_AFTER: Duration = Duration::from_secs(12);
const LIMIT: Duration = Duration::from_secs(3);
const PIECE_BYTES: usize = 1000;
const PIECE_EVERY: Duration = Duration::from_millis(1);

/// Every touch beside one reader.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FloodFigures {
    /// The reader.
    pub reader: &'static str,
    /// Milliseconds from lifting the finger to changed pixels, with a quiet line.
    pub quiet_ms: Vec<f64>,
    /// The same while the line floods.
    pub flooded_ms: Vec<f64>,
    /// Touches that changed nothing.
    pub lost: usize,
}

impl FloodFigures {
    /// Whether every touch was seen, and in time.
    pub(super) fn is_held(&self) -> bool {
        let in_time = |times: &[f64]| percentile(times, 0.99).is_some_and(|slowest| slowest < EXPECTED_BELOW_MS);
        self.lost == 0 && in_time(&self.quiet_ms) && in_time(&self.flooded_ms)
    }
}

/// Touches the screen so many times without a flood and as many times in one.
///
/// # Errors
/// Where the display is gone, or hardly any touch could be measured.
pub(super) async fn touch(
    display: &Display,
    line: &Reader,
    reader: &'static str,
    touches: usize,
) -> anyhow::Result<FloodFigures> {
    let (quiet_ms, quiet_lost) = touch_times(display, touches).await?;
    let (flooded_ms, flooded_lost) = tokio::select! {
        times = async { tokio::time::sleep(FLOODED_AFTER).await; touch_times(display, touches).await } => times?,
        never = flood(line) => match never {},
    };
    Ok(FloodFigures { reader, quiet_ms, flooded_ms, lost: quiet_lost + flooded_lost })
}

async fn flood(line: &Reader) -> Infallible {
    let (began, mut pieces, mut noise) = (Instant::now(), 0, noise(7));
    loop {
        while began.elapsed() > PIECE_EVERY * pieces {
            let piece: Vec<u8> = noise.by_ref().take(PIECE_BYTES).collect();
            // A full line loses bytes, as a real one does.
            let _ = line.write(&piece);
            pieces += 1;
        }
        tokio::time::sleep(PIECE_EVERY).await;
    }
}

/// How long each touch took in milliseconds, and how many changed nothing.
async fn touch_times(display: &Display, touches: usize) -> anyhow::Result<(Vec<f64>, usize)> {
    let screen = KioskScreen::of(display)?;
    let (mut times, mut lost) = (Vec::with_capacity(touches), 0);
    let mut others = screen.other_languages(None, SETTLED_WITHIN).await?;
    while times.len() + lost < touches {
        let [one, other] = others;
        let button = if times.len() % 2 == 0 { one } else { other };
        match touch_once(&screen, display, button).await {
            Ok(time) => {
                times.push(time.as_secs_f64() * 1000.0);
                others = screen.other_languages(Some(others), SETTLED_WITHIN).await?;
            }
            Err(error) => {
                tracing::warn!("a touch: {error:#}");
                lost += 1;
            }
        }
        ensure!(lost <= allowed_failures(touches), "{lost} of {touches} touches were lost");
    }
    Ok((times, lost))
}

async fn touch_once(screen: &KioskScreen<'_>, display: &Display, button: ColouredBox) -> anyhow::Result<Duration> {
    let (x, y) = button.centre();
    display.press(x, y).await?;
    let before = screen.remember(MOTION).await?;
    let lifted_at = Instant::now();
    display.lift(x, y)?;
    let changed_at = screen.changed_at(&before, "another language", LIMIT).await;
    display.park_pointer()?;
    Ok(changed_at?.duration_since(lifted_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_or_lost_touch_is_a_miss_whether_the_line_floods_or_not() {
        let held = |quiet: f64, flooded: f64, lost| {
            FloodFigures { reader: "OSDP", quiet_ms: vec![quiet], flooded_ms: vec![flooded], lost }.is_held()
        };
        assert!(held(99.0, 99.0, 0));
        assert!(!held(100.0, 30.0, 0) && !held(30.0, 100.0, 0) && !held(30.0, 30.0, 1));
        assert!(!FloodFigures::default().is_held());
    }
}
