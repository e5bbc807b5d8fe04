//! The kiosk's screen to look at and to touch: buttons are found by their colours, as an eye finds
//! them, and a screen counts as another one when enough of its resting pixels changed.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::detect::framebuffer::Framebuffer;
use crate::detect::{ChangeWatch, ColouredBox, Pixels, find_boxes};
use crate::prison::{GUARD_PIN, Person, TECHNICIAN_PIN, VisitingRoom};
use crate::stage::{Display, corrupt_frame, frame, wait_until};

const LEAST_BUTTON: (usize, usize) = (60, 40);
// A clock's new minute is a tenth of this, the least change of words five times.
const CHANGED_SHARE: f32 = 0.004;
const PIN_KEYS: usize = 11;
// What moves by itself has moved within it.
const MOTION: Duration = Duration::from_millis(1200);
const LOOK_EVERY: Duration = Duration::from_millis(60);
// A finger is no faster; two taps on one key within a frame are one.
const FINGER_PAUSE: Duration = Duration::from_millis(250);

/// What a button's colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Green: yes, open.
    Accept,
    /// Red: what ends something.
    End,
    /// Dark teal: the next thing to do; lock.
    Primary,
    /// White: everything else.
    Plain,
}

impl Look {
    fn colour(self) -> [u8; 3] {
        match self {
            Self::Accept => [30, 112, 68],
            Self::End => [172, 44, 36],
            Self::Primary => [14, 98, 110],
            Self::Plain => [255, 255, 255],
        }
    }
}

/// A badge that was put to the reader.
#[derive(Debug, Clone, Copy)]
pub struct Tapped {
    /// From the first byte on the line to changed pixels.
    pub to_screen: Duration,
}

/// The kiosk's screen.
#[derive(Debug)]
pub struct KioskScreen<'a> {
    display: &'a Display,
    framebuffer: Framebuffer,
}

impl<'a> KioskScreen<'a> {
    /// The screen of this display.
    ///
    /// # Errors
    /// When its pixels cannot be read.
    pub fn of(display: &'a Display) -> anyhow::Result<Self> {
        Ok(Self { display, framebuffer: display.framebuffer()? })
    }

    /// All pixels now.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn pixels(&self) -> anyhow::Result<Pixels> {
        self.framebuffer.read().context("reading the kiosk's screen")
    }

    /// Saves a picture as `<stem>.<name>.png`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, stem: &Path, name: &str) -> anyhow::Result<PathBuf> {
        let path = beside(stem, &format!("{name}.png"));
        self.pixels()?.save_png(&path).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }

    /// Remembers what the screen looks like, disregarding what moves by itself for a while.
    ///
    /// # Errors
    /// When the pixels cannot be read.
    pub async fn remember(&self, motion: Duration) -> anyhow::Result<ChangeWatch> {
        let mut watch = ChangeWatch::start(&self.framebuffer)?;
        let started = Instant::now();
        while started.elapsed() < motion {
            tokio::time::sleep(LOOK_EVERY).await;
            watch.disregard_motion(&self.framebuffer)?;
        }
        Ok(watch)
    }

    /// Waits until the screen is another one than the remembered.
    ///
    /// # Errors
    /// When it stays the same.
    pub async fn wait_for_change(&self, before: &ChangeWatch, what: &str, limit: Duration) -> anyhow::Result<()> {
        wait_until(what, limit, LOOK_EVERY, async || {
            Ok((before.changed_share(&self.framebuffer)? > CHANGED_SHARE).then_some(()))
        })
        .await
    }

    /// Waits as closely as it can until the screen is another one than the remembered; when it was.
    ///
    /// # Errors
    /// When it stays the same.
    pub async fn changed_at(&self, before: &ChangeWatch, what: &str, limit: Duration) -> anyhow::Result<Instant> {
        wait_until(what, limit, Duration::from_millis(1), async || {
            Ok((before.changed_share(&self.framebuffer)? > CHANGED_SHARE).then(Instant::now))
        })
        .await
    }

    /// Waits until the screen is the remembered one again.
    ///
    /// # Errors
    /// When it stays another.
    pub async fn wait_for_return(&self, before: &ChangeWatch, what: &str, limit: Duration) -> anyhow::Result<()> {
        wait_until(what, limit, LOOK_EVERY, async || {
            Ok((before.changed_share(&self.framebuffer)? < CHANGED_SHARE).then_some(()))
        })
        .await
    }

    /// Waits until little moves on the screen and it is not black.
    ///
    /// # Errors
    /// When it does not settle.
    pub async fn wait_until_drawn(&self, limit: Duration) -> anyhow::Result<()> {
        wait_until("the kiosk's first screen", limit, LOOK_EVERY, async || {
            let before = ChangeWatch::start(&self.framebuffer)?;
            let bright = self.framebuffer.read_every(16)?.all().iter().filter(|[red, _, _]| *red > 100).count();
            tokio::time::sleep(Duration::from_millis(300)).await;
            let is_still = before.changed_share(&self.framebuffer)? < CHANGED_SHARE;
            Ok((is_still && bright > 1000).then_some(()))
        })
        .await
    }

    /// The buttons of one look.
    ///
    /// # Errors
    /// When the pixels cannot be read.
    pub fn buttons(&self, look: Look) -> anyhow::Result<Vec<ColouredBox>> {
        Ok(find_boxes(&self.pixels()?, look.colour(), LEAST_BUTTON))
    }

    /// Waits for a button of this look and presses it; the largest, where there are several.
    ///
    /// # Errors
    /// When none appears; `what` names it.
    pub async fn press(&self, look: Look, what: &str, limit: Duration) -> anyhow::Result<()> {
        let button = wait_until(what, limit, LOOK_EVERY, async || {
            Ok(self.buttons(look)?.into_iter().max_by_key(|button| button.width * button.height))
        })
        .await?;
        self.click(button).await
    }

    /// Presses a button and takes the finger away.
    ///
    /// # Errors
    /// When the display is gone.
    pub async fn click(&self, button: ColouredBox) -> anyhow::Result<()> {
        let (x, y) = button.centre();
        self.display.click(x, y).await?;
        self.display.park_pointer()
    }

    /// The buttons of the two languages that are not shown, once they are others than these.
    ///
    /// # Errors
    /// When they do not appear.
    pub async fn other_languages(
        &self,
        than: Option<[ColouredBox; 2]>,
        limit: Duration,
    ) -> anyhow::Result<[ColouredBox; 2]> {
        wait_until("a screen in another language", limit, LOOK_EVERY, async || {
            // They stand in the first row; a kiosk without a reader has another button below.
            let mut plain = self.buttons(Look::Plain)?;
            let first_row = plain.first().map(|button| button.top);
            plain.retain(|button| first_row.is_some_and(|top| button.top.abs_diff(top) <= 4));
            let others = <[ColouredBox; 2]>::try_from(plain).ok();
            Ok(others.filter(|others| than != Some(*others)))
        })
        .await
    }

    /// The keys of the PIN pad, 1 to 9, erase, 0; `None` where no pad is on the screen.
    ///
    /// # Errors
    /// When the pixels cannot be read.
    pub fn pin_keys(&self) -> anyhow::Result<Option<Vec<ColouredBox>>> {
        let white = self.buttons(Look::Plain)?;
        let alike = |key: &ColouredBox| -> Vec<ColouredBox> {
            let near =
                |other: &&ColouredBox| other.width.abs_diff(key.width) <= 4 && other.height.abs_diff(key.height) <= 4;
            white.iter().filter(near).copied().collect()
        };
        let mut keys = white.iter().map(alike).max_by_key(Vec::len).unwrap_or_default();
        // Rows may differ by a pixel.
        keys.sort_by_key(|key| (key.top / 16, key.left));
        Ok((keys.len() == PIN_KEYS).then_some(keys))
    }

    /// Types a PIN on the pad and confirms it.
    ///
    /// # Errors
    /// When no pad appears, or it does not take the digits.
    pub async fn enter_pin(&self, pin: &str) -> anyhow::Result<()> {
        let keys = wait_until("the PIN pad", Duration::from_secs(5), LOOK_EVERY, async || self.pin_keys()).await?;
        for digit in pin.chars() {
            let place = match digit {
                '0' => 10,
                '1'..='9' => (u32::from(digit) - u32::from('1')) as usize,
                _ => bail!("a PIN is made of digits"),
            };
            self.click(*keys.get(place).context("the PIN pad lacks a key")?).await?;
            tokio::time::sleep(FINGER_PAUSE).await;
        }
        self.press(Look::Accept, "the PIN pad's confirming key", Duration::from_secs(3)).await
    }

    /// A guard's badge and PIN, until the guard's panel is there.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn guard_at_panel(&self, room: &VisitingRoom) -> anyhow::Result<()> {
        self.at_panel(room, Person::Guard, GUARD_PIN).await
    }

    /// A technician's badge and PIN, until their panel is there.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn technician_at_panel(&self, room: &VisitingRoom) -> anyhow::Result<()> {
        self.at_panel(room, Person::Technician, TECHNICIAN_PIN).await
    }

    async fn at_panel(&self, room: &VisitingRoom, staff: Person, pin: &str) -> anyhow::Result<()> {
        let before = self.remember(MOTION).await?;
        room.tap(staff).await?;
        let what = format!("a changed screen after the badge of `{}`", staff.word());
        self.wait_for_change(&before, &what, Duration::from_secs(3)).await?;
        self.enter_pin(pin).await?;
        wait_until("the guard's panel", Duration::from_secs(8), LOOK_EVERY, async || {
            let is_there = self.pin_keys()?.is_none();
            Ok((is_there && self.buttons(Look::Plain)?.len() > 1).then_some(()))
        })
        .await
    }

    /// Puts a badge to the reader and waits for changed pixels.
    ///
    /// # Errors
    /// When the screen stays as it was.
    pub async fn tap(&self, room: &VisitingRoom, person: Person) -> anyhow::Result<Tapped> {
        self.tap_bytes(room, person, frame(person.card())).await
    }

    /// The same over a line that spoils every frame.
    ///
    /// # Errors
    /// When the screen stays as it was, as it should.
    pub async fn tap_over_bad_line(&self, room: &VisitingRoom, person: Person) -> anyhow::Result<Tapped> {
        self.tap_bytes(room, person, corrupt_frame(person.card())).await
    }

    async fn tap_bytes(&self, room: &VisitingRoom, person: Person, bytes: [u8; 14]) -> anyhow::Result<Tapped> {
        const RESTING: Duration = Duration::from_millis(200);
        const FRAME_EVERY: Duration = Duration::from_millis(65);
        let before = self.remember(MOTION).await?;
        let started = Instant::now();
        let mut written = 0;
        room.reader.write(&bytes)?;
        let what = format!("a changed screen after the badge of `{}`", person.word());
        wait_until(&what, Duration::from_secs(3), Duration::from_millis(1), async || {
            let frames = started.elapsed().min(RESTING).as_millis() / FRAME_EVERY.as_millis();
            if frames > written {
                written = frames;
                room.reader.write(&bytes)?;
            }
            let changed = before.changed_share(&self.framebuffer)? > CHANGED_SHARE;
            Ok(changed.then(|| Tapped { to_screen: started.elapsed() }))
        })
        .await
    }
}

/// A file beside `stem`: `report.json` and `locked.png` give `report.locked.png`.
pub(super) fn beside(stem: &Path, name: &str) -> PathBuf {
    let base = stem.file_stem().unwrap_or_default().to_string_lossy();
    stem.with_file_name(format!("{base}.{name}"))
}
