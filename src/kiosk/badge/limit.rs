//! No more badge reads than people can make, so that a forged flood of cards delays no guard.

use std::time::Duration;

use muwajaha_core::domain::BootTime;

const READS: u32 = 8;
const WITHIN: Duration = Duration::from_secs(1);

/// Lets a few reads a second pass and counts the rest.
#[derive(Debug, Default)]
pub(super) struct ReadLimit {
    window: BootTime,
    reads: u32,
    refused: u64,
}

impl ReadLimit {
    /// Whether a read at `now` may pass.
    pub(super) fn allows(&mut self, now: BootTime) -> bool {
        if now.since(self.window) >= WITHIN {
            (self.window, self.reads) = (now, 0);
        }
        if self.reads < READS {
            self.reads += 1;
            return true;
        }
        self.refused = self.refused.saturating_add(1);
        false
    }

    /// How many did not pass.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }
}
