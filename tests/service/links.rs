//! What a visitor's link opens, how long, and what it does not.

use std::time::Duration;

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use muwajaha_core::domain::Redacted;
use muwajaha_core::engine::direct::SignallingMessage;
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Answer, Door, House, Machine, Socket, TURN_SECRET, link_token};

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

fn offer(connection: u64) -> SignallingMessage {
    SignallingMessage::Offer { connection, sdp: Redacted::new("v=0 of the kiosk".to_owned()) }
}

/// The kiosk's seat in the call of `booking`.
async fn kiosk_sits_down(house: &House, kiosk: &Machine, booking: &str) -> Socket {
    let join_token = join_token(&house.join(kiosk, booking).await.is(200));
    let mut socket = house.call_socket(kiosk, &join_token, booking).await.unwrap();
    assert!(matches!(socket.hears().await, SignallingMessage::Snapshot { .. }));
    socket
}

fn join_token(join: &Answer) -> String {
    join.text_at("/descriptor/token")
}

/// A page's seat in the call that its link is for.
async fn page_sits_down(house: &House, link: &str, instance: &str) -> Socket {
    let socket_token = house.redeem(link, instance).await.is(200).text_at("/socket_token");
    let mut socket = house.visitor_socket(&socket_token).await.unwrap();
    assert!(matches!(socket.hears().await, SignallingMessage::Snapshot { .. }));
    socket
}

#[tokio::test]
async fn a_visitors_link_opens_one_visit_only() {
    let house = House::open().await;
    let (first_kiosk, second_kiosk) = (house.provision("K-01").await, house.provision("K-02").await);
    let first = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let second = house.put("ur-2", house.booking_at("K-02", "i-2", -5, 25)).await.is(201);
    let (first_id, second_id) = (first.text_at("/booking"), second.text_at("/booking"));
    assert_ne!(link_token(&first), link_token(&second));

    let told = house.redeem(&link_token(&first), "page-1").await.is(200);
    assert_eq!((told.text_at("/inmate"), told.text_at("/facility")), ("أحمد كريم".to_owned(), "سجن الكرخ".to_owned()));
    assert!(!told.text.contains("ڕێبوار"), "nothing of the other visit");

    let mut at_first = kiosk_sits_down(&house, &first_kiosk, &first_id).await;
    let mut at_second = kiosk_sits_down(&house, &second_kiosk, &second_id).await;
    let mut visitor = page_sits_down(&house, &link_token(&first), "page-1").await;
    assert_eq!(at_first.hears().await, SignallingMessage::PeerChanged { peer: Some("page-1".to_owned()) });
    at_second.says(&offer(1)).await;
    at_first.says(&offer(7)).await;
    assert_eq!(visitor.hears().await, offer(7), "the other kiosk is not heard");

    // The second visit's own page is the first that the second kiosk hears of.
    page_sits_down(&house, &link_token(&second), "page-2").await;
    assert_eq!(at_second.hears().await, SignallingMessage::PeerChanged { peer: Some("page-2".to_owned()) });
}

#[tokio::test]
async fn a_token_opens_only_the_side_and_the_call_it_was_made_for() {
    let house = House::open().await;
    let (kiosk, beside) = (house.provision("K-01").await, house.provision("K-02").await);
    let first = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let second = house.put("ur-2", house.booking_at("K-02", "i-2", -5, 25)).await.is(201);
    let (first_id, second_id) = (first.text_at("/booking"), second.text_at("/booking"));
    let of_kiosk = join_token(&house.join(&kiosk, &first_id).await.is(200));
    let of_page = house.redeem(&link_token(&first), "page-1").await.is(200).text_at("/socket_token");

    assert_eq!(house.call_socket(&kiosk, &of_page, &first_id).await.err(), Some(401));
    assert_eq!(house.visitor_socket(&of_kiosk).await.err(), Some(401));
    assert_eq!(house.call_socket(&kiosk, &of_kiosk, &second_id).await.err(), Some(401));
    assert_eq!(house.call_socket(&beside, &of_kiosk, &first_id).await.err(), Some(401), "another kiosk's token");
    assert_eq!(house.visitor_socket(&link_token(&first)).await.err(), Some(401), "the link's token");
    assert_eq!(house.visitor_socket("").await.err(), Some(401));
    assert!(house.call_socket(&kiosk, &of_kiosk, &first_id).await.is_ok());
    assert!(house.visitor_socket(&of_page).await.is_ok());
}

#[tokio::test]
async fn each_side_may_say_only_what_is_its_own() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let mut at_kiosk = kiosk_sits_down(&house, &kiosk, &put.text_at("/booking")).await;
    let mut visitor = page_sits_down(&house, &link_token(&put), "page-1").await;
    assert!(matches!(at_kiosk.hears().await, SignallingMessage::PeerChanged { peer: Some(_) }));

    visitor.says(&offer(1)).await;
    visitor.says(&SignallingMessage::Ended).await;
    visitor.says(&SignallingMessage::PeerChanged { peer: None }).await;
    visitor.says_text("no JSON at all").await;
    visitor.says(&SignallingMessage::RenewWanted { connection: 3 }).await;
    assert_eq!(at_kiosk.hears().await, SignallingMessage::RenewWanted { connection: 3 });
    at_kiosk.says(&SignallingMessage::RenewWanted { connection: 4 }).await;
    at_kiosk.says(&SignallingMessage::Bye).await;
    assert_eq!(visitor.hears().await, SignallingMessage::Bye);
}

#[tokio::test]
async fn a_visitor_who_opens_the_link_on_another_device_goes_on_there() {
    let house = House::open().await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let mut phone = page_sits_down(&house, &link_token(&put), "phone").await;
    let mut tablet = page_sits_down(&house, &link_token(&put), "tablet").await;
    assert_eq!(phone.hears().await, SignallingMessage::TakenOver);
    assert_eq!(phone.next_text().await, None, "the phone is put out");

    let again = house.redeem(&link_token(&put), "phone").await.is(200).text_at("/socket_token");
    let mut phone = house.visitor_socket(&again).await.unwrap();
    assert_eq!(phone.hears().await, SignallingMessage::TakenOver, "and does not take the call back by itself");
    let kiosk = house.provision("K-01").await;
    let mut at_kiosk = kiosk_sits_down(&house, &kiosk, &put.text_at("/booking")).await;
    at_kiosk.says(&offer(1)).await;
    assert!(matches!(tablet.hears().await, SignallingMessage::PeerChanged { peer: Some(_) }));
    assert_eq!(tablet.hears().await, offer(1));
}

#[tokio::test]
async fn wrong_links_open_nothing_and_tell_nothing() {
    let house = House::open().await;
    let put = house.put("ur-1", house.booking("i-1", 60, 90)).await.is(201);
    let mut forged = link_token(&put);
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    let too_long = "A".repeat(100_000);
    for token in [forged.as_str(), "", "' OR 1=1 --", &too_long, &house.connector, &put.text_at("/booking")] {
        let refused = house.redeem(token, "page-1").await;
        refused.refuses(404, "unknown-link", None);
        assert!(!refused.text.contains("أحمد"));
    }
    let too_long = "x".repeat(65);
    for instance in ["", "a b", "<script>", &too_long] {
        house.redeem(&link_token(&put), instance).await.refuses(422, "invalid-field", Some("/instance"));
    }
}

#[tokio::test]
async fn a_link_opens_nothing_once_the_visit_is_over_or_cancelled() {
    let house = House::open().await;
    let over = house.put("ur-1", house.booking("i-1", -5, 25)).await.is(201);
    let cancelled = house.put("ur-2", house.booking("i-2", 60, 90)).await.is(201);
    house.ask(Door::Public, &house.connector, Method::DELETE, "/v1/bookings/ur-2", Value::Null).await.is(200);
    house.redeem(&link_token(&cancelled), "page-1").await.refuses(410, "booking-cancelled", None);

    house.redeem(&link_token(&over), "page-1").await.is(200);
    house.clock.advance(minutes(25));
    house.redeem(&link_token(&over), "page-1").await.refuses(410, "visit-ended", None);
}

#[tokio::test]
async fn the_service_ends_a_call_when_its_slot_is_over() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let socket_token = house.redeem(&link_token(&put), "page-1").await.is(200).text_at("/socket_token");
    let mut at_kiosk = kiosk_sits_down(&house, &kiosk, &put.text_at("/booking")).await;
    let mut visitor = house.visitor_socket(&socket_token).await.unwrap();
    assert!(matches!(visitor.hears().await, SignallingMessage::Snapshot { peer: Some(_), .. }));
    assert!(matches!(at_kiosk.hears().await, SignallingMessage::PeerChanged { .. }));

    house.clock.advance(minutes(26));
    for socket in [&mut at_kiosk, &mut visitor] {
        assert_eq!(socket.hears().await, SignallingMessage::Ended);
        assert_eq!(socket.next_text().await, None);
    }

    // A page that comes back later is told the same by its old token, until that expires as well.
    let mut late = house.visitor_socket(&socket_token).await.unwrap();
    assert_eq!(late.hears().await, SignallingMessage::Ended);
    house.clock.advance(minutes(4 * 60));
    assert_eq!(house.visitor_socket(&socket_token).await.err(), Some(401), "an expired token");
}

#[tokio::test]
async fn a_renewed_link_replaces_the_one_that_was_passed_on() {
    let house = House::open().await;
    let put = house.put("ur-1", house.booking("i-1", -5, 25)).await.is(201);
    let old_token = house.redeem(&link_token(&put), "page-1").await.is(200).text_at("/socket_token");
    let mut stranger = page_sits_down(&house, &link_token(&put), "page-1").await;

    let path = format!("bookings/{}/link", put.text_at("/booking"));
    let renewed = house.office(Method::POST, &path, Value::Null).await.is(200);
    assert_eq!(stranger.next_text().await, None, "who sat there with the old link is put out");
    house.redeem(&link_token(&put), "page-2").await.refuses(404, "unknown-link", None);
    assert_eq!(house.visitor_socket(&old_token).await.err(), Some(401));
    page_sits_down(&house, &link_token(&renewed), "page-3").await;
    assert_eq!(
        house.put("ur-1", house.booking("i-1", -5, 25)).await.status,
        200,
        "the connector's booking is as it was"
    );
}

#[tokio::test]
async fn links_and_tokens_outlive_a_restart_of_the_service() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let socket_token = house.redeem(&link_token(&put), "page-1").await.is(200).text_at("/socket_token");
    let mut visitor = house.visitor_socket(&socket_token).await.unwrap();
    assert!(matches!(visitor.hears().await, SignallingMessage::Snapshot { .. }));

    let house = house.restart().await;
    assert_eq!(visitor.next_text().await, None, "closed, but not told that the visit has ended");
    let mut at_kiosk = kiosk_sits_down(&house, &kiosk, &put.text_at("/booking")).await;
    let mut visitor = house.visitor_socket(&socket_token).await.unwrap();
    assert!(matches!(visitor.hears().await, SignallingMessage::Snapshot { peer: Some(_), .. }));
    assert_eq!(at_kiosk.hears().await, SignallingMessage::PeerChanged { peer: Some("page-1".to_owned()) });
    page_sits_down(&house, &link_token(&put), "page-1").await;
}

/// What coturn makes of a user name with `use-auth-secret`.
fn coturns_password(username: &str) -> String {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(TURN_SECRET.as_bytes()).unwrap();
    mac.update(username.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn turn_credentials_are_the_calls_own_and_expire_soon_after_its_slot() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let ends_at = put.text_at("/slot/ends_at").parse::<jiff::Timestamp>().unwrap().as_second();
    let booking = put.text_at("/booking");

    let page = house.redeem(&link_token(&put), "page-1").await.is(200);
    let join = house.join(&kiosk, &booking).await.is(200);
    let (of_page, of_kiosk) = (page.json()["ice_servers"].clone(), join.json()["descriptor"]["ice_servers"].clone());
    for (server, url) in [(&of_page[0], "urls"), (&of_kiosk[0], "url")] {
        assert_eq!(server[url], "turn:turn.example:3478");
        let username = server["username"].as_str().unwrap();
        let (expires_at, name) = username.split_once(':').unwrap();
        let outlives = expires_at.parse::<i64>().unwrap() - ends_at;
        assert!((30..=32).contains(&outlives), "{outlives} s after the slot");
        assert_eq!(name, booking);
        assert_eq!(server["credential"], coturns_password(username));
    }
    assert!(!page.text.contains(TURN_SECRET) && !join.text.contains(TURN_SECRET));
}

#[tokio::test]
async fn a_facility_that_relays_only_says_so_to_both_sides() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let redeemed = house.redeem(&link_token(&put), "page-1").await.is(200);
    assert_eq!(redeemed.text_at("/ice_transport_policy"), "all");
    house.office(Method::PATCH, "facilities/karkh", json!({"policy": {"relay_only": true}})).await.is(200);
    let redeemed = house.redeem(&link_token(&put), "page-1").await.is(200);
    assert_eq!(redeemed.text_at("/ice_transport_policy"), "relay");
    assert_eq!(house.join(&kiosk, &put.text_at("/booking")).await.json()["descriptor"]["relay_only"], true);
}

#[tokio::test]
async fn a_link_is_no_relay_before_its_visit_may_be_joined() {
    let house = House::open().await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", 60, 90)).await.is(201);
    let early = house.redeem(&link_token(&put), "page-1").await.is(200);
    assert_eq!(early.json()["ice_servers"], json!([]), "days ahead a link opens no TURN server");
    assert!(!early.text.contains("credential"));
    let mut page = house.visitor_socket(&early.text_at("/socket_token")).await.unwrap();
    assert!(matches!(page.hears().await, SignallingMessage::Snapshot { .. }));
    house.clock.advance(minutes(49));
    house.visitor_socket(&early.text_at("/socket_token")).await.expect("it may wait in the call until then");
}

#[tokio::test]
async fn a_page_that_waited_from_early_on_asks_again_once_the_visit_may_be_joined() {
    let house = House::open().await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", 60, 90)).await.is(201);
    let early = house.redeem(&link_token(&put), "page-1").await.is(200).text_at("/socket_token");
    let mut page = house.visitor_socket(&early).await.unwrap();
    assert!(matches!(page.hears().await, SignallingMessage::Snapshot { .. }));

    house.clock.advance(minutes(51));
    assert_eq!(page.next_text().await, None, "closed, but not told that the visit has ended");
    assert_eq!(house.visitor_socket(&early).await.err(), Some(401));
    let page = house.redeem(&link_token(&put), "page-1").await.is(200);
    assert_eq!(page.text_at("/ice_servers/0/urls"), "turn:turn.example:3478");
    assert!(!page.text_at("/ice_servers/0/credential").is_empty());
    let mut page = house.visitor_socket(&page.text_at("/socket_token")).await.unwrap();
    assert!(matches!(page.hears().await, SignallingMessage::Snapshot { .. }));
}

#[tokio::test]
async fn a_page_that_waits_early_asks_again_when_its_visit_is_moved_to_now() {
    let house = House::open().await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", 600, 630)).await.is(201);
    let early = house.redeem(&link_token(&put), "page-1").await.is(200).text_at("/socket_token");
    let mut page = house.visitor_socket(&early).await.unwrap();
    assert!(matches!(page.hears().await, SignallingMessage::Snapshot { .. }));

    let mut moved = house.booking_at("K-01", "i-1", 5, 35);
    moved["revision"] = 2.into();
    house.put("ur-1", moved).await.is(200);
    assert_eq!(page.next_text().await, None, "closed, so that it asks again");
    assert_eq!(house.visitor_socket(&early).await.err(), Some(401));
    page_sits_down(&house, &link_token(&put), "page-1").await;
}
