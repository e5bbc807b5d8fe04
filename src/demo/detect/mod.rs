//! Eyes and ears outside the kiosk: what a framebuffer shows and what a recording sounds like.
//!
//! Reads the X server's framebuffer file, finds the frame counter strip in pixels, finds tones in
//! samples. Shares no code with the kiosk, which draws and plays them: a mistake in one would hide
//! in the other. Pure but for [`framebuffer`] and [`recording`], which read files; any thread.

mod boxes;
pub mod framebuffer;
mod pixels;
pub mod recording;
mod strip;
mod tone;
mod watch;

pub use boxes::{ColouredBox, find_boxes};
pub use pixels::Pixels;
pub use strip::{STRIP_CELLS, StripReading, find_strip};
pub use tone::{KIOSK_TONES_HZ, ToneTally, VISITOR_TONES_HZ};
pub use watch::{ChangeWatch, drawn_share};
