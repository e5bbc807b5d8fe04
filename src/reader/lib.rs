//! The OSDP control panel of one badge reader.
//!
//! Owns the line to the reader, its key and a socket to the kiosk, in a process of its own:
//! libosdp parses bytes from outside in C, so whatever it is talked into happens here, behind a
//! filter of system calls. One process carries one session with the reader and ends when that is
//! lost; the kiosk starts the next. It never knows whose badge it is, and writes no log.

pub mod clock;
pub mod line;
pub mod panel;
pub mod sandbox;
pub mod service;
