//! From bytes on a serial line to one badge number.
//!
//! Each reader protocol is a [`ReaderDialog`] of its own here and tells [`CardIdentifier`]s;
//! [`BadgeRules`] make of each the one [`BadgeNumber`], whichever reader read the card. A
//! [`BadgeStream`] joins the two for one line. A badge number is an identifier, never proof. Nothing
//! here opens a port or knows the time.

mod card;
mod dialog;
mod digest;
mod frame;
mod id12la;
mod latency;
mod number;
pub mod osdp;
mod pn532;
mod probe;
mod rdm6300;
mod resting;
mod rules;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod twn4;
mod typed;

pub use card::{CardBits, CardIdentifier, CardKind, CardRefusal, CardText, LONGEST_TEXT, MOST_BITS, Uid};
pub use dialog::{
    FrameCounts, ReaderCondition, ReaderDialog, ReaderEvent, ReaderFeedback, ReaderHealth, ReaderSettingsError,
};
pub use digest::{BadgeDigest, BadgeKey, BadgeKeyId};
pub use id12la::Id12laDecoder;
pub use latency::{Latency, LatencyMeter};
pub use number::{BadgeNumber, NormalisationVersion, SiteAndNumber};
pub use pn532::{Pn532Dialog, Pn532Settings};
pub use probe::{Finding, ListeningProbe};
pub use rdm6300::Rdm6300Decoder;
pub use resting::{RELEASED_AFTER, RestingCards};
pub use rules::{BadgeRules, BadgeRulesError, BitRange, BitsFormat, BitsMeaning, Em4100Rule};
pub use stream::{BadgeStream, BadgeStreamEvent, CardsOnReader, ReaderProtocol};
pub use text::{TextChecksum, TextDecoder, TextMeaning, TextSettings};
pub use twn4::{Twn4Dialog, Twn4Listener, Twn4Mode, Twn4Settings};
pub use typed::TypedNumberError;
