//! What the session's thread does about once a second beside the session: it leaves a sign of life,
//! asks media whether it lives, wakes the window, and tells systemd.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use muwajaha_core::domain::{BootTime, Now};

use crate::media::{MediaCommand, MediaHandle};
use crate::session_loop::ScreenSlot;
use crate::system::clock::ServiceClock;
use crate::system::first_frames::FirstFrames;
use crate::system::notification::Notifier;
use crate::system::runtime_directory::RuntimeDirectory;
use crate::system::status::status_of;
use crate::system::supervisor::{Heartbeat, Supervisor};

/// What is seen of the window from beside it.
pub(super) struct SeenWindow {
    pub(super) heartbeat: Heartbeat,
    pub(super) frames: FirstFrames,
}

/// The sign of life, the pings and the watchdog.
pub(super) fn each_second(
    runtime: Arc<RuntimeDirectory>,
    clock: ServiceClock,
    media: Option<MediaHandle>,
    window: SeenWindow,
    screen: ScreenSlot,
) -> Box<dyn FnMut(Now) + Send> {
    let mut pings = media.map(MediaPings::new);
    let mut parts = vec![("ui", window.heartbeat)];
    parts.extend(pings.as_ref().map(|pings| ("media", pings.heartbeat.clone())));
    let mut supervisor = Supervisor::new(Notifier::from_environment(), parts, window.frames.clone());
    let mut signs = SignsOfLife { runtime, clock, frames: window.frames, told_frames: false, told_trouble: false };
    Box::new(move |now| {
        signs.leave(now);
        if let Some(pings) = &mut pings {
            pings.ping(now.boot);
        }
        screen.wake();
        supervisor.progressed(now.boot, &status_of(&screen.latest()));
    })
}

/// What others see of this process in the runtime directory.
struct SignsOfLife {
    runtime: Arc<RuntimeDirectory>,
    clock: ServiceClock,
    frames: FirstFrames,
    told_frames: bool,
    told_trouble: bool,
}

impl SignsOfLife {
    fn leave(&mut self, now: Now) {
        let alive = self.runtime.note_alive(now.boot, self.clock.heard());
        let left = alive.and_then(|()| self.note_first_frames());
        if let Err(error) = left
            && !std::mem::replace(&mut self.told_trouble, true)
        {
            tracing::warn!(%error, "no sign of life can be left: free or mend `runtime.directory`");
        }
    }

    fn note_first_frames(&mut self) -> std::io::Result<()> {
        if !self.told_frames && self.frames.are_drawn() {
            self.runtime.note_first_frames()?;
            self.told_frames = true;
        }
        Ok(())
    }
}

/// Asks media whether it lives. Only an answer counts: a thread that is gone takes no ping.
struct MediaPings {
    media: MediaHandle,
    heartbeat: Heartbeat,
    answer: Option<Receiver<()>>,
}

impl MediaPings {
    fn new(media: MediaHandle) -> Self {
        Self { media, heartbeat: Heartbeat::default(), answer: None }
    }

    fn ping(&mut self, now: BootTime) {
        if let Some(answer) = &self.answer {
            match answer.try_recv() {
                Ok(()) => self.heartbeat.beat(now),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {}
            }
        }
        let (reply, answer) = sync_channel(1);
        self.answer = self.media.send(MediaCommand::Ping { reply }).then_some(answer);
    }
}
