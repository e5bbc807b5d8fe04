//! Stories of the line: the real threads `net` and `store` against a service on loopback that
//! answers as the story wants.

mod calls;
mod hold_off;
mod hostile;
mod kiosk_socket;
mod outbox;
mod renewal;
mod room;
pub(crate) mod service;
mod sync;
mod trust;
