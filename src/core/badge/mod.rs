//! From bytes on a serial line to one badge number.
//!
//! Each reader protocol has a sans-IO decoder of its own here; all of them end in
//! [`BadgeNumber`], the one place that normalises byte order, lengths and parity. A badge number is
//! an identifier, never proof. Nothing here opens a port or knows the time.

mod number;

pub use number::{
    BadgeDigest, BadgeKey, BadgeKeyId, BadgeNumber, NORMALISATION_VERSION, NormalisationVersion, TypedNumberError,
};
