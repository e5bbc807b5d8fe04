//! A prison's house with its service: one room, two kiosks, three inmates, a guard, a connector.
//!
//! Seeded as the office does it. Each test has a house of its own, with its own data directory.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use muwajaha_core::engine::direct::SignallingMessage;
use muwajaha_service::config::Config;
use muwajaha_service::{Clock, Running, serve};
use rcgen::KeyPair;
use reqwest::header::HeaderMap;
use reqwest::{Certificate, Client, Method};
use rustls::ClientConfig;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

#[path = "caller.rs"]
mod caller;

pub(crate) use caller::{Caller, Machine, request_for};
use caller::{LONGEST_WAIT, trusting};

/// The address that visitors' links begin with.
pub(crate) const PUBLIC_URL: &str = "https://visit.example";
/// coturn's `static-auth-secret`.
pub(crate) const TURN_SECRET: &str = "north wind";

/// The running service and whoever calls it.
pub(crate) struct House {
    pub(crate) directory: TempDir,
    pub(crate) clock: Clock,
    pub(crate) admin_token: String,
    /// The credential of the connector `ur`.
    pub(crate) connector: String,
    settings: String,
    opened_at_seconds: i64,
    running: Running,
    client: Client,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// Which listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Public,
    Kiosk,
    Admin,
}

impl Answer {
    /// The body, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A text in the body.
    pub(crate) fn text_at(&self, pointer: &str) -> String {
        let body = self.json();
        body.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {body}")).to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Is this status, and nothing else.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Is a problem with this code about this field.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, code: &str, field: Option<&str>) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["type"], format!("urn:muwajaha:problem:{code}"), "{body}");
        assert_eq!(body["status"], status, "{body}");
        assert_eq!(body.get("field").and_then(Value::as_str), field, "{body}");
    }
}

impl House {
    /// A house as most tests want it.
    pub(crate) async fn open() -> Self {
        Self::open_with("[limits]\nrequests_per_second = 1000\n").await
    }

    /// A house whose configuration ends with `settings`: first, if any, those of `[public]`.
    pub(crate) async fn open_with(settings: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let opened_at_seconds = clock.now_ms().div_euclid(1000);
        let running = serve(config(&directory, settings), clock.clone()).await.unwrap();
        let authority = Certificate::from_pem(&std::fs::read(directory.path().join("data/ca.pem")).unwrap()).unwrap();
        let client = Client::builder().tls_certs_only([authority]).timeout(LONGEST_WAIT).build().unwrap();
        let admin_token = std::fs::read_to_string(directory.path().join("data/admin.token")).unwrap();
        let mut house = Self {
            directory,
            clock,
            admin_token: admin_token.trim().to_owned(),
            connector: String::new(),
            settings: settings.to_owned(),
            opened_at_seconds,
            running,
            client,
        };
        house.seed().await;
        house
    }

    /// Why a service with these settings does not start.
    pub(crate) async fn refusal_to_open(settings: &str) -> String {
        let directory = tempfile::tempdir().unwrap();
        let refused = serve(config(&directory, settings), Clock::system()).await.err();
        format!("{:#}", refused.expect("the service starts"))
    }

    async fn seed(&mut self) {
        let policy = json!({"relay_only": false});
        self.office(Method::POST, "facilities", json!({"id": "karkh", "name": "سجن الكرخ", "policy": policy})).await;
        self.office(Method::POST, "rooms", json!({"id": "hall-1", "facility": "karkh", "name": "القاعة"})).await;
        for kiosk in ["K-01", "K-02"] {
            self.office(Method::POST, "kiosks", json!({"id": kiosk, "room": "hall-1"})).await.is(201);
        }
        for (id, name) in [("i-1", "أحمد كريم"), ("i-2", "ڕێبوار عومەر"), ("i-3", "حيدر عباس")]
        {
            self.office(Method::POST, "inmates", json!({"id": id, "facility": "karkh", "name": name})).await.is(201);
        }
        self.connector = self.new_connector("ur").await;
    }

    /// The office creates a connector and hands over its credential.
    pub(crate) async fn new_connector(&self, name: &str) -> String {
        self.office(Method::POST, "connectors", json!({"name": name})).await.is(201).text_at("/token")
    }

    /// The service stops and starts again, on the same data.
    pub(crate) async fn restart(self) -> Self {
        let Self { directory, clock, admin_token, connector, settings, opened_at_seconds, running, client } = self;
        running.stop().await;
        let running = serve(config(&directory, &settings), clock.clone()).await.unwrap();
        Self { directory, clock, admin_token, connector, settings, opened_at_seconds, running, client }
    }

    /// The configuration file, for the commands that read one.
    pub(crate) fn config(&self) -> Config {
        config(&self.directory, &self.settings)
    }

    pub(crate) fn url(&self, door: Door, path: &str) -> String {
        let address = match door {
            Door::Public => self.running.public,
            Door::Kiosk => self.running.kiosk,
            Door::Admin => self.running.admin,
        };
        format!("https://{address}{path}")
    }

    /// RFC 3339, `minutes` from the full second in which the house was opened.
    pub(crate) fn at(&self, minutes: i64) -> String {
        jiff::Timestamp::from_second(self.opened_at_seconds + minutes * 60).unwrap().to_string()
    }

    /// Asks at a door as somebody.
    pub(crate) async fn ask(&self, door: Door, who: impl Caller, method: Method, path: &str, body: Value) -> Answer {
        let mut request = self.request(who, method, &self.url(door, path));
        if !body.is_null() {
            request = request.json(&body);
        }
        Self::send(request).await
    }

    fn request(&self, who: impl Caller, method: Method, url: &str) -> reqwest::RequestBuilder {
        let request = who.client().unwrap_or(&self.client).request(method, url);
        match who.token() {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Asks with a body of the test's own making.
    pub(crate) async fn ask_raw(
        &self,
        door: Door,
        who: impl Caller,
        method: Method,
        path: &str,
        body: String,
    ) -> Answer {
        let request = self.request(who, method, &self.url(door, path));
        Self::send(request.header("content-type", "application/json").body(body)).await
    }

    /// Reads, with a header of the test's own making.
    pub(crate) async fn get_with(&self, door: Door, who: impl Caller, path: &str, header: (&str, &str)) -> Answer {
        Self::send(self.request(who, Method::GET, &self.url(door, path)).header(header.0, header.1)).await
    }

    async fn send(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    pub(crate) async fn get(&self, door: Door, who: impl Caller, path: &str) -> Answer {
        self.ask(door, who, Method::GET, path, Value::Null).await
    }

    /// The office at its listener, below `/v1/admin/`.
    pub(crate) async fn office(&self, method: Method, path: &str, body: Value) -> Answer {
        self.ask(Door::Admin, &self.admin_token, method, &format!("/v1/admin/{path}"), body).await
    }

    /// The connector `ur` puts a booking.
    pub(crate) async fn put(&self, id: &str, booking: Value) -> Answer {
        self.ask(Door::Public, &self.connector, Method::PUT, &format!("/v1/bookings/{id}"), booking).await
    }

    /// A booking of `inmate` from `from` to `to` minutes from the opening, at any kiosk.
    pub(crate) fn booking(&self, inmate: &str, from: i64, to: i64) -> Value {
        json!({"revision": 1, "facility": "karkh", "inmate": inmate,
            "visitor": {"name": "زينب كريم", "language": "ar"},
            "slot": {"starts_at": self.at(from), "ends_at": self.at(to)}})
    }

    /// As [`House::booking`], at this kiosk.
    pub(crate) fn booking_at(&self, kiosk: &str, inmate: &str, from: i64, to: i64) -> Value {
        let mut booking = self.booking(inmate, from, to);
        booking["kiosk"] = kiosk.into();
        booking
    }

    /// A visitor's page redeems its link's token.
    pub(crate) async fn redeem(&self, token: &str, instance: &str) -> Answer {
        let body = json!({"token": token, "instance": instance});
        self.ask(Door::Public, "", Method::POST, "/v1/visitor/redeem", body).await
    }

    /// A technician makes a machine this kiosk.
    pub(crate) async fn provision(&self, kiosk: &str) -> Machine {
        let code = self.office(Method::POST, &format!("kiosks/{kiosk}/code"), Value::Null).await.is(201);
        self.redeem_code(&code.text_at("/provisioning_code")).await
    }

    /// A technician makes a machine the kiosk of this code.
    pub(crate) async fn redeem_code(&self, code: &str) -> Machine {
        let key = KeyPair::generate().unwrap();
        let given = self.type_code_with(code, &request_for(&key)).await.is(200);
        Machine::new(&given.text_at("/certificate"), &key, &self.authority())
    }

    /// Someone types a provisioning code.
    pub(crate) async fn type_code(&self, code: &str) -> Answer {
        self.type_code_with(code, &request_for(&KeyPair::generate().unwrap())).await
    }

    /// Someone types a provisioning code, with a certificate request of their own making.
    pub(crate) async fn type_code_with(&self, code: &str, request: &str) -> Answer {
        let body = json!({"code": code, "certificate_request": request});
        self.ask(Door::Kiosk, "", Method::POST, "/v1/kiosk/provision", body).await
    }

    /// A kiosk asks for its next certificate, and goes on by it as another machine would.
    pub(crate) async fn renew(&self, machine: &Machine) -> Machine {
        let key = KeyPair::generate().unwrap();
        let body = json!({"certificate_request": request_for(&key)});
        let given = self.ask(Door::Kiosk, machine, Method::POST, "/v1/kiosk/certificate", body).await.is(200);
        Machine::new(&given.text_at("/certificate"), &key, &self.authority())
    }

    /// The authority of the service's own certificate.
    pub(crate) fn authority(&self) -> PathBuf {
        self.directory.path().join("data/ca.pem")
    }

    /// A kiosk joins; where its signalling is, and the token for it.
    pub(crate) async fn join(&self, kiosk: &Machine, booking: &str) -> Answer {
        let path = format!("/v1/kiosk/bookings/{booking}/join");
        self.ask(Door::Kiosk, kiosk, Method::POST, &path, Value::Null).await
    }

    /// Opens a kiosk's own WebSocket, or tells the status that refuses it.
    pub(crate) async fn kiosk_socket(&self, kiosk: &Machine) -> Result<Socket, u16> {
        self.socket(Door::Kiosk, "/v1/kiosk/socket", None, kiosk.trust.clone()).await
    }

    /// Opens a kiosk's signalling of a call, or tells the status that refuses it.
    pub(crate) async fn call_socket(&self, kiosk: &Machine, join_token: &str, booking: &str) -> Result<Socket, u16> {
        let path = format!("/v1/kiosk/calls/{booking}/signalling");
        let header = ("authorization", format!("Bearer {join_token}"));
        self.socket(Door::Kiosk, &path, Some(header), kiosk.trust.clone()).await
    }

    /// Opens a visitor's signalling, or tells the status that refuses it.
    pub(crate) async fn visitor_socket(&self, socket_token: &str) -> Result<Socket, u16> {
        let header = ("sec-websocket-protocol", format!("muwajaha.v1, token.{socket_token}"));
        let trust = trusting(&self.authority()).with_no_client_auth();
        self.socket(Door::Public, "/v1/visitor/signalling", Some(header), Arc::new(trust)).await
    }

    async fn socket(
        &self,
        door: Door,
        path: &str,
        header: Option<(&'static str, String)>,
        trust: Arc<ClientConfig>,
    ) -> Result<Socket, u16> {
        let url = self.url(door, path).replacen("https://", "wss://", 1);
        let mut request = url.as_str().into_client_request().unwrap();
        if let Some((name, value)) = header {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let connector = Some(Connector::Rustls(trust));
        match connect_async_tls_with_config(request, None, false, connector).await {
            Ok((stream, _)) => Ok(Socket(stream)),
            Err(SocketError::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{path}: {error}"),
        }
    }
}

fn config(directory: &TempDir, settings: &str) -> Config {
    let data = directory.path().join("data");
    let turn = format!("[turn]\nurls = [\"turn:turn.example:3478\"]\nshared_secret = \"{TURN_SECRET}\"\n");
    let turn = if settings.contains("[turn]") { "" } else { turn.as_str() };
    let text = format!(
        "data_directory = \"{}\"\npublic_url = \"{PUBLIC_URL}\"\n[kiosk]\nlisten = \"127.0.0.1:0\"\n\
         [admin]\nlisten = \"127.0.0.1:0\"\n[tls]\nself_signed_names = [\"127.0.0.1\"]\n{turn}\
         [public]\nlisten = \"127.0.0.1:0\"\n{settings}",
        data.display()
    );
    Config::parse(&text, &directory.path().join("service.toml")).unwrap()
}

/// The token in a booking's `visitor_link`.
pub(crate) fn link_token(answer: &Answer) -> String {
    let link = answer.text_at("/visitor_link");
    link.strip_prefix(&format!("{PUBLIC_URL}/visit#")).unwrap_or_else(|| panic!("{link}")).to_owned()
}

/// An open WebSocket.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// The next text; `None` once it is closed.
    pub(crate) async fn next_text(&mut self) -> Option<String> {
        loop {
            let message = tokio::time::timeout(LONGEST_WAIT, self.0.next()).await.expect("nothing was heard");
            match message {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            }
        }
    }

    /// The next text as JSON; `null` once it is closed.
    pub(crate) async fn next_json(&mut self) -> Value {
        self.next_text().await.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }

    /// The next signalling message; it must come.
    pub(crate) async fn hears(&mut self) -> SignallingMessage {
        serde_json::from_value(self.next_json().await).unwrap()
    }

    /// Says a signalling message.
    pub(crate) async fn says(&mut self, message: &SignallingMessage) {
        self.says_text(&serde_json::to_string(message).unwrap()).await;
    }

    /// Says any text.
    pub(crate) async fn says_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }
}
