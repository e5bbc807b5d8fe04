//! One WebSocket to the service: bounded, pinged, trusted like every other connection.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use muwajaha_core::domain::Redacted;
use reqwest::Url;
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use super::{NetSettings, client, tls};

const LARGEST_MESSAGE: usize = 256 * 1024;

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub(super) enum SocketError {
    #[error("its address is not one that this kiosk may open")]
    Address,
    #[error("it did not open in time")]
    TimedOut,
    #[error("{0}")]
    Refused(String),
    #[error("the service answers {status}")]
    Unavailable { status: u16, retry_after: Option<Duration> },
    #[error("the service refuses the certificate or the call's token")]
    NotAdmitted,
    #[error("nothing was heard for too long")]
    Silent,
    #[error("it was closed")]
    Closed,
}

/// An open socket.
pub(super) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    ping: Duration,
}

/// What the socket's loop does next.
enum Next {
    Said(Option<Redacted<String>>),
    Heard(Option<Result<Message, tokio_tungstenite::tungstenite::Error>>),
    PingDue,
}

/// What a message means for the socket.
enum Turn {
    Received(Redacted<String>),
    Ended(SocketError),
}

impl Socket {
    /// Opens `url`, with a call's token where it is a call's; unencrypted only where the service's own address is.
    pub(super) async fn open(
        settings: &NetSettings,
        url: &Url,
        token: Option<&Redacted<String>>,
    ) -> Result<Self, SocketError> {
        let allowed = url.scheme() == "wss" || (url.scheme() == "ws" && settings.service.scheme() == "http");
        if !allowed {
            return Err(SocketError::Address);
        }
        match timeout(settings.timings.connect, Self::connect(settings, url, token)).await {
            Ok(opened) => opened,
            Err(_) => Err(SocketError::TimedOut),
        }
    }

    async fn connect(settings: &NetSettings, url: &Url, token: Option<&Redacted<String>>) -> Result<Self, SocketError> {
        use tokio_tungstenite::tungstenite::Error;
        let refused = |error: &dyn std::fmt::Display| SocketError::Refused(error.to_string());
        let host = url.host_str().ok_or(SocketError::Address)?.trim_matches(['[', ']']);
        let port = url.port_or_known_default().ok_or(SocketError::Address)?;
        let mut request = url.as_str().into_client_request().map_err(|_| SocketError::Address)?;
        if let Some(token) = token {
            let bearer = client::bearer(token).ok_or(SocketError::Address)?;
            request.headers_mut().insert("Authorization", bearer);
        }
        let tcp = TcpStream::connect((host, port)).await.map_err(|error| refused(&error))?;
        tcp.set_nodelay(true).map_err(|error| refused(&error))?;
        let config =
            WebSocketConfig::default().max_message_size(Some(LARGEST_MESSAGE)).max_frame_size(Some(LARGEST_MESSAGE));
        let connector = match url.scheme() {
            "wss" => Connector::Rustls(settings.tls.clone()),
            _ => Connector::Plain,
        };
        match client_async_tls_with_config(request, tcp, Some(config), Some(connector)).await {
            Ok((stream, _)) => Ok(Self { stream, ping: settings.timings.ping }),
            Err(Error::Http(answer)) if matches!(answer.status().as_u16(), 401 | 403) => Err(SocketError::NotAdmitted),
            Err(Error::Http(answer)) => {
                let retry_after = client::retry_after(answer.headers());
                Err(SocketError::Unavailable { status: answer.status().as_u16(), retry_after })
            }
            Err(error) if tls::is_certificate_refused(&error) => Err(SocketError::NotAdmitted),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Sends a text message.
    pub(super) async fn send(&mut self, text: String) -> Result<(), SocketError> {
        let sending = self.stream.send(Message::text(text));
        match timeout(self.ping * 3, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(SocketError::Closed),
            Err(_) => Err(SocketError::Silent),
        }
    }

    /// Says goodbye.
    pub(super) async fn close(mut self) {
        if timeout(self.ping, self.stream.close(None)).await.is_err() {
            tracing::debug!("a socket was dropped without its closing handshake");
        }
    }

    /// Serves the socket until it ends: every text goes to `heard`, everything from `outgoing` is
    /// sent; the end of `outgoing` closes the socket in order and returns `None`.
    pub(super) async fn serve(
        mut self,
        outgoing: &mut tokio::sync::mpsc::Receiver<Redacted<String>>,
        mut heard: impl FnMut(Redacted<String>) -> bool,
    ) -> Option<SocketError> {
        let mut pings = interval(self.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_heard = Instant::now();
        loop {
            let next = tokio::select! {
                text = outgoing.recv() => Next::Said(text),
                message = self.stream.next() => Next::Heard(message),
                _ = pings.tick() => Next::PingDue,
            };
            let ended = match next {
                Next::Said(None) => {
                    self.close().await;
                    return None;
                }
                Next::Said(Some(text)) => self.send(text.reveal().clone()).await.err(),
                Next::Heard(message) => {
                    last_heard = Instant::now();
                    match turn(message) {
                        Some(Turn::Received(text)) => (!heard(text))
                            .then(|| SocketError::Refused("its messages came faster than they were read".to_owned())),
                        Some(Turn::Ended(error)) => Some(error),
                        None => None,
                    }
                }
                Next::PingDue if last_heard.elapsed() > self.ping * 3 => Some(SocketError::Silent),
                Next::PingDue => self.send_ping().await.err(),
            };
            if ended.is_some() {
                return ended;
            }
        }
    }

    async fn send_ping(&mut self) -> Result<(), SocketError> {
        match timeout(self.ping, self.stream.send(Message::Ping(Vec::new().into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(SocketError::Closed),
            Err(_) => Err(SocketError::Silent),
        }
    }
}

fn turn(message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>) -> Option<Turn> {
    match message {
        Some(Ok(Message::Text(text))) => Some(Turn::Received(Redacted::new(text.as_str().to_owned()))),
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => None,
        Some(Ok(Message::Binary(_))) => {
            Some(Turn::Ended(SocketError::Refused("it sent bytes where text belongs".to_owned())))
        }
        Some(Ok(Message::Close(_))) | None => Some(Turn::Ended(SocketError::Closed)),
        Some(Err(error)) => Some(Turn::Ended(SocketError::Refused(error.to_string()))),
    }
}
