//! The next certificate, once two thirds of the present one's life are over by the service's clock.
//!
//! Asked for after a sync, with a key of its own, and shown only once it is on disk. Where that
//! fails the present one is shown on, and the next sync tries again.

use muwajaha_core::domain::Utc;
use tokio::task::spawn_blocking;

use super::{CallError, Shared};
use crate::identity::{FreshKey, Identity, NoProof, PrivateFile};

#[derive(Debug, thiserror::Error)]
enum RenewalError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("no key can be made: {0}")]
    Key(#[from] rcgen::Error),
    #[error("the identity's file cannot be replaced: {0}")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    NoProof(#[from] NoProof),
}

/// Renews the certificate if it is time.
pub(super) async fn renew_when_due(shared: &Shared) {
    let due_at = shared.settings.identity.shown().renewal_due_at();
    let Some(service) = shared.clock.now().service else { return };
    if service.at < due_at {
        return;
    }
    match renew(shared).await {
        Ok(ends_at) => tracing::info!(ends_at = ends_at.as_millis(), "the certificate was renewed"),
        Err(error) => tracing::warn!(%error, "the certificate was not renewed: tried again after the next sync"),
    }
}

async fn renew(shared: &Shared) -> Result<Utc, RenewalError> {
    let kept = &shared.settings.identity;
    let present = kept.shown();
    let path = kept.file().to_owned();
    // Before the service is asked: a full disk costs no certificate.
    let file = spawn_blocking(move || PrivateFile::prepare(&path)).await.map_err(std::io::Error::other)??;
    let key = FreshKey::generate()?;
    let outcome = shared.client.renew(key.request()?).await;
    shared.note(&outcome);
    let next = Identity::new(present.kiosk.clone(), present.facility.clone(), outcome?, key.reveal())?;
    let text = next.to_toml();
    spawn_blocking(move || file.keep(&text)).await.map_err(std::io::Error::other)??;
    let ends_at = next.ends_at();
    kept.show(next);
    Ok(ends_at)
}
