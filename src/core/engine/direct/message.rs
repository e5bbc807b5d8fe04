//! What kiosk, service and visitor's page say on a call's signalling socket: JSON text messages.
//!
//! On opening, the service sends a [`SignallingMessage::Snapshot`]; a lost socket is not a leaving,
//! and the snapshot resynchronises whoever comes back. The kiosk offers, the page answers. Each page
//! load has an instance of its own, so that the kiosk can tell a page that lost its socket (media
//! flows on) from a new page (a new connection is needed).

use serde::{Deserialize, Serialize};

use crate::domain::{Redacted, Utc};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SignallingMessage {
    /// From the service, first of all and after every return.
    Snapshot {
        /// The peer's instance, while its socket is open.
        peer: Option<String>,
        /// The service's clock.
        now: Utc,
        /// Media may not flow before.
        not_before: Utc,
        /// Media may not flow from here on.
        ends_at: Utc,
    },
    /// From the service: the peer's socket opened (its instance) or closed (`None`).
    PeerChanged {
        /// The peer's instance, while its socket is open.
        peer: Option<String>,
    },
    /// From the kiosk, relayed: open this connection and close every older one.
    Offer {
        /// The kiosk's number of the connection; it only grows within a call.
        connection: u64,
        /// The session description.
        sdp: Redacted<String>,
    },
    /// From the page, relayed.
    Answer {
        /// The connection of the offer.
        connection: u64,
        /// The session description.
        sdp: Redacted<String>,
    },
    /// From either, relayed.
    Candidate {
        /// The connection it belongs to.
        connection: u64,
        /// The index of its m-line.
        media_line_index: u32,
        /// The `candidate:` attribute; empty at the end of candidates.
        candidate: Redacted<String>,
    },
    /// From the page, relayed: this connection failed there, make a new one.
    RenewWanted {
        /// The failed connection.
        connection: u64,
    },
    /// From either, relayed: it hangs up for good.
    Bye,
    /// From the service, last of all: the visit is over for everyone.
    Ended,
    /// From the service to a page, last of all: another page has taken over.
    TakenOver,
    /// A message of a later version; ignored.
    #[serde(other)]
    Unknown,
}
