//! Waiting longer after each failure, by full jitter: anything from nothing to the step's length,
//! so that a hall of kiosks does not return in one wave.

use std::sync::Arc;
use std::time::Duration;

/// Where a backoff draws from: numbers from 0 up to, not including, 1. Tests inject their own.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    /// Draws from `source`.
    pub fn new(source: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// Anything from nothing up to `span`.
    pub fn take_off(&self, span: Duration) -> Duration {
        span.mul_f64((self.0)().clamp(0.0, 1.0))
    }
}

impl std::fmt::Debug for Jitter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Jitter")
    }
}

/// Jitter from the operating system's random numbers.
pub fn random_jitter() -> Jitter {
    Jitter::new(|| f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / (f64::from(u32::MAX) + 1.0))
}

/// How long to wait after the next failure.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
    jitter: Jitter,
}

impl Backoff {
    /// A backoff whose steps double from `first` up to `longest`.
    pub fn new(first: Duration, longest: Duration, jitter: Jitter) -> Self {
        Self { first, longest, failures: 0, jitter }
    }

    /// How long to wait now, after one more failure.
    pub fn next_wait(&mut self) -> Duration {
        let step = self.first.saturating_mul(2_u32.saturating_pow(self.failures.min(16))).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        self.jitter.take_off(step)
    }

    /// It worked: the next failure waits the shortest step.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_double_up_to_the_longest_and_begin_anew_after_success() {
        let always = Jitter::new(|| 1.0);
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30), always);
        let waits: Vec<u128> = (0..8).map(|_| backoff.next_wait().as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        backoff.reset();
        assert_eq!(backoff.next_wait(), Duration::from_millis(500));
    }

    #[test]
    fn jitter_takes_anything_off() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30), Jitter::new(|| 0.0));
        assert_eq!(backoff.next_wait(), Duration::ZERO);
        let drawn = random_jitter();
        assert!((0..1000).all(|_| (0.0..1.0).contains(&(drawn.0)())));
    }
}
