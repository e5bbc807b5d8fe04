//! The kiosk around the session: shells that act on its effects and report events, and the ui that
//! draws its screen. Decides nothing.
//!
//! Threads, all named: main (eframe), `session`, `media`, `badge`, `store`, `net`, `update`, `pin`, `signals`;
//! while the machine is no kiosk yet: main, `wizard`, `net`, `stick`; on a technician's stick: main, `installer`.
//! Each module says on which one it lives.

#![cfg_attr(test, allow(clippy::wildcard_enum_match_arm, reason = "a story looks for one thing among many"))]
#![cfg_attr(
    test,
    allow(
        clippy::mem_forget,
        clippy::field_reassign_with_default,
        reason = "a test kills a writer, and a room differs in one setting"
    )
)]

pub mod app;
pub mod badge;
pub mod check;
pub mod config;
pub mod fallback;
pub mod identity;
pub mod installer;
pub mod lanes;
#[allow(clippy::wildcard_enum_match_arm, reason = "GStreamer's message and state enums may grow")]
pub mod media;
pub mod net;
pub mod picture;
pub mod provisioning;
pub mod session_loop;
pub mod snapshot;
pub mod status;
pub mod store;
pub mod system;
pub mod ui;
pub mod update;
pub mod wizard;
