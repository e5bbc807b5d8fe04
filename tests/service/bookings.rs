//! What a booking portal's connector may ask for, and what it is told when it cannot have it.

use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Door, House, PUBLIC_URL, link_token};

#[tokio::test]
async fn a_connector_puts_a_booking_and_gets_the_visitors_link() {
    let house = House::open().await;
    let put = house.put("ur-1", house.booking("i-1", 60, 90)).await.is(201);
    assert_eq!(put.text_at("/connector_booking_id"), "ur-1");
    assert_eq!(put.text_at("/facility"), "karkh");
    assert_eq!(put.text_at("/state"), "booked");
    assert_eq!(put.text_at("/slot/starts_at"), house.at(60));
    assert!(["K-01", "K-02"].contains(&put.text_at("/kiosk").as_str()));
    assert!(put.text_at("/visitor_link").starts_with(&format!("{PUBLIC_URL}/visit#")));
    assert_eq!(link_token(&put).len(), 32);

    let read = house.get(Door::Public, &house.connector, "/v1/bookings/ur-1").await.is(200);
    assert_eq!(read.json(), put.json());
    house.get(Door::Public, &house.connector, "/v1/bookings/ur-2").await.refuses(404, "unknown-id", None);
}

#[tokio::test]
async fn local_times_with_their_zone_are_understood() {
    let house = House::open().await;
    let mut booking = house.booking("i-1", 60, 90);
    booking["slot"] = json!({"starts_at": "2031-03-04T10:00", "ends_at": "2031-03-04T10:30", "zone": "Asia/Baghdad"});
    let put = house.put("ur-1", booking).await.is(201);
    assert_eq!(put.json()["slot"], json!({"starts_at": "2031-03-04T07:00:00Z", "ends_at": "2031-03-04T07:30:00Z"}));
}

#[tokio::test]
async fn when_both_kiosks_are_taken_the_connector_is_offered_times_that_are_free() {
    let house = House::open().await;
    let first = house.put("ur-1", house.booking("i-1", 60, 90)).await.is(201);
    let second = house.put("ur-2", house.booking("i-2", 75, 105)).await.is(201);
    assert_ne!(first.text_at("/kiosk"), second.text_at("/kiosk"));

    let refused = house.put("ur-3", house.booking("i-3", 80, 110)).await;
    refused.refuses(409, "no-free-kiosk", Some("/slot"));
    let offers = refused.json()["free_slots"].as_array().unwrap().clone();
    assert!((1..=5).contains(&offers.len()), "{offers:?}");
    for (index, offer) in offers.iter().enumerate() {
        let mut booking = house.booking("i-3", 80, 110);
        booking["slot"] = offer.clone();
        let id = format!("offer-{index}");
        house.put(&id, booking).await.is(201);
        house
            .ask(Door::Public, &house.connector, Method::DELETE, &format!("/v1/bookings/{id}"), Value::Null)
            .await
            .is(200);
    }

    let named = house.put("ur-4", house.booking_at(&first.text_at("/kiosk"), "i-3", 60, 90)).await;
    named.refuses(409, "no-free-kiosk", Some("/kiosk"));
    house.put("ur-5", house.booking_at(&first.text_at("/kiosk"), "i-3", 90, 120)).await.is(201);
}

#[tokio::test]
async fn an_inmate_is_not_in_two_places_at_once() {
    let house = House::open().await;
    house.put("ur-1", house.booking("i-1", 60, 90)).await.is(201);
    let refused = house.put("ur-2", house.booking("i-1", 89, 119)).await;
    refused.refuses(409, "inmate-overlap", Some("/slot"));
    assert!(!refused.json()["free_slots"].as_array().unwrap().is_empty());
    house.put("ur-2", house.booking("i-1", 90, 120)).await.is(201);
}

#[tokio::test]
async fn of_two_connectors_who_want_the_last_kiosk_one_gets_it() {
    let house = House::open().await;
    let other = house.new_connector("other").await;
    for minute in (0..10).map(|index| 60 + 30 * index) {
        let theirs = house.booking_at("K-01", "i-2", minute, minute + 30);
        let (id, path) = (format!("ours-{minute}"), format!("/v1/bookings/theirs-{minute}"));
        let (ours, theirs) = tokio::join!(
            house.put(&id, house.booking_at("K-01", "i-1", minute, minute + 30)),
            house.ask(Door::Public, &other, Method::PUT, &path, theirs),
        );
        let mut statuses = [ours.status, theirs.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{ours:?} {theirs:?}");
    }
}

/// Puts a booking of which one field is `value` and returns code and field of the refusal.
async fn refusal(house: &House, pointer: &str, value: Value) -> (u16, String, String) {
    let mut booking = house.booking("i-1", 60, 90);
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    booking.pointer_mut(parent).unwrap()[field] = value;
    let answer = house.put("ur-1", booking).await;
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
    assert!(!answer.text_at("/detail").is_empty());
    let code = answer.text_at("/type").rsplit(':').next().unwrap().to_owned();
    (answer.status, code, answer.text_at("/field"))
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_field_that_is_wrong() {
    let house = House::open().await;
    let (hour_ago, in_five_hours) = (house.at(-60), house.at(5 * 60 + 61));
    let wrong = [
        ("/slot/ends_at", json!(house.at(59)), "ends-before-start"),
        ("/slot/ends_at", json!(house.at(60)), "ends-before-start"),
        ("/slot/ends_at", json!(in_five_hours), "slot-too-long"),
        ("/slot/starts_at", json!("tomorrow"), "invalid-field"),
        ("/slot/starts_at", json!(1_800_000_000), "invalid-field"),
        ("/slot/zone", json!("Mars/Olympus"), "unknown-zone"),
        ("/inmate", json!("i-9"), "unknown-id"),
        ("/facility", json!("rusafa"), "unknown-id"),
        ("/kiosk", json!("K-09"), "unknown-id"),
        ("/visitor/language", json!("fr"), "invalid-field"),
        ("/visitor/name", json!("  "), "invalid-field"),
        ("/visitor/name", json!("x".repeat(201)), "invalid-field"),
        ("/revision", json!(0), "invalid-field"),
        ("/revision", json!(-1), "invalid-field"),
    ];
    for (field, value, code) in wrong {
        let expected = (422, code.to_owned(), field.to_owned());
        assert_eq!(refusal(&house, field, value.clone()).await, expected, "{field}: {value}");
    }

    let mut over = house.booking("i-1", -90, -60);
    over["slot"]["ends_at"] = json!(hour_ago);
    house.put("ur-1", over).await.refuses(422, "slot-over", Some("/slot/ends_at"));

    let mut nowhere = house.booking("i-1", 60, 90);
    nowhere.as_object_mut().unwrap().remove("facility");
    house.put("ur-1", nowhere).await.refuses(422, "invalid-field", Some("/facility"));
    let mut nameless = house.booking("i-1", 60, 90);
    nameless["visitor"].as_object_mut().unwrap().remove("name");
    house.put("ur-1", nameless).await.refuses(422, "invalid-field", Some("/visitor/name"));

    let torn = house.ask_raw(Door::Public, &house.connector, Method::PUT, "/v1/bookings/ur-1", "{\"rev".to_owned());
    torn.await.refuses(400, "malformed-json", None);
    house.get(Door::Public, &house.connector, "/v1/bookings/ur-1").await.is(404);
}

#[tokio::test]
async fn an_inmate_or_kiosk_that_was_revoked_takes_no_booking() {
    let house = House::open().await;
    house.office(Method::DELETE, "inmates/i-1", Value::Null).await.is(204);
    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    house.put("ur-1", house.booking("i-1", 60, 90)).await.refuses(422, "unknown-id", Some("/inmate"));
    house.put("ur-1", house.booking_at("K-01", "i-2", 60, 90)).await.refuses(422, "unknown-id", Some("/kiosk"));
    let put = house.put("ur-1", house.booking("i-2", 60, 90)).await.is(201);
    assert_eq!(put.text_at("/kiosk"), "K-02");
}

#[tokio::test]
async fn the_same_revision_again_is_the_same_answer_and_another_is_judged() {
    let house = House::open().await;
    let booking = house.booking("i-1", 60, 90);
    let first = house.put("ur-1", booking.clone()).await.is(201);
    for _ in 0..3 {
        assert_eq!(house.put("ur-1", booking.clone()).await.is(200).json(), first.json());
    }

    let mut other_words = booking.clone();
    other_words["visitor"]["name"] = "سارة".into();
    house.put("ur-1", other_words.clone()).await.refuses(409, "revision-conflict", Some("/revision"));

    let mut moved = house.booking("i-1", 120, 150);
    moved["revision"] = 5.into();
    let second = house.put("ur-1", moved.clone()).await.is(200);
    assert_eq!(second.text_at("/slot/starts_at"), house.at(120));
    assert_eq!(second.text_at("/visitor_link"), first.text_at("/visitor_link"), "the visitor keeps the link");
    assert_eq!(second.text_at("/booking"), first.text_at("/booking"));
    house.put("ur-1", booking).await.refuses(409, "revision-outdated", Some("/revision"));
    assert_eq!(house.put("ur-1", moved).await.is(200).json(), second.json());
}

#[tokio::test]
async fn a_cancelled_booking_stays_so_and_frees_its_kiosk() {
    let house = House::open().await;
    house.put("ur-1", house.booking_at("K-01", "i-1", 60, 90)).await.is(201);
    house.put("ur-2", house.booking_at("K-01", "i-2", 60, 90)).await.refuses(409, "no-free-kiosk", Some("/kiosk"));
    for _ in 0..2 {
        let path = "/v1/bookings/ur-1";
        let gone = house.ask(Door::Public, &house.connector, Method::DELETE, path, Value::Null).await.is(200);
        assert_eq!(gone.text_at("/state"), "cancelled");
    }
    house.put("ur-2", house.booking_at("K-01", "i-2", 60, 90)).await.is(201);
    let mut again = house.booking("i-1", 120, 150);
    again["revision"] = 2.into();
    house.put("ur-1", again).await.refuses(409, "booking-cancelled", None);
}

#[tokio::test]
async fn once_the_kiosk_has_joined_only_the_end_may_change() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    house.join(&kiosk, &put.text_at("/booking")).await.is(200);

    let mut changed = house.booking_at("K-01", "i-2", -5, 25);
    changed["revision"] = 2.into();
    house.put("ur-1", changed).await.refuses(409, "visit-under-way", None);
    let mut longer = house.booking_at("K-01", "i-1", -5, 40);
    longer["revision"] = 3.into();
    longer["slot"]["starts_at"] = put.text_at("/slot/starts_at").into();
    let longer = house.put("ur-1", longer).await.is(200);
    assert_eq!(longer.text_at("/slot/starts_at"), put.text_at("/slot/starts_at"));
    assert_ne!(longer.text_at("/slot/ends_at"), put.text_at("/slot/ends_at"));
}

#[tokio::test]
async fn connectors_do_not_see_each_others_bookings() {
    let house = House::open().await;
    let other = house.new_connector("other").await;
    house.put("same-id", house.booking("i-1", 60, 90)).await.is(201);
    house.get(Door::Public, &other, "/v1/bookings/same-id").await.refuses(404, "unknown-id", None);
    let path = "/v1/bookings/same-id";
    house.ask(Door::Public, &other, Method::DELETE, path, Value::Null).await.refuses(404, "unknown-id", None);
    house.ask(Door::Public, &other, Method::PUT, path, house.booking("i-2", 60, 90)).await.is(201);
    assert_eq!(house.get(Door::Public, &house.connector, path).await.text_at("/inmate"), "i-1");
}
