//! Who works, sits and visits in the demo's prison, with their badges and bookings.

use std::time::{Duration, SystemTime};

use anyhow::Context;
use reqwest::Method;
use serde_json::{Value, json};

use super::Service;
use crate::stage::{Card, Em4100, Iso14443a, ReaderModel};

/// The guard's PIN.
pub const GUARD_PIN: &str = "4711";
/// The technician's PIN.
pub const TECHNICIAN_PIN: &str = "8802";
/// The guard's number, for while the reader is unplugged.
pub const GUARD_NUMBER: &str = "260815";
const FACILITY: &str = "karkh";
const ROOM: &str = "hall-1";
/// The kiosk that the demo runs.
pub(super) const OWN_KIOSK: &str = "K-01";
const OTHER_KIOSK: &str = "K-02";
const JOIN_BEFORE_START: Duration = Duration::from_secs(600);

/// Someone with a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// Opens the kiosk.
    Guard,
    /// Checks the kiosk.
    Technician,
    /// Has a visit now.
    InmateWithVisit,
    /// Has a visit later today.
    InmateTooEarly,
    /// Has a visit now, at another kiosk.
    InmateElsewhere,
    /// Has no visit.
    InmateWithoutVisit,
    /// A card that nobody here knows.
    Stranger,
}

impl Person {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Guard,
        Self::Technician,
        Self::InmateWithVisit,
        Self::InmateTooEarly,
        Self::InmateElsewhere,
        Self::InmateWithoutVisit,
        Self::Stranger,
    ];

    /// Their badge's chip.
    pub fn card(self) -> Em4100 {
        match self {
            Self::Guard => [0x3e, 0x00, 0x45, 0xa1, 0x10],
            Self::Technician => [0x3e, 0x00, 0x45, 0xb7, 0x2c],
            Self::InmateWithVisit => [0x3e, 0x00, 0x45, 0xdc, 0x95],
            Self::InmateTooEarly => [0x3e, 0x00, 0x46, 0x01, 0x7f],
            Self::InmateElsewhere => [0x3e, 0x00, 0x46, 0x33, 0x02],
            Self::InmateWithoutVisit => [0x3e, 0x00, 0x46, 0x58, 0xe1],
            Self::Stranger => [0x62, 0x01, 0xbe, 0xef, 0x00],
        }
    }

    /// Their badge, of a kind that this reader reads: a PN532 reads no EM4100 chip.
    pub fn badge(self, reader: &ReaderModel) -> Card {
        match reader {
            ReaderModel::Pn532 => Iso14443a::desfire(self.uid()).into(),
            ReaderModel::Rdm6300
            | ReaderModel::Id12la
            | ReaderModel::Text(_)
            | ReaderModel::Twn4Simple { .. }
            | ReaderModel::Twn4Standard
            | ReaderModel::Osdp(_) => self.card().into(),
        }
    }

    fn uid(self) -> [u8; 7] {
        let [_version, a, b, c, d] = self.card();
        [0x04, 0x2b, 0x1a, a, b, c, d]
    }

    /// A word for addresses and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Technician => "technician",
            Self::InmateWithVisit => "inmate",
            Self::InmateTooEarly => "too-early",
            Self::InmateElsewhere => "elsewhere",
            Self::InmateWithoutVisit => "no-visit",
            Self::Stranger => "stranger",
        }
    }

    fn inmate(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::InmateWithVisit => Some(("i-1", "أحمد كريم الجبوري")),
            Self::InmateTooEarly => Some(("i-2", "ڕێبوار عومەر")),
            Self::InmateElsewhere => Some(("i-3", "حيدر عباس الموسوي")),
            Self::InmateWithoutVisit => Some(("i-4", "سيف علي الدليمي")),
            Self::Guard | Self::Technician | Self::Stranger => None,
        }
    }

    fn typed_number(self, reader: &ReaderModel) -> String {
        let [_version, a, b, c, d] = self.card();
        match self.badge(reader) {
            Card::Iso14443a(chip) => chip.uid.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":"),
            Card::Em4100(_) | Card::Wiegand(_) | Card::Text(_) => {
                format!("{:010}", u32::from_be_bytes([a, b, c, d]))
            }
        }
    }
}

/// The facility with its people, as seeded.
#[derive(Debug)]
pub struct People {
    connector_token: String,
    /// What a technician types at the kiosk.
    pub provisioning_code: String,
}

/// The bookings around now.
#[derive(Debug, Clone)]
pub struct Bookings {
    /// The service's id of the visit that is now.
    pub booking: String,
    /// The visitor's link to it.
    pub visitor_link: String,
    /// When its slot begins.
    pub starts_at: SystemTime,
    /// When its slot ends.
    pub ends_at: SystemTime,
}

impl People {
    /// Makes facility, room, kiosks, people and badges that this reader reads.
    ///
    /// # Errors
    /// With the problem that the service names.
    pub async fn seed(service: &Service, relay_only: bool, reader: &ReaderModel) -> anyhow::Result<Self> {
        let post = async |path: &str, body: Value| service.admin(Method::POST, path, Some(&body)).await;
        let policy = json!({"zone": "Asia/Baghdad", "default_language": "ar", "relay_only": relay_only,
            "join_before_start_seconds": JOIN_BEFORE_START.as_secs(), "supervised": true,
            "staff_number_without_reader": true});
        post("/v1/admin/facilities", json!({"id": FACILITY, "name": "سجن الكرخ", "policy": policy})).await?;
        post("/v1/admin/rooms", json!({"id": ROOM, "facility": FACILITY, "name": "قاعة الزيارة"})).await?;
        post("/v1/admin/kiosks", json!({"id": OTHER_KIOSK, "room": ROOM})).await?;
        let kiosk = post("/v1/admin/kiosks", json!({"id": OWN_KIOSK, "room": ROOM})).await?;
        let guard = json!({"id": "g-1", "facility": FACILITY, "name": "علي حسن", "role": "guard", "pin": GUARD_PIN,
            "number": GUARD_NUMBER});
        post("/v1/admin/staff", guard).await?;
        post("/v1/admin/badges", json!({"staff": "g-1", "number": Person::Guard.typed_number(reader)})).await?;
        let technician = json!({"id": "t-1", "facility": FACILITY, "name": "سارة جاسم", "role": "technician", "pin": TECHNICIAN_PIN});
        post("/v1/admin/staff", technician).await?;
        post("/v1/admin/badges", json!({"staff": "t-1", "number": Person::Technician.typed_number(reader)})).await?;
        for person in Person::ALL {
            if let Some((id, name)) = person.inmate() {
                post("/v1/admin/inmates", json!({"id": id, "facility": FACILITY, "name": name})).await?;
                post("/v1/admin/badges", json!({"inmate": id, "number": person.typed_number(reader)})).await?;
            }
        }
        let connector = post("/v1/admin/connectors", json!({"name": "demo"})).await?;
        Ok(Self {
            connector_token: text_at(&connector, "token")?,
            provisioning_code: text_at(&kiosk, "provisioning_code")?,
        })
    }

    /// Books the visit that starts at `starts_at`, and those of the inmates who are early or at
    /// another kiosk. Run `number` distinguishes the visits of one run.
    ///
    /// # Errors
    /// With the problem that the service names.
    pub async fn book(
        &self,
        service: &Service,
        number: u32,
        starts_at: SystemTime,
        slot: Duration,
    ) -> anyhow::Result<Bookings> {
        let ends_at = starts_at + slot;
        let (id, times) = (format!("now-{number}"), (starts_at, ends_at));
        let visit = self.put(service, &id, Person::InmateWithVisit, OWN_KIOSK, times).await?;
        if number == 1 {
            let later = ends_at.max(SystemTime::now() + JOIN_BEFORE_START) + Duration::from_secs(420);
            let half_hour = Duration::from_secs(1800);
            self.put(service, "early-1", Person::InmateTooEarly, OWN_KIOSK, (later, later + half_hour)).await?;
            let now = SystemTime::now();
            self.put(service, "elsewhere-1", Person::InmateElsewhere, OTHER_KIOSK, (now, now + half_hour)).await?;
        }
        Ok(Bookings {
            booking: text_at(&visit, "booking")?,
            visitor_link: text_at(&visit, "visitor_link")?,
            starts_at,
            ends_at,
        })
    }

    async fn put(
        &self,
        service: &Service,
        id: &str,
        person: Person,
        kiosk: &str,
        (starts_at, ends_at): (SystemTime, SystemTime),
    ) -> anyhow::Result<Value> {
        let (inmate, _) = person.inmate().context("only inmates have visits")?;
        let slot = json!({"starts_at": rfc3339(starts_at)?, "ends_at": rfc3339(ends_at)?});
        let body = json!({"revision": 1, "facility": FACILITY, "kiosk": kiosk, "inmate": inmate,
            "visitor": {"name": "زينب كريم", "language": "ar"}, "slot": slot, "privileged": false});
        service.connector(&self.connector_token, Method::PUT, &format!("/v1/bookings/{id}"), Some(&body)).await
    }

    /// The outcome of a booking as the connector's feed tells it, once it is there.
    ///
    /// # Errors
    /// When the service does not answer.
    pub async fn outcome(&self, service: &Service, booking: &str) -> anyhow::Result<Option<String>> {
        let feed = service.connector(&self.connector_token, Method::GET, "/v1/outcomes?limit=1000", None).await?;
        let outcomes = feed.get("outcomes").and_then(Value::as_array).context("the outcomes feed has no `outcomes`")?;
        let ours = outcomes.iter().rfind(|outcome| outcome.get("booking").and_then(Value::as_str) == Some(booking));
        Ok(ours.and_then(|outcome| outcome.get("outcome")?.as_str().map(str::to_owned)))
    }

    /// The rows of the kiosk's record that have reached the service.
    ///
    /// # Errors
    /// When the service does not answer.
    pub async fn kiosk_record(&self, service: &Service) -> anyhow::Result<String> {
        let rows = service.admin(Method::GET, &format!("/v1/admin/kiosks/{OWN_KIOSK}/events"), None).await?;
        Ok(rows.to_string())
    }
}

fn text_at(value: &Value, field: &str) -> anyhow::Result<String> {
    let text = value.get(field).and_then(Value::as_str);
    Ok(text.with_context(|| format!("the service's answer has no `{field}`"))?.to_owned())
}

fn rfc3339(time: SystemTime) -> anyhow::Result<String> {
    Ok(jiff::Timestamp::try_from(time)?.to_string())
}
