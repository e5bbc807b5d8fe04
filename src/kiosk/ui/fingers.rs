//! Touches one after the other, however slow the screen is.
//!
//! egui asks where the pointer is at a pass's end, and counts one click a button and pass: a finger
//! that was put down, lifted and taken away between two passes touched nothing, and two quick
//! touches of one key were one. So each pass is given no more than one press or lift, and the rest
//! waits for the next. Lives on main, in `App::raw_input_hook`.

use std::collections::VecDeque;

use egui::{Event, RawInput};

/// More than this is no finger, and is dropped.
const MOST_HELD: usize = 256;

/// What waits for the next pass.
#[derive(Debug, Default)]
pub struct Fingers {
    held: VecDeque<Event>,
}

impl Fingers {
    /// Leaves in `raw` what this pass may see: all up to the first press or lift.
    pub fn hand_over(&mut self, raw: &mut RawInput) {
        self.held.extend(raw.events.drain(..));
        self.held.truncate(MOST_HELD);
        let first = self.held.iter().position(|event| matches!(event, Event::PointerButton { .. }));
        let now = first.map_or(self.held.len(), |first| first + 1);
        raw.events.extend(self.held.drain(..now));
    }

    /// Whether another pass is wanted at once.
    pub fn are_waiting(&self) -> bool {
        !self.held.is_empty()
    }
}
