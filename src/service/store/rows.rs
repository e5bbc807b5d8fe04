//! Rows as they stand in the database. Times are UTC milliseconds.

use sqlx::FromRow;

#[derive(Debug, Clone, FromRow)]
pub(crate) struct FacilityRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) zone: String,
    pub(crate) default_language: String,
    pub(crate) join_before_start_seconds: i64,
    pub(crate) closes_at_minute: Option<i64>,
    pub(crate) call_outlives_signalling_seconds: i64,
    pub(crate) relay_only: bool,
    pub(crate) supervised: bool,
    pub(crate) staff_number_without_reader: bool,
    pub(crate) revoked_at_ms: Option<i64>,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct RoomRow {
    pub(crate) id: String,
    pub(crate) facility: String,
    pub(crate) name: String,
    pub(crate) revoked_at_ms: Option<i64>,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct KioskRow {
    pub(crate) id: String,
    pub(crate) room: String,
    pub(crate) facility: String,
    pub(crate) provisioned: bool,
    pub(crate) last_heard_at_ms: Option<i64>,
    pub(crate) record_set_aside_at_ms: Option<i64>,
    pub(crate) revoked_at_ms: Option<i64>,
}

#[derive(Clone, FromRow)]
pub(crate) struct StaffRow {
    pub(crate) id: String,
    pub(crate) facility: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) number: Option<String>,
    pub(crate) pin_verifier: String,
    pub(crate) valid_until_ms: i64,
    pub(crate) revoked_at_ms: Option<i64>,
}

#[derive(Clone, FromRow)]
pub(crate) struct InmateRow {
    pub(crate) id: String,
    pub(crate) facility: String,
    pub(crate) name: String,
    pub(crate) revoked_at_ms: Option<i64>,
}

#[derive(Clone, FromRow)]
pub(crate) struct BadgeRow {
    pub(crate) id: String,
    pub(crate) inmate: Option<String>,
    pub(crate) staff: Option<String>,
    pub(crate) printed_number: String,
    pub(crate) normalisation_version: i64,
    pub(crate) revoked_at_ms: Option<i64>,
}

/// Whom a badge names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    Inmate(String),
    Staff(String),
}

impl Owner {
    pub(crate) fn inmate(&self) -> Option<&str> {
        match self {
            Self::Inmate(id) => Some(id),
            Self::Staff(_) => None,
        }
    }

    pub(crate) fn staff(&self) -> Option<&str> {
        match self {
            Self::Staff(id) => Some(id),
            Self::Inmate(_) => None,
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Inmate(id) | Self::Staff(id) => id,
        }
    }
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct ConnectorRow {
    pub(crate) name: String,
    pub(crate) revoked_at_ms: Option<i64>,
}

#[derive(Clone, FromRow)]
pub(crate) struct BookingRow {
    pub(crate) id: String,
    pub(crate) connector: String,
    pub(crate) connector_booking_id: String,
    pub(crate) revision: i64,
    /// The connector's request in one fixed form, by which a repetition is known.
    pub(crate) request: String,
    /// Grows with every change, whoever makes it; the kiosk's revision.
    pub(crate) change_count: i64,
    pub(crate) facility: String,
    pub(crate) kiosk: String,
    pub(crate) inmate: String,
    pub(crate) visitor: String,
    pub(crate) language: String,
    pub(crate) privileged: bool,
    pub(crate) starts_at_ms: i64,
    pub(crate) ends_at_ms: i64,
    pub(crate) link_generation: i64,
    pub(crate) link_hash: String,
    pub(crate) cancelled_at_ms: Option<i64>,
    pub(crate) kiosk_joined_at_ms: Option<i64>,
    pub(crate) visitor_arrived_at_ms: Option<i64>,
    pub(crate) outcome: Option<String>,
    /// The outcome is the kiosk's word, not a conclusion of the service.
    pub(crate) ended_by_kiosk: bool,
}

impl BookingRow {
    /// Nobody may join it any more: cancelled, or with an outcome.
    pub(crate) fn is_closed(&self) -> bool {
        self.cancelled_at_ms.is_some() || self.outcome.is_some()
    }

    /// Takes a kiosk and an inmate's time in this range.
    pub(crate) fn occupies(&self, starts_at_ms: i64, ends_at_ms: i64) -> bool {
        !self.is_closed() && self.starts_at_ms < ends_at_ms && starts_at_ms < self.ends_at_ms
    }
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct OutcomeRow {
    pub(crate) cursor: i64,
    pub(crate) booking: String,
    pub(crate) connector_booking_id: String,
    pub(crate) kiosk: String,
    pub(crate) facility: String,
    pub(crate) outcome: String,
    pub(crate) at_ms: i64,
    pub(crate) starts_at_ms: i64,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct KioskEventRow {
    pub(crate) cursor: i64,
    pub(crate) epoch: String,
    pub(crate) sequence: i64,
    pub(crate) body: String,
}

/// A row of a kiosk's record on its way in.
#[derive(Debug)]
pub(crate) struct EventInsert<'a> {
    pub(crate) kiosk: &'a str,
    pub(crate) epoch: &'a str,
    pub(crate) sequence: i64,
    pub(crate) body: &'a str,
    pub(crate) chain: &'a str,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct ChangeRow {
    pub(crate) id: i64,
    pub(crate) at_ms: i64,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) subject: String,
    pub(crate) detail: String,
}
