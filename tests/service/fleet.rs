//! The fleet: what kiosks say of themselves on their sockets, and what the office reads of it.

use std::time::Duration;

use muwajaha_core::domain::{BootTime, Utc};
use muwajaha_core::session::{AuditEntry, AuditKind, OrderReason, OrderedAction};
use muwajaha_wire::fleet::KioskOrder;
use muwajaha_wire::kiosk::ToKiosk;
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Door, House, Machine, Socket};

/// How a kiosk in good health says that it is.
fn status() -> Value {
    json!({"type": "status", "program_version": "0.1.0", "up_seconds": 7200, "activity": "locked",
        "reader": "present", "disk_free_bytes": 4_000_000_000_u64, "disk_total_bytes": 8_000_000_000_u64,
        "rows_waiting": 0, "clock_ahead_ms": 3})
}

/// As [`status`], but for these members.
fn but(changes: &Value) -> Value {
    let mut status = status();
    for (name, value) in changes.as_object().unwrap() {
        status[name] = value.clone();
    }
    status
}

/// A kiosk that is there and has been told to look.
async fn connected(house: &House, machine: &Machine) -> Socket {
    let mut socket = house.kiosk_socket(machine).await.unwrap();
    assert_eq!(socket.next_json().await["type"], "snapshot_changed");
    socket
}

async fn kiosk(house: &House, id: &str) -> Value {
    let listing = house.office(Method::GET, "kiosks", Value::Null).await.is(200).json();
    listing["items"].as_array().unwrap().iter().find(|kiosk| kiosk["id"] == id).unwrap().clone()
}

/// Waits until the office reads of this kiosk what it waits for.
async fn once(house: &House, id: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let give_up = std::time::Instant::now() + Duration::from_secs(10);
    loop {
        let seen = kiosk(house, id).await;
        if is_so(&seen) {
            return seen;
        }
        assert!(std::time::Instant::now() < give_up, "not {what}: {seen}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn alarms(kiosk: &Value) -> Vec<&str> {
    kiosk["alarms"].as_array().unwrap().iter().map(|alarm| alarm["code"].as_str().unwrap()).collect()
}

fn at_ms(text: &Value) -> i64 {
    text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[tokio::test]
async fn the_office_reads_how_a_kiosk_is_from_its_first_word_to_its_silence() {
    let house = House::open().await;
    assert_eq!(kiosk(&house, "K-01").await["state"], "unprovisioned");
    let machine = house.provision("K-01").await;
    assert_eq!(kiosk(&house, "K-01").await["state"], "unconnected");
    let mut socket = connected(&house, &machine).await;
    let seen = kiosk(&house, "K-01").await;
    assert_eq!((&seen["state"], &seen["status"]), (&json!("connected"), &Value::Null), "it has said nothing yet");

    let image = json!({"image_version": "7", "slot": "muwajaha_7+3-0"});
    socket.says_text(&but(&image).to_string()).await;
    let seen = once(&house, "K-01", "locked", |kiosk| kiosk["state"] == "locked").await;
    assert_eq!((&seen["status"]["image_version"], &seen["status"]["slot"]), (&json!("7"), &json!("muwajaha_7+3-0")));
    assert_eq!(alarms(&seen), Vec::<&str>::new());
    let up_ms = house.clock.now_ms() - at_ms(&seen["booted_at"]);
    assert!((7_200_000..7_215_000).contains(&up_ms), "{up_ms}");
    socket.says_text(&but(&json!({"activity": "in_visit"})).to_string()).await;
    once(&house, "K-01", "in a visit", |kiosk| kiosk["state"] == "in_visit").await;
    socket.says_text(&but(&json!({"activity": "maintenance"})).to_string()).await;
    let seen = once(&house, "K-01", "looked after", |kiosk| kiosk["state"] == "maintenance").await;
    assert_eq!(alarms(&seen), Vec::<&str>::new(), "a technician is there");

    drop(socket);
    let left_ms = house.clock.now_ms();
    let seen = once(&house, "K-01", "away", |kiosk| kiosk["state"] == "unconnected").await;
    assert_eq!(alarms(&seen), Vec::<&str>::new(), "it may come back");
    house.clock.advance(Duration::from_secs(5 * 60 + 1));
    let missed = kiosk(&house, "K-01").await;
    assert_eq!(alarms(&missed), ["F-01"]);
    let since_ms = at_ms(&missed["alarms"][0]["since"]);
    assert!((since_ms - left_ms).abs() < 5_000, "since it was there for the last time");
    assert_eq!(missed["alarms"][0]["since"], missed["last_seen_at"]);

    let house = house.restart().await;
    assert_eq!(alarms(&kiosk(&house, "K-01").await), ["F-01"], "kept through a restart");
    let _socket = connected(&house, &machine).await;
    assert_eq!(alarms(&kiosk(&house, "K-01").await), Vec::<&str>::new());
}

#[tokio::test]
async fn an_alarm_says_its_code_since_when_and_what_to_do_until_it_is_over() {
    let house = House::open().await;
    let machine = house.provision("K-01").await;
    let mut socket = connected(&house, &machine).await;
    let broken = json!({"reader": "not_trusted", "reader_code": "R-12"});
    socket.says_text(&but(&broken).to_string()).await;
    let first = once(&house, "K-01", "an alarm", |kiosk| alarms(kiosk) == ["F-03"]).await["alarms"][0].clone();
    assert_eq!((&first["kind"], &first["measured"]), (&json!("reader_not_trusted"), &json!("R-12")));
    assert!(first["remedy"].as_str().unwrap().contains("wires"), "{first}");

    house.clock.advance(Duration::from_secs(60));
    let worse = json!({"reader": "not_trusted", "reader_code": "R-12", "disk_free_bytes": 1_000_000,
        "activity": "out_of_service", "out_of_service_code": "K-02", "rows_waiting": 999, "clock_ahead_ms": -90_000});
    socket.says_text(&but(&worse).to_string()).await;
    let seen = once(&house, "K-01", "worse", |kiosk| kiosk["state"] == "out_of_service").await;
    assert_eq!(alarms(&seen), ["F-03", "F-07", "F-08", "F-10", "F-11"], "the longest standing first");
    assert_eq!(seen["alarms"][0]["since"], first["since"], "since it began");

    socket.says_text(&status().to_string()).await;
    once(&house, "K-01", "healed", |kiosk| alarms(kiosk).is_empty()).await;
    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    house.clock.advance(Duration::from_secs(3600));
    assert_eq!(alarms(&kiosk(&house, "K-01").await), Vec::<&str>::new(), "nobody looks after a revoked kiosk");
}

#[tokio::test]
async fn a_kiosk_with_an_earlier_version_than_another_is_behind() {
    let house = House::open().await;
    let (first, second) = (house.provision("K-01").await, house.provision("K-02").await);
    let (mut first, mut second) = (connected(&house, &first).await, connected(&house, &second).await);
    first.says_text(&but(&json!({"program_version": "0.9.0"})).to_string()).await;
    second.says_text(&but(&json!({"program_version": "0.10.0"})).to_string()).await;
    let behind = once(&house, "K-01", "behind", |kiosk| alarms(kiosk) == ["F-12"]).await;
    assert_eq!(behind["alarms"][0]["measured"], "0.10.0");
    assert_eq!(alarms(&kiosk(&house, "K-02").await), Vec::<&str>::new());
    first.says_text(&but(&json!({"program_version": "0.10.0"})).to_string()).await;
    once(&house, "K-01", "up to date", |kiosk| alarms(kiosk).is_empty()).await;
}

#[tokio::test]
async fn a_record_that_was_set_aside_is_told_of_by_its_own_row() {
    let house = House::open().await;
    let machine = house.provision("K-01").await;
    let kind = AuditKind::RecordReplaced {
        previous_epoch: "e-1".to_owned(),
        previous_sequence: 7,
        previous_head: "aa".to_owned(),
    };
    let entry = AuditEntry { at: Utc::from_millis(1), at_is_service_time: false, boot: BootTime::default(), kind };
    let row = json!({"sequence": 1, "body": serde_json::to_string(&entry).unwrap(), "chain": "bb"});
    let batch = json!({"epoch": "e-2", "events": [row]});
    house.ask(Door::Kiosk, &machine, Method::POST, "/v1/kiosk/events", batch).await.is(200);
    assert_eq!(alarms(&kiosk(&house, "K-01").await), ["F-09"]);
    house.clock.advance(Duration::from_secs(7 * 24 * 3600));
    let later = kiosk(&house, "K-01").await;
    assert!(!alarms(&later).contains(&"F-09"), "{later}");
}

#[tokio::test]
async fn words_that_are_no_status_change_nothing_and_the_socket_stays() {
    let house = House::open().await;
    let machine = house.provision("K-01").await;
    let mut socket = connected(&house, &machine).await;
    let long = "9".repeat(65);
    for bad in [json!({"program_version": long}), json!({"slot": "a\nb"}), json!({"up_seconds": -1})] {
        socket.says_text(&but(&bad).to_string()).await;
    }
    for text in ["{\"type\": \"status\"}", "{\"type\": \"of_a_later_version\"}", "{"] {
        socket.says_text(text).await;
    }
    socket.says_text(&but(&json!({"activity": "dancing", "later": {"field": 1}})).to_string()).await;
    let seen = once(&house, "K-01", "a status", |kiosk| kiosk["status"].is_object()).await;
    assert_eq!((&seen["state"], &seen["status"]["activity"]), (&json!("connected"), &json!("unknown")));
    assert_eq!(seen["status"]["program_version"], "0.1.0");
}

/// The office orders K-01 something; what is answered.
async fn orders(house: &House, order: Value) -> Value {
    house.office(Method::POST, "kiosks/K-01/orders", order).await.is(201).json()
}

async fn hears_order(socket: &mut Socket) -> KioskOrder {
    let message = socket.next_json().await;
    let Ok(ToKiosk::Order(order)) = serde_json::from_value(message.clone()) else { panic!("{message} is no order") };
    order
}

async fn first_order(house: &House) -> Value {
    let listing = house.office(Method::GET, "kiosks/K-01/orders", Value::Null).await.is(200).json();
    listing["items"][0].clone()
}

#[tokio::test]
async fn an_order_reaches_a_connected_kiosk_at_once_and_is_taken_once() {
    let house = House::open().await;
    let machine = house.provision("K-01").await;
    let mut socket = connected(&house, &machine).await;
    let order = json!({"staff": "g-1", "action": "take_out_of_service", "reason": "security", "now": true});
    let given = orders(&house, order.clone()).await;
    assert_eq!(given["state"], "waiting");
    let heard = hears_order(&mut socket).await;
    let action = OrderedAction::TakeOutOfService { reason: OrderReason::Security, now: true };
    assert_eq!((json!(heard.id), heard.staff.as_str(), heard.action), (given["id"].clone(), "g-1", action));
    assert_eq!(orders(&house, order).await["id"], given["id"], "the same again is the one that waits");
    assert_eq!(hears_order(&mut socket).await.id, heard.id);
    assert_eq!(kiosk(&house, "K-01").await["orders"][0]["id"], given["id"]);

    for taken in ["o-0", heard.id.as_str(), heard.id.as_str()] {
        socket.says_text(&json!({"type": "order_taken", "order": taken}).to_string()).await;
    }
    once(&house, "K-01", "obeyed", |kiosk| kiosk["orders"] == json!([])).await;
    let seen = first_order(&house).await;
    assert_eq!((&seen["state"], seen["taken_at"].is_string()), (&json!("taken"), true));
    let changes = house.office(Method::GET, "changes", Value::Null).await.is(200).json();
    let about: Vec<_> = changes["items"].as_array().unwrap().iter().filter(|row| row["subject"] == "K-01").collect();
    let told: Vec<_> = about.iter().rev().take(2).rev().map(|row| (&row["what"], &row["who"])).collect();
    assert_eq!(told, [(&json!("order given"), &json!("admin")), (&json!("order taken"), &json!("K-01"))]);
}

#[tokio::test]
async fn an_order_waits_for_a_kiosk_that_is_away_through_a_restart_until_it_is_too_old() {
    let house = House::open().await;
    let machine = house.provision("K-01").await;
    let lock = json!({"staff": "g-1", "action": "lock", "within_minutes": 30});
    let first = orders(&house, lock.clone()).await;
    orders(&house, json!({"staff": "g-1", "action": "look_over", "within_minutes": 10})).await;
    let house = house.restart().await;
    let mut socket = connected(&house, &machine).await;
    assert_eq!(json!(hears_order(&mut socket).await.id), first["id"], "in the order in which they were given");
    assert_eq!(hears_order(&mut socket).await.action, OrderedAction::LookOver);
    drop(socket);

    house.clock.advance(Duration::from_secs(10 * 60));
    let mut socket = connected(&house, &machine).await;
    assert_eq!(json!(hears_order(&mut socket).await.id), first["id"], "told again until it is answered");
    assert_eq!(first_order(&house).await["state"], "expired");
    house.clock.advance(Duration::from_secs(20 * 60));
    let again = orders(&house, lock).await;
    assert_ne!(again["id"], first["id"], "an order that expired is none any more");
    assert_eq!(json!(hears_order(&mut socket).await.id), again["id"]);
}

#[tokio::test]
async fn an_order_is_withdrawn_while_it_waits() {
    let house = House::open().await;
    let machine = house.provision("K-01").await;
    let order = orders(&house, json!({"staff": "g-1", "action": "return_to_service"})).await;
    let path = format!("kiosks/K-01/orders/{}", order["id"].as_str().unwrap());
    house.office(Method::DELETE, &path.replace("K-01", "K-02"), Value::Null).await.refuses(404, "unknown-id", None);
    house.office(Method::DELETE, &path, Value::Null).await.is(204);
    house.office(Method::DELETE, &path, Value::Null).await.refuses(409, "order-over", None);
    assert_eq!(first_order(&house).await["state"], "withdrawn");
    let mut socket = connected(&house, &machine).await;
    let next = orders(&house, json!({"staff": "g-1", "action": "lock"})).await;
    assert_eq!(json!(hears_order(&mut socket).await.id), next["id"], "and is not told");
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused_at_its_field() {
    let house = House::open().await;
    let refused = async |order: Value, field: &str| {
        let answer = house.office(Method::POST, "kiosks/K-01/orders", order).await;
        answer.refuses(422, "invalid-field", Some(field));
    };
    refused(json!({"staff": "g 1", "action": "lock"}), "/staff").await;
    refused(json!({"staff": "g-1"}), "/action").await;
    refused(json!({"staff": "g-1", "action": "dance"}), "/action").await;
    refused(json!({"staff": "g-1", "action": "take_out_of_service", "reason": "mood"}), "/reason").await;
    refused(json!({"staff": "g-1", "action": "lock", "within_minutes": 0}), "/within_minutes").await;
    let lock = json!({"staff": "g-1", "action": "lock"});
    house.office(Method::POST, "kiosks/K-99/orders", lock.clone()).await.refuses(404, "unknown-id", None);
    for number in 0..8 {
        let action = if number % 2 == 0 { "lock" } else { "look_over" };
        orders(&house, json!({"staff": "g-1", "action": action})).await;
    }
    house.office(Method::POST, "kiosks/K-01/orders", lock.clone()).await.refuses(409, "too-many-orders", None);
    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    house.office(Method::POST, "kiosks/K-01/orders", lock).await.refuses(404, "unknown-id", None);
}

#[tokio::test]
async fn the_fleet_is_shown_and_ordered_about_by_commands() {
    use muwajaha_service::{AdminCommand, FleetCommand, administer};
    let house = House::open().await;
    let machine = house.provision("K-01").await;
    let mut socket = connected(&house, &machine).await;
    socket.says_text(&but(&json!({"reader": "absent"})).to_string()).await;
    once(&house, "K-01", "an alarm", |kiosk| alarms(kiosk) == ["F-02"]).await;
    let command = async |command| administer(&house.config(), AdminCommand::Fleet(command)).await;

    let table = command(FleetCommand::Fleet { json: false }).await.unwrap();
    let lines: Vec<&str> = table.as_str().unwrap().lines().collect();
    assert!(lines[1].starts_with("K-01") && lines[1].contains("locked") && lines[1].ends_with("F-02"), "{table}");
    assert!(lines[4].starts_with("K-01 F-02 reader absent since "), "{table}");
    let json = command(FleetCommand::Fleet { json: true }).await.unwrap();
    assert_eq!(json["items"][0]["alarms"][0]["kind"], "reader_absent");

    let order = FleetCommand::OrderKiosk {
        kiosk: "K-01".to_owned(),
        action: "take-out-of-service".to_owned(),
        by: "g-1".to_owned(),
        reason: Some("room-closed".to_owned()),
        now: false,
        within_minutes: None,
    };
    let given = command(order).await.unwrap();
    let action = OrderedAction::TakeOutOfService { reason: OrderReason::RoomClosed, now: false };
    assert_eq!(hears_order(&mut socket).await.action, action);
    let withdraw =
        FleetCommand::WithdrawOrder { kiosk: "K-01".to_owned(), order: given["id"].as_str().unwrap().to_owned() };
    command(withdraw).await.unwrap();
    let listed = command(FleetCommand::ListOrders { kiosk: "K-01".to_owned() }).await.unwrap();
    assert_eq!(listed["items"][0]["state"], "withdrawn");
}
