//! Identifiers. Those the service hands out are opaque text; those the kiosk makes are numbers.

use serde::{Deserialize, Serialize};

macro_rules! opaque_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps an identifier handed out by the visit service.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The identifier as the service wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )+};
}

macro_rules! local_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The identifier that follows this one.
            #[must_use]
            pub fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}", self.0)
            }
        }
    )+};
}

opaque_id! {
    /// A booking, as the visit service names it.
    BookingId,
    /// A prison.
    FacilityId,
    /// A visiting room of a facility.
    RoomId,
    /// A kiosk; also the name painted on its case.
    KioskId,
    /// A person held at a facility.
    InmateId,
    /// A guard or technician: one id for badge, desk and audit.
    StaffId,
    /// An order of the service to a kiosk.
    OrderId,
}

local_id! {
    /// This kiosk's part in one visit.
    CallId,
    /// One attempt to carry a call.
    ConnectionId,
    /// One row that the session asked the record to commit.
    RecordId,
    /// One PIN handed to the verifier.
    PinAttemptId,
    /// One self-check.
    CheckId,
}
