//! Keeping what a kiosk says of itself, and when it was there.
//!
//! A full disk here is no reason to hang up on a kiosk: what cannot be kept is said again in a minute.

use muwajaha_wire::fleet::KioskStatus;

use super::alarms::{Begun, begun};
use crate::app::App;
use crate::store::StatusRow;

/// Longer texts are no version, slot or code.
const LONGEST_TEXT: usize = 64;

/// Keeps what `kiosk` says of itself.
pub(crate) async fn keep_status(app: &App, kiosk: &str, status: &KioskStatus) {
    if !is_plausible(status) {
        tracing::warn!(kiosk, "a kiosk told a status with texts that are none");
        return;
    }
    if let Err(error) = keep(app, kiosk, status).await {
        tracing::warn!(%error, kiosk, "a kiosk's status could not be kept: free the disk");
    }
}

fn is_plausible(status: &KioskStatus) -> bool {
    let texts = [&status.image_version, &status.slot, &status.out_of_service_code, &status.reader_code];
    let mut texts = texts.into_iter().flatten().chain([&status.program_version]);
    texts.all(|text| text.len() <= LONGEST_TEXT && !text.chars().any(char::is_control))
}

async fn keep(app: &App, kiosk: &str, status: &KioskStatus) -> Result<(), sqlx::Error> {
    let now_ms = app.clock.now_ms();
    let before = app.store.status(kiosk).await?;
    let told_before = before.as_ref().and_then(|row| serde_json::from_str::<KioskStatus>(&row.status).ok());
    let begun_before: Begun = before.as_ref().and_then(|row| serde_json::from_str(&row.begun).ok()).unwrap_or_default();
    let has_them_still = told_before.is_some_and(|told| {
        told.program_version == status.program_version && told.image_version == status.image_version
    });
    let versions_since_ms = before.filter(|_| has_them_still).map_or(now_ms, |row| row.versions_since_ms);
    let row = StatusRow {
        kiosk: kiosk.to_owned(),
        seen_at_ms: now_ms,
        told_at_ms: now_ms,
        status: serde_json::to_string(status).unwrap_or_default(),
        begun: serde_json::to_string(&begun(&begun_before, status, now_ms)).unwrap_or_default(),
        versions_since_ms,
    };
    app.store.put_status(&row).await
}

/// Remembers that `kiosk` was there until now.
pub(crate) async fn mark_seen(app: &App, kiosk: &str) {
    if let Err(error) = app.store.mark_seen(kiosk, app.clock.now_ms()).await {
        tracing::warn!(%error, kiosk, "that a kiosk was seen could not be kept: free the disk");
    }
}
