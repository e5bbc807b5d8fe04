//! Stories of visits to which something happens: the service dies, the cable is pulled, the kiosk is
//! killed, a guard ends it, the disk is full; and of a technician who checks the kiosk. Real binaries, a real browser, the kiosk in a network of
//! its own; watched from outside, by the visitor's frames on the kiosk's screen. Needs root, for the
//! network and the small disk.

#[cfg(test)]
mod stories;
#[cfg(test)]
mod technician;
#[cfg(test)]
mod venue;
#[cfg(test)]
mod wizard;
