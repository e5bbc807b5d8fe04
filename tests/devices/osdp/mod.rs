//! An OSDP reader on the kiosk's real loop, and whoever has got at its wire.
//!
//! The reader is libosdp's own peripheral device behind a pseudo-terminal; the kiosk's side is its
//! badge thread with its real child process. The attacks are those published against OSDP's
//! installations (Bishop Fox, "Badge of Shame", 2023) and one against libosdp itself. None may yield
//! a badge.

mod attacks;
mod honest;
mod installation;
pub(super) mod room;
mod wire;
