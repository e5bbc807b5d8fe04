//! The kiosk's side of the visit service: time, the room's snapshot, the record's way up, join
//! descriptors, the next certificate, the kiosk's own socket and the signalling sockets of a call.
//!
//! Owned by the thread `net`, a tokio current-thread runtime; [`NetHandle`] hands it commands
//! without waiting. Every body is bounded and every call has its time limit; what the service says
//! is converted with closed failure and never logged.

mod backoff;
mod client;
mod hold_off;
mod join;
mod kiosk_socket;
mod outbox;
mod renewal;
mod signalling;
mod socket;
mod sync;
#[cfg(test)]
pub(crate) mod tests;
pub mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use muwajaha_core::badge::BadgeNumber;
use muwajaha_core::domain::{BookingId, CallId, KioskId, OrderId, Redacted};
use muwajaha_core::engine::SocketId;
use muwajaha_core::session::{Event, NetEvent};
use reqwest::Url;
use tokio::sync::{Notify, mpsc, watch};

pub use backoff::{Backoff, Jitter, random_jitter};
pub use client::{CallError, ServiceClient};

use hold_off::HoldOff;

use crate::identity::KeptIdentity;
use crate::lanes::EventSender;
use crate::status::StatusSource;
use crate::store::{CachedSnapshot, StoreHandle};
use crate::system::clock::ServiceClock;

const WAITING_COMMANDS: usize = 512;
const WAITING_ANSWERS: usize = 64;

/// How often and how long; other values than the default are for tests.
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    /// Until a connection must stand.
    pub connect: Duration,
    /// Until a whole answer must be there.
    pub answer: Duration,
    /// Between two snapshots when nothing changes.
    pub sync_interval: Duration,
    /// The first step of every backoff.
    pub backoff_first: Duration,
    /// The longest step of every backoff.
    pub backoff_longest: Duration,
    /// Between two pings on a socket; one that is silent for three of them is dead.
    pub ping: Duration,
    /// How long a join is tried before it is unreachable.
    pub join: Duration,
    /// Between two words about how the kiosk is, while nothing changes.
    pub status: Duration,
    /// Changes closer together than this are told as one.
    pub status_gap: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(10),
            sync_interval: Duration::from_secs(180),
            backoff_first: Duration::from_millis(500),
            backoff_longest: Duration::from_secs(30),
            ping: Duration::from_secs(3),
            join: Duration::from_secs(20),
            status: Duration::from_secs(60),
            status_gap: Duration::from_secs(1),
        }
    }
}

/// Who this kiosk is to the service, and how it gets there.
#[derive(Debug, Clone)]
pub struct NetSettings {
    /// The service's kiosk listener.
    pub service: Url,
    /// This kiosk.
    pub kiosk: KioskId,
    /// What proves it, renewed in time.
    pub identity: Arc<KeptIdentity>,
    /// Whom it trusts, and to whom it shows its certificate.
    pub tls: Arc<rustls::ClientConfig>,
    /// How often and how long.
    pub timings: Timings,
    /// What the backoffs draw from.
    pub jitter: Jitter,
}

/// Names the cryptography for every library that asks the process for it. Once, before anything else.
pub fn install_crypto() {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("the cryptography was named already");
    }
}

/// What the session asks of the network.
enum NetCommand {
    FetchJoinDescriptor { call: CallId, booking: BookingId },
    OpenSocket { call: CallId, socket: SocketId, url: String, token: Redacted<String> },
    SendSocket { call: CallId, socket: SocketId, text: Redacted<String> },
    CloseSocket { call: CallId, socket: SocketId },
    SendEnrolment(TappedBadge),
    AnswerOrder(OrderId),
    LookOver,
}

/// A badge on its way to the service, and when it was put to the reader. Only the latest is kept.
#[derive(Clone)]
struct TappedBadge {
    number: BadgeNumber,
    at: Instant,
}

/// The way to the `net` thread. Clones share it. Each call returns `false` where the lane is full,
/// which means that the network shell has failed.
#[derive(Debug, Clone)]
pub struct NetHandle {
    commands: mpsc::Sender<NetCommand>,
    stop: Arc<watch::Sender<bool>>,
}

impl NetHandle {
    /// Asks for a join descriptor.
    pub fn fetch_join_descriptor(&self, call: CallId, booking: BookingId) -> bool {
        self.commands.try_send(NetCommand::FetchJoinDescriptor { call, booking }).is_ok()
    }

    /// Opens a signalling socket.
    pub fn open_socket(&self, call: CallId, socket: SocketId, url: String, token: Redacted<String>) -> bool {
        self.commands.try_send(NetCommand::OpenSocket { call, socket, url, token }).is_ok()
    }

    /// Sends on a signalling socket.
    pub fn send_socket(&self, call: CallId, socket: SocketId, text: Redacted<String>) -> bool {
        self.commands.try_send(NetCommand::SendSocket { call, socket, text }).is_ok()
    }

    /// Closes a signalling socket after what was sent.
    pub fn close_socket(&self, call: CallId, socket: SocketId) -> bool {
        self.commands.try_send(NetCommand::CloseSocket { call, socket }).is_ok()
    }

    /// Sends a badge that the service asked for.
    pub fn send_enrolment(&self, badge: BadgeNumber) -> bool {
        let tapped = TappedBadge { number: badge, at: Instant::now() };
        self.commands.try_send(NetCommand::SendEnrolment(tapped)).is_ok()
    }

    /// Tells the service that an order was taken and is on record.
    pub fn answer_order(&self, order: OrderId) -> bool {
        self.commands.try_send(NetCommand::AnswerOrder(order)).is_ok()
    }

    /// Looks at everything anew and tells the service how this kiosk is.
    pub fn look_over(&self) -> bool {
        self.commands.try_send(NetCommand::LookOver).is_ok()
    }

    /// Ends the thread; sockets are dropped.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

/// What all tasks of the thread share.
#[derive(Clone)]
struct Shared {
    settings: NetSettings,
    client: Arc<ServiceClient>,
    events: EventSender,
    clock: ServiceClock,
    store: StoreHandle,
    /// Wakes the sync: something changed, or the line came back.
    sync_wanted: Arc<Notify>,
    /// Wakes whoever tells how the kiosk is.
    status_wanted: Arc<Notify>,
    status: StatusSource,
    /// When the kiosk was looked over by order; 0 before.
    looked_over_at_ms: Arc<AtomicI64>,
    hold_off: HoldOff,
    reachable: Arc<watch::Sender<Option<bool>>>,
    revoked: Arc<watch::Sender<bool>>,
}

impl Shared {
    fn backoff(&self) -> Backoff {
        let timings = self.settings.timings;
        Backoff::new(timings.backoff_first, timings.backoff_longest, self.settings.jitter.clone())
    }

    fn emit(&self, event: NetEvent) -> bool {
        let sent = self.events.send(Event::Net(event));
        if !sent {
            tracing::warn!("a lane to the session is full: an event of the network was dropped");
        }
        sent
    }

    /// Tells the session when the service starts or stops to answer.
    fn set_reachable(&self, reachable: bool) {
        if self.reachable.send_replace(Some(reachable)) != Some(reachable) {
            self.emit(NetEvent::ServiceReachable(reachable));
        }
    }

    /// Tells the session when the service starts or stops to refuse this kiosk.
    fn set_revoked(&self, revoked: bool) {
        if self.revoked.send_replace(revoked) != revoked {
            self.emit(NetEvent::KioskRevoked(revoked));
        }
    }

    /// The service wants to be left alone; a hall of kiosks does not come back in one wave.
    fn hold_off(&self, retry_after: Option<Duration>) {
        if let Some(asked_for) = retry_after {
            self.hold_off.postpone(asked_for + self.settings.jitter.take_off(self.settings.timings.backoff_first));
        }
    }

    /// Hears the service's clock anew, and says how the kiosk is.
    fn look_over(&self) {
        let now = self.clock.now().best_utc().as_millis();
        self.looked_over_at_ms.store(now, Ordering::Relaxed);
        self.sync_wanted.notify_one();
        self.status_wanted.notify_one();
    }

    /// Notes what the outcome of a call says about the line, the certificate and when to ask again.
    fn note<T>(&self, outcome: &Result<T, CallError>) {
        self.hold_off(outcome.as_ref().err().and_then(CallError::retry_after));
        match outcome {
            Ok(_) => {
                self.set_reachable(true);
                self.set_revoked(false);
            }
            Err(CallError::NotAdmitted) => {
                self.set_reachable(true);
                self.set_revoked(true);
            }
            Err(CallError::Problem { .. }) => self.set_reachable(true),
            Err(
                CallError::Unreachable(_)
                | CallError::Unavailable { .. }
                | CallError::BodyTooLarge
                | CallError::Malformed(_)
                | CallError::Snapshot(_),
            ) => self.set_reachable(false),
        }
    }
}

/// Starts the thread. `cached` is the snapshot of the last run, whose ETag spares a download; `status`
/// is told on the kiosk's socket.
///
/// # Errors
/// Where the operating system gives no thread, runtime or HTTP client.
pub fn start(
    settings: NetSettings,
    events: EventSender,
    clock: ServiceClock,
    store: StoreHandle,
    cached: Option<CachedSnapshot>,
    status: StatusSource,
) -> std::io::Result<(NetHandle, JoinHandle<()>)> {
    let client = ServiceClient::new(&settings).map_err(std::io::Error::other)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (commands, queue) = mpsc::channel(WAITING_COMMANDS);
    let (stop, stopped) = watch::channel(false);
    let shared = Shared {
        settings,
        client: Arc::new(client),
        events,
        clock,
        store,
        sync_wanted: Arc::new(Notify::new()),
        status_wanted: Arc::new(Notify::new()),
        status,
        looked_over_at_ms: Arc::default(),
        hold_off: HoldOff::default(),
        reachable: Arc::new(watch::Sender::new(None)),
        revoked: Arc::new(watch::Sender::new(false)),
    };
    let thread = thread::Builder::new()
        .name("net".to_owned())
        .spawn(move || runtime.block_on(run(shared, cached, queue, stopped)))?;
    Ok((NetHandle { commands, stop: Arc::new(stop) }, thread))
}

async fn run(
    shared: Shared,
    cached: Option<CachedSnapshot>,
    queue: mpsc::Receiver<NetCommand>,
    mut stopped: watch::Receiver<bool>,
) {
    let (enrolments, badges) = watch::channel(None);
    let (answers, orders_taken) = mpsc::channel(WAITING_ANSWERS);
    let outgoing = kiosk_socket::Outgoing { badges, orders_taken };
    tokio::select! {
        () = sync::run(shared.clone(), cached) => {}
        () = outbox::run(shared.clone()) => {}
        () = kiosk_socket::run(shared.clone(), outgoing) => {}
        () = act(shared, queue, enrolments, answers) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

/// Carries out the session's commands.
async fn act(
    shared: Shared,
    mut queue: mpsc::Receiver<NetCommand>,
    enrolments: watch::Sender<Option<TappedBadge>>,
    answers: mpsc::Sender<OrderId>,
) {
    let mut sockets = signalling::Sockets::new(shared.clone());
    while let Some(command) = queue.recv().await {
        match command {
            NetCommand::FetchJoinDescriptor { call, booking } => {
                tokio::spawn(join::fetch(shared.clone(), call, booking));
            }
            NetCommand::OpenSocket { call, socket, url, token } => sockets.open(call, socket, url, token),
            NetCommand::SendSocket { call, socket, text } => sockets.send(call, socket, text),
            NetCommand::CloseSocket { call, socket } => sockets.close(call, socket),
            NetCommand::SendEnrolment(badge) => drop(enrolments.send_replace(Some(badge))),
            NetCommand::AnswerOrder(order) => {
                if answers.try_send(order).is_err() {
                    tracing::warn!("an answer to an order was dropped: the service asks again when the line is back");
                }
            }
            NetCommand::LookOver => shared.look_over(),
        }
    }
}
