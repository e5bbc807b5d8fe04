//! Who is let in at which of the three listeners, and how much they may ask for.

use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Answer, Door, House};

#[track_caller]
fn is_unauthorised(answer: &Answer) {
    answer.refuses(401, "unknown-credential", None);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn nobody_gets_in_without_the_credential_of_that_door() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let (connector, admin) = (house.connector.as_str(), house.admin_token.as_str());
    let almost = format!("{admin}A");
    for (door, path, other) in [(Door::Public, "/v1/outcomes", admin), (Door::Admin, "/v1/admin/inmates", connector)] {
        for token in ["", "x", almost.as_str(), other] {
            is_unauthorised(&house.get(door, token, path).await);
        }
        is_unauthorised(&house.get(door, &kiosk, path).await);
    }
    for path in ["/v1/kiosk/snapshot", "/v1/kiosk/socket", "/v1/kiosk/nothing", "/healthz", "/"] {
        for token in ["", connector, admin] {
            house.get(Door::Kiosk, token, path).await.refuses(403, "unknown-certificate", None);
        }
    }
    let (scheme, path) = (format!("Basic {}", house.admin_token), "/v1/admin/inmates");
    let answer = house.get_with(Door::Admin, "x", path, ("authorization", &scheme)).await;
    is_unauthorised(&answer);
    house.office(Method::GET, "inmates", Value::Null).await.is(200);
}

#[tokio::test]
async fn each_listener_has_the_routes_of_its_own_public() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let paths = [
        (Door::Public, "/v1/outcomes", house.connector.as_str()),
        (Door::Public, "/visit", ""),
        (Door::Kiosk, "/v1/kiosk/snapshot", ""),
        (Door::Admin, "/v1/admin/inmates", house.admin_token.as_str()),
    ];
    for (home, path, token) in paths {
        for door in [Door::Public, Door::Kiosk, Door::Admin] {
            let answer = if door == Door::Kiosk {
                house.get(door, &kiosk, path).await
            } else {
                house.get(door, token, path).await
            };
            assert_eq!(answer.status, if door == home { 200 } else { 404 }, "{path} at {door:?}");
        }
    }
    for door in [Door::Public, Door::Admin] {
        assert_eq!(house.get(door, "", "/healthz").await.is(200).json(), json!({"status": "ok"}));
    }
    house.get(Door::Kiosk, &kiosk, "/healthz").await.is(200);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_like_any_other() {
    let house = House::open().await;
    house.get(Door::Public, &house.connector, "/v1/visits").await.refuses(404, "unknown-path", None);
    let wrong_way = house.ask(Door::Public, &house.connector, Method::POST, "/v1/outcomes", Value::Null).await;
    wrong_way.refuses(405, "unknown-method", None);
    assert_eq!(wrong_way.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn a_revoked_connector_is_refused_at_once_and_its_bookings_stand() {
    let house = House::open().await;
    let put = house.put("ur-1", house.booking("i-1", 60, 90)).await.is(201);
    house.office(Method::DELETE, "connectors/ur", Value::Null).await.is(204);
    is_unauthorised(&house.put("ur-2", house.booking("i-2", 60, 90)).await);
    is_unauthorised(&house.get(Door::Public, &house.connector, "/v1/outcomes").await);
    house.redeem(&super::house::link_token(&put), "page-1").await.is(200);
    let again = house.office(Method::POST, "connectors", json!({"name": "ur"})).await;
    again.refuses(409, "id-taken", Some("/name"));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let house = House::open().await;
    let body = format!("{{\"revision\": 1, \"padding\": \"{}\"}}", "x".repeat(1024 * 1024));
    let refused = house.ask_raw(Door::Public, &house.connector, Method::PUT, "/v1/bookings/ur-1", body).await;
    refused.refuses(413, "body-too-large", None);
    let fits = format!("{{\"revision\": 1, \"padding\": \"{}\"}}", "x".repeat(1000 * 1024));
    let judged = house.ask_raw(Door::Public, &house.connector, Method::PUT, "/v1/bookings/ur-1", fits).await;
    judged.refuses(422, "invalid-field", Some("/inmate"));
}

#[track_caller]
fn is_too_many(answer: &Answer) {
    answer.refuses(429, "too-many-requests", None);
    let seconds: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn a_flood_is_told_when_to_come_back() {
    let house = House::open_with("[limits]\nrequests_per_second = 30\n").await;
    let mut refused = None;
    for _ in 0..400 {
        let answer = house.get(Door::Public, "", "/healthz").await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
    }
    is_too_many(&refused.expect("a flood is refused"));
}

#[tokio::test]
async fn whoever_guesses_links_codes_or_tokens_is_slowed_down() {
    let settings = "[limits]\nrequests_per_second = 1000\nredeems_per_minute = 5\nprovisions_per_minute = 5\n";
    let house = House::open_with(settings).await;
    for _ in 0..5 {
        house.redeem("guess", "page-1").await.is(404);
        house.type_code("AAAA-AAAA-AAAA").await.is(403);
        house.get(Door::Public, "guess", "/v1/outcomes").await.is(401);
    }
    is_too_many(&house.redeem("guess", "page-1").await);
    is_too_many(&house.type_code("AAAA-AAAA-AAAA").await);
    is_too_many(&house.get(Door::Public, "guess", "/v1/outcomes").await);
    is_too_many(&house.get(Door::Admin, "guess", "/v1/admin/inmates").await);
    house.get(Door::Public, &house.connector, "/v1/outcomes").await.is(200);
}

#[tokio::test]
async fn the_change_log_says_who_did_what_and_names_no_secret() {
    let house = House::open().await;
    let guard = json!({"id": "g-1", "facility": "karkh", "name": "علي حسن", "role": "guard", "pin": "4711"});
    house.office(Method::POST, "staff", guard).await.is(201);
    house.office(Method::POST, "staff/g-1/pin", json!({"pin": "8093"})).await.is(204);
    house.office(Method::POST, "badges", json!({"inmate": "i-1", "number": "0004578453"})).await.is(201);
    house.put("ur-1", house.booking("i-1", 60, 90)).await.is(201);
    let log = house.office(Method::GET, "changes", Value::Null).await.is(200);
    let rows = log.json()["items"].as_array().unwrap().clone();
    let did = |who: &str, what: &str| rows.iter().any(|row| row["who"] == who && row["what"] == what);
    assert!(did("admin", "member of staff created") && did("admin", "PIN changed") && did("admin", "badge given"));
    assert!(did("ur", "booking created"), "{log:?}");
    for secret in ["4711", "8093", "4578453", "علي", "أحمد", "زينب", &house.connector, &house.admin_token] {
        assert!(!log.text.contains(secret), "{secret} in {}", log.text);
    }
    let last = rows.last().unwrap()["id"].as_i64().unwrap();
    let rest = house.office(Method::GET, &format!("changes?after={}", last - 1), Value::Null).await.is(200);
    assert_eq!(rest.json()["items"].as_array().unwrap().len(), 1);
}
