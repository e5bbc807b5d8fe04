//! How much one address may ask for: a bucket of requests that fills again with time.
//!
//! In memory and per process. IPv6 counts by /64, which is what one line is given.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Above this many addresses, full buckets are forgotten.
const REMEMBERED_ADDRESSES: usize = 4096;

/// One bucket for each address.
#[derive(Debug)]
pub(crate) struct Limiter {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

/// What is left for one peer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    left: f64,
    filled_at: Instant,
}

impl Bucket {
    pub(crate) fn full(burst: f64, now: Instant) -> Self {
        Self { left: burst, filled_at: now }
    }

    /// Takes one, or says after how many seconds there will be one.
    pub(crate) fn take(&mut self, per_second: f64, burst: f64, now: Instant) -> Result<(), u32> {
        let since = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.left = (self.left + since * per_second).min(burst);
        self.filled_at = now;
        if self.left < 1.0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 60")]
            return Err(((1.0 - self.left) / per_second).ceil().clamp(1.0, 60.0) as u32);
        }
        self.left -= 1.0;
        Ok(())
    }
}

impl Limiter {
    /// `count` in `seconds`, all of which may come at once.
    pub(crate) fn new(count: u32, seconds: u32) -> Self {
        Self {
            per_second: f64::from(count) / f64::from(seconds),
            burst: f64::from(count),
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one for `address`, or says after how many seconds to come back.
    pub(crate) fn take(&self, address: IpAddr, now: Instant) -> Result<(), u32> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED_ADDRESSES {
            let (per_second, burst) = (self.per_second, self.burst);
            buckets.retain(|_, bucket| {
                let since = now.saturating_duration_since(bucket.filled_at).as_secs_f64();
                bucket.left + since * per_second < burst
            });
        }
        let bucket = buckets.entry(line_of(address)).or_insert_with(|| Bucket::full(self.burst, now));
        bucket.take(self.per_second, self.burst, now)
    }
}

/// What one line is given: the address, of IPv6 the first of its /64.
pub(crate) fn line_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6
            .to_ipv4_mapped()
            .map_or_else(|| IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))), IpAddr::V4),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_flood_from_one_line_leaves_the_others_alone() {
        let (limiter, start) = (Limiter::new(3, 60), Instant::now());
        let flood: [IpAddr; 2] = ["2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap()];
        for index in 0..3 {
            assert_eq!(limiter.take(flood[index % 2], start), Ok(()));
        }
        assert_eq!(limiter.take(flood[0], start), Err(20));
        assert_eq!(limiter.take("192.0.2.1".parse().unwrap(), start), Ok(()));
        assert_eq!(limiter.take(flood[1], start + Duration::from_secs(20)), Ok(()));
    }
}
