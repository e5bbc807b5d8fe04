//! A machine without a code: it introduces itself, the office approves the short code on its screen.

use std::time::Duration;

use muwajaha_core::domain::KioskId;
use muwajaha_core::provisioning::{Problem, ShortCode};
use muwajaha_kiosk::net::tls::Authority;
use muwajaha_kiosk::provisioning::{Order, ProvisionError, Provisioned, Reached, Voucher, provision, reach};
use muwajaha_service::{AdminCommand, administer};
use rcgen::{KeyPair, PublicKeyData as _};
use reqwest::{Method, Url};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::house::{Answer, Door, House, Machine, request_for};

const TIME: &str = "/v1/kiosk/time";
const TEN_MINUTES: Duration = Duration::from_secs(600);

/// A machine that shows its short code.
struct Stranger {
    key: KeyPair,
    short_code: String,
    token: String,
}

impl Stranger {
    async fn introduced(house: &House) -> Self {
        let key = KeyPair::generate().unwrap();
        let told = introduce(house, &request_for(&key)).await.is(201);
        Self { short_code: short_code_of(&key), key, token: told.text_at("/token") }
    }

    async fn asks(&self, house: &House) -> Value {
        let question = json!({"token": self.token});
        let path = "/v1/kiosk/introductions/outcome";
        house.ask(Door::Kiosk, "", Method::POST, path, question).await.is(200).json()
    }
}

/// The letters on the screen of the machine that has this key.
fn short_code_of(key: &KeyPair) -> String {
    ShortCode::of_key_sha256(Sha256::digest(key.subject_public_key_info()).into()).as_str().to_owned()
}

async fn introduce(house: &House, request: &str) -> Answer {
    let body = json!({"certificate_request": request});
    house.ask(Door::Kiosk, "", Method::POST, "/v1/kiosk/introductions", body).await
}

async fn approve(house: &House, short_code: &str, kiosk: &str) -> Answer {
    let approval = json!({"kiosk": kiosk, "staff": "t-1"});
    house.office(Method::POST, &format!("introductions/{short_code}/approval"), approval).await
}

async fn waiting(house: &House) -> Vec<String> {
    let listed = house.office(Method::GET, "introductions", Value::Null).await.is(200).json();
    let items = listed["items"].as_array().unwrap();
    items.iter().map(|item| item["short_code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_machine_gets_nothing_before_the_office_approves_and_its_identity_after() {
    let house = House::open().await;
    let before = house.provision("K-01").await;
    let stranger = Stranger::introduced(&house).await;
    assert_eq!(stranger.asks(&house).await, json!({"state": "waiting"}));
    house.get(Door::Kiosk, "", TIME).await.refuses(403, "unknown-certificate", None);
    assert_eq!(waiting(&house).await, [stranger.short_code.as_str()]);
    let code = house.office(Method::POST, "kiosks/K-01/code", Value::Null).await.is(201);
    let listed = house.office(Method::GET, "introductions", Value::Null).await.is(200);
    assert_eq!(listed.text_at("/items/0/authority_digits"), code.text_at("/authority_digits"));
    house.get(Door::Kiosk, &before, TIME).await.is(200);

    let as_typed = stranger.short_code.to_lowercase().replace('-', "");
    approve(&house, &as_typed, "K-01").await.is(204);
    approve(&house, &stranger.short_code, "K-02").await.refuses(404, "unknown-id", None);
    assert!(waiting(&house).await.is_empty());
    let given = stranger.asks(&house).await;
    assert_eq!(
        (&given["state"], &given["kiosk"], &given["facility"]),
        (&json!("approved"), &json!("K-01"), &json!("karkh"))
    );
    let machine = Machine::new(given["certificate"].as_str().unwrap(), &stranger.key, &house.authority());
    house.get(Door::Kiosk, &machine, TIME).await.is(200);
    house.get(Door::Kiosk, &before, TIME).await.refuses(403, "unknown-certificate", None);
    let changes = house.office(Method::GET, "changes", Value::Null).await.is(200).json();
    let told: Vec<String> = changes["items"].as_array().unwrap().iter().map(|row| row["what"].to_string()).collect();
    for what in ["machine introduced", "machine approved", "kiosk provisioned"] {
        assert!(told.iter().any(|told| told.contains(what)), "{what}: {told:?}");
    }
    assert!(!changes.to_string().contains(&stranger.token));
}

#[tokio::test]
async fn the_office_approves_the_key_whose_letters_are_on_the_screen_and_no_other() {
    let house = House::open().await;
    let machine = Stranger::introduced(&house).await;
    let request = request_for(&machine.key);
    introduce(&house, &request).await.refuses(409, "introduced-already", None);
    // Somebody in between who hands on a key of their own.
    let between = Stranger::introduced(&house).await;
    assert_eq!(waiting(&house).await.len(), 2);
    assert_ne!(between.short_code, machine.short_code, "it is not on the machine's screen");
    for letter in [0, 18] {
        let mut nearly = machine.short_code.clone();
        nearly.replace_range(letter..=letter, if nearly[letter..].starts_with('A') { "B" } else { "A" });
        approve(&house, &nearly, "K-01").await.refuses(404, "unknown-id", None);
    }
    approve(&house, &machine.short_code, "K-01").await.is(204);
    assert_eq!(between.asks(&house).await, json!({"state": "waiting"}));
    let given = machine.asks(&house).await;
    let known = Machine::new(given["certificate"].as_str().unwrap(), &machine.key, &house.authority());
    house.get(Door::Kiosk, &known, TIME).await.is(200);
    introduce(&house, &request).await.refuses(409, "introduced-already", None);
    assert_eq!(machine.asks(&house).await, given, "whoever repeats its request takes nothing from it");
}

#[tokio::test]
async fn an_answer_that_is_lost_is_told_again_the_same_while_the_introduction_holds() {
    let house = House::open().await;
    let stranger = Stranger::introduced(&house).await;
    approve(&house, &stranger.short_code, "K-01").await.is(204);
    let (lost, given) = tokio::join!(stranger.asks(&house), stranger.asks(&house));
    assert_eq!((&lost, &given["state"]), (&given, &json!("approved")), "asked twice at once, signed once");
    let house = house.restart().await;
    assert_eq!(stranger.asks(&house).await, given, "also by a service that was started anew");
    let machine = Machine::new(given["certificate"].as_str().unwrap(), &stranger.key, &house.authority());
    house.get(Door::Kiosk, &machine, TIME).await.is(200);

    let refuse = format!("introductions/{}", stranger.short_code);
    house.office(Method::DELETE, &refuse, Value::Null).await.refuses(404, "unknown-id", None);
    approve(&house, &stranger.short_code, "K-02").await.refuses(404, "unknown-id", None);
    assert!(waiting(&house).await.is_empty());
    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    assert_eq!(stranger.asks(&house).await, json!({"state": "refused"}), "not of a kiosk that is revoked");

    let (replaced, next) = (Stranger::introduced(&house).await, Stranger::introduced(&house).await);
    for machine in [&replaced, &next] {
        approve(&house, &machine.short_code, "K-02").await.is(204);
        assert_eq!(machine.asks(&house).await["state"], "approved");
    }
    assert_eq!(replaced.asks(&house).await, json!({"state": "expired"}), "another machine is that kiosk now");
    house.clock.advance(TEN_MINUTES);
    assert_eq!(next.asks(&house).await, json!({"state": "expired"}));
}

#[tokio::test]
async fn a_refused_an_expired_and_an_unknown_machine_get_nothing() {
    let house = House::open().await;
    let refused = Stranger::introduced(&house).await;
    house.office(Method::DELETE, &format!("introductions/{}", refused.short_code), Value::Null).await.is(204);
    assert_eq!(refused.asks(&house).await, json!({"state": "refused"}));
    approve(&house, &refused.short_code, "K-01").await.refuses(404, "unknown-id", None);

    let (late, approved) = (Stranger::introduced(&house).await, Stranger::introduced(&house).await);
    approve(&house, &approved.short_code, "K-01").await.is(204);
    house.clock.advance(TEN_MINUTES);
    approve(&house, &late.short_code, "K-01").await.refuses(404, "unknown-id", None);
    for expired in [&late, &approved] {
        assert_eq!(expired.asks(&house).await, json!({"state": "expired"}));
    }
    let guess = Stranger { token: "guessed".to_owned(), ..refused };
    assert_eq!(guess.asks(&house).await, json!({"state": "expired"}));
}

#[tokio::test]
async fn an_approval_for_a_kiosk_that_takes_no_part_opens_nothing() {
    let house = House::open().await;
    let stranger = Stranger::introduced(&house).await;
    approve(&house, &stranger.short_code, "K-99").await.refuses(422, "unknown-id", Some("/kiosk"));
    assert_eq!(stranger.asks(&house).await, json!({"state": "waiting"}));
    approve(&house, &stranger.short_code, "K-01").await.is(204);
    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    assert_eq!(stranger.asks(&house).await, json!({"state": "refused"}));
}

#[tokio::test]
async fn an_approval_is_taken_back_and_does_not_outlive_another_machines_provisioning() {
    let house = House::open().await;
    let wrong = Stranger::introduced(&house).await;
    approve(&house, &wrong.short_code, "K-01").await.is(204);
    house.office(Method::DELETE, &format!("introductions/{}", wrong.short_code), Value::Null).await.is(204);
    assert_eq!(wrong.asks(&house).await, json!({"state": "refused"}));

    let late = Stranger::introduced(&house).await;
    approve(&house, &late.short_code, "K-01").await.is(204);
    let right = house.provision("K-01").await;
    assert_eq!(late.asks(&house).await, json!({"state": "expired"}));
    house.get(Door::Kiosk, &right, TIME).await.is(200);
}

#[tokio::test]
async fn a_refused_machine_makes_room_for_the_next() {
    let house = House::open_with("[limits]\nrequests_per_second = 1000\nprovisions_per_minute = 60\n").await;
    let mut last = None;
    for _ in 0..8 {
        last = Some(Stranger::introduced(&house).await);
    }
    let request = request_for(&KeyPair::generate().unwrap());
    introduce(&house, &request).await.refuses(409, "too-many-introductions", None);
    let refused = last.unwrap().short_code;
    house.office(Method::DELETE, &format!("introductions/{refused}"), Value::Null).await.is(204);
    introduce(&house, &request).await.is(201);
}

#[tokio::test]
async fn few_machines_may_wait_and_the_office_alone_sees_them() {
    let house = House::open_with("[limits]\nrequests_per_second = 1000\nprovisions_per_minute = 12\n").await;
    introduce(&house, "none").await.refuses(422, "invalid-field", Some("/certificate_request"));
    for _ in 0..8 {
        Stranger::introduced(&house).await;
    }
    let request = request_for(&KeyPair::generate().unwrap());
    introduce(&house, &request).await.refuses(409, "too-many-introductions", None);
    house.clock.advance(TEN_MINUTES);
    Stranger::introduced(&house).await;
    introduce(&house, &request).await.is(201);
    introduce(&house, &request).await.refuses(429, "too-many-requests", None);
    house.get(Door::Admin, "x", "/v1/admin/introductions").await.refuses(401, "unknown-credential", None);
    house.get(Door::Kiosk, "", "/v1/admin/introductions").await.refuses(403, "unknown-certificate", None);
}

#[tokio::test]
async fn from_where_a_machine_asks_is_not_its_own_word() {
    let house = House::open_with("trusted_proxy = \"127.0.0.1\"\n[limits]\nrequests_per_second = 1000\n").await;
    let authority = reqwest::Certificate::from_pem(&std::fs::read(house.authority()).unwrap()).unwrap();
    let machine = reqwest::Client::builder().tls_certs_only([authority]).build().unwrap();
    let introduction = json!({"certificate_request": request_for(&KeyPair::generate().unwrap())});
    let asked = machine.post(house.url(Door::Kiosk, "/v1/kiosk/introductions")).json(&introduction);
    assert_eq!(asked.header("x-forwarded-for", "10.0.0.77").send().await.unwrap().status(), 201);
    let listed = house.office(Method::GET, "introductions", Value::Null).await.is(200);
    assert_eq!(listed.text_at("/items/0/address"), "127.0.0.1");
}

#[tokio::test]
async fn a_kiosk_waits_for_the_office_and_becomes_what_the_office_says() {
    let house = House::open().await;
    let folder = tempfile::tempdir().unwrap();
    let order = Order {
        service: house.url(Door::Kiosk, ""),
        voucher: Voucher::Office,
        directory: folder.path().to_owned(),
        authority: Some(Authority::read(&house.authority()).unwrap()),
        anew: false,
    };
    for (says, becomes) in [(false, None), (true, Some("K-02"))] {
        let (told, short_code) = tokio::sync::oneshot::channel();
        let told = std::cell::Cell::new(Some(told));
        let machine = provision(&order, |shown| drop(told.take().unwrap().send(shown.short_code.as_str().to_owned())));
        let office = async {
            let short_code = short_code.await.unwrap();
            let command = match says {
                true => {
                    AdminCommand::ApproveIntroduction { short_code, kiosk: "K-02".to_owned(), by: "t-1".to_owned() }
                }
                false => AdminCommand::RefuseIntroduction { short_code },
            };
            administer(&house.config(), command).await.unwrap();
        };
        match (tokio::join!(machine, office).0, becomes) {
            (Ok(Provisioned::Anew(kiosk)), Some(expected)) => assert_eq!(kiosk, KioskId::new(expected)),
            (Err(ProvisionError::ApprovalRefused), None) => assert!(!folder.path().join("identity.toml").exists()),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_machine_sees_who_answers_before_it_says_anything_secret() {
    let house = House::open().await;
    let office = house.office(Method::POST, "kiosks/K-01/code", Value::Null).await.is(201);
    let kiosks: Url = house.url(Door::Kiosk, "").parse().unwrap();
    let known = Authority::read(&house.authority()).unwrap();
    assert_eq!(reach(&kiosks, Some(&known)).await.unwrap(), Reached::Trusted);

    let Reached::UnknownAuthority(shown, digits) = reach(&kiosks, None).await.unwrap() else { panic!("trusted") };
    assert_eq!(digits.as_str(), office.text_at("/authority_digits"), "the technician compares these");
    assert_eq!(reach(&kiosks, Some(&shown)).await.unwrap(), Reached::Trusted);

    let other = House::open().await;
    let elsewhere: Url = other.url(Door::Kiosk, "").parse().unwrap();
    let problem = async |service: &Url, authority| reach(service, authority).await.unwrap_err().problem;
    assert_eq!(problem(&elsewhere, Some(&known)).await, Problem::NotTrusted);
    let visitors: Url = house.url(Door::Public, "").parse().unwrap();
    assert_eq!(problem(&visitors, Some(&known)).await, Problem::NoService);
    let mut by_name = kiosks.clone();
    by_name.set_host(Some("localhost")).unwrap();
    assert_eq!(problem(&by_name, None).await, Problem::NotTrusted, "its certificate is for another name");
    let mut closed = kiosks;
    closed.set_port(Some(1)).unwrap();
    assert_eq!(problem(&closed, None).await, Problem::NoAnswer);
}
