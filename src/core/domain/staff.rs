//! Guards and technicians.

use serde::{Deserialize, Serialize};

use super::{Redacted, StaffId, Utc};
use crate::badge::BadgeDigest;

/// What a member of staff may do at a kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Opens and locks kiosks, ends calls.
    Guard,
    /// A guard's rights, and maintenance.
    Technician,
}

/// A guard or technician, as far as the kiosk needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMember {
    /// One id for badge, desk and audit.
    pub id: StaffId,
    /// What they may do.
    pub role: Role,
    /// Digests of their badges.
    pub badges: Vec<BadgeDigest>,
    /// Argon2id verifier of the PIN, in PHC string form.
    pub pin_verifier: Redacted<String>,
    /// From here on the badge opens nothing.
    pub valid_until: Utc,
}
