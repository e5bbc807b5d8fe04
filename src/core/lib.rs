//! The pure heart of the kiosk.
//!
//! Owns the words of the visiting room (`domain`), the state machine that decides (`session`), the
//! wizard of a machine that is no kiosk yet (`provisioning`), the badge decoders (`badge`) and the
//! sans-IO signalling of each engine (`engine`).
//! It never reads a clock, opens a file or a socket, starts a thread, or knows GStreamer, egui or
//! SQLite: events and time come in, effects and the screen go out. It lives on whichever thread
//! calls it, which in the kiosk is the one named `session`.

#![cfg_attr(
    test,
    allow(
        clippy::wildcard_enum_match_arm,
        clippy::enum_variant_names,
        reason = "a story looks for one thing among many"
    )
)]

pub mod badge;
pub mod domain;
pub mod engine;
pub mod provisioning;
pub mod session;
