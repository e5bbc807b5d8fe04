//! The office's page in a real Chromium, against the real service over TLS: what an officer sees, types
//! and presses, found by labels and button names as a screen reader finds them. Kiosks speak on their
//! real socket; what was done is checked at the API. Pictures of every view go to `target/tmp/office`.

#[cfg(test)]
mod fleet;
#[cfg(test)]
#[path = "../service/house.rs"]
#[expect(dead_code, reason = "the house of the service's stories has more rooms than are needed here")]
mod house;
#[cfg(test)]
mod introductions;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod officer;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod taps;
