//! The thread `session`: drains the lanes, samples the time once an event, lets the session decide,
//! has its effects carried out, and publishes the screen.
//!
//! It waits for at most a second and never for a shell. Once a second it leaves a sign of life and
//! feeds the watchdog. It decides nothing itself.

mod effects;
mod screen_slot;
#[cfg(test)]
mod tests;

use std::thread::{self, JoinHandle};
use std::time::Duration;

use muwajaha_core::domain::{BootTime, Now};
use muwajaha_core::session::{Event, KioskCondition, Session};
use tokio::sync::watch;

pub use effects::{PerformEffect, Shells};
pub use screen_slot::{ScreenSlot, Slot};

use crate::lanes::{EventReceiver, Received};

const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// Effects of one event that answer themselves at once; more than this is a loop.
const MOST_ANSWERS: usize = 64;

/// What runs on the thread `session`.
pub struct SessionLoop<Effects> {
    /// The session itself.
    pub session: Session,
    /// Its lanes.
    pub events: EventReceiver,
    /// Who carries its effects out.
    pub effects: Effects,
    /// The clocks.
    pub now: Box<dyn Fn() -> Now + Send>,
    /// Where its screen is shown.
    pub screen: ScreenSlot,
    /// Where its condition is told to the line.
    pub condition: watch::Sender<KioskCondition>,
    /// Done about once a second.
    pub each_second: Box<dyn FnMut(Now) + Send>,
}

impl<Effects: PerformEffect + Send + 'static> SessionLoop<Effects> {
    /// Starts the thread; it ends when the lanes are closed.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(mut self) -> std::io::Result<JoinHandle<()>> {
        thread::Builder::new().name("session".to_owned()).spawn(move || self.run())
    }

    fn run(&mut self) {
        let mut last_second = None;
        self.carry_out();
        loop {
            let now = (self.now)();
            if last_second.is_none_or(|last: BootTime| now.boot.since(last) >= LONGEST_WAIT) {
                last_second = Some(now.boot);
                (self.each_second)(now);
                self.tell_condition(now);
            }
            if self.session.poll_timeout().is_some_and(|(at, _)| at <= now.boot) {
                self.handle(Event::TimerElapsed);
            }
            match self.events.receive(self.wait(now, last_second)) {
                Received::Event(event) => self.handle(event),
                Received::TimedOut => {}
                Received::Closed => return,
            }
        }
    }

    /// Until the next deadline or the next second, whichever is first.
    fn wait(&self, now: Now, last_second: Option<BootTime>) -> Duration {
        let second = last_second.map_or(LONGEST_WAIT, |last| (last + LONGEST_WAIT).since(now.boot));
        let deadline = self.session.poll_timeout().map_or(LONGEST_WAIT, |(at, _)| at.since(now.boot));
        second.min(deadline).min(LONGEST_WAIT)
    }

    fn handle(&mut self, event: Event) {
        self.session.handle(event, (self.now)());
        self.carry_out();
    }

    /// Carries effects out until there are none, then shows the screen.
    fn carry_out(&mut self) {
        for _ in 0..MOST_ANSWERS {
            let mut answers = Vec::new();
            while let Some(effect) = self.session.poll_effect() {
                answers.extend(self.effects.perform(effect));
            }
            if answers.is_empty() {
                break;
            }
            for answer in answers {
                self.session.handle(answer, (self.now)());
            }
        }
        self.screen.show(self.session.screen());
        self.tell_condition((self.now)());
    }

    fn tell_condition(&self, now: Now) {
        let condition = self.session.condition(now);
        self.condition.send_if_modified(|told| std::mem::replace(told, condition) != condition);
    }
}
