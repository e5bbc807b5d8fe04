//! The signalling sockets: from an upgrade request with a token to a seat in the hub, and back.
//!
//! A task a socket. Messages are at most 64 KiB and come at a bounded rate; a peer that answers no
//! ping for 45 s is gone. A good token after the end is answered by `ended`, since a browser cannot
//! read why an upgrade was refused.

use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use muwajaha_core::domain::Utc;
use muwajaha_core::engine::direct::SignallingMessage;

use super::hub::{CallTimes, Seat, ToSocket};
use crate::app::App;
use crate::extract::{Caller, bearer};
use crate::fault::Fault;
use crate::join::opens_at_ms;
use crate::kiosks::KioskIdentity;
use crate::limits::Bucket;
use crate::secrets::{Side, SocketGrant};
use crate::store::BookingRow;

const LARGEST_MESSAGE_BYTES: usize = 64 * 1024;
const MESSAGES_PER_SECOND: f64 = 20.0;
const MESSAGES_AT_ONCE: f64 = 200.0;
pub(crate) const PING_EVERY: Duration = Duration::from_secs(15);
pub(crate) const SILENCE_ALLOWED: Duration = Duration::from_secs(45);
const PROTOCOL: &str = "muwajaha.v1";

const POLICY_VIOLATION: u16 = 1008;
const GOING_AWAY: u16 = 1001;

/// `GET /v1/kiosk/calls/{booking}/signalling`
#[utoipa::path(get, path = "/v1/kiosk/calls/{booking}/signalling", tag = "kiosk",
    params(("booking" = String, Path, description = "Booking id")), security(("kiosk_certificate" = [], "join_token" = [])),
    responses((status = 101, description = "SignallingMessage texts"), (status = 401, body = muwajaha_wire::problem::Problem),
        (status = 403, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn kiosk_signalling(
    State(app): State<App>,
    KioskIdentity(kiosk): KioskIdentity,
    Path(booking): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Fault> {
    let token = bearer(&headers).unwrap_or_default().to_owned();
    let (grant, row) = admit(&app, &token, Side::Kiosk, caller).await?;
    if grant.booking != booking || row.kiosk != grant.bound_to || kiosk.id != grant.bound_to {
        return Err(Fault::unauthorised("the join token is for another call"));
    }
    Ok(open(app, upgrade, grant, row, None))
}

/// `GET /v1/visitor/signalling`
#[utoipa::path(get, path = "/v1/visitor/signalling", tag = "visitor",
    params(("Sec-WebSocket-Protocol" = String, Header, description = "`muwajaha.v1, token.<socket token>`")),
    responses((status = 101, description = "SignallingMessage texts"), (status = 401, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn visitor_signalling(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Fault> {
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let token = offered.flat_map(|value| value.split(',')).find_map(|entry| entry.trim().strip_prefix("token."));
    let token = token.unwrap_or_default().to_owned();
    let (grant, row) = admit(&app, &token, Side::Visitor, caller).await?;
    if row.link_generation.to_string() != grant.bound_to {
        return Err(Fault::unauthorised("this link was replaced by a newer one"));
    }
    let now_ms = app.clock.now_ms();
    let early_until = early_until(&app, &grant, &row).await?;
    if !row.is_closed() && early_until.is_some_and(|until| until.as_millis() <= now_ms) {
        return Err(Fault::unauthorised("the visit may be joined by now: redeem the link again"));
    }
    if !row.is_closed()
        && let Err(error) = app.store.mark_arrived(&row.id, now_ms).await
    {
        tracing::warn!(%error, booking = row.id, "that the visitor arrived could not be kept: free the disk");
    }
    Ok(open(app, upgrade.protocols([PROTOCOL]), grant, row, early_until))
}

/// When the visit of a page that redeemed its link early may be joined; `None` for every other page.
async fn early_until(app: &App, grant: &SocketGrant, row: &BookingRow) -> Result<Option<Utc>, Fault> {
    if !grant.early {
        return Ok(None);
    }
    let facility = app.store.facility(&row.facility).await?.ok_or_else(|| Fault::unknown("facility"))?;
    Ok(Some(Utc::from_millis(opens_at_ms(row, &facility))))
}

async fn admit(app: &App, token: &str, side: Side, caller: Caller) -> Result<(SocketGrant, BookingRow), Fault> {
    let refuse = || match app.refused_credentials.take(caller.0, Instant::now()) {
        Ok(()) => Fault::unauthorised("the token is unknown or expired: ask for a new one"),
        Err(seconds) => Fault::too_many(seconds),
    };
    let grant = app.secret.verify_grant(token, app.clock.now_ms()).filter(|grant| grant.side == side);
    let grant = grant.ok_or_else(refuse)?;
    let row = app.store.booking(&grant.booking).await?.ok_or_else(refuse)?;
    Ok((grant, row))
}

fn open(
    app: App,
    upgrade: WebSocketUpgrade,
    grant: SocketGrant,
    row: BookingRow,
    early_until: Option<Utc>,
) -> Response {
    let upgrade = upgrade.max_message_size(LARGEST_MESSAGE_BYTES).max_frame_size(LARGEST_MESSAGE_BYTES);
    upgrade.on_upgrade(move |socket| async move {
        let now_ms = app.clock.now_ms();
        if row.is_closed() || row.ends_at_ms <= now_ms {
            let (mut sink, _) = socket.split();
            let _ = say(&mut sink, &SignallingMessage::Ended).await;
            let _ = sink.close().await;
            return;
        }
        let now = Utc::from_millis(now_ms);
        let seat = app.hub.sit_down(&row.id, grant.side, &grant.instance, CallTimes::of(&row), now, early_until);
        tracing::info!(booking = row.id, side = ?grant.side, "signalling opened");
        let seat = run(&app, socket, seat).await;
        app.hub.stand_up(&seat);
        tracing::info!(booking = seat.booking, side = ?seat.side, "signalling closed");
    })
}

/// Carries messages until either end is done; gives the seat back.
async fn run(app: &App, socket: WebSocket, mut seat: Seat) -> Seat {
    let (mut sink, mut stream) = socket.split();
    let mut heard_at = Instant::now();
    let mut bucket = Bucket::full(MESSAGES_AT_ONCE, heard_at);
    let mut ping = tokio::time::interval(PING_EVERY);
    loop {
        tokio::select! {
            order = seat.inbox.recv() => if !obey(&mut sink, order).await { break },
            message = stream.next() => {
                heard_at = Instant::now();
                match message {
                    Some(Ok(Message::Text(text))) => {
                        if bucket.take(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE, heard_at).is_err() {
                            close(&mut sink, POLICY_VIOLATION, "too many messages").await;
                            break;
                        }
                        if let Ok(message) = serde_json::from_str(&text) {
                            app.hub.relay(&seat, message);
                        }
                    }
                    Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                }
            }
            _ = ping.tick() => {
                if heard_at.elapsed() > SILENCE_ALLOWED || sink.send(Message::Ping(Default::default())).await.is_err() {
                    break;
                }
            }
        }
    }
    drain(stream).await;
    seat
}

/// Does what the hub says; false when it was the last.
async fn obey(sink: &mut SplitSink<WebSocket, Message>, order: Option<ToSocket>) -> bool {
    match order {
        Some(ToSocket::Send(message)) => say(sink, &message).await.is_ok(),
        Some(ToSocket::Last(message)) => {
            let _ = say(sink, &message).await;
            let _ = sink.close().await;
            false
        }
        Some(ToSocket::Close) | None => {
            close(sink, GOING_AWAY, "").await;
            false
        }
    }
}

async fn say(sink: &mut SplitSink<WebSocket, Message>, message: &SignallingMessage) -> Result<(), axum::Error> {
    let text = serde_json::to_string(message).unwrap_or_default();
    sink.send(Message::Text(text.into())).await
}

async fn close(sink: &mut SplitSink<WebSocket, Message>, code: u16, reason: &'static str) {
    let _ = sink.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}

/// Waits a moment for the peer's closing frame, so that our last words are not lost by a reset.
async fn drain(mut stream: SplitStream<WebSocket>) {
    let closing = async { while let Some(Ok(_)) = stream.next().await {} };
    let _ = tokio::time::timeout(Duration::from_secs(2), closing).await;
}
