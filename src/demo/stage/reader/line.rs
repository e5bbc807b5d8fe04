//! The thread that lets a device live on its pseudo-terminal while it is plugged in.
//!
//! It sleeps in `epoll_wait` until the host writes, an order comes or the device has something to
//! do. The port is watched by edges: a far end that nobody has open hangs up for good, which a level
//! would report without end. What a device sends while nobody has the far end open is lost, as on a
//! real cable. Dropping a [`Line`] ends its thread and closes the near end.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use rustix::buffer::spare_capacity;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, epoll, eventfd, poll};
use rustix::io::Errno;

use super::card::Card;
use super::device::{Device, Status};

const READ_AT_ONCE: usize = 512;
/// After so many reads orders and time have their turn again.
const MOST_READS: usize = 16;

/// What the device's surroundings do to it.
#[derive(Debug)]
pub(super) enum Order {
    Field(Vec<Card>),
    Status(Status),
    Stop,
}

/// Waits for one message of the device.
#[derive(Debug, Default)]
struct Ear {
    least_bytes: usize,
    is_open: bool,
    heard_at: Option<Instant>,
}

/// A device on its line.
#[derive(Debug)]
pub(super) struct Line {
    orders: Sender<Order>,
    bell: Arc<OwnedFd>,
    port: Arc<OwnedFd>,
    is_stuffed: Arc<AtomicBool>,
    ear: Arc<Mutex<Ear>>,
    thread: Option<JoinHandle<()>>,
}

impl Line {
    pub(super) fn start(port: OwnedFd, device: Box<dyn Device>) -> anyhow::Result<Self> {
        let port = Arc::new(port);
        let bell = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (is_stuffed, ear) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (orders, received) = channel();
        let watch = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let edges = epoll::EventFlags::IN | epoll::EventFlags::ET;
        epoll::add(&watch, &port, epoll::EventData::new_u64(0), edges)?;
        epoll::add(&watch, &bell, epoll::EventData::new_u64(1), edges)?;
        let life = Life {
            device,
            orders: received,
            watch,
            bell: Arc::clone(&bell),
            port: Arc::clone(&port),
            is_stuffed: Arc::clone(&is_stuffed),
            ear: Arc::clone(&ear),
        };
        let thread = std::thread::Builder::new()
            .name("simulated-reader".to_owned())
            .spawn(move || life.run())
            .context("starting the simulated reader's thread")?;
        Ok(Self { orders, bell, port, is_stuffed, ear, thread: Some(thread) })
    }

    pub(super) fn order(&self, order: Order) {
        let is_alive = self.orders.send(order).is_ok();
        let rung = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
        if !is_alive || rung.is_err() {
            tracing::warn!("the simulated reader takes no orders");
        }
    }

    /// Writes bytes as they are, from the caller's thread.
    pub(super) fn write(&self, bytes: &[u8]) -> rustix::io::Result<()> {
        write_all(&self.port, bytes)
    }

    /// Listens for the device's next message of at least so many bytes.
    pub(super) fn listen(&self, least_bytes: usize) {
        *lock(&self.ear) = Ear { least_bytes, is_open: true, heard_at: None };
    }

    /// When the last byte of that message was on the line.
    pub(super) fn heard_at(&self) -> Option<Instant> {
        lock(&self.ear).heard_at
    }

    /// Whether the far end was full since this was last asked.
    pub(super) fn was_stuffed(&self) -> bool {
        self.is_stuffed.swap(false, Ordering::Relaxed)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.order(Order::Stop);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!("the simulated reader's thread panicked");
        }
    }
}

impl Ear {
    fn hear(&mut self, bytes: usize) {
        if self.is_open && bytes >= self.least_bytes {
            (self.is_open, self.heard_at) = (false, Some(Instant::now()));
        }
    }
}

fn lock(ear: &Mutex<Ear>) -> std::sync::MutexGuard<'_, Ear> {
    ear.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Life {
    device: Box<dyn Device>,
    orders: Receiver<Order>,
    watch: OwnedFd,
    bell: Arc<OwnedFd>,
    port: Arc<OwnedFd>,
    is_stuffed: Arc<AtomicBool>,
    ear: Arc<Mutex<Ear>>,
}

impl Life {
    fn run(mut self) {
        while self.take_orders() {
            let has_heard_all = self.hear();
            self.speak();
            if has_heard_all && let Err(error) = self.sleep() {
                return tracing::warn!("the simulated reader cannot wait: {error}");
            }
        }
    }

    /// False where it is to stop.
    fn take_orders(&mut self) -> bool {
        // Reading an event counter empties it; where nothing was rung there is nothing to empty.
        let _ = rustix::io::read(&self.bell, &mut [0; 8]);
        loop {
            match self.orders.try_recv() {
                Ok(Order::Field(cards)) => self.device.field_changed(&cards, Instant::now()),
                Ok(Order::Status(status)) => self.device.status_changed(status),
                Ok(Order::Stop) | Err(TryRecvError::Disconnected) => return false,
                Err(TryRecvError::Empty) => return true,
            }
        }
    }

    /// False where the host may have written more.
    fn hear(&mut self) -> bool {
        let mut bytes = [0; READ_AT_ONCE];
        for _ in 0..MOST_READS {
            match rustix::io::read(&self.port, &mut bytes) {
                Ok(0) => return true,
                Ok(count) => self.device.receive(bytes.get(..count).unwrap_or_default(), Instant::now()),
                Err(Errno::INTR) => {}
                // Nothing there (AGAIN), or nobody has the far end open (IO).
                Err(_) => return true,
            }
        }
        false
    }

    fn speak(&mut self) {
        let now = Instant::now();
        self.device.advance(now);
        while let Some(bytes) = self.device.transmit(now) {
            if is_hung_up(&self.port) {
                tracing::trace!("{} bytes went nowhere: nobody has the reader open", bytes.len());
            } else if write_all(&self.port, &bytes).is_err() {
                self.is_stuffed.store(true, Ordering::Relaxed);
            } else {
                lock(&self.ear).hear(bytes.len());
            }
        }
    }

    fn sleep(&mut self) -> rustix::io::Result<()> {
        let now = Instant::now();
        let left = self.device.wake_at().map(|at| timespec(at.saturating_duration_since(now)));
        let mut events = Vec::with_capacity(2);
        match epoll::wait(&self.watch, spare_capacity(&mut events), left.as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(duration.subsec_nanos()),
    }
}

fn is_hung_up(port: &OwnedFd) -> bool {
    let mut watched = [PollFd::new(port, PollFlags::empty())];
    let polled = poll(&mut watched, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
    polled.is_ok() && watched.iter().any(|port| port.revents().contains(PollFlags::HUP))
}

fn write_all(port: &OwnedFd, bytes: &[u8]) -> rustix::io::Result<()> {
    let mut left = bytes;
    while !left.is_empty() {
        match rustix::io::write(port, left) {
            Ok(0) => return Err(Errno::AGAIN),
            Ok(count) => left = left.get(count..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
