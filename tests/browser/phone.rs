//! A visitor's phone: what a person does with it and sees on it.
//!
//! Taps are touches, keys are keys. Where the phone is put away, its whole life is judged.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use muwajaha_demo::stage::wait_until;
use serde_json::{Value, json};

use super::driver::Driver;
use super::house::{House, Visit};

const OFTEN: Duration = Duration::from_millis(50);
/// Two busy processors; what waits longer than this hangs.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A key that WebDriver knows by a private code point.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    Tab,
    Enter,
    Escape,
}

/// One of the browser's windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window(Value);

/// The phone, with the visitor's page in it.
pub(crate) struct Phone {
    driver: Driver,
    origin: String,
}

impl Phone {
    /// A phone whose camera and microphone may be used.
    pub(crate) async fn of_visitor(house: &House) -> anyhow::Result<Self> {
        Self::with(house, &[]).await
    }

    /// The same, its browser started with `switches` besides.
    pub(crate) async fn with(house: &House, switches: &[&str]) -> anyhow::Result<Self> {
        let mut switches: Vec<String> = switches.iter().map(|switch| (*switch).to_owned()).collect();
        switches.push(format!("--ignore-certificate-errors-spki-list={}", house.trusted_key_hash()?));
        let phone = Self { driver: Driver::start(&switches).await?, origin: house.origin() };
        phone.open(&phone.origin).await?;
        phone.permit("camera", "granted").await?;
        phone.permit("microphone", "granted").await?;
        Ok(phone)
    }

    /// The service's address.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Opens an address.
    pub(crate) async fn open(&self, url: &str) -> anyhow::Result<()> {
        self.driver.post("/url", json!({"url": url})).await.map(|_| ())
    }

    /// Opens the visitor's link anew.
    pub(crate) async fn follow(&self, visit: &Visit) -> anyhow::Result<()> {
        self.follow_link(&visit.link).await
    }

    /// Opens a link anew: a mere change of the fragment would not load the page again.
    pub(crate) async fn follow_link(&self, link: &str) -> anyhow::Result<()> {
        self.open("about:blank").await?;
        self.open(link).await
    }

    pub(crate) async fn reload(&self) -> anyhow::Result<()> {
        self.driver.post("/refresh", json!({})).await.map(|_| ())
    }

    /// Whether the page's origin may use `camera` or `microphone`: `granted` or `denied`.
    pub(crate) async fn permit(&self, name: &str, state: &str) -> anyhow::Result<()> {
        let body = json!({"descriptor": {"name": name}, "state": state});
        self.driver.post("/permissions", body).await.map(|_| ())
    }

    /// Runs a script in the page.
    pub(crate) async fn run(&self, script: &str, arguments: Value) -> anyhow::Result<Value> {
        self.driver.post("/execute/sync", json!({"script": script, "args": arguments})).await
    }

    /// Runs a script that calls `done` with its answer.
    pub(crate) async fn run_until_done(&self, script: &str, arguments: Value) -> anyhow::Result<Value> {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        self.driver.post("/execute/async", json!({"script": script, "args": arguments})).await
    }

    /// A command of Chromium's DevTools.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> anyhow::Result<Value> {
        self.driver.devtools(command, parameters).await
    }

    /// Runs `script` before the scripts of every page that this window opens from now on; the answer
    /// is for [`Phone::is_itself_again`].
    pub(crate) async fn pretends(&self, script: &str) -> anyhow::Result<Value> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await
    }

    pub(crate) async fn is_itself_again(&self, pretence: Value) -> anyhow::Result<()> {
        self.devtools("Page.removeScriptToEvaluateOnNewDocument", pretence).await.map(|_| ())
    }

    /// Waits until `check` holds in the page.
    pub(crate) async fn sees(&self, what: &str, check: &str) -> anyhow::Result<()> {
        self.sees_with(what, check, json!([])).await
    }

    pub(crate) async fn sees_with(&self, what: &str, check: &str, arguments: Value) -> anyhow::Result<()> {
        let waited = wait_until(what, LONGEST_WAIT, OFTEN, async || {
            let seen = self.run(&format!("return Boolean({check})"), arguments.clone()).await?;
            Ok((seen == json!(true)).then_some(()))
        })
        .await;
        match waited {
            Ok(()) => Ok(()),
            Err(error) => {
                let now = "const { state, reason } = document.body.dataset; return `${state} ${reason}`";
                let now = self.run(now, json!([])).await?;
                Err(error.context(format!("the page is at {now}")))
            }
        }
    }

    /// Waits until the page is in this state.
    pub(crate) async fn comes_to(&self, state: &str) -> anyhow::Result<()> {
        let check = "document.body?.dataset.state === arguments[0]";
        self.sees_with(&format!("the page at `{state}`"), check, json!([state])).await
    }

    /// Waits until the element with this id shows `words`.
    pub(crate) async fn reads(&self, id: &str, words: &str) -> anyhow::Result<()> {
        let check = "document.getElementById(arguments[0]).checkVisibility() && \
            document.getElementById(arguments[0]).textContent.includes(arguments[1])";
        self.sees_with(&format!("`{words}` at #{id}"), check, json!([id, words])).await
    }

    /// Whether the element with this id is there to be seen.
    pub(crate) async fn shows(&self, id: &str) -> anyhow::Result<bool> {
        let seen = self.run("return document.getElementById(arguments[0]).checkVisibility()", json!([id])).await?;
        Ok(seen == json!(true))
    }

    /// Touches what the selector finds, once it can be touched: it is shown, nothing lies over it, and
    /// it has stopped moving.
    pub(crate) async fn tap(&self, selector: &str) -> anyhow::Result<()> {
        let reach = "const found = document.querySelector(arguments[0]); \
            if (!found?.checkVisibility() || found.disabled) return null; \
            found.scrollIntoView({ block: 'nearest' }); const place = found.getBoundingClientRect(); \
            const [x, y] = [Math.round(place.x + place.width / 2), Math.round(place.y + place.height / 2)]; \
            return found.contains(document.elementFromPoint(x, y)) ? [x, y] : null;";
        let mut before = Value::Null;
        let place = wait_until(&format!("{selector} to touch"), LONGEST_WAIT, OFTEN, async || {
            let place = self.run(reach, json!([selector])).await?;
            let stands = !place.is_null() && place == before;
            before = place.clone();
            Ok(stands.then_some(place))
        })
        .await?;
        let actions = json!([
            {"type": "pointerMove", "duration": 0, "x": place[0], "y": place[1]},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]);
        let finger =
            json!({"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"}, "actions": actions});
        self.driver.post("/actions", json!({"actions": [finger]})).await.map(|_| ())
    }

    /// Presses a key.
    pub(crate) async fn press(&self, key: Key) -> anyhow::Result<()> {
        let code = match key {
            Key::Tab => "\u{e004}",
            Key::Enter => "\u{e007}",
            Key::Escape => "\u{e00c}",
        };
        let actions = json!([{"type": "keyDown", "value": code}, {"type": "keyUp", "value": code}]);
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.driver.post("/actions", json!({"actions": [keyboard]})).await.map(|_| ())
    }

    /// Changes the page's language as a person does.
    pub(crate) async fn speaks(&self, language: &str) -> anyhow::Result<()> {
        if self.run("return document.documentElement.lang", json!([])).await? == json!(language) {
            return Ok(());
        }
        self.tap(&format!("[data-language={language}]")).await?;
        self.sees_with("the language", "document.documentElement.lang === arguments[0]", json!([language])).await
    }

    /// The window that is looked at.
    pub(crate) async fn window(&self) -> anyhow::Result<Window> {
        Ok(Window(self.driver.get("/window").await?))
    }

    pub(crate) async fn new_window(&self) -> anyhow::Result<Window> {
        Ok(Window(self.driver.post("/window/new", json!({"type": "window"})).await?["handle"].take()))
    }

    pub(crate) async fn look_at(&self, window: &Window) -> anyhow::Result<()> {
        self.driver.post("/window", json!({"handle": window.0})).await.map(|_| ())
    }

    /// Runs a script that calls `done` in another window, and looks back.
    pub(crate) async fn aside(&self, window: &Window, script: &str, arguments: Value) -> anyhow::Result<Value> {
        let own = self.window().await?;
        self.look_at(window).await?;
        let answer = self.run_until_done(script, arguments).await;
        self.look_at(&own).await?;
        answer
    }

    /// A picture of what the screen shows, PNG in base64.
    pub(crate) async fn picture(&self) -> anyhow::Result<String> {
        let picture = self.driver.get("/screenshot").await?;
        Ok(picture.as_str().context("a picture is text")?.to_owned())
    }

    /// The addresses on the network that were asked since the last look; not those that the page's
    /// security policy refused.
    pub(crate) async fn requests(&self) -> anyhow::Result<Vec<String>> {
        let mut requests: Vec<(Value, String)> = Vec::new();
        for entry in self.driver.log("performance").await? {
            let entry: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default())?;
            let parameters = &entry["message"]["params"];
            let url = match entry["message"]["method"].as_str().unwrap_or_default() {
                "Network.requestWillBeSent" => &parameters["request"]["url"],
                "Network.webSocketCreated" => &parameters["url"],
                "Network.loadingFailed" if parameters["blockedReason"] == "csp" => {
                    requests.retain(|(id, _)| *id != parameters["requestId"]);
                    continue;
                }
                _ => continue,
            };
            let url = url.as_str().unwrap_or_default().to_owned();
            if url.starts_with("http") || url.starts_with("ws") {
                requests.push((parameters["requestId"].clone(), url));
            }
        }
        Ok(requests.into_iter().map(|(_, url)| url).collect())
    }

    /// Judges what the phone did since it was judged last: it asked nobody but the service, no script
    /// failed, nothing was refused by the page's security policy.
    pub(crate) async fn judge(&self) -> anyhow::Result<()> {
        let own = self.origin.trim_start_matches("https://").to_owned();
        let by_name = own.replace("127.0.0.1", "localhost");
        for url in self.requests().await? {
            let place = url.split('/').nth(2).unwrap_or_default();
            ensure!(place == own || place == by_name, "asked a stranger: {url}");
        }
        for entry in self.driver.log("browser").await? {
            let text = entry["message"].as_str().unwrap_or_default();
            let is_ours = entry["source"] == "javascript" || text.contains("Content Security Policy");
            ensure!(!is_ours, "the page's console says: {text}");
        }
        Ok(())
    }

    /// Judges the phone and ends its life.
    pub(crate) async fn put_away(self) -> anyhow::Result<()> {
        self.judge().await?;
        self.driver.stop().await
    }
}
