//! A prison of one room: the real visit service, the people in it, and the real kiosk.
//!
//! Seeds only through the service's public APIs and provisions the kiosk as a technician does.
//! Never looks into anybody's store.

mod binaries;
mod kiosk;
mod people;
mod reader_settings;
mod room;
mod service;

pub use binaries::binary;
pub use kiosk::{Kiosk, KioskPlan, MediaFault};
pub use people::{Bookings, GUARD_NUMBER, GUARD_PIN, People, Person, TECHNICIAN_PIN};
pub use room::{RoomPlan, VisitingRoom};
pub use service::{Service, ServicePlan, TurnServer};
