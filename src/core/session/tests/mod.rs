//! Stories and properties of the session in virtual time, with fake shells and a watcher outside.

mod coverage;
mod defects;
mod kiosk;
mod properties;
mod room;
mod stories;
mod watch;
