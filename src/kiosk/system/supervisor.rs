//! Telling systemd that the kiosk is ready, alive, and what it is at.
//!
//! Lives on `session`. Ready is told once the first frames are on the screen. The watchdog is fed only
//! while everything that matters moves: the session itself (it is the caller), the ui and media, each
//! of which answers a ping.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use muwajaha_core::domain::BootTime;

use super::first_frames::FirstFrames;
use super::notification::Notifier;

/// A part that has not answered for so long is stuck.
const STUCK_AFTER: Duration = Duration::from_secs(10);

/// When a part last answered. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Heartbeat {
    boot_milliseconds: Arc<AtomicU64>,
}

impl Heartbeat {
    /// The part answered at `now`.
    pub fn beat(&self, now: BootTime) {
        self.boot_milliseconds.store(now.as_millis(), Ordering::Relaxed);
    }

    /// Whether the part answered lately; one that never did is not there yet.
    pub fn is_alive(&self, now: BootTime) -> bool {
        match self.boot_milliseconds.load(Ordering::Relaxed) {
            0 => false,
            last => now.since(BootTime::from_millis(last)) < STUCK_AFTER,
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Supervisor {
    systemd: Notifier,
    parts: Vec<(&'static str, Heartbeat)>,
    frames: FirstFrames,
    ready: bool,
    /// The part that was told in the log to be stuck.
    stuck: Option<&'static str>,
    status: String,
    handed_over: bool,
}

impl Supervisor {
    /// `parts` are those that must answer, `frames` those that must have been drawn first.
    pub fn new(systemd: Notifier, parts: Vec<(&'static str, Heartbeat)>, frames: FirstFrames) -> Self {
        Self { systemd, parts, frames, ready: false, stuck: None, status: String::new(), handed_over: false }
    }

    /// Called by the session loop about once a second: feeds the watchdog if every part is alive, and
    /// tells `status` where it is another one.
    pub fn progressed(&mut self, now: BootTime, status: &str) {
        let mut lines = Vec::new();
        if self.status != status {
            status.clone_into(&mut self.status);
            lines.push(format!("STATUS={status}"));
        }
        if self.everything_moves(now) && (self.ready || self.frames.are_drawn()) {
            if !std::mem::replace(&mut self.ready, true) {
                lines.push("READY=1".to_owned());
            }
            lines.push("WATCHDOG=1".to_owned());
        }
        if !lines.is_empty() {
            self.systemd.tell(&lines.join("\n"));
        }
    }

    /// The process becomes another program of the same service, which is fed once more and does not stop.
    pub fn hand_over(mut self, status: &str) {
        self.handed_over = true;
        self.systemd.tell(&format!("STATUS={status}\nWATCHDOG=1"));
    }

    fn everything_moves(&mut self, now: BootTime) -> bool {
        let stuck = self.parts.iter().find(|(_, heartbeat)| !heartbeat.is_alive(now)).map(|(part, _)| *part);
        if self.ready && self.stuck != stuck {
            match stuck {
                Some(part) => tracing::warn!(part, "no answer: the watchdog is not fed"),
                None => tracing::info!("every part answers again: the watchdog is fed"),
            }
        }
        self.stuck = stuck;
        stuck.is_none()
    }
}

impl Drop for Supervisor {
    /// It ends with the session's thread, in order or not.
    fn drop(&mut self) {
        if !self.handed_over {
            self.systemd.tell("STOPPING=1");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    use super::*;

    /// A kiosk whose seconds pass by themselves, and systemd listening at a real socket.
    struct Kiosk {
        supervisor: Option<Supervisor>,
        systemd: UnixDatagram,
        window: Heartbeat,
        media: Heartbeat,
        frames: FirstFrames,
        second: u64,
        _folder: tempfile::TempDir,
    }

    impl Kiosk {
        fn started() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("notify");
            let systemd = UnixDatagram::bind(&path).unwrap();
            systemd.set_nonblocking(true).unwrap();
            let (window, media, frames) = (Heartbeat::default(), Heartbeat::default(), FirstFrames::default());
            let parts = vec![("ui", window.clone()), ("media", media.clone())];
            let notifier = Notifier::to(SocketAddr::from_pathname(&path).ok());
            let supervisor = Some(Supervisor::new(notifier, parts, frames.clone()));
            Self { supervisor, systemd, window, media, frames, second: 0, _folder: folder }
        }

        fn ready() -> Self {
            let mut kiosk = Self::started();
            (0..5).for_each(|_| kiosk.frames.pass_begins());
            assert_eq!(kiosk.second_passes(true, true), ["STATUS=locked", "READY=1", "WATCHDOG=1"]);
            kiosk
        }

        fn second_passes(&mut self, window_answers: bool, media_answers: bool) -> Vec<String> {
            self.second += 1;
            let now = BootTime::from_millis(self.second * 1000);
            for (part, answers) in [(&self.window, window_answers), (&self.media, media_answers)] {
                if answers {
                    part.beat(now);
                }
            }
            self.supervisor.as_mut().unwrap().progressed(now, "locked");
            self.heard()
        }

        fn heard(&self) -> Vec<String> {
            let mut buffer = [0; 200];
            let length = self.systemd.recv(&mut buffer).unwrap_or(0);
            String::from_utf8_lossy(&buffer[..length]).lines().map(str::to_owned).collect()
        }
    }

    #[test]
    fn a_kiosk_is_ready_once_its_first_frames_are_on_the_screen() {
        let mut kiosk = Kiosk::started();
        assert_eq!(kiosk.second_passes(false, false), ["STATUS=locked"]);
        assert!(kiosk.second_passes(true, true).is_empty(), "everything answers, and the screen is still black");
        kiosk.frames.pass_begins();
        assert!(kiosk.second_passes(true, true).is_empty(), "the first frame is being drawn");
        (0..3).for_each(|_| kiosk.frames.pass_begins());
        assert!(kiosk.second_passes(true, false).len() == 2, "media answered a second ago");
    }

    #[test]
    fn the_window_that_no_longer_answers_stops_the_feeding() {
        let mut kiosk = Kiosk::ready();
        let fed = (0..30).filter(|_| !kiosk.second_passes(false, true).is_empty()).count();
        assert_eq!(fed, 9, "for less than ten seconds");
        assert_eq!(kiosk.second_passes(true, true), ["WATCHDOG=1"], "and it is fed again once the window answers");
    }

    #[test]
    fn media_that_no_longer_answers_stops_the_feeding() {
        let mut kiosk = Kiosk::ready();
        let fed = (0..30).filter(|_| !kiosk.second_passes(true, false).is_empty()).count();
        assert_eq!(fed, 9);
    }

    #[test]
    fn what_the_kiosk_is_at_is_told_when_it_changes() {
        let mut kiosk = Kiosk::ready();
        let now = BootTime::from_millis(2_000);
        kiosk.supervisor.as_mut().unwrap().progressed(now, "in a call");
        assert_eq!(kiosk.heard(), ["STATUS=in a call", "WATCHDOG=1"]);
        kiosk.supervisor.as_mut().unwrap().progressed(now, "in a call");
        assert_eq!(kiosk.heard(), ["WATCHDOG=1"]);
    }

    #[test]
    fn a_session_that_ends_says_so() {
        let mut kiosk = Kiosk::ready();
        kiosk.supervisor = None;
        assert_eq!(kiosk.heard(), ["STOPPING=1"]);
    }

    #[test]
    fn a_wizard_that_becomes_a_kiosk_does_not_stop() {
        let mut kiosk = Kiosk::ready();
        kiosk.supervisor.take().unwrap().hand_over("starts");
        assert_eq!(kiosk.heard(), ["STATUS=starts", "WATCHDOG=1"]);
        assert!(kiosk.heard().is_empty());
    }

    #[test]
    fn a_kiosk_without_systemd_says_nothing_and_goes_on() {
        let mut supervisor = Supervisor::new(Notifier::to(None), Vec::new(), FirstFrames::default());
        supervisor.progressed(BootTime::from_millis(1), "locked");
    }
}
