//! A technician provisions a machine: once, again, with a wrong code, into a folder that is none.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use muwajaha_core::domain::{KioskId, Redacted};
use muwajaha_core::provisioning::ShortCode;
use rcgen::{CertificateSigningRequestParams, PublicKeyData as _};
use reqwest::Url;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::{
    Identity, Introduced, Order, ProvisionError, Provisioned, StickError, Voucher, kiosks_on, order_from_file,
    provision,
};
use crate::identity::signer::{self, ALWAYS};
use crate::net::tests::service::{Answer, Asked, Service};
use crate::net::tls::Authority;

const CODE: &str = "ABCD-EFGH-JKLM";

/// The code of another kiosk.
const OTHER_CODE: &str = "NPQR-STUV-WXYZ";

/// A service that takes each code once, and knows the certificate that it gave last.
fn service() -> Service {
    let (codes, given) = (Mutex::new(vec![(CODE, "K-01"), (OTHER_CODE, "K-07")]), Mutex::new(None));
    Service::over_tls(move |asked: &Asked| match asked.call() {
        "provision" => {
            let (body, mut codes) = (asked.json(), codes.lock().unwrap());
            let Some(place) = codes.iter().position(|(code, _)| body["code"] == *code) else {
                return Answer::problem(403, "unknown-code");
            };
            let kiosk = codes.remove(place).1;
            let certificate = signer::sign(kiosk, body["certificate_request"].as_str().unwrap(), ALWAYS);
            *given.lock().unwrap() = Some(signer::hash_of_pem(&certificate));
            Answer::json(200, &json!({"kiosk": kiosk, "facility": "karkh", "certificate": certificate}))
        }
        "time" if asked.certificate.is_some() && asked.certificate == *given.lock().unwrap() => {
            Answer::json(200, &json!({"now_ms": 1_900_000_000_000_i64}))
        }
        _ => Answer::problem(403, "unknown-certificate"),
    })
}

struct Technician {
    folder: TempDir,
    service: Service,
}

impl Technician {
    fn arrives() -> Self {
        let technician = Self { folder: tempfile::tempdir().unwrap(), service: service() };
        std::fs::write(technician.authority(), technician.service.authority()).unwrap();
        technician
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    fn kiosk(&self) -> PathBuf {
        self.folder.path().join("kiosk")
    }

    fn provisions(&self, code: &str, directory: &Path) -> Result<Provisioned, ProvisionError> {
        Self::carries_out(&self.order(code, directory))
    }

    fn order(&self, code: &str, directory: &Path) -> Order {
        Order {
            service: self.service.url().to_string(),
            voucher: Voucher::Code(Redacted::new(code.to_owned())),
            directory: directory.to_owned(),
            authority: Some(Authority::read(&self.authority()).unwrap()),
            anew: false,
        }
    }

    fn carries_out(order: &Order) -> Result<Provisioned, ProvisionError> {
        Self::is_told(order, |_| {})
    }

    fn is_told(order: &Order, told: impl Fn(Introduced)) -> Result<Provisioned, ProvisionError> {
        crate::net::install_crypto();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(provision(order, told))
    }

    fn codes_handed_over(&self) -> usize {
        self.service.asked().iter().filter(|asked| asked.call() == "provision").count()
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_code_makes_a_machine_a_kiosk_whose_identity_is_its_owners_alone() {
    let technician = Technician::arrives();
    let done = technician.provisions(CODE, &technician.kiosk()).unwrap();
    assert_eq!(done, Provisioned::Anew(KioskId::new("K-01")));
    let identity_file = technician.kiosk().join("identity.toml");
    let identity = Identity::read(&identity_file).unwrap();
    assert_eq!(identity.kiosk.as_str(), "K-01");
    assert!(!technician.service.asked()[0].json().to_string().contains("PRIVATE"), "the key stays here");
    assert_eq!(mode(&identity_file), 0o600);
    assert_eq!(names(&technician.kiosk()), ["ca.pem", "identity.toml", "kiosk.toml"], "nothing else is left");
    let config = crate::config::KioskConfig::read(&technician.kiosk().join("kiosk.toml")).unwrap();
    assert_eq!(config.service, *technician.service.url());
}

#[test]
fn a_second_run_harms_nothing_and_does_not_use_the_code() {
    let technician = Technician::arrives();
    technician.provisions(CODE, &technician.kiosk()).unwrap();
    let config = technician.kiosk().join("kiosk.toml");
    let edited = std::fs::read_to_string(&config).unwrap() + "# the technician's own line\n";
    std::fs::write(&config, &edited).unwrap();
    let identity = std::fs::read(technician.kiosk().join("identity.toml")).unwrap();

    let again = technician.provisions("NEWER-CODE", &technician.kiosk()).unwrap();
    assert_eq!(again, Provisioned::AsBefore(KioskId::new("K-01")));
    assert_eq!(technician.codes_handed_over(), 1);
    assert_eq!(std::fs::read_to_string(&config).unwrap(), edited);
    assert_eq!(std::fs::read(technician.kiosk().join("identity.toml")).unwrap(), identity);
}

#[test]
fn a_code_that_is_refused_or_used_leaves_nothing_and_says_what_to_do() {
    let technician = Technician::arrives();
    let wrong = technician.provisions("AAAA-AAAA-AAAA", &technician.kiosk()).unwrap_err();
    assert!(matches!(&wrong, ProvisionError::CodeRefused(_)), "{wrong}");
    assert!(wrong.to_string().contains("kiosk-code"), "{wrong}");
    assert!(!wrong.to_string().contains("AAAA"), "a code reaches no log");
    assert!(names(&technician.kiosk()).is_empty(), "{:?}", names(&technician.kiosk()));

    technician.provisions(CODE, &technician.kiosk()).unwrap();
    let other = technician.folder.path().join("other");
    let used = technician.provisions(CODE, &other).unwrap_err();
    assert!(matches!(used, ProvisionError::CodeRefused(_)), "{used}");
    assert!(names(&other).is_empty());
}

#[test]
fn an_identity_that_the_service_no_longer_takes_is_replaced() {
    let technician = Technician::arrives();
    std::fs::create_dir(technician.kiosk()).unwrap();
    let identity_file = technician.kiosk().join("identity.toml");
    let stale = signer::identity("K-01", ALWAYS).to_toml();
    std::fs::write(&identity_file, &stale).unwrap();
    let done = technician.provisions(CODE, &technician.kiosk()).unwrap();
    assert_eq!(done, Provisioned::Anew(KioskId::new("K-01")));
    assert_eq!(mode(&identity_file), 0o600);
    assert_ne!(std::fs::read_to_string(&identity_file).unwrap(), stale);
}

#[test]
fn a_certificate_that_has_ended_is_replaced() {
    let technician = Technician::arrives();
    std::fs::create_dir(technician.kiosk()).unwrap();
    let ended = signer::identity("K-01", 1990..=1999);
    std::fs::write(technician.kiosk().join("identity.toml"), ended.to_toml()).unwrap();
    let done = technician.provisions(CODE, &technician.kiosk()).unwrap();
    assert_eq!(done, Provisioned::Anew(KioskId::new("K-01")));
}

#[test]
fn a_machine_becomes_another_kiosk_only_when_that_is_asked_for() {
    let technician = Technician::arrives();
    technician.provisions(CODE, &technician.kiosk()).unwrap();
    let identity_file = technician.kiosk().join("identity.toml");
    let before = std::fs::read_to_string(&identity_file).unwrap();
    let order = technician.order(OTHER_CODE, &technician.kiosk());
    assert_eq!(Technician::carries_out(&order).unwrap(), Provisioned::AsBefore(KioskId::new("K-01")));
    assert_eq!(std::fs::read_to_string(&identity_file).unwrap(), before);

    let wrong = Order { anew: true, ..technician.order("AAAA-AAAA-AAAA", &technician.kiosk()) };
    let refused = Technician::carries_out(&wrong).unwrap_err();
    assert!(matches!(refused, ProvisionError::CodeRefused(_)), "{refused}");
    assert_eq!(std::fs::read_to_string(&identity_file).unwrap(), before, "nothing is changed");

    let done = Technician::carries_out(&Order { anew: true, ..order }).unwrap();
    assert_eq!(done, Provisioned::Anew(KioskId::new("K-07")));
    assert_eq!(Identity::read(&identity_file).unwrap().kiosk.as_str(), "K-07");
    assert_eq!(names(&technician.kiosk()), ["ca.pem", "identity.toml", "kiosk.toml"], "no older key is left");
}

#[test]
fn a_configuration_for_another_service_is_told_before_the_code_is_used() {
    let technician = Technician::arrives();
    std::fs::create_dir(technician.kiosk()).unwrap();
    let config = technician.kiosk().join("kiosk.toml");
    for (text, is_other) in [(crate::config::EXAMPLE, true), ("[servce]", false)] {
        std::fs::write(&config, text).unwrap();
        let refused = technician.provisions(CODE, &technician.kiosk()).unwrap_err();
        assert_eq!(matches!(refused, ProvisionError::OtherService { .. }), is_other, "{refused}");
        assert!(refused.to_string().contains("kiosk.toml"), "{refused}");
    }
    let without_authority = Order { authority: None, ..technician.order(CODE, &technician.kiosk()) };
    let ours = crate::config::EXAMPLE.replace("https://visits.example:8444", technician.service.url().as_str());
    std::fs::write(&config, ours).unwrap();
    let refused = Technician::carries_out(&without_authority).unwrap_err();
    assert!(matches!(refused, ProvisionError::OtherService { .. }), "{refused}");
    assert_eq!(technician.codes_handed_over(), 0);
    technician.provisions(CODE, &technician.kiosk()).unwrap();
}

#[test]
fn a_certificate_for_another_key_is_not_taken() {
    let technician = Technician::arrives();
    technician.service.now_answers(|_| {
        let key = crate::identity::FreshKey::generate().unwrap();
        let certificate = signer::sign("K-01", &key.request().unwrap(), ALWAYS);
        Answer::json(200, &json!({"kiosk": "K-01", "facility": "karkh", "certificate": certificate}))
    });
    let refused = technician.provisions(CODE, &technician.kiosk()).unwrap_err();
    assert!(matches!(refused, ProvisionError::Unreachable(_)), "{refused}");
    assert!(names(&technician.kiosk()).is_empty());
}

/// A folder in which nobody makes a file, root neither.
fn unwritable(technician: &Technician) -> PathBuf {
    let folder = technician.kiosk();
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o500)).unwrap();
    let is_root = std::fs::write(folder.join("probe"), "").is_ok();
    if is_root { PathBuf::from("/proc/self") } else { folder }
}

#[test]
fn a_folder_that_cannot_be_written_does_not_burn_the_code() {
    let technician = Technician::arrives();
    let refused = technician.provisions(CODE, &unwritable(&technician)).unwrap_err();
    assert!(matches!(&refused, ProvisionError::File { .. }), "{refused}");
    assert!(refused.to_string().contains("--dir"), "{refused}");
    assert_eq!(technician.codes_handed_over(), 0, "the code is still good");
    technician.provisions(CODE, &technician.folder.path().join("writable")).unwrap();
}

#[test]
fn a_configuration_that_cannot_be_written_does_not_burn_the_code_and_leaves_nothing() {
    let technician = Technician::arrives();
    let in_the_way = technician.kiosk().join("kiosk.new");
    std::fs::create_dir_all(&in_the_way).unwrap();
    let refused = technician.provisions(CODE, &technician.kiosk()).unwrap_err();
    assert!(matches!(&refused, ProvisionError::File { path, .. } if path.ends_with("kiosk.toml")), "{refused}");
    assert_eq!(technician.codes_handed_over(), 0, "the code is still good");
    std::fs::remove_dir(in_the_way).unwrap();
    assert_eq!(std::fs::read_dir(technician.kiosk()).unwrap().count(), 0);
    technician.provisions(CODE, &technician.kiosk()).unwrap();
}

#[test]
fn a_file_left_readable_for_others_does_not_show_the_key() {
    let technician = Technician::arrives();
    std::fs::create_dir(technician.kiosk()).unwrap();
    let left = technician.kiosk().join("identity.new");
    std::fs::write(&left, "left behind").unwrap();
    std::fs::set_permissions(&left, std::fs::Permissions::from_mode(0o644)).unwrap();
    technician.provisions(CODE, &technician.kiosk()).unwrap();
    assert_eq!(mode(&technician.kiosk().join("identity.toml")), 0o600);
    assert!(!left.exists());
}

#[test]
fn a_service_that_nobody_vouches_for_gets_no_code() {
    let technician = Technician::arrives();
    std::fs::write(technician.authority(), Service::over_tls(|_| Answer::Silence).authority()).unwrap();
    let refused = technician.provisions(CODE, &technician.kiosk()).unwrap_err();
    assert!(matches!(&refused, ProvisionError::Unreachable(_)), "{refused}");
    assert_eq!(technician.codes_handed_over(), 0);
}

#[test]
fn a_word_of_the_office_that_is_cut_off_is_asked_for_again() {
    let technician = Technician::arrives();
    let (request, times) = (Mutex::new(String::new()), Mutex::new(0));
    technician.service.now_answers(move |asked| match asked.call() {
        "introductions" => {
            *request.lock().unwrap() = asked.json()["certificate_request"].as_str().unwrap().to_owned();
            let told = json!({"token": "t", "holds_for_seconds": 600, "ask_again_seconds": 1});
            Answer::json(201, &told)
        }
        "outcome" => {
            let certificate = signer::sign("K-01", &request.lock().unwrap(), ALWAYS);
            let given = json!({"state": "approved", "kiosk": "K-01", "facility": "karkh", "certificate": certificate});
            let mut times = times.lock().unwrap();
            *times += 1;
            match *times {
                1 => Answer::CutOff(given.to_string().into_bytes()[..100].to_vec()),
                _ => Answer::json(200, &given),
            }
        }
        call => panic!("{call}"),
    });
    let order = Order { voucher: Voucher::Office, ..technician.order("", &technician.kiosk()) };
    assert_eq!(Technician::carries_out(&order).unwrap(), Provisioned::Anew(KioskId::new("K-01")));
    assert_eq!(technician.service.asked().len(), 3);
}

#[test]
fn the_short_code_is_that_of_the_machines_key_whatever_is_answered() {
    let technician = Technician::arrives();
    technician.service.now_answers(|asked| match asked.call() {
        "introductions" => {
            let others = "QK7M-2PWB-9CDR-HXT4";
            let told = json!({"short_code": others, "token": "t", "holds_for_seconds": 600, "ask_again_seconds": 1});
            Answer::json(201, &told)
        }
        _ => Answer::json(200, &json!({"state": "refused"})),
    });
    let order = Order { voucher: Voucher::Office, ..technician.order("", &technician.kiosk()) };
    let told = Mutex::new(None);
    let done = Technician::is_told(&order, |introduced| *told.lock().unwrap() = Some(introduced.short_code));
    assert!(matches!(done, Err(ProvisionError::ApprovalRefused)));
    let request = technician.service.asked()[0].json()["certificate_request"].as_str().unwrap().to_owned();
    let key = CertificateSigningRequestParams::from_pem(&request).unwrap().public_key;
    let expected = ShortCode::of_key_sha256(Sha256::digest(key.subject_public_key_info()).into());
    assert_eq!(told.into_inner().unwrap(), Some(expected));
}

#[test]
fn a_stick_says_all_that_the_command_line_would() {
    let technician = Technician::arrives();
    let (file, signed_by) =
        (technician.folder.path().join("K-01.provisioning"), technician.folder.path().join("kiosks.pem"));
    std::fs::write(&signed_by, signer::authority()).unwrap();
    let order = |version: u32| {
        let (service, authority) = (technician.service.url().as_str(), technician.service.authority());
        let order =
            json!({"version": version, "kiosk": "K-01", "service": service, "authority": authority, "code": CODE});
        signer::sign_order(&order.to_string())
    };
    let read = || order_from_file(&file, &signed_by, technician.kiosk(), false);
    std::fs::write(&file, order(2)).unwrap();
    assert!(matches!(read(), Err(StickError::OtherVersion { version: 2, .. })));
    std::fs::write(&file, signer::sign_order("{\"version\": 1}")).unwrap();
    assert!(matches!(read(), Err(StickError::NoOrder { .. })));
    std::fs::write(&file, order(1)).unwrap();
    assert!(!format!("{:?}", read().unwrap()).contains(CODE), "a code reaches no log");
    let renamed = technician.folder.path().join("K-07.provisioning");
    std::fs::copy(&file, &renamed).unwrap();
    let refused = order_from_file(&renamed, &signed_by, technician.kiosk(), false).unwrap_err();
    assert!(matches!(&refused, StickError::Renamed { kiosk, .. } if kiosk.as_str() == "K-01"), "{refused}");
    assert!(refused.to_string().contains("K-07.provisioning was signed for kiosk K-01"), "{refused}");
    let done = Technician::carries_out(&read().unwrap()).unwrap();
    assert_eq!(done, Provisioned::Anew(KioskId::new("K-01")));
    let copy = std::fs::read_to_string(technician.kiosk().join("ca.pem")).unwrap();
    assert_eq!(copy, technician.service.authority());

    std::fs::write(&signed_by, "none").unwrap();
    assert!(matches!(read(), Err(StickError::NoAuthority { .. })));
    std::fs::remove_file(&signed_by).unwrap();
    assert!(matches!(read(), Err(StickError::Unreadable { path, .. }) if path == signed_by));
}

#[test]
fn what_is_no_plain_file_on_a_stick_is_neither_waited_for_nor_followed_nor_read() {
    let technician = Technician::arrives();
    let (stick, signed_by) = (technician.folder.path(), technician.folder.path().join("kiosks.pem"));
    std::fs::write(&signed_by, signer::authority()).unwrap();
    let on_stick = |name: &str| stick.join(format!("{name}.provisioning"));
    let mode = rustix::fs::Mode::RUSR;
    rustix::fs::mknodat(rustix::fs::CWD, on_stick("pipe"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(on_stick("socket")).unwrap();
    std::fs::create_dir(on_stick("folder")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", on_stick("device")).unwrap();
    std::os::unix::fs::symlink(&signed_by, on_stick("link")).unwrap();
    assert!(kiosks_on(stick).is_empty(), "none of them is offered");
    std::fs::File::create(on_stick("huge")).unwrap().set_len(1 << 40).unwrap();
    assert_eq!(kiosks_on(stick), [KioskId::new("huge")]);
    let names = ["pipe", "socket", "folder", "device", "link", "huge"];
    for path in names.map(on_stick).into_iter().chain([PathBuf::from("/dev/zero")]) {
        let refused = order_from_file(&path, &signed_by, technician.kiosk(), false).unwrap_err();
        assert!(matches!(&refused, StickError::NoPlainFile { path: told } if *told == path), "{refused}");
    }
}

#[test]
fn a_kiosks_own_machine_has_the_runtime_directory_that_its_units_make() {
    let service = Url::parse("https://visits.example:8444").unwrap();
    let runtime = |directory: &str| {
        let text = super::config_text(&service, true, Path::new(directory));
        let table: toml::Table = toml::from_str(&text).unwrap();
        table["runtime"]["directory"].as_str().unwrap().to_owned()
    };
    assert_eq!(runtime("/var/lib/muwajaha"), "/run/muwajaha");
    assert_eq!(runtime("/home/somebody/kiosk"), "runtime");
}
