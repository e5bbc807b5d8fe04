//! From bytes on a serial line to one badge number.
//!
//! Each reader protocol has a sans-IO decoder of its own here; all of them end in
//! [`BadgeNumber`], the one place that normalises byte order, lengths and parity. A badge number is
//! an identifier, never proof. Nothing here opens a port or knows the time.

mod frame;
mod id12la;
mod number;
mod rdm6300;
mod resting;
#[cfg(test)]
mod tests;

pub use frame::{BadgeStream, FrameCounts, FrameDecoder, ReaderProtocol};
pub use id12la::Id12laDecoder;
pub use number::{
    BadgeDigest, BadgeKey, BadgeKeyId, BadgeNumber, NORMALISATION_VERSION, NormalisationVersion, TypedNumberError,
};
pub use rdm6300::Rdm6300Decoder;
pub use resting::{RELEASED_AFTER, RestingCards};
