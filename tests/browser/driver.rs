//! Chromium under chromedriver, by the WebDriver protocol: the few commands that a phone needs.
//!
//! A browser of 360 by 640 px with a touch screen, a false camera and microphone, and Chromium's own
//! rule that they are refused where nobody permits them. It hangs on a pipe of its driver's, so that
//! none is left behind where a test fails.

use std::time::Duration;

use anyhow::{Context as _, bail};
use muwajaha_demo::stage::{Program, StageDirectory, wait_until};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::process::Command;

const SWITCHES: [&str; 13] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
];

/// A running browser.
pub(crate) struct Driver {
    program: Program,
    client: Client,
    session: String,
    directory: StageDirectory,
}

impl Driver {
    /// Starts chromedriver and a browser with `switches` besides the usual ones.
    pub(crate) async fn start(switches: &[String]) -> anyhow::Result<Self> {
        let directory = StageDirectory::create(None)?;
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let mut program = Program::start("chromedriver", command, &directory.log("chromedriver"))?;
        let port = wait_until("chromedriver's port", Duration::from_secs(20), Duration::from_millis(20), async || {
            program.check_running()?;
            Ok(port_in(&program.log_text()))
        })
        .await?;
        let client = Client::builder().timeout(Duration::from_secs(60)).build()?;
        let mut driver = Self { program, client, session: format!("http://127.0.0.1:{port}/session"), directory };
        let mut all: Vec<String> = SWITCHES.iter().map(|switch| (*switch).to_owned()).collect();
        all.extend_from_slice(switches);
        all.push(format!("--user-data-dir={}", driver.directory.folder("profile")?.display()));
        let metrics = json!({"width": 360, "height": 640, "pixelRatio": 2, "touch": true, "mobile": true});
        let capabilities = json!({
            "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": all, "mobileEmulation": {"deviceMetrics": metrics}},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        });
        let session = driver.post("", json!({"capabilities": {"alwaysMatch": capabilities}})).await;
        let session = session.with_context(|| driver.program.tail())?;
        let id = session["sessionId"].as_str().context("a session has an id")?;
        driver.session = format!("{}/{id}", driver.session);
        Ok(driver)
    }

    /// A command with a body.
    pub(crate) async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// A question.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.ask(Method::GET, path, None).await
    }

    /// A command of Chromium's DevTools.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> anyhow::Result<Value> {
        self.post("/goog/cdp/execute", json!({"cmd": command, "params": parameters})).await
    }

    /// What Chromium logged since it was asked last, as `browser` or `performance`.
    pub(crate) async fn log(&self, kind: &str) -> anyhow::Result<Vec<Value>> {
        let log = self.post("/se/log", json!({"type": kind})).await?;
        Ok(log.as_array().cloned().unwrap_or_default())
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let mut request = self.client.request(method, format!("{}{path}", self.session));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.with_context(|| format!("the browser at {path}"))?;
        let is_done = response.status().is_success();
        let mut answer: Value = response.json().await?;
        let value = answer["value"].take();
        if !is_done {
            bail!("the browser at {path}: {}", value["message"].as_str().unwrap_or_default());
        }
        Ok(value)
    }

    /// Closes browser and driver.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.ask(Method::DELETE, "", None).await?;
        self.program.stop(Duration::from_secs(5)).await;
        Ok(())
    }
}

fn port_in(log: &str) -> Option<u16> {
    log.split("started successfully on port ").nth(1)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
