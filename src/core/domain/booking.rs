//! The record that people may talk, and when.

use serde::{Deserialize, Serialize};

use super::{BookingId, FacilityId, InmateId, KioskId, Language, Redacted, Utc};
use crate::badge::BadgeDigest;

/// A booking's time range: `starts_at` is inside it, `ends_at` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slot {
    starts_at: Utc,
    ends_at: Utc,
}

/// Why two instants make no slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// The end is not after the start.
    #[error("the slot ends at or before its start: choose an end after the start")]
    EndsBeforeItStarts,
}

impl Slot {
    /// The slot from `starts_at` to `ends_at`.
    ///
    /// # Errors
    /// [`SlotError::EndsBeforeItStarts`] unless `ends_at` is after `starts_at`.
    pub fn new(starts_at: Utc, ends_at: Utc) -> Result<Self, SlotError> {
        if starts_at < ends_at { Ok(Self { starts_at, ends_at }) } else { Err(SlotError::EndsBeforeItStarts) }
    }

    /// When talking may begin.
    pub fn starts_at(&self) -> Utc {
        self.starts_at
    }

    /// When talking ends.
    pub fn ends_at(&self) -> Utc {
        self.ends_at
    }

    /// Whether two slots share an instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }
}

/// The record that an inmate and a visitor may talk at a kiosk in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// The service's id.
    pub id: BookingId,
    /// Grows with every change of this booking.
    pub revision: u64,
    /// Where it takes place.
    pub facility: FacilityId,
    /// At which kiosk.
    pub kiosk: KioskId,
    /// Who is visited.
    pub inmate: InmateId,
    /// The visitor's name as the inmate knows it.
    pub visitor: Redacted<String>,
    /// When.
    pub slot: Slot,
    /// The language of the screen after the badge.
    pub language: Language,
    /// Guards may look in.
    pub supervised: bool,
    /// Nobody looks in: a lawyer's visit.
    pub privileged: bool,
    /// The booking was withdrawn; kept so that the kiosk can say so.
    pub cancelled: bool,
    /// The visit has its outcome; nobody may join it again.
    pub finished: bool,
}

/// A person held at the facility, as far as the kiosk needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inmate {
    /// The service's id.
    pub id: InmateId,
    /// The name shown after the badge, and never before.
    pub name: Redacted<String>,
    /// Digests of the badges that name this inmate.
    pub badges: Vec<BadgeDigest>,
}
