//! Which reader is simulated, and the device that it is made of.

use super::device::Device;
use super::id12la::Id12la;
use super::osdp::{Osdp, OsdpSettings};
use super::pn532::Pn532;
use super::rdm6300::Rdm6300;
use super::shown::Observed;
use super::text::{TextFormat, TextReader};
use super::twn4;

/// A reader as it is bought and set up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ReaderModel {
    /// An RDM6300, which the demo has.
    #[default]
    Rdm6300,
    /// An ID-12LA.
    Id12la,
    /// A reader that prints lines.
    Text(TextFormat),
    /// An Elatec TWN4 with the Simple Protocol in ASCII.
    Twn4Simple {
        /// Whether every message ends with a checksum.
        has_crc: bool,
    },
    /// An Elatec TWN4 with its standard app, which prints by itself.
    Twn4Standard,
    /// An NXP PN532 on its serial line.
    Pn532,
    /// An OSDP v2.2 reader.
    Osdp(OsdpSettings),
}

impl ReaderModel {
    /// The reader just after power-on.
    pub(super) fn power_on(&self, observed: Observed) -> anyhow::Result<Box<dyn Device>> {
        Ok(match self {
            Self::Rdm6300 => Box::new(Rdm6300::default()),
            Self::Id12la => Box::new(Id12la::default()),
            Self::Text(format) => Box::new(TextReader::new(format.clone())),
            Self::Twn4Simple { has_crc } => Box::new(twn4::Simple::new(*has_crc, observed)),
            Self::Twn4Standard => Box::new(twn4::Standard::new(observed)),
            Self::Pn532 => Box::new(Pn532::new()),
            Self::Osdp(settings) => Box::new(Osdp::new(*settings, observed)?),
        })
    }
}
