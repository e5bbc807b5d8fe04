//! The identity file: who this kiosk is, and the token that proves it to the service.

use std::path::{Path, PathBuf};

use muwajaha_core::domain::{KioskId, Redacted};
use serde::{Deserialize, Serialize};

/// Who this kiosk is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The kiosk's id, also the name painted on its case.
    pub kiosk: KioskId,
    /// Its facility.
    pub facility: String,
    /// Bearer token of all calls.
    pub token: Redacted<String>,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Not there, or not readable.
    #[error("{path}: {source}; run `muwajaha provision --service URL --code CODE --dir DIR` first")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not what provisioning wrote.
    #[error("{path} is not what `muwajaha provision` wrote: move it away and provision this kiosk anew")]
    Broken {
        /// Which file.
        path: PathBuf,
    },
}

impl Identity {
    /// Reads the file.
    ///
    /// # Errors
    /// [`IdentityError`]; never with the file's content, which is secret.
    pub fn read(path: &Path) -> Result<Self, IdentityError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| IdentityError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|_| IdentityError::Broken { path: path.to_owned() })
    }

    /// The file's text.
    pub(super) fn to_toml(&self) -> String {
        let Self { kiosk, facility, token } = self;
        let line = |key: &str, value: &str| format!("{key} = {}\n", toml::Value::String(value.to_owned()));
        line("kiosk", kiosk.as_str()) + &line("facility", facility) + &line("token", token.reveal())
    }
}
