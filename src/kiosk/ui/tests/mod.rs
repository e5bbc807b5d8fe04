//! The screen as people meet it: looked at, read, touched.
//!
//! Pictures are rendered by the shipped painter and shader on an EGL surface without a window.

mod fallback;
mod film;
mod flaws;
mod gl;
mod installer;
mod planted;
mod reading;
mod room;
mod screens;
mod snapshots;
mod staying;
mod touching;
mod whole;
mod wizard;
mod wording;
