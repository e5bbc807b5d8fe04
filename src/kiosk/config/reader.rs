//! `[reader]`: where the badge reader is, what it speaks, what its cards mean.

use std::path::{Path, PathBuf};

use muwajaha_core::badge::{BadgeRules, Pn532Settings, ReaderProtocol, TextSettings, Twn4Settings};
use serde::Deserialize;

use crate::badge::ReaderSettings;

const BAUDS: std::ops::RangeInclusive<u32> = 300..=1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReaderTable {
    port: PathBuf,
    protocol: ProtocolName,
    baud: Option<u32>,
    twn4: Option<Twn4Settings>,
    pn532: Option<Pn532Settings>,
    text: Option<TextSettings>,
    #[serde(default)]
    badges: BadgeRules,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ProtocolName {
    Rdm6300,
    Id12la,
    Twn4,
    Pn532,
    Text,
}

/// The key and what is wrong with it.
type Problem = (&'static str, String);

impl ReaderTable {
    /// Checks it.
    pub(super) fn settings(self, folder: &Path) -> Result<ReaderSettings, Problem> {
        if self.port.as_os_str().is_empty() {
            let problem = "name the reader's serial port: `port = \"/dev/ttyUSB0\"`";
            return Err(("reader.port", problem.to_owned()));
        }
        self.badges.validate().map_err(|error| ("reader.badges", error.to_string()))?;
        let protocol = self.protocol()?;
        protocol.validate().map_err(|error| (error.table, error.problem.to_owned()))?;
        let baud = self.baud.unwrap_or_else(|| protocol.usual_baud());
        if !BAUDS.contains(&baud) {
            let problem = "a serial line runs at 300 to 1000000 bits a second: leave `baud` out for the usual";
            return Err(("reader.baud", problem.to_owned()));
        }
        Ok(ReaderSettings { port: folder.join(self.port), protocol, baud, rules: self.badges })
    }

    fn protocol(&self) -> Result<ReaderProtocol, Problem> {
        let tables = [
            ("reader.twn4", ProtocolName::Twn4, self.twn4.is_some()),
            ("reader.pn532", ProtocolName::Pn532, self.pn532.is_some()),
            ("reader.text", ProtocolName::Text, self.text.is_some()),
        ];
        if let Some((key, ..)) = tables.iter().find(|(_, name, is_given)| *is_given && *name != self.protocol) {
            return Err((key, "this table is for another protocol: set `protocol`, or take the table out".to_owned()));
        }
        Ok(match self.protocol {
            ProtocolName::Rdm6300 => ReaderProtocol::Rdm6300,
            ProtocolName::Id12la => ReaderProtocol::Id12la,
            ProtocolName::Twn4 => ReaderProtocol::Twn4(self.twn4.clone().unwrap_or_default()),
            ProtocolName::Pn532 => ReaderProtocol::Pn532(self.pn532.unwrap_or_default()),
            ProtocolName::Text => ReaderProtocol::Text(self.text.clone().ok_or_else(|| {
                ("reader.protocol", "a plain-text reader needs `[reader.text]`: see the example".to_owned())
            })?),
        })
    }
}
