//! The configuration file: one TOML file, read once at start, refused at once where it is wrong,
//! with file, line, column and remedy.
//!
//! Every key is described here and shown in `assets/kiosk.example.toml`. Relative paths are meant
//! from the file's own folder. Pure but for reading the file.

mod place;
mod reader;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::badge::{ProbedPort, ReaderSettings};
use crate::media::{CallSettings, CameraSettings, MediaError, MediaSettings, MicrophoneSettings, SpeakerSettings};
use place::Place;
use reader::ReaderTable;

/// The commented example, also the pattern of what `muwajaha provision` writes.
pub const EXAMPLE: &str = include_str!("../../../assets/kiosk.example.toml");

/// All of the configuration, checked, with absolute paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KioskConfig {
    /// Where `muwajaha provision` wrote who this kiosk is.
    pub identity_file: PathBuf,
    /// The service's kiosk listener.
    pub service: Url,
    /// The only authority to trust; `None` trusts the public ones.
    pub authority: Option<PathBuf>,
    /// The badge reader.
    pub reader: ReaderSettings,
    /// Camera, microphone, speaker, calls.
    pub media: MediaSettings,
    /// Where `cache.db` and `record.db` lie; must outlive a power cut.
    pub store_directory: PathBuf,
    /// Where marks of this boot lie; best a tmpfs.
    pub runtime_directory: PathBuf,
    /// The window.
    pub screen: ScreenSettings,
}

/// `[screen]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScreenSettings {
    /// The whole screen, without a frame.
    pub fullscreen: bool,
    /// Width and height in pixels of a window that is not full screen.
    pub size: [u32; 2],
}

impl Default for ScreenSettings {
    fn default() -> Self {
        Self { fullscreen: true, size: [1280, 800] }
    }
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}; give the path of an existing file to --config")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{path}:{place}: {problem}")]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// Line and column, from 1.
        place: Place,
        /// What is wrong and how to mend it.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    kiosk: KioskTable,
    service: ServiceTable,
    reader: ReaderTable,
    #[serde(default)]
    camera: CameraSettings,
    #[serde(default)]
    microphone: MicrophoneSettings,
    #[serde(default)]
    speaker: SpeakerSettings,
    #[serde(default)]
    call: CallSettings,
    #[serde(default)]
    store: StoreTable,
    #[serde(default)]
    runtime: RuntimeTable,
    #[serde(default)]
    screen: ScreenSettings,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KioskTable {
    identity_file: PathBuf,
}

impl Default for KioskTable {
    fn default() -> Self {
        Self { identity_file: "identity.toml".into() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceTable {
    url: String,
    ca_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StoreTable {
    directory: PathBuf,
}

impl Default for StoreTable {
    fn default() -> Self {
        Self { directory: "/var/lib/muwajaha".into() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RuntimeTable {
    directory: PathBuf,
}

impl Default for RuntimeTable {
    fn default() -> Self {
        Self { directory: "/run/muwajaha".into() }
    }
}

impl KioskConfig {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// [`ConfigError`] names file, line, column and remedy.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        read(path, Self::parse)
    }

    /// Reads the file for what a probe of the badge reader must know; what the reader speaks may be
    /// wrong or left out.
    ///
    /// # Errors
    /// [`ConfigError`] names file, line, column and remedy.
    pub fn read_probed_port(path: &Path) -> Result<ProbedPort, ConfigError> {
        read(path, |text, folder| {
            let reader = parse_toml::<File>(text)?.reader;
            let written = reader_as_written(text)?;
            reader.probed_port(folder, written).map_err(|(key, problem)| (Place::of_key(text, key), problem))
        })
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "every other fault is told the same way")]
    fn parse(text: &str, folder: &Path) -> Result<Self, (Place, String)> {
        let file: File = parse_toml(text)?;
        let wrong = |key: &str, problem: String| (Place::of_key(text, key), problem);
        let media =
            MediaSettings { camera: file.camera, microphone: file.microphone, speaker: file.speaker, call: file.call };
        media.validate().map_err(|error| match &error {
            MediaError::Setting { name, .. } => wrong(name, error.to_string()),
            other => wrong("camera", other.to_string()),
        })?;
        if file.screen.size.iter().any(|side| !(320..=8192).contains(side)) {
            let problem = "a window is 320 to 8192 pixels wide and high: give `size = [1280, 800]`";
            return Err(wrong("screen.size", problem.to_owned()));
        }
        let reader = file.reader.settings(folder).map_err(|(key, problem)| wrong(key, problem))?;
        Ok(Self {
            identity_file: folder.join(file.kiosk.identity_file),
            service: service_url(&file.service.url).map_err(|problem| wrong("service.url", problem))?,
            authority: file.service.ca_file.map(|path| folder.join(path)),
            reader,
            media,
            store_directory: folder.join(file.store.directory),
            runtime_directory: folder.join(file.runtime.directory),
            screen: file.screen,
        })
    }
}

fn read<T>(path: &Path, parse: impl Fn(&str, &Path) -> Result<T, (Place, String)>) -> Result<T, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let absolute = std::path::absolute(path).map_err(unreadable)?;
    let folder = absolute.parent().unwrap_or(Path::new("/"));
    parse(&text, folder).map_err(|(place, problem)| ConfigError::Wrong { path: path.to_owned(), place, problem })
}

/// `[reader]`, key by key.
fn reader_as_written(text: &str) -> Result<toml::Table, (Place, String)> {
    #[derive(Deserialize)]
    struct Written {
        reader: toml::Table,
    }
    parse_toml(text).map(|Written { reader }| reader)
}

fn parse_toml<T: DeserializeOwned>(text: &str) -> Result<T, (Place, String)> {
    toml::from_str(text).map_err(|error| {
        let place = error.span().map_or_else(Place::default, |span| Place::at_offset(text, span.start));
        (place, error.message().to_owned())
    })
}

/// Checks the service's address: HTTPS, or HTTP on this machine alone.
///
/// # Errors
/// What is wrong with it and how to mend it.
pub fn service_url(text: &str) -> Result<Url, String> {
    let example = "give one like `https://visits.example:8444`";
    let url = Url::parse(text).map_err(|error| format!("`{text}` is no address ({error}): {example}"))?;
    let is_this_machine = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if !(url.scheme() == "https" || url.scheme() == "http" && is_this_machine) {
        return Err(format!("the service is reached by https (http on this machine alone): {example}"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("the service's address holds no name, query or fragment: {example}"));
    }
    Ok(url)
}
