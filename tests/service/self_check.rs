//! A kiosk's self-check of the network, against the real service and a real coturn.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use muwajaha_core::domain::{CheckPart, CheckVerdict, Finding, Redacted, Remedy};
use muwajaha_demo::stage::{Program, wait_until};
use muwajaha_kiosk::check::{Bench, Stop, parts_named};
use muwajaha_kiosk::config::KioskConfig;
use muwajaha_kiosk::net::tls::Authority;
use muwajaha_kiosk::provisioning::{Order, Voucher, provision};
use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::process::Command;

use super::house::{Door, House, TURN_SECRET};

const RELAYS: [CheckPart; 3] = [CheckPart::RelayUdp, CheckPart::RelayTcp, CheckPart::RelayTls];

/// Ports that were free a moment ago: TURN, and TURN over TLS.
fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

async fn house(ports: [u16; 2]) -> House {
    let [plain, tls] = ports;
    House::open_with(&format!(
        "[turn]\nurls = [\"turn:127.0.0.1:{plain}?transport=udp\", \"turn:127.0.0.1:{plain}?transport=tcp\", \
         \"turns:127.0.0.1:{tls}?transport=tcp\"]\nshared_secret = \"{TURN_SECRET}\"\n\
         [limits]\nrequests_per_second = 1000\n"
    ))
    .await
}

/// coturn with the service's own certificate.
async fn coturn(house: &House, [plain, tls]: [u16; 2], secret: &str) -> Program {
    let folder = house.directory.path();
    let mut text = format!("listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nlistening-port={plain}\n");
    write!(text, "tls-listening-port={tls}\ncert={0}/server.pem\npkey={0}/server-key.pem\n", data(house)).unwrap();
    write!(text, "realm=test\nuse-auth-secret\nstatic-auth-secret={secret}\nallow-loopback-peers\n").unwrap();
    write!(text, "min-port=49300\nmax-port=49399\nno-dtls\nno-cli\nlog-file=stdout\n").unwrap();
    write!(text, "pidfile={0}/turn.pid\nuserdb={0}/users.db\n", folder.display()).unwrap();
    let config = folder.join("turnserver.conf");
    std::fs::write(&config, text).unwrap();
    let mut command = Command::new("turnserver");
    command.arg("-c").arg(config);
    let mut program = Program::start("coturn", command, &folder.join("coturn.log")).unwrap();
    wait_until("coturn", Duration::from_secs(15), Duration::from_millis(50), async || {
        program.check_running()?;
        Ok(TcpStream::connect(("127.0.0.1", tls)).await.ok())
    })
    .await
    .unwrap();
    program
}

fn data(house: &House) -> String {
    house.directory.path().join("data").display().to_string()
}

/// A kiosk of this house as `muwajaha provision` would leave it.
async fn kiosk(house: &House, folder: &Path) -> KioskConfig {
    let code = house.office(Method::POST, "kiosks/K-01/code", Value::Null).await.is(201);
    let order = Order {
        service: house.url(Door::Kiosk, ""),
        voucher: Voucher::Code(Redacted::new(code.text_at("/provisioning_code"))),
        directory: folder.to_owned(),
        authority: Some(Authority::read(&house.authority()).unwrap()),
        anew: false,
    };
    provision(&order, |_| {}).await.unwrap();
    let file = folder.join("kiosk.toml");
    let service = format!("url = \"{}\"\nca_file = \"{}/ca.pem\"", house.url(Door::Kiosk, ""), data(house));
    let reader = "port = \"/nowhere\"\nprotocol = \"rdm6300\"";
    std::fs::write(&file, format!("[service]\n{service}\n[reader]\n{reader}\n")).unwrap();
    KioskConfig::read(&file).unwrap()
}

async fn check(config: &KioskConfig) -> BTreeMap<CheckPart, Finding> {
    let bench = Bench::of(config);
    let check = move || {
        let mut findings = BTreeMap::new();
        let parts = parts_named(&["network".to_owned()]).unwrap();
        bench.check(&parts, &Stop::default(), |finding| _ = findings.insert(finding.part, finding));
        findings
    };
    tokio::task::spawn_blocking(check).await.unwrap()
}

#[tokio::test]
async fn a_whole_network_passes_and_each_fault_of_its_relay_is_named() {
    let ports = free_ports();
    let house = house(ports).await;
    let folder = tempfile::tempdir().unwrap();
    let config = kiosk(&house, folder.path()).await;

    let turn = coturn(&house, ports, TURN_SECRET).await;
    let findings = check(&config).await;
    println!("{findings:#?}");
    assert_eq!(findings.len(), 6);
    for finding in findings.values() {
        assert_eq!(finding.verdict, CheckVerdict::Pass, "{finding:?}");
    }
    turn.stop(Duration::from_secs(5)).await;

    let turn = coturn(&house, ports, "another secret").await;
    let findings = check(&config).await;
    for part in RELAYS {
        assert_eq!(findings[&part].remedy, Some(Remedy::ShareRelaySecret), "{findings:#?}");
    }
    turn.stop(Duration::from_secs(5)).await;

    let findings = check(&config).await;
    for part in RELAYS {
        assert_eq!(findings[&part].remedy, Some(Remedy::OpenFirewall), "{findings:#?}");
    }
    assert_eq!(findings[&CheckPart::Service].verdict, CheckVerdict::Pass);
}

#[tokio::test]
async fn a_kiosk_that_is_revoked_or_has_another_authority_is_told_so() {
    let house = House::open().await;
    let folder = tempfile::tempdir().unwrap();
    let config = kiosk(&house, folder.path()).await;
    house.office(Method::DELETE, "kiosks/K-01", Value::Null).await.is(204);
    let findings = check(&config).await;
    assert_eq!(findings[&CheckPart::Service].remedy, Some(Remedy::ProvisionAnew), "{findings:#?}");

    let stranger = KioskConfig { authority: None, ..config };
    let findings = check(&stranger).await;
    assert_eq!(findings[&CheckPart::Service].remedy, Some(Remedy::MendServiceLine), "{findings:#?}");
    assert!(findings[&CheckPart::Service].value.contains("certificate"), "{findings:#?}");
}

#[tokio::test]
async fn a_relays_credential_is_the_kiosks_own_and_soon_over() {
    let house = House::open().await;
    let machine = house.provision("K-01").await;
    let reply = house.get(Door::Kiosk, &machine, "/v1/kiosk/relays").await.is(200);
    assert_eq!(reply.text_at("/ice_servers/0/urls"), "turn:turn.example:3478");
    let username = reply.text_at("/ice_servers/0/username");
    let (expires, name) = username.split_once(':').unwrap();
    assert_eq!(name, "check:K-01");
    let left = expires.parse::<i64>().unwrap() - house.clock.now_ms() / 1000;
    assert!((60..=120).contains(&left), "{left} s");
    house.get(Door::Kiosk, "", "/v1/kiosk/relays").await.is(403);
}
