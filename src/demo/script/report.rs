//! What a scripted visit reports.

use std::collections::BTreeMap;

use serde::Serialize;

/// A visit as measured from outside.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The visit as a whole.
    pub visit: VisitFigures,
    /// What reached the kiosk.
    pub kiosk: KioskFigures,
    /// What reached the visitor.
    pub visitor: VisitorFigures,
    /// The badge reader.
    pub badge: BadgeFigures,
    /// The screens that were seen, in order.
    pub screens: Vec<String>,
    /// Pictures of them, beside the report.
    pub screenshots: Vec<String>,
    /// What did not happen: the part, a colon, what was missing. Empty where all of it happened.
    pub errors: Vec<String>,
}

/// The visit as a whole.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VisitFigures {
    /// The outcome that the service tells its connectors.
    pub outcome: Option<String>,
    /// The booked slot.
    pub slot_seconds: f64,
    /// From the visitor's first frame on the kiosk's screen to the last.
    pub connected_seconds: f64,
    /// From the slot's end until the call was off the screen; negative before it.
    pub end_late_by_ms: Option<i64>,
}

/// What reached the kiosk.
#[derive(Debug, Clone, Default, Serialize)]
pub struct KioskFigures {
    /// From the visitor's "join" to their first frame in the kiosk's framebuffer.
    pub join_to_first_remote_frame_ms: Option<i64>,
    /// Changes of the visitor's frame counter on the kiosk's screen.
    pub remote_frames_drawn: u64,
    /// The longest time without a new frame.
    pub longest_freeze_ms: u64,
    /// All of the visitor's tones were in the kiosk's recorded loudspeaker.
    pub remote_tone_heard: bool,
    /// Windows of 100 ms by tone.
    pub tone_windows: BTreeMap<u32, u32>,
}

/// What reached the visitor.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VisitorFigures {
    /// From "join" to the kiosk's first frame on the page.
    pub join_to_first_frame_ms: Option<i64>,
    /// `framesDecoded` of the browser's own statistics.
    pub frames_decoded: u64,
    /// Changes of the kiosk's frame counter in the page's canvas.
    pub counters_seen: u64,
    /// All of the kiosk's tones were on the page's audio track.
    pub kiosk_tone_heard: bool,
    /// Windows of 100 ms by tone.
    pub tone_windows: BTreeMap<u32, u32>,
}

/// The badge reader.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BadgeFigures {
    /// Taps that changed the screen.
    pub reads: u32,
    /// From the first byte on the line to changed pixels: the slowest tap.
    pub tap_to_screen_ms: Option<f64>,
}
