//! A technician before a machine that is no kiosk yet: the real binary on a screen of its own, its keys touched,
//! against the real service.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use muwajaha_core::provisioning::ShortCode;
use muwajaha_demo::detect::ColouredBox;
use muwajaha_demo::prison::{RoomPlan, VisitingRoom, binary};
use muwajaha_demo::script::{KioskScreen, Look};
use muwajaha_demo::stage::{Program, StageDirectory, wait_until};
use reqwest::Method;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use x509_parser::prelude::{FromDer as _, X509Certificate};

const LOOK_EVERY: Duration = Duration::from_millis(100);
const SOON: Duration = Duration::from_secs(15);
/// A finger is no faster; two taps on one key within a frame are one.
const FINGER_PAUSE: Duration = Duration::from_millis(250);
/// The keys of a code, row by row.
const CODE_KEYS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const COLUMNS: usize = 8;
/// The chosen language's button is as dark, and narrower.
const LEAST_NEXT_WIDTH: usize = 250;

/// A machine whose disk is empty, with an image that names its service and no authority.
struct Machine {
    folder: PathBuf,
    program: Program,
    systemd: UnixDatagram,
}

impl Machine {
    fn switched_on(room: &VisitingRoom, display: &str) -> anyhow::Result<Self> {
        let folder = room.directory.folder("empty")?;
        let facility = room.directory.path().join("facility.toml");
        std::fs::write(&facility, format!("service = {:?}\n", room.service.kiosk_url()))?;
        let socket = room.directory.path().join("notify");
        let systemd = UnixDatagram::bind(&socket)?;
        systemd.set_nonblocking(true)?;
        let mut command = Command::new(binary("muwajaha")?);
        command.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY").env("NOTIFY_SOCKET", &socket);
        command.args(["kiosk", "--config"]).arg(folder.join("kiosk.toml")).arg("--facility").arg(&facility);
        let program = Program::start("the machine", command, &room.directory.log("machine"))?;
        Ok(Self { folder, program, systemd })
    }

    async fn logs(&mut self, what: &str) -> anyhow::Result<String> {
        let program = &mut self.program;
        let found = wait_until(what, SOON, LOOK_EVERY, async || {
            program.check_running()?;
            Ok(Some(program.log_text()).filter(|log| log.contains(what)))
        });
        found.await.with_context(|| self.program.tail())
    }

    /// Everything told to systemd so far.
    fn told(&self) -> Vec<String> {
        let mut buffer = [0; 512];
        let mut lines = Vec::new();
        while let Ok(length) = self.systemd.recv(&mut buffer) {
            lines.extend(String::from_utf8_lossy(&buffer[..length]).lines().map(str::to_owned));
        }
        lines
    }
}

/// The keys of the code's keyboard, in their order.
async fn code_keys(screen: &KioskScreen<'_>) -> anyhow::Result<Vec<ColouredBox>> {
    wait_until("the keyboard for the code", SOON, LOOK_EVERY, async || {
        let white = screen.buttons(Look::Plain)?;
        let alike = |key: &ColouredBox| -> Vec<ColouredBox> {
            let is_near =
                |other: &&ColouredBox| other.width.abs_diff(key.width) <= 4 && other.height.abs_diff(key.height) <= 4;
            white.iter().filter(is_near).copied().collect()
        };
        let mut keys = white.iter().map(alike).max_by_key(Vec::len).unwrap_or_default();
        keys.sort_by_key(|key| key.top);
        keys.chunks_mut(COLUMNS).for_each(|row| row.sort_by_key(|key| key.left));
        Ok((keys.len() == CODE_KEYS.len()).then_some(keys))
    })
    .await
}

async fn types(screen: &KioskScreen<'_>, code: &str) -> anyhow::Result<()> {
    let keys = code_keys(screen).await?;
    let letters: Vec<char> = code.chars().filter(|letter| *letter != '-').collect();
    // A busy machine may miss a finger; then "next" rests, and people erase and type anew.
    for _ in 0..3 {
        for letter in &letters {
            let place = CODE_KEYS.find(*letter).context("a code is made of these keys")?;
            touch(screen, keys.get(place)).await?;
        }
        tokio::time::sleep(2 * FINGER_PAUSE).await;
        let next = screen.buttons(Look::Primary)?.into_iter().find(|button| button.width > LEAST_NEXT_WIDTH);
        if next.is_some() {
            return touch(screen, next.as_ref()).await;
        }
        let row = lowest_row(screen)?;
        for _ in &letters {
            touch(screen, row.first()).await?;
        }
    }
    anyhow::bail!("the keys of a code are not taken")
}

async fn touch(screen: &KioskScreen<'_>, key: Option<&ColouredBox>) -> anyhow::Result<()> {
    screen.click(*key.context("there is no such key")?).await?;
    tokio::time::sleep(FINGER_PAUSE).await;
    Ok(())
}

/// The white buttons below the keyboard, from the left: in Arabic erase, no code, back.
fn lowest_row(screen: &KioskScreen<'_>) -> anyhow::Result<Vec<ColouredBox>> {
    let white = screen.buttons(Look::Plain)?;
    let lowest = white.iter().map(|button| button.top).max().unwrap_or_default();
    let mut row: Vec<_> = white.into_iter().filter(|button| lowest - button.top < 8).collect();
    row.sort_by_key(|button| button.left);
    Ok(row)
}

async fn asks_the_office(screen: &KioskScreen<'_>) -> anyhow::Result<()> {
    code_keys(screen).await?;
    let row = lowest_row(screen)?;
    let [_erase, no_code, _back] = row.as_slice() else { anyhow::bail!("{} white buttons below", row.len()) };
    touch(screen, Some(no_code)).await
}

/// The letters of the key in the kiosk's identity.
fn letters_of(identity_file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(identity_file)?.replace("\\n", "\n");
    let certificate = CertificateDer::from_pem_slice(text.as_bytes())?;
    let (_, read) = X509Certificate::from_der(&certificate)?;
    Ok(ShortCode::of_key_sha256(Sha256::digest(read.public_key().raw).into()).as_str().to_owned())
}

#[tokio::test]
async fn a_technician_without_a_code_reads_the_machines_letters_to_the_office() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let room = VisitingRoom::open(StageDirectory::create(None)?, RoomPlan::quiet()).await?;
    let display = room.display.clone().context("the room has a display of its own")?;
    let mut machine = Machine::switched_on(&room, display.name())?;
    machine.logs("digits=").await?;
    display.wait_for_window(SOON).await?;
    let screen = KioskScreen::of(&display)?;
    screen.wait_until_drawn(SOON).await?;
    screen.press(Look::Accept, "\"all the same\"", SOON).await?;
    asks_the_office(&screen).await?;
    let letters = wait_until("the machine in the office's list", SOON, LOOK_EVERY, async || {
        let listed = room.service.admin(Method::GET, "/v1/admin/introductions", None).await?;
        Ok(listed["items"][0]["short_code"].as_str().map(str::to_owned))
    })
    .await?;
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wizard");
    tokio::time::sleep(2 * FINGER_PAUSE).await;
    screen.save(&pictures, "letters")?;
    let approval = json!({"kiosk": "K-01", "staff": "t-1"});
    let path = format!("/v1/admin/introductions/{letters}/approval");
    room.service.admin(Method::POST, &path, Some(&approval)).await?;
    machine.logs("this machine is a kiosk now").await?;
    ensure!(letters_of(&machine.folder.join("identity.toml"))? == letters, "the office approved this machine's key");
    machine.program.stop(Duration::from_secs(10)).await;
    drop(screen);
    drop(display);
    room.close().await;
    Ok(())
}

#[tokio::test]
async fn a_technician_makes_an_empty_machine_a_kiosk_on_its_own_screen() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let room = VisitingRoom::open(StageDirectory::create(None)?, RoomPlan::quiet()).await?;
    let display = room.display.clone().context("the room has a display of its own")?;
    let mut machine = Machine::switched_on(&room, display.name())?;
    let log = machine.logs("digits=").await?;
    display.wait_for_window(SOON).await?;
    let screen = KioskScreen::of(&display)?;
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wizard");

    // The service's authority is not known: its digits are compared with the office's.
    let code = room.service.admin(Method::POST, "/v1/admin/kiosks/K-01/code", None).await?;
    let at_office = code["authority_digits"].as_str().context("the office sees digits")?;
    ensure!(log.contains(at_office), "the digits are not the office's {at_office}: {log}");
    screen.wait_until_drawn(SOON).await?;
    screen.save(&pictures, "digits")?;
    screen.press(Look::Accept, "\"all the same\"", SOON).await?;
    wait_until("a drawn wizard's mark of a good boot", SOON, LOOK_EVERY, async || {
        Ok(machine.folder.join("runtime/first-frames-drawn").exists().then_some(()))
    })
    .await?;
    let mut told = machine.told();

    // A wrong code is told, and nothing is changed.
    types(&screen, "AAAA-AAAA-AAAA").await?;
    machine.logs("P-21").await?;
    ensure!(!machine.folder.join("identity.toml").exists());
    code_keys(&screen).await?;
    screen.save(&pictures, "refused")?;

    types(&screen, code["provisioning_code"].as_str().context("a code")?).await?;
    machine.logs("this machine is a kiosk now").await?;
    wait_until("the kiosk's socket at the service", Duration::from_secs(30), LOOK_EVERY, async || {
        machine.program.check_running()?;
        let kiosks = room.service.admin(Method::GET, "/v1/admin/kiosks", None).await?;
        let kiosks = kiosks["items"].as_array().context("a list")?;
        Ok(kiosks.iter().any(|kiosk| kiosk["id"] == "K-01" && kiosk["connected"] == true).then_some(()))
    })
    .await
    .with_context(|| machine.program.tail())?;
    screen.wait_until_drawn(SOON).await?;
    screen.save(&pictures, "locked")?;
    told.extend(machine.told());
    ensure!(!told.iter().any(|line| line == "STOPPING=1"), "the same service goes on: {told:?}");
    ensure!(told.iter().any(|line| line == "STATUS=waits to be provisioned"), "{told:?}");
    let log = machine.program.log_text();
    ensure!(!log.contains(code["provisioning_code"].as_str().unwrap_or_default()), "a code reaches no log");
    machine.program.stop(Duration::from_secs(10)).await;
    drop(screen);
    drop(display);
    room.close().await;
    Ok(())
}
