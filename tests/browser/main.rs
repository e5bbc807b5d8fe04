//! The visitor's page in a real Chromium against the real service: a phone of 360 by 640 px with a
//! touch screen, a false camera and a false microphone. The stories follow the visitor; each state
//! they come to is looked over in three languages, by axe-core and for the small screen.
//!
//! `make visit` has the real kiosk at the other end; here its seat is taken by the tests.

#[cfg(test)]
mod devices;
#[cfg(test)]
mod driver;
#[cfg(test)]
mod house;
#[cfg(test)]
mod instruments;
#[cfg(test)]
mod keyboard;
#[cfg(test)]
mod kiosk;
#[cfg(test)]
mod links;
#[cfg(test)]
mod look;
#[cfg(test)]
mod messengers;
#[cfg(test)]
mod phone;
#[cfg(test)]
mod previews;
#[cfg(test)]
mod talking;
#[cfg(test)]
mod windows;
