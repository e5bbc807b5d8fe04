//! A facility's rules, as the service hands them down.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{Language, Utc};

/// A facility's rules for its kiosks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// IANA name of the facility's time zone, for people's eyes and the closing hour.
    pub zone: String,
    /// The language of the idle screen.
    pub default_language: Language,
    /// How long before the slot a badge is let in to wait, in seconds.
    pub join_before_start_seconds: u32,
    /// Minutes after local midnight at which an open kiosk locks itself; `None` never.
    pub closes_at_minute: Option<u16>,
    /// How long a call may outlive its lost signalling, in seconds.
    pub call_outlives_signalling_seconds: u32,
    /// Media flows through the facility's TURN server only.
    pub relay_only: bool,
    /// Staff may say who they are by their number while no trusted reader is there; the PIN is asked for all the same.
    #[serde(default)]
    pub staff_number_without_reader: bool,
    /// When kiosks may update themselves.
    #[serde(default)]
    pub update_hours: UpdateHours,
}

/// Minutes after local midnight: the first is inside, the second is not. Over midnight where it is the
/// smaller one; never where they are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateHours {
    /// From this minute of the day.
    pub from_minute: u16,
    /// To this one.
    pub until_minute: u16,
}

impl Default for UpdateHours {
    /// 01:00 to 05:00.
    fn default() -> Self {
        Self { from_minute: 60, until_minute: 5 * 60 }
    }
}

impl UpdateHours {
    fn contain(self, minute: u16) -> bool {
        let Self { from_minute, until_minute } = self;
        if from_minute <= until_minute {
            from_minute <= minute && minute < until_minute
        } else {
            from_minute <= minute || minute < until_minute
        }
    }
}

/// What is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// `zone` is no IANA name.
    #[error("policy field `zone`: `{0}` is no IANA time zone; use one like `Asia/Baghdad`")]
    UnknownZone(String),
    /// `closes_at_minute` is no minute of a day.
    #[error("policy field `closes_at_minute`: {0} is past the day's last minute, 1439")]
    ClosingMinuteOutOfRange(u16),
    /// `update_hours` name no minute of a day.
    #[error("policy field `update_hours`: {0} is past the day's last minute, 1439")]
    UpdateMinuteOutOfRange(u16),
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            zone: "Asia/Baghdad".to_owned(),
            default_language: Language::Arabic,
            join_before_start_seconds: 10 * 60,
            closes_at_minute: None,
            call_outlives_signalling_seconds: 120,
            relay_only: true,
            staff_number_without_reader: false,
            update_hours: UpdateHours::default(),
        }
    }
}

impl Policy {
    /// Checks what types cannot: the zone's name and the closing hour.
    ///
    /// # Errors
    /// A [`PolicyError`] that names the field.
    pub fn validate(&self) -> Result<(), PolicyError> {
        TimeZone::get(&self.zone).map_err(|_| PolicyError::UnknownZone(self.zone.clone()))?;
        let is_past_the_day = |minute: &u16| *minute >= 24 * 60;
        if let Some(minute) = self.closes_at_minute.filter(is_past_the_day) {
            return Err(PolicyError::ClosingMinuteOutOfRange(minute));
        }
        match [self.update_hours.from_minute, self.update_hours.until_minute].into_iter().find(is_past_the_day) {
            Some(minute) => Err(PolicyError::UpdateMinuteOutOfRange(minute)),
            None => Ok(()),
        }
    }

    /// How long before the slot the join window opens.
    pub fn join_before_start(&self) -> Duration {
        Duration::from_secs(u64::from(self.join_before_start_seconds))
    }

    /// How long a call may outlive its lost signalling.
    pub fn call_outlives_signalling(&self) -> Duration {
        Duration::from_secs(u64::from(self.call_outlives_signalling_seconds))
    }

    /// Whether kiosks may update themselves at `utc`; never where the zone is unknown.
    pub fn is_update_hour(&self, utc: Utc) -> bool {
        let (Ok(zone), Ok(instant)) = (TimeZone::get(&self.zone), Timestamp::from_millisecond(utc.as_millis())) else {
            return false;
        };
        let local = instant.to_zoned_datetime(zone);
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        self.update_hours.contain(minute)
    }

    /// The next closing hour strictly after `utc`; `None` where the facility has none or its zone is
    /// unknown.
    pub fn next_closing(&self, utc: Utc) -> Option<Utc> {
        let minute = self.closes_at_minute?;
        let zone = TimeZone::get(&self.zone).ok()?;
        let local = Timestamp::from_millisecond(utc.as_millis()).ok()?.to_zoned_datetime(zone.clone());
        let time = jiff::civil::time(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0);
        [local.date(), local.date().tomorrow().ok()?]
            .into_iter()
            .filter_map(|date| date.to_datetime(time).to_zoned_datetime(zone.clone()).ok())
            .map(|closing| Utc::from_millis(closing.timestamp().as_millisecond()))
            .find(|closing| *closing > utc)
    }
}
