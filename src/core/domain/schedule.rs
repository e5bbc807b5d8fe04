//! What the kiosk knows of its room: today and the next two days.

use serde::{Deserialize, Serialize};

use super::{Booking, BookingId, Inmate, InmateId, KioskId, Policy, Redacted, StaffMember};
use crate::badge::{BadgeDigest, BadgeKey};

/// A snapshot of the room as the service last told it. It can always be fetched again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The kiosk this snapshot was made for.
    pub kiosk: KioskId,
    /// The key under which badge digests in this snapshot were made.
    pub badge_key: BadgeKey,
    /// The facility's rules.
    pub policy: Policy,
    /// Bookings of the whole room, so that an inmate at the wrong kiosk can be told the right one.
    pub bookings: Vec<Booking>,
    /// The people those bookings name.
    pub inmates: Vec<Inmate>,
    /// Who may open this kiosk.
    pub staff: Vec<StaffMember>,
}

impl Schedule {
    /// The member of staff with this badge.
    pub fn staff_with_badge(&self, badge: &BadgeDigest) -> Option<&StaffMember> {
        self.staff.iter().find(|staff| staff.badges.contains(badge))
    }

    /// The member of staff with this number; nobody where it names two.
    pub fn staff_with_number(&self, number: &Redacted<String>) -> Option<&StaffMember> {
        let mut named = self.staff.iter().filter(|staff| staff.number.as_ref() == Some(number));
        named.next().filter(|_| named.next().is_none())
    }

    /// The inmate with this badge.
    pub fn inmate_with_badge(&self, badge: &BadgeDigest) -> Option<&Inmate> {
        self.inmates.iter().find(|inmate| inmate.badges.contains(badge))
    }

    /// The inmate with this id.
    pub fn inmate(&self, id: &InmateId) -> Option<&Inmate> {
        self.inmates.iter().find(|inmate| &inmate.id == id)
    }

    /// The booking with this id.
    pub fn booking(&self, id: &BookingId) -> Option<&Booking> {
        self.bookings.iter().find(|booking| &booking.id == id)
    }
}
