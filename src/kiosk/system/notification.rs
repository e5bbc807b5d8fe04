//! What systemd is told: plain datagrams to `NOTIFY_SOCKET`, each a few lines of `NAME=value`.
//!
//! The protocol is a dozen lines and has not changed since 2010, so it is spoken here and not by a
//! crate. Never blocks; where systemd does not listen, nothing is said.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// The way to systemd, where it listens.
#[derive(Debug)]
pub struct Notifier {
    socket: Option<(UnixDatagram, SocketAddr)>,
}

impl Notifier {
    /// Finds systemd by `NOTIFY_SOCKET`.
    pub fn from_environment() -> Self {
        let address = std::env::var("NOTIFY_SOCKET").ok().and_then(|name| match name.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name).ok(),
            None => SocketAddr::from_pathname(name).ok(),
        });
        Self::to(address)
    }

    pub(super) fn to(address: Option<SocketAddr>) -> Self {
        let socket = address.and_then(|address| {
            let socket = UnixDatagram::unbound().ok()?;
            socket.set_nonblocking(true).ok()?;
            Some((socket, address))
        });
        Self { socket }
    }

    /// Tells it `lines`.
    pub fn tell(&self, lines: &str) {
        if let Some((socket, address)) = &self.socket
            && let Err(error) = socket.send_to_addr(lines.as_bytes(), address)
        {
            tracing::warn!(%error, "systemd cannot be notified");
        }
    }
}
