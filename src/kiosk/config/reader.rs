//! `[reader]`: where the badge reader is, what it speaks, what its cards mean.

use std::path::{Path, PathBuf};

use muwajaha_core::badge::{BadgeRules, ReaderProtocol};
use serde::Deserialize;

use crate::badge::ReaderSettings;

const BAUDS: std::ops::RangeInclusive<u32> = 300..=1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReaderTable {
    port: PathBuf,
    protocol: ProtocolName,
    baud: Option<u32>,
    #[serde(default)]
    badges: BadgeRules,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ProtocolName {
    Rdm6300,
    Id12la,
}

impl ReaderTable {
    /// Checks it; the error is the key and what is wrong with it.
    pub(super) fn settings(self, folder: &Path) -> Result<ReaderSettings, (&'static str, String)> {
        if self.port.as_os_str().is_empty() {
            let problem = "name the reader's serial port: `port = \"/dev/ttyUSB0\"`";
            return Err(("reader.port", problem.to_owned()));
        }
        self.badges.validate().map_err(|error| ("reader.badges", error.to_string()))?;
        let protocol = match self.protocol {
            ProtocolName::Rdm6300 => ReaderProtocol::Rdm6300,
            ProtocolName::Id12la => ReaderProtocol::Id12la,
        };
        let baud = self.baud.unwrap_or_else(|| protocol.usual_baud());
        if !BAUDS.contains(&baud) {
            let problem = "a serial line runs at 300 to 1000000 bits a second: leave `baud` out for the usual";
            return Err(("reader.baud", problem.to_owned()));
        }
        Ok(ReaderSettings { port: folder.join(self.port), protocol, baud, rules: self.badges })
    }
}
