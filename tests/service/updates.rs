//! Updates: the files that the service hands to its kiosks, and the kiosk's own thread that fetches them,
//! has root write them and asks for the restart. Root is played here; what it does for real is tried by
//! `make update-test`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use muwajaha_core::domain::{BootTime, KioskId, Now, Redacted, ServiceTime, UpdateFailure, Utc};
use muwajaha_core::session::{Event, KioskCondition, NetEvent, Recovery, Session, Unquiet};
use muwajaha_kiosk::identity::KeptIdentity;
use muwajaha_kiosk::lanes::{EventReceiver, Received, lanes};
use muwajaha_kiosk::net::tls::{self, Authority};
use muwajaha_kiosk::net::{NetSettings, Timings, random_jitter};
use muwajaha_kiosk::provisioning::{Order, Voucher, provision};
use muwajaha_kiosk::update::{MachineFiles, UpdateSettings, UpdateThread, UpdateTimings, note_update};
use muwajaha_wire::fleet::{UpdateStateWire, UpdateWire};
use reqwest::Method;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::sync::watch;

use super::house::{Door, House};

const PATIENCE: Duration = Duration::from_secs(20);
const ROOT: &str = "muwajaha_0.2.0_12ad23cd-35de-1245-2961-2d653f4b04d9.root.raw.gz";
const KERNEL: &str = "muwajaha_0.2.0.efi";

/// A house whose service offers what is in the folder.
async fn house_with(updates: &Path) -> House {
    House::open_with(&format!("[updates]\ndirectory = \"{}\"\n", updates.display())).await
}

/// What `make image` writes: two files of these bytes, their sums, and a signature that nobody here checks.
fn offer(updates: &Path, root: &[u8]) {
    fs::write(updates.join(ROOT), root).unwrap();
    fs::write(updates.join(KERNEL), b"kernel").unwrap();
    let line = |name: &str, bytes: &[u8]| format!("{} *{name}\n", hex::encode(Sha256::digest(bytes)));
    fs::write(updates.join("SHA256SUMS"), line(KERNEL, b"kernel") + &line(ROOT, root)).unwrap();
    fs::write(updates.join("SHA256SUMS.gpg"), "signed").unwrap();
}

/// Root and verity, in small: more than one piece of the service's.
fn root() -> Vec<u8> {
    (0..300_000_u32).flat_map(u32::to_le_bytes).collect()
}

/// A machine that was made K-01, and runs image 0.1.0.
struct Machine {
    folder: TempDir,
    line: NetSettings,
    condition: watch::Sender<KioskCondition>,
}

/// Its thread, and what it says.
struct Running {
    thread: Option<UpdateThread>,
    progress: watch::Receiver<Option<UpdateWire>>,
    events: EventReceiver,
}

impl Machine {
    async fn at(house: &House) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = house.office(Method::POST, "kiosks/K-01/code", Value::Null).await.is(201);
        let authority = Authority::read(&house.authority()).unwrap();
        let order = Order {
            service: house.url(Door::Kiosk, ""),
            voucher: Voucher::Code(Redacted::new(made.text_at("/provisioning_code"))),
            directory: folder.path().to_owned(),
            authority: Some(authority.clone()),
            anew: false,
        };
        provision(&order, |_| {}).await.unwrap();
        let identity = KeptIdentity::read(&folder.path().join("identity.toml")).unwrap();
        let line = NetSettings {
            service: house.url(Door::Kiosk, "").parse().unwrap(),
            kiosk: KioskId::new("K-01"),
            tls: tls::as_kiosk(Some(&authority), identity.clone()).unwrap(),
            identity,
            timings: Timings::default(),
            jitter: random_jitter(),
        };
        let night = "2026-11-25T02:00:00+03:00".parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let service = Some(ServiceTime { at: Utc::from_millis(night), error: Duration::ZERO });
        let now = Now { boot: BootTime::from_millis(1), wall: Utc::from_millis(night), service };
        let session = Session::recover(KioskId::new("K-01"), Recovery::default(), now);
        let condition = watch::Sender::new(session.condition(now));
        assert_eq!(condition.borrow().quiet, Ok(()));
        Self { folder, line, condition }
    }

    fn files(&self) -> MachineFiles {
        MachineFiles { outcome: self.folder.path().join("outcome"), ..MachineFiles::of(self.folder.path()) }
    }

    fn updates(&self) -> PathBuf {
        self.folder.path().join("updates")
    }

    /// Its kiosk starts, in this boot, on this version.
    fn starts(&self, boot_id: &str, running: &str) -> Running {
        self.starts_with(boot_id, running, 0, false)
    }

    fn starts_with(&self, boot_id: &str, running: &str, keep_free_bytes: u64, is_on_trial: bool) -> Running {
        let settings = UpdateSettings {
            directory: self.updates(),
            running: running.to_owned(),
            is_on_trial,
            boot_id: boot_id.to_owned(),
            machine: self.files(),
            keep_free_bytes,
            timings: UpdateTimings {
                first_look: Duration::ZERO,
                look_every: Duration::from_millis(40),
                stall: Duration::from_secs(5),
                install_within: PATIENCE,
                outcome_every: Duration::from_millis(5),
            },
        };
        let (sender, events) = lanes();
        let (tells, progress) = watch::channel(None);
        let condition = self.condition.subscribe();
        let thread = Some(UpdateThread::start(&self.line, settings, condition, tells, sender).unwrap());
        Running { thread, progress, events }
    }

    fn is_needed(&self, why: Option<Unquiet>) {
        self.condition.send_modify(|condition| condition.quiet = why.map_or(Ok(()), Err));
    }

    /// `muwajaha-update.service` ends so.
    fn root_ends(&self, service_result: &str) {
        once("a request", || self.files().update_requested.exists());
        note_update(&self.files().update_requested, &self.files().outcome, service_result).unwrap();
    }
}

impl Running {
    #[track_caller]
    fn says(&self, state: UpdateStateWire, code: Option<&str>) {
        let expected = Some(UpdateWire { version: "0.2.0".to_owned(), state, code: code.map(str::to_owned) });
        once(&format!("{expected:?}"), || *self.progress.borrow() == expected);
    }

    #[track_caller]
    fn records(&self, expected: &NetEvent) {
        let give_up = Instant::now() + PATIENCE;
        while let Some(left) = give_up.checked_duration_since(Instant::now()) {
            if let Received::Event(Event::Net(event)) = self.events.receive(left) {
                assert_eq!(&event, expected);
                return;
            }
        }
        panic!("the session does not hear of {expected:?}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let ended = self.thread.take().unwrap().end();
        assert!(ended.is_ok() || std::thread::panicking(), "the thread panicked");
    }
}

#[track_caller]
fn once(what: &str, is_so: impl Fn() -> bool) {
    let give_up = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < give_up, "not: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn failed(failure: UpdateFailure) -> NetEvent {
    NetEvent::UpdateFailed { version: "0.2.0".to_owned(), failure }
}

#[tokio::test]
async fn a_kiosk_reads_an_update_from_any_byte_on_and_nothing_beside_it() {
    let updates = tempfile::tempdir().unwrap();
    offer(updates.path(), &root());
    fs::create_dir(updates.path().join("folder")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", updates.path().join("link")).unwrap();
    let house = house_with(updates.path()).await;
    let kiosk = house.provision("K-01").await;
    let path = |name: &str| format!("/v1/kiosk/updates/{name}");

    let whole = house.get(Door::Kiosk, &kiosk, &path(KERNEL)).await.is(200);
    assert_eq!((whole.text.as_str(), whole.header("content-length")), ("kernel", "6"));
    let rest = house.get_with(Door::Kiosk, &kiosk, &path(KERNEL), ("range", "bytes=4-")).await.is(206);
    assert_eq!((rest.text.as_str(), rest.header("content-range")), ("el", "bytes 4-5/6"));
    for beyond in ["bytes=6-", "bytes=-2", "bytes=0-1", "bytes=0-,2-"] {
        let answer = house.get_with(Door::Kiosk, &kiosk, &path(KERNEL), ("range", beyond)).await;
        answer.refuses(416, "no-such-range", None);
    }
    for name in ["folder", "link", "nothing", "..%2Fdata%2Fca.pem", "%2Fetc%2Fpasswd", ".hidden", "%00"] {
        house.get(Door::Kiosk, &kiosk, &path(name)).await.refuses(404, "no-update", None);
    }
    house.get(Door::Kiosk, "", &path(KERNEL)).await.refuses(403, "unknown-certificate", None);
    for door in [Door::Public, Door::Admin] {
        house.get(door, &house.admin_token, &path(KERNEL)).await.is(404);
    }
    let told = house.get(Door::Kiosk, &kiosk, "/v1/kiosk/snapshot").await.is(200).json();
    assert_eq!(told["policy"]["update_hours"], serde_json::json!({"from_minute": 60, "until_minute": 300}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_is_taken_when_nobody_needs_the_kiosk_and_is_done_once_it_runs() {
    let updates = tempfile::tempdir().unwrap();
    offer(updates.path(), &root());
    let house = house_with(updates.path()).await;
    let machine = Machine::at(&house).await;
    machine.is_needed(Some(Unquiet::VisitNear));
    let kiosk = machine.starts("boot-1", "0.1.0");
    kiosk.says(UpdateStateWire::Offered, None);
    assert!(!machine.updates().join(KERNEL).exists(), "nothing is fetched beside a visit");

    machine.is_needed(None);
    kiosk.says(UpdateStateWire::Installing, None);
    assert_eq!(fs::read(machine.updates().join(ROOT)).unwrap(), root());
    for name in ["SHA256SUMS", "SHA256SUMS.gpg"] {
        assert_eq!(fs::read(machine.updates().join(name)).unwrap(), fs::read(updates.path().join(name)).unwrap());
    }
    machine.is_needed(Some(Unquiet::InVisit));
    machine.root_ends("success");
    kiosk.says(UpdateStateWire::Installed, None);
    kiosk.records(&NetEvent::UpdateInstalled { version: "0.2.0".to_owned() });
    assert!(!machine.files().restart_requested.exists(), "nobody is thrown out for it");
    machine.is_needed(None);
    once("a restart", || machine.files().restart_requested.exists());
    drop(kiosk);

    // Its first start counts as a trial; it is forgotten once the slot proved itself.
    fs::remove_file(machine.files().restart_requested).unwrap();
    let on_trial = machine.starts_with("boot-2", "0.2.0", 0, true);
    once("no update to tell of", || !machine.updates().join(ROOT).exists());
    assert_eq!(*on_trial.progress.borrow(), None);
    drop(on_trial);
    let good = machine.starts("boot-3", "0.2.0");
    once("nothing to remember", || !machine.updates().join("installed.json").exists());
    assert!(!machine.files().restart_requested.exists());
    drop(good);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_that_does_not_come_up_is_told_once_and_not_taken_again() {
    let updates = tempfile::tempdir().unwrap();
    offer(updates.path(), &root());
    let house = house_with(updates.path()).await;
    let machine = Machine::at(&house).await;
    let kiosk = machine.starts("boot-1", "0.1.0");
    machine.root_ends("success");
    once("a restart", || machine.files().restart_requested.exists());
    drop(kiosk);
    fs::remove_file(machine.files().restart_requested).unwrap();
    fs::remove_file(machine.files().update_requested).unwrap();

    // It was on the screen for a moment, on trial, and the boot loader went back.
    let on_trial = machine.starts_with("boot-2", "0.2.0", 0, true);
    once("its files were given up", || !machine.updates().join(ROOT).exists());
    drop(on_trial);
    let old = machine.starts("boot-3", "0.1.0");
    old.records(&failed(UpdateFailure::RolledBack));
    old.says(UpdateStateWire::Failed, Some("U-02"));
    drop(old);
    fs::write(updates.path().join("SHA256SUMS.gpg"), "signed anew").unwrap();
    let old = machine.starts("boot-4", "0.1.0");
    old.says(UpdateStateWire::Failed, Some("U-02"));
    std::thread::sleep(Duration::from_millis(200));
    assert!(!machine.files().update_requested.exists(), "it had its three tries");
    assert!(matches!(old.events.receive(Duration::ZERO), Received::TimedOut), "it is on record once");
    old.says(UpdateStateWire::Failed, Some("U-02"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_that_root_refuses_waits_for_another_signature() {
    let updates = tempfile::tempdir().unwrap();
    offer(updates.path(), &root());
    let house = house_with(updates.path()).await;
    let machine = Machine::at(&house).await;
    let kiosk = machine.starts("boot-1", "0.1.0");
    machine.root_ends("exit-code");
    kiosk.records(&failed(UpdateFailure::Refused));
    kiosk.says(UpdateStateWire::Failed, Some("U-01"));
    fs::remove_file(machine.files().update_requested).unwrap();
    fs::write(updates.path().join("SHA256SUMS.gpg"), "signed by the facility").unwrap();
    machine.root_ends("success");
    kiosk.says(UpdateStateWire::Installed, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_download_goes_on_from_there_and_changes_nothing_before_it_is_whole() {
    let updates = tempfile::tempdir().unwrap();
    offer(updates.path(), &root());
    let house = house_with(updates.path()).await;
    let machine = Machine::at(&house).await;
    fs::create_dir(machine.updates()).unwrap();
    let half = &root()[..700_001];
    fs::write(machine.updates().join(format!("{ROOT}.part")), half).unwrap();
    fs::write(machine.updates().join("muwajaha_0.1.9.efi"), "an older one").unwrap();
    let kiosk = machine.starts("boot-1", "0.1.0");
    kiosk.says(UpdateStateWire::Installing, None);
    assert_eq!(fs::read(machine.updates().join(ROOT)).unwrap(), root());
    assert!(!machine.updates().join("muwajaha_0.1.9.efi").exists(), "an older download is gone");
    drop(kiosk);

    // Another update's beginning under the same name: found out by its sum, and fetched anew.
    fs::remove_file(machine.updates().join(ROOT)).unwrap();
    fs::write(machine.updates().join(format!("{ROOT}.part")), vec![7; 100]).unwrap();
    fs::remove_file(machine.files().update_requested).unwrap();
    let kiosk = machine.starts("boot-1", "0.1.0");
    kiosk.records(&failed(UpdateFailure::Damaged));
    once("another request", || machine.files().update_requested.exists());
    assert_eq!(fs::read(machine.updates().join(ROOT)).unwrap(), root());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_without_room_keeps_its_room_for_the_record() {
    let updates = tempfile::tempdir().unwrap();
    offer(updates.path(), &root());
    let house = house_with(updates.path()).await;
    let machine = Machine::at(&house).await;
    let kiosk = machine.starts_with("boot-1", "0.1.0", u64::MAX, false);
    kiosk.records(&failed(UpdateFailure::DiskFull));
    kiosk.says(UpdateStateWire::Failed, Some("U-03"));
    assert!(!machine.files().update_requested.exists());
    drop(kiosk);
    let left = fs::read_dir(machine.updates()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["failed.json"], "nothing of it is left on the disk");
    let _kiosk = machine.starts("boot-2", "0.2.0");
    once("it runs after all", || !machine.updates().join("failed.json").exists());
}
