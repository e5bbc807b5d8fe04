//! A small TURN client, which reserves a relay, sends through it and gives it back: what shows that a
//! call's own client would be served. On the thread `check-network`.

mod message;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use md5::{Digest as _, Md5};
use muwajaha_core::domain::Redacted;
use muwajaha_core::engine::IceServer;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use message::{Message, attribute, body_length, kind};

const CONNECT_PATIENCE: Duration = Duration::from_secs(4);
/// Between a request over UDP and its repetition, which count.
const REPEATED_AFTER: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_millis(1_000), Duration::from_millis(2_000)];
const ANSWER_PATIENCE: Duration = Duration::from_millis(3_500);
const LARGEST_DATAGRAM: usize = 2048;
const UDP: [u8; 4] = [17, 0, 0, 0];

/// How a TURN server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Udp,
    Tcp,
    Tls,
}

/// A TURN server and what opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TurnServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) transport: Transport,
    username: Redacted<String>,
    credential: Redacted<String>,
}

/// Why there is no relay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TurnError {
    /// Nothing answers, or not as a TURN server does.
    #[error("{0}")]
    Unreachable(String),
    /// The server's own code.
    #[error("TURN {0}")]
    Refused(u16),
}

impl TurnServer {
    /// `None` for a server that is no TURN server, or whose address is none.
    pub(super) fn of(server: &IceServer) -> Option<Self> {
        let (scheme, rest) = server.url.split_once(':')?;
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let is_tcp = query == "transport=tcp";
        let (transport, usual_port) = match scheme {
            "turn" if is_tcp => (Transport::Tcp, 3478),
            "turn" => (Transport::Udp, 3478),
            "turns" => (Transport::Tls, 5349),
            _ => return None,
        };
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !host.ends_with(':') && !port.ends_with(']') => (host, port.parse().ok()?),
            Some(_) | None => (address, usual_port),
        };
        Some(Self {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            transport,
            username: server.username.clone()?,
            credential: server.credential.clone()?,
        })
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

enum Wire {
    Datagrams(UdpSocket),
    Stream(Box<dyn Stream>),
}

impl Wire {
    async fn open(server: &TurnServer, tls: &Arc<rustls::ClientConfig>) -> Result<Self, String> {
        let words = |error: std::io::Error| error.to_string();
        let mut addresses = tokio::net::lookup_host((server.host.as_str(), server.port)).await.map_err(words)?;
        let address = addresses.next().ok_or_else(|| format!("{}: no address", server.host))?;
        if server.transport == Transport::Udp {
            let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let socket = UdpSocket::bind(any).await.map_err(words)?;
            socket.connect(address).await.map_err(words)?;
            return Ok(Self::Datagrams(socket));
        }
        let stream = TcpStream::connect(address).await.map_err(words)?;
        if server.transport == Transport::Tcp {
            return Ok(Self::Stream(Box::new(stream)));
        }
        let name = ServerName::try_from(server.host.clone()).map_err(|error| error.to_string())?;
        let connector = TlsConnector::from(Arc::clone(tls));
        Ok(Self::Stream(Box::new(connector.connect(name, stream).await.map_err(words)?)))
    }

    async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Datagrams(socket) => socket.send(bytes).await.map(|_| ()),
            Self::Stream(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
        }
    }

    /// The next message; what is none is left out.
    async fn receive(&mut self) -> std::io::Result<Message> {
        loop {
            let bytes = match self {
                Self::Datagrams(socket) => {
                    let mut bytes = vec![0; LARGEST_DATAGRAM];
                    let length = socket.recv(&mut bytes).await?;
                    bytes.truncate(length);
                    bytes
                }
                Self::Stream(stream) => {
                    let mut bytes = vec![0; 20];
                    stream.read_exact(&mut bytes).await?;
                    let mut body = vec![0; body_length(&bytes).unwrap_or(0)];
                    stream.read_exact(&mut body).await?;
                    bytes.extend(body);
                    bytes
                }
            };
            if let Some(message) = Message::decode(&bytes) {
                return Ok(message);
            }
        }
    }
}

/// What a server asks to be signed with.
struct Challenge {
    realm: Vec<u8>,
    nonce: Vec<u8>,
    key: Vec<u8>,
}

/// A reserved relay. Give it back by [`Relay::release`].
pub(super) struct Relay {
    wire: Wire,
    username: Redacted<String>,
    challenge: Challenge,
    /// Where others reach it.
    pub(super) address: SocketAddr,
}

impl Relay {
    /// Reserves a relay: asked without a credential the server must demand one, and then take ours.
    pub(super) async fn reserve(server: &TurnServer, tls: &Arc<rustls::ClientConfig>) -> Result<Self, TurnError> {
        let opened = timeout(CONNECT_PATIENCE, Wire::open(server, tls)).await;
        let opened = opened.unwrap_or_else(|_| Err("no connection in time".to_owned()));
        let mut wire = opened.map_err(TurnError::Unreachable)?;
        let asked = Message::new(kind::ALLOCATE, transaction()).with(attribute::REQUESTED_TRANSPORT, UDP);
        let demanded = ask(&mut wire, &asked, None).await?;
        let challenge = Challenge::of(&demanded, server)?;
        let asked = Message::new(kind::ALLOCATE, transaction()).with(attribute::REQUESTED_TRANSPORT, UDP);
        let granted = ask_signed(&mut wire, asked, &server.username, &challenge).await?;
        let nowhere = || TurnError::Unreachable("no relayed address".to_owned());
        let address = granted.address(attribute::RELAYED_ADDRESS).ok_or_else(nowhere)?;
        Ok(Self { wire, username: server.username.clone(), challenge, address })
    }

    /// Lets `peer` send to this relay.
    pub(super) async fn permit(&mut self, peer: SocketAddr) -> Result<(), TurnError> {
        let asked = Message::new(kind::CREATE_PERMISSION, transaction()).with_address(attribute::PEER_ADDRESS, peer);
        ask_signed(&mut self.wire, asked, &self.username, &self.challenge).await.map(|_| ())
    }

    /// Sends `data` to `peer`; nobody says whether it arrives.
    pub(super) async fn send(&mut self, peer: SocketAddr, data: Vec<u8>) -> std::io::Result<()> {
        let message = Message::new(kind::SEND, transaction())
            .with_address(attribute::PEER_ADDRESS, peer)
            .with(attribute::DATA, data);
        self.wire.send(&message.encode(None)).await
    }

    /// The next data that came through the relay.
    pub(super) async fn receive(&mut self) -> std::io::Result<Vec<u8>> {
        loop {
            let message = self.wire.receive().await?;
            if message.kind == kind::DATA
                && let Some(data) = message.value(attribute::DATA)
            {
                return Ok(data.to_vec());
            }
        }
    }

    /// Gives the relay back.
    pub(super) async fn release(mut self) {
        let asked = Message::new(kind::REFRESH, transaction()).with(attribute::LIFETIME, [0; 4]);
        // A relay that is not given back ends by itself.
        let _ = ask_signed(&mut self.wire, asked, &self.username, &self.challenge).await;
    }
}

impl Challenge {
    fn of(demanded: &Message, server: &TurnServer) -> Result<Self, TurnError> {
        let is_demand = matches!(demanded.error_code(), Some(401 | 438));
        let (Some(realm), Some(nonce), true) =
            (demanded.value(attribute::REALM), demanded.value(attribute::NONCE), is_demand)
        else {
            return Err(match demanded.error_code() {
                Some(code) => TurnError::Refused(code),
                None => TurnError::Unreachable("serves whoever asks, without a credential".to_owned()),
            });
        };
        let mut hash = Md5::new();
        hash.update(server.username.reveal());
        hash.update(b":");
        hash.update(realm);
        hash.update(b":");
        hash.update(server.credential.reveal());
        Ok(Self { realm: realm.to_vec(), nonce: nonce.to_vec(), key: hash.finalize().to_vec() })
    }
}

async fn ask_signed(
    wire: &mut Wire,
    message: Message,
    username: &Redacted<String>,
    challenge: &Challenge,
) -> Result<Message, TurnError> {
    let message = message
        .with(attribute::USERNAME, username.reveal().as_bytes())
        .with(attribute::REALM, challenge.realm.as_slice())
        .with(attribute::NONCE, challenge.nonce.as_slice());
    let answer = ask(wire, &message, Some(&challenge.key)).await?;
    answer.error_code().map_or(Ok(answer), |code| Err(TurnError::Refused(code)))
}

/// Sends a request and waits for its answer; over UDP it is repeated.
async fn ask(wire: &mut Wire, message: &Message, key: Option<&[u8]>) -> Result<Message, TurnError> {
    let broken = |error: std::io::Error| TurnError::Unreachable(error.to_string());
    let bytes = message.encode(key);
    let waits: &[Duration] = match wire {
        Wire::Datagrams(_) => &REPEATED_AFTER,
        Wire::Stream(_) => &[ANSWER_PATIENCE],
    };
    for wait in waits {
        wire.send(&bytes).await.map_err(broken)?;
        let answered = async {
            loop {
                let answer = wire.receive().await?;
                if answer.transaction == message.transaction {
                    return Ok::<_, std::io::Error>(answer);
                }
            }
        };
        if let Ok(answer) = timeout(*wait, answered).await {
            return answer.map_err(broken);
        }
    }
    Err(TurnError::Unreachable("no answer".to_owned()))
}

fn transaction() -> [u8; 12] {
    let mut transaction = [0; 12];
    if getrandom::fill(&mut transaction).is_err() {
        tracing::warn!("the system gives no random bytes: a TURN transaction has none");
    }
    transaction
}
