//! The demo desk: a page on a loopback address from which one person plays guard, inmate and
//! trouble-maker, and sees the kiosk's screen where it has no display of its own.
//!
//! Lives on the demo's one tokio thread; everything it does goes through [`VisitingRoom`].

mod routes;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::prison::{Bookings, VisitingRoom};

/// What the desk's handlers share; empty once the room is being closed.
type SharedDesk = Arc<Mutex<Option<Desk>>>;

#[derive(Debug)]
struct Desk {
    room: VisitingRoom,
    bookings: Bookings,
    number: u32,
    slot: Duration,
    is_cut: bool,
}

impl Desk {
    /// Books a fresh visit that starts at once.
    async fn book(&mut self) -> anyhow::Result<()> {
        let next = self.number + 1;
        self.bookings = self.room.people.book(&self.room.service, next, SystemTime::now(), self.slot).await?;
        self.number = next;
        Ok(())
    }
}

/// Books a visit now, starts the kiosk and serves the desk until `until` ends; `tell` gets the
/// desk's address. Hands the room back.
///
/// The second value is an error when the kiosk does not start, or when it or the service ends by
/// itself.
pub async fn serve(
    mut room: VisitingRoom,
    slot: Duration,
    until: impl Future<Output = ()>,
    tell: impl FnOnce(&str),
) -> (Option<VisitingRoom>, anyhow::Result<()>) {
    let prepared = async {
        let bookings = room.people.book(&room.service, 1, SystemTime::now(), slot).await.context("booking a visit")?;
        room.start_kiosk().await?;
        let listener = TcpListener::bind("127.0.0.1:0").await.context("opening the demo desk's port")?;
        anyhow::Ok((bookings, listener))
    };
    let (bookings, listener) = match prepared.await {
        Ok(prepared) => prepared,
        Err(error) => return (Some(room), Err(error)),
    };
    let desk: SharedDesk = Arc::new(Mutex::new(Some(Desk { room, bookings, number: 1, slot, is_cut: false })));
    let routes = routes::routes(Arc::clone(&desk));
    let address = listener.local_addr().map(|address| format!("http://{address}/"));
    tell(address.as_deref().unwrap_or_default());
    let ended = tokio::select! {
        ended = async { axum::serve(listener, routes).await.context("serving the demo desk") } => ended,
        ended = watch(&desk) => ended,
        () = until => Ok(()),
    };
    let room = desk.lock().await.take().map(|desk| desk.room);
    (room, ended)
}

/// Ends when service or kiosk ended by themselves.
async fn watch(desk: &SharedDesk) -> anyhow::Result<()> {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Some(desk) = desk.lock().await.as_mut() {
            desk.room.check_running()?;
        }
    }
}
