//! A prison's house with its service, as in the stories of `service`: real TLS on loopback ports,
//! the clock in the tests' hand. Each visit has an inmate and a kiosk of its own, so that no story
//! minds another one's slot.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use muwajaha_demo::visitor::public_key_hash;
use muwajaha_service::config::Config;
use muwajaha_service::{Clock, Running, serve};
use rcgen::{CertificateParams, KeyPair};
use reqwest::{Certificate, Client, Method, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::kiosk::{KioskSeat, known_by};

const PUBLIC_URL: &str = "https://visit.example";
/// As long as names get here.
pub(crate) const INMATE: &str = "عبد الرحمن محمد جاسم الجبوري";
const GENEROUS: &str = "redeems_per_minute = 1000\nprovisions_per_minute = 1000\nrequests_per_second = 1000";

/// The running service and whoever calls it.
pub(crate) struct House {
    pub(crate) clock: Clock,
    directory: TempDir,
    running: Running,
    client: Client,
    admin_token: String,
    connector: String,
    booked: Cell<u32>,
}

/// A booked visit.
pub(crate) struct Visit {
    /// What the visitor was sent.
    pub(crate) link: String,
    number: u32,
    booking: String,
}

impl House {
    /// A house that lets one address ask as often as it likes.
    pub(crate) async fn open() -> anyhow::Result<Self> {
        Self::open_with(GENEROUS).await
    }

    /// A house with these limits.
    pub(crate) async fn open_with(limits: &str) -> anyhow::Result<Self> {
        // Refused where another story of this run was first; either way there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir()?;
        let clock = Clock::system();
        let running = serve(config(&directory, limits)?, clock.clone()).await?;
        let file = |name: &str| std::fs::read(directory.path().join("data").join(name));
        let authority = Certificate::from_pem(&file("ca.pem")?)?;
        let client = Client::builder().tls_certs_only([authority]).timeout(Duration::from_secs(10)).build()?;
        let admin_token = String::from_utf8(file("admin.token")?)?.trim().to_owned();
        let connector = String::new();
        let mut house = Self { clock, directory, running, client, admin_token, connector, booked: Cell::new(0) };
        let policy = json!({"zone": "Asia/Baghdad", "relay_only": false, "supervised": true});
        house.office("facilities", json!({"id": "karkh", "name": "سجن الكرخ المركزي", "policy": policy})).await?;
        house.office("rooms", json!({"id": "hall-1", "facility": "karkh", "name": "قاعة الزيارة"})).await?;
        let connector = house.office("connectors", json!({"name": "ur"})).await?;
        house.connector = text_at(&connector, "/token")?;
        Ok(house)
    }

    /// Where visitors find it.
    pub(crate) fn origin(&self) -> String {
        format!("https://{}", self.running.public)
    }

    /// The hash by which a browser trusts it.
    pub(crate) fn trusted_key_hash(&self) -> anyhow::Result<String> {
        public_key_hash(&std::fs::read(self.directory.path().join("data/server.pem"))?)
    }

    /// Books a visit for a visitor who reads `language`, `from` to `to` seconds from now.
    pub(crate) async fn book(&self, language: &str, from: i64, to: i64) -> anyhow::Result<Visit> {
        let number = self.booked.get() + 1;
        self.booked.set(number);
        let (inmate, kiosk) = (format!("i-{number}"), format!("K-{number}"));
        self.office("kiosks", json!({"id": kiosk, "room": "hall-1"})).await?;
        self.office("inmates", json!({"id": inmate, "facility": "karkh", "name": INMATE})).await?;
        let at = |seconds: i64| jiff::Timestamp::from_millisecond(self.clock.now_ms() + seconds * 1000);
        let slot = json!({"starts_at": at(from)?.to_string(), "ends_at": at(to)?.to_string()});
        let visitor = json!({"name": "زينب كريم", "language": language});
        let body = json!({"revision": 1, "facility": "karkh", "kiosk": kiosk, "inmate": inmate,
            "visitor": visitor, "slot": slot});
        let booked = self.at_public(Method::PUT, &format!("bookings/ur-{number}")).json(&body);
        let booked = answer(booked.send().await?).await?;
        let link = text_at(&booked, "/visitor_link")?;
        let path = link.strip_prefix(PUBLIC_URL).context("a link that begins with the public address")?;
        let link = format!("{}{path}", self.origin());
        Ok(Visit { link, number, booking: text_at(&booked, "/booking")? })
    }

    /// The facility cancels the visit.
    pub(crate) async fn cancel(&self, visit: &Visit) -> anyhow::Result<()> {
        let request = self.at_public(Method::DELETE, &format!("bookings/ur-{}", visit.number));
        answer(request.send().await?).await.map(|_| ())
    }

    /// Takes the kiosk's seat in the visit's call; who sat there before is put out.
    pub(crate) async fn kiosk_sits_down(&self, visit: &Visit) -> anyhow::Result<KioskSeat> {
        let code = self.office(&format!("kiosks/K-{}/code", visit.number), Value::Null).await?;
        let key = KeyPair::generate()?;
        let request = CertificateParams::default().serialize_request(&key)?.pem()?;
        let code = json!({"code": text_at(&code, "/provisioning_code")?, "certificate_request": request});
        let front = format!("https://{}/v1/kiosk", self.running.kiosk);
        let provisioned = answer(self.client.post(format!("{front}/provision")).json(&code).send().await?).await?;
        let authority = self.directory.path().join("data/ca.pem");
        let trust = known_by(&text_at(&provisioned, "/certificate")?, &key, &authority)?;
        let kiosk = Client::builder().tls_backend_preconfigured(trust.clone()).build()?;
        let join = answer(kiosk.post(format!("{front}/bookings/{}/join", visit.booking)).send().await?).await?;
        let signalling = format!("wss://{}/v1/kiosk/calls/{}/signalling", self.running.kiosk, visit.booking);
        KioskSeat::take(&signalling, &text_at(&join, "/descriptor/token")?, trust).await
    }

    /// Fetches as a messenger does that shows a preview: no script runs.
    pub(crate) async fn preview(&self, url: &str) -> anyhow::Result<String> {
        let response = self.client.get(url).header("user-agent", "WhatsApp/2.24 A").send().await?;
        Ok(response.error_for_status()?.text().await?)
    }

    /// A stranger at this address tries a made-up link; the status that answers.
    pub(crate) async fn try_made_up_link(&self) -> anyhow::Result<u16> {
        let request = self.at_public(Method::POST, "visitor/redeem");
        let response = request.json(&json!({"token": "made-up", "instance": "stranger"})).send().await?;
        Ok(response.status().as_u16())
    }

    fn at_public(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}/v1/{path}", self.origin())).bearer_auth(&self.connector)
    }

    async fn office(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let url = format!("https://{}/v1/admin/{path}", self.running.admin);
        let mut request = self.client.post(url).bearer_auth(&self.admin_token);
        if !body.is_null() {
            request = request.json(&body);
        }
        answer(request.send().await?).await
    }
}

async fn answer(response: Response) -> anyhow::Result<Value> {
    let (status, url) = (response.status(), response.url().path().to_owned());
    let text = response.text().await?;
    ensure!(status.is_success(), "{url}: {status}: {text}");
    Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
}

fn text_at(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    Ok(text.with_context(|| format!("no {pointer} in the service's answer"))?.to_owned())
}

fn config(directory: &TempDir, limits: &str) -> anyhow::Result<Config> {
    let text = format!(
        "data_directory = \"{}\"\npublic_url = \"{PUBLIC_URL}\"\n[public]\nlisten = \"127.0.0.1:0\"\n\
         [kiosk]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n\
         [tls]\nself_signed_names = [\"127.0.0.1\", \"localhost\"]\n[limits]\n{limits}\n",
        directory.path().join("data").display()
    );
    Ok(Config::parse(&text, &directory.path().join("service.toml"))?)
}
