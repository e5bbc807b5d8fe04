//! Looking the page over in each language: axe-core, the small screen, fingers, and a picture of it.
//!
//! `make browser` fetches axe-core, pinned in `requirements.txt`. Pictures lie in `browser` below the
//! target folder, for a person to look at.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::phone::Phone;

const LOOK: &str = include_str!("look.js");
pub(crate) const LANGUAGES: [&str; 3] = ["ar", "ckb", "en"];

fn target_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("..")
}

/// The release of axe-core that is pinned.
fn axe() -> anyhow::Result<String> {
    let path = target_folder().join("axe/axe_playwright_python/axe.min.js");
    std::fs::read_to_string(&path).with_context(|| format!("{}: `make browser` fetches it", path.display()))
}

impl Phone {
    /// What axe-core and the small screen have against the page as it is.
    pub(crate) async fn complaints(&self, language: &str) -> anyhow::Result<Vec<String>> {
        if self.run("return typeof axe", json!([])).await? == json!("undefined") {
            self.run(&axe()?, json!([])).await?;
        }
        let complaints = self.run_until_done(LOOK, json!([language])).await?;
        Ok(serde_json::from_value(complaints)?)
    }

    /// Keeps a picture of the page under this name.
    pub(crate) async fn keeps_picture(&self, name: &str) -> anyhow::Result<()> {
        let folder = target_folder().join("browser");
        std::fs::create_dir_all(&folder)?;
        let picture = BASE64_STANDARD.decode(self.picture().await?)?;
        Ok(std::fs::write(folder.join(format!("{name}.png")), picture)?)
    }

    /// The page is fine as it is, and a picture is kept under this name.
    pub(crate) async fn looks_well_in(&self, language: &str, name: &str) -> anyhow::Result<()> {
        self.keeps_picture(&format!("{name}-{language}")).await?;
        let complaints = self.complaints(language).await?;
        ensure!(complaints.is_empty(), "{name} in {language}: {complaints:#?}");
        Ok(())
    }

    /// The page is fine in each language, the visitor's own last.
    pub(crate) async fn looks_well(&self, name: &str) -> anyhow::Result<()> {
        let own = self.run("return document.documentElement.lang", json!([])).await?;
        let own = own.as_str().unwrap_or_default().to_owned();
        for language in LANGUAGES.into_iter().filter(|language| *language != own).chain([own.as_str()]) {
            self.speaks(language).await?;
            self.looks_well_in(language, name).await?;
        }
        Ok(())
    }
}
