//! What the service hands out as it stands (its page, its contract), what it takes from a file, and
//! what it writes into its log.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use muwajaha_demo::prison::{GUARD_NUMBER, GUARD_PIN, People, Service, ServicePlan};
use muwajaha_demo::stage::{ReaderModel, StageDirectory};
use muwajaha_service::import;
use serde_json::Value;

use super::house::{Door, House};

#[tokio::test]
async fn the_visitors_page_may_do_nothing_but_talk_to_its_own_origin() {
    let house = House::open().await;
    for path in ["/", "/visit", "/web/page.js", "/web/page.css", "/web/ar.json"] {
        let file = house.get(Door::Public, "", path).await.is(200);
        let policy = file.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(file.header("referrer-policy"), "no-referrer", "the link stays between visitor and service");
        assert_eq!(file.header("x-content-type-options"), "nosniff");
    }
    let page = house.get(Door::Public, "", "/visit").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(!page.text.contains("<script>") && !page.text.contains(" style="), "nothing inline");
    for path in ["/web/other.js", "/web/..%2fopenapi.json", "/web/%2e%2e%2f%2e%2e%2fCargo.toml"] {
        assert_eq!(house.get(Door::Public, "", path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_contract_that_is_served_is_the_one_in_the_repository() {
    let house = House::open().await;
    let committed: Value = serde_json::from_str(include_str!("../../assets/openapi.json")).unwrap();
    for door in [Door::Public, Door::Admin] {
        assert_eq!(house.get(door, "", "/openapi.json").await.is(200).json(), committed);
    }

    let mut named = BTreeSet::new();
    for operation in
        committed["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        for need in operation["security"].as_array().into_iter().flatten() {
            named.extend(need.as_object().unwrap().keys().cloned());
        }
    }
    let schemes = committed["components"]["securitySchemes"].as_object().expect("what the credentials are");
    assert_eq!(named, schemes.keys().cloned().collect::<BTreeSet<_>>());
}

#[tokio::test]
async fn a_file_with_bad_rows_keeps_the_good_ones() {
    let house = House::open().await;
    let file = house.directory.path().join("bookings.csv");
    let (starts_at, ends_at) = (house.at(60), house.at(90));
    let row = |id: &str, inmate: &str, visitor: &str, ends_at: &str| {
        format!("{id},1,karkh,,{inmate},{visitor},ar,{starts_at},{ends_at},\n")
    };
    let header = "id,revision,facility,kiosk,inmate,visitor,language,starts_at,ends_at,zone\n";
    let (good, bad) = (row("c-1", "i-1", "زينب كريم", &ends_at), row("c-2", "i-9", "\"سارة\nحسن\"", &ends_at));
    let (torn, last) = ("c-3,one,karkh\n".to_owned(), row("c-4", "i-2", "\"هيوا، عومەر\"", &ends_at));
    std::fs::write(&file, format!("\u{feff}{header}{good}{bad}{torn}{last}")).unwrap();

    let results = import(&house.config(), &file).await.unwrap();
    assert_eq!(results.len(), 4);
    assert_eq!(results[0].as_ref().unwrap()["connector_booking_id"], "c-1");
    assert!(results[0].as_ref().unwrap()["visitor_link"].as_str().unwrap().contains("/visit#"));
    assert_eq!(results[3].as_ref().unwrap()["connector_booking_id"], "c-4");
    let unknown = results[1].as_ref().unwrap_err().to_string();
    assert!(unknown.starts_with("line 3: /visitor/name") || unknown.starts_with("line 3: /inmate"), "{unknown}");
    assert_eq!(results[2].as_ref().unwrap_err().line, 5, "a name of two lines counts as two");

    let mended = format!("{header}{good}{}{last}", row("c-2", "i-3", "سارة حسن", &house.at(91)));
    std::fs::write(&file, mended).unwrap();
    let again = import(&house.config(), &file).await.unwrap();
    assert_eq!(again[0].as_ref().unwrap(), results[0].as_ref().unwrap(), "what was imported stays as it is");
    assert!(again[1].as_ref().unwrap_err().words.contains("no kiosk is free then"), "{:?}", again[1]);
    let listed = house.office(reqwest::Method::GET, "bookings", Value::Null).await.is(200);
    assert_eq!(listed.json()["items"].as_array().unwrap().len(), 2, "the running service has them");
}

/// Found in the kiosk's image: the booking of an hour that had begun was in the database, and its kiosk did not know it.
#[tokio::test]
async fn the_kiosks_hear_of_imported_bookings_at_once() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let mut socket = house.kiosk_socket(&kiosk).await.unwrap();
    assert_eq!(socket.next_json().await["type"], "snapshot_changed", "as it connects");

    let file = house.directory.path().join("bookings.csv");
    let header = "id,revision,facility,kiosk,inmate,visitor,language,starts_at,ends_at,zone\n";
    let row = format!("2026/11 c-1,1,karkh,,i-1,زينب كريم,ar,{},{},\n", house.at(60), house.at(90));
    std::fs::write(&file, format!("{header}{row}")).unwrap();
    let results = import(&house.config(), &file).await.unwrap();
    assert_eq!(results[0].as_ref().unwrap()["connector_booking_id"], "2026/11 c-1", "whatever the office calls it");
    assert_eq!(socket.next_json().await["type"], "snapshot_changed");
}

#[tokio::test]
async fn a_file_of_more_rows_than_are_let_in_at_once_is_imported_whole() {
    let house = House::open_with("[limits]\nrequests_per_second = 20\n").await;
    let file = house.directory.path().join("bookings.csv");
    let header = "id,revision,facility,kiosk,inmate,visitor,language,starts_at,ends_at,zone\n";
    let slot = |number: i64| (house.at(60 * number), house.at(60 * number + 30));
    let rows = (1..=45).map(|number| {
        let (starts_at, ends_at) = slot(number);
        format!("c-{number},1,karkh,,i-1,زينب كريم,ar,{starts_at},{ends_at},\n")
    });
    std::fs::write(&file, header.to_owned() + &rows.collect::<String>()).unwrap();
    let results = import(&house.config(), &file).await.unwrap();
    let refused: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(refused.is_empty() && results.len() == 45, "{refused:?}");
}

#[tokio::test]
async fn a_row_without_a_language_says_which_field_is_missing() {
    let house = House::open().await;
    let file = house.directory.path().join("bookings.csv");
    let text = format!(
        "id,revision,facility,inmate,visitor,starts_at,ends_at\nc-1,1,karkh,i-1,Zainab,{},{}\n",
        house.at(60),
        house.at(90)
    );
    std::fs::write(&file, text).unwrap();
    let results = import(&house.config(), &file).await.unwrap();
    let words = &results[0].as_ref().unwrap_err().words;
    assert!(words.starts_with("/visitor/language"), "{words}");
}

/// The real binary, as in a prison, with what it says about a seeded room and its bookings.
#[tokio::test]
async fn the_log_of_the_service_names_nobody() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = StageDirectory::create(None).unwrap();
    let plan = ServicePlan { address: [127, 0, 0, 1].into(), turn: None };
    let service = Service::start(&directory, &plan).await.unwrap();
    let people = People::seed(&service, false, &ReaderModel::default()).await.unwrap();
    let booked = people.book(&service, 1, SystemTime::now(), Duration::from_secs(600)).await.unwrap();
    let refused = service.connector("no-such-token", reqwest::Method::GET, "/v1/outcomes", None).await;
    assert!(refused.unwrap_err().to_string().contains("401"));
    service.stop().await;

    let log = std::fs::read_to_string(directory.log("service")).unwrap();
    assert!(log.contains("listening") && log.contains("booking put"), "{log}");
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    let (_, link) = booked.visitor_link.split_once('#').unwrap();
    for secret in
        [link, &people.provisioning_code, GUARD_PIN, GUARD_NUMBER, "أحمد", "زينب", "علي", "no-such-token", "0004578"]
    {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
