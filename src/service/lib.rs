//! The visit service: bookings, people and kiosks, joins, signalling, the pages of visitor and office.
//!
//! Three TLS listeners, each with the routes of its own public: visitors and connectors, kiosks, the
//! office. Owns one data directory. It carries no media and keeps no join descriptor.

mod app;
mod batch;
mod bookings;
mod clock;
pub mod config;
mod extract;
mod fault;
mod fleet;
mod join;
mod kiosks;
mod limits;
mod listeners;
mod metrics;
mod office;
pub mod openapi;
mod pages;
mod people;
mod secrets;
mod signalling;
mod store;
mod tls;
mod turn;
mod visitor;

pub use clock::Clock;
pub use fleet::FleetCommand;
pub use listeners::{Running, serve};
pub use office::{AdminCommand, ImportError, administer, import, report};
