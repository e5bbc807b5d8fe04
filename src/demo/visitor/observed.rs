//! What the injected script saw and heard since it was asked last.

use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::detect::{Pixels, StripReading, find_strip};

const SAMPLE_WIDTH: usize = 320;

/// One frame that the page showed.
#[derive(Debug, Clone, Copy)]
pub struct ObservedFrame {
    /// When, in UTC milliseconds.
    pub at_ms: f64,
    /// Its frame counter, where the strip was legible.
    pub strip: Option<StripReading>,
}

/// What the visitor saw and heard.
#[derive(Debug, Clone)]
pub struct Observation {
    /// When "join" was pressed, in UTC milliseconds.
    pub joined_at_ms: Option<f64>,
    /// Frames since the last look.
    pub frames: Vec<ObservedFrame>,
    /// Sound since the last look, -1 to 1.
    pub sound: Vec<f32>,
    /// Samples a second; 0 before there was any.
    pub sound_rate_hz: u32,
    /// The latest `getStats` of each connection so far.
    pub stats: Value,
    /// Each value of `body[data-state]` so far.
    pub states: Vec<PageState>,
    /// `connectionState` of each connection so far.
    pub connection_states: Vec<String>,
    /// Errors of the page's own scripts.
    pub troubles: Vec<String>,
}

/// A state of the page.
#[derive(Debug, Clone, Deserialize)]
pub struct PageState {
    /// Since when, in UTC milliseconds.
    pub at: f64,
    /// `body[data-state]`.
    pub state: String,
}

/// What a connection carried so far.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Carried {
    /// When, in milliseconds of the page's own clock.
    pub at: f64,
    /// Of the kiosk's picture.
    pub received: Option<CarriedVideo>,
    /// Of the visitor's picture.
    pub sent: Option<CarriedVideo>,
}

/// One direction of a connection's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct CarriedVideo {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pictures decoded or sent so far.
    pub frames: u64,
}

#[derive(Deserialize)]
struct Raw {
    joined_at: Option<f64>,
    frames: Vec<RawFrame>,
    sound: String,
    sound_rate: f64,
    stats: Value,
    states: Vec<PageState>,
    connection_states: Vec<String>,
    troubles: Vec<String>,
}

#[derive(Deserialize)]
struct RawFrame {
    at: f64,
    rgb: String,
}

impl Observation {
    pub(super) fn from_json(value: Value) -> anyhow::Result<Self> {
        let raw: Raw = serde_json::from_value(value).context("what the injected script collected")?;
        let frames = raw.frames.iter().map(|frame| {
            let bytes = BASE64_STANDARD.decode(&frame.rgb)?;
            let strip = find_strip(&Pixels::new(SAMPLE_WIDTH, bytes.as_chunks().0.to_vec()));
            anyhow::Ok(ObservedFrame { at_ms: frame.at, strip })
        });
        let sound = BASE64_STANDARD.decode(&raw.sound)?;
        Ok(Self {
            joined_at_ms: raw.joined_at,
            frames: frames.collect::<Result<_, _>>()?,
            sound: sound.as_chunks().0.iter().map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32_768.0).collect(),
            sound_rate_hz: raw.sound_rate as u32,
            stats: raw.stats,
            states: raw.states,
            connection_states: raw.connection_states,
            troubles: raw.troubles,
        })
    }
}
