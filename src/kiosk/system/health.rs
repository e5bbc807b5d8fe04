//! Whether a boot is a good one: the kiosk has drawn its first frames and kept going for a while, or it
//! waits for nothing but to be provisioned, which no other version would change.
//!
//! Runs in a process of its own (`kiosk-health.service`), which looks at the kiosk's signs and touches
//! nothing.

use std::path::Path;
use std::thread;
use std::time::Duration;

use muwajaha_core::domain::BootTime;

use super::clock::boot_now;
use super::failure::Failure;
use super::runtime_directory::KioskSigns;

/// A kiosk that starts again and again draws for a moment each time.
const KEPT_GOING_FOR: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Since when all has been well without a break.
#[derive(Debug, Default)]
struct Health {
    well_since: Option<BootTime>,
}

impl Health {
    /// Takes a look, and says whether the boot is good.
    fn look(&mut self, signs: KioskSigns, now: BootTime) -> bool {
        if !signs.is_drawing && signs.last_failure != Some(Failure::NotProvisioned) {
            self.well_since = None;
            return false;
        }
        now.since(*self.well_since.get_or_insert(now)) >= KEPT_GOING_FOR
    }
}

/// Waits until the kiosk is healthy.
///
/// # Errors
/// Where it is not `within` the time given, with its last failure.
pub fn wait_for_health(runtime_directory: &Path, within: Duration) -> anyhow::Result<()> {
    let started = boot_now();
    let mut health = Health::default();
    loop {
        let now = boot_now();
        let signs = KioskSigns::seen_in(runtime_directory, now);
        if health.look(signs, now) {
            return Ok(());
        }
        if now.since(started) >= within {
            let code = signs.last_failure.map_or("no code", |failure| failure.code());
            anyhow::bail!(
                "the kiosk has not drawn for {} s without a break ({code}): see `journalctl -u kiosk`",
                KEPT_GOING_FOR.as_secs()
            );
        }
        thread::sleep(LOOK_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second at which the boot is good, if each letter is one: `#` where the kiosk draws, `c`
    /// where it crashed, `p` where it was not provisioned.
    fn good_at(seconds: &str) -> Option<usize> {
        let mut health = Health::default();
        let at = |second| BootTime::from_millis(1000 + second as u64 * 1000);
        let signs = |letter| KioskSigns {
            is_drawing: letter == '#',
            last_failure: match letter {
                'c' => Some(Failure::Crash),
                'p' => Some(Failure::NotProvisioned),
                _ => None,
            },
        };
        seconds.chars().enumerate().find(|(second, letter)| health.look(signs(*letter), at(*second))).map(|(at, _)| at)
    }

    #[test]
    fn a_boot_is_good_once_the_kiosk_has_drawn_for_ten_seconds() {
        assert_eq!(good_at("....###########"), Some(14));
    }

    #[test]
    fn a_kiosk_that_starts_again_and_again_is_not_healthy() {
        assert_eq!(good_at(&"..#########".repeat(20)), None);
        assert_eq!(good_at(&"cccc#".repeat(20)), None);
        assert_eq!(good_at(&".".repeat(100)), None);
    }

    #[test]
    fn a_machine_that_waits_to_be_provisioned_is_healthy() {
        assert_eq!(good_at("...pppppppppppp"), Some(13));
    }
}
