//! Giving an OSDP reader a key of its own: a technician's deliberate step, limited in time.
//!
//! A reader as it comes from its factory knows the key that everyone knows, and whoever listens to
//! the line meanwhile learns the new one; so it is done beside the reader, once. The new key is on
//! disk before the reader hears it and stays there until it is the reader's key, or the reader has
//! refused it: no cut of power or line locks the two out of each other. Never runs beside a kiosk:
//! the port is taken for one process alone.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use muwajaha_core::badge::osdp::{
    Distrust, FromPanel, LONGEST_MESSAGE_BYTES, Loss, Purpose, ReaderIdentity, ReaderKey, ToPanel,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::line::Line;
use super::settings::{OsdpSettings, ReaderError, ReaderKind, ReaderSettings};

/// To prove that the reader took the key.
const PROOF: Duration = Duration::from_secs(10);
const GLANCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Why a reader has no key of its own now.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Another protocol.
    #[error("`reader.protocol` is not \"osdp\": no other reader has a key")]
    NotOsdp,
    /// Port or program.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// The key cannot be kept.
    #[error("{path} cannot be written ({source}): make its folder writable")]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No random bytes.
    #[error("the kernel gives no random bytes: {0}")]
    NoRandom(getrandom::Error),
    /// Nothing answered.
    #[error(
        "the reader did not answer within the time: check its wires, power, `reader.baud` and `reader.osdp.address`"
    )]
    Silent,
    /// It would not have it.
    #[error(
        "the reader does not take a key ({}): it has another key already, or cannot encrypt; set it back to its \
         factory state and try again", .0.code()
    )]
    Refused(Distrust),
    /// Nobody knows whether it heard the key.
    #[error("{source}; the reader may hold its new key already: the key is kept in {path}, run it again")]
    Interrupted {
        /// Where the key is kept.
        path: PathBuf,
        /// What came between.
        source: Box<InstallError>,
    },
    /// The key of an interrupted installation cannot be read.
    #[error("{path} cannot be read ({source}), and the reader may hold the key in it: make it readable")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It took the key and then did not know it.
    #[error("the reader took the key and does not speak by it: the key is kept in {0}; try again")]
    Unproven(PathBuf),
}

/// Gives the reader a new random key, within `within`, and keeps it in the key file. A key that an
/// interrupted installation left behind is tried first.
///
/// # Errors
/// [`InstallError`], with the remedy.
pub fn install_key(settings: &ReaderSettings, within: Duration) -> Result<ReaderIdentity, InstallError> {
    let ReaderKind::Osdp(osdp) = &settings.protocol else { return Err(InstallError::NotOsdp) };
    let deadline = Instant::now() + within;
    let fresh = osdp.key_file.with_extension("key.new");
    let kept = |source| InstallError::Interrupted { path: fresh.clone(), source: Box::new(source) };
    let patience = PROOF.min(within / 2);
    if let Some(key) = read_key(&fresh)? {
        match prove(settings, osdp, &key, patience) {
            Ok(identity) => return keep(&fresh, &osdp.key_file).map(|()| identity),
            Err(InstallError::Refused(distrust)) if has_other_key(distrust) => {}
            Err(error) => return Err(kept(error)),
        }
    }
    let key = random_key()?;
    write_key(&fresh, &key)?;
    let given = speak(settings, osdp, &key, Purpose::InstallKey, deadline);
    // Only a session that gives no key tells whether the reader holds it.
    let proof = prove(settings, osdp, &key, if given.is_ok() { PROOF } else { patience });
    match (proof, given) {
        (Ok(identity), _) => keep(&fresh, &osdp.key_file).map(|()| identity),
        (Err(_), Ok(_)) => Err(InstallError::Unproven(fresh)),
        (Err(InstallError::Refused(distrust)), Err(error)) if has_other_key(distrust) => {
            if matches!(error, InstallError::Refused(_)) {
                let _ = fs::remove_file(&fresh);
            }
            Err(InstallError::Refused(distrust))
        }
        (Err(_), Err(error)) => Err(kept(error)),
    }
}

/// Speaks with the reader by the key, which is not given to it.
fn prove(
    settings: &ReaderSettings,
    osdp: &OsdpSettings,
    key: &ReaderKey,
    within: Duration,
) -> Result<ReaderIdentity, InstallError> {
    speak(settings, osdp, key, Purpose::Read, Instant::now() + within)
}

/// Whether it is the key that was refused, and not an answer that was broken.
fn has_other_key(distrust: Distrust) -> bool {
    match distrust {
        Distrust::NoSecureChannel | Distrust::DefaultKey | Distrust::WrongKey | Distrust::HandshakeRefused => true,
        Distrust::ClearAnswer | Distrust::WrongSignature | Distrust::KeyMissing => false,
    }
}

/// The key that an interrupted installation left behind. One that is no key was never given to a reader.
fn read_key(path: &Path) -> Result<Option<ReaderKey>, InstallError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(ReaderKey::from_hex(&text).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(InstallError::Unreadable { path: path.to_owned(), source }),
    }
}

fn random_key() -> Result<ReaderKey, InstallError> {
    loop {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(InstallError::NoRandom)?;
        if let Ok(key) = ReaderKey::from_bytes(bytes) {
            return Ok(key);
        }
    }
}

fn write_key(path: &Path, key: &ReaderKey) -> Result<(), InstallError> {
    let unwritable = |source| InstallError::Unwritable { path: path.to_owned(), source };
    let _ = fs::remove_file(path);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(unwritable)?;
    writeln!(file, "{}", key.reveal_hex()).and_then(|()| file.sync_all()).map_err(unwritable)
}

fn keep(fresh: &Path, path: &Path) -> Result<(), InstallError> {
    fs::rename(fresh, path).map_err(|source| InstallError::Unwritable { path: path.to_owned(), source })
}

/// Has children speak with the reader until one is understood.
fn speak(
    settings: &ReaderSettings,
    osdp: &OsdpSettings,
    key: &ReaderKey,
    purpose: Purpose,
    deadline: Instant,
) -> Result<ReaderIdentity, InstallError> {
    let mut last = InstallError::Silent;
    while Instant::now() < deadline {
        let port = settings.open_port(&settings.port.find()?)?;
        let mut panel = osdp.start_panel(port)?;
        let begin = serde_json::to_vec(&ToPanel::Begin(osdp.begin(settings.baud, key, purpose))).unwrap_or_default();
        let is_begun = panel.send(&begin).is_ok();
        match is_begun.then(|| hear(&mut panel, deadline)).flatten() {
            Some(Ok(identity)) => return Ok(identity),
            Some(Err(Loss::NotTrusted(distrust))) => last = InstallError::Refused(distrust),
            Some(Err(Loss::Silent | Loss::Dropped)) | None => {}
        }
    }
    Err(last)
}

/// What a child says of its session; `None` where it says nothing.
fn hear(panel: &mut dyn Line, deadline: Instant) -> Option<Result<ReaderIdentity, Loss>> {
    let mut buffer = [0; LONGEST_MESSAGE_BYTES];
    while Instant::now() < deadline {
        let readable = panel.readable();
        // Whatever ends the wait, reading tells.
        let _ = poll(&mut [PollFd::new(&readable, PollFlags::IN)], Some(&GLANCE));
        match panel.receive(&mut buffer) {
            Ok(0) => return None,
            Ok(length) => match serde_json::from_slice(buffer.get(..length).unwrap_or_default()) {
                Ok(FromPanel::Secured(identity)) => return Some(Ok(identity)),
                Ok(FromPanel::Lost(loss)) => return Some(Err(loss)),
                Ok(FromPanel::Card(_) | FromPanel::Condition(_) | FromPanel::Counts(_) | FromPanel::Latency(_))
                | Err(_) => {}
            },
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return None,
        }
    }
    None
}
