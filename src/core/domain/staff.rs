//! Guards and technicians.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Redacted, StaffId, Utc};
use crate::badge::BadgeDigest;

/// A verifier of nobody's PIN: its hash is random bytes, and comparing a PIN with it takes as long as with anybody's.
pub const NOBODYS_PIN_VERIFIER: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$JGTzQdgOlKNffCVgJRKvvA$3hArVi2v0WUg2V+40gUdvmU2TyB94MyXP9J5/tTambk";

/// How many digits a staff number has.
pub const STAFF_NUMBER_DIGITS: RangeInclusive<usize> = 4..=8;

/// Whether `text` can be a staff number: 4 to 8 of the digits 0 to 9.
pub fn is_staff_number(text: &str) -> bool {
    STAFF_NUMBER_DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

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
    /// What they type where no reader is; an identifier like a badge's, never proof.
    #[serde(default)]
    pub number: Option<Redacted<String>>,
    /// Argon2id verifier of the PIN, in PHC string form.
    pub pin_verifier: Redacted<String>,
    /// From here on the badge opens nothing.
    pub valid_until: Utc,
}
