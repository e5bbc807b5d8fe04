//! The kiosk's part of a call, without a kiosk: its seat at the service is taken by the test, its
//! camera and microphone are a second window of the same browser. `make visit` has the real one.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use muwajaha_core::domain::Redacted;
use muwajaha_core::engine::direct::SignallingMessage;
use rcgen::KeyPair;
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use super::phone::{Phone, Window};

const LONGEST_WAIT: Duration = Duration::from_secs(15);
const SCRIPT: &str = include_str!("kiosk.js");

/// What a kiosk shows of itself and whom it trusts.
pub(crate) fn known_by(certificate: &str, key: &KeyPair, authority: &Path) -> anyhow::Result<ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority)?)?;
    let shown = CertificateDer::from_pem_slice(certificate.as_bytes())?;
    let private = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes())?;
    Ok(ClientConfig::builder().with_root_certificates(roots).with_client_auth_cert(vec![shown], private)?)
}

/// The kiosk's seat in one call.
pub(crate) struct KioskSeat {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    page: Option<String>,
}

impl KioskSeat {
    /// Opens the kiosk's signalling and hears the snapshot.
    pub(crate) async fn take(url: &str, token: &str, trust: ClientConfig) -> anyhow::Result<Self> {
        let mut request = url.into_client_request()?;
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
        let connector = Some(Connector::Rustls(Arc::new(trust)));
        let (socket, _) = connect_async_tls_with_config(request, None, false, connector).await?;
        let mut seat = Self { socket, page: None };
        let snapshot = |message| {
            let SignallingMessage::Snapshot { peer, .. } = message else { return None };
            Some(peer)
        };
        seat.page = seat.hears("the snapshot", snapshot).await?;
        Ok(seat)
    }

    /// The next message that `wanted` takes; others are passed over.
    pub(crate) async fn hears<T>(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(SignallingMessage) -> Option<T>,
    ) -> anyhow::Result<T> {
        let listening = async {
            while let Some(message) = self.socket.next().await {
                let Message::Text(text) = message? else { continue };
                if let Some(answer) = wanted(serde_json::from_str(&text)?) {
                    return Ok(answer);
                }
            }
            bail!("the kiosk's socket closed before {what}")
        };
        tokio::time::timeout(LONGEST_WAIT, listening).await.with_context(|| format!("the kiosk never heard {what}"))?
    }

    /// The instance of the page that sits down next.
    pub(crate) async fn hears_of_a_page(&mut self) -> anyhow::Result<String> {
        let page = self.hears("of a page", |message| {
            let SignallingMessage::PeerChanged { peer } = message else { return None };
            peer
        });
        let page = page.await?;
        self.page = Some(page.clone());
        Ok(page)
    }

    pub(crate) async fn says(&mut self, message: &SignallingMessage) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(serde_json::to_string(message)?)).await?)
    }

    /// Offers this connection once a page is there, and lets the visitor's answer lie.
    pub(crate) async fn offers(&mut self, phone: &Phone, hall: &Hall, connection: u64) -> anyhow::Result<String> {
        if self.page.is_none() {
            self.hears_of_a_page().await?;
        }
        let sdp = hall.offer(phone).await?;
        self.says(&SignallingMessage::Offer { connection, sdp: Redacted::new(sdp) }).await?;
        self.hears("an answer", |message| {
            let SignallingMessage::Answer { connection: answered, sdp } = message else { return None };
            (answered == connection).then(|| sdp.reveal().clone())
        })
        .await
    }

    /// Calls the visitor's page until sound and picture flow.
    pub(crate) async fn calls(&mut self, phone: &Phone, hall: &Hall, connection: u64) -> anyhow::Result<()> {
        let answer = self.offers(phone, hall, connection).await?;
        hall.take_answer(phone, &answer).await?;
        phone.comes_to("in_call").await
    }
}

/// Where the inmate sits: a window with a camera and a microphone.
pub(crate) struct Hall(Window);

impl Hall {
    /// Opens it beside the visitor's page, on the same origin by its other name, so that what the
    /// visitor's page may use is not touched.
    pub(crate) async fn beside(phone: &Phone) -> anyhow::Result<Self> {
        let own = phone.window().await?;
        let window = phone.new_window().await?;
        phone.look_at(&window).await?;
        phone.open(&format!("{}/web/en.json", phone.origin().replace("127.0.0.1", "localhost"))).await?;
        phone.permit("camera", "granted").await?;
        phone.permit("microphone", "granted").await?;
        phone.run(SCRIPT, json!([])).await?;
        phone.look_at(&own).await?;
        Ok(Self(window))
    }

    /// A fresh connection's offer, its candidates within.
    async fn offer(&self, phone: &Phone) -> anyhow::Result<String> {
        let sdp =
            phone.aside(&self.0, "kiosk.offer().then(done, (error) => done({ error: String(error) }))", json!([]));
        let sdp = sdp.await?;
        sdp.as_str().map(ToOwned::to_owned).with_context(|| format!("no offer: {sdp}"))
    }

    async fn take_answer(&self, phone: &Phone, sdp: &str) -> anyhow::Result<()> {
        let script = "kiosk.answer(arguments[0]).then(() => done(true), (error) => done(String(error)))";
        let taken = phone.aside(&self.0, script, json!([sdp])).await?;
        if taken != json!(true) {
            bail!("the answer was not taken: {taken}");
        }
        Ok(())
    }

    /// Frames of the visitor's picture that were decoded here so far.
    pub(crate) async fn frames(&self, phone: &Phone) -> anyhow::Result<u64> {
        let frames = phone.aside(&self.0, "kiosk.frames().then(done)", json!([])).await?;
        frames.as_u64().with_context(|| format!("no count of frames: {frames}"))
    }
}
