//! Fetching an update's files over the kiosk's own line, from where the last try ended.
//!
//! Bounded in size, checked against the offer's sums, and given up for now at the first sign that
//! somebody needs the kiosk or its line.

use std::io::{self, Write as _};

use muwajaha_core::domain::UpdateFailure;
use reqwest::StatusCode;
use tokio::time::timeout;

use super::offer::{Offer, OfferedFile};
use super::{NotTaken, Updater};
use crate::net::CallError;

/// A root partition and its verity are 1.1 GiB before they are packed.
const LARGEST_FILE: u64 = 2 << 30;

impl Updater {
    /// Until every file of the offer is whole.
    pub(super) async fn fetch(&self, offer: &Offer) -> Result<(), NotTaken> {
        for file in &offer.files {
            if !self.folder.is_whole(file) {
                self.fetch_file(file).await?;
            }
        }
        Ok(())
    }

    async fn fetch_file(&self, file: &OfferedFile) -> Result<(), NotTaken> {
        let (mut part, there) = self.folder.part(file)?;
        let mut answer = match self.client.update_file(&file.name, there).await {
            Ok(answer) => answer,
            // All of it was there already.
            Err(CallError::Problem { status: 416, .. }) if there > 0 => return self.finish(file),
            Err(error) => return Err(error.into()),
        };
        let mut length = there;
        if answer.status() != StatusCode::PARTIAL_CONTENT {
            part.set_len(0)?;
            length = 0;
        }
        let coming = answer.content_length().unwrap_or(LARGEST_FILE);
        if self.folder.free_bytes()? < coming.saturating_add(self.settings.keep_free_bytes) {
            return Err(self.no_room(file)?);
        }
        while let Some(piece) =
            timeout(self.settings.timings.stall, answer.chunk()).await.map_err(broke_off)?.map_err(broke_off)?
        {
            self.is_the_moment()?;
            length += piece.len() as u64;
            if length > LARGEST_FILE {
                self.folder.drop_part(file)?;
                return Err(NotTaken::Failed(UpdateFailure::Damaged));
            }
            match part.write_all(&piece) {
                Err(error) if error.kind() == io::ErrorKind::StorageFull => return Err(self.no_room(file)?),
                written => written?,
            }
        }
        self.finish(file)
    }

    fn finish(&self, file: &OfferedFile) -> Result<(), NotTaken> {
        if self.folder.finish(file)? { Ok(()) } else { Err(NotTaken::Failed(UpdateFailure::Damaged)) }
    }

    fn no_room(&self, file: &OfferedFile) -> io::Result<NotTaken> {
        self.folder.drop_part(file)?;
        Ok(NotTaken::Failed(UpdateFailure::DiskFull))
    }
}

fn broke_off<Cause>(_: Cause) -> NotTaken {
    CallError::Unreachable("the download broke off".to_owned()).into()
}
