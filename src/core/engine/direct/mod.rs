//! The direct engine: peer to peer, signalled through the visit service.

mod message;

pub use message::SignallingMessage;
