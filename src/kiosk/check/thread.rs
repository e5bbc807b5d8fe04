//! The self-check of a running kiosk: the thread `check`, which waits for orders and reports findings.
//!
//! One check at a time; a newer order ends the one before. The reader is left to its own thread, and
//! the session judges it.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use muwajaha_core::domain::{CheckId, CheckPart};
use muwajaha_core::session::{CheckEvent, Event};

use super::{Bench, Parts, Stop};
use crate::config::KioskConfig;
use crate::lanes::EventSender;

/// The way to the thread. Clones share it; it ends with the last of them.
#[derive(Debug, Clone)]
pub struct CheckHandle {
    orders: Sender<(CheckId, Stop)>,
    running: Arc<Mutex<Option<(CheckId, Stop)>>>,
}

/// Starts the thread.
///
/// # Errors
/// Where the operating system gives no thread.
pub fn start(config: &KioskConfig, events: EventSender) -> std::io::Result<CheckHandle> {
    let (orders, receiver) = mpsc::channel();
    let config = config.clone();
    let run = move || work(&config, &receiver, &events);
    thread::Builder::new().name("check".to_owned()).spawn(run)?;
    Ok(CheckHandle { orders, running: Arc::default() })
}

fn work(config: &KioskConfig, orders: &Receiver<(CheckId, Stop)>, events: &EventSender) {
    let parts: Parts = CheckPart::ALL.into_iter().filter(|part| *part != CheckPart::Reader).collect();
    while let Ok((check, stop)) = orders.recv() {
        let tell = |event| {
            if !events.send(Event::Check(event)) {
                tracing::warn!("the session's control lane is full: a finding was dropped");
            }
        };
        Bench::within_kiosk(config).check(&parts, &stop, |finding| tell(CheckEvent::Found { check, finding }));
        tell(CheckEvent::Finished { check });
    }
}

impl CheckHandle {
    fn running(&self) -> std::sync::MutexGuard<'_, Option<(CheckId, Stop)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Orders a check; `false` where the thread is gone.
    pub fn start(&self, check: CheckId) -> bool {
        let stop = Stop::default();
        if let Some((_, earlier)) = self.running().replace((check, stop.clone())) {
            earlier.order();
        }
        self.orders.send((check, stop)).is_ok()
    }

    /// Lets this check let go of what it holds.
    pub fn stop(&self, check: CheckId) {
        if let Some((_, stop)) = self.running().take_if(|(running, _)| *running == check) {
            stop.order();
        }
    }
}
