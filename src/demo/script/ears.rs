//! Collects what the visitor saw and heard, and what the kiosk's loudspeaker played.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use serde_json::Value;

use super::eye::Seen;
use super::report::Report;
use super::screens::beside;
use super::visit::signed_millis;
use crate::detect::recording::Recording;
use crate::detect::{KIOSK_TONES_HZ, ToneTally, VISITOR_TONES_HZ};
use crate::visitor::{FIRST_VISITOR_COUNTER, Observation};

/// What was collected.
#[derive(Debug)]
pub(super) struct Ears {
    speaker: PathBuf,
    joined_at_ms: Option<f64>,
    first_frame_at_ms: Option<f64>,
    last_counter: Option<u16>,
    heard_by_visitor: ToneTally,
    /// Changes of the kiosk's counter on the page.
    pub(super) counters: u64,
    /// The latest `getStats` of each connection.
    stats: Value,
    /// The page's last state.
    pub(super) last_state: Option<String>,
    /// Errors of the page's scripts.
    pub(super) troubles: Vec<String>,
}

impl Ears {
    pub(super) fn new(speaker: &Path) -> Self {
        Self {
            speaker: speaker.to_owned(),
            joined_at_ms: None,
            first_frame_at_ms: None,
            last_counter: None,
            heard_by_visitor: ToneTally::default(),
            counters: 0,
            stats: Value::Null,
            last_state: None,
            troubles: Vec::new(),
        }
    }

    /// Takes in what was observed since the last time.
    pub(super) fn take(&mut self, seen: Observation) {
        self.joined_at_ms = seen.joined_at_ms;
        let strips = seen.frames.iter().filter_map(|frame| Some((frame.at_ms, frame.strip?.counter)));
        for (at_ms, counter) in strips.filter(|(_, counter)| *counter < FIRST_VISITOR_COUNTER) {
            self.first_frame_at_ms.get_or_insert(at_ms);
            if self.last_counter.replace(counter) != Some(counter) {
                self.counters += 1;
            }
        }
        if seen.sound_rate_hz > 0 {
            self.heard_by_visitor.listen(&seen.sound, seen.sound_rate_hz);
        }
        self.stats = seen.stats;
        self.last_state = seen.states.last().map(|state| state.state.clone());
        self.troubles = seen.troubles;
    }

    /// Saves the browser's statistics beside the report.
    pub(super) fn save_stats(&self, report_file: &Path) -> anyhow::Result<()> {
        let file = beside(report_file, "browser-stats.json");
        std::fs::write(&file, serde_json::to_vec_pretty(&self.stats)?)
            .with_context(|| format!("writing {}", file.display()))
    }

    /// Writes the figures into the report.
    pub(super) fn fill(&self, report: &mut Report, seen: &Seen) {
        if let (Some(first), Some(last)) = (seen.first_at, seen.last_change_at) {
            report.visit.connected_seconds = signed_millis(first, last) as f64 / 1000.0;
        }
        report.kiosk.remote_frames_drawn = seen.frames;
        report.kiosk.longest_freeze_ms = u64::try_from(seen.longest_freeze.as_millis()).unwrap_or(u64::MAX);
        let joined = self.joined_at_ms.map(from_unix_ms);
        report.kiosk.join_to_first_remote_frame_ms =
            joined.zip(seen.first_at).map(|(joined, first)| signed_millis(joined, first));
        let mut heard_by_kiosk = ToneTally::default();
        match Recording::read(&self.speaker) {
            Ok(recording) => heard_by_kiosk.listen(&recording.samples, recording.rate_hz),
            Err(error) => tracing::warn!("{}: {error}", self.speaker.display()),
        }
        report.kiosk.remote_tone_heard = heard_by_kiosk.heard_all(&VISITOR_TONES_HZ);
        report.kiosk.tone_windows = heard_by_kiosk.windows().clone();
        report.visitor.join_to_first_frame_ms =
            self.joined_at_ms.zip(self.first_frame_at_ms).map(|(joined, first)| (first - joined) as i64);
        report.visitor.counters_seen = self.counters;
        report.visitor.kiosk_tone_heard = self.heard_by_visitor.heard_all(&KIOSK_TONES_HZ);
        report.visitor.tone_windows = self.heard_by_visitor.windows().clone();
        report.visitor.frames_decoded = frames_decoded(&self.stats);
    }
}

/// `framesDecoded` of all incoming video of all connections.
fn frames_decoded(stats: &Value) -> u64 {
    let connections = stats.as_array().into_iter().flatten();
    let entries = connections.filter_map(|connection| connection.get("entries")?.as_array()).flatten();
    let text = |entry: &Value, field: &str| entry.get(field).and_then(Value::as_str).map(str::to_owned);
    entries
        .filter(|entry| text(entry, "type").as_deref() == Some("inbound-rtp"))
        .filter(|entry| text(entry, "kind").as_deref() == Some("video"))
        .filter_map(|entry| entry.get("framesDecoded")?.as_u64())
        .sum()
}

fn from_unix_ms(milliseconds: f64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs_f64((milliseconds / 1000.0).max(0.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn decoded_frames_of_all_connections_count_and_sound_does_not() {
        let inbound = |kind: &str, frames: u64| json!({"type": "inbound-rtp", "kind": kind, "framesDecoded": frames});
        let stats = json!([
            {"at": 1, "entries": [inbound("video", 100), inbound("audio", 7), {"type": "candidate-pair"}]},
            null,
            {"at": 2, "entries": [inbound("video", 23)]},
        ]);
        assert_eq!(frames_decoded(&stats), 123);
    }
}
