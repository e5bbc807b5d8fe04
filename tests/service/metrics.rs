//! `/metrics` as a Prometheus server reads it, over TLS.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::json;

use super::house::{Door, House};

/// A sample: its name, its labels in order, its value.
type Sample = (String, Vec<(String, String)>, f64);

/// The samples of a text in Prometheus' format; panics where it is none.
fn samples(text: &str) -> Vec<Sample> {
    assert!(text.ends_with('\n'), "the last line ends too");
    let (mut kinds, mut helped, mut samples) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["gauge", "counter", "histogram"].contains(&kind), "{line}");
            assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{line} comes twice");
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            assert!(helped.insert(rest.split(' ').next().unwrap().to_owned()), "{line} comes twice");
        } else {
            samples.push(sample(line));
        }
    }
    for (name, ..) in &samples {
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        let family = family.filter(|family| kinds.get(*family).is_some_and(|kind| kind == "histogram"));
        let family = family.unwrap_or(name);
        assert!(kinds.contains_key(family) && helped.contains(family), "{name} has no type and help");
        assert!((kinds[family] == "counter") == family.ends_with("_total"), "{name}");
    }
    samples
}

fn sample(line: &str) -> Sample {
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|first| first.is_ascii_lowercase())
            && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
    };
    let (named, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
    let (name, labels) = named.split_once('{').unwrap_or((named, "}"));
    let labels = labels.strip_suffix('}').unwrap_or_else(|| panic!("{line}"));
    let pairs = labels.split(',').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, text) = pair.split_once('=').unwrap();
        let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_else(|| panic!("{line}"));
        assert!(is_name(key), "{line}");
        (key.to_owned(), text.to_owned())
    });
    let pairs: Vec<_> = pairs.collect();
    assert!(is_name(name), "{line}");
    (name.to_owned(), pairs, value.parse().unwrap_or_else(|_| panic!("{line}")))
}

/// The one value of this name with these labels.
#[track_caller]
fn value(samples: &[Sample], name: &str, labels: &[(&str, &str)]) -> f64 {
    let wanted: Vec<_> = labels.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    let mut found = samples.iter().filter(|(known, pairs, _)| known == name && *pairs == wanted);
    let value = found.next().unwrap_or_else(|| panic!("no {name} {labels:?} in {samples:?}")).2;
    assert!(found.next().is_none(), "{name} {labels:?} comes twice");
    value
}

fn token(house: &House) -> String {
    std::fs::read_to_string(house.directory.path().join("data/metrics.token")).unwrap().trim().to_owned()
}

async fn read(house: &House) -> Vec<Sample> {
    let answer = house.get(Door::Admin, &token(house), "/metrics").await.is(200);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    samples(&answer.text)
}

#[tokio::test]
async fn a_prometheus_server_reads_the_fleet_the_visits_and_the_service_itself() {
    let house = House::open().await;
    let (first, _) = (house.provision("K-01").await, house.provision("K-02").await);
    let mut socket = house.kiosk_socket(&first).await.unwrap();
    let status = json!({"type": "status", "program_version": "0.1.0", "up_seconds": 60, "activity": "in_visit",
        "reader": "absent", "rows_waiting": 7});
    socket.says_text(&status.to_string()).await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", 60, 90)).await.is(201);
    let cancel = format!("bookings/{}/cancel", put.text_at("/booking"));
    house.office(Method::POST, &cancel, json!(null)).await.is(200);
    house.office(Method::POST, "kiosks/K-02/orders", json!({"staff": "g-1", "action": "lock"})).await.is(201);
    house.get(Door::Kiosk, "nobody", "/v1/kiosk/time").await.is(403);

    let seen = loop {
        let seen = read(&house).await;
        if value(&seen, "muwajaha_kiosks", &[("state", "in_visit")]) == 1.0 {
            break seen;
        }
    };
    assert_eq!(value(&seen, "muwajaha_kiosks", &[("state", "unconnected")]), 1.0);
    assert_eq!(value(&seen, "muwajaha_alarms", &[("code", "F-02"), ("kind", "reader_absent")]), 1.0);
    assert_eq!(value(&seen, "muwajaha_alarms", &[("code", "F-01"), ("kind", "not_seen")]), 0.0);
    assert_eq!(value(&seen, "muwajaha_kiosk_alarms", &[("kiosk", "K-01")]), 1.0);
    assert_eq!(value(&seen, "muwajaha_kiosk_record_rows_waiting", &[("kiosk", "K-01")]), 7.0);
    let since = house.clock.now_ms() as f64 / 1000.0
        - value(&seen, "muwajaha_kiosk_last_seen_timestamp_seconds", &[("kiosk", "K-01")]);
    assert!((0.0..60.0).contains(&since), "{since}");
    assert_eq!(value(&seen, "muwajaha_orders_waiting", &[]), 1.0);
    assert_eq!(value(&seen, "muwajaha_visits", &[("outcome", "establishment_cancelled")]), 1.0);
    assert_eq!(value(&seen, "muwajaha_socket_connections", &[("kind", "kiosk")]), 1.0);
    assert_eq!(value(&seen, "muwajaha_socket_connections", &[("kind", "call_visitor")]), 0.0);
    assert_eq!(value(&seen, "muwajaha_http_requests_total", &[("area", "kiosk"), ("status", "4xx")]), 1.0);
    assert_eq!(value(&seen, "muwajaha_http_requests_total", &[("area", "kiosk"), ("status", "1xx")]), 1.0);
    let durations = "muwajaha_http_request_duration_seconds";
    let within = |le| value(&seen, &format!("{durations}_bucket"), &[("area", "office"), ("le", le)]);
    assert!(within("0.005") <= within("0.5") && within("0.5") <= within("+Inf"));
    assert_eq!(within("+Inf"), value(&seen, &format!("{durations}_count"), &[("area", "office")]));
    assert!(value(&seen, &format!("{durations}_sum"), &[("area", "office")]) > 0.0);
}

#[tokio::test]
async fn nobody_is_named_there_and_labels_stay_few() {
    let house = House::open().await;
    house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", 60, 90)).await.is(201);
    let text = house.get(Door::Admin, &token(&house), "/metrics").await.is(200).text;
    for personal in ["أحمد", "زينب", "i-1", "ur-1", "karkh", "127.0.0.1", &put.text_at("/booking")] {
        assert!(!text.contains(personal), "{personal} is in\n{text}");
    }
    let samples = samples(&text);
    let keys: BTreeSet<&str> = samples.iter().flat_map(|(_, pairs, _)| pairs).map(|(key, _)| key.as_str()).collect();
    let allowed = ["area", "code", "kind", "kiosk", "le", "outcome", "state", "status", "version"];
    assert!(keys.iter().all(|key| allowed.contains(key)), "{keys:?}");
    let families: BTreeSet<&str> = samples.iter().map(|(name, ..)| name.as_str()).collect();
    assert!(families.len() <= 16 && samples.len() < 120, "{} samples of {families:?}", samples.len());
}

#[tokio::test]
async fn the_watchers_credential_opens_the_metrics_and_nothing_else() {
    let house = House::open().await;
    let token = token(&house);
    house.get(Door::Admin, "", "/metrics").await.refuses(401, "unknown-credential", None);
    house.get(Door::Admin, "nobody", "/metrics").await.refuses(401, "unknown-credential", None);
    house.get(Door::Admin, &house.admin_token, "/metrics").await.is(200);
    house.get(Door::Admin, &token, "/v1/admin/kiosks").await.refuses(401, "unknown-credential", None);
    house.get(Door::Public, &token, "/metrics").await.refuses(404, "unknown-path", None);
    house.get(Door::Kiosk, &token, "/metrics").await.refuses(403, "unknown-certificate", None);
    let kiosk = house.provision("K-01").await;
    house.get(Door::Kiosk, &kiosk, "/metrics").await.refuses(404, "unknown-path", None);
}
