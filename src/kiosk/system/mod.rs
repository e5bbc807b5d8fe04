//! The machine around the kiosk: its clocks, the runtime directory, systemd, PINs.
//!
//! Everything the session loop needs from the operating system and nothing that decides. Each
//! module says on which thread it lives.

pub mod clock;
pub mod failure;
pub mod first_frames;
pub mod health;
pub mod memory;
pub mod notification;
pub mod pin;
pub mod runtime_directory;
pub mod status;
pub mod supervisor;
