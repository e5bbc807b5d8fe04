//! A service whose disk is full: nothing new is kept, and visits take place all the same.

use muwajaha_core::domain::Redacted;
use muwajaha_core::engine::direct::SignallingMessage;
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Door, House, link_token};

impl House {
    /// From now on, or not any more, each write is answered as a full disk answers it.
    fn disk_is_full(&self, full: bool) {
        let database = rusqlite::Connection::open(self.directory.path().join("data/service.db")).unwrap();
        database.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        for (table, operation) in [("kiosks", "UPDATE"), ("bookings", "UPDATE"), ("kiosk_events", "INSERT")] {
            let trigger = format!("{table}_full");
            let statement = if full {
                format!(
                    "CREATE TRIGGER {trigger} BEFORE {operation} ON {table} \
                     BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                )
            } else {
                format!("DROP TRIGGER {trigger}")
            };
            database.execute_batch(&statement).unwrap();
        }
    }

    async fn last_heard(&self, kiosk: usize) -> Value {
        self.office(Method::GET, "kiosks", Value::Null).await.is(200).json()["items"][kiosk]["last_heard_at"].clone()
    }
}

#[tokio::test]
async fn a_kiosk_reads_its_room_and_a_visit_takes_place_while_the_services_disk_is_full() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    let put = house.put("ur-1", house.booking_at("K-01", "i-1", -5, 25)).await.is(201);
    let booking = put.text_at("/booking");
    let heard_before = house.last_heard(0).await;
    house.disk_is_full(true);

    house.clock.advance(std::time::Duration::from_secs(60));
    let room = house.get(Door::Kiosk, &kiosk, "/v1/kiosk/snapshot").await.is(200).json();
    assert_eq!(room["bookings"][0]["id"], booking);
    assert_eq!(house.last_heard(0).await, heard_before, "that it was heard could not be written");

    let join_token = house.join(&kiosk, &booking).await.is(200).text_at("/descriptor/token");
    let mut at_kiosk = house.call_socket(&kiosk, &join_token, &booking).await.unwrap();
    assert!(matches!(at_kiosk.hears().await, SignallingMessage::Snapshot { peer: None, .. }));
    let socket_token = house.redeem(&link_token(&put), "page-1").await.is(200).text_at("/socket_token");
    let mut visitor = house.visitor_socket(&socket_token).await.unwrap();
    assert!(matches!(visitor.hears().await, SignallingMessage::Snapshot { peer: Some(_), .. }));
    assert!(matches!(at_kiosk.hears().await, SignallingMessage::PeerChanged { peer: Some(_) }));
    let offer = SignallingMessage::Offer { connection: 1, sdp: Redacted::new("v=0 of the kiosk".to_owned()) };
    at_kiosk.says(&offer).await;
    assert_eq!(visitor.hears().await, offer);

    let row = json!({"epoch": "e-1", "events": [{"sequence": 1, "body": "row 1", "chain": "aa"}]});
    let told = house.ask(Door::Kiosk, &kiosk, Method::POST, "/v1/kiosk/events", row.clone()).await;
    told.refuses(500, "internal", None);
    house.disk_is_full(false);
    let told = house.ask(Door::Kiosk, &kiosk, Method::POST, "/v1/kiosk/events", row).await.is(200);
    assert_eq!(told.json()["acked_through"], 1, "a row is acknowledged once it is kept");
    assert_ne!(house.last_heard(0).await, heard_before);
}
