//! Who a badge belongs to, and whether its inmate may visit now.
//!
//! Pure functions of schedule, badge and time. Permissions use the service's clock alone; "today"
//! is the facility's day.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::time::Duration;

use super::defect::planted;
use crate::badge::{BadgeDigest, BadgeNumber};
use crate::domain::{
    Booking, BookingId, BootTime, InmateId, KioskId, Language, Now, Redacted, Schedule, StaffMember, Utc,
};

/// A service clock that may be off by more than this admits nobody.
const LARGEST_CLOCK_ERROR: Duration = Duration::from_secs(60);

/// Whose badge was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    Staff(StaffMember),
    ExpiredStaff,
    Inmate(InmateId),
    Nobody,
}

/// Everything a visit needs until its end, whatever the schedule says later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) booking: Booking,
    pub(super) inmate: Redacted<String>,
    pub(super) clock: Anchor,
    pub(super) begins_at: BootTime,
    pub(super) ends_at: BootTime,
}

/// The service's clock pinned to boot time at admission: later jumps of any clock move nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    utc: Utc,
    boot: BootTime,
}

/// Why an inmate is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    NoVisitToday,
    AtAnotherKiosk { kiosk: KioskId, starts_at: Utc, language: Language },
    TooEarly { starts_at: Utc, opens_at: BootTime, language: Language },
    TimeUnknown,
}

impl Anchor {
    pub(super) fn new(utc: Utc, boot: BootTime) -> Self {
        Self { utc, boot }
    }

    /// When boot time will be at `utc`; the anchor itself where that has passed.
    pub(super) fn boot_at(&self, utc: Utc) -> BootTime {
        self.boot + self.utc.until(utc)
    }

    pub(super) fn utc_at(&self, boot: BootTime) -> Utc {
        self.utc + boot.since(self.boot)
    }
}

impl Plan {
    /// Takes a newer revision's times.
    pub(super) fn follow(&mut self, booking: &Booking) {
        if booking.revision > self.booking.revision {
            self.booking.revision = booking.revision;
            self.booking.slot = booking.slot;
            self.begins_at = self.clock.boot_at(booking.slot.starts_at());
            self.ends_at = self.clock.boot_at(booking.slot.ends_at());
        }
    }
}

/// Whose badge this is, at the best civil time at hand.
pub(super) fn holder(schedule: &Schedule, badge: &BadgeNumber, now: &Now) -> Holder {
    let digests: Vec<BadgeDigest> = schedule.badge_key.digests(badge).collect();
    if let Some(staff) = digests.iter().find_map(|digest| schedule.staff_with_badge(digest)) {
        let expired = staff.valid_until <= now.best_utc() && !planted!(ExpiredStaffAccepted);
        return if expired { Holder::ExpiredStaff } else { Holder::Staff(staff.clone()) };
    }
    let inmate = digests.iter().find_map(|digest| schedule.inmate_with_badge(digest));
    inmate.map_or(Holder::Nobody, |inmate| Holder::Inmate(inmate.id.clone()))
}

/// Whether `inmate` may visit at `kiosk` now. Bookings in `ended` count as finished, for the
/// schedule may not know yet.
///
/// # Errors
/// The [`Refusal`] to show.
pub(super) fn admit(
    schedule: &Schedule,
    kiosk: &KioskId,
    inmate: &InmateId,
    is_ended: impl Fn(&BookingId) -> bool,
    now: &Now,
) -> Result<Plan, Refusal> {
    let service = now.service.filter(|service| service.error <= LARGEST_CLOCK_ERROR).ok_or(Refusal::TimeUnknown)?;
    let clock = Anchor::new(service.at, now.boot);
    let zone = TimeZone::get(&schedule.policy.zone).unwrap_or(TimeZone::UTC);
    let today = local_date(&zone, service.at);
    let is_candidate = |booking: &&Booking| {
        &booking.inmate == inmate
            && (!booking.cancelled || planted!(CancelledAdmitted))
            && (!booking.finished && !is_ended(&booking.id) || planted!(FinishedAdmitted))
            && booking.slot.ends_at() > service.at
            && local_date(&zone, booking.slot.starts_at()) <= today
    };
    let opens_at = |booking: &Booking| match planted!(WindowIgnored) {
        true => service.at,
        false => booking.slot.starts_at() - schedule.policy.join_before_start(),
    };
    let first = |wanted: &dyn Fn(&Booking) -> bool| {
        schedule
            .bookings
            .iter()
            .filter(is_candidate)
            .filter(|booking| wanted(booking))
            .min_by_key(|booking| booking.slot.starts_at())
    };
    let is_here = |booking: &Booking| &booking.kiosk == kiosk || planted!(OtherKioskAdmitted);
    let is_open = |booking: &Booking| opens_at(booking) <= service.at;

    if let Some(booking) = first(&|booking| is_here(booking) && is_open(booking)) {
        let inmate = schedule.inmate(inmate).map(|inmate| inmate.name.clone()).unwrap_or_default();
        return Ok(Plan {
            inmate,
            clock,
            begins_at: clock.boot_at(booking.slot.starts_at()),
            ends_at: clock.boot_at(booking.slot.ends_at()),
            booking: booking.clone(),
        });
    }
    let elsewhere = |booking: &Booking| Refusal::AtAnotherKiosk {
        kiosk: booking.kiosk.clone(),
        starts_at: booking.slot.starts_at(),
        language: booking.language,
    };
    if let Some(booking) = first(&|booking| !is_here(booking) && is_open(booking)) {
        return Err(elsewhere(booking));
    }
    if let Some(booking) = first(&is_here) {
        let starts_at = booking.slot.starts_at();
        let opens_at = clock.boot_at(opens_at(booking));
        return Err(Refusal::TooEarly { starts_at, opens_at, language: booking.language });
    }
    Err(first(&|_| true).map_or(Refusal::NoVisitToday, elsewhere))
}

fn local_date(zone: &TimeZone, utc: Utc) -> Date {
    Timestamp::from_millisecond(utc.as_millis())
        .map_or(Date::MAX, |instant| instant.to_zoned_datetime(zone.clone()).date())
}
