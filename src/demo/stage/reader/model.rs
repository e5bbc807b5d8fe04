//! Which reader is simulated, and the device that it is made of.

use super::device::Device;
use super::id12la::Id12la;
use super::rdm6300::Rdm6300;
use super::text::{TextFormat, TextReader};

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
}

impl ReaderModel {
    /// The reader just after power-on.
    pub(super) fn power_on(&self) -> anyhow::Result<Box<dyn Device>> {
        Ok(match self {
            Self::Rdm6300 => Box::new(Rdm6300::default()),
            Self::Id12la => Box::new(Id12la::default()),
            Self::Text(format) => Box::new(TextReader::new(format.clone())),
        })
    }
}
