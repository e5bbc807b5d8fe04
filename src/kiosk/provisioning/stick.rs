//! The signed file of a technician's stick: all that the command line would say, vouched for by the
//! authority of kiosks that this machine knows already.
//!
//! Anybody can lay anything on a stick: what is no plain file of a file's size is not waited for, nor
//! followed, nor read.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use muwajaha_core::domain::{KioskId, Redacted};
use muwajaha_wire::provisioning::{ProvisioningOrder, SignedOrder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{Order, Voucher};
use crate::net::tls::Authority;

const LARGEST_FILE_BYTES: u64 = 64 * 1024;

/// Why a file is no order.
#[derive(Debug, thiserror::Error)]
pub enum StickError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no plain file, or larger than any order.
    #[error(
        "{path} is no plain file of at most 64 KiB: take one that \
         `muwajaha-service admin --config FILE add-kiosks` has written"
    )]
    NoPlainFile {
        /// Which one.
        path: PathBuf,
    },
    /// It is something else.
    #[error("{path} is no provisioning file: write one by `muwajaha-service admin --config FILE add-kiosks`")]
    NoOrder {
        /// Which file.
        path: PathBuf,
    },
    /// Its name is another kiosk's than that in what is signed.
    #[error(
        "{path} was signed for kiosk {kiosk}, whatever its name says: take the other kiosk's own file, \
         or name this one {kiosk}.provisioning if this machine is to be {kiosk}"
    )]
    Renamed {
        /// Which file.
        path: PathBuf,
        /// For which kiosk it was signed.
        kiosk: KioskId,
    },
    /// The known authority did not sign this.
    #[error("{path} is not signed by the authority in {authority}, or was changed since: nothing was done")]
    NotSigned {
        /// Which file.
        path: PathBuf,
        /// Who should have signed it.
        authority: PathBuf,
    },
    /// The authority's file is of no use.
    #[error("--signed-by: {path} holds no certificate in PEM: give `kiosk-ca.pem` of the service's data directory")]
    NoAuthority {
        /// Which file.
        path: PathBuf,
    },
    /// This release does not know its format.
    #[error("{path} is written for another release of this kiosk (format {version})")]
    OtherVersion {
        /// Which file.
        path: PathBuf,
        /// Its format.
        version: u32,
    },
}

/// How the files of [`kiosks_on`] end.
const ENDING: &str = "provisioning";
/// More names than a pallet has.
const MOST_FILES: usize = 500;

/// The names of the kiosks for which `stick` has files, in order; what is in them is not looked at.
pub fn kiosks_on(stick: &Path) -> Vec<KioskId> {
    let entries = std::fs::read_dir(stick).into_iter().flatten().take(MOST_FILES).flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let paths = files.map(|file| file.path());
    let named = paths.filter(|path| path.extension().is_some_and(|ending| ending == ENDING));
    let mut names: Vec<String> = named.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.retain(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
    names.sort();
    names.into_iter().map(KioskId::new).collect()
}

/// The file of `kiosk` on `stick`.
pub fn file_on(stick: &Path, kiosk: &KioskId) -> PathBuf {
    stick.join(format!("{kiosk}.{ENDING}"))
}

/// The order in `file`, signed by the first authority in `signed_by`, for `directory`.
///
/// # Errors
/// [`StickError`]; never with the code.
pub fn order_from_file(file: &Path, signed_by: &Path, directory: PathBuf, anew: bool) -> Result<Order, StickError> {
    let no_order = || StickError::NoOrder { path: file.to_owned() };
    let signed: SignedOrder = serde_json::from_slice(&read_plain(file)?).map_err(|_| no_order())?;
    if !is_signed(&signed, &public_key(signed_by)?) {
        return Err(StickError::NotSigned { path: file.to_owned(), authority: signed_by.to_owned() });
    }
    let version = serde_json::from_str::<serde_json::Value>(&signed.order).ok();
    let version = version.and_then(|order| order.get("version")?.as_u64()).ok_or_else(no_order)?;
    if version != u64::from(ProvisioningOrder::VERSION) {
        let version = u32::try_from(version).unwrap_or(u32::MAX);
        return Err(StickError::OtherVersion { path: file.to_owned(), version });
    }
    let order: ProvisioningOrder = serde_json::from_str(&signed.order).map_err(|_| no_order())?;
    // A technician goes by the name, and only what is in the file is signed: both say the same, or nothing is done.
    if file.file_stem() != Some(OsStr::new(&order.kiosk)) {
        return Err(StickError::Renamed { path: file.to_owned(), kiosk: KioskId::new(order.kiosk) });
    }
    Ok(Order {
        service: order.service,
        voucher: Voucher::Code(Redacted::new(order.code)),
        directory,
        authority: order.authority.map(|pem| Authority::from_file(file, pem.into_bytes())),
        anew,
    })
}

fn read_plain(path: &Path) -> Result<Vec<u8>, StickError> {
    let no_plain_file = || StickError::NoPlainFile { path: path.to_owned() };
    let unreadable = |source: io::Error| match source.raw_os_error() {
        // A link; a socket, or a device that is not there.
        Some(libc::ELOOP | libc::ENXIO) => no_plain_file(),
        _ => StickError::Unreadable { path: path.to_owned(), source },
    };
    let flags = libc::O_NONBLOCK | libc::O_NOFOLLOW;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() || about.len() > LARGEST_FILE_BYTES {
        return Err(no_plain_file());
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// The key of the authority, as signatures are verified by it.
fn public_key(authority: &Path) -> Result<Vec<u8>, StickError> {
    let pem =
        std::fs::read(authority).map_err(|source| StickError::Unreadable { path: authority.to_owned(), source })?;
    let first = CertificateDer::from_pem_slice(&pem).ok();
    let key = first.as_ref().and_then(|first| {
        let (_, certificate) = X509Certificate::from_der(first).ok()?;
        Some(certificate.public_key().subject_public_key.data.to_vec())
    });
    key.ok_or_else(|| StickError::NoAuthority { path: authority.to_owned() })
}

/// Whether the key signed it, by the one algorithm that is the key's own.
fn is_signed(signed: &SignedOrder, key: &[u8]) -> bool {
    let Ok(signature) = hex::decode(&signed.signature) else { return false };
    let bytes = SignedOrder::signed_bytes(&signed.order);
    let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms.all;
    algorithms.iter().any(|algorithm| algorithm.verify_signature(key, &bytes, &signature).is_ok())
}
