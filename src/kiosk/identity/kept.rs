//! The identity as the running kiosk shows it, and the file it is kept in.
//!
//! Every connection that is made asks here for the certificate to show, so that a renewed one is
//! shown from the next connection on. Lives on `net`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

use super::{Identity, IdentityError};

/// See the module.
#[derive(Debug)]
pub struct KeptIdentity {
    file: PathBuf,
    shown: RwLock<Arc<Identity>>,
}

impl KeptIdentity {
    /// Reads the file.
    ///
    /// # Errors
    /// See [`Identity::read`].
    pub fn read(file: &Path) -> Result<Arc<Self>, IdentityError> {
        Ok(Self::of(Identity::read(file)?, file))
    }

    /// An identity that is kept in `file` already.
    pub fn of(identity: Identity, file: &Path) -> Arc<Self> {
        Arc::new(Self { file: file.to_owned(), shown: RwLock::new(Arc::new(identity)) })
    }

    /// The one that is shown now.
    pub fn shown(&self) -> Arc<Identity> {
        Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where it is kept.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Shows another one, which the file holds by now.
    pub(crate) fn show(&self, identity: Identity) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(identity);
    }
}

impl ResolvesClientCert for KeptIdentity {
    fn resolve(&self, _authorities: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let certified = Arc::clone(&self.shown().certified);
        certified.key.choose_scheme(schemes)?;
        Some(certified)
    }

    fn has_certs(&self) -> bool {
        true
    }
}
