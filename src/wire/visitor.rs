//! What the visitor's page and the service say to each other on the public listener.
//!
//! The link is `https://<service>/visit#<token>`: the token sits in the fragment, which no request
//! carries, and is redeemed by POST, so that a message preview consumes nothing.
//!
//! | call | answer |
//! |---|---|
//! | `POST /v1/visitor/redeem` [`RedeemRequest`] | [`RedeemReply`], or a problem with a [`redeem_problem`] code |
//! | `GET /v1/visitor/signalling` (WebSocket, subprotocols `muwajaha.v1` and `token.<socket token>`) | `SignallingMessage` |
//!
//! Redeeming may be done again and again (a reload, another device); the newest page's socket takes
//! over and the older one is told `taken_over`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The page hands over the link's token.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RedeemRequest {
    /// The link's fragment.
    pub token: String,
    /// Random per page load; a new one makes the kiosk open a new connection.
    pub instance: String,
}

/// What the page needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RedeemReply {
    /// The visitor's own name.
    pub visitor: String,
    /// The inmate's name.
    pub inmate: String,
    /// The facility's name.
    pub facility: String,
    /// IANA zone in which the facility tells times.
    pub zone: String,
    /// The booking's language, BCP 47.
    pub language: String,
    /// The service's clock, UTC milliseconds.
    pub now_ms: i64,
    /// Media may not flow before, UTC milliseconds.
    pub starts_at_ms: i64,
    /// Media may not flow from here on, UTC milliseconds.
    pub ends_at_ms: i64,
    /// Guards may look in; the page says so.
    pub supervised: bool,
    /// Opens the signalling socket for this page; expires with the slot.
    pub socket_token: String,
    /// As `RTCConfiguration.iceServers`. TURN servers only while the visit may be joined; a page that
    /// redeemed earlier is put out of its socket then, and redeems again.
    pub ice_servers: Vec<IceServerWire>,
    /// As `RTCConfiguration.iceTransportPolicy`: `relay` or `all`.
    pub ice_transport_policy: String,
}

/// One of `RTCConfiguration.iceServers`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IceServerWire {
    /// The server's URL.
    pub urls: String,
    /// TURN user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// TURN password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// Problem codes of redeeming.
pub mod redeem_problem {
    /// No such link, or it was revoked.
    pub const UNKNOWN_LINK: &str = "unknown-link";
    /// Cancelled by the facility.
    pub const CANCELLED: &str = "booking-cancelled";
    /// The visit has ended.
    pub const ALREADY_ENDED: &str = "visit-ended";
}
