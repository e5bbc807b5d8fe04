//! Telling systemd that the kiosk is ready and alive: plain datagrams to `NOTIFY_SOCKET`.
//!
//! Lives on `session`. The watchdog is fed only while everything that matters moves: the session
//! itself (it is the caller), the ui and media, each of which answers a ping.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use muwajaha_core::domain::BootTime;

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

/// The way to systemd, where it listens.
#[derive(Debug)]
pub struct Supervisor {
    socket: Option<(UnixDatagram, SocketAddr)>,
    parts: Vec<(&'static str, Heartbeat)>,
    ready: bool,
}

impl Supervisor {
    /// Finds systemd by `NOTIFY_SOCKET`; `parts` are those that must answer.
    pub fn from_environment(parts: Vec<(&'static str, Heartbeat)>) -> Self {
        let address = std::env::var("NOTIFY_SOCKET").ok().and_then(|name| match name.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name).ok(),
            None => SocketAddr::from_pathname(name).ok(),
        });
        Self::notifying(address, parts)
    }

    fn notifying(address: Option<SocketAddr>, parts: Vec<(&'static str, Heartbeat)>) -> Self {
        let socket = address.and_then(|address| {
            let socket = UnixDatagram::unbound().ok()?;
            socket.set_nonblocking(true).ok()?;
            Some((socket, address))
        });
        Self { socket, parts, ready: false }
    }

    /// Called by the session loop about once a second: feeds the watchdog if every part is alive.
    pub fn progressed(&mut self, now: BootTime) {
        if let Some((stuck, _)) = self.parts.iter().find(|(_, heartbeat)| !heartbeat.is_alive(now)) {
            if self.ready {
                tracing::warn!(part = stuck, "no answer: the watchdog is not fed");
            }
            return;
        }
        if self.ready {
            self.notify("WATCHDOG=1");
        } else {
            self.ready = true;
            self.notify("READY=1\nWATCHDOG=1");
        }
    }

    /// The process is about to end in order.
    pub fn stopping(&self) {
        self.notify("STOPPING=1");
    }

    fn notify(&self, state: &str) {
        if let Some((socket, address)) = &self.socket
            && let Err(error) = socket.send_to_addr(state.as_bytes(), address)
        {
            tracing::warn!(%error, "systemd cannot be notified");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_is_fed_only_while_every_part_answers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let systemd = UnixDatagram::bind(&path).unwrap();
        systemd.set_nonblocking(true).unwrap();
        let heard = || {
            let mut buffer = [0; 64];
            systemd.recv(&mut buffer).ok().map(|length| String::from_utf8_lossy(&buffer[..length]).into_owned())
        };
        let (ui, media) = (Heartbeat::default(), Heartbeat::default());
        let parts = vec![("ui", ui.clone()), ("media", media.clone())];
        let mut supervisor = Supervisor::notifying(SocketAddr::from_pathname(&path).ok(), parts);
        let at = |seconds: u64| BootTime::from_millis(seconds * 1000);

        supervisor.progressed(at(1));
        assert_eq!(heard(), None, "nothing has answered yet");
        ui.beat(at(2));
        media.beat(at(2));
        supervisor.progressed(at(2));
        assert_eq!(heard().as_deref(), Some("READY=1\nWATCHDOG=1"));
        supervisor.progressed(at(3));
        assert_eq!(heard().as_deref(), Some("WATCHDOG=1"));
        ui.beat(at(15));
        supervisor.progressed(at(15));
        assert_eq!(heard(), None, "media is stuck");
        media.beat(at(16));
        supervisor.progressed(at(16));
        assert_eq!(heard().as_deref(), Some("WATCHDOG=1"));
    }
}
