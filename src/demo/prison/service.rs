//! The visit service as a running process, and its admin and bookings APIs.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::process::Command;

use super::binary;
use crate::stage::{Program, StageDirectory, wait_until};

/// A TURN server that the service hands out.
#[derive(Debug, Clone)]
pub struct TurnServer {
    /// `turn:host:port?transport=udp`.
    pub url: String,
    /// coturn's `static-auth-secret`.
    pub shared_secret: String,
}

/// How the service is to run.
#[derive(Debug, Clone)]
pub struct ServicePlan {
    /// The address on which kiosk and visitor reach it.
    pub address: IpAddr,
    /// Its TURN server; with one, media goes through it only.
    pub turn: Option<TurnServer>,
}

/// The running service.
#[derive(Debug)]
pub struct Service {
    program: Option<Program>,
    config: PathBuf,
    data: PathBuf,
    log: PathBuf,
    listening: Listening,
    client: reqwest::Client,
    admin_token: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Listening {
    public: String,
    kiosk: String,
    admin: String,
}

impl Service {
    /// Configures and starts it.
    ///
    /// # Errors
    /// When it does not come up; with the end of its log.
    pub async fn start(directory: &StageDirectory, plan: &ServicePlan) -> anyhow::Result<Self> {
        let folder = directory.folder("service")?;
        let (config, data) = (folder.join("service.toml"), folder.join("data"));
        let ports = free_ports(plan.address)?;
        std::fs::write(&config, config_text(plan, &data, ports))?;
        let log = directory.log("service");
        let program = start_program(&config, &log)?;
        let mut service = Self {
            program: Some(program),
            config,
            data,
            log,
            listening: Listening { public: String::new(), kiosk: String::new(), admin: String::new() },
            client: reqwest::Client::new(),
            admin_token: String::new(),
        };
        service.wait_until_ready().await?;
        let authority = reqwest::Certificate::from_pem(&std::fs::read(service.authority_file())?)?;
        service.client = reqwest::Client::builder()
            .tls_certs_only([authority])
            .timeout(Duration::from_secs(15))
            .build()
            .context("preparing a client of the service")?;
        let token = service.data.join("admin.token");
        service.admin_token = std::fs::read_to_string(&token)
            .with_context(|| format!("reading the admin's token {}", token.display()))?
            .trim()
            .to_owned();
        Ok(service)
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let ready_file = self.data.join("listening.json");
        let program = self.program.as_mut().context("the service was not started")?;
        let what = "the visit service's listeners";
        let listening = wait_until(what, Duration::from_secs(30), Duration::from_millis(50), async || {
            program.check_running()?;
            Ok(std::fs::read(&ready_file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()))
        })
        .await;
        self.listening = listening.with_context(|| program.tail())?;
        Ok(())
    }

    /// The authority that signed its certificate, as a PEM file.
    pub fn authority_file(&self) -> PathBuf {
        self.data.join("ca.pem")
    }

    /// Its own certificate, as a PEM file.
    pub fn certificate_file(&self) -> PathBuf {
        self.data.join("server.pem")
    }

    /// Where kiosks find it.
    pub fn kiosk_url(&self) -> String {
        format!("https://{}", self.listening.kiosk)
    }

    /// Where visitors and connectors find it.
    pub fn public_url(&self) -> String {
        format!("https://{}", self.listening.public)
    }

    /// Kills it as a crash would.
    pub async fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.kill().await;
        }
    }

    /// Starts it again with the same data and ports.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        // After a kill the file of the dead process is still there.
        let _ = std::fs::remove_file(self.data.join("listening.json"));
        self.program = Some(start_program(&self.config, &self.log)?);
        self.wait_until_ready().await
    }

    /// Fails where it has ended by itself.
    ///
    /// # Errors
    /// With the end of its log.
    pub fn check_running(&mut self) -> anyhow::Result<()> {
        self.program.as_mut().map_or(Ok(()), Program::check_running)
    }

    /// Ends it.
    pub async fn stop(mut self) {
        if let Some(program) = self.program.take() {
            program.stop(Duration::from_secs(10)).await;
        }
    }

    /// Calls the admin API.
    ///
    /// # Errors
    /// With the problem that the service names.
    pub async fn admin(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let url = format!("https://{}{path}", self.listening.admin);
        self.call(method, &url, &self.admin_token, body).await
    }

    /// Calls the public listener with a connector's token.
    ///
    /// # Errors
    /// With the problem that the service names.
    pub async fn connector(
        &self,
        token: &str,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        self.call(method, &format!("{}{path}", self.public_url()), token, body).await
    }

    async fn call(
        &self,
        method: reqwest::Method,
        url: &str,
        token: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let mut request = self.client.request(method.clone(), url).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let reply = request.send().await.with_context(|| format!("{method} {url}"))?;
        let status = reply.status();
        let text = reply.text().await.with_context(|| format!("{method} {url}"))?;
        if !status.is_success() {
            bail!("{method} {url}: {status}: {text}");
        }
        if text.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_str(&text).with_context(|| format!("{method} {url} answered no JSON"))
    }
}

fn start_program(config: &Path, log: &Path) -> anyhow::Result<Program> {
    let mut command = Command::new(binary("muwajaha-service")?);
    command.arg("serve").arg("--config").arg(config);
    Program::start("muwajaha-service", command, log)
}

/// Ports for the public, kiosk and admin listeners; fixed, so that a restart keeps them.
fn free_ports(address: IpAddr) -> anyhow::Result<[u16; 3]> {
    let listeners = [address, address, IpAddr::from([127, 0, 0, 1])].map(|address| {
        let listener = std::net::TcpListener::bind((address, 0))?;
        let port = listener.local_addr()?.port();
        std::io::Result::Ok((listener, port))
    });
    let mut ports = [0; 3];
    let mut held = Vec::new();
    for (port, listener) in ports.iter_mut().zip(listeners) {
        let (listener, number) = listener.with_context(|| format!("looking for a free port on {address}"))?;
        *port = number;
        held.push(listener);
    }
    Ok(ports)
}

fn config_text(plan: &ServicePlan, data: &Path, [public, kiosk, admin]: [u16; 3]) -> String {
    let (address, data) = (plan.address, data.display());
    let turn = plan.turn.as_ref().map_or_else(String::new, |turn| {
        format!("\n[turn]\nurls = [\"{}\"]\nshared_secret = \"{}\"\n", turn.url, turn.shared_secret)
    });
    format!(
        "data_directory = \"{data}\"\npublic_url = \"https://{address}:{public}\"\n\n\
         [public]\nlisten = \"{address}:{public}\"\n\n\
         [kiosk]\nlisten = \"{address}:{kiosk}\"\n\n\
         [admin]\nlisten = \"127.0.0.1:{admin}\"\n\n\
         [tls]\nself_signed_names = [\"localhost\", \"127.0.0.1\", \"{address}\"]\n{turn}"
    )
}
