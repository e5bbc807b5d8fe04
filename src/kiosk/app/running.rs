//! Everything that runs beside the window, from its start to its orderly end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context;
use muwajaha_core::domain::Now;
use muwajaha_core::session::{Event, KioskCondition, MediaEvent, Recovery, Session, UserAction};
use muwajaha_wire::fleet::UpdateWire;
use tokio::sync::watch;

use super::each_second::{SeenWindow, each_second};
use crate::badge::BadgeThread;
use crate::check;
use crate::config::KioskConfig;
use crate::identity::KeptIdentity;
use crate::lanes::{self, EventSender};
use crate::media::{self, Gate, MediaHandle};
use crate::net::tls::{self, Authority};
use crate::net::{self, NetHandle, NetSettings, Timings, random_jitter};
use crate::picture::PictureSlot;
use crate::session_loop::{ScreenSlot, SessionLoop, Shells};
use crate::status::{Machine, StatusSource};
use crate::store::{self, StoreHandle};
use crate::system::clock::ServiceClock;
use crate::system::first_frames::FirstFrames;
use crate::system::pin::PinVerifier;
use crate::system::runtime_directory::{RuntimeDirectory, boot_id};
use crate::system::supervisor::Heartbeat;
use crate::update::{MachineFiles, UpdateSettings, UpdateThread, UpdateTimings};

/// How long an orderly end may take, all threads together.
const END_PATIENCE: Duration = Duration::from_secs(3);
/// An update leaves the record so much room.
const KEPT_FREE_BYTES: u64 = 512 << 20;

/// Whether the process was asked to stop. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Stopping(Arc<AtomicBool>);

impl Stopping {
    pub(super) fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The running kiosk. Clones share it.
#[derive(Clone)]
pub(super) struct Running {
    events: EventSender,
    clock: ServiceClock,
    screen: ScreenSlot,
    ui_heartbeat: Heartbeat,
    first_frames: FirstFrames,
    pictures: [PictureSlot; 2],
    stopping: Stopping,
    parts: Arc<Mutex<Option<Parts>>>,
}

struct Parts {
    session: JoinHandle<()>,
    badge: BadgeThread,
    media: Option<MediaHandle>,
    net: NetHandle,
    net_thread: JoinHandle<()>,
    updates: Option<UpdateThread>,
    store: StoreHandle,
    store_thread: JoinHandle<()>,
}

impl Running {
    pub(super) fn start(config: &KioskConfig) -> anyhow::Result<Self> {
        let identity = KeptIdentity::read(&config.identity_file)?;
        let shown = identity.shown();
        let authority = config.authority.as_deref().map(Authority::read).transpose().context("service.ca_file")?;
        let tls = tls::as_kiosk(authority.as_ref(), Arc::clone(&identity)).context("service.ca_file")?;
        let runtime = Arc::new(RuntimeDirectory::take(&config.runtime_directory)?);
        let remains = runtime.remains(crate::system::clock::boot_now());
        let clock = ServiceClock::starting_from(remains.heard);
        let (events, receiver) = lanes::lanes();

        let owner = store::Owner::of(&shown.facility, &shown.kiosk);
        let store = store::start(&config.store_directory, &owner, events.clone()).context("the store's thread")?;
        let recovery = Recovery {
            record: store.record,
            alive_ago: remains.alive_ago,
            ended_marks: remains.ended_marks,
            record_lost: store.record_lost,
        };
        let session = Session::recover(shown.kiosk.clone(), recovery, clock.now());

        let settings = NetSettings {
            service: config.service.clone(),
            kiosk: shown.kiosk.clone(),
            identity,
            tls,
            timings: Timings::default(),
            jitter: random_jitter(),
        };
        let (condition, told) = watch::channel(session.condition(clock.now()));
        let (machine, (progress, update)) = (Machine::read(), watch::channel(None));
        let updates = start_updates(config, &settings, &machine, told.clone(), progress, &events);
        let status = StatusSource { condition: told, machine, update, disk: config.store_directory.clone() };
        let (net, net_thread) =
            net::start(settings, events.clone(), clock.clone(), store.handle.clone(), store.snapshot, status)
                .context("the network's thread")?;
        let media = start_media(config, &events);
        let badge = BadgeThread::start(config.reader.clone(), events.clone()).context("the reader's thread")?;

        let screen = ScreenSlot::new(session.screen());
        let gate = media.as_ref().map_or_else(Gate::default, MediaHandle::gate);
        let pictures = media.as_ref().map(|media| [media.remote_picture(), media.self_picture()]).unwrap_or_default();
        let (ui_heartbeat, first_frames) = (Heartbeat::default(), FirstFrames::default());
        let window = SeenWindow { heartbeat: ui_heartbeat.clone(), frames: first_frames.clone() };
        let each_second = each_second(Arc::clone(&runtime), clock.clone(), media.clone(), window, screen.clone());
        let session_clock = clock.clone();
        let session = SessionLoop {
            session,
            events: receiver,
            effects: Shells {
                store: store.handle.clone(),
                net: net.clone(),
                media: media.clone(),
                lights: Some(badge.lights()),
                checks: Some(check::start(config, events.clone()).context("the self-check's thread")?),
                gate,
                pins: PinVerifier::start(events.clone()).context("the PIN worker")?,
                runtime,
            },
            now: Box::new(move || session_clock.now()),
            screen: screen.clone(),
            condition,
            each_second,
        }
        .start()
        .context("the session's thread")?;

        let (store, store_thread) = (store.handle, store.thread);
        let parts = Parts { session, badge, media, net, net_thread, updates, store, store_thread };
        let parts = Arc::new(Mutex::new(Some(parts)));
        let stopping = Stopping::default();
        let running = Self { events, clock, screen, ui_heartbeat, first_frames, pictures, stopping, parts };
        running.listen_for_signals().context("the signals' thread")?;
        Ok(running)
    }

    pub(super) fn stopping(&self) -> Stopping {
        self.stopping.clone()
    }

    pub(super) fn screen(&self) -> &ScreenSlot {
        &self.screen
    }

    /// The visitor's picture and our own.
    pub(super) fn pictures(&self) -> [PictureSlot; 2] {
        self.pictures.clone()
    }

    pub(super) fn now(&self) -> Now {
        self.clock.now()
    }

    pub(super) fn ui_heartbeat(&self) -> &Heartbeat {
        &self.ui_heartbeat
    }

    pub(super) fn first_frames(&self) -> &FirstFrames {
        &self.first_frames
    }

    pub(super) fn act(&self, action: UserAction) {
        if !self.events.send(Event::User(action)) {
            tracing::warn!("the session's control lane is full: a touch was dropped");
        }
    }

    /// SIGTERM and SIGINT ask the window to close; where it does not, this thread ends the process.
    fn listen_for_signals(&self) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let running = self.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(signalled());
            tracing::info!("asked to stop");
            running.stopping.ask();
            running.screen.wake();
            thread::sleep(END_PATIENCE);
            running.shut_down();
            tracing::warn!("the window did not close: the process ends without it");
            std::process::exit(0);
        })?;
        Ok(())
    }

    /// Ends every part in order: no new events, the session, media, the line, at last the record.
    pub(super) fn shut_down(&self) {
        let Some(parts) = self.parts.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let deadline = Instant::now() + END_PATIENCE;
        self.events.close();
        join_by(deadline, "session", move || parts.session.join());
        join_by(deadline, "badge", move || {
            parts.badge.stop();
            Ok(())
        });
        join_by(deadline, "media", move || {
            if let Some(media) = parts.media {
                media.join();
            }
            Ok(())
        });
        if let Some(updates) = parts.updates {
            join_by(deadline, "update", move || updates.end());
        }
        parts.net.stop();
        join_by(deadline, "net", move || parts.net_thread.join());
        join_by(deadline, "store", move || {
            parts.store.stop();
            parts.store_thread.join()
        });
    }
}

/// Waits for a thread's end, but no longer than until `deadline`.
fn join_by(deadline: Instant, part: &'static str, join: impl FnOnce() -> thread::Result<()> + Send + 'static) {
    let (done, ended): (_, Receiver<thread::Result<()>>) = sync_channel(1);
    let waiter = thread::Builder::new().name("joiner".to_owned()).spawn(move || done.send(join()));
    if waiter.is_err() {
        return;
    }
    match ended.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Ok(())) => {}
        Ok(Err(_)) => tracing::error!(part, "a thread panicked"),
        Err(_) => tracing::warn!(part, "did not end in time"),
    }
}

async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Updates, on a machine that runs an image.
fn start_updates(
    config: &KioskConfig,
    line: &NetSettings,
    machine: &Machine,
    condition: watch::Receiver<KioskCondition>,
    progress: watch::Sender<Option<UpdateWire>>,
    events: &EventSender,
) -> Option<UpdateThread> {
    let settings = UpdateSettings {
        directory: config.store_directory.join("updates"),
        running: machine.image_version.clone()?,
        is_on_trial: machine.is_on_trial,
        boot_id: boot_id(),
        machine: MachineFiles::of(&config.runtime_directory),
        keep_free_bytes: KEPT_FREE_BYTES,
        timings: UpdateTimings::default(),
    };
    // A kiosk whose disk has no room for updates serves visits all the same.
    UpdateThread::start(line, settings, condition, progress, events.clone())
        .inspect_err(|error| tracing::warn!(%error, "this kiosk will not update itself"))
        .ok()
}

/// Media, or the event that it failed.
fn start_media(config: &KioskConfig, events: &EventSender) -> Option<MediaHandle> {
    let reported = events.clone();
    let started = media::start(config.media.clone(), move |event| {
        if !reported.send(Event::Media(event)) {
            tracing::warn!("a lane to the session is full: an event of media was dropped");
        }
    });
    started
        .inspect_err(|error| {
            tracing::warn!(%error, code = "K-03", "media cannot start");
            events.send(Event::Media(MediaEvent::MediaFailed));
        })
        .ok()
}
