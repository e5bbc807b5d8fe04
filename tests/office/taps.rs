//! A badge given by a tap: the officer starts it on the page, a kiosk answers on its real socket.

use std::time::Duration;

use muwajaha_core::badge::NormalisationVersion;
use muwajaha_core::session::OrderedAction;
use muwajaha_demo::stage::wait_until;
use muwajaha_wire::fleet::KioskOrder;
use muwajaha_wire::kiosk::{FromKiosk, ToKiosk};
use reqwest::Method;
use serde_json::Value;

use super::house::{House, Socket};
use super::officer::Officer;

const SOON: Duration = Duration::from_secs(5);

async fn is_told(socket: &mut Socket, expected: &ToKiosk) {
    loop {
        let order: ToKiosk = serde_json::from_value(socket.next_json().await).unwrap();
        if order == *expected {
            return;
        }
        assert_eq!(order, ToKiosk::SnapshotChanged);
    }
}

async fn taps(socket: &mut Socket, number: &str) {
    is_told(socket, &ToKiosk::EnrolNextBadge { within_seconds: 60 }).await;
    let tap = FromKiosk::BadgeToEnrol {
        printed_number: number.to_owned(),
        normalisation_version: NormalisationVersion::EM4100.0,
    };
    socket.says_text(&serde_json::to_string(&tap).unwrap()).await;
}

/// The id of the enrolment of which the page asked last.
async fn last_enrolment(officer: &Officer) -> String {
    let script = "return performance.getEntriesByType('resource').map((entry) => entry.name)\
        .filter((name) => name.includes('/enrolments/')).at(-1)";
    officer.asks_browser(script).await.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

async fn badges_of(house: &House, inmate: &str) -> usize {
    let badges = house.office(Method::GET, "badges", Value::Null).await.is(200).json();
    badges["items"].as_array().unwrap().iter().filter(|badge| badge["inmate"] == inmate).count()
}

#[tokio::test]
async fn a_badge_is_given_by_a_tap_at_a_kiosk() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let mut socket = house.kiosk_socket(&kiosk).await.unwrap();
    is_told(&mut socket, &ToKiosk::SnapshotChanged).await;
    let officer = Officer::works_at(&house).await;
    officer.looks_at("Inmates").await;

    officer.presses("Give badge: أحمد كريم (i-1)").await;
    officer.chooses("Kiosk", "K-02").await;
    officer.presses("Start").await;
    officer.reads("dialog", "This kiosk is not connected.").await;
    officer.chooses("Kiosk", "K-01").await;
    officer.presses("Start").await;
    officer.reads(".tap", "Tap the badge now at K-01.").await;
    officer.photographs("en-tap").await;
    taps(&mut socket, "0004578453").await;
    officer.misses("dialog").await;
    officer.reads("tbody", "…453").await;
    assert_eq!(badges_of(&house, "i-1").await, 1);

    // The same badge for somebody else.
    officer.presses("Give badge: ڕێبوار عومەر (i-2)").await;
    officer.presses("Start").await;
    taps(&mut socket, "0004578453").await;
    officer.reads(".tap", "This badge cannot be given.").await;
    officer.presses("Start").await;
    officer.reads(".tap", "Tap the badge now at K-01.").await;
    is_told(&mut socket, &ToKiosk::EnrolNextBadge { within_seconds: 60 }).await;
    house.clock.advance(Duration::from_secs(61));
    officer.reads(".tap", "No badge was tapped at K-01 in time.").await;

    // Whoever closes the dialog while it waits has changed their mind.
    let older = last_enrolment(&officer).await;
    officer.presses("Start").await;
    officer.reads(".tap", "Tap the badge now at K-01.").await;
    officer.presses("Close").await;
    let id = wait_until("a word about the new enrolment", SOON, Duration::from_millis(20), async || {
        let id = last_enrolment(&officer).await;
        Ok((id != older).then_some(id))
    })
    .await
    .unwrap();
    wait_until("the enrolment's end", SOON, Duration::from_millis(20), async || {
        let seen = house.office(Method::GET, &format!("enrolments/{id}"), Value::Null).await.is(200);
        Ok((seen.text_at("/state") == "expired").then_some(()))
    })
    .await
    .unwrap();
    taps(&mut socket, "0004578999").await;
    let order = serde_json::json!({"staff": "g-1", "action": "lock"});
    let order = house.office(Method::POST, "kiosks/K-01/orders", order).await.is(201).text_at("/id");
    let action = OrderedAction::Lock { now: false };
    is_told(&mut socket, &ToKiosk::Order(KioskOrder { id: order, staff: "g-1".to_owned(), action })).await;
    assert_eq!(badges_of(&house, "i-2").await, 0);
    officer.goes_home().await;
}
