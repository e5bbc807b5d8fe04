//! The lines of `[reader]` that a probe prints: what the configuration says already, and what was
//! found in place of it.
//!
//! What no probe can tell (a key's file, a buzzer's volume, bytes that are turned round) stays as it
//! was configured; the table of another protocol, with which the configuration would be refused, goes.
//! Pure.

use muwajaha_core::badge::{Finding, ReaderProtocol, Twn4Mode, Twn4Settings};
use serde::Serialize;
use toml::{Table, Value};

use super::{ProbedPort, finding_name};
use crate::badge::settings::{ProtocolName, ReaderPort};

const TABLES: [ProtocolName; 4] = [ProtocolName::Osdp, ProtocolName::Twn4, ProtocolName::Pn532, ProtocolName::Text];

/// `[reader]` and its tables.
pub(super) fn lines(port: &ProbedPort, finding: &Finding, baud: u32) -> String {
    let found = finding_name(finding);
    let mut reader = port.configured.clone();
    for other in TABLES.iter().filter(|table| **table != found) {
        reader.remove(&other.to_string());
    }
    match &port.port {
        ReaderPort::Path(path) => set(&mut reader, "port", path),
        ReaderPort::Usb(usb) => set(&mut reader, "usb", usb),
    }
    set(&mut reader, "protocol", found);
    set(&mut reader, "baud", baud);
    let name = found.to_string();
    let configured =
        reader.remove(&name).and_then(|table| if let Value::Table(table) = table { Some(table) } else { None });
    let table = with_finding(configured.unwrap_or_default(), finding);
    if !table.is_empty() {
        reader.insert(name, Value::Table(table));
    }
    toml::to_string(&Table::from_iter([("reader".to_owned(), Value::Table(reader))])).unwrap_or_default()
}

/// The protocol's own table.
fn with_finding(mut table: Table, finding: &Finding) -> Table {
    match finding {
        Finding::Osdp { address } => set(&mut table, "address", address),
        Finding::Serial(ReaderProtocol::Twn4(Twn4Settings { mode, crc, .. })) => {
            table.retain(|key, _| key != "mode" && key != "crc");
            if *mode != Twn4Mode::default() {
                set(&mut table, "mode", mode);
            }
            if *crc {
                set(&mut table, "crc", crc);
            }
        }
        Finding::Serial(ReaderProtocol::Text(settings)) => {
            let reversed = table.remove("reversed");
            table = Table::try_from(settings).unwrap_or_default();
            table.extend(reversed.map(|reversed| ("reversed".to_owned(), reversed)));
        }
        Finding::Serial(ReaderProtocol::Rdm6300 | ReaderProtocol::Id12la | ReaderProtocol::Pn532(_)) => {}
    }
    table
}

fn set(table: &mut Table, key: &str, value: impl Serialize) {
    table.extend(Value::try_from(value).map(|value| (key.to_owned(), value)));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use muwajaha_core::badge::{BadgeRules, Pn532Settings, TextChecksum, TextMeaning, TextSettings};

    use super::*;

    fn table(text: &str) -> Table {
        text.parse().unwrap()
    }

    /// What is printed where `configured` stands in `[reader]`.
    fn printed(configured: &str, finding: &Finding) -> Table {
        let port = Path::new("/dev/ttyUSB0").to_owned().into();
        let port = ProbedPort { port, address: 0, rules: BadgeRules::default(), configured: table(configured) };
        let mut printed = table(&lines(&port, finding, 9600));
        let Some(Value::Table(reader)) = printed.remove("reader") else { panic!("{printed}") };
        assert_eq!(reader.get("baud"), Some(&Value::Integer(9600)));
        reader
    }

    fn twn4(settings: Twn4Settings) -> Finding {
        Finding::Serial(ReaderProtocol::Twn4(settings))
    }

    #[test]
    fn what_no_probe_can_tell_stays_as_it_was_configured() {
        let text = TextSettings {
            prefix: String::new(),
            length: 14,
            suffix: "\r".to_owned(),
            checksum: TextChecksum::None,
            means: TextMeaning::UidHex,
            reversed: false,
        };
        for (configured, finding, expected) in [
            (
                "[osdp]\naddress = 1\nkey_file = \"hall.key\"",
                Finding::Osdp { address: 7 },
                "osdp = { address = 7, key_file = \"hall.key\" }",
            ),
            (
                "[twn4]\nmode = \"ascii\"\nvolume = 20\nreversed = [\"em4100\"]\npoll_milliseconds = 200",
                twn4(Twn4Settings { crc: true, ..Twn4Settings::default() }),
                "twn4 = { crc = true, volume = 20, reversed = [\"em4100\"], poll_milliseconds = 200 }",
            ),
            (
                "[twn4]\ncrc = true\nvolume = 0",
                twn4(Twn4Settings { mode: Twn4Mode::Ascii, ..Twn4Settings::default() }),
                "twn4 = { mode = \"ascii\", volume = 0 }",
            ),
            (
                "[pn532]\npoll_milliseconds = 40",
                Finding::Serial(ReaderProtocol::Pn532(Pn532Settings::default())),
                "pn532 = { poll_milliseconds = 40 }",
            ),
            (
                "[text]\nlength = 10\nmeans = \"em4100-hex\"\nreversed = true",
                Finding::Serial(ReaderProtocol::Text(text)),
                "text = { prefix = \"\", length = 14, suffix = \"\\r\", checksum = \"none\", means = \"uid-hex\", reversed = true }",
            ),
        ] {
            let badges = "badges = { em4100 = \"site-and-number\" }\n";
            let printed = printed(&format!("{badges}{configured}"), &finding);
            for (key, value) in table(&format!("{badges}{expected}")) {
                assert_eq!(printed.get(&key), Some(&value), "{printed}");
            }
        }
    }

    #[test]
    fn what_was_configured_for_another_reader_goes() {
        let configured =
            "port = \"../other\"\nprotocol = \"twn4\"\nbaud = 19200\n[twn4]\nvolume = 20\n[osdp]\nkey_file = \"k\"";
        let printed = printed(configured, &Finding::Serial(ReaderProtocol::Rdm6300));
        assert_eq!(printed, table("port = \"/dev/ttyUSB0\"\nprotocol = \"rdm6300\"\nbaud = 9600"));
    }
}
