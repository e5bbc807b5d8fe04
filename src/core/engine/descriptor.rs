//! Join descriptors: everything needed to carry one call, fetched inside the join window and never
//! stored.

use serde::{Deserialize, Serialize};

use crate::domain::{BookingId, Redacted, Utc};

/// A STUN or TURN server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// `turn:host:port?transport=udp`, `stun:host:port`, …
    pub url: String,
    /// TURN user name, with its expiry in it (coturn's shared-secret scheme).
    pub username: Option<Redacted<String>>,
    /// TURN password.
    pub credential: Option<Redacted<String>>,
}

/// What the direct engine needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectVariant {
    /// `wss://…` of the call's signalling.
    pub signalling_url: String,
    /// Opens that socket for this call only.
    pub token: Redacted<String>,
}

/// The engine and what it alone needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "engine", rename_all = "snake_case")]
pub enum EngineVariant {
    /// Peer to peer through the service's signalling.
    Direct(DirectVariant),
    /// An engine this kiosk does not have.
    #[serde(other)]
    Unknown,
}

/// Everything needed to carry one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinDescriptor {
    /// For which booking.
    pub booking: BookingId,
    /// The engine and its variant.
    #[serde(flatten)]
    pub engine: EngineVariant,
    /// Servers to gather candidates from.
    pub ice_servers: Vec<IceServer>,
    /// Media flows through TURN only.
    pub relay_only: bool,
    /// Media may not flow before.
    pub not_before: Utc,
    /// Media may not flow from here on.
    pub ends_at: Utc,
    /// A supervisor may look in; the screen says so.
    pub supervised: bool,
    /// Someone asks for a recording. There is no recorder: refused.
    pub recorded: bool,
    /// A lawyer's visit: nobody may look in.
    pub privileged: bool,
}

/// Why a descriptor is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DescriptorRefusal {
    /// It asks for a recording.
    #[error("the descriptor asks for a recording, and this kiosk has no recorder")]
    AsksForRecording,
    /// It names an engine this kiosk does not have.
    #[error("the descriptor names an engine that this kiosk does not have")]
    UnknownEngine,
    /// It is for another booking.
    #[error("the descriptor is for another booking than the one asked for")]
    OtherBooking,
    /// It ends before it starts, or has ended.
    #[error("the descriptor's time is over or runs backwards")]
    TimeOver,
    /// Supervised and privileged exclude each other.
    #[error("the descriptor is both supervised and privileged")]
    SupervisedPrivileged,
}

impl JoinDescriptor {
    /// Checks the descriptor for `booking` at the service's time `now`.
    ///
    /// # Errors
    /// The first [`DescriptorRefusal`] that holds.
    pub fn validate(&self, booking: &BookingId, now: Utc) -> Result<(), DescriptorRefusal> {
        if &self.booking != booking {
            return Err(DescriptorRefusal::OtherBooking);
        }
        if self.recorded {
            return Err(DescriptorRefusal::AsksForRecording);
        }
        if self.supervised && self.privileged {
            return Err(DescriptorRefusal::SupervisedPrivileged);
        }
        if self.ends_at <= self.not_before || self.ends_at <= now {
            return Err(DescriptorRefusal::TimeOver);
        }
        match self.engine {
            EngineVariant::Direct(_) => Ok(()),
            EngineVariant::Unknown => Err(DescriptorRefusal::UnknownEngine),
        }
    }
}
