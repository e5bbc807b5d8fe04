//! A visit service as a test wants it: real sockets and real TLS on loopback, answers by script.
//!
//! Runs on a thread of its own; tests wait for what was asked by [`Service::once`], never by time.
//! Bodies, silences and cuts are written to the wire by hand, since no well-behaved server sends them.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use muwajaha_wire::problem::PROBLEM_MEDIA_TYPE;
use reqwest::Url;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::identity::signer;

/// Longer than anything that is going to happen takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) path: String,
    /// SHA-256 of the certificate that the kiosk showed in the handshake.
    pub(crate) certificate: Option<String>,
    headers: Vec<(String, String)>,
    body: String,
}

impl Asked {
    /// The last word of the path: `time`, `snapshot`, `events`, `socket`, `join`, …
    pub(crate) fn call(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A whole answer.
    Whole { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// The head of a longer answer, this much of its body, then the end of the connection.
    CutOff(Vec<u8>),
    /// A body that does not end before the kiosk hangs up.
    Endless,
    /// Nothing, with the connection open.
    Silence,
    /// A WebSocket.
    Socket,
    /// A WebSocket at whose other end nobody listens or speaks.
    DeafSocket,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self::Whole { status, headers, body: body.to_string().into_bytes() }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::Whole { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    pub(crate) fn problem(status: u16, code: &str) -> Self {
        let kind = format!("urn:muwajaha:problem:{code}");
        let problem = json!({"type": kind, "title": "it cannot be", "status": status});
        Self::json(status, &problem).with("content-type", PROBLEM_MEDIA_TYPE)
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Whole { headers, .. } = &mut self {
            headers.retain(|(known, _)| *known != name);
            headers.push((name, value.to_owned()));
        }
        self
    }
}

type Script = Box<dyn Fn(&Asked) -> Answer + Send>;

/// What the service's thread and the test share.
struct Desk {
    script: Mutex<Script>,
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    asked: Vec<Asked>,
    sockets: VecDeque<Line>,
}

/// The service's end of an open WebSocket.
pub(crate) struct Line {
    /// The path at which it was opened.
    pub(crate) path: String,
    words: mpsc::UnboundedSender<Message>,
    heard: std::sync::mpsc::Receiver<String>,
}

impl Line {
    pub(crate) fn says(&self, text: &str) {
        self.words.send(Message::text(text)).unwrap();
    }

    pub(crate) fn tells(&self, message: &Value) {
        self.says(&message.to_string());
    }

    /// The next text of the kiosk.
    pub(crate) fn hears(&self) -> String {
        self.heard.recv_timeout(PATIENCE).expect("the kiosk says nothing")
    }

    /// All texts of the kiosk until it hangs up.
    pub(crate) fn hears_to_the_end(&self) -> Vec<String> {
        std::iter::from_fn(|| match self.heard.recv_timeout(PATIENCE) {
            Ok(text) => Some(text),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => None,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("the kiosk does not hang up"),
        })
        .collect()
    }

    /// Hangs up.
    pub(crate) fn hang_up(self) {
        drop(self);
    }
}

/// The running service; dropped, it is gone from the net.
pub(crate) struct Service {
    desk: Arc<Desk>,
    url: Url,
    authority: String,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// Speaks HTTP, as a service on this very machine may.
    pub(crate) fn plain(script: impl Fn(&Asked) -> Answer + Send + 'static) -> Self {
        Self::start(None, String::new(), script)
    }

    /// Speaks TLS under the name `127.0.0.1`.
    pub(crate) fn over_tls(script: impl Fn(&Asked) -> Answer + Send + 'static) -> Self {
        Self::named("127.0.0.1", script)
    }

    /// Speaks TLS with a certificate for `name`, by an authority of its own.
    pub(crate) fn named(name: &str, script: impl Fn(&Asked) -> Answer + Send + 'static) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority_pem = authority.self_signed(&key).unwrap().pem();
        let issuer = rcgen::Issuer::new(authority, key);
        let own_key = rcgen::KeyPair::generate().unwrap();
        let own = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&own_key, &issuer).unwrap();
        let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(signer::verifier())
            .with_single_cert(vec![own.der().clone()], private)
            .unwrap();
        Self::start(Some(Arc::new(config)), authority_pem, script)
    }

    fn start(
        tls: Option<Arc<rustls::ServerConfig>>,
        authority: String,
        script: impl Fn(&Asked) -> Answer + Send + 'static,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = Url::parse(&format!("{scheme}://{}", listener.local_addr().unwrap())).unwrap();
        let desk =
            Arc::new(Desk { script: Mutex::new(Box::new(script)), seen: Mutex::default(), changed: Condvar::new() });
        let (stop, mut stopped) = watch::channel(false);
        let at_desk = Arc::clone(&desk);
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, tls, at_desk) => {}
                    _ = stopped.wait_for(|stopped| *stopped) => {}
                }
            });
        });
        Self { desk, url, authority, stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The PEM file of the authority that signed its certificate.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Answers by another script from now on.
    pub(crate) fn now_answers(&self, script: impl Fn(&Asked) -> Answer + Send + 'static) {
        *self.desk.script.lock().unwrap() = Box::new(script);
    }

    /// All that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.desk.seen.lock().unwrap().asked.clone()
    }

    /// Waits until what was asked shows what the test waits for.
    #[track_caller]
    pub(crate) fn once<Found>(&self, what: &str, find: impl Fn(&[Asked]) -> Option<Found>) -> Found {
        self.wait(what, |seen| find(&seen.asked))
    }

    /// Waits until `call` was asked `count` times; the last one.
    #[track_caller]
    pub(crate) fn nth(&self, call: &str, count: usize) -> Asked {
        let what = format!("{call}, {count} times");
        self.once(&what, |asked| asked.iter().filter(|asked| asked.call() == call).nth(count - 1).cloned())
    }

    /// The next WebSocket that the kiosk opens.
    #[track_caller]
    pub(crate) fn line(&self) -> Line {
        self.wait("an open socket", |seen| seen.sockets.pop_front())
    }

    #[track_caller]
    fn wait<Found>(&self, what: &str, mut find: impl FnMut(&mut Seen) -> Option<Found>) -> Found {
        let give_up = Instant::now() + PATIENCE;
        let mut seen = self.desk.seen.lock().unwrap();
        loop {
            if let Some(found) = find(&mut seen) {
                return found;
            }
            let left = give_up.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the service waits for {what}; it was asked {:?}", seen.asked);
            seen = self.desk.changed.wait_timeout(seen, left).unwrap().0;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the service's thread panicked");
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn accept(listener: TcpListener, tls: Option<Arc<rustls::ServerConfig>>, desk: Arc<Desk>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (tls, desk) = (tls.clone(), Arc::clone(&desk));
        tokio::spawn(async move {
            let (stream, certificate): (Box<dyn Stream>, _) = match tls {
                None => (Box::new(stream), None),
                Some(config) => match tokio_rustls::TlsAcceptor::from(config).accept(stream).await {
                    Ok(stream) => {
                        let shown = stream.get_ref().1.peer_certificates().map(|chain| signer::hash(&chain[0]));
                        (Box::new(stream), shown)
                    }
                    // A kiosk that does not trust us.
                    Err(_) => return,
                },
            };
            // The kiosk may hang up at any word.
            let _ = serve(stream, certificate, &desk).await;
        });
    }
}

async fn serve(mut stream: Box<dyn Stream>, certificate: Option<String>, desk: &Desk) -> std::io::Result<()> {
    let mut unread = Vec::new();
    while let Some(mut asked) = read(&mut stream, &mut unread).await? {
        asked.certificate.clone_from(&certificate);
        let answer = (desk.script.lock().unwrap())(&asked);
        let key = asked.header("sec-websocket-key").map(str::to_owned);
        let path = asked.path.clone();
        desk.seen.lock().unwrap().asked.push(asked);
        desk.changed.notify_all();
        match answer {
            Answer::Whole { status, headers, body } => {
                let mut head = format!("HTTP/1.1 {status} .\r\n");
                if status != 304 {
                    head += &format!("content-length: {}\r\n", body.len());
                }
                for (name, value) in headers {
                    head += &format!("{name}: {value}\r\n");
                }
                stream.write_all((head + "\r\n").as_bytes()).await?;
                stream.write_all(&body).await?;
            }
            Answer::CutOff(body) => {
                let head = format!("HTTP/1.1 200 .\r\ncontent-length: {}\r\n\r\n", body.len() * 2 + 1);
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(&body).await?;
                return stream.shutdown().await;
            }
            Answer::Endless => {
                stream.write_all(b"HTTP/1.1 200 .\r\ntransfer-encoding: chunked\r\n\r\n").await?;
                loop {
                    stream.write_all(b"8000\r\n").await?;
                    stream.write_all(&[b'['; 0x8000]).await?;
                    stream.write_all(b"\r\n").await?;
                }
            }
            Answer::Silence => std::future::pending().await,
            Answer::Socket | Answer::DeafSocket => {
                let is_deaf = matches!(answer, Answer::DeafSocket);
                let accept = derive_accept_key(key.unwrap_or_default().as_bytes());
                let head = format!(
                    "HTTP/1.1 101 .\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accept}\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).await?;
                if is_deaf {
                    return std::future::pending().await;
                }
                carry(WebSocketStream::from_raw_socket(stream, Role::Server, None).await, path, desk).await;
                return Ok(());
            }
        }
        stream.flush().await?;
    }
    Ok(())
}

/// One request; `None` at the end of the connection.
async fn read(stream: &mut Box<dyn Stream>, unread: &mut Vec<u8>) -> std::io::Result<Option<Asked>> {
    loop {
        if let Some(end) = unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&unread[..end]).into_owned();
            let mut lines = head.lines();
            let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                .collect();
            let mut asked = Asked { at: Instant::now(), path, certificate: None, headers, body: String::new() };
            let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
            if unread.len() >= end + 4 + length {
                let body: Vec<u8> = unread.drain(..end + 4 + length).skip(end + 4).collect();
                asked.body = String::from_utf8(body).unwrap();
                return Ok(Some(asked));
            }
        }
        if stream.read_buf(unread).await? == 0 {
            return Ok(None);
        }
    }
}

async fn carry(mut socket: WebSocketStream<Box<dyn Stream>>, path: String, desk: &Desk) {
    let (words, mut to_say) = mpsc::unbounded_channel();
    let (hears, heard) = std::sync::mpsc::channel();
    desk.seen.lock().unwrap().sockets.push_back(Line { path, words, heard });
    desk.changed.notify_all();
    loop {
        tokio::select! {
            word = to_say.recv() => match word {
                Some(word) => if socket.send(word).await.is_err() { return },
                None => {
                    // The kiosk may have gone first.
                    let _ = socket.close(None).await;
                    return;
                }
            },
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => drop(hears.send(text.to_string())),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}
