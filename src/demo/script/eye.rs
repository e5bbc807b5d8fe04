//! Watches the kiosk's screen for the visitor's picture, on a thread of its own, from the moment a
//! visit may show one until it is told to stop.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use anyhow::anyhow;

use crate::detect::find_strip;
use crate::detect::framebuffer::Framebuffer;

// More than twice a frame of 30 a second, or some would be missed.
const LOOK_EVERY: Duration = Duration::from_millis(12);
const ROW_STEP: usize = 16;

/// What was seen of the visitor on the kiosk's screen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// When the first frame was there.
    pub first_at: Option<SystemTime>,
    /// When the counter changed last.
    pub last_change_at: Option<SystemTime>,
    /// When any of the visitor's frames was still there.
    pub last_at: Option<SystemTime>,
    /// How often the counter changed.
    pub frames: u64,
    /// The longest time between two changes.
    pub longest_freeze: Duration,
}

/// A running watch.
#[derive(Debug)]
pub struct KioskEye {
    stop: Arc<AtomicBool>,
    seen: Arc<std::sync::Mutex<Seen>>,
    thread: Option<JoinHandle<anyhow::Result<()>>>,
}

impl KioskEye {
    /// Starts watching for frames whose counter is one of `counters`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn open(framebuffer: Framebuffer, counters: Range<u16>) -> anyhow::Result<Self> {
        let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let eye = (Arc::clone(&stop), Arc::clone(&seen));
        let thread = std::thread::Builder::new().name("eye".to_owned()).spawn(move || {
            let (stop, seen) = eye;
            watch(&framebuffer, &counters, &stop, &seen)
        })?;
        Ok(Self { stop, seen, thread: Some(thread) })
    }

    /// What was seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Ends the watch.
    ///
    /// # Errors
    /// When the screen could not be read.
    pub fn close(mut self) -> anyhow::Result<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().map_err(|_| anyhow!("the eye's thread died"))??;
        }
        Ok(self.seen())
    }
}

impl Drop for KioskEye {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn watch(
    framebuffer: &Framebuffer,
    counters: &Range<u16>,
    stop: &AtomicBool,
    seen: &std::sync::Mutex<Seen>,
) -> anyhow::Result<()> {
    let mut last_counter = None;
    while !stop.load(Ordering::Relaxed) {
        let pixels = framebuffer.read_every(ROW_STEP)?;
        let now = SystemTime::now();
        if let Some(strip) = find_strip(&pixels).filter(|strip| counters.contains(&strip.counter)) {
            let mut seen = seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            seen.first_at.get_or_insert(now);
            seen.last_at = Some(now);
            if last_counter != Some(strip.counter) {
                let still = seen.last_change_at.and_then(|before| now.duration_since(before).ok());
                seen.longest_freeze = seen.longest_freeze.max(still.unwrap_or_default());
                seen.last_change_at = Some(now);
                seen.frames += 1;
                last_counter = Some(strip.counter);
            }
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}
