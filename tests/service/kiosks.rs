//! What a kiosk asks the service for: an identity, its room, calls, and a place for its record.

use std::time::Duration;

use muwajaha_core::badge::{BadgeKey, BadgeKeyId, BadgeNumber, NormalisationVersion};
use muwajaha_core::domain::Redacted;
use muwajaha_wire::kiosk::{FromKiosk, ToKiosk};
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Answer, Door, House, Machine, Socket};

const SNAPSHOT: &str = "/v1/kiosk/snapshot";
const BADGE: &str = "0004578453";

async fn order(socket: &mut Socket) -> ToKiosk {
    serde_json::from_value(socket.next_json().await).unwrap()
}

async fn snapshot(house: &House, kiosk: &Machine) -> Answer {
    house.get(Door::Kiosk, kiosk, SNAPSHOT).await.is(200)
}

#[tokio::test]
async fn an_unchanged_room_costs_a_304_and_a_changed_one_is_told_at_once() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let mut socket = house.kiosk_socket(&kiosk).await.unwrap();
    assert_eq!(order(&mut socket).await, ToKiosk::SnapshotChanged, "whoever comes back is told to look");
    let first = snapshot(&house, &kiosk).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");

    let weak = format!("\"other\", W/{tag}");
    for known in [tag.as_str(), weak.as_str()] {
        let unchanged = house.get_with(Door::Kiosk, &kiosk, SNAPSHOT, ("if-none-match", known)).await.is(304);
        assert_eq!((unchanged.text.as_str(), unchanged.header("etag")), ("", tag.as_str()));
    }

    house.put("ur-1", house.booking("i-1", 1, 31)).await.is(201);
    assert_eq!(order(&mut socket).await, ToKiosk::SnapshotChanged);
    let changed = house.get_with(Door::Kiosk, &kiosk, SNAPSHOT, ("if-none-match", &tag)).await.is(200);
    assert_ne!(changed.header("etag"), tag);
    assert_eq!(changed.json()["bookings"][0]["inmate"], "i-1");
}

#[tokio::test]
async fn a_kiosk_knows_its_room_and_badges_only_as_digests_under_its_own_key() {
    let house = House::open().await;
    house.office(Method::POST, "rooms", json!({"id": "hall-2", "facility": "karkh", "name": "2"})).await.is(201);
    house.office(Method::POST, "kiosks", json!({"id": "K-21", "room": "hall-2"})).await.is(201);
    house.office(Method::POST, "badges", json!({"inmate": "i-1", "number": BADGE})).await.is(201);
    let guard = json!({"id": "g-1", "facility": "karkh", "name": "علي حسن", "role": "guard", "pin": "4711"});
    house.office(Method::POST, "staff", guard).await.is(201);
    house.put("here", house.booking_at("K-01", "i-1", 1, 31)).await.is(201);
    house.put("there", house.booking_at("K-21", "i-2", 1, 31)).await.is(201);
    house.put("next-week", house.booking_at("K-01", "i-3", 7 * 24 * 60, 7 * 24 * 60 + 30)).await.is(201);
    let (here, beside) = (house.provision("K-01").await, house.provision("K-02").await);
    let (here, beside) = (snapshot(&house, &here).await, snapshot(&house, &beside).await);

    let room = here.json();
    assert_eq!(room["bookings"].as_array().unwrap().len(), 1, "{room}");
    assert_eq!(room["inmates"].as_array().unwrap().len(), 1);
    assert_eq!(room["inmates"][0]["name"], "أحمد كريم");
    assert!(room["staff"][0]["pin_verifier"].as_str().unwrap().starts_with("$argon2id$"));
    assert!(!here.text.contains("4711") && !here.text.contains("علي") && !here.text.contains(&BADGE[3..]));

    let key = BadgeKey {
        id: BadgeKeyId(here.text_at("/badge_key/id")),
        secret: Redacted::new(here.text_at("/badge_key/secret")),
    };
    let digest = key.digest(&BadgeNumber::from_typed(BADGE).unwrap());
    assert_eq!(here.text_at("/inmates/0/badges/0/hmac_sha256"), digest.hmac_sha256);
    assert_ne!(beside.text_at("/badge_key/secret"), here.text_at("/badge_key/secret"));
    assert_ne!(beside.text_at("/inmates/0/badges/0/hmac_sha256"), digest.hmac_sha256);
}

#[tokio::test]
async fn a_badge_of_every_kind_of_card_is_given_once_and_known_at_the_kiosk() {
    let house = House::open().await;
    let kinds = [("04:a2:2b:1a:5c:64:80", 2), ("123/45678", 2), ("0x010045dc95", 1), ("text:A-4711", 2)];
    for (number, _) in kinds {
        house.office(Method::POST, "badges", json!({"inmate": "i-2", "number": number})).await.is(201);
    }
    let taken = house.office(Method::POST, "badges", json!({"inmate": "i-1", "number": "04:A2:2B:1A:5C:64:80"})).await;
    taken.refuses(409, "badge-taken", Some("/number"));
    let random = house.office(Method::POST, "badges", json!({"inmate": "i-1", "number": "08:A2:2B:1A"})).await;
    random.refuses(422, "invalid-field", Some("/number"));

    let kiosk = house.provision("K-01").await;
    let here = snapshot(&house, &kiosk).await;
    let key = BadgeKey {
        id: BadgeKeyId(here.text_at("/badge_key/id")),
        secret: Redacted::new(here.text_at("/badge_key/secret")),
    };
    let known = here.json()["inmates"][0]["badges"].as_array().unwrap().clone();
    assert_eq!(known.len(), kinds.len());
    for (number, version) in kinds {
        let digest = key.digest(&BadgeNumber::from_typed(number).unwrap());
        let wanted =
            json!({"key_id": digest.key_id.0, "normalisation_version": version, "hmac_sha256": digest.hmac_sha256});
        assert!(known.contains(&wanted), "{number}");
    }
}

#[tokio::test]
async fn an_inmate_without_a_visit_is_known_by_badge_but_not_by_name() {
    let house = House::open().await;
    house.office(Method::POST, "badges", json!({"inmate": "i-2", "number": BADGE})).await.is(201);
    let kiosk = house.provision("K-01").await;
    let room = snapshot(&house, &kiosk).await.json();
    assert_eq!(room["inmates"].as_array().unwrap().len(), 1, "{room}");
    assert_eq!((&room["inmates"][0]["id"], &room["inmates"][0]["name"]), (&json!("i-2"), &json!("")));
}

#[tokio::test]
async fn a_revoked_kiosk_is_put_out_at_once() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let booking = put.text_at("/booking");
    let join_token = house.join(&kiosk, &booking).await.is(200).text_at("/descriptor/token");
    let mut call = house.call_socket(&kiosk, &join_token, &booking).await.unwrap();
    assert_eq!(call.next_json().await["type"], "snapshot");
    let mut socket = house.kiosk_socket(&kiosk).await.unwrap();
    assert_eq!(order(&mut socket).await, ToKiosk::SnapshotChanged);

    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    assert_eq!(order(&mut socket).await, ToKiosk::Revoked);
    assert_eq!(socket.next_text().await, None);
    assert_eq!(call.next_text().await, None);
    house.get(Door::Kiosk, &kiosk, SNAPSHOT).await.refuses(403, "kiosk-revoked", None);
    assert_eq!(house.kiosk_socket(&kiosk).await.err(), Some(403));
    assert_eq!(house.call_socket(&kiosk, &join_token, &booking).await.err(), Some(403));
}

#[tokio::test]
async fn a_kiosk_joins_its_own_visits_in_their_time() {
    let house = House::open().await;
    let (here, beside) = (house.provision("K-01").await, house.provision("K-02").await);
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", 30, 60)).await.is(201);
    let booking = put.text_at("/booking");
    house.join(&here, &booking).await.refuses(409, "outside-join-window", None);
    house.clock.advance(Duration::from_secs(21 * 60));
    house.join(&beside, &booking).await.refuses(409, "at-another-kiosk", None);
    house.join(&here, "bk-0").await.refuses(404, "unknown-id", None);
    let descriptor = house.join(&here, &booking).await.is(200).json()["descriptor"].clone();
    assert_eq!((&descriptor["supervised"], &descriptor["recorded"]), (&json!(true), &json!(false)));
    let url = house.url(Door::Kiosk, "").replace("https://", "wss://");
    assert!(descriptor["signalling_url"].as_str().unwrap().starts_with(&url), "{descriptor}");
    house.clock.advance(Duration::from_secs(40 * 60));
    house.join(&here, &booking).await.refuses(409, "outside-join-window", None);
}

#[tokio::test]
async fn a_lawyers_visit_is_not_looked_into() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let mut booking = house.booking_at("K-01", "i-1", -5, 25);
    booking["privileged"] = true.into();
    let put = house.put("ur-1", booking).await.is(201);
    let descriptor = house.join(&kiosk, &put.text_at("/booking")).await.is(200).json()["descriptor"].clone();
    assert_eq!((&descriptor["supervised"], &descriptor["privileged"]), (&json!(false), &json!(true)));
}

fn rows(sequences: std::ops::RangeInclusive<u64>, chain: &str) -> Value {
    let rows: Vec<Value> = sequences
        .map(|sequence| json!({"sequence": sequence, "body": format!("row {sequence}"), "chain": chain}))
        .collect();
    json!({"epoch": "e-1", "events": rows})
}

#[tokio::test]
async fn a_kiosks_record_is_taken_in_once_and_without_gaps() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let send = async |batch: Value| house.ask(Door::Kiosk, &kiosk, Method::POST, "/v1/kiosk/events", batch).await;
    assert_eq!(send(rows(1..=3, "aa")).await.is(200).json()["acked_through"], 3);
    assert_eq!(send(rows(2..=4, "aa")).await.is(200).json()["acked_through"], 4, "again, and one more");
    assert_eq!(send(rows(6..=7, "aa")).await.is(200).json()["acked_through"], 4, "a gap is not jumped");
    send(rows(4..=4, "bb")).await.refuses(409, "event-conflict", None);
    send(rows(0..=0, "aa")).await.refuses(422, "invalid-field", Some("/events/0/sequence"));

    let kept = house.office(Method::GET, "kiosks/K-01/events?after=0&limit=10", Value::Null).await.is(200).json();
    let bodies: Vec<_> = kept["items"].as_array().unwrap().iter().map(|row| row["body"].clone()).collect();
    assert_eq!(bodies, ["row 1", "row 2", "row 3", "row 4"]);
}

#[tokio::test]
async fn the_office_gives_a_badge_by_a_tap_at_the_kiosk() {
    let house = House::open().await;
    let wish = json!({"inmate": "i-1", "kiosk": "K-01", "within_seconds": 60});
    let refused = house.office(Method::POST, "enrolments", wish.clone()).await;
    refused.refuses(409, "kiosk-not-connected", Some("/kiosk"));

    let kiosk = house.provision("K-01").await;
    let mut socket = house.kiosk_socket(&kiosk).await.unwrap();
    assert_eq!(order(&mut socket).await, ToKiosk::SnapshotChanged);
    let waiting = house.office(Method::POST, "enrolments", wish.clone()).await.is(201);
    assert_eq!(waiting.text_at("/state"), "waiting");
    assert_eq!(order(&mut socket).await, ToKiosk::EnrolNextBadge { within_seconds: 60 });
    let tap = FromKiosk::BadgeToEnrol {
        printed_number: BADGE.to_owned(),
        normalisation_version: NormalisationVersion::EM4100.0,
    };
    socket.says_text(&serde_json::to_string(&tap).unwrap()).await;
    assert_eq!(order(&mut socket).await, ToKiosk::SnapshotChanged, "the badge names somebody now");
    let enrolment = format!("enrolments/{}", waiting.text_at("/id"));
    let state = house.office(Method::GET, &enrolment, Value::Null).await.is(200);
    assert_eq!(state.text_at("/state"), "enrolled");
    let badges = house.office(Method::GET, "badges", Value::Null).await.is(200);
    assert_eq!(badges.json()["items"][0]["inmate"], "i-1");
    assert_eq!(badges.text_at("/items/0/number"), "*******453");

    let second = house.office(Method::POST, "enrolments", wish).await.is(201).text_at("/id");
    assert_eq!(order(&mut socket).await, ToKiosk::EnrolNextBadge { within_seconds: 60 });
    house.clock.advance(Duration::from_secs(60));
    let late = house.office(Method::GET, &format!("enrolments/{second}"), Value::Null).await;
    assert_eq!(late.text_at("/state"), "expired");
}
