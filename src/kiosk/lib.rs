//! The kiosk around the session: shells that act on its effects and report events, and the ui that
//! draws its screen. Decides nothing.
//!
//! Threads, all named: main (eframe), `session`, `media`, `badge`, `store`, `net`. Each module says
//! on which one it lives.

pub mod lanes;
pub mod picture;
pub mod ui;
