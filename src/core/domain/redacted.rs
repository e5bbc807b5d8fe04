//! Text that must reach no log.

use serde::{Deserialize, Serialize};

/// A personal or secret value. `Debug` and `Display` never show it; [`Redacted::reveal`] does, and
/// is the only way, so that every use can be found by name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Hides `value` from logs.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the screen, the wire or a comparison.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> std::fmt::Debug for Redacted<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl<T> std::fmt::Display for Redacted<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[redacted]")
    }
}
