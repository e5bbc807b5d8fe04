//! What the kiosk keeps on disk: `cache.db` (the room's snapshot, which can be fetched again) and
//! `record.db` (the append-only audit log, which is also the outbox).
//!
//! Owned by the thread `store`, which alone touches SQLite; [`StoreHandle`] hands it commands
//! without waiting. A damaged file is set aside under another name and begun anew; nothing is
//! thrown away. It never decides what a failed write means: it reports it.

mod cache;
mod chain;
mod files;
mod owner;
mod record;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use muwajaha_core::domain::RecordId;
use muwajaha_core::session::{AuditEntry, Event, RecoveredRecord, StoreEvent};
use tokio::sync::{Notify, oneshot};

pub use cache::{CachedSnapshot, cached_room};
pub use owner::Owner;
pub(crate) use record::note_lost_record;
pub use record::{Batch, Row};

use crate::lanes::EventSender;
use crate::snapshot;
use cache::Cache;
use record::{Damage, Record};

const WAITING_COMMANDS: usize = 256;

/// Why a file of the store cannot be used just now.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory or a file in it.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite refused: a full disk, a lock, a read-only file.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row that could not be turned into text.
    #[error("a row cannot be written as JSON: {0}")]
    Row(#[from] serde_json::Error),
    /// No randomness for a key or an epoch's name.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

enum Command {
    Record { id: RecordId, entry: Box<AuditEntry> },
    SaveSnapshot(CachedSnapshot),
    Outgoing { after: Option<(String, u64)>, limit: u64, reply: oneshot::Sender<Option<Batch>> },
    Acknowledge { epoch: String, through: u64, reply: oneshot::Sender<bool> },
    ReplaceConflicting { epoch: String, reply: oneshot::Sender<bool> },
    CountWaiting { reply: oneshot::Sender<Option<u64>> },
    Stop,
}

/// The way to the `store` thread. Clones share it.
#[derive(Debug, Clone)]
pub struct StoreHandle {
    commands: SyncSender<Command>,
    committed: Arc<Notify>,
}

impl StoreHandle {
    /// Asks for a row; answered by `Committed` or `CommitFailed`. `false` where the lane is full,
    /// which means that the store has failed.
    pub fn record(&self, id: RecordId, entry: Box<AuditEntry>) -> bool {
        self.commands.try_send(Command::Record { id, entry }).is_ok()
    }

    /// Keeps a snapshot for the next start.
    pub fn save_snapshot(&self, snapshot: CachedSnapshot) -> bool {
        self.commands.try_send(Command::SaveSnapshot(snapshot)).is_ok()
    }

    /// The oldest rows that the service has not acknowledged; `None` where there are none.
    pub async fn unacknowledged(&self, limit: u64) -> Option<Batch> {
        self.outgoing(None, limit).await
    }

    /// The rows of `epoch` after `sequence`, acknowledged or not; those of [`Self::unacknowledged`]
    /// where another epoch has begun.
    pub async fn rows_after(&self, epoch: String, sequence: u64, limit: u64) -> Option<Batch> {
        self.outgoing(Some((epoch, sequence)), limit).await
    }

    async fn outgoing(&self, after: Option<(String, u64)>, limit: u64) -> Option<Batch> {
        let (reply, answer) = oneshot::channel();
        self.commands.try_send(Command::Outgoing { after, limit, reply }).ok()?;
        answer.await.ok().flatten()
    }

    /// The service holds all rows of `epoch` up to `through`. `false` where that could not be kept,
    /// so that the same rows will be handed out again.
    pub async fn acknowledge(&self, epoch: String, through: u64) -> bool {
        let (reply, answer) = oneshot::channel();
        self.commands.try_send(Command::Acknowledge { epoch, through, reply }).is_ok() && answer.await.unwrap_or(false)
    }

    /// The service holds other rows of `epoch` than these: this file is set aside and a new epoch
    /// names its head. `false` where that could not be done.
    pub async fn replace_conflicting(&self, epoch: String) -> bool {
        let (reply, answer) = oneshot::channel();
        self.commands.try_send(Command::ReplaceConflicting { epoch, reply }).is_ok() && answer.await.unwrap_or(false)
    }

    /// How many rows the service has not acknowledged; `None` where the record is lost.
    pub async fn rows_waiting(&self) -> Option<u64> {
        let (reply, answer) = oneshot::channel();
        self.commands.try_send(Command::CountWaiting { reply }).ok()?;
        answer.await.ok().flatten()
    }

    /// Resolves when a row was committed since the last call.
    pub async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Ends the thread after what was already asked.
    pub fn stop(&self) {
        if self.commands.send(Command::Stop).is_err() {
            tracing::debug!("the store had ended already");
        }
    }
}

/// The store, open, with what it knew.
#[derive(Debug)]
pub struct OpenedStore {
    /// The way to its thread.
    pub handle: StoreHandle,
    /// The thread, to be joined after [`StoreHandle::stop`].
    pub thread: JoinHandle<()>,
    /// What the record tells a restarted session.
    pub record: RecoveredRecord,
    /// The record could not be opened.
    pub record_lost: bool,
    /// The snapshot of the last sync, if one is there.
    pub snapshot: Option<CachedSnapshot>,
}

/// Opens the store of `owner` under `directory`, verifies the whole record and starts the thread.
///
/// # Errors
/// Only where the operating system gives no thread: a store that cannot be opened is reported by
/// [`OpenedStore::record_lost`], since such a kiosk must still say so on its screen.
pub fn start(directory: &Path, owner: &Owner, events: EventSender) -> std::io::Result<OpenedStore> {
    let (commands, queue) = sync_channel(WAITING_COMMANDS);
    let (opened, answer) = sync_channel(1);
    let committed = Arc::new(Notify::new());
    let (directory, owner) = (directory.to_owned(), owner.clone());
    let store_committed = Arc::clone(&committed);
    let thread = thread::Builder::new().name("store".to_owned()).spawn(move || {
        let (mut store, record, record_lost, snapshot) = Store::open(directory, owner, events, store_committed);
        if opened.send((record, record_lost, snapshot)).is_ok() {
            store.run(&queue);
        }
    })?;
    let (record, record_lost, snapshot) = answer.recv().map_err(std::io::Error::other)?;
    Ok(OpenedStore { handle: StoreHandle { commands, committed }, thread, record, record_lost, snapshot })
}

struct Store {
    directory: PathBuf,
    owner: Owner,
    events: EventSender,
    committed: Arc<Notify>,
    record: Option<Record>,
    /// A record that was set aside, and whose successor could not be opened yet.
    unreplaced: Option<Damage>,
    /// It was told that the acknowledged mark cannot be written; told once.
    told_of_mark: bool,
    cache: Option<Cache>,
}

impl Store {
    fn open(
        directory: PathBuf,
        owner: Owner,
        events: EventSender,
        committed: Arc<Notify>,
    ) -> (Self, RecoveredRecord, bool, Option<CachedSnapshot>) {
        if let Err(error) = files::make_private_directory(&directory) {
            tracing::warn!(%error, remedy = "make `store.directory` writable", "the store cannot be used");
        }
        let (record, recovered) = match open_record(&directory, &owner) {
            Ok((record, recovered)) => (Some(record), recovered),
            Err(error) => {
                tracing::warn!(%error, code = "K-02", "the record cannot be opened: nothing new is permitted");
                (None, RecoveredRecord::default())
            }
        };
        let cache = open_cache(&directory, &owner)
            .inspect_err(|error| tracing::warn!(%error, "the cache cannot be opened: bookings come from the service"))
            .ok();
        let snapshot = cache.as_ref().and_then(Cache::load);
        let schedule = snapshot.as_ref().and_then(|cached| {
            snapshot::schedule_from_json(&cached.json)
                .inspect_err(|error| tracing::warn!(%error, "the cached snapshot is not used"))
                .ok()
        });
        let usable = schedule.is_some();
        events.send(Event::Store(StoreEvent::ScheduleLoaded(schedule.map(Box::new))));
        let record_lost = record.is_none();
        let (unreplaced, told_of_mark) = (None, false);
        let store = Self { directory, owner, events, committed, record, unreplaced, told_of_mark, cache };
        (store, recovered, record_lost, snapshot.filter(|_| usable))
    }

    fn run(&mut self, queue: &Receiver<Command>) {
        for command in queue {
            match command {
                Command::Record { id, entry } => self.commit(id, &entry),
                Command::SaveSnapshot(snapshot) => self.save_snapshot(&snapshot),
                Command::Outgoing { after, limit, reply } => {
                    answer(reply, self.outgoing(after, limit));
                }
                Command::Acknowledge { epoch, through, reply } => {
                    answer(reply, self.acknowledge(&epoch, through));
                }
                Command::ReplaceConflicting { epoch, reply } => {
                    answer(reply, self.replace_conflicting(&epoch));
                }
                Command::CountWaiting { reply } => {
                    answer(reply, self.record.as_ref().and_then(Record::rows_waiting));
                }
                Command::Stop => return,
            }
        }
    }

    fn commit(&mut self, id: RecordId, entry: &AuditEntry) {
        let event = match self.append(entry) {
            Ok(()) => StoreEvent::Committed(id),
            Err(error) => {
                tracing::warn!(%error, code = "K-02", "a row could not be recorded: free the disk of the store");
                StoreEvent::CommitFailed(id)
            }
        };
        if event == StoreEvent::Committed(id) {
            self.committed.notify_one();
        }
        if !self.events.send(Event::Store(event)) {
            tracing::warn!("the session's control lane is full: an answer of the record was lost");
        }
    }

    fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let record = match self.record.as_mut() {
            Some(record) => record,
            None => self.reopen()?,
        };
        match record.append(entry) {
            Err(StoreError::Sqlite(error)) if files::is_damage(&error) => {
                let damage = record.damage(&error.to_string());
                self.replace(damage)?.append(entry)
            }
            done => done,
        }
    }

    /// Opens the record anew: as it is, or as the successor of one that is to be set aside.
    fn reopen(&mut self) -> Result<&mut Record, StoreError> {
        match self.unreplaced.take() {
            Some(damage) => self.replace(damage),
            None => Ok(self.record.insert(open_record(&self.directory, &self.owner)?.0)),
        }
    }

    /// Sets the record aside and opens a new epoch; where that fails, the next row tries again.
    fn replace(&mut self, damage: Damage) -> Result<&mut Record, StoreError> {
        self.record = None;
        match Record::replace(&self.directory, &damage) {
            Ok(replacement) => {
                self.committed.notify_one();
                Ok(self.record.insert(replacement))
            }
            Err(error) => {
                self.unreplaced = Some(damage);
                Err(error)
            }
        }
    }

    fn save_snapshot(&mut self, snapshot: &CachedSnapshot) {
        let saved = match self.cache.as_ref() {
            Some(cache) => cache.save(snapshot),
            None => open_cache(&self.directory, &self.owner).and_then(|cache| self.cache.insert(cache).save(snapshot)),
        };
        if let Err(error) = saved {
            tracing::warn!(%error, "the snapshot could not be kept for the next start");
            self.cache = None;
        }
    }

    fn outgoing(&self, after: Option<(String, u64)>, limit: u64) -> Option<Batch> {
        let record = self.record.as_ref()?;
        let after = after.filter(|(epoch, _)| epoch == record.epoch()).map(|(_, sequence)| sequence);
        record.outgoing(after, limit).unwrap_or_else(|error| {
            tracing::warn!(%error, "the outbox cannot be read");
            None
        })
    }

    fn acknowledge(&mut self, epoch: &str, through: u64) -> bool {
        let Some(record) = self.record.as_ref() else { return false };
        if epoch == record.epoch() && through > record.last_sequence() {
            return self.set_aside("the service holds rows that this file has lost: its tail was cut off");
        }
        match record.acknowledge(epoch, through) {
            Ok(()) => {
                self.told_of_mark = false;
                true
            }
            Err(error) => {
                if !std::mem::replace(&mut self.told_of_mark, true) {
                    tracing::warn!(%error, "the acknowledged mark cannot be written: rows will be sent again");
                }
                false
            }
        }
    }

    fn replace_conflicting(&mut self, epoch: &str) -> bool {
        match self.record.as_ref() {
            Some(record) if record.epoch() == epoch => {
                self.set_aside("the service holds other rows under its sequence numbers: an older state was restored")
            }
            // It was replaced in the meantime.
            Some(_) => true,
            None => false,
        }
    }

    fn set_aside(&mut self, reason: &str) -> bool {
        let Some(damage) = self.record.as_ref().map(|record| record.damage(reason)) else { return false };
        let replaced = self.replace(damage).map(drop);
        if let Err(error) = &replaced {
            tracing::warn!(%error, code = "K-02", "no new epoch could be opened: free the disk of the store");
        }
        replaced.is_ok()
    }
}

/// What belongs to another kiosk is opened by neither of these.
fn open_record(directory: &Path, owner: &Owner) -> Result<(Record, RecoveredRecord), StoreError> {
    owner.take_over(directory)?;
    Record::open(directory)
}

fn open_cache(directory: &Path, owner: &Owner) -> Result<Cache, StoreError> {
    owner.take_over(directory)?;
    Cache::open(directory)
}

fn answer<Answer>(reply: oneshot::Sender<Answer>, answer: Answer) {
    if reply.send(answer).is_err() {
        tracing::debug!("nobody waits for the outbox any more");
    }
}
