//! Updates of the machine's image: looks what the service offers, fetches it, has it written into the
//! other slot, and asks for the restart that starts it.
//!
//! ```text
//!  nothing ──► Offered ──► Fetching ──► Installing ──► Installed ──restart──► nothing: it runs
//!                 ▲            │             │              └──────restart──► Failed: the old one runs
//!                 └─ not now ──┴── Failed ◄──┘
//! ```
//!
//! Owned by the thread `update`, a tokio current-thread runtime; it may wait for its disk. Whether this is a
//! moment for it the session says ([`KioskCondition::quiet`]); every step that disturbs asks anew. The kiosk
//! writes no slot: root does, by the image's own key ([`machine`]). On a plain machine nothing runs.

mod fetch;
mod folder;
mod machine;
mod offer;

use std::cmp::Ordering;
use std::io;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use muwajaha_core::domain::UpdateFailure;
use muwajaha_core::session::{Event, KioskCondition, NetEvent};
use muwajaha_wire::fleet::{UpdateStateWire, UpdateWire};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

pub use machine::{MachineFiles, note_update};

use crate::lanes::EventSender;
use crate::net::{CallError, NetSettings, ServiceClient};
use folder::{Failed, Folder, Installed};
use offer::{Offer, SIGNATURE, SUMS};

/// How often and how long; other values than the default are for tests.
#[derive(Debug, Clone, Copy)]
pub struct UpdateTimings {
    /// From the start to the first look.
    pub first_look: Duration,
    /// Between two looks, at most.
    pub look_every: Duration,
    /// A download that brings nothing for so long has broken off.
    pub stall: Duration,
    /// Until root must have said what became of the update.
    pub install_within: Duration,
    /// Between two looks whether it has.
    pub outcome_every: Duration,
}

impl Default for UpdateTimings {
    fn default() -> Self {
        Self {
            first_look: Duration::from_secs(120),
            look_every: Duration::from_secs(600),
            stall: Duration::from_secs(30),
            install_within: Duration::from_secs(35 * 60),
            outcome_every: Duration::from_secs(1),
        }
    }
}

/// What the thread works with.
#[derive(Debug, Clone)]
pub struct UpdateSettings {
    /// Where the files come to; `sysupdate.d` of the image names it too.
    pub directory: PathBuf,
    /// The image that runs.
    pub running: String,
    /// This boot is one of its tries; whether it stays is not settled.
    pub is_on_trial: bool,
    /// By which this boot is told from another.
    pub boot_id: String,
    /// What is asked of the machine.
    pub machine: MachineFiles,
    /// What the disk must keep free for the record.
    pub keep_free_bytes: u64,
    /// How often and how long.
    pub timings: UpdateTimings,
}

/// The running thread.
#[derive(Debug)]
pub struct UpdateThread {
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl UpdateThread {
    /// Starts it. `progress` is told to the service.
    ///
    /// # Errors
    /// Where the operating system gives no thread, runtime, HTTP client or folder.
    pub fn start(
        line: &NetSettings,
        settings: UpdateSettings,
        condition: watch::Receiver<KioskCondition>,
        progress: watch::Sender<Option<UpdateWire>>,
        events: EventSender,
    ) -> io::Result<Self> {
        let client = ServiceClient::new(line).map_err(io::Error::other)?;
        let folder = Folder::open(&settings.directory)?;
        let jitter = line.jitter.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, mut stopped) = watch::channel(false);
        let updater = Updater { client, folder, settings, condition, progress, events };
        let thread = thread::Builder::new().name("update".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = updater.run(|longest| longest - jitter.take_off(longest / 4)) => {}
                    _ = stopped.wait_for(|stopped| *stopped) => {}
                }
            });
        })?;
        Ok(Self { stop, thread })
    }

    /// Ends it; a download goes on from there another time.
    ///
    /// # Errors
    /// Where it panicked.
    pub fn end(self) -> thread::Result<()> {
        self.stop.send_replace(true);
        self.thread.join()
    }
}

/// Why a look brought no update to its end.
#[derive(Debug, thiserror::Error)]
enum NotTaken {
    #[error("somebody may need the kiosk")]
    NotNow,
    #[error("{}", .0.code())]
    Failed(UpdateFailure),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the updates' folder cannot be used: {0}")]
    Folder(#[from] io::Error),
}

struct Updater {
    client: ServiceClient,
    folder: Folder,
    settings: UpdateSettings,
    condition: watch::Receiver<KioskCondition>,
    progress: watch::Sender<Option<UpdateWire>>,
    events: EventSender,
}

impl Updater {
    async fn run(self, shortened: impl Fn(Duration) -> Duration) {
        if let Err(error) = self.look_back() {
            tracing::warn!(%error, "what became of the last update is not known");
        }
        sleep(shortened(self.settings.timings.first_look)).await;
        loop {
            match self.look().await {
                Ok(()) | Err(NotTaken::NotNow | NotTaken::Failed(_)) => {}
                Err(error) => tracing::warn!(%error, "no update could be taken now"),
            }
            sleep(shortened(self.settings.timings.look_every)).await;
        }
    }

    /// What became of an update in a restart.
    fn look_back(&self) -> Result<(), NotTaken> {
        let running = &self.settings.running;
        if let Some(installed) = self.folder.installed() {
            let is_another_boot = installed.boot_id != self.settings.boot_id;
            match offer::compare(&installed.version, running) {
                Ordering::Greater if is_another_boot => {
                    self.folder.remember_installed(None)?;
                    // Under this name it is not taken again, however it is signed.
                    self.fail(&installed.version, String::new(), UpdateFailure::RolledBack)?;
                }
                Ordering::Equal if self.settings.is_on_trial => {}
                Ordering::Greater => {}
                Ordering::Equal | Ordering::Less => self.folder.remember_installed(None)?,
            }
        }
        match self.folder.failed() {
            Some(failed) if offer::compare(&failed.version, running).is_le() => self.folder.remember_failed(None)?,
            Some(failed) => self.tell(&failed.version, UpdateStateWire::Failed, Some(failed.failure)),
            None => {}
        }
        Ok(())
    }

    /// Goes as far as it may just now.
    async fn look(&self) -> Result<(), NotTaken> {
        let is_later = |version: &str| offer::compare(version, &self.settings.running).is_gt();
        if let Some(installed) = self.folder.installed().filter(|installed| is_later(&installed.version)) {
            return self.restart(&installed.version);
        }
        let offer = self.offered().await?.filter(|offer| is_later(&offer.version));
        self.folder.keep_only(offer.as_ref())?;
        let Some(offer) = offer else {
            self.folder.remember_failed(None)?;
            self.progress.send_replace(None);
            return Ok(());
        };
        if self.folder.failed().is_some_and(|failed| is_the_same(&failed, &offer)) {
            return Ok(());
        }
        match self.take(&offer).await {
            Err(NotTaken::Failed(failure)) => {
                self.fail(&offer.version, offer.digest(), failure)?;
                Err(NotTaken::Failed(failure))
            }
            taken => taken,
        }
    }

    /// What the service has, if it has anything.
    async fn offered(&self) -> Result<Option<Offer>, CallError> {
        let Some(sums) = self.client.small_update_file(SUMS).await? else { return Ok(None) };
        let Some(signature) = self.client.small_update_file(SIGNATURE).await? else { return Ok(None) };
        Ok(Offer::read(sums, signature))
    }

    async fn take(&self, offer: &Offer) -> Result<(), NotTaken> {
        let version = &offer.version;
        if !self.has_failed_before(version) {
            self.tell(version, UpdateStateWire::Offered, None);
        }
        self.is_the_moment()?;
        if !self.has_failed_before(version) {
            self.tell(version, UpdateStateWire::Fetching, None);
        }
        self.fetch(offer).await.inspect_err(|error| {
            if !matches!(error, NotTaken::Failed(_)) && !self.has_failed_before(version) {
                self.tell(version, UpdateStateWire::Offered, None);
            }
        })?;
        self.tell(version, UpdateStateWire::Installing, None);
        self.folder.show(offer)?;
        self.install(version).await?;
        let installed = Installed { version: version.clone(), boot_id: self.settings.boot_id.clone() };
        self.folder.remember_installed(Some(&installed))?;
        self.folder.remember_failed(None)?;
        tracing::info!(version, "an update lies in the other slot");
        self.emit(NetEvent::UpdateInstalled { version: version.clone() });
        self.restart(version)
    }

    /// Has root write it, and waits for what becomes of that.
    async fn install(&self, version: &str) -> Result<(), NotTaken> {
        let machine = &self.settings.machine;
        let (before, deadline) = (machine.outcome_at(), Instant::now() + self.settings.timings.install_within);
        machine.request_update(version)?;
        while machine.outcome_at() == before {
            if Instant::now() >= deadline {
                return Err(NotTaken::Failed(UpdateFailure::Refused));
            }
            sleep(self.settings.timings.outcome_every).await;
        }
        let is_installed = machine.outcome_of(version) == Some(true);
        if is_installed { Ok(()) } else { Err(NotTaken::Failed(UpdateFailure::Refused)) }
    }

    /// Asks for the restart, once nobody would miss the kiosk.
    fn restart(&self, version: &str) -> Result<(), NotTaken> {
        self.tell(version, UpdateStateWire::Installed, None);
        self.is_the_moment()?;
        tracing::info!(version, "the machine is restarted for an update");
        Ok(self.settings.machine.request_restart(version)?)
    }

    fn is_the_moment(&self) -> Result<(), NotTaken> {
        self.condition.borrow().quiet.map_err(|_| NotTaken::NotNow)
    }

    fn has_failed_before(&self, version: &str) -> bool {
        let told = self.progress.borrow();
        told.as_ref().is_some_and(|told| told.version == version && told.state == UpdateStateWire::Failed)
    }

    /// Tells and remembers that an update was not taken; once, until something else becomes of it.
    fn fail(&self, version: &str, offer: String, failure: UpdateFailure) -> Result<(), NotTaken> {
        self.tell(version, UpdateStateWire::Failed, Some(failure));
        let failed = Failed { version: version.to_owned(), failure, offer };
        if self.folder.failed().as_ref() == Some(&failed) {
            return Ok(());
        }
        tracing::warn!(version, code = failure.code(), "an update was not taken");
        self.emit(NetEvent::UpdateFailed { version: version.to_owned(), failure });
        Ok(self.folder.remember_failed(Some(&failed))?)
    }

    fn tell(&self, version: &str, state: UpdateStateWire, failure: Option<UpdateFailure>) {
        let code = failure.map(|failure| failure.code().to_owned());
        self.progress.send_replace(Some(UpdateWire { version: version.to_owned(), state, code }));
    }

    fn emit(&self, event: NetEvent) {
        if !self.events.send(Event::Net(event)) {
            tracing::warn!("a lane to the session is full: what became of an update is not on record");
        }
    }
}

/// Whether what was not taken would not be taken now: what no room or a broken line kept out is tried again.
fn is_the_same(failed: &Failed, offer: &Offer) -> bool {
    failed.version == offer.version
        && match failed.failure {
            UpdateFailure::RolledBack => true,
            UpdateFailure::Refused => failed.offer == offer.digest(),
            UpdateFailure::DiskFull | UpdateFailure::Damaged => false,
        }
}
