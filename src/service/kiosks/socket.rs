//! The sockets by which kiosks hear of changes within a second, answer enrolments, and say how they are.
//!
//! One a kiosk; the newest stands. Being told twice of one change costs a kiosk one request that is
//! answered by 304, so the service rather tells once too often.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use muwajaha_wire::kiosk::{FromKiosk, ToKiosk};
use tokio::sync::mpsc;

use super::door::KioskIdentity;
use crate::app::App;
use crate::fleet::{keep_status, mark_seen, order_taken, tell_waiting};
use crate::people::answer_enrolment;
use crate::signalling::{PING_EVERY, SILENCE_ALLOWED};
use crate::store::Store;

const LARGEST_MESSAGE_BYTES: usize = 4 * 1024;
const QUEUED_MESSAGES: usize = 32;

/// The open sockets of kiosks.
#[derive(Debug, Default)]
pub(crate) struct KioskSockets(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    by_kiosk: HashMap<String, (u64, mpsc::Sender<ToKiosk>)>,
    last_number: u64,
}

impl KioskSockets {
    fn with<T>(&self, action: impl FnOnce(&mut Open) -> T) -> T {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn open(&self, kiosk: &str) -> (u64, mpsc::Receiver<ToKiosk>) {
        let (sender, receiver) = mpsc::channel(QUEUED_MESSAGES);
        let number = self.with(|open| {
            open.last_number += 1;
            open.by_kiosk.insert(kiosk.to_owned(), (open.last_number, sender));
            open.last_number
        });
        (number, receiver)
    }

    fn closed(&self, kiosk: &str, number: u64) {
        self.with(|open| {
            if open.by_kiosk.get(kiosk).is_some_and(|(newest, _)| *newest == number) {
                open.by_kiosk.remove(kiosk);
            }
        });
    }

    /// Whether the kiosk's socket is open.
    pub(crate) fn is_open(&self, kiosk: &str) -> bool {
        self.with(|open| open.by_kiosk.contains_key(kiosk))
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.with(|open| open.by_kiosk.len())
    }

    /// Tells one kiosk; false where it is not there to hear.
    pub(crate) fn tell(&self, kiosk: &str, message: ToKiosk) -> bool {
        self.with(|open| match open.by_kiosk.get(kiosk) {
            Some((_, sender)) => match sender.try_send(message) {
                Ok(()) => true,
                Err(_) => {
                    open.by_kiosk.remove(kiosk);
                    false
                }
            },
            None => false,
        })
    }

    /// Tells a kiosk its last word and closes its socket.
    pub(crate) fn close(&self, kiosk: &str, last_word: ToKiosk) {
        self.with(|open| {
            if let Some((_, sender)) = open.by_kiosk.remove(kiosk) {
                let _ = sender.try_send(last_word);
            }
        });
    }

    /// Tells all kiosks of `facility` that their snapshot may have changed.
    pub(crate) async fn tell_of_change(&self, store: &Store, facility: &str) {
        match store.kiosks_of(facility).await {
            Ok(kiosks) => {
                for kiosk in kiosks {
                    self.tell(&kiosk.id, ToKiosk::SnapshotChanged);
                }
            }
            Err(error) => tracing::error!(%error, "kiosks could not be told of a change"),
        }
    }

    /// Closes every socket: the service stops.
    pub(crate) fn close_all(&self) {
        self.with(|open| open.by_kiosk.clear());
    }
}

/// `GET /v1/kiosk/socket`
#[utoipa::path(get, path = "/v1/kiosk/socket", tag = "kiosk", security(("kiosk_certificate" = [])),
    responses((status = 101, description = "ToKiosk and FromKiosk texts"),
        (status = 403, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn kiosk_socket(
    State(app): State<App>,
    KioskIdentity(kiosk): KioskIdentity,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.max_message_size(LARGEST_MESSAGE_BYTES).max_frame_size(LARGEST_MESSAGE_BYTES);
    upgrade.on_upgrade(move |socket| async move {
        let (number, orders) = app.kiosk_sockets.open(&kiosk.id);
        app.kiosk_sockets.tell(&kiosk.id, ToKiosk::SnapshotChanged);
        tell_waiting(&app, &kiosk.id).await;
        tracing::info!(kiosk = kiosk.id, "kiosk connected");
        run(&app, &kiosk.id, socket, orders).await;
        app.kiosk_sockets.closed(&kiosk.id, number);
        mark_seen(&app, &kiosk.id).await;
        tracing::info!(kiosk = kiosk.id, "kiosk disconnected");
    })
}

async fn run(app: &App, kiosk: &str, socket: WebSocket, mut orders: mpsc::Receiver<ToKiosk>) {
    let (mut sink, mut stream) = socket.split();
    let mut heard_at = Instant::now();
    let mut ping = tokio::time::interval(PING_EVERY);
    loop {
        tokio::select! {
            order = orders.recv() => {
                let Some(order) = order else { break };
                let text = serde_json::to_string(&order).unwrap_or_default();
                if sink.send(Message::Text(text.into())).await.is_err() {
                    return;
                }
            }
            message = stream.next() => {
                heard_at = Instant::now();
                match message {
                    Some(Ok(Message::Text(text))) => hear(app, kiosk, &text).await,
                    Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                }
            }
            _ = ping.tick() => {
                if heard_at.elapsed() > SILENCE_ALLOWED || sink.send(Message::Ping(Default::default())).await.is_err() {
                    return;
                }
            }
        }
    }
    let _ = sink.close().await;
}

async fn hear(app: &App, kiosk: &str, text: &str) {
    match serde_json::from_str(text) {
        Ok(FromKiosk::BadgeToEnrol { printed_number, normalisation_version }) => {
            answer_enrolment(app, kiosk, &printed_number, normalisation_version).await;
        }
        Ok(FromKiosk::OrderTaken { order }) => order_taken(app, kiosk, &order).await,
        Ok(FromKiosk::Status(status)) => keep_status(app, kiosk, &status).await,
        Ok(FromKiosk::Unknown) | Err(_) => {}
    }
}
