//! The technician's stick: on a machine that was started from it, the image that the stick carries is written to the
//! machine's own disk.
//!
//! Main draws; the thread `installer` looks for disks, has the one written whose button somebody held, reads it back, and
//! restarts the machine once the stick is out. Nothing is written before that, and nothing but what the stick's verified
//! root and its boot partition hold. Keeps no state: switched off in the middle, it is begun anew.

mod boot_files;
mod disks;
mod stick;
mod window;
mod writing;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;

pub use disks::{Disk, Holds};

use crate::app::WindowError;
use crate::session_loop::Slot;
use crate::ui;
use disks::usable_disks;
use stick::Stick;
use window::InstallerWindow;

const EACH_SECOND: Duration = Duration::from_secs(1);

/// What the technician sees.
///
/// ```text
/// Disks ──held──► Writing ──► Checking ──► Done ──stick out──► restart
///   ▲ no disk: Failed  └──────────┴──► Failed
///   └────────────────── again ───────────┘
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallerView {
    /// The machine is looked at.
    Looking,
    /// One of these may be written.
    Disks(Vec<Disk>),
    /// It is being written.
    Writing {
        /// Which one.
        disk: Disk,
        /// How far.
        percent: u8,
    },
    /// What was written is read back.
    Checking {
        /// Of which one.
        disk: Disk,
        /// How far.
        percent: u8,
    },
    /// All is on the disk.
    Done,
    /// It did not work.
    Failed(InstallerProblem),
}

/// Why a machine cannot be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InstallerProblem {
    /// It shows no disk of its own.
    #[error("no disk that is built in")]
    NoDisk,
    /// All that it shows are too small.
    #[error("no disk that is large enough")]
    DiskTooSmall,
    /// The stick is not there, or cannot be read.
    #[error("the stick cannot be read")]
    StickUnreadable,
    /// The disk takes nothing.
    #[error("the disk cannot be written")]
    NotWritten,
    /// The disk says something else than what was written.
    #[error("the disk does not hold what was written")]
    NotAsWritten,
}

impl InstallerProblem {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::NoDisk, Self::DiskTooSmall, Self::StickUnreadable, Self::NotWritten, Self::NotAsWritten];

    /// What stands on the screen and in the log.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoDisk => "I-11",
            Self::DiskTooSmall => "I-12",
            Self::StickUnreadable => "I-13",
            Self::NotWritten => "I-14",
            Self::NotAsWritten => "I-15",
        }
    }
}

/// What the technician did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallerTouch {
    /// Held the button of this disk.
    Erase(Disk),
    /// Wants another attempt.
    Again,
}

/// Shows the installer. `windowed` is the size of a window instead of the full screen.
///
/// # Errors
/// Where a part cannot be started, or the window ended.
pub fn run(windowed: Option<[u32; 2]>) -> anyhow::Result<()> {
    let (touches, touched) = channel();
    let view = Slot::new(InstallerView::Looking);
    let installer = Installer { view: view.clone(), touched };
    thread::Builder::new().name("installer".to_owned()).spawn(move || installer.run()).context("the thread")?;
    let shown = eframe::run_native(
        "muwajaha-installer",
        ui::native_options(windowed.is_none(), windowed),
        Box::new(move |context| Ok(Box::new(InstallerWindow::new(context, view, touches)))),
    );
    shown.map_err(WindowError::from)?;
    Err(WindowError::Ended.into())
}

/// The thread `installer`.
struct Installer {
    view: Slot<InstallerView>,
    touched: Receiver<InstallerTouch>,
}

impl Installer {
    fn run(self) {
        loop {
            match self.install() {
                Ok(stick) => self.restart_without(&stick),
                Err(problem) => {
                    tracing::warn!(%problem, code = problem.code(), "this machine is not installed");
                    self.view.show(InstallerView::Failed(problem));
                    if !self.wait_for_another_attempt() {
                        return;
                    }
                }
            }
        }
    }

    fn install(&self) -> Result<Stick, InstallerProblem> {
        let stick = Stick::started_from()?;
        let Some(disk) = self.chosen_disk(&stick) else { return Err(InstallerProblem::NoDisk) };
        tracing::info!(disk = disk.name, model = disk.model, "is written");
        writing::write(&stick, &disk, |percent| {
            self.view.show(InstallerView::Writing { disk: disk.clone(), percent });
        })?;
        writing::check(&stick, &disk, |percent| {
            self.view.show(InstallerView::Checking { disk: disk.clone(), percent });
        })?;
        Ok(stick)
    }

    /// Looks each second what disks there are, until the button of one was held that is still what was shown; none once
    /// nobody can touch any more.
    fn chosen_disk(&self, stick: &Stick) -> Option<Disk> {
        loop {
            self.view.show(match usable_disks(stick) {
                Ok(disks) => InstallerView::Disks(disks),
                Err(problem) => InstallerView::Failed(problem),
            });
            let is_there = |disk: &Disk| usable_disks(stick).is_ok_and(|disks| disks.contains(disk));
            match self.touched.recv_timeout(EACH_SECOND) {
                Ok(InstallerTouch::Erase(disk)) if is_there(&disk) => return Some(disk),
                Ok(InstallerTouch::Erase(_) | InstallerTouch::Again) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn wait_for_another_attempt(&self) -> bool {
        while let Ok(touch) = self.touched.recv() {
            if touch == InstallerTouch::Again {
                return true;
            }
        }
        false
    }

    fn restart_without(&self, stick: &Stick) {
        stick.leave_memory_enough_to_restart();
        self.view.show(InstallerView::Done);
        while stick.is_plugged_in() {
            thread::sleep(EACH_SECOND);
        }
        if let Err(error) = rustix::system::reboot(rustix::system::RebootCommand::Restart) {
            tracing::error!(%error, "the machine does not restart: switch it off and on");
            thread::sleep(Duration::from_secs(60));
        }
    }
}

/// Where touches go to.
type Touches = Sender<InstallerTouch>;
