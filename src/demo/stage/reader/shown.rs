//! Which lights and sounds a reader was told to show, and when, for a test or a bench to ask.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The colour of a light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Red.
    Red,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Amber.
    Amber,
    /// Blue.
    Blue,
    /// Magenta.
    Magenta,
    /// Cyan.
    Cyan,
    /// White, or one that the reader does not know.
    Other,
}

/// One thing that a reader was told to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A light went on.
    Light {
        /// Its colour.
        colour: Colour,
        /// Whether it blinks.
        is_blinking: bool,
        /// How long, where it goes out by itself.
        lasting: Option<Duration>,
    },
    /// The light of a colour went out.
    LightOut(Colour),
    /// The reader's one light of many colours went out.
    Dark,
    /// The buzzer sounded.
    Sound {
        /// How long, where it ends by itself.
        lasting: Option<Duration>,
    },
    /// The buzzer was stopped.
    Silence,
}

/// What a device tells those who watch it; it outlives the plug.
#[derive(Debug, Clone, Default)]
pub(super) struct Observed(Arc<Mutex<Observation>>);

/// What was seen of a device so far.
#[derive(Debug, Default)]
pub(super) struct Observation {
    /// Each with the time at which the reader was told.
    pub(super) shown: Vec<(Instant, Shown)>,
    /// Whether an OSDP reader and its panel speak over a secure channel.
    pub(super) is_secure: bool,
    /// The key that an OSDP reader was given.
    pub(super) key: Option<[u8; 16]>,
}

impl Observed {
    pub(super) fn lock(&self) -> MutexGuard<'_, Observation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn show(&self, shown: Shown) {
        self.lock().shown.push((Instant::now(), shown));
    }
}
