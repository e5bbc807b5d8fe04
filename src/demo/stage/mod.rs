//! The things on the stage: processes, an X display, a badge reader, a network, a TURN server.
//!
//! Each is owned by one value and gone when that value is dropped or stopped. Nothing here knows
//! what a visit is. All of it lives on the demo's one tokio thread.

mod directory;
mod display;
mod network;
mod orphans;
mod processes;
mod program;
mod reader;
mod turn;

pub use directory::StageDirectory;
pub use display::{Display, SCREEN_SIZE};
pub use network::{KioskNetwork, NetworkError};
pub use orphans::{adopt_orphans, end_orphans};
pub use processes::{ProcessTree, TreeUse};
pub use program::{Program, wait_until};
pub use reader::{
    Card, Colour, Em4100, Iso14443a, OsdpSettings, Reader, ReaderModel, Shown, Status, TextCheck, TextFormat, Wiegand,
    corrupt_frame, frame, noise,
};
pub use turn::Turn;
