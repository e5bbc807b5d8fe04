//! Headless Chromium under chromedriver.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tokio::process::Command;

use super::Observation;
use crate::stage::{Program, StageDirectory, wait_until};

const WATCHER: &str = include_str!("watcher.js");
const FORGERY: &str = include_str!("forge_fingerprint.js");
const SWITCHES: [&str; 14] = [
    "--headless=new",
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
    "--use-fake-ui-for-media-stream",
    "--window-size=1000,760",
];

/// What a visitor's browser does besides being a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserTrick {
    /// Nothing.
    Honest,
    /// Its answers carry a forged certificate fingerprint.
    ForgedFingerprint,
}

/// A visitor's browser.
#[derive(Debug)]
pub struct VisitorBrowser {
    driver: Program,
    client: Client,
    driver_url: String,
}

impl VisitorBrowser {
    /// Starts chromedriver and a browser with `camera` (Y4M) and `microphone` (WAV), trusting the
    /// public key with this hash.
    ///
    /// # Errors
    /// When either is missing or does not come up.
    pub async fn start(
        directory: &StageDirectory,
        camera: &Path,
        microphone: &Path,
        trusted_key_hash: &str,
        trick: BrowserTrick,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let mut driver = Program::start("chromedriver", command, &directory.log("chromedriver"))
            .context("no browser driver could be started: install Debian's package chromium-driver")?;
        let port = wait_until("chromedriver's port", Duration::from_secs(20), Duration::from_millis(50), async || {
            driver.check_running()?;
            Ok(port_in(&driver.log_text()))
        })
        .await
        .with_context(|| driver.tail())?;
        let driver_url = format!("http://127.0.0.1:{port}");
        let mut switches: Vec<String> = SWITCHES.iter().map(|switch| (*switch).to_owned()).collect();
        switches.push(format!("--use-file-for-fake-video-capture={}", camera.display()));
        switches.push(format!("--use-file-for-fake-audio-capture={}", microphone.display()));
        switches.push(format!("--ignore-certificate-errors-spki-list={trusted_key_hash}"));
        switches.push(format!("--user-data-dir={}", directory.folder("browser")?.display()));
        let capabilities = json!({"goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": switches}});
        let Value::Object(capabilities) = capabilities else { bail!("capabilities are an object") };
        let mut builder = ClientBuilder::rustls().context("preparing the driver's client")?;
        let connected = builder.capabilities(capabilities).connect(&driver_url);
        let client = tokio::time::timeout(Duration::from_secs(40), connected)
            .await
            .context("Chromium did not start within 40 s")
            .and_then(|client| client.context("Chromium did not start"))
            .with_context(|| driver.tail())?;
        let browser = Self { driver, client, driver_url };
        browser.inject(WATCHER).await?;
        if trick == BrowserTrick::ForgedFingerprint {
            browser.inject(FORGERY).await?;
        }
        Ok(browser)
    }

    /// Has `script` run before each page's own, by Chromium's DevTools protocol, which fantoccini
    /// does not speak.
    async fn inject(&self, script: &str) -> anyhow::Result<()> {
        let session = self.client.session_id().await?.context("the browser has no session")?;
        let url = format!("{}/session/{session}/goog/cdp/execute", self.driver_url);
        let command = json!({"cmd": "Page.addScriptToEvaluateOnNewDocument", "params": {"source": script}});
        let reply = reqwest::Client::new().post(url).json(&command).send().await?;
        reply.error_for_status().context("injecting the watching script")?;
        Ok(())
    }

    /// Opens the visitor's link.
    ///
    /// # Errors
    /// When the page cannot be loaded.
    pub async fn open(&self, link: &str) -> anyhow::Result<()> {
        self.client.goto(link).await.context("opening the visitor's link")
    }

    /// The page's `body[data-state]`.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn state(&self) -> anyhow::Result<String> {
        let state = self.client.execute("return document.body?.dataset.state ?? ''", Vec::new()).await?;
        Ok(state.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page is in one of these states and names which.
    ///
    /// # Errors
    /// When it is not in time; names the state it is in instead.
    pub async fn wait_for_state(&self, states: &[&str], limit: Duration) -> anyhow::Result<String> {
        let mut last = String::new();
        let what = format!("the visitor's page at {states:?}");
        let waited = wait_until(&what, limit, Duration::from_millis(100), async || {
            last = self.state().await?;
            Ok(states.contains(&last.as_str()).then(|| last.clone()))
        })
        .await;
        waited.with_context(|| format!("the visitor's page is at `{last}`"))
    }

    /// Presses the element with this id once it can be pressed.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn press(&self, id: &str, limit: Duration) -> anyhow::Result<()> {
        wait_until(&format!("pressing #{id} on the visitor's page"), limit, Duration::from_millis(100), async || {
            let Ok(element) = self.client.find(Locator::Id(id)).await else { return Ok(None) };
            if !element.is_displayed().await.unwrap_or(false) || !element.is_enabled().await.unwrap_or(false) {
                return Ok(None);
            }
            Ok(element.click().await.ok())
        })
        .await
    }

    /// What was seen and heard since the last look.
    ///
    /// # Errors
    /// When the browser is gone or shows another page.
    pub async fn observe(&self) -> anyhow::Result<Observation> {
        let value = self.client.execute("return window.muwajahaWatch()", Vec::new()).await?;
        Observation::from_json(value)
    }

    /// Saves a picture of the page.
    ///
    /// # Errors
    /// When the browser is gone or the file cannot be written.
    pub async fn save_screenshot(&self, path: &Path) -> anyhow::Result<()> {
        let png = self.client.screenshot().await.context("taking a picture of the visitor's page")?;
        std::fs::write(path, png).with_context(|| format!("writing {}", path.display()))
    }

    /// Closes browser and driver.
    pub async fn stop(self) {
        if let Err(error) = tokio::time::timeout(Duration::from_secs(10), self.client.close()).await {
            tracing::warn!("the browser did not close: {error}");
        }
        self.driver.stop(Duration::from_secs(5)).await;
    }
}

fn port_in(log: &str) -> Option<u16> {
    log.split("started successfully on port ").nth(1)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drivers_port_is_read_from_its_greeting() {
        let log = "Starting ChromeDriver 156.0\nOnly local connections are allowed.\n\
                   ChromeDriver was started successfully on port 36127.\n";
        assert_eq!(port_in(log), Some(36_127));
        assert_eq!(port_in("Starting ChromeDriver"), None);
    }
}
