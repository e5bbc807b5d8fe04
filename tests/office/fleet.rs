//! The fleet on the page: kiosks with and without alarms in three languages, and an order from the page
//! to a kiosk's socket and back.

use muwajaha_core::session::{OrderReason, OrderedAction};
use muwajaha_wire::kiosk::ToKiosk;
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{House, Socket};
use super::officer::Officer;

/// What a kiosk says of itself, but for these members.
fn status(changes: &Value) -> String {
    let mut status = json!({"type": "status", "program_version": "0.1.0", "image_version": "7",
        "slot": "muwajaha_7+3-0", "up_seconds": 7200, "activity": "open", "reader": "present",
        "disk_free_bytes": 4_000_000_000_u64, "disk_total_bytes": 8_000_000_000_u64, "rows_waiting": 0,
        "clock_ahead_ms": 3});
    for (name, value) in changes.as_object().unwrap() {
        status[name] = value.clone();
    }
    status.to_string()
}

async fn kiosk(house: &House, id: &str) -> Socket {
    let machine = house.provision(id).await;
    let mut socket = house.kiosk_socket(&machine).await.unwrap();
    assert_eq!(socket.next_json().await["type"], "snapshot_changed");
    socket
}

/// A hall with one kiosk in good health, one in a bad way, and one that nobody has set up.
pub(super) async fn fill_the_hall(house: &House) -> [Socket; 2] {
    house.office(Method::POST, "kiosks", json!({"id": "K-03", "room": "hall-1"})).await.is(201);
    let (mut good, mut bad) = (kiosk(house, "K-01").await, kiosk(house, "K-02").await);
    good.says_text(&status(&json!({"activity": "in_visit", "looked_over_at_ms": 1_790_000_000_000_i64}))).await;
    let trouble = json!({"activity": "out_of_service", "out_of_service_code": "K-02", "reader": "not_trusted",
        "reader_code": "R-12", "disk_free_bytes": 90_000_000_u64, "program_version": "0.0.9",
        "image_version": "6", "slot": "muwajaha_6"});
    bad.says_text(&status(&trouble)).await;
    while house.office(Method::GET, "kiosks", Value::Null).await.json()["items"][1]["status"].is_null() {}
    [good, bad]
}

#[tokio::test]
async fn an_officer_sees_which_kiosk_needs_somebody_and_gives_it_an_order() {
    let house = House::open().await;
    let guard = json!({"id": "g-1", "facility": "karkh", "name": "علي حسن", "role": "guard", "pin": "4711"});
    house.office(Method::POST, "staff", guard).await.is(201);
    let [_good, mut bad] = fill_the_hall(&house).await;
    let officer = Officer::works_at(&house).await;
    officer.looks_at("Fleet").await;
    officer.reads(".tools .warning", "1 of 3 kiosks need somebody.").await;
    let rows = officer.rows(3).await;
    assert!(rows[0].starts_with("K-02") && rows[0].contains("Out of service"), "the one in need first: {rows:?}");
    for alarm in ["F-03 Reader not trusted R-12", "F-07 Disk nearly full 85 MiB free", "F-11", "F-12"] {
        assert!(rows[0].contains(alarm), "{alarm} is not in {}", rows[0]);
    }
    assert!(
        rows[1].contains("In a visit") && rows[1].contains("Image \u{2068}7") && rows[1].contains("Checked"),
        "{rows:?}"
    );
    assert!(rows[2].contains("Waits for its code") && rows[2].contains("None"), "{rows:?}");
    officer.photographs("en-fleet-alarms").await;

    officer.presses("Order: K-02").await;
    officer.reads("dialog h2", "An order to K-02").await;
    officer.chooses("Order", "take_out_of_service").await;
    officer.chooses("Reason, if it is taken out of service", "maintenance").await;
    officer.photographs("en-order").await;
    officer.presses("Give the order").await;
    officer.misses("dialog").await;
    officer.reads("#told", "The order to K-02 was given.").await;
    let ToKiosk::Order(order) = serde_json::from_value(bad.next_json().await).unwrap() else { panic!("no order") };
    assert_eq!(order.action, OrderedAction::TakeOutOfService { reason: OrderReason::Maintenance, now: false });
    assert_eq!(order.staff, "g-1");
    officer.reads("tbody", "Waits: Take out of service.").await;
    officer.photographs("en-order-waits").await;
    let taken = json!({"type": "order_taken", "order": order.id}).to_string();
    bad.says_text(&taken).await;
    while house.office(Method::GET, "kiosks", Value::Null).await.json()["items"][1]["orders"] != json!([]) {}
    officer.presses("Refresh").await;
    officer.misses("tbody .state + .hint").await;
    bad.says_text(&status(&json!({"activity": "maintenance"}))).await;
    while house.office(Method::GET, "kiosks", Value::Null).await.json()["items"][1]["state"] != "maintenance" {}
    officer.presses("Refresh").await;
    officer.reads("tbody", "A technician is at it").await;

    officer.presses("Order: K-03").await;
    officer.reads("dialog", "The kiosk is not connected.").await;
    officer.presses("Give the order").await;
    officer.presses("Withdraw: K-03").await;
    officer.reads("#told", "The order to K-03 was withdrawn.").await;
    officer.looks_at("Change log").await;
    let rows = officer.rows(18).await;
    for (row, what) in rows.iter().zip(["withdrawn", "given to a kiosk", "taken by a kiosk", "given to a kiosk"]) {
        assert!(row.contains(what), "{row} is not “{what}”");
    }
    officer.misses(".untranslated").await;
    officer.goes_home().await;
}
