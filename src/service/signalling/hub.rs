//! The switchboard: one room a booking, two seats a room. Short locks, no IO.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use muwajaha_core::domain::Utc;
use muwajaha_core::engine::direct::SignallingMessage;
use tokio::sync::mpsc;

use crate::secrets::Side;
use crate::store::BookingRow;

/// The service ends a call this long after the slot, if nobody else did.
const GRACE_AFTER_END_MS: i64 = 2_000;
/// What may wait for one slow socket before it is closed.
const QUEUED_MESSAGES: usize = 256;
/// How many page loads that were taken over are remembered.
const REMEMBERED_INSTANCES: usize = 64;

/// What the hub tells a socket.
#[derive(Debug, Clone)]
pub(crate) enum ToSocket {
    /// Send this.
    Send(SignallingMessage),
    /// Send this, then close.
    Last(SignallingMessage),
    /// Close without a word.
    Close,
}

/// A place in a call, held by the socket's task.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) booking: String,
    pub(crate) side: Side,
    number: u64,
    pub(crate) inbox: mpsc::Receiver<ToSocket>,
}

/// When media may flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallTimes {
    pub(crate) not_before: Utc,
    pub(crate) ends_at: Utc,
}

impl CallTimes {
    pub(crate) fn of(row: &BookingRow) -> Self {
        Self { not_before: Utc::from_millis(row.starts_at_ms), ends_at: Utc::from_millis(row.ends_at_ms) }
    }
}

#[derive(Debug)]
struct Occupant {
    number: u64,
    instance: String,
    early_until: Option<Utc>,
    outbox: mpsc::Sender<ToSocket>,
}

#[derive(Debug)]
struct Room {
    times: CallTimes,
    kiosk: Option<Occupant>,
    visitor: Option<Occupant>,
    newest_page: Option<String>,
    pages_taken_over: Vec<String>,
}

/// How many seats are taken, by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TakenSeats {
    pub(crate) kiosks: usize,
    pub(crate) visitors: usize,
}

/// All calls with somebody in them.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    rooms: Mutex<Rooms>,
}

#[derive(Debug, Default)]
struct Rooms {
    by_booking: HashMap<String, Room>,
    last_number: u64,
}

impl Room {
    fn seat(&mut self, side: Side) -> &mut Option<Occupant> {
        match side {
            Side::Kiosk => &mut self.kiosk,
            Side::Visitor => &mut self.visitor,
        }
    }

    /// Tells a side. One that takes no more loses its seat, of which the other side is told: nobody
    /// else would, since whoever stands up later has no seat any more.
    fn tell(&mut self, side: Side, message: ToSocket) {
        let seat = self.seat(side);
        if let Some(occupant) = seat
            && occupant.outbox.try_send(message).is_err()
        {
            *seat = None;
            self.tell(other(side), ToSocket::Send(SignallingMessage::PeerChanged { peer: None }));
        }
    }

    /// A page that sat down before the visit may be joined has no TURN credentials: once it may, or
    /// once the slot is another, it is put out, so that it asks again.
    fn put_early_page_out(&mut self, because: impl FnOnce(Utc) -> bool) {
        if self.visitor.as_mut().and_then(|page| page.early_until.take_if(|until| because(*until))).is_some() {
            self.tell(Side::Visitor, ToSocket::Close);
        }
    }

    /// Whether this page may take the visitor's seat; the page in it before is told.
    fn admit_page(&mut self, instance: &str) -> bool {
        if self.newest_page.as_deref() == Some(instance) {
            self.tell(Side::Visitor, ToSocket::Close);
            return true;
        }
        if self.pages_taken_over.iter().any(|page| page == instance) {
            return false;
        }
        if let Some(older) = self.newest_page.replace(instance.to_owned()) {
            if self.pages_taken_over.len() == REMEMBERED_INSTANCES {
                self.pages_taken_over.remove(0);
            }
            self.pages_taken_over.push(older);
        }
        self.tell(Side::Visitor, ToSocket::Last(SignallingMessage::TakenOver));
        true
    }
}

fn other(side: Side) -> Side {
    match side {
        Side::Kiosk => Side::Visitor,
        Side::Visitor => Side::Kiosk,
    }
}

/// Whether `side` may have this message relayed.
fn is_relayed(side: Side, message: &SignallingMessage) -> bool {
    match message {
        SignallingMessage::Offer { .. } => side == Side::Kiosk,
        SignallingMessage::Answer { .. } | SignallingMessage::RenewWanted { .. } => side == Side::Visitor,
        SignallingMessage::Candidate { .. } | SignallingMessage::Bye => true,
        SignallingMessage::Snapshot { .. }
        | SignallingMessage::PeerChanged { .. }
        | SignallingMessage::Ended
        | SignallingMessage::TakenOver
        | SignallingMessage::Unknown => false,
    }
}

impl Hub {
    fn with<T>(&self, action: impl FnOnce(&mut Rooms) -> T) -> T {
        action(&mut self.rooms.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many seats are taken.
    pub(crate) fn seats(&self) -> TakenSeats {
        self.with(|rooms| TakenSeats {
            kiosks: rooms.by_booking.values().filter(|room| room.kiosk.is_some()).count(),
            visitors: rooms.by_booking.values().filter(|room| room.visitor.is_some()).count(),
        })
    }

    /// Takes a seat. The newest socket wins it, except that a page which was taken over stays so.
    /// `early_until` is when a page that came early must ask again.
    pub(crate) fn sit_down(
        &self,
        booking: &str,
        side: Side,
        instance: &str,
        times: CallTimes,
        now: Utc,
        early_until: Option<Utc>,
    ) -> Seat {
        let (outbox, inbox) = mpsc::channel(QUEUED_MESSAGES);
        let number = self.with(|rooms| {
            rooms.last_number += 1;
            let number = rooms.last_number;
            let room = rooms.by_booking.entry(booking.to_owned()).or_insert_with(|| Room {
                times,
                kiosk: None,
                visitor: None,
                newest_page: None,
                pages_taken_over: Vec::new(),
            });
            room.times = times;
            let admitted = match side {
                Side::Kiosk => {
                    room.tell(side, ToSocket::Close);
                    true
                }
                Side::Visitor => room.admit_page(instance),
            };
            if !admitted {
                let _ = outbox.try_send(ToSocket::Last(SignallingMessage::TakenOver));
                return number;
            }
            let peer = room.seat(other(side)).as_ref().map(|occupant| occupant.instance.clone());
            let CallTimes { not_before, ends_at } = times;
            let _ = outbox.try_send(ToSocket::Send(SignallingMessage::Snapshot { peer, now, not_before, ends_at }));
            *room.seat(side) = Some(Occupant { number, instance: instance.to_owned(), early_until, outbox });
            let peer = Some(instance.to_owned());
            room.tell(other(side), ToSocket::Send(SignallingMessage::PeerChanged { peer }));
            number
        });
        Seat { booking: booking.to_owned(), side, number, inbox }
    }

    /// Leaves a seat; nothing where another socket has it by now.
    pub(crate) fn stand_up(&self, seat: &Seat) {
        self.with(|rooms| {
            let Some(room) = rooms.by_booking.get_mut(&seat.booking) else { return };
            let place = room.seat(seat.side);
            if place.as_ref().is_some_and(|occupant| occupant.number == seat.number) {
                *place = None;
                room.tell(other(seat.side), ToSocket::Send(SignallingMessage::PeerChanged { peer: None }));
            }
        });
    }

    /// Passes a message on to the other side, if this side may say it and still has its seat.
    pub(crate) fn relay(&self, seat: &Seat, message: SignallingMessage) {
        if !is_relayed(seat.side, &message) {
            return;
        }
        self.with(|rooms| {
            let Some(room) = rooms.by_booking.get_mut(&seat.booking) else { return };
            if room.seat(seat.side).as_ref().is_some_and(|occupant| occupant.number == seat.number) {
                room.tell(other(seat.side), ToSocket::Send(message));
            }
        });
    }

    /// Tells both sides of a changed slot.
    pub(crate) fn change_times(&self, booking: &str, times: CallTimes, now: Utc) {
        self.with(|rooms| {
            let Some(room) = rooms.by_booking.get_mut(booking) else { return };
            if room.times == times {
                return;
            }
            room.times = times;
            room.put_early_page_out(|_| true);
            let CallTimes { not_before, ends_at } = times;
            for side in [Side::Kiosk, Side::Visitor] {
                let peer = room.seat(other(side)).as_ref().map(|occupant| occupant.instance.clone());
                room.tell(side, ToSocket::Send(SignallingMessage::Snapshot { peer, now, not_before, ends_at }));
            }
        });
    }

    /// Ends a call for both sides.
    pub(crate) fn end(&self, booking: &str) {
        self.with(|rooms| {
            if let Some(mut room) = rooms.by_booking.remove(booking) {
                room.tell(Side::Kiosk, ToSocket::Last(SignallingMessage::Ended));
                room.tell(Side::Visitor, ToSocket::Last(SignallingMessage::Ended));
            }
        });
    }

    /// Closes the kiosk's seat of every call whose booking is listed: it is revoked.
    pub(crate) fn close_side(&self, booking: &str, side: Side) {
        self.with(|rooms| {
            let Some(room) = rooms.by_booking.get_mut(booking) else { return };
            room.tell(side, ToSocket::Close);
        });
    }

    /// Puts out the pages that came early to visits that may be joined by now; to be called often.
    pub(crate) fn put_early_pages_out(&self, now: Utc) {
        self.with(|rooms| rooms.by_booking.values_mut().for_each(|room| room.put_early_page_out(|until| until <= now)));
    }

    /// Ends every call whose slot has been over for a moment; to be called often.
    pub(crate) fn end_overdue(&self, now: Utc) {
        let is_over = |room: &Room| room.times.ends_at.as_millis() + GRACE_AFTER_END_MS <= now.as_millis();
        let overdue: Vec<String> = self.with(|rooms| {
            let rooms = rooms.by_booking.iter().filter(|(_, room)| is_over(room));
            rooms.map(|(booking, _)| booking.clone()).collect()
        });
        for booking in overdue {
            self.end(&booking);
        }
    }

    /// Closes every socket without ending any call: the service stops, and they come back.
    pub(crate) fn close_all(&self) {
        self.with(|rooms| {
            for (_, mut room) in rooms.by_booking.drain() {
                room.tell(Side::Kiosk, ToSocket::Close);
                room.tell(Side::Visitor, ToSocket::Close);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOKING: &str = "bk-1";

    fn seat(hub: &Hub, side: Side, instance: &str) -> Seat {
        let times = CallTimes { not_before: Utc::from_millis(0), ends_at: Utc::from_millis(1_000_000) };
        hub.sit_down(BOOKING, side, instance, times, Utc::from_millis(0), None)
    }

    /// All that waits for a seat.
    fn heard(seat: &mut Seat) -> Vec<SignallingMessage> {
        let said = std::iter::from_fn(|| seat.inbox.try_recv().ok());
        said.filter_map(|said| if let ToSocket::Send(message) = said { Some(message) } else { None }).collect()
    }

    #[test]
    fn a_socket_that_takes_no_more_loses_its_seat_and_the_other_side_is_told() {
        let hub = Hub::default();
        let mut kiosk = seat(&hub, Side::Kiosk, "kiosk");
        let mut visitor = seat(&hub, Side::Visitor, "page");
        heard(&mut kiosk);
        for connection in 0..=QUEUED_MESSAGES as u64 {
            hub.relay(
                &kiosk,
                SignallingMessage::Candidate {
                    connection,
                    candidate: muwajaha_core::domain::Redacted::new(String::new()),
                    media_line_index: 0,
                },
            );
        }
        assert_eq!(heard(&mut kiosk), [SignallingMessage::PeerChanged { peer: None }]);
        assert_eq!(heard(&mut visitor).len(), QUEUED_MESSAGES, "what was queued before is still sent");
        assert!(matches!(visitor.inbox.try_recv(), Err(mpsc::error::TryRecvError::Disconnected)), "then it is closed");
        hub.stand_up(&visitor);
        assert!(heard(&mut kiosk).is_empty(), "it is told once");

        seat(&hub, Side::Visitor, "page");
        assert_eq!(heard(&mut kiosk), [SignallingMessage::PeerChanged { peer: Some("page".to_owned()) }]);
    }
}
