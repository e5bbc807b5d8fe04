//! Signalling of the direct engine: who sits in which call, and what may be relayed.
//!
//! A call has one seat for the kiosk and one for the visitor. Only SDP, candidates and the few words
//! of `SignallingMessage` pass, each from the side that may say it; media never does. Tokens are
//! signed, so both sides come back after a restart of the service. All of it is in memory; what lies
//! in the database decides who may sit down.

mod hub;
mod socket;

pub(crate) use hub::{CallTimes, Hub};
pub(crate) use socket::{
    __path_kiosk_signalling, __path_visitor_signalling, PING_EVERY, SILENCE_ALLOWED, kiosk_signalling,
    visitor_signalling,
};
