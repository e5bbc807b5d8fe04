//! The three lights and the buzzer of a TWN4.
//!
//! Sources: Elatec *TWN4 API Reference* DocRev28 6.2 (Beep, BeepOn, BeepOff), 6.3.1 (GPIO0 is red, GPIO1
//! green, GPIO2 yellow; `LEDInit` makes them outputs) and 6.1.2 (a port must be an output before it is
//! set, so a light that was not initialised stays dark).

use std::time::Duration;

use super::super::shown::{Colour, Observed, Shown};

const LIGHTS: [(u8, Colour); 3] = [(0x01, Colour::Red), (0x02, Colour::Green), (0x04, Colour::Yellow)];

/// What the lights do.
#[derive(Debug)]
pub(super) struct Lights {
    outputs: u8,
    lit: u8,
    observed: Observed,
}

impl Lights {
    pub(super) fn new(observed: Observed) -> Self {
        Self { outputs: 0, lit: 0, observed }
    }

    pub(super) fn initialise(&mut self, lights: u8) {
        self.outputs |= lights;
    }

    pub(super) fn light(&mut self, lights: u8, is_blinking: bool) {
        for (bit, colour) in self.reachable(lights) {
            self.lit |= bit;
            self.observed.show(Shown::Light { colour, is_blinking, lasting: None });
        }
    }

    pub(super) fn put_out(&mut self, lights: u8) {
        for (bit, colour) in self.reachable(lights) {
            self.lit &= !bit;
            self.observed.show(Shown::LightOut(colour));
        }
    }

    pub(super) fn toggle(&mut self, lights: u8) {
        let lit = self.lit;
        self.light(lights & !lit, false);
        self.put_out(lights & lit);
    }

    pub(super) fn beep(&self, lasting: Option<Duration>) {
        self.observed.show(Shown::Sound { lasting });
    }

    pub(super) fn silence(&self) {
        self.observed.show(Shown::Silence);
    }

    fn reachable(&self, lights: u8) -> impl Iterator<Item = (u8, Colour)> + use<> {
        let reachable = lights & self.outputs;
        LIGHTS.into_iter().filter(move |(bit, _)| bit & reachable != 0)
    }
}
