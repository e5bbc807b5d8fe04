//! An officer before the page: looks for labels, buttons and words, and waits for what is to come.
//!
//! Looks into the topmost dialog while there is one, as a person must. Knows no ids and no classes but
//! those that the caller names, and never calls the API.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use muwajaha_demo::stage::{StageDirectory, wait_until};
use muwajaha_demo::visitor::{BrowserPlan, VisitorBrowser, public_key_hash};
use serde_json::Value;

use super::house::{Door, House};

const PATIENCE: Duration = Duration::from_secs(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(30);
/// Around names in sentences, for their direction.
const MARKS: &str = "\u{2068}\u{2069}";

/// A person at the desk, with a browser of their own.
pub(crate) struct Officer {
    browser: VisitorBrowser,
    _directory: StageDirectory,
}

impl Officer {
    /// Opens the page, which begins in Arabic.
    pub(crate) async fn arrives_at(house: &House) -> Self {
        let directory = StageDirectory::create(None).unwrap();
        let certificate = std::fs::read(house.directory.path().join("data/server.pem")).unwrap();
        let plan = BrowserPlan::desk(&directory, &public_key_hash(&certificate).unwrap()).unwrap();
        let browser = VisitorBrowser::start_as(&directory, &plan).await.unwrap();
        browser.open(&house.url(Door::Admin, "/")).await.unwrap();
        let officer = Self { browser, _directory: directory };
        officer.is_at("signed-out").await;
        officer
    }

    /// As [`Officer::arrives_at`], then speaks English and signs in.
    pub(crate) async fn works_at(house: &House) -> Self {
        let officer = Self::arrives_at(house).await;
        officer.presses("English").await;
        officer.fills("Admin credential", &format!("{}\n", house.admin_token)).await;
        officer.is_at("bookings").await;
        officer
    }

    pub(crate) async fn goes_home(self) {
        self.browser.stop().await;
    }

    fn client(&self) -> &Client {
        self.browser.client()
    }

    /// What a script returns.
    pub(crate) async fn asks_browser(&self, script: &str) -> Value {
        self.client().execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until `body[data-state]` is this.
    pub(crate) async fn is_at(&self, state: &str) {
        self.browser.wait_for_state(&[state], PATIENCE).await.unwrap();
    }

    /// The view of this name.
    pub(crate) async fn looks_at(&self, link: &str) {
        let found = self.finds(&format!("//nav/a[normalize-space()='{link}']")).await;
        found.click().await.unwrap();
        self.waits_for(link, async || Ok((self.text_of("h1").await == link).then_some(()))).await;
    }

    async fn waits_for<T>(&self, what: &str, look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> T {
        match wait_until(what, PATIENCE, BETWEEN_LOOKS, look).await {
            Ok(seen) => seen,
            Err(error) => panic!("{error:#}; the page says:\n{}", self.text_of("body").await),
        }
    }

    /// An element that is shown, in the topmost dialog while there is one.
    async fn finds(&self, path: &str) -> Element {
        self.waits_for(path, async || {
            let has_dialog = self.client().find(Locator::Css("dialog[open]")).await.is_ok();
            let scope = if has_dialog { "(//dialog[@open])[last()]" } else { "//body" };
            let Ok(all) = self.client().find_all(Locator::XPath(&format!("{scope}{path}"))).await else {
                return Ok(None);
            };
            for element in all {
                if element.is_displayed().await.unwrap_or(false) {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
        .await
    }

    /// The control with this label.
    pub(crate) async fn control(&self, label: &str) -> Element {
        let label = self.finds(&format!("//label[normalize-space()='{label}']")).await;
        let id = label.attr("for").await.unwrap().unwrap();
        self.client().find(Locator::Id(&id)).await.unwrap()
    }

    /// Types into an empty field; a line break sends the form.
    pub(crate) async fn fills(&self, label: &str, text: &str) {
        let control = self.control(label).await;
        control.clear().await.unwrap();
        control.send_keys(text).await.unwrap();
    }

    /// Chooses from a list.
    pub(crate) async fn chooses(&self, label: &str, value: &str) {
        self.control(label).await.select_by_value(value).await.unwrap();
    }

    /// Presses the button with this name, as a screen reader tells it.
    pub(crate) async fn presses(&self, name: &str) {
        let words = format!("translate(normalize-space(),'{MARKS}','')");
        let path = format!("//button[@aria-label='{name}' or (not(@aria-label) and {words}='{name}')]");
        self.waits_for(name, async || Ok(self.finds(&path).await.click().await.ok())).await;
    }

    /// Presses the one button whose name begins so and is about this.
    pub(crate) async fn presses_for(&self, name: &str, about: &str) {
        let path = format!("//button[starts-with(@aria-label,'{name}: ') and contains(@aria-label,'{about}')]");
        self.waits_for(name, async || Ok(self.finds(&path).await.click().await.ok())).await;
    }

    /// What is shown at a CSS selector, marks of direction left out.
    pub(crate) async fn text_of(&self, selector: &str) -> String {
        let script = format!("return document.querySelector({selector:?})?.innerText ?? ''");
        let text = self.asks_browser(&script).await;
        text.as_str().unwrap_or_default().replace(|letter| MARKS.contains(letter), "").trim().to_owned()
    }

    /// Waits until these words are shown there.
    pub(crate) async fn reads(&self, selector: &str, words: &str) {
        let what = format!("“{words}” at {selector}");
        self.waits_for(&what, async || Ok(self.text_of(selector).await.contains(words).then_some(()))).await;
    }

    /// Waits until nothing is shown there.
    pub(crate) async fn misses(&self, selector: &str) {
        let what = format!("nothing at {selector}");
        self.waits_for(&what, async || Ok(self.client().find(Locator::Css(selector)).await.is_err().then_some(())))
            .await;
    }

    /// Waits until the table has as many rows, and reads each.
    pub(crate) async fn rows(&self, count: usize) -> Vec<String> {
        let script = "return [...document.querySelectorAll('tbody tr:not([hidden])')].map((row) => row.innerText)";
        self.waits_for(&format!("{count} rows"), async || {
            let rows: Vec<String> = serde_json::from_value(self.asks_browser(script).await)?;
            Ok((rows.len() == count).then_some(rows))
        })
        .await
    }

    /// The problem told at the control with this label, which has the focus.
    pub(crate) async fn problem_at(&self, label: &str) -> String {
        let control = self.control(label).await;
        self.waits_for(&format!("a problem at {label}"), async || Ok(control.attr("aria-invalid").await?)).await;
        let described = control.attr("aria-describedby").await.unwrap().unwrap();
        let problem = described.split(' ').next_back().unwrap().to_owned();
        let focused = self.asks_browser("return document.activeElement.id").await;
        assert_eq!(focused.as_str(), control.attr("id").await.unwrap().as_deref(), "the focus is where the problem is");
        self.text_of(&format!("#{problem}")).await
    }

    /// The value of the field with this label.
    pub(crate) async fn value_of(&self, label: &str) -> String {
        self.control(label).await.prop("value").await.unwrap().unwrap()
    }

    /// Everything that the document holds, typed values included.
    pub(crate) async fn whole_document(&self) -> String {
        let script = "return document.documentElement.outerHTML + \
            [...document.querySelectorAll('input, textarea')].map((field) => field.value).join(' ')";
        self.asks_browser(script).await.as_str().unwrap().to_owned()
    }

    /// Saves a picture of the page.
    pub(crate) async fn photographs(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("office");
        std::fs::create_dir_all(&folder).unwrap();
        self.browser.save_screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
    }
}
