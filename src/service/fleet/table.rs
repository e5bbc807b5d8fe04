//! The fleet as a table for a terminal, and below it what somebody should see to.

use muwajaha_wire::admin::KioskWire;

use super::view::state_word;

const HEADS: [&str; 8] = ["KIOSK", "ROOM", "STATE", "VERSION", "IMAGE", "SLOT", "LAST SEEN", "ALARMS"];

/// All kiosks that take part; one line each, then one for every alarm.
pub(crate) fn table(kiosks: &[KioskWire]) -> String {
    let kiosks: Vec<&KioskWire> = kiosks.iter().filter(|kiosk| !kiosk.revoked).collect();
    let rows: Vec<[String; 8]> =
        std::iter::once(HEADS.map(ToOwned::to_owned)).chain(kiosks.iter().map(|kiosk| row(kiosk))).collect();
    let mut widths = [0; 8];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; 8]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    let alarms: Vec<String> = kiosks.iter().flat_map(|kiosk| alarm_lines(kiosk)).collect();
    if !alarms.is_empty() {
        lines.push(String::new());
        lines.extend(alarms);
    }
    lines.join("\n")
}

fn row(kiosk: &KioskWire) -> [String; 8] {
    let none = || "-".to_owned();
    let status = kiosk.status.as_ref();
    let codes: Vec<&str> = kiosk.alarms.iter().map(|alarm| alarm.code.as_str()).collect();
    [
        kiosk.id.clone(),
        kiosk.room.clone(),
        word(kiosk),
        status.map_or_else(none, |status| status.program_version.clone()),
        status.and_then(|status| status.image_version.clone()).unwrap_or_else(none),
        status.and_then(|status| status.slot.clone()).unwrap_or_else(none),
        kiosk.last_seen_at.as_deref().map_or_else(none, to_the_second),
        if codes.is_empty() { none() } else { codes.join(" ") },
    ]
}

/// The state, with the code on the screen where it shows one.
fn word(kiosk: &KioskWire) -> String {
    let state = state_word(kiosk.state).replace('_', " ");
    let code = kiosk.status.as_ref().and_then(|status| status.out_of_service_code.as_deref());
    match code {
        Some(code) if kiosk.state == muwajaha_wire::fleet::KioskState::OutOfService => format!("{state} {code}"),
        Some(_) | None => state,
    }
}

fn to_the_second(at: &str) -> String {
    at.split_once('.').map_or_else(|| at.to_owned(), |(seconds, _)| format!("{seconds}Z"))
}

fn alarm_lines(kiosk: &KioskWire) -> impl Iterator<Item = String> {
    kiosk.alarms.iter().map(|alarm| {
        let measured = alarm.measured.as_ref().map(|measured| format!(" ({measured})")).unwrap_or_default();
        let (kind, since) = (alarm.kind.replace('_', " "), to_the_second(&alarm.since));
        format!("{} {} {kind}{measured} since {since}: {}", kiosk.id, alarm.code, alarm.remedy)
    })
}

#[cfg(test)]
mod tests {
    use muwajaha_wire::fleet::{AlarmWire, KioskState};

    use super::*;
    use crate::fleet::tests::in_health;

    fn kiosk(id: &str) -> KioskWire {
        KioskWire {
            id: id.to_owned(),
            room: "hall-1".to_owned(),
            facility: "karkh".to_owned(),
            provisioned: true,
            connected: true,
            last_heard_at: None,
            last_seen_at: Some("2026-11-25T02:03:04.567Z".to_owned()),
            state: KioskState::Open,
            status: Some(in_health()),
            booted_at: None,
            last_check_at: None,
            alarms: Vec::new(),
            orders: Vec::new(),
            revoked: false,
        }
    }

    #[test]
    fn every_kiosk_has_its_line_and_every_alarm_its_own_below() {
        let mut out = kiosk("K-02");
        out.state = KioskState::OutOfService;
        if let Some(status) = &mut out.status {
            status.out_of_service_code = Some("K-02".to_owned());
            (status.image_version, status.slot) = (Some("7".to_owned()), Some("muwajaha_7".to_owned()));
        }
        out.alarms.push(AlarmWire {
            code: "F-11".to_owned(),
            kind: "out_of_service".to_owned(),
            since: "2026-11-25T02:00:00Z".to_owned(),
            measured: Some("K-02".to_owned()),
            remedy: "look".to_owned(),
        });
        let (mut new, mut gone) = (kiosk("K-103"), kiosk("K-04"));
        (new.state, new.status, new.last_seen_at) = (KioskState::Unprovisioned, None, None);
        gone.revoked = true;
        let expected = "\
KIOSK  ROOM    STATE                VERSION  IMAGE  SLOT        LAST SEEN             ALARMS
K-01   hall-1  open                 0.1.0    -      -           2026-11-25T02:03:04Z  -
K-02   hall-1  out of service K-02  0.1.0    7      muwajaha_7  2026-11-25T02:03:04Z  F-11
K-103  hall-1  unprovisioned        -        -      -           -                     -

K-02 F-11 out of service (K-02) since 2026-11-25T02:00:00Z: look";
        assert_eq!(table(&[kiosk("K-01"), out, new, gone]), expected);
    }
}
