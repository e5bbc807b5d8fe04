//! The kiosk's own socket: changes arrive here within seconds, badges to enrol go up.

use std::cell::Cell;
use std::time::{Duration, Instant};

use muwajaha_core::domain::{Redacted, StaffId};
use muwajaha_core::session::NetEvent;
use muwajaha_wire::kiosk::{FromKiosk, ToKiosk};
use reqwest::Url;
use tokio::sync::{mpsc, watch};

use super::socket::{Socket, SocketError};
use super::{Shared, TappedBadge};

/// An enrolment asked for with a longer wait than this is cut to it.
const LONGEST_ENROLMENT: Duration = Duration::from_secs(300);

/// Runs for as long as the thread does: connects, serves, connects again.
pub(super) async fn run(shared: Shared, mut badges: watch::Receiver<Option<TappedBadge>>) {
    let mut backoff = shared.backoff();
    loop {
        shared.hold_off.over().await;
        let error = match open(&shared).await {
            Ok(socket) => {
                tracing::debug!("the kiosk's socket is open");
                let opened = Instant::now();
                shared.sync_wanted.notify_one();
                let error = serve(&shared, socket, &mut badges).await;
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

async fn serve(shared: &Shared, socket: Socket, badges: &mut watch::Receiver<Option<TappedBadge>>) -> SocketError {
    let (texts, mut outgoing) = mpsc::channel(8);
    let badge_wanted = BadgeWanted::default();
    let feed = async {
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
            if let Ok(text) = serde_json::to_string(&message)
                && texts.send(Redacted::new(text)).await.is_err()
            {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = socket.serve(&mut outgoing, |text| hear(shared, &badge_wanted, &text)) => {
            ended.unwrap_or(SocketError::Closed)
        }
        () = feed => SocketError::Closed,
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
        Ok(ToKiosk::Lock { staff }) => shared.emit(NetEvent::LockRequested { staff: StaffId::new(staff) }),
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
