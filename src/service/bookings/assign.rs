//! Which kiosk is free, and when one would be.

use muwajaha_wire::bookings::SlotReply;

use super::slot_reply;
use crate::store::BookingRow;

const STEP_MS: i64 = 15 * 60 * 1000;
const MOST_OFFERS: usize = 5;
/// How far around the wanted time other ones are looked for.
pub(super) const SEARCH_MS: i64 = 24 * 60 * 60 * 1000;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) inmate: &'a str,
    pub(super) starts_at_ms: i64,
    pub(super) ends_at_ms: i64,
}

/// The first of `kiosks` that none of `bookings` occupies.
pub(super) fn free_kiosk<'a>(kiosks: &'a [String], bookings: &[BookingRow], wish: Wish<'_>) -> Option<&'a String> {
    kiosks.iter().find(|kiosk| {
        !bookings.iter().any(|booking| booking.kiosk == **kiosk && booking.occupies(wish.starts_at_ms, wish.ends_at_ms))
    })
}

/// Whether the inmate has another visit then.
pub(super) fn inmate_is_busy(bookings: &[BookingRow], wish: Wish<'_>) -> bool {
    bookings.iter().any(|booking| booking.inmate == wish.inmate && booking.occupies(wish.starts_at_ms, wish.ends_at_ms))
}

/// Times of the same length at which the visit would fit, nearest first, none before `now_ms`.
pub(super) fn free_slots(kiosks: &[String], bookings: &[BookingRow], wish: Wish<'_>, now_ms: i64) -> Vec<SlotReply> {
    let steps = 1..=SEARCH_MS / STEP_MS;
    steps
        .flat_map(|step| [step * STEP_MS, -step * STEP_MS])
        .map(|shift| Wish { starts_at_ms: wish.starts_at_ms + shift, ends_at_ms: wish.ends_at_ms + shift, ..wish })
        .filter(|other| other.starts_at_ms >= now_ms)
        .filter(|other| !inmate_is_busy(bookings, *other) && free_kiosk(kiosks, bookings, *other).is_some())
        .take(MOST_OFFERS)
        .map(|other| slot_reply(other.starts_at_ms, other.ends_at_ms))
        .collect()
}
