//! How a machine becomes a kiosk, stays one, and is none any more.

use std::time::Duration;

use muwajaha_service::{AdminCommand, administer};
use muwajaha_wire::kiosk::ToKiosk;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P384_SHA384,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Door, House, Machine, request_for};

const TIME: &str = "/v1/kiosk/time";
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn new_code(house: &House, kiosk: &str) -> String {
    let made = house.office(Method::POST, &format!("kiosks/{kiosk}/code"), Value::Null).await;
    made.is(201).text_at("/provisioning_code")
}

/// What the change log says of provisioning and certificates: who, what, about whom, and how.
async fn log(house: &House) -> Vec<[String; 4]> {
    let changes = house.office(Method::GET, "changes", Value::Null).await.is(200).json();
    let rows = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| ["who", "what", "subject", "detail"].map(|field| row[field].as_str().unwrap().to_owned()));
    rows.filter(|[who, what, ..]| who == "provisioning" || what.contains("certificate")).collect()
}

#[tokio::test]
async fn a_code_makes_a_machine_a_kiosk_once() {
    let house = House::open().await;
    let code = new_code(&house, "K-01").await;
    let key = KeyPair::generate().unwrap();
    let given = house.type_code_with(&code.to_lowercase().replace('-', " "), &request_for(&key)).await.is(200);
    assert_eq!((given.text_at("/kiosk"), given.text_at("/facility")), ("K-01".to_owned(), "karkh".to_owned()));
    let machine = Machine::new(&given.text_at("/certificate"), &key, &house.authority());
    house.get(Door::Kiosk, &machine, TIME).await.is(200);
    house.type_code(&code).await.refuses(403, "unknown-code", Some("/code"));
    house.get(Door::Kiosk, &machine, TIME).await.is(200);

    let kiosks = house.office(Method::GET, "kiosks", Value::Null).await.is(200);
    assert_eq!(kiosks.json()["items"][0]["provisioned"], true);
    assert_eq!(kiosks.json()["items"][1]["provisioned"], false);
    let told = log(&house).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], ["provisioning", "kiosk provisioned", "K-01", "from 127.0.0.1"]);
    assert_eq!(told[1], ["provisioning", "provisioning refused", "", "unknown, used or expired code, from 127.0.0.1"]);
}

#[tokio::test]
async fn what_fails_after_a_code_was_used_does_not_lose_the_answer() {
    let house = House::open().await;
    let database = rusqlite::Connection::open(house.directory.path().join("data/service.db")).unwrap();
    database.busy_timeout(Duration::from_secs(5)).unwrap();
    let code = new_code(&house, "K-01").await;
    database.execute_batch("ALTER TABLE bookings RENAME TO elsewhere").unwrap();
    let before = house.redeem_code(&code).await;
    house.get(Door::Kiosk, &before, TIME).await.is(200);
    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    house.get(Door::Kiosk, &before, TIME).await.refuses(403, "kiosk-revoked", None);
}

#[tokio::test]
async fn a_code_dies_of_five_mistakes_of_a_day_and_of_a_newer_one() {
    let house = House::open_with("[limits]\nrequests_per_second = 1000\nprovisions_per_minute = 100\n").await;
    let code = new_code(&house, "K-01").await;
    let wrong = format!("{}-AAAA-AAAA", &code[..4]);
    for _ in 0..5 {
        house.type_code(&wrong).await.refuses(403, "unknown-code", Some("/code"));
    }
    house.type_code(&code).await.refuses(403, "unknown-code", Some("/code"));
    let told = log(&house).await;
    assert_eq!(told.len(), 6);
    assert_eq!(told[0], ["provisioning", "provisioning refused", "K-01", "mistyped code, from 127.0.0.1"]);

    let older = new_code(&house, "K-01").await;
    let newer = new_code(&house, "K-01").await;
    house.type_code(&older).await.refuses(403, "unknown-code", Some("/code"));
    house.clock.advance(A_DAY);
    house.type_code(&newer).await.refuses(403, "unknown-code", Some("/code"));
    for nonsense in ["", "ABCD", "ABCD-EFGH-JKLM-NPQR"] {
        house.type_code(nonsense).await.refuses(403, "unknown-code", Some("/code"));
    }
    house.redeem_code(&new_code(&house, "K-01").await).await;
    let all = house.office(Method::GET, "changes", Value::Null).await.is(200).text;
    assert!(!all.contains(&older) && !all.contains(&newer[5..]), "no code is in the log");
}

#[tokio::test]
async fn a_request_that_cannot_be_signed_uses_up_no_code() {
    let house = House::open_with("[limits]\nrequests_per_second = 1000\nprovisions_per_minute = 100\n").await;
    let code = new_code(&house, "K-01").await;
    let good = request_for(&KeyPair::generate().unwrap());
    let mut torn: Vec<&str> = good.lines().collect();
    torn.swap(1, 2);
    let other_curve = request_for(&KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap());
    for request in ["", "none", &torn.join("\n"), &other_curve, &good.repeat(100)] {
        house.type_code_with(&code, request).await.refuses(422, "invalid-field", Some("/certificate_request"));
    }
    house.redeem_code(&code).await;
}

#[tokio::test]
async fn a_certificate_says_what_the_service_says_and_not_what_was_asked_for() {
    let house = House::open().await;
    let key = KeyPair::generate().unwrap();
    let mut wish = CertificateParams::new(vec!["visit.example".to_owned()]).unwrap();
    wish.distinguished_name.push(DnType::CommonName, "K-02");
    wish.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let wish = wish.serialize_request(&key).unwrap().pem().unwrap();
    let given = house.type_code_with(&new_code(&house, "K-01").await, &wish).await.is(200).text_at("/certificate");
    let machine = Machine::new(&given, &key, &house.authority());
    let (_, read) = x509_parser::parse_x509_certificate(&machine.certificate).unwrap();
    assert_eq!(read.subject().to_string(), "CN=K-01");
    let usage = read.extended_key_usage().unwrap().unwrap().value.clone();
    assert!(usage.client_auth && !usage.server_auth && !usage.any, "{usage:?}");
    assert!(read.subject_alternative_name().unwrap().is_none());
    assert!(!read.is_ca());
    let life = (read.validity().not_after.timestamp() - house.clock.now_ms() / 1000) / (24 * 60 * 60);
    assert!((89..=90).contains(&life), "{life} days");
}

#[tokio::test]
async fn a_machine_that_replaces_another_puts_the_older_one_out() {
    let house = House::open().await;
    let older = house.provision("K-01").await;
    let renewed = house.renew(&older).await;
    let mut socket = house.kiosk_socket(&older).await.unwrap();
    assert_eq!(socket.next_json().await, json!({"type": "snapshot_changed"}));
    let newer = house.provision("K-01").await;
    assert_eq!(socket.next_json().await, serde_json::to_value(ToKiosk::Revoked).unwrap());
    assert_eq!(socket.next_text().await, None);
    for out in [&older, &renewed] {
        house.get(Door::Kiosk, out, TIME).await.refuses(403, "unknown-certificate", None);
    }
    house.get(Door::Kiosk, &newer, TIME).await.is(200);
}

#[tokio::test]
async fn a_certificate_is_renewed_and_the_one_before_is_good_until_its_own_end() {
    let house = House::open().await;
    let first = house.provision("K-01").await;
    house.clock.advance(60 * A_DAY);
    // An answer that is lost on the way leaves the kiosk as it was.
    let lost = house.renew(&first).await;
    let second = house.renew(&first).await;
    house.get(Door::Kiosk, &lost, TIME).await.refuses(403, "unknown-certificate", None);
    for good in [&first, &second] {
        house.get(Door::Kiosk, good, TIME).await.is(200);
    }
    house.clock.advance(31 * A_DAY);
    assert!(first.is_cut_off(&house).await, "its 90 days are over");
    house.get(Door::Kiosk, &second, TIME).await.is(200);
    let third = house.renew(&second).await;
    house.get(Door::Kiosk, &third, TIME).await.is(200);
    let told = log(&house).await;
    assert_eq!(told[1], ["K-01", "kiosk certificate renewed", "K-01", ""]);
    assert_eq!(told.len(), 4);
}

#[tokio::test]
async fn a_revoked_kiosk_gets_no_further_by_any_of_its_certificates() {
    let house = House::open().await;
    let first = house.provision("K-01").await;
    let second = house.renew(&first).await;
    let beside = house.provision("K-02").await;
    let code = new_code(&house, "K-01").await;
    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    for machine in [&first, &second] {
        house.get(Door::Kiosk, machine, TIME).await.refuses(403, "kiosk-revoked", None);
        let request = json!({"certificate_request": request_for(&KeyPair::generate().unwrap())});
        let renewal = house.ask(Door::Kiosk, machine, Method::POST, "/v1/kiosk/certificate", request).await;
        renewal.refuses(403, "kiosk-revoked", None);
    }
    house.type_code(&code).await.refuses(403, "unknown-code", Some("/code"));
    house.get(Door::Kiosk, &beside, TIME).await.is(200);
}

/// Somebody else's authority, under the name of the service's own.
fn forger() -> Issuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Muwajaha kiosks");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    Issuer::new(params, KeyPair::generate().unwrap())
}

fn certificate_of(kiosk: &str, key: &KeyPair, issuer: &Issuer<'_, KeyPair>) -> String {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, kiosk);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.signed_by(key, issuer).unwrap().pem()
}

#[tokio::test]
async fn a_certificate_that_is_not_the_services_own_opens_nothing() {
    let house = House::open().await;
    house.provision("K-01").await;
    let key = KeyPair::generate().unwrap();
    let forged = Machine::new(&certificate_of("K-01", &key, &forger()), &key, &house.authority());
    assert!(forged.is_cut_off(&house).await);
    // The service's authority for servers signs no kiosk; nor does its own for kiosks behind its back.
    let data = house.directory.path().join("data");
    let issuer = |name: &str| {
        let read = |file: String| std::fs::read_to_string(data.join(file)).unwrap();
        let key = KeyPair::from_pem(&read(format!("{name}-key.pem"))).unwrap();
        Issuer::from_ca_cert_pem(&read(format!("{name}.pem")), key).unwrap()
    };
    let by_servers = Machine::new(&certificate_of("K-01", &key, &issuer("ca")), &key, &house.authority());
    assert!(by_servers.is_cut_off(&house).await);
    let unlisted = Machine::new(&certificate_of("K-01", &key, &issuer("kiosk-ca")), &key, &house.authority());
    house.get(Door::Kiosk, &unlisted, TIME).await.refuses(403, "unknown-certificate", None);
}

#[tokio::test]
async fn kiosks_are_known_again_after_a_restart_and_the_authoritys_key_is_the_services_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::open().await;
    let machine = house.provision("K-01").await;
    let key = house.directory.path().join("data/kiosk-ca-key.pem");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let house = house.restart().await;
    house.get(Door::Kiosk, &machine, TIME).await.is(200);
}

/// The facility's authority as two PEM files, and what `[kiosk]` says of it.
fn facilitys_authority(folder: &std::path::Path, may_sign: bool) -> String {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Karkh machines");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![if may_sign { KeyUsagePurpose::KeyCertSign } else { KeyUsagePurpose::DigitalSignature }];
    let key = KeyPair::generate().unwrap();
    std::fs::write(folder.join("karkh.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(folder.join("karkh-key.pem"), key.serialize_pem()).unwrap();
    let path = |file: &str| folder.join(file).display().to_string();
    format!("[kiosk.client_ca]\ncertificate = {:?}\nkey = {:?}\n", path("karkh.pem"), path("karkh-key.pem"))
}

#[tokio::test]
async fn a_facility_may_give_its_own_authority() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::open_with(&facilitys_authority(folder.path(), true)).await;
    let machine = house.provision("K-01").await;
    house.get(Door::Kiosk, &machine, TIME).await.is(200);
    let (_, read) = x509_parser::parse_x509_certificate(&machine.certificate).unwrap();
    assert_eq!(read.issuer().to_string(), "CN=Karkh machines");
    assert!(!house.directory.path().join("data/kiosk-ca.pem").exists());
}

#[tokio::test]
async fn an_authority_that_cannot_sign_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let settings = facilitys_authority(folder.path(), true);
    let foreign_key = KeyPair::generate().unwrap().serialize_pem();
    std::fs::write(folder.path().join("karkh-key.pem"), foreign_key).unwrap();
    let refused = House::refusal_to_open(&settings).await;
    assert!(refused.contains("karkh-key.pem") && refused.contains("is not the key of"), "{refused}");
    let refused = House::refusal_to_open(&facilitys_authority(folder.path(), false)).await;
    assert!(refused.contains("karkh.pem") && refused.contains("may not sign others"), "{refused}");
    std::fs::write(folder.path().join("karkh-key.pem"), "none").unwrap();
    let refused = House::refusal_to_open(&settings).await;
    assert!(refused.contains("karkh-key.pem") && refused.contains("no private key"), "{refused}");
}

#[tokio::test]
async fn a_technician_takes_a_hall_of_kiosks_along_on_a_stick() {
    let house = House::open().await;
    let stick = tempfile::tempdir().unwrap();
    let names_file = stick.path().join("names.txt");
    let add_kiosks = async |names: &str| {
        std::fs::write(&names_file, names).unwrap();
        let (names_file, files) = (names_file.clone(), Some(stick.path().to_owned()));
        administer(&house.config(), AdminCommand::AddKiosks { names_file, room: "hall-1".to_owned(), days: 7, files })
            .await
    };
    let refused = add_kiosks("K-10\nK-01\n").await.unwrap_err().to_string();
    assert!(refused.contains("K-01 is there already: nothing was made"), "{refused}");
    let kiosks = house.office(Method::GET, "kiosks", Value::Null).await.is(200).json();
    assert_eq!(kiosks["items"].as_array().unwrap().len(), 2);

    let made = add_kiosks("# hall 1\nK-10\nK-11\n").await.unwrap();
    assert_eq!(made.as_array().unwrap().len(), 2);
    house.clock.advance(6 * A_DAY);
    for (index, name) in ["K-10", "K-11"].into_iter().enumerate() {
        let file = std::fs::read_to_string(stick.path().join(format!("{name}.provisioning"))).unwrap();
        assert_eq!(file, made[index]["signed_order"].as_str().unwrap());
        let machine = house.redeem_code(made[index]["provisioning_code"].as_str().unwrap()).await;
        house.get(Door::Kiosk, &machine, TIME).await.is(200);
    }
    let too_long = house.office(Method::POST, "kiosks/K-01/code?days=31", Value::Null).await;
    too_long.refuses(422, "invalid-field", Some("/days"));
}
