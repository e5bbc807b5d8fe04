//! Chromium under chromedriver.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tokio::process::Command;

use super::plan::CHROMIUM;
use super::{BrowserPlan, BrowserTrick, Carried, Observation, VisitorThings};
use crate::stage::{ProcessTree, Program, StageDirectory, wait_until};

/// A visitor's browser.
#[derive(Debug)]
pub struct VisitorBrowser {
    driver: Program,
    client: Client,
    driver_url: String,
}

impl VisitorBrowser {
    /// Starts chromedriver and an unseen browser with `camera` (Y4M) and `microphone` (WAV), trusting
    /// the public key with this hash.
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
        let things = VisitorThings {
            camera: camera.to_owned(),
            microphone: microphone.to_owned(),
            trusted_key_hash: trusted_key_hash.to_owned(),
        };
        Self::start_as(directory, &BrowserPlan::headless(directory, &things, trick)?).await
    }

    /// Starts chromedriver and a browser as planned.
    ///
    /// # Errors
    /// When either is missing or does not come up.
    pub async fn start_as(directory: &StageDirectory, plan: &BrowserPlan) -> anyhow::Result<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        if let Some(display) = &plan.display {
            command.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY");
        }
        let mut driver = Program::start("chromedriver", command, &directory.log("chromedriver"))
            .context("no browser driver could be started: install Debian's package chromium-driver")?;
        let port = wait_until("chromedriver's port", Duration::from_secs(20), Duration::from_millis(50), async || {
            driver.check_running()?;
            Ok(port_in(&driver.log_text()))
        })
        .await
        .with_context(|| driver.tail())?;
        let driver_url = format!("http://127.0.0.1:{port}");
        let capabilities = json!({"goog:chromeOptions": {"binary": CHROMIUM, "args": plan.switches}});
        let Value::Object(capabilities) = capabilities else { bail!("capabilities are an object") };
        let mut builder = ClientBuilder::rustls().context("preparing the driver's client")?;
        let connected = builder.capabilities(capabilities).connect(&driver_url);
        let client = tokio::time::timeout(Duration::from_secs(40), connected)
            .await
            .context("Chromium did not start within 40 s")
            .and_then(|client| client.context("Chromium did not start"))
            .with_context(|| driver.tail())?;
        let browser = Self { driver, client, driver_url };
        for script in &plan.scripts {
            browser.inject(script).await?;
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

    /// The driver's client, to drive other pages than the visitor's.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What was seen and heard since the last look.
    ///
    /// # Errors
    /// When the browser is gone or shows another page.
    pub async fn observe(&self) -> anyhow::Result<Observation> {
        let value = self.client.execute("return window.muwajahaWatch()", Vec::new()).await?;
        Observation::from_json(value)
    }

    /// What its connection carried so far; for a browser that is planned as a kiosk.
    ///
    /// # Errors
    /// When the browser is gone or shows another page.
    pub async fn carried(&self) -> anyhow::Result<Carried> {
        let value = self.client.execute("return window.muwajahaCarried()", Vec::new()).await?;
        serde_json::from_value(value).context("what the injected script tells of the connection")
    }

    /// The browser's processes, its driver's not among them.
    pub fn processes(&self) -> Option<ProcessTree> {
        ProcessTree::of_child(self.driver.pid()?, "chromium")
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
