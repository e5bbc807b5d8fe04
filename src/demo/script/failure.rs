//! What did not happen, and which part of the whole it belongs to.

use std::fmt;

/// A part of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// X server, folders, processes: what the demo itself needs.
    Stage,
    /// The visit service.
    Service,
    /// The kiosk's process and screens.
    Kiosk,
    /// Badge reader and badge.
    Badge,
    /// The kiosk's camera, as the visitor sees it.
    Camera,
    /// Sound, either way.
    Audio,
    /// The visitor's side: page, camera, presence.
    Visitor,
    /// Certificates against their signalled fingerprints.
    Fingerprint,
    /// The end of the slot.
    End,
    /// The TURN server.
    Relay,
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Stage => "stage",
            Self::Service => "service",
            Self::Kiosk => "kiosk",
            Self::Badge => "badge",
            Self::Camera => "camera",
            Self::Audio => "audio",
            Self::Visitor => "visitor",
            Self::Fingerprint => "fingerprint",
            Self::End => "end",
            Self::Relay => "relay",
        })
    }
}

/// Something that did not happen.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{part}: {what}")]
pub struct Failure {
    /// Whose part it was.
    pub part: Part,
    /// What was missing.
    pub what: String,
}

impl Failure {
    /// A failure of this part.
    pub fn new(part: Part, what: impl Into<String>) -> Self {
        Self { part, what: what.into() }
    }
}

/// Gives an error its part.
pub trait InPart<T> {
    /// As a failure of `part`.
    ///
    /// # Errors
    /// The same as before.
    fn in_part(self, part: Part) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> InPart<T> for Result<T, E> {
    fn in_part(self, part: Part) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(part, format!("{:#}", error.into())))
    }
}
