//! The signalling sockets of calls, by (call, socket). Opening one again replaces it.
//!
//! A socket that the session closed says nothing more; every other end is told once.

use std::collections::HashMap;

use muwajaha_core::domain::{CallId, Redacted};
use muwajaha_core::engine::SocketId;
use muwajaha_core::session::{Event, NetEvent};
use reqwest::Url;
use tokio::sync::mpsc;

use super::Shared;
use super::socket::{Socket, SocketError};

const WAITING_TEXTS: usize = 256;

/// The sockets that are open or being opened.
pub(super) struct Sockets {
    shared: Shared,
    senders: HashMap<(CallId, SocketId), mpsc::Sender<Redacted<String>>>,
}

impl Sockets {
    pub(super) fn new(shared: Shared) -> Self {
        Self { shared, senders: HashMap::new() }
    }

    pub(super) fn open(&mut self, call: CallId, socket: SocketId, url: String, token: Redacted<String>) {
        self.senders.retain(|_, sender| !sender.is_closed());
        let (sender, outgoing) = mpsc::channel(WAITING_TEXTS);
        self.senders.insert((call, socket), sender);
        tokio::spawn(carry(self.shared.clone(), call, socket, url, token, outgoing));
    }

    pub(super) fn send(&mut self, call: CallId, socket: SocketId, text: Redacted<String>) {
        let Some(sender) = self.senders.get(&(call, socket)) else { return };
        if let Err(mpsc::error::TrySendError::Full(_)) = sender.try_send(text) {
            tracing::warn!(%call, "a signalling socket takes no more: it is closed and will resynchronise");
            self.senders.remove(&(call, socket));
            self.shared.emit(NetEvent::SocketClosed { call, socket });
        }
    }

    pub(super) fn close(&mut self, call: CallId, socket: SocketId) {
        self.senders.remove(&(call, socket));
    }
}

async fn carry(
    shared: Shared,
    call: CallId,
    socket: SocketId,
    url: String,
    token: Redacted<String>,
    mut outgoing: mpsc::Receiver<Redacted<String>>,
) {
    let opened = match Url::parse(&url) {
        Ok(url) => Socket::open(&shared.settings, &url, Some(&token)).await,
        Err(_) => Err(SocketError::Address),
    };
    let ended = match opened {
        Ok(open) => {
            if !outgoing.is_closed() {
                shared.emit(NetEvent::SocketOpened { call, socket });
            }
            let heard = |text| shared.events.send(Event::Net(NetEvent::SocketReceived { call, socket, text }));
            open.serve(&mut outgoing, heard).await
        }
        Err(error) => Some(error),
    };
    let replaced = outgoing.is_closed();
    if let Some(error) = ended
        && !replaced
    {
        tracing::debug!(%call, %error, "a signalling socket ended");
        outgoing.close();
        shared.emit(NetEvent::SocketClosed { call, socket });
    }
}
