//! The kiosk's own socket: changes and orders arrive here within seconds; badges to enrol, which orders
//! were taken, and how the kiosk is, go up.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use muwajaha_core::domain::{OrderId, Redacted, StaffId};
use muwajaha_core::session::{NetEvent, ServiceOrder};
use muwajaha_wire::fleet::KioskOrder;
use muwajaha_wire::kiosk::{FromKiosk, ToKiosk};
use reqwest::Url;
use tokio::sync::{mpsc, watch};

use super::socket::{Socket, SocketError};
use super::{Shared, TappedBadge};

/// An enrolment asked for with a longer wait than this is cut to it.
const LONGEST_ENROLMENT: Duration = Duration::from_secs(300);

/// What goes up beside the kiosk's status.
pub(super) struct Outgoing {
    pub(super) badges: watch::Receiver<Option<TappedBadge>>,
    pub(super) orders_taken: mpsc::Receiver<OrderId>,
}

/// Runs for as long as the thread does: connects, serves, connects again.
pub(super) async fn run(shared: Shared, mut outgoing: Outgoing) {
    let mut backoff = shared.backoff();
    loop {
        shared.hold_off.over().await;
        let error = match open(&shared).await {
            Ok(socket) => {
                tracing::debug!("the kiosk's socket is open");
                let opened = Instant::now();
                shared.sync_wanted.notify_one();
                let error = serve(&shared, socket, &mut outgoing).await;
                // Something is about to happen to the line; where none could be opened, sync has a
                // backoff of its own.
                shared.sync_wanted.notify_one();
                if opened.elapsed() >= shared.settings.timings.backoff_longest {
                    backoff.reset();
                }
                error
            }
            Err(error) => error,
        };
        match error {
            SocketError::NotAdmitted => shared.set_revoked(true),
            SocketError::Unavailable { retry_after, .. } => shared.hold_off(retry_after),
            SocketError::Address
            | SocketError::TimedOut
            | SocketError::Refused(_)
            | SocketError::Silent
            | SocketError::Closed => {}
        }
        tracing::debug!(%error, "the kiosk's socket is not open");
        tokio::time::sleep(backoff.next_wait()).await;
    }
}

async fn open(shared: &Shared) -> Result<Socket, SocketError> {
    let url = socket_url(&shared.settings.service).ok_or(SocketError::Address)?;
    Socket::open(&shared.settings, &url, None).await
}

fn socket_url(service: &Url) -> Option<Url> {
    let mut url = service.clone();
    let scheme = if service.scheme() == "http" { "ws" } else { "wss" };
    url.set_scheme(scheme).ok()?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(["v1", "kiosk", "socket"]);
    Some(url)
}

async fn serve(shared: &Shared, socket: Socket, outgoing: &mut Outgoing) -> SocketError {
    let (texts, mut to_send) = mpsc::channel(8);
    let badge_wanted = BadgeWanted::default();
    tokio::select! {
        ended = socket.serve(&mut to_send, |text| hear(shared, &badge_wanted, &text)) => {
            ended.unwrap_or(SocketError::Closed)
        }
        () = send_badges(&mut outgoing.badges, &badge_wanted, &texts) => SocketError::Closed,
        () = send_answers(&mut outgoing.orders_taken, &texts) => SocketError::Closed,
        () = send_status(shared, &texts) => SocketError::Closed,
    }
}

/// Sends a message; `false` where the socket takes no more.
async fn send(texts: &mpsc::Sender<Redacted<String>>, message: &FromKiosk) -> bool {
    match serde_json::to_string(message) {
        Ok(text) => texts.send(Redacted::new(text)).await.is_ok(),
        Err(_) => true,
    }
}

/// Sends each badge that was asked for, for as long as the socket serves.
async fn send_badges(
    badges: &mut watch::Receiver<Option<TappedBadge>>,
    badge_wanted: &BadgeWanted,
    texts: &mpsc::Sender<Redacted<String>>,
) {
    while badges.changed().await.is_ok() {
        let Some(badge) = badges.borrow_and_update().clone() else { continue };
        if !badge_wanted.is_met_by(badge.at) {
            tracing::info!("a badge to enrol was dropped: the service asked for none before it was read");
            continue;
        }
        let message = FromKiosk::BadgeToEnrol {
            printed_number: badge.number.reveal_typed(),
            normalisation_version: badge.number.normalisation_version().0,
        };
        if !send(texts, &message).await {
            break;
        }
    }
    std::future::pending::<()>().await;
}

/// Tells which orders were taken, for as long as the socket serves.
async fn send_answers(orders_taken: &mut mpsc::Receiver<OrderId>, texts: &mpsc::Sender<Redacted<String>>) {
    while let Some(order) = orders_taken.recv().await {
        if !send(texts, &FromKiosk::OrderTaken { order: order.as_str().to_owned() }).await {
            break;
        }
    }
    std::future::pending::<()>().await;
}

/// Tells how the kiosk is: now, on every change, and now and then, for as long as the socket serves.
async fn send_status(shared: &Shared, texts: &mpsc::Sender<Redacted<String>>) {
    let timings = shared.settings.timings;
    let (mut condition, mut update) = (shared.status.condition.clone(), shared.status.update.clone());
    loop {
        condition.mark_unchanged();
        update.mark_unchanged();
        let mut status = shared.status.status(shared.clock.now(), &shared.store).await;
        let looked_over_at_ms = shared.looked_over_at_ms.load(Ordering::Relaxed);
        status.looked_over_at_ms = (looked_over_at_ms > 0).then_some(looked_over_at_ms);
        if !send(texts, &FromKiosk::Status(Box::new(status))).await {
            std::future::pending::<()>().await;
        }
        let changed = async {
            tokio::select! {
                () = changes(&mut condition) => {}
                () = changes(&mut update) => {}
            }
        };
        tokio::select! {
            () = tokio::time::sleep(timings.status) => {}
            () = shared.status_wanted.notified() => {}
            () = changed => tokio::time::sleep(timings.status_gap).await,
        }
    }
}

/// Resolves at the next change. Where nobody is left to change it, this thread will be told to end, or there
/// is nothing to tell: it waits.
async fn changes<Told>(told: &mut watch::Receiver<Told>) {
    if told.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// When the service asked on this socket for a badge that it has not had yet. A badge read before
/// that, or while there was no socket, answers no request: it might enrol somebody else.
#[derive(Default)]
struct BadgeWanted(Cell<Option<Instant>>);

impl BadgeWanted {
    fn since_now(&self) {
        self.0.set(Some(Instant::now()));
    }

    /// Whether a badge read at `read_at` is the one that was asked for; there is only one.
    fn is_met_by(&self, read_at: Instant) -> bool {
        let met = self.0.get().is_some_and(|asked_at| asked_at <= read_at);
        if met {
            self.0.set(None);
        }
        met
    }
}

fn hear(shared: &Shared, badge_wanted: &BadgeWanted, text: &Redacted<String>) -> bool {
    match serde_json::from_str::<ToKiosk>(text.reveal()) {
        Ok(ToKiosk::SnapshotChanged) => {
            shared.sync_wanted.notify_one();
            true
        }
        Ok(ToKiosk::EnrolNextBadge { within_seconds }) => {
            badge_wanted.since_now();
            let within = Duration::from_secs(u64::from(within_seconds)).min(LONGEST_ENROLMENT);
            shared.emit(NetEvent::EnrolmentRequested { within })
        }
        Ok(ToKiosk::Order(KioskOrder { id, staff, action })) => {
            let order = ServiceOrder { id: OrderId::new(id), staff: StaffId::new(staff), action };
            shared.emit(NetEvent::ServiceOrdered(Box::new(order)))
        }
        Ok(ToKiosk::Revoked) => {
            shared.set_revoked(true);
            true
        }
        Ok(ToKiosk::Unknown) => true,
        Err(error) => {
            tracing::warn!(line = error.line(), column = error.column(), "an unreadable message of the service");
            true
        }
    }
}
