//! Stories of the visit service, told from outside: connectors, visitors, kiosks and the office talk
//! to its three listeners over real TLS on loopback ports. Only the clock is the tests' own, so that
//! nobody waits for a slot to end.

#[cfg(test)]
mod bookings;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod files;
#[cfg(test)]
mod fleet;
#[cfg(test)]
mod full_disk;
#[cfg(test)]
mod house;
#[cfg(test)]
mod identities;
#[cfg(test)]
mod introductions;
#[cfg(test)]
mod kiosks;
#[cfg(test)]
mod links;
#[cfg(test)]
mod machines;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod office;
#[cfg(test)]
mod office_page;
#[cfg(test)]
mod outcomes;
#[cfg(test)]
mod real_kiosk;
#[cfg(test)]
mod self_check;
#[cfg(test)]
mod staff_numbers;
#[cfg(test)]
mod updates;
