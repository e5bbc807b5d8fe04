//! How a connector hears of the end of its visits.

use std::time::Duration;

use muwajaha_core::domain::{BookingId, BootTime, EndReason, StaffEndReason, StaffId, Utc};
use muwajaha_core::session::{AuditEntry, AuditKind};
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Door, House, Machine};

impl House {
    /// The kiosk tells that a visit of its own has ended, in row `sequence` of its record.
    async fn kiosk_tells_the_end(&self, kiosk: &Machine, sequence: u64, booking: &str, reason: EndReason) {
        let entry = AuditEntry {
            at: Utc::from_millis(self.clock.now_ms()),
            at_is_service_time: true,
            boot: BootTime::from_millis(1),
            kind: AuditKind::VisitEnded { booking: BookingId::new(booking), reason, staff: Some(StaffId::new("g-1")) },
        };
        let row = json!({"sequence": sequence, "body": serde_json::to_string(&entry).unwrap(), "chain": "aa"});
        let batch = json!({"epoch": "e-1", "events": [row]});
        let told = self.ask(Door::Kiosk, kiosk, Method::POST, "/v1/kiosk/events", batch).await.is(200);
        assert_eq!(told.json()["acked_through"], sequence);
    }

    async fn outcomes(&self, connector: &str, after: i64, limit: i64) -> Value {
        let path = format!("/v1/outcomes?after={after}&limit={limit}");
        self.get(Door::Public, connector, &path).await.is(200).json()
    }
}

fn told(page: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let outcomes = page["outcomes"].as_array().unwrap().iter();
    outcomes.map(|outcome| (text(&outcome["connector_booking_id"]), text(&outcome["outcome"]))).collect()
}

fn pair(id: &str, outcome: &str) -> (String, String) {
    (id.to_owned(), outcome.to_owned())
}

#[tokio::test]
async fn a_connector_reads_its_outcomes_page_by_page_from_where_it_was() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let first = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 10)).await.is(201).text_at("/booking");
    let second = house.put("ur-2", house.booking_at("K-01", "i-2", 10, 20)).await.is(201).text_at("/booking");
    let third = house.put("ur-3", house.booking_at("K-01", "i-3", 20, 30)).await.is(201).text_at("/booking");
    assert_eq!(house.outcomes(&house.connector, 0, 100).await, json!({"outcomes": [], "next": 0, "more": false}));

    let guard = EndReason::StaffEnded(StaffEndReason::Safety);
    house.kiosk_tells_the_end(&kiosk, 1, &first, EndReason::SlotOver).await;
    house.kiosk_tells_the_end(&kiosk, 2, &second, guard).await;
    house.office(Method::POST, &format!("bookings/{third}/cancel"), Value::Null).await.is(200);

    let page = house.outcomes(&house.connector, 0, 2).await;
    assert_eq!(told(&page), [pair("ur-1", "COMPLETED_NORMALLY"), pair("ur-2", "TERMINATED_BY_STAFF")]);
    assert_eq!(page["more"], true);
    let rest = house.outcomes(&house.connector, page["next"].as_i64().unwrap(), 2).await;
    assert_eq!(told(&rest), [pair("ur-3", "ESTABLISHMENT_CANCELLED")]);
    assert_eq!(rest["more"], false);
    let after = rest["next"].as_i64().unwrap();
    assert_eq!(house.outcomes(&house.connector, after, 2).await, json!({"outcomes": [], "next": after, "more": false}));

    let other = house.new_connector("other").await;
    assert!(told(&house.outcomes(&other, 0, 100).await).is_empty(), "each connector has its own feed");
    let read = house.get(Door::Public, &house.connector, "/v1/bookings/ur-2").await;
    assert_eq!(
        (read.text_at("/state"), read.text_at("/outcome")),
        ("finished".to_owned(), "TERMINATED_BY_STAFF".to_owned())
    );

    let report = house.office(Method::GET, "report", Value::Null).await.is(200).json();
    assert_eq!(report["items"].as_array().unwrap().len(), 3, "{report}");
}

#[tokio::test]
async fn a_cursor_that_is_no_number_is_refused_by_its_name() {
    let house = House::open().await;
    let refused = house.get(Door::Public, &house.connector, "/v1/outcomes?after=yesterday").await;
    refused.refuses(400, "invalid-query", None);
    assert!(refused.text_at("/detail").contains("after"), "{refused:?}");
}

#[tokio::test]
async fn a_kiosk_cannot_end_the_visit_of_another() {
    let house = House::open().await;
    let other = house.provision("K-02").await;
    let booking = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 10)).await.is(201).text_at("/booking");
    house.kiosk_tells_the_end(&other, 1, &booking, EndReason::SlotOver).await;
    assert!(told(&house.outcomes(&house.connector, 0, 100).await).is_empty());
}

/// Polls the feed, since the service concludes in its own time.
async fn outcomes_once_there(house: &House, count: usize) -> Vec<(String, String)> {
    let reading = async {
        loop {
            let outcomes = told(&house.outcomes(&house.connector, 0, 100).await);
            if outcomes.len() >= count {
                return outcomes;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.expect("the service concludes nothing")
}

#[tokio::test]
async fn what_no_kiosk_tells_is_concluded_and_the_kiosk_corrects_it_later() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 10)).await.is(201);
    let (booking, hour) = (put.text_at("/booking"), Duration::from_secs(3600));
    house.clock.advance(hour);
    // The kiosk was heard after the visit and told of no visit; a starting service concludes at once.
    house.get(Door::Kiosk, &kiosk, "/v1/kiosk/snapshot").await.is(200);
    let house = house.restart().await;
    assert_eq!(outcomes_once_there(&house, 1).await, [pair("ur-1", "VISITOR_DID_NOT_ARRIVE")]);

    house.kiosk_tells_the_end(&kiosk, 1, &booking, EndReason::SlotOver).await;
    let outcomes = outcomes_once_there(&house, 2).await;
    assert_eq!(outcomes[1], pair("ur-1", "COMPLETED_NORMALLY"), "the newest counts");
    house.kiosk_tells_the_end(&kiosk, 2, &booking, EndReason::InmateEnded).await;
    assert_eq!(told(&house.outcomes(&house.connector, 0, 100).await).len(), 2, "the first word of a kiosk stands");
}

#[tokio::test]
async fn a_kiosk_that_is_silent_for_three_days_had_no_line() {
    let house = House::open().await;
    house.provision("K-01").await;
    house.put("ur-1", house.booking_at("K-01", "i-1", -5, 10)).await.is(201);
    house.clock.advance(Duration::from_secs(73 * 3600));
    let house = house.restart().await;
    assert_eq!(outcomes_once_there(&house, 1).await, [pair("ur-1", "TECHNICAL_FAILURE_NETWORK")]);
}

#[tokio::test]
async fn many_visits_of_a_silent_kiosk_do_not_hold_up_the_outcome_of_another() {
    let house = House::open().await;
    let kiosk = house.provision("K-02").await;
    for minute in 0..101 {
        let booking = house.booking_at("K-01", "i-1", 10 + minute, 11 + minute);
        house.put(&format!("silent-{minute}"), booking).await.is(201);
    }
    house.put("heard", house.booking_at("K-02", "i-2", 120, 130)).await.is(201);
    house.clock.advance(Duration::from_secs(4 * 3600));
    house.get(Door::Kiosk, &kiosk, "/v1/kiosk/snapshot").await.is(200);
    let house = house.restart().await;
    assert_eq!(outcomes_once_there(&house, 1).await, [pair("heard", "VISITOR_DID_NOT_ARRIVE")]);
}
