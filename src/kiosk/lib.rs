//! The kiosk around the session: shells that act on its effects and report events, and the ui that
//! draws its screen. Decides nothing.
//!
//! Threads, all named: main (eframe), `session`, `media`, `badge`, `store`, `net`, `pin`, `signals`.
//! Each module says on which one it lives.

pub mod app;
pub mod badge;
pub mod config;
pub mod lanes;
pub mod media;
pub mod net;
pub mod picture;
pub mod provisioning;
pub mod session_loop;
pub mod snapshot;
pub mod store;
pub mod system;
pub mod ui;
