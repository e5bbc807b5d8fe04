//! The room that the tests play in: its people, badges, bookings and clock.

use crate::badge::{BadgeKey, BadgeKeyId, BadgeNumber, SiteAndNumber};
use crate::domain::{
    Booking, BookingId, FacilityId, Inmate, InmateId, KioskId, Language, Policy, Redacted, Role, Schedule, Slot,
    StaffId, StaffMember, Utc,
};
use crate::engine::{DirectVariant, EngineVariant, JoinDescriptor};

/// 2026-03-01, 00:00 in Baghdad, which is three hours ahead of UTC.
const MIDNIGHT_MS: i64 = 1_772_312_400_000;
pub(super) const PIN: &str = "2468";
/// The guard's number.
pub(super) const NUMBER: &str = "471108";
/// A number whose owner's time is over.
pub(super) const FORMER_NUMBER: &str = "4712";
/// A number that names nobody.
pub(super) const NOBODYS_NUMBER: &str = "471109";
/// Whoever gives the service's orders.
pub(super) const DESK: &str = "desk";
/// The one who may maintain kiosks.
pub(super) const TECHNICIAN: &str = "technician";
pub(super) const VISIT: &str = "visit-ali";
pub(super) const NEXT_VISIT: &str = "visit-hasan";

/// A card in someone's hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Card {
    /// Ali, booked here from 10:00 to 10:30, in Kurdish.
    Ali,
    /// Hasan, booked here from 10:40 to 11:10.
    Hasan,
    /// Omar, booked at the other kiosk from 10:00 to 10:30.
    Omar,
    /// Zaid, booked tomorrow.
    Zaid,
    Guard,
    OtherGuard,
    /// A guard whose time is over.
    FormerGuard,
    Technician,
    Nobody,
}

impl Card {
    pub(super) const ALL: [Self; 9] = [
        Self::Ali,
        Self::Hasan,
        Self::Omar,
        Self::Zaid,
        Self::Guard,
        Self::OtherGuard,
        Self::FormerGuard,
        Self::Technician,
        Self::Nobody,
    ];

    /// What the reader tells. Two people were enrolled before the facility's mapping was changed.
    pub(super) fn number(self) -> BadgeNumber {
        let by_earlier_rules = self.enrolled();
        match self {
            Self::Hasan | Self::OtherGuard => {
                let site = SiteAndNumber { bits: 26, site: 0, number: 10 + self as u32 };
                BadgeNumber::from_site_and_number(site).known_earlier_as(&by_earlier_rules)
            }
            Self::Ali | Self::Omar | Self::Zaid | Self::Guard | Self::FormerGuard | Self::Technician | Self::Nobody => {
                by_earlier_rules
            }
        }
    }

    fn enrolled(self) -> BadgeNumber {
        BadgeNumber::from_em4100([1, 0, 0, 0, 10 + self as u8])
    }
}

/// A time of the test's day, `hh:mm` or `hh:mm:ss`, in the facility's zone; hours may pass 24.
pub(super) fn local(time: &str) -> Utc {
    let mut parts = time.split(':').map(|part| part.parse::<i64>().expect("hh:mm:ss"));
    let mut next = || parts.next().unwrap_or(0);
    let seconds = next() * 3600 + next() * 60 + next();
    Utc::from_millis(MIDNIGHT_MS + seconds * 1000)
}

pub(super) fn here() -> KioskId {
    KioskId::new("K1")
}

pub(super) fn elsewhere() -> KioskId {
    KioskId::new("K2")
}

pub(super) fn id(booking: &str) -> BookingId {
    BookingId::new(booking)
}

fn key() -> BadgeKey {
    BadgeKey { id: BadgeKeyId("key-1".to_owned()), secret: Redacted::new("00".repeat(32)) }
}

fn inmate(id: &str, card: Card) -> Inmate {
    Inmate {
        id: InmateId::new(id),
        name: Redacted::new(format!("name of {id}")),
        badges: vec![key().digest(&card.enrolled())],
    }
}

fn staff(id: &str, card: Card, number: Option<&str>, valid_until: Utc) -> StaffMember {
    StaffMember {
        id: StaffId::new(id),
        role: Role::Guard,
        badges: vec![key().digest(&card.enrolled())],
        number: number.map(|number| Redacted::new(number.to_owned())),
        pin_verifier: Redacted::new(format!("verifier of {id}")),
        valid_until,
    }
}

fn booking(name: &str, inmate: &str, kiosk: KioskId, from: &str, to: &str) -> Booking {
    Booking {
        id: id(name),
        revision: 1,
        facility: FacilityId::new("karkh"),
        kiosk,
        inmate: InmateId::new(inmate),
        visitor: Redacted::new(format!("visitor of {inmate}")),
        slot: Slot::new(local(from), local(to)).expect("a slot"),
        language: Language::Kurdish,
        supervised: true,
        privileged: false,
        cancelled: false,
        finished: false,
    }
}

pub(super) fn schedule() -> Schedule {
    Schedule {
        kiosk: here(),
        badge_key: key(),
        policy: Policy {
            closes_at_minute: Some(16 * 60),
            relay_only: false,
            staff_number_without_reader: true,
            ..Policy::default()
        },
        bookings: vec![
            booking(NEXT_VISIT, "hasan", here(), "10:40", "11:10"),
            booking(VISIT, "ali", here(), "10:00", "10:30"),
            booking("visit-omar", "omar", elsewhere(), "10:00", "10:30"),
            booking("visit-zaid", "zaid", here(), "34:00", "34:30"),
        ],
        inmates: vec![
            inmate("ali", Card::Ali),
            inmate("hasan", Card::Hasan),
            inmate("omar", Card::Omar),
            inmate("zaid", Card::Zaid),
        ],
        staff: vec![
            staff("guard", Card::Guard, Some(NUMBER), local("240:00")),
            staff("other-guard", Card::OtherGuard, None, local("240:00")),
            staff("former-guard", Card::FormerGuard, Some(FORMER_NUMBER), local("00:00")),
            StaffMember { role: Role::Technician, ..staff(TECHNICIAN, Card::Technician, None, local("240:00")) },
        ],
    }
}

pub(super) fn descriptor(booking: &Booking) -> JoinDescriptor {
    JoinDescriptor {
        booking: booking.id.clone(),
        engine: EngineVariant::Direct(DirectVariant {
            signalling_url: "wss://service.example/signalling".to_owned(),
            token: Redacted::new("join token".to_owned()),
        }),
        ice_servers: Vec::new(),
        relay_only: false,
        not_before: booking.slot.starts_at(),
        ends_at: booking.slot.ends_at(),
        supervised: true,
        recorded: false,
        privileged: false,
    }
}
