//! Whether anybody would miss this kiosk for as long as a restart takes. Pure; asked each second.
//!
//! A restart ends what is on the screen and leaves the kiosk locked, so it belongs into the facility's
//! hours for it, with nobody before the screen and no visit near. Nothing here permits a person anything.

use std::time::Duration;

use super::condition::KioskActivity;
use super::defect::planted;
use crate::domain::{Booking, KioskId, Now, Policy, Schedule, Utc};

/// A kiosk that does not come up at once has so long before its next visitor is let in to wait.
const BEFORE_A_VISIT: Duration = Duration::from_secs(30 * 60);

/// Why this is no moment for a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unquiet {
    /// Somebody's visit is before the screen.
    InVisit,
    /// A technician looks after the kiosk.
    Maintenance,
    /// A visit is booked here, now or soon.
    VisitNear,
    /// Outside the facility's hours for it.
    OutsideUpdateHours,
    /// The service's clock was not heard, so that nobody knows what hour it is.
    TimeUnknown,
}

/// Whether this is a moment for a restart.
pub(super) fn quiet(
    activity: KioskActivity,
    kiosk: &KioskId,
    schedule: Option<&Schedule>,
    now: Now,
) -> Result<(), Unquiet> {
    match activity {
        KioskActivity::InVisit => return Err(Unquiet::InVisit),
        KioskActivity::Maintenance => return Err(Unquiet::Maintenance),
        KioskActivity::Locked | KioskActivity::Open | KioskActivity::OutOfService(_) => {}
    }
    let utc = now.service.ok_or(Unquiet::TimeUnknown)?.at;
    let default = Policy::default();
    let policy = schedule.map_or(&default, |schedule| &schedule.policy);
    if !policy.is_update_hour(utc) {
        return Err(Unquiet::OutsideUpdateHours);
    }
    let before = policy.join_before_start() + BEFORE_A_VISIT;
    let is_near = |booking: &Booking| {
        &booking.kiosk == kiosk && !booking.cancelled && !booking.finished && is_within(booking, before, utc)
    };
    if !planted!(VisitNearIgnored) && schedule.is_some_and(|schedule| schedule.bookings.iter().any(is_near)) {
        return Err(Unquiet::VisitNear);
    }
    Ok(())
}

fn is_within(booking: &Booking, before: Duration, utc: Utc) -> bool {
    booking.slot.starts_at() - before <= utc && utc < booking.slot.ends_at()
}
