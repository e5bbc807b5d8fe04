//! The process behind the kiosk's window (`kiosk-fallback.service`): what people see while the kiosk
//! starts, and where it cannot.
//!
//! It looks at the kiosk's signs once a second and touches nothing. A compositor of kiosks shows the
//! newest window, so this one must be older than the kiosk's: while a kiosk draws, none is opened.
//! Where no window can be, it writes to standard output, which is the console.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use eframe::{App, CreationContext, Frame};
use egui::{Context, RawInput};
use muwajaha_core::domain::BootTime;

use crate::app::WindowError;
use crate::identity::Identity;
use crate::system::clock::boot_now;
use crate::system::failure::Failure;
use crate::system::first_frames::FirstFrames;
use crate::system::notification::Notifier;
use crate::system::runtime_directory::KioskSigns;
use crate::ui::{self, FallbackPicture, FallbackUi, filter_input};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A kiosk that failed and draws again within this had a moment's trouble.
const PATIENCE_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// A kiosk that has told nothing may be slow.
const PATIENCE: Duration = Duration::from_secs(40);

/// Where the fall-back picture learns what stands on it.
#[derive(Debug, Clone)]
pub struct FallbackPlaces {
    /// The kiosk's identity, for its name; it may be missing.
    pub identity_file: PathBuf,
    /// The kiosk's runtime directory; it may be missing.
    pub runtime_directory: PathBuf,
}

/// Shows the fall-back picture until it is ended. `windowed` is the size of a window instead of the
/// full screen.
///
/// # Errors
/// Where the window cannot be shown, or ended.
pub fn run(places: FallbackPlaces, windowed: Option<[u32; 2]>) -> anyhow::Result<()> {
    let systemd = Notifier::from_environment();
    wait_while_kiosk_draws(&places.runtime_directory, &systemd);
    let options = ui::native_options(windowed.is_none(), windowed);
    let for_window = places.clone();
    let shown = eframe::run_native(
        "muwajaha-fallback",
        options,
        Box::new(move |context| Ok(Box::new(Curtain::new(context, for_window, systemd)))),
    );
    // Nothing can be said where standard output is no console.
    let _ = std::io::stdout().write_all(words_without_a_window(&places).as_bytes());
    shown.map_err(WindowError::from)?;
    Err(WindowError::Ended.into())
}

/// For a console, which has Latin letters alone: the last that a kiosk without a compositor can say.
fn words_without_a_window(places: &FallbackPlaces) -> String {
    let code = Failure::Window.code();
    let kiosk = Identity::read(&places.identity_file).map(|identity| format!("  {}", identity.kiosk.as_str()));
    let kiosk = kiosk.unwrap_or_default();
    let clear = "\u{1b}[2J\u{1b}[H";
    format!("{clear}\n\n    {code}{kiosk}\n\n    This kiosk is not working now. Please ask a guard for another one.\n")
}

/// A picture that is not needed is as good as one that is shown: systemd is told ready at once.
fn wait_while_kiosk_draws(runtime_directory: &Path, systemd: &Notifier) {
    let is_drawing = || KioskSigns::seen_in(runtime_directory, boot_now()).is_drawing;
    if is_drawing() {
        systemd.tell("READY=1\nSTATUS=the kiosk draws");
    }
    while is_drawing() {
        thread::sleep(LOOK_EVERY);
    }
}

/// How long the kiosk has been waited for.
#[derive(Debug, Default)]
struct Waiting {
    since: Option<BootTime>,
}

impl Waiting {
    /// Why the kiosk does not work, once it was waited for long enough.
    fn look(&mut self, signs: KioskSigns, now: BootTime) -> Option<Failure> {
        if signs.is_drawing {
            self.since = None;
            return None;
        }
        let waited = now.since(*self.since.get_or_insert(now));
        match signs.last_failure {
            Some(failure) => (waited >= PATIENCE_AFTER_FAILURE).then_some(failure),
            None => (waited >= PATIENCE).then_some(Failure::NothingDrawn),
        }
    }
}

/// The app on main.
struct Curtain {
    ui: FallbackUi,
    places: FallbackPlaces,
    picture: FallbackPicture,
    waiting: Waiting,
    frames: FirstFrames,
    systemd: Notifier,
    ready: bool,
}

impl Curtain {
    fn new(context: &CreationContext<'_>, places: FallbackPlaces, systemd: Notifier) -> Self {
        Self {
            ui: FallbackUi::new(&context.egui_ctx),
            places,
            picture: FallbackPicture::default(),
            waiting: Waiting::default(),
            frames: FirstFrames::default(),
            systemd,
            ready: false,
        }
    }

    /// Looks at the kiosk, and logs what is shown where that has changed.
    fn look(&mut self) {
        let now = boot_now();
        let failure = self.waiting.look(KioskSigns::seen_in(&self.places.runtime_directory, now), now);
        if failure != self.picture.failure {
            let code = failure.map_or("none", Failure::code);
            tracing::warn!(code, "what the fall-back picture says");
            self.picture.failure = failure;
        }
        if self.picture.kiosk.is_none() {
            self.picture.kiosk = Identity::read(&self.places.identity_file).ok().map(|identity| identity.kiosk);
        }
    }
}

impl App for Curtain {
    fn logic(&mut self, context: &Context, _frame: &mut Frame) {
        self.look();
        if !self.ready && self.frames.are_drawn() {
            self.ready = true;
            self.systemd.tell("READY=1\nSTATUS=the picture is behind the kiosk");
        }
        context.request_repaint_after(if self.ready { LOOK_EVERY } else { Duration::ZERO });
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        self.frames.pass_begins();
        self.ui.draw(ui, &self.picture);
    }

    /// Nothing on it can be touched.
    fn raw_input_hook(&mut self, _context: &Context, raw: &mut RawInput) {
        filter_input(raw);
        raw.events.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: KioskSigns = KioskSigns { is_drawing: true, last_failure: None };
    const SILENT: KioskSigns = KioskSigns { is_drawing: false, last_failure: None };
    const REFUSED: KioskSigns = KioskSigns { is_drawing: false, last_failure: Some(Failure::Configuration) };

    /// What is shown at the end of a time, looked at each second.
    fn after(waiting: &mut Waiting, from: u64, seconds: u64, signs: KioskSigns) -> Option<&'static str> {
        let looks = (from..=from + seconds).map(|second| waiting.look(signs, BootTime::from_millis(second * 1000)));
        looks.fold(None, |_, failure| failure).map(Failure::code)
    }

    #[test]
    fn a_kiosk_that_starts_has_time() {
        let mut waiting = Waiting::default();
        assert_eq!(after(&mut waiting, 1, 39, SILENT), None);
        assert_eq!(after(&mut waiting, 41, 0, SILENT), Some("K-18"));
    }

    #[test]
    fn a_kiosk_that_cannot_start_has_its_code_on_the_screen() {
        let mut waiting = Waiting::default();
        assert_eq!(after(&mut waiting, 1, 9, REFUSED), None);
        assert_eq!(after(&mut waiting, 11, 500, REFUSED), Some("K-11"));
        assert_eq!(after(&mut waiting, 512, 1, DRAWING), None);
    }

    #[test]
    fn a_kiosk_that_crashes_and_comes_back_shows_no_code() {
        let crashed = KioskSigns { is_drawing: false, last_failure: Some(Failure::Crash) };
        let mut waiting = Waiting::default();
        for time in 0..20 {
            assert_eq!(after(&mut waiting, time * 100, 50, DRAWING), None);
            assert_eq!(after(&mut waiting, time * 100 + 51, 5, crashed), None);
        }
    }
}
