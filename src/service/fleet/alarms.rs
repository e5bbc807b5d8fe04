//! What somebody should see to at a kiosk: written rules over what is known of it. Pure.
//!
//! An alarm stands for as long as its rule holds; nobody has to take it back. What a kiosk said last
//! counts until it says something else, also while it is not seen.

use std::collections::BTreeMap;

use muwajaha_core::session::{OrderReason, OutOfServiceCause};
use muwajaha_wire::fleet::{ActivityWire, KioskStatus, ReaderWire, UpdateStateWire};
use serde::{Deserialize, Serialize};

use super::versions::Newest;

/// A kiosk that was provisioned is missed after this long.
pub(crate) const NOT_SEEN_AFTER_MS: i64 = 5 * 60 * 1000;
/// Its own clock may be this far from the service's.
const CLOCK_MAY_DIFFER_MS: i64 = 60 * 1000;
/// A disk is low where less than this part of it is free, but no less and no more than so many bytes.
const DISK_LOW_ONE_IN: u64 = 20;
const DISK_LOW_AT_LEAST: u64 = 256 << 20;
const DISK_LOW_AT_MOST: u64 = 2 << 30;
/// So many rows of the record may be on their way.
const ROWS_MAY_WAIT: u64 = 200;
/// A record that was set aside is told of for a week; the row itself is kept for good.
const RECORD_TOLD_FOR_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlarmKind {
    /// It was provisioned, and has not been seen for [`NOT_SEEN_AFTER_MS`].
    NotSeen,
    /// It has no badge reader.
    ReaderAbsent,
    /// It has a reader that it does not trust.
    ReaderNotTrusted,
    /// The reader says that its case was opened.
    ReaderTampered,
    /// Its camera delivered no frames when it was last asked to.
    CameraFailed,
    /// Its microphone delivered no sound when it was last asked to.
    MicrophoneFailed,
    /// Its disk is nearly full.
    DiskLow,
    /// Its own clock is far from the service's.
    ClockOff,
    /// Its record was damaged or cut, and was set aside.
    RecordSetAside,
    /// The rows of its record do not come through.
    RecordWaits,
    /// It is out of service, and nobody ordered that.
    OutOfService,
    /// Another kiosk has a later version.
    VersionBehind,
    /// It did not take an update.
    UpdateFailed,
}

/// The kinds that a status alone tells of, with what was measured.
type Told = BTreeMap<AlarmKind, Option<String>>;

/// Since when those stand.
pub(crate) type Begun = BTreeMap<AlarmKind, i64>;

/// An alarm of one kiosk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alarm {
    pub(crate) kind: AlarmKind,
    pub(crate) since_ms: i64,
    pub(crate) measured: Option<String>,
}

/// What is known of a kiosk that takes part.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    pub(crate) provisioned: bool,
    pub(crate) connected: bool,
    pub(crate) last_seen_ms: Option<i64>,
    pub(crate) record_set_aside_ms: Option<i64>,
    pub(crate) status: Option<&'a KioskStatus>,
    pub(crate) begun: &'a Begun,
}

impl AlarmKind {
    pub(crate) const ALL: [Self; 13] = [
        Self::NotSeen,
        Self::ReaderAbsent,
        Self::ReaderNotTrusted,
        Self::ReaderTampered,
        Self::CameraFailed,
        Self::MicrophoneFailed,
        Self::DiskLow,
        Self::ClockOff,
        Self::RecordSetAside,
        Self::RecordWaits,
        Self::OutOfService,
        Self::VersionBehind,
        Self::UpdateFailed,
    ];

    /// The code in papers and in the metrics.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NotSeen => "F-01",
            Self::ReaderAbsent => "F-02",
            Self::ReaderNotTrusted => "F-03",
            Self::ReaderTampered => "F-04",
            Self::CameraFailed => "F-05",
            Self::MicrophoneFailed => "F-06",
            Self::DiskLow => "F-07",
            Self::ClockOff => "F-08",
            Self::RecordSetAside => "F-09",
            Self::RecordWaits => "F-10",
            Self::OutOfService => "F-11",
            Self::VersionBehind => "F-12",
            Self::UpdateFailed => "F-13",
        }
    }

    /// The key of its words.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::NotSeen => "not_seen",
            Self::ReaderAbsent => "reader_absent",
            Self::ReaderNotTrusted => "reader_not_trusted",
            Self::ReaderTampered => "reader_tampered",
            Self::CameraFailed => "camera_failed",
            Self::MicrophoneFailed => "microphone_failed",
            Self::DiskLow => "disk_low",
            Self::ClockOff => "clock_off",
            Self::RecordSetAside => "record_set_aside",
            Self::RecordWaits => "record_waits",
            Self::OutOfService => "out_of_service",
            Self::VersionBehind => "version_behind",
            Self::UpdateFailed => "update_failed",
        }
    }

    /// What to do.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::NotSeen => "see whether it has power and network; a guard can use another kiosk",
            Self::ReaderAbsent => "see to the reader's cable, then `muwajaha check reader`",
            Self::ReaderNotTrusted => "look up the reader's code in README, and look at its wires",
            Self::ReaderTampered => "look at the reader: its case was opened",
            Self::CameraFailed => "see to the camera's cable, then to the camera",
            Self::MicrophoneFailed => "see to the microphone or handset",
            Self::DiskLow => "free the disk of the kiosk, or replace it",
            Self::ClockOff => "set the machine's clock; one that is off again after a power cut needs a new battery",
            Self::RecordSetAside => {
                "keep the file that was set aside, if there is one, and find out why; see README, \"The fleet\""
            }
            Self::RecordWaits => "see to the line between kiosk and service, and to the kiosk's disk",
            Self::OutOfService => "look up the code on its screen; a guard brings it back once the cause is gone",
            Self::VersionBehind => "let it update, or see why it did not",
            Self::UpdateFailed => "look up the code in README, \"An update\"",
        }
    }
}

/// What a status tells of by itself.
fn told(status: &KioskStatus) -> Told {
    let mut told = Told::new();
    let mut stands = |holds: bool, kind, measured: Option<String>| {
        if holds {
            told.insert(kind, measured);
        }
    };
    stands(status.reader == ReaderWire::Absent, AlarmKind::ReaderAbsent, None);
    stands(status.reader == ReaderWire::NotTrusted, AlarmKind::ReaderNotTrusted, status.reader_code.clone());
    stands(status.reader_tampered, AlarmKind::ReaderTampered, None);
    stands(!status.camera_working, AlarmKind::CameraFailed, None);
    stands(!status.microphone_working, AlarmKind::MicrophoneFailed, None);
    if let (Some(free), Some(total)) = (status.disk_free_bytes, status.disk_total_bytes) {
        let is_low = free < (total / DISK_LOW_ONE_IN).clamp(DISK_LOW_AT_LEAST, DISK_LOW_AT_MOST);
        stands(is_low, AlarmKind::DiskLow, Some(format!("{} MiB free", free >> 20)));
    }
    if let Some(ahead_ms) = status.clock_ahead_ms {
        let measured = format!("{} s", ahead_ms / 1000);
        stands(ahead_ms.unsigned_abs() > CLOCK_MAY_DIFFER_MS.unsigned_abs(), AlarmKind::ClockOff, Some(measured));
    }
    if let Some(rows) = status.rows_waiting {
        stands(rows > ROWS_MAY_WAIT, AlarmKind::RecordWaits, Some(format!("{rows} rows")));
    }
    if let Some(update) = status.update.as_ref().filter(|update| update.state == UpdateStateWire::Failed) {
        let measured = [update.version.as_str(), update.code.as_deref().unwrap_or_default()].join(" ");
        stands(true, AlarmKind::UpdateFailed, Some(measured.trim_end().to_owned()));
    }
    let is_out = status.activity == ActivityWire::OutOfService;
    let code = status.out_of_service_code.as_deref();
    stands(is_out && !code.is_some_and(is_ordered), AlarmKind::OutOfService, status.out_of_service_code.clone());
    told
}

/// Whether this is the code of somebody's order, a guard's or the service's: that is no alarm.
fn is_ordered(code: &str) -> bool {
    use OutOfServiceCause::{ByService, ByStaff};
    let by_service = OrderReason::ALL.into_iter().map(ByService);
    by_service.chain([ByStaff]).any(|cause| cause.code() == code)
}

/// Since when the alarms stand that `status` tells of: as before, or from now on.
pub(crate) fn begun(before: &Begun, status: &KioskStatus, now_ms: i64) -> Begun {
    let since = |kind: &AlarmKind| before.get(kind).copied().unwrap_or(now_ms);
    told(status).keys().map(|kind| (*kind, since(kind))).collect()
}

/// The alarms of a kiosk, the longest standing first.
pub(crate) fn alarms(known: &Known<'_>, newest: &Newest, now_ms: i64) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let mut stands = |kind, since_ms, measured| alarms.push(Alarm { kind, since_ms, measured });
    let last_seen_ms = known.last_seen_ms.unwrap_or(now_ms);
    if known.provisioned && !known.connected && now_ms - last_seen_ms >= NOT_SEEN_AFTER_MS {
        stands(AlarmKind::NotSeen, last_seen_ms, None);
    }
    if let Some(at_ms) = known.record_set_aside_ms
        && now_ms - at_ms < RECORD_TOLD_FOR_MS
    {
        stands(AlarmKind::RecordSetAside, at_ms, None);
    }
    if let Some(status) = known.status {
        for (kind, measured) in told(status) {
            stands(kind, known.begun.get(&kind).copied().unwrap_or(last_seen_ms), measured);
        }
        if let Some((since_ms, measured)) = newest.than(status) {
            stands(AlarmKind::VersionBehind, since_ms, Some(measured));
        }
    }
    alarms.sort_by_key(|alarm| (alarm.since_ms, alarm.kind));
    alarms
}

#[cfg(test)]
mod tests {
    use muwajaha_wire::fleet::UpdateWire;

    use super::*;
    use crate::fleet::tests::in_health;

    const NOW: i64 = 10_000_000_000;

    /// What happens to a kiosk in good health.
    type Breaks = fn(&mut KioskStatus);

    fn kinds(status: &KioskStatus) -> Vec<AlarmKind> {
        let begun = begun(&Begun::new(), status, NOW);
        let known = Known {
            provisioned: true,
            connected: true,
            last_seen_ms: Some(NOW),
            record_set_aside_ms: None,
            status: Some(status),
            begun: &begun,
        };
        alarms(&known, &Newest::default(), NOW).into_iter().map(|alarm| alarm.kind).collect()
    }

    #[test]
    fn a_kiosk_in_good_health_has_no_alarm_and_each_rule_raises_its_own() {
        assert_eq!(kinds(&in_health()), []);
        let stories: [(AlarmKind, Breaks); 11] = [
            (AlarmKind::UpdateFailed, |status| {
                let (version, code) = ("0.2.0".to_owned(), Some("U-02".to_owned()));
                status.update = Some(UpdateWire { version, state: UpdateStateWire::Failed, code });
            }),
            (AlarmKind::ReaderAbsent, |status| status.reader = ReaderWire::Absent),
            (AlarmKind::ReaderNotTrusted, |status| status.reader = ReaderWire::NotTrusted),
            (AlarmKind::ReaderTampered, |status| status.reader_tampered = true),
            (AlarmKind::CameraFailed, |status| status.camera_working = false),
            (AlarmKind::MicrophoneFailed, |status| status.microphone_working = false),
            (AlarmKind::DiskLow, |status| status.disk_free_bytes = Some(400 << 20)),
            (AlarmKind::ClockOff, |status| status.clock_ahead_ms = Some(-60_001)),
            (AlarmKind::RecordWaits, |status| status.rows_waiting = Some(201)),
            (AlarmKind::OutOfService, |status| {
                status.activity = ActivityWire::OutOfService;
                status.out_of_service_code = Some("K-03".to_owned());
            }),
            (AlarmKind::DiskLow, |status| {
                (status.disk_free_bytes, status.disk_total_bytes) = (Some(255 << 20), Some(1 << 30));
            }),
        ];
        for (kind, breaks) in stories {
            let mut status = in_health();
            breaks(&mut status);
            assert_eq!(kinds(&status), [kind]);
        }
    }

    #[test]
    fn what_is_just_good_enough_or_was_ordered_is_no_alarm() {
        let mut status = in_health();
        status.clock_ahead_ms = Some(60_000);
        status.rows_waiting = Some(200);
        status.activity = ActivityWire::OutOfService;
        status.out_of_service_code = Some("K-01".to_owned());
        for (free, total) in [(256 << 20, 4 << 30), (2 << 30, 1 << 40)] {
            (status.disk_free_bytes, status.disk_total_bytes) = (Some(free), Some(total));
            assert_eq!(kinds(&status), [], "{free} of {total} bytes are free");
        }
    }

    #[test]
    fn an_alarm_stands_since_it_began_and_begins_anew_after_it_was_over() {
        let mut broken = in_health();
        broken.reader = ReaderWire::Absent;
        let first = begun(&Begun::new(), &broken, 100);
        broken.camera_working = false;
        let second = begun(&first, &broken, 200);
        assert_eq!((second[&AlarmKind::ReaderAbsent], second[&AlarmKind::CameraFailed]), (100, 200));
        let healed = begun(&second, &in_health(), 300);
        assert_eq!(healed, Begun::new());
        assert_eq!(begun(&healed, &broken, 400)[&AlarmKind::ReaderAbsent], 400);
    }

    #[test]
    fn a_kiosk_is_missed_after_five_minutes_and_not_before_it_was_provisioned() {
        let missed = |provisioned, connected, seen_ago_ms: i64| {
            let known = Known {
                provisioned,
                connected,
                last_seen_ms: Some(NOW - seen_ago_ms),
                record_set_aside_ms: None,
                status: None,
                begun: &Begun::new(),
            };
            alarms(&known, &Newest::default(), NOW)
        };
        assert_eq!(missed(true, false, NOT_SEEN_AFTER_MS - 1), []);
        let since_ms = NOW - NOT_SEEN_AFTER_MS;
        assert_eq!(
            missed(true, false, NOT_SEEN_AFTER_MS),
            [Alarm { kind: AlarmKind::NotSeen, since_ms, measured: None }]
        );
        assert_eq!(missed(true, true, NOT_SEEN_AFTER_MS), []);
        assert_eq!(missed(false, false, NOT_SEEN_AFTER_MS), []);
    }

    #[test]
    fn a_record_set_aside_is_told_of_for_a_week() {
        let told = |ago_ms: i64| {
            let known = Known {
                provisioned: true,
                connected: true,
                last_seen_ms: Some(NOW),
                record_set_aside_ms: Some(NOW - ago_ms),
                status: None,
                begun: &Begun::new(),
            };
            alarms(&known, &Newest::default(), NOW).len()
        };
        assert_eq!((told(0), told(RECORD_TOLD_FOR_MS - 1), told(RECORD_TOLD_FOR_MS)), (1, 1, 0));
    }

    #[test]
    fn every_kind_has_a_code_of_its_own_and_the_key_it_is_kept_by() {
        let codes: std::collections::BTreeSet<_> = AlarmKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), AlarmKind::ALL.len());
        for kind in AlarmKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.key());
        }
    }

    #[test]
    fn the_offices_page_has_words_for_every_alarm() {
        let words: serde_json::Value = serde_json::from_str(include_str!("../../../assets/office/en.json")).unwrap();
        for kind in AlarmKind::ALL {
            let keys = [format!("alarm_{}", kind.key()), format!("alarm_{}_do", kind.key())];
            assert!(keys.iter().all(|key| words[key].is_string()), "{keys:?}");
        }
    }
}
