//! OSDP (IEC 60839-11-5) as far as the kiosk itself must understand it.
//!
//! The protocol's control panel is `libosdp`, which is C and runs in a child process of its own.
//! Here stands what must not be left to it: which frames may reach it at all ([`LineGuard`]), which
//! keys are keys ([`ReaderKey`]), and the words that child and kiosk exchange ([`ToPanel`],
//! [`FromPanel`]). All of it is sans-IO; nothing here encrypts.

mod dialog;
mod frame;
mod guard;
mod key;
mod message;
mod probe;
#[cfg(test)]
mod tests;

pub use dialog::OsdpDialog;
pub use frame::{FrameScanner, LONGEST_FRAME_BYTES, OsdpFrame, SecurityBlock};
pub use guard::{Distrust, LineGuard, Loss};
pub use key::{ReaderKey, ReaderKeyError};
pub use message::{Begin, CardFormat, FromPanel, LONGEST_MESSAGE_BYTES, Purpose, ReaderIdentity, ToPanel, ToldCard};
pub use probe::OsdpProbe;
