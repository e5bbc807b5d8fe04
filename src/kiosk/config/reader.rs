//! `[reader]`: where the badge reader is, what it speaks, what its cards mean.

use std::path::{Path, PathBuf};

use muwajaha_core::badge::{BadgeRules, Pn532Settings, ReaderProtocol, TextSettings, Twn4Settings};
use serde::Deserialize;

use crate::badge::{OsdpSettings, ProbedPort, ProtocolName, ReaderKind, ReaderPort, ReaderSettings, UsbIdentity};

const BAUDS: std::ops::RangeInclusive<u32> = 300..=1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReaderTable {
    port: Option<PathBuf>,
    usb: Option<UsbIdentity>,
    protocol: Option<ProtocolName>,
    baud: Option<u32>,
    twn4: Option<Twn4Settings>,
    pn532: Option<Pn532Settings>,
    text: Option<TextSettings>,
    osdp: Option<OsdpTable>,
    #[serde(default)]
    badges: BadgeRules,
}

/// `[reader.osdp]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OsdpTable {
    address: u8,
    key_file: PathBuf,
}

impl Default for OsdpTable {
    fn default() -> Self {
        Self { address: 0, key_file: PathBuf::from("reader.key") }
    }
}

/// Beside this one.
fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_default().with_file_name("muwajaha-reader")
}

/// 127 is for all readers at once.
const LAST_ADDRESS: u8 = 126;

/// The key and what is wrong with it.
type Problem = (&'static str, String);

impl ReaderTable {
    /// Checks it.
    pub(super) fn settings(self, folder: &Path) -> Result<ReaderSettings, Problem> {
        let port = self.port(folder)?;
        self.badges.validate().map_err(|error| ("reader.badges", error.to_string()))?;
        let protocol = self.protocol(folder)?;
        let usual_baud = match &protocol {
            ReaderKind::Serial(protocol) => {
                protocol.validate().map_err(|error| (error.table, error.problem.to_owned()))?;
                protocol.usual_baud()
            }
            ReaderKind::Osdp(osdp) if osdp.address > LAST_ADDRESS => {
                return Err(("reader.osdp", "`address` is 0 to 126".to_owned()));
            }
            ReaderKind::Osdp(_) => 9600,
        };
        let baud = self.baud.unwrap_or(usual_baud);
        if !BAUDS.contains(&baud) {
            let problem = "a serial line runs at 300 to 1000000 bits a second: leave `baud` out for the usual";
            return Err(("reader.baud", problem.to_owned()));
        }
        Ok(ReaderSettings { port, protocol, baud, rules: self.badges })
    }

    /// What a probe must know, whatever the rest says; `configured` is this table as it was written.
    pub(super) fn probed_port(self, folder: &Path, configured: toml::Table) -> Result<ProbedPort, Problem> {
        let port = self.port(folder)?;
        self.badges.validate().map_err(|error| ("reader.badges", error.to_string()))?;
        let address = self.osdp.unwrap_or_default().address.min(LAST_ADDRESS);
        Ok(ProbedPort { port, address, rules: self.badges, configured })
    }

    fn port(&self, folder: &Path) -> Result<ReaderPort, Problem> {
        match (&self.port, &self.usb) {
            (Some(port), None) if port.as_os_str().is_empty() => {
                Err(("reader.port", "name the reader's serial port: `port = \"/dev/ttyUSB0\"`".to_owned()))
            }
            (Some(port), None) => Ok(ReaderPort::Path(folder.join(port))),
            (None, Some(usb)) => match usb.problem() {
                Some(problem) => Err(("reader.usb", problem.to_owned())),
                None => Ok(ReaderPort::Usb(usb.clone())),
            },
            (Some(_), Some(_)) => {
                Err(("reader.usb", "a reader is found by `port` or by `usb`: take one of them out".to_owned()))
            }
            (None, None) => {
                let problem = "name the reader's serial port, `port = \"/dev/ttyUSB0\"`, or its USB device, \
                    `usb = { vendor = \"0403\", product = \"6001\", serial = \"A5005XYZ\" }`";
                Err(("reader", problem.to_owned()))
            }
        }
    }

    fn protocol(&self, folder: &Path) -> Result<ReaderKind, Problem> {
        let given = self.protocol.ok_or_else(|| {
            let problem = "say what the reader speaks, `protocol = \"osdp\"`; \
                `muwajaha check reader --config FILE --probe` finds it out";
            ("reader", problem.to_owned())
        })?;
        let tables = [
            ("reader.twn4", ProtocolName::Twn4, self.twn4.is_some()),
            ("reader.pn532", ProtocolName::Pn532, self.pn532.is_some()),
            ("reader.text", ProtocolName::Text, self.text.is_some()),
            ("reader.osdp", ProtocolName::Osdp, self.osdp.is_some()),
        ];
        if let Some((key, ..)) = tables.iter().find(|(_, name, is_given)| *is_given && *name != given) {
            return Err((key, "this table is for another protocol: set `protocol`, or take the table out".to_owned()));
        }
        Ok(ReaderKind::Serial(match given {
            ProtocolName::Osdp => {
                let default = OsdpTable::default();
                let OsdpTable { address, key_file } = self.osdp.as_ref().unwrap_or(&default);
                let key_file = folder.join(key_file);
                return Ok(ReaderKind::Osdp(OsdpSettings { address: *address, key_file, program: program() }));
            }
            ProtocolName::Rdm6300 => ReaderProtocol::Rdm6300,
            ProtocolName::Id12la => ReaderProtocol::Id12la,
            ProtocolName::Twn4 => ReaderProtocol::Twn4(self.twn4.clone().unwrap_or_default()),
            ProtocolName::Pn532 => ReaderProtocol::Pn532(self.pn532.unwrap_or_default()),
            ProtocolName::Text => ReaderProtocol::Text(self.text.clone().ok_or_else(|| {
                ("reader.protocol", "a plain-text reader needs `[reader.text]`: see the example".to_owned())
            })?),
        }))
    }
}
