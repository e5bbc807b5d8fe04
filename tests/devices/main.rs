//! The devices and instruments of a whole-system test, each against its real counterpart: a
//! Chromium that calls itself, an X server that shows what it is told, what stands in for systemd.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod display;
#[cfg(test)]
mod disturbed;
#[cfg(test)]
mod flood;
#[cfg(test)]
mod osdp;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod replug;
#[cfg(test)]
mod serial;
#[cfg(test)]
mod supervised;
