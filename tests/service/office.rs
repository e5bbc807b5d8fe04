//! What the office looks through by its page, and takes back: bookings of a day, the newest changes, an
//! enrolment that was started for the wrong person, a facility.

use muwajaha_core::badge::NormalisationVersion;
use muwajaha_wire::kiosk::{FromKiosk, ToKiosk};
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Door, House};

fn texts(listing: &Value, pointer: &str) -> Vec<String> {
    let items = listing["items"].as_array().unwrap();
    items.iter().map(|item| item.pointer(pointer).and_then(Value::as_str).unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_bookings_of_a_day_are_those_that_start_on_it_at_the_facility() {
    let house = House::open().await;
    let baghdad = jiff::tz::TimeZone::get("Asia/Baghdad").unwrap();
    let opened: jiff::Timestamp = house.at(0).parse().unwrap();
    let tomorrow = opened.to_zoned_datetime(baghdad).date().tomorrow().unwrap();
    for (id, inmate, start, end) in [
        ("late-today", "i-1", format!("{}T23:55", tomorrow.yesterday().unwrap()), format!("{tomorrow}T00:25")),
        ("first", "i-2", format!("{tomorrow}T00:00"), format!("{tomorrow}T00:30")),
        ("last", "i-3", format!("{tomorrow}T23:59"), format!("{}T00:20", tomorrow.tomorrow().unwrap())),
    ] {
        let mut booking = house.booking(inmate, 1, 2);
        booking["slot"] = json!({"starts_at": start, "ends_at": end, "zone": "Asia/Baghdad"});
        house.put(id, booking).await.is(201);
    }
    let of_day = async |query: String| house.office(Method::GET, &format!("bookings?{query}"), Value::Null).await;
    let listed = of_day(format!("facility=karkh&day={tomorrow}")).await.is(200).json();
    assert_eq!(texts(&listed, "/connector_booking_id"), ["first", "last"]);
    let everywhere = of_day(format!("day={tomorrow}")).await.is(200).json();
    assert_eq!(texts(&everywhere, "/connector_booking_id"), ["first", "last"]);
    assert!(texts(&of_day(format!("facility=basra&day={tomorrow}")).await.is(200).json(), "/booking").is_empty());
    of_day("day=tomorrow".to_owned()).await.refuses(422, "invalid-field", Some("/day"));
}

#[tokio::test]
async fn the_change_log_is_read_from_its_end_as_well_as_from_its_beginning() {
    let house = House::open().await;
    house.office(Method::DELETE, "inmates/i-3", Value::Null).await.is(204);
    let read =
        async |query: &str| house.office(Method::GET, &format!("changes?{query}"), Value::Null).await.is(200).json();
    let (forwards, backwards) = (read("").await, read("before=9007199254740991").await);
    let mut reversed = texts(&backwards, "/what");
    assert_eq!(reversed[0], "inmate revoked");
    reversed.reverse();
    assert_eq!(reversed, texts(&forwards, "/what"));

    let newest = read("before=9007199254740991&limit=2").await;
    assert_eq!(newest["items"].as_array().unwrap(), &backwards["items"].as_array().unwrap()[..2]);
    let next = read(&format!("before={}&limit=1", newest["items"][1]["id"])).await;
    assert_eq!(next["items"][0], backwards["items"][2]);
}

#[tokio::test]
async fn an_enrolment_that_was_withdrawn_gives_nobody_the_badge_that_is_tapped_next() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let mut socket = house.kiosk_socket(&kiosk).await.unwrap();
    let wish = json!({"inmate": "i-1", "kiosk": "K-01"});
    let id = house.office(Method::POST, "enrolments", wish).await.is(201).text_at("/id");
    let path = format!("enrolments/{id}");
    let withdrawn = house.office(Method::DELETE, &path, Value::Null).await.is(200);
    assert_eq!(withdrawn.text_at("/state"), "expired");

    let tap = FromKiosk::BadgeToEnrol {
        printed_number: "0004578453".to_owned(),
        normalisation_version: NormalisationVersion::EM4100.0,
    };
    socket.says_text(&serde_json::to_string(&tap).unwrap()).await;
    house.office(Method::POST, "kiosks/K-01/orders", json!({"staff": "g-1", "action": "lock"})).await.is(201);
    let mut orders = Vec::new();
    while !matches!(orders.last(), Some(ToKiosk::Order(_))) {
        orders.push(serde_json::from_value::<ToKiosk>(socket.next_json().await).unwrap());
    }
    let badges = house.office(Method::GET, "badges", Value::Null).await.is(200).json();
    assert!(texts(&badges, "/id").is_empty(), "{badges} after {orders:?}");
    house.office(Method::DELETE, "enrolments/e-0", Value::Null).await.refuses(404, "unknown-id", None);
}

#[tokio::test]
async fn a_revoked_facility_takes_nobody_in_and_no_booking() {
    let house = House::open().await;
    house.office(Method::DELETE, "facilities/karkh", Value::Null).await.is(204);
    house.office(Method::DELETE, "facilities/karkh", Value::Null).await.is(204);
    house.office(Method::DELETE, "facilities/basra", Value::Null).await.refuses(404, "unknown-id", None);
    let inmate = json!({"id": "i-9", "facility": "karkh", "name": "علي"});
    house.office(Method::POST, "inmates", inmate).await.refuses(422, "unknown-id", Some("/facility"));
    house.put("ur-1", house.booking("i-1", 60, 90)).await.refuses(422, "unknown-id", Some("/facility"));
    let stranger = house.ask(Door::Admin, "x", Method::DELETE, "/v1/admin/facilities/karkh", Value::Null).await;
    stranger.refuses(401, "unknown-credential", None);
}

#[tokio::test]
async fn an_id_that_no_path_can_name_is_refused() {
    let house = House::open().await;
    for id in [".", "..", "", "a/b"] {
        let room = json!({"id": id, "facility": "karkh", "name": "2"});
        house.office(Method::POST, "rooms", room).await.refuses(422, "invalid-field", Some("/id"));
    }
    let room = json!({"id": "hall.2", "facility": "karkh", "name": "2"});
    house.office(Method::POST, "rooms", room).await.is(201);
}
