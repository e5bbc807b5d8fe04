//! Staff numbers, from the office to the kiosk's snapshot: who may have which, what the change log holds
//! of them, and whether a facility's kiosks take them at all.

use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Answer, Door, House};

fn guard(id: &str, number: Option<&str>) -> Value {
    let mut guard = json!({"id": id, "facility": "karkh", "name": "حارس", "role": "guard", "pin": "2468"});
    guard["number"] = number.map_or(Value::Null, Value::from);
    guard
}

async fn post(house: &House, path: &str, body: Value) -> Answer {
    house.office(Method::POST, path, body).await
}

async fn number_of(house: &House, id: &str) -> Value {
    let listed = house.office(Method::GET, "staff", Value::Null).await.is(200).json();
    let items = listed["items"].as_array().unwrap().clone();
    items.into_iter().find(|item| item["id"] == id).unwrap()["number"].clone()
}

#[tokio::test]
async fn a_staff_number_is_four_to_eight_digits_and_names_one_person_of_a_facility() {
    let house = House::open().await;
    for wrong in ["123", "123456789", "47 11", "٤٧١١", "47a1", ""] {
        post(&house, "staff", guard("g-1", Some(wrong))).await.refuses(422, "invalid-field", Some("/number"));
    }
    assert_eq!(post(&house, "staff", guard("g-1", Some("4711"))).await.is(201).text_at("/number"), "4711");
    post(&house, "staff", guard("g-2", Some("4711"))).await.refuses(409, "number-taken", Some("/number"));
    post(&house, "staff", guard("g-2", None)).await.is(201);
    assert_eq!(number_of(&house, "g-2").await, Value::Null);

    let other = json!({"id": "basra", "name": "سجن البصرة", "policy": {"relay_only": false}});
    post(&house, "facilities", other).await.is(201);
    let mut elsewhere = guard("g-3", Some("4711"));
    elsewhere["facility"] = json!("basra");
    post(&house, "staff", elsewhere).await.is(201);

    post(&house, "staff/g-2/number", json!({"number": "4711"})).await.refuses(409, "number-taken", Some("/number"));
    post(&house, "staff/g-1/number", json!({"number": "4711"})).await.is(204);
    post(&house, "staff/g-1/number", json!({})).await.is(204);
    post(&house, "staff/g-2/number", json!({"number": "4711"})).await.is(204);
    assert_eq!((number_of(&house, "g-1").await, number_of(&house, "g-2").await), (Value::Null, json!("4711")));
    house.office(Method::DELETE, "staff/g-2", Value::Null).await.is(204);
    post(&house, "staff/g-1/number", json!({"number": "4711"})).await.is(204);
    post(&house, "staff/g-2/number", json!({})).await.refuses(404, "unknown-id", None);
    post(&house, "staff/g-1/number", json!({"number": "1"})).await.refuses(422, "invalid-field", Some("/number"));
}

#[tokio::test]
async fn a_kiosk_learns_numbers_and_whether_it_may_take_them() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    post(&house, "staff", guard("g-1", Some("471108"))).await.is(201);
    post(&house, "staff", guard("g-2", None)).await.is(201);
    let snapshot = async || house.get(Door::Kiosk, &kiosk, "/v1/kiosk/snapshot").await.is(200).json();
    let before = snapshot().await;
    assert_eq!(before["policy"]["staff_number_without_reader"], false, "nobody allowed it");
    assert_eq!(before["staff"][0]["number"], "471108");
    assert!(before["staff"][1].get("number").is_none());

    let allow = json!({"policy": {"staff_number_without_reader": true}});
    let changed = house.office(Method::PATCH, "facilities/karkh", allow).await.is(200).json();
    assert_eq!(changed["policy"]["staff_number_without_reader"], true);
    house.office(Method::PATCH, "facilities/karkh", json!({"policy": {"supervised": false}})).await.is(200);
    let house = house.restart().await;
    let after = house.get(Door::Kiosk, &kiosk, "/v1/kiosk/snapshot").await.is(200).json();
    assert_eq!(after["policy"]["staff_number_without_reader"], true, "what is left out stays, restart or not");
    let new = json!({"id": "basra", "name": "سجن البصرة",
        "policy": {"relay_only": false, "staff_number_without_reader": true}});
    let created = post(&house, "facilities", new).await.is(201).json();
    assert_eq!(created["policy"]["staff_number_without_reader"], true);
}

#[tokio::test]
async fn the_change_log_says_that_a_number_was_given_and_never_which() {
    let house = House::open().await;
    post(&house, "staff", guard("g-1", Some("471108"))).await.is(201);
    post(&house, "staff/g-1/number", json!({"number": "471109"})).await.is(204);
    post(&house, "staff/g-1/number", json!({"number": null})).await.is(204);
    let allow = json!({"policy": {"staff_number_without_reader": true}});
    house.office(Method::PATCH, "facilities/karkh", allow).await.is(200);
    let changes = house.office(Method::GET, "changes?before=9007199254740991&limit=4", Value::Null).await.is(200);
    assert!(!changes.text.contains("4711"), "{}", changes.text);
    let rows = changes.json()["items"].as_array().unwrap().clone();
    let told: Vec<&str> = rows.iter().map(|row| row["what"].as_str().unwrap()).collect();
    let expected = ["facility changed", "staff number taken away", "staff number given", "member of staff created"];
    assert_eq!(told, expected);
    let details: Vec<&str> = rows.iter().map(|row| row["detail"].as_str().unwrap()).collect();
    assert!(details[0].contains("staff number without a reader true"), "{details:?}");
    assert_eq!(details[3], "guard at karkh, with a staff number");
}
