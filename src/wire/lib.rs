//! The contract between kiosk, visit service, visitor's page and booking connectors, version `/v1`.
//!
//! Shapes only, from which `assets/openapi.json` is generated; it never talks. Times are RFC 3339
//! text for connectors and UTC milliseconds (`…_ms`) between our own parts. Unknown fields are
//! ignored; an unknown enum value fails the message it stands in.

pub mod admin;
pub mod bookings;
pub mod fleet;
pub mod kiosk;
pub mod problem;
pub mod provisioning;
pub mod visitor;
