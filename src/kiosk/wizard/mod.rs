//! A machine that is no kiosk yet: the wizard on its screen, until it is one.
//!
//! Main draws; the thread `wizard` owns the state machine, leaves signs of life and tells systemd, so
//! that a drawn wizard counts as a kiosk that draws; `net` carries out what it asks for; `stick` looks for
//! a technician's stick. Nothing here decides: that is [`muwajaha_core::provisioning`].

mod disk;
mod given;
mod shell;
mod window;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use muwajaha_core::provisioning::{Disk, Touch, Wizard, WizardEffect, WizardEvent, WizardScreen};
use tokio::sync::mpsc::UnboundedSender;

pub use given::{Given, check_facility};

use crate::app::WindowError;
use crate::config::ScreenSettings;
use crate::provisioning::kiosks_on;
use crate::session_loop::Slot;
use crate::system::clock::boot_now;
use crate::system::failure::Failure;
use crate::system::first_frames::FirstFrames;
use crate::system::notification::Notifier;
use crate::system::runtime_directory::RuntimeDirectory;
use crate::system::supervisor::{Heartbeat, Supervisor};
use crate::ui;
use window::WizardWindow;

const STATUS: &str = "waits to be provisioned";
const EACH_SECOND: Duration = Duration::from_secs(1);

/// Shows the wizard until the machine is a kiosk. `windowed` is the size of a window instead of the full
/// screen.
///
/// # Errors
/// Where a part cannot be started, or the window ended without being asked to.
pub fn run(given: Given, windowed: Option<[u32; 2]>) -> anyhow::Result<()> {
    let size = windowed.unwrap_or(ScreenSettings::default().size);
    let options = ui::native_options(windowed.is_none(), Some(size));
    let running = Running::start(given)?;
    let for_window = running.clone();
    let shown = eframe::run_native(
        "muwajaha",
        options,
        Box::new(move |context| Ok(Box::new(WizardWindow::new(context, for_window)))),
    );
    shown.map_err(WindowError::from)?;
    if running.is_over() { Ok(()) } else { Err(WindowError::Ended.into()) }
}

/// The running wizard. Clones share it.
#[derive(Clone)]
struct Running {
    events: Sender<WizardEvent>,
    screen: Slot<WizardScreen>,
    heartbeat: Heartbeat,
    frames: FirstFrames,
    over: Arc<AtomicBool>,
}

impl Running {
    fn start(given: Given) -> anyhow::Result<Self> {
        if given.disk == Disk::Closed {
            let code = Failure::NotProvisioned.code();
            tracing::warn!(code, "this machine does not open its disk: it waits to be provisioned, which erases it");
        }
        let wizard = Wizard::begin(given.service.as_deref(), given.disk);
        let runtime = RuntimeDirectory::take(&given.runtime_directory)?;
        let (events, happened) = channel();
        let effects = shell::start(given.clone(), events.clone()).context("the network's thread")?;
        if let Some(stick) = given.stick.clone() {
            let seen = events.clone();
            let watch = thread::Builder::new().name("stick".to_owned());
            watch.spawn(move || watch_stick(&stick, &seen)).context("the stick's thread")?;
        }
        let running = Self {
            events,
            screen: Slot::new(wizard.screen()),
            heartbeat: Heartbeat::default(),
            frames: FirstFrames::default(),
            over: Arc::default(),
        };
        let parts = vec![("ui", running.heartbeat.clone())];
        let signs = Signs {
            supervisor: Supervisor::new(Notifier::from_environment(), parts, running.frames.clone()),
            runtime,
            frames: running.frames.clone(),
            told_frames: false,
        };
        let (screen, over) = (running.screen.clone(), Arc::clone(&running.over));
        let thread = WizardThread { wizard, happened, effects, signs, given, screen, over };
        thread::Builder::new().name("wizard".to_owned()).spawn(move || thread.run()).context("the wizard's thread")?;
        Ok(running)
    }

    fn touch(&self, touch: Touch) {
        // A wizard that is over takes no touch.
        let _ = self.events.send(WizardEvent::Touched(touch));
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// What others see of this process.
struct Signs {
    supervisor: Supervisor,
    runtime: RuntimeDirectory,
    frames: FirstFrames,
    told_frames: bool,
}

impl Signs {
    fn leave(&mut self) {
        let now = boot_now();
        let mut left = self.runtime.note_alive(now, None);
        if !self.told_frames && self.frames.are_drawn() {
            left = left.and_then(|()| self.runtime.note_first_frames());
            self.told_frames = left.is_ok();
        }
        if let Err(error) = left {
            tracing::warn!(%error, "no sign of life can be left: free or mend `runtime.directory`");
        }
        self.supervisor.progressed(now, STATUS);
    }
}

/// The thread `wizard`.
struct WizardThread {
    wizard: Wizard,
    happened: Receiver<WizardEvent>,
    effects: UnboundedSender<WizardEffect>,
    signs: Signs,
    given: Given,
    screen: Slot<WizardScreen>,
    over: Arc<AtomicBool>,
}

impl WizardThread {
    fn run(mut self) {
        let mut second_over_at = boot_now();
        loop {
            while let Some(effect) = self.wizard.poll_effect() {
                if effect == WizardEffect::StartKiosk {
                    return self.end();
                }
                if self.effects.send(effect).is_err() {
                    tracing::error!("the wizard's network thread is gone");
                }
            }
            self.screen.show(self.wizard.screen());
            let now = boot_now();
            if now >= second_over_at {
                second_over_at = now + EACH_SECOND;
                self.signs.leave();
                self.screen.wake();
            }
            let event = self.wait_until(second_over_at);
            self.wizard.handle(event, boot_now());
        }
    }

    /// The next event, or that time has passed or the machine became a kiosk.
    fn wait_until(&self, second_over_at: muwajaha_core::domain::BootTime) -> WizardEvent {
        let wake_at = self.wizard.poll_timeout().map_or(second_over_at, |at| at.min(second_over_at));
        match self.happened.recv_timeout(wake_at.since(boot_now())) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) if self.given.has_become_kiosk() => WizardEvent::IdentitySeen,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => WizardEvent::TimePassed,
        }
    }

    fn end(self) {
        let Self { signs, screen, over, .. } = self;
        signs.supervisor.hand_over("starts as a kiosk");
        over.store(true, Ordering::Relaxed);
        screen.wake();
    }
}

/// Looks each second which kiosks a stick has files for.
fn watch_stick(stick: &Path, events: &Sender<WizardEvent>) {
    let mut before = Vec::new();
    loop {
        let kiosks = kiosks_on(stick);
        if kiosks != before {
            tracing::info!(files = kiosks.len(), "a technician's stick");
            before.clone_from(&kiosks);
            if events.send(WizardEvent::StickSeen(kiosks)).is_err() {
                return;
            }
        }
        thread::sleep(EACH_SECOND);
    }
}
