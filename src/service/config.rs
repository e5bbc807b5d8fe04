//! The configuration file: what may stand in it, and clear words for what may not.
//!
//! TOML; an unknown key or a wrong value is refused at once, with its line and column. Reads one
//! file and nothing else; paths in it are taken as they stand.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::Span;
use jiff::civil::Time;
use muwajaha_core::domain::{Redacted, UpdateHours};
use muwajaha_wire::kiosk::UpdateHoursWire;
use serde::Deserialize;

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where database, secrets and the authority live; created with mode 0700.
    pub data_directory: PathBuf,
    /// `https://…`, the front of visitor links.
    pub public_url: String,
    /// The visitor's page is read from here instead of from the binary.
    #[serde(default)]
    pub web_directory: Option<PathBuf>,
    /// The office's page is read from here instead of from the binary.
    #[serde(default)]
    pub office_directory: Option<PathBuf>,
    /// The listener of visitors and connectors.
    pub public: PublicListener,
    /// The listener of kiosks.
    pub kiosk: KioskListener,
    /// The listener of the office.
    #[serde(default)]
    pub admin: AdminListener,
    /// Certificates.
    pub tls: Tls,
    /// The TURN server.
    #[serde(default)]
    pub turn: Turn,
    /// How much one address may ask for.
    #[serde(default)]
    pub limits: Limits,
    /// Updates of the kiosks' image.
    #[serde(default)]
    pub updates: Updates,
}

/// The listener of visitors and connectors.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicListener {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The one proxy whose `X-Forwarded-For` is believed, last entry only; never at the listener of kiosks.
    #[serde(default)]
    pub trusted_proxy: Option<IpAddr>,
}

/// The listener of kiosks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KioskListener {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `https://…` as kiosks reach it; the host they named where left out.
    #[serde(default)]
    pub url: Option<String>,
    /// The authority that signs kiosks' certificates; one of the service's own where left out.
    #[serde(default)]
    pub client_ca: Option<ClientAuthority>,
}

/// An authority that the facility gives to the service, to sign kiosks' certificates with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientAuthority {
    /// PEM file: first the certificate that signs, then others whose signatures are still good.
    pub certificate: PathBuf,
    /// PEM file of the first one's key.
    pub key: PathBuf,
}

/// The listener of the office.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminListener {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
}

impl Default for AdminListener {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8445)) }
    }
}

/// Certificates: either both files, or names for which the service makes its own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// PEM file of the certificate chain.
    pub certificate: Option<PathBuf>,
    /// PEM file of its key.
    pub key: Option<PathBuf>,
    /// Names and addresses for a certificate by an authority in the data directory.
    pub self_signed_names: Vec<String>,
}

/// The TURN server, coturn's shared-secret scheme.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Turn {
    /// `turn:host:port?transport=udp`, …
    pub urls: Vec<String>,
    /// coturn's `static-auth-secret`.
    pub shared_secret: Redacted<String>,
    /// How long after the slot a credential still holds.
    pub expires_after_end_seconds: u32,
    /// `stun:host:port`, …
    pub stun_urls: Vec<String>,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            shared_secret: Redacted::default(),
            expires_after_end_seconds: 30,
            stun_urls: Vec::new(),
        }
    }
}

/// How much one address may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Redeemed links, and refused credentials.
    pub redeems_per_minute: u32,
    /// Provisioning attempts.
    pub provisions_per_minute: u32,
    /// Requests of any kind.
    pub requests_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { redeems_per_minute: 60, provisions_per_minute: 20, requests_per_second: 100 }
    }
}

/// Updates of the kiosks' image.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Updates {
    /// What `make image` wrote into `target/image/out/update`; none are offered where left out.
    pub directory: Option<PathBuf>,
    /// From this time of the facility's day.
    pub from: Time,
    /// To this time; over midnight where it is the earlier one.
    pub until: Time,
}

impl Default for Updates {
    fn default() -> Self {
        let hours = UpdateHours::default();
        let time = |minute: u16| Time::midnight().saturating_add(Span::new().minutes(minute));
        Self { directory: None, from: time(hours.from_minute), until: time(hours.until_minute) }
    }
}

impl Updates {
    /// The hours as kiosks are told them.
    pub(crate) fn hours(&self) -> UpdateHoursWire {
        let minute = |time: Time| u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
        UpdateHoursWire { from_minute: minute(self.from), until_minute: minute(self.until) }
    }
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is no configuration.
    #[error("{path}:{line}:{column}: {message}")]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong and what would be right.
        message: String,
    },
    /// A value that types cannot refuse.
    #[error("`{key}`: {remedy}")]
    Value {
        /// Which key.
        key: &'static str,
        /// What to write instead.
        remedy: String,
    },
}

impl Config {
    /// Reads and checks `path`.
    ///
    /// # Errors
    /// [`ConfigError`], naming the key, or line and column.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    /// Parses and checks `text`; `path` is named in errors.
    ///
    /// # Errors
    /// [`ConfigError`], naming the key, or line and column.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or_default();
            ConfigError::Invalid {
                path: path.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before.chars().rev().take_while(|&character| character != '\n').count() + 1,
                message: error.message().to_owned(),
            }
        })?;
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let value = |key, remedy: &str| Err(ConfigError::Value { key, remedy: remedy.to_owned() });
        let is_https = |url: &str| url.strip_prefix("https://").is_some_and(|host| !host.is_empty());
        if !is_https(&self.public_url) || self.public_url.contains(['#', '?']) {
            return value("public_url", "write the address visitors open, like `https://visit.example:8443`");
        }
        if self.kiosk.url.as_deref().is_some_and(|url| !is_https(url)) {
            return value("kiosk.url", "write the address kiosks reach, like `https://kiosks.example:8444`");
        }
        match (&self.tls.certificate, &self.tls.key, self.tls.self_signed_names.is_empty()) {
            (Some(_), Some(_), true) | (None, None, false) => {}
            _ => return value("tls", "give either `certificate` and `key`, or `self_signed_names`"),
        }
        if self.turn.urls.iter().any(|url| !url.starts_with("turn:") && !url.starts_with("turns:")) {
            return value("turn.urls", "each begins with `turn:` or `turns:`");
        }
        if self.turn.stun_urls.iter().any(|url| !url.starts_with("stun:")) {
            return value("turn.stun_urls", "each begins with `stun:`");
        }
        if !self.turn.urls.is_empty() && self.turn.shared_secret.reveal().is_empty() {
            return value("turn.shared_secret", "write the `static-auth-secret` of the TURN server");
        }
        let limits =
            [self.limits.redeems_per_minute, self.limits.provisions_per_minute, self.limits.requests_per_second];
        if limits.contains(&0) {
            return value("limits", "each limit is at least 1");
        }
        Ok(())
    }

    /// The host of [`Config::public_url`].
    pub(crate) fn public_host(&self) -> &str {
        let host = self.public_front().trim_start_matches("https://");
        host.split(':').next().unwrap_or(host)
    }

    /// Where kiosks find their listener.
    pub(crate) fn kiosk_front(&self) -> String {
        let own = || format!("https://{}:{}", self.public_host(), self.kiosk.listen.port());
        self.kiosk.url.as_ref().map_or_else(own, |url| url.trim_end_matches('/').to_owned())
    }

    /// [`Config::public_url`] without a slash at its end.
    pub(crate) fn public_front(&self) -> &str {
        self.public_url.trim_end_matches('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "data_directory = \"/tmp/x\"\npublic_url = \"https://visit.example\"\n\
        [public]\nlisten = \"127.0.0.1:0\"\n[kiosk]\nlisten = \"127.0.0.1:0\"\n[tls]\nself_signed_names = [\"localhost\"]\n";

    fn refusal(text: &str) -> String {
        Config::parse(text, Path::new("service.toml")).unwrap_err().to_string()
    }

    #[test]
    fn a_short_file_is_enough() {
        let config = Config::parse(GOOD, Path::new("service.toml")).unwrap();
        assert_eq!(config.admin.listen.port(), 8445);
        assert_eq!(config.turn.expires_after_end_seconds, 30);
    }

    #[test]
    fn the_example_shows_the_defaults() {
        let example = include_str!("../../assets/service.example.toml");
        let config = Config::parse(example, Path::new("service.example.toml")).unwrap();
        assert_eq!(config.admin.listen, AdminListener::default().listen);
        assert_eq!(config.turn.expires_after_end_seconds, Turn::default().expires_after_end_seconds);
        assert_eq!(config.limits, Limits::default());
        let UpdateHours { from_minute, until_minute } = UpdateHours::default();
        assert_eq!(config.updates.hours(), UpdateHoursWire { from_minute, until_minute });
        assert_eq!(config.updates.hours(), Updates::default().hours());
        let every =
            example.replace("self_signed_names", "# self_signed_names").replace("\n# certificate", "\ncertificate");
        let every: String = every
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(key) if key.contains(" = ") => format!("{key}\n"),
                Some(_) | None => format!("{line}\n"),
            })
            .filter(|line| !line.starts_with("self_signed_names"))
            .collect();
        Config::parse(&every, Path::new("service.example.toml")).unwrap();
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let text = GOOD.replace("[kiosk]\n", "[kiosk]\nlisten_adress = 1\n");
        let message = refusal(&text);
        assert!(message.starts_with("service.toml:6:1: unknown field `listen_adress`"), "{message}");
    }

    #[test]
    fn what_cannot_work_is_refused_with_its_remedy() {
        assert!(refusal(&GOOD.replace("https://visit", "http://visit")).starts_with("`public_url`"));
        assert!(refusal(&GOOD.replace("self_signed_names = [\"localhost\"]", "")).starts_with("`tls`"));
        assert!(refusal(&format!("{GOOD}[turn]\nurls = [\"turn:a\"]\n")).starts_with("`turn.shared_secret`"));
        assert!(refusal(&format!("{GOOD}[limits]\nredeems_per_minute = 0\n")).starts_with("`limits`"));
    }

    #[test]
    fn the_turn_secret_shows_in_no_log() {
        let text = format!("{GOOD}[turn]\nurls = [\"turn:a\"]\nshared_secret = \"swordfish\"\n");
        assert!(!format!("{:?}", Config::parse(&text, Path::new("x")).unwrap()).contains("swordfish"));
    }
}
