//! `[reader]` of a kiosk's configuration, as a technician writes it for each reader.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use toml::{Table, Value};

use crate::stage::{OsdpSettings, ReaderModel, TextCheck, TextFormat};

/// What stands in the table beside the port. An OSDP reader's key goes to `key_file`.
pub(super) fn reader_settings(model: &ReaderModel, key_file: &Path) -> anyhow::Result<Table> {
    let with = |protocol: &str, settings: &[(&str, Value)]| {
        let settings: Table = settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let mut table = Table::from_iter([("protocol".to_owned(), text(protocol))]);
        if !settings.is_empty() {
            table.insert(protocol.to_owned(), Value::Table(settings));
        }
        table
    };
    Ok(match model {
        ReaderModel::Rdm6300 => with("rdm6300", &[]),
        ReaderModel::Id12la => with("id12la", &[]),
        ReaderModel::Pn532 => with("pn532", &[]),
        ReaderModel::Twn4Simple { has_crc } => with("twn4", &[("crc", Value::Boolean(*has_crc))]),
        ReaderModel::Twn4Standard => with("twn4", &[("mode", text("ascii"))]),
        ReaderModel::Text(TextFormat { prefix, suffix, check, .. }) => with(
            "text",
            &[
                ("prefix", text(prefix)),
                ("suffix", text(suffix)),
                ("checksum", text(checksum(*check))),
                ("means", text("em4100-hex")),
                ("length", Value::Integer(10)),
            ],
        ),
        ReaderModel::Osdp(OsdpSettings { address, key }) => {
            if let Some(key) = key {
                keep_key(key_file, key)?;
            }
            let key_file = text(&key_file.display().to_string());
            with("osdp", &[("address", Value::Integer((*address).into())), ("key_file", key_file)])
        }
    })
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn checksum(check: TextCheck) -> &'static str {
    match check {
        TextCheck::None => "none",
        TextCheck::XorOfBytes => "xor-bytes",
        TextCheck::ComplementOfBytes => "negated-sum-bytes",
        TextCheck::XorOfCharacters => "xor-characters",
    }
}

/// For the kiosk's owner alone.
fn keep_key(path: &Path, key: &[u8; 16]) -> anyhow::Result<()> {
    let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{digits}").with_context(|| format!("writing {}", path.display()))
}
