//! A whole visit on one machine: the real binaries, a simulated reader, the demo desk and the
//! scripted visit.
//!
//! It starts processes, seeds the service through its public APIs and measures from outside. It
//! never reaches into kiosk or service: whatever works here works in a prison.

pub mod bench;
pub mod desk;
pub mod detect;
pub mod prison;
pub mod script;
pub mod stage;
pub mod visitor;
