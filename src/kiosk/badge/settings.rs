//! Where the reader is, what it speaks, and how a conversation with it begins.

use std::fmt;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use muwajaha_core::badge::osdp::{Begin, OsdpDialog, Purpose, ReaderKey, ReaderKeyError};
use muwajaha_core::badge::{BadgeRules, BadgeStream, ReaderProtocol};
use muwajaha_core::domain::Redacted;
use serde::{Deserialize, Serialize};

use super::line::{Line, SerialLine, SerialPort};
use super::panel::Panel;
use super::usb::{UsbError, UsbIdentity};

/// `[reader]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderSettings {
    /// Its serial port.
    pub port: ReaderPort,
    /// What it speaks.
    pub protocol: ReaderKind,
    /// The line's speed in bits a second.
    pub baud: u32,
    /// The facility's mapping from cards to badge numbers.
    pub rules: BadgeRules,
}

/// How a reader's serial port is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderPort {
    /// By its path: `/dev/ttyS0`, a symbolic link, a pseudo-terminal.
    Path(PathBuf),
    /// By the USB device that it belongs to, whatever its path is just now.
    Usb(UsbIdentity),
}

/// What a reader speaks, and who speaks with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderKind {
    /// A protocol that this process speaks.
    Serial(ReaderProtocol),
    /// OSDP, which a child process speaks.
    Osdp(OsdpSettings),
}

/// What a protocol is called, in the configuration and in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProtocolName {
    /// RDM6300 and its kin.
    Rdm6300,
    /// ID-12LA and its kin.
    Id12la,
    /// Elatec TWN4.
    Twn4,
    /// NXP PN532.
    Pn532,
    /// Plain text.
    Text,
    /// OSDP.
    Osdp,
}

impl fmt::Display for ProtocolName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", format!("{self:?}").to_lowercase())
    }
}

impl ReaderKind {
    /// The protocol's name.
    pub fn name(&self) -> ProtocolName {
        match self {
            Self::Osdp(_) => ProtocolName::Osdp,
            Self::Serial(protocol) => name_of(protocol),
        }
    }
}

/// The name of a protocol that this process speaks.
pub(super) fn name_of(protocol: &ReaderProtocol) -> ProtocolName {
    match protocol {
        ReaderProtocol::Rdm6300 => ProtocolName::Rdm6300,
        ReaderProtocol::Id12la => ProtocolName::Id12la,
        ReaderProtocol::Twn4(_) => ProtocolName::Twn4,
        ReaderProtocol::Pn532(_) => ProtocolName::Pn532,
        ReaderProtocol::Text(_) => ProtocolName::Text,
    }
}

/// `[reader.osdp]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsdpSettings {
    /// The reader's address on its line, 0 to 126.
    pub address: u8,
    /// Where the reader's key is: 32 hexadecimal digits, readable by the kiosk alone.
    pub key_file: PathBuf,
    /// The program that speaks OSDP.
    pub program: PathBuf,
}

/// Why no conversation with a reader begins.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// No one port belongs to the USB device.
    #[error("{usb}: {source}")]
    Usb {
        /// Which.
        usb: UsbIdentity,
        /// Why.
        source: UsbError,
    },
    /// The port cannot be opened.
    #[error("{port} cannot be opened ({source}): plug the reader in, or set `reader.port`")]
    Port {
        /// Which.
        port: PathBuf,
        /// Why.
        source: serialport::Error,
    },
    /// The key file cannot be read.
    #[error("{path} cannot be read ({source}): install the reader's key with `muwajaha reader install-key`")]
    KeyFile {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others can read the key file.
    #[error("{path} can be read by others: install a new key with `muwajaha reader install-key`")]
    KeyShared {
        /// Which.
        path: PathBuf,
    },
    /// The key file holds no key.
    #[error("{path}: {source}")]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        source: ReaderKeyError,
    },
    /// The child does not start.
    #[error("{program} cannot be started ({source}): install it beside this program")]
    Panel {
        /// Which.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ReaderError {
    /// Whether the reader may be there and is not to be talked to.
    pub(super) fn is_of_key(&self) -> bool {
        match self {
            Self::KeyFile { .. } | Self::KeyShared { .. } | Self::Key { .. } => true,
            Self::Usb { .. } | Self::Port { .. } | Self::Panel { .. } => false,
        }
    }
}

impl From<PathBuf> for ReaderPort {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl ReaderPort {
    /// The path of its device file just now.
    ///
    /// # Errors
    /// Where no one port belongs to the USB device; whether a path exists is not asked.
    pub(super) fn find(&self) -> Result<PathBuf, ReaderError> {
        match self {
            Self::Path(path) => Ok(path.clone()),
            Self::Usb(usb) => usb.find().map_err(|source| ReaderError::Usb { usb: usb.clone(), source }),
        }
    }
}

impl fmt::Display for ReaderPort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(formatter),
            Self::Usb(usb) => usb.fmt(formatter),
        }
    }
}

impl ReaderSettings {
    /// Whether the protocol tells by itself that a reader is there.
    pub(super) fn tells_presence(&self) -> bool {
        match &self.protocol {
            ReaderKind::Serial(protocol) => protocol.is_polled(),
            ReaderKind::Osdp(_) => true,
        }
    }

    /// Opens the port at this path.
    pub(super) fn open_port(&self, path: &Path) -> Result<SerialPort, ReaderError> {
        SerialPort::open(path, self.baud).map_err(|source| ReaderError::Port { port: path.to_owned(), source })
    }

    /// Opens the line behind the port at this path.
    pub(super) fn open(&self, path: &Path) -> Result<(Box<dyn Line>, BadgeStream), ReaderError> {
        let port = || self.open_port(path);
        match &self.protocol {
            ReaderKind::Serial(protocol) => {
                let line = SerialLine::from(port()?);
                Ok((Box::new(line), BadgeStream::new(protocol.dialog(), self.rules.clone())))
            }
            ReaderKind::Osdp(osdp) => {
                let key = read_key(&osdp.key_file)?;
                let begin = osdp.begin(self.baud, &key, Purpose::Read);
                let panel = osdp.start_panel(port()?)?;
                Ok((Box::new(panel), BadgeStream::new(Box::new(OsdpDialog::new(begin)), self.rules.clone())))
            }
        }
    }
}

impl OsdpSettings {
    pub(super) fn begin(&self, baud: u32, key: &ReaderKey, purpose: Purpose) -> Begin {
        Begin { address: self.address, baud, key: Redacted::new(key.reveal_hex()), purpose }
    }

    pub(super) fn start_panel(&self, port: SerialPort) -> Result<Panel, ReaderError> {
        let program = || self.program.clone();
        Panel::start(&self.program, port).map_err(|source| ReaderError::Panel { program: program(), source })
    }
}

fn read_key(path: &Path) -> Result<ReaderKey, ReaderError> {
    let unreadable = |source| ReaderError::KeyFile { path: path.to_owned(), source };
    let mode = path.metadata().map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(ReaderError::KeyShared { path: path.to_owned() });
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    ReaderKey::from_hex(&text).map_err(|source| ReaderError::Key { path: path.to_owned(), source })
}
