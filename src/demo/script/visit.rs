//! One whole visit, from the guard's badge to the idle screen.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::ears::Ears;
use super::eye::{KioskEye, Seen};
use super::failure::{Failure, InPart, Part};
use super::report::Report;
use super::screens::{KioskScreen, Look, beside};
use crate::prison::{Bookings, GUARD_PIN, Kiosk, Person, VisitingRoom};
use crate::stage::{Display, wait_until};
use crate::visitor::{
    BrowserTrick, CameraFile, FIRST_VISITOR_COUNTER, PictureFormat, VisitorBrowser, write_microphone,
};

/// A part that is sabotaged on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Break {
    /// The kiosk's camera is missing.
    Camera,
    /// The kiosk's microphone hears nothing.
    Audio,
    /// The reader's line spoils every frame of the inmate's badge.
    Badge,
    /// The kiosk freezes before the slot's end.
    End,
    /// The visitor never joins.
    Visitor,
    /// The visitor's answer names another certificate than the one in use.
    Fingerprint,
}

/// What is to be played.
#[derive(Debug, Clone)]
pub struct VisitPlan {
    /// The booked slot.
    pub slot: Duration,
    /// The part to sabotage.
    pub sabotage: Option<Break>,
    /// Where the report goes; pictures lie beside it.
    pub report: PathBuf,
    /// Which visit of this room it is, from 1.
    pub number: u32,
}

const LEAD: Duration = Duration::from_secs(30);
const LEAD_OF_OPEN_KIOSK: Duration = Duration::from_secs(12);
const MOST_LATE: Duration = Duration::from_millis(1500);
const MOST_EARLY: Duration = Duration::from_millis(2500);

/// Plays a visit in `room` and reports. Never fails: what did not happen stands in the report.
pub async fn play(room: &mut VisitingRoom, plan: &VisitPlan) -> Report {
    let mut report = Report::default();
    report.visit.slot_seconds = plan.slot.as_secs_f64();
    let Some(display) = room.display.clone() else {
        report.errors.push(Failure::new(Part::Stage, "the room has no display of its own").to_string());
        return report;
    };
    let mut play = Play { room, display: &display, plan, report, booking: None };
    let ended = play.whole_visit().await;
    let Play { mut report, booking, .. } = play;
    if let Err(failure) = ended {
        report.errors.push(failure.to_string());
        if let Ok(picture) = KioskScreen::of(&display).and_then(|screen| screen.save(&plan.report, "at-failure")) {
            report.screenshots.push(picture.display().to_string());
        }
    }
    if let Some(booking) = booking {
        outcome(room, &booking, plan, &mut report).await;
    }
    if let Err(error) = room.check_running() {
        report.errors.push(Failure::new(Part::Kiosk, format!("{error:#}")).to_string());
    }
    report
}

struct Play<'a> {
    room: &'a mut VisitingRoom,
    display: &'a Display,
    plan: &'a VisitPlan,
    report: Report,
    booking: Option<Bookings>,
}

impl Play<'_> {
    async fn whole_visit(&mut self) -> Result<(), Failure> {
        let screen = KioskScreen::of(self.display).in_part(Part::Stage)?;
        let lead = if self.plan.number == 1 { LEAD } else { LEAD_OF_OPEN_KIOSK };
        let starts_at = SystemTime::now() + lead;
        let booking = self.room.people.book(&self.room.service, self.plan.number, starts_at, self.plan.slot).await;
        let booking = booking.in_part(Part::Service)?;
        self.booking = Some(booking.clone());
        if self.plan.number == 1 {
            self.open_the_kiosk(&screen).await?;
            self.refused_badges(&screen).await?;
        }
        let (browser, camera) = self.visitor_at_the_page(&booking).await?;
        let ended = self.visit(&screen, &browser, &camera, &booking).await;
        browser.stop().await;
        ended
    }

    /// The guard unlocks the kiosk.
    async fn open_the_kiosk(&mut self, screen: &KioskScreen<'_>) -> Result<(), Failure> {
        self.room.start_kiosk().await.in_part(Part::Kiosk)?;
        let shown = async {
            self.display.wait_for_window(Duration::from_secs(20)).await?;
            screen.wait_until_drawn(Duration::from_secs(20)).await
        };
        let shown = shown.await;
        shown.map_err(|error| self.with_kiosk_log(error)).in_part(Part::Kiosk)?;
        self.picture(screen, "locked")?;
        let tapped = screen.tap(self.room, Person::Guard).await;
        self.note_tap(tapped)?;
        self.picture(screen, "pin-pad")?;
        screen.enter_pin(GUARD_PIN).await.in_part(Part::Kiosk)?;
        wait_until("the guard's panel", Duration::from_secs(8), Duration::from_millis(100), async || {
            Ok((screen.pin_keys()?.is_none() && !screen.buttons(Look::Accept)?.is_empty()).then_some(()))
        })
        .await
        .map_err(|error| self.with_kiosk_log(error))
        .in_part(Part::Kiosk)?;
        self.picture(screen, "guard-panel")?;
        let panel = screen.remember(Duration::from_millis(300)).await.in_part(Part::Stage)?;
        screen
            .press(Look::Accept, "the panel's button that opens the kiosk", Duration::from_secs(3))
            .await
            .in_part(Part::Kiosk)?;
        screen.wait_for_change(&panel, "the panel's closing", Duration::from_secs(5)).await.in_part(Part::Kiosk)?;
        tokio::time::sleep(Duration::from_millis(400)).await;
        self.picture(screen, "idle")
    }

    /// Badges that open nothing, each with its own screen.
    async fn refused_badges(&mut self, screen: &KioskScreen<'_>) -> Result<(), Failure> {
        for (person, name) in [
            (Person::Stranger, "unknown-badge"),
            (Person::InmateWithoutVisit, "no-visit"),
            (Person::InmateElsewhere, "another-kiosk"),
            (Person::InmateTooEarly, "too-early"),
        ] {
            let tapped = screen.tap(self.room, person).await;
            self.note_tap(tapped)?;
            tokio::time::sleep(Duration::from_millis(150)).await;
            self.picture(screen, name)?;
        }
        Ok(())
    }

    /// The visitor opens the link and waits in the lobby.
    async fn visitor_at_the_page(&mut self, booking: &Bookings) -> Result<(VisitorBrowser, CameraFile), Failure> {
        let folder = self.room.directory.folder("visitor").in_part(Part::Stage)?;
        let (camera_file, microphone) = (folder.join("camera.y4m"), folder.join("microphone.wav"));
        let mut random = [0_u8; 2];
        getrandom::fill(&mut random).map_err(|error| Failure::new(Part::Stage, error.to_string()))?;
        let first = FIRST_VISITOR_COUNTER + u16::from_le_bytes(random) % 8192;
        let camera = CameraFile::write(&camera_file, first, PictureFormat::SMALL).in_part(Part::Stage)?;
        write_microphone(&microphone).in_part(Part::Stage)?;
        let trust = self.room.trusted_key_hash().in_part(Part::Service)?;
        let trick = match self.plan.sabotage {
            Some(Break::Fingerprint) => BrowserTrick::ForgedFingerprint,
            Some(Break::Camera | Break::Audio | Break::Badge | Break::End | Break::Visitor) | None => {
                BrowserTrick::Honest
            }
        };
        let browser = VisitorBrowser::start(&self.room.directory, &camera_file, &microphone, &trust, trick).await;
        let browser = browser.in_part(Part::Visitor)?;
        let in_lobby = async {
            browser.open(&booking.visitor_link).await?;
            browser.wait_for_state(&["lobby"], Duration::from_secs(15)).await
        };
        match in_lobby.await.in_part(Part::Visitor) {
            Ok(_) => Ok((browser, camera)),
            Err(failure) => {
                browser.stop().await;
                Err(failure)
            }
        }
    }

    /// From the inmate's badge to the idle screen.
    async fn visit(
        &mut self,
        screen: &KioskScreen<'_>,
        browser: &VisitorBrowser,
        camera: &CameraFile,
        booking: &Bookings,
    ) -> Result<(), Failure> {
        let tapped = match self.plan.sabotage {
            Some(Break::Badge) => screen.tap_over_bad_line(self.room, Person::InmateWithVisit).await,
            Some(_) | None => screen.tap(self.room, Person::InmateWithVisit).await,
        };
        self.note_tap(tapped)?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.picture(screen, "notice")?;
        let notice = screen.remember(Duration::from_millis(300)).await.in_part(Part::Stage)?;
        screen
            .press(Look::Accept, "the notice's accepting button", Duration::from_secs(3))
            .await
            .in_part(Part::Kiosk)?;
        screen.wait_for_change(&notice, "the waiting screen", Duration::from_secs(5)).await.in_part(Part::Kiosk)?;
        tokio::time::sleep(Duration::from_millis(800)).await;
        self.picture(screen, "waiting")?;
        self.page_picture(browser, "page-lobby").await?;
        if let Ok(rest) = booking.starts_at.duration_since(SystemTime::now()) {
            tokio::time::sleep(rest + Duration::from_millis(300)).await;
        }
        let framebuffer = self.display.framebuffer().in_part(Part::Stage)?;
        let eye = KioskEye::open(framebuffer, camera.counters.clone()).in_part(Part::Stage)?;
        if self.plan.sabotage != Some(Break::Visitor) {
            browser.press("join", Duration::from_secs(5)).await.in_part(Part::Visitor)?;
        }
        let ears = self.until_the_end(screen, browser, &eye, booking).await;
        let idle = self.the_end(screen, browser, booking, &eye).await;
        let seen = eye.close().in_part(Part::Stage)?;
        self.judge(&seen, &ears?, booking).await?;
        idle
    }

    /// The call, second by second, until the slot is over.
    async fn until_the_end(
        &mut self,
        screen: &KioskScreen<'_>,
        browser: &VisitorBrowser,
        eye: &KioskEye,
        booking: &Bookings,
    ) -> Result<Ears, Failure> {
        let mut ears = Ears::new(&self.room.kiosk().in_part(Part::Kiosk)?.speaker_file());
        let mut pictured = false;
        while let Ok(rest) = booking.ends_at.duration_since(SystemTime::now()) {
            let seen = browser.observe().await.in_part(Part::Visitor)?;
            if seen.states.last().is_some_and(|state| state.state != "in_call") && pictured && rest > MOST_EARLY {
                tracing::debug!("the page is at {:?}", seen.states.last());
            }
            ears.take(seen);
            if !pictured && eye.seen().frames > 20 {
                pictured = true;
                self.picture(screen, "in-call")?;
                self.page_picture(browser, "page-in-call").await?;
            }
            if self.plan.sabotage == Some(Break::End) && rest < Duration::from_secs(3) {
                self.room.kiosk().in_part(Part::Kiosk)?.freeze().in_part(Part::Kiosk)?;
            }
            self.room.check_running().in_part(Part::Kiosk)?;
            tokio::time::sleep(rest.min(Duration::from_secs(1))).await;
        }
        Ok(ears)
    }

    /// The end of the slot: the picture goes, both sides say so, the kiosk is idle again.
    async fn the_end(
        &mut self,
        screen: &KioskScreen<'_>,
        browser: &VisitorBrowser,
        booking: &Bookings,
        eye: &KioskEye,
    ) -> Result<(), Failure> {
        tokio::time::sleep(MOST_LATE).await;
        let seen = eye.seen();
        let late = seen.last_at.map(|last| signed_millis(booking.ends_at, last));
        self.report.visit.end_late_by_ms = late;
        if late.is_some_and(|late| late + 300 > MOST_LATE.as_millis() as i64) {
            return Err(Failure::new(
                Part::End,
                format!(
                    "the visitor was still on the kiosk's screen {:.1} s after the slot's end",
                    MOST_LATE.as_secs_f32()
                ),
            ));
        }
        self.picture(screen, "ended")?;
        if self.plan.sabotage != Some(Break::Visitor) {
            let ended = browser.wait_for_state(&["ended"], Duration::from_secs(5)).await;
            if let Err(error) = ended {
                self.report.errors.push(Failure::new(Part::End, format!("{error:#}")).to_string());
            }
            self.page_picture(browser, "page-ended").await?;
        }
        let ended = screen.remember(Duration::from_millis(1200)).await.in_part(Part::Stage)?;
        let idle = screen.wait_for_change(&ended, "the idle screen after the visit", Duration::from_secs(60)).await;
        idle.in_part(Part::End)?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.picture(screen, "idle-again")
    }

    /// Compares what was seen and heard with what a visit is.
    async fn judge(&mut self, seen: &Seen, ears: &Ears, booking: &Bookings) -> Result<(), Failure> {
        let report = &mut self.report;
        ears.fill(report, seen);
        ears.save_stats(&self.plan.report).in_part(Part::Stage)?;
        let mut missing = Vec::new();
        let mut expect = |holds: bool, part: Part, what: String| {
            if !holds {
                missing.push(Failure::new(part, what));
            }
        };
        if seen.frames == 0 && ears.counters == 0 {
            let refused = self.room.people.kiosk_record(&self.room.service).await.in_part(Part::Service)?;
            if refused.contains("peer_refused") {
                self.report.errors.push(
                    Failure::new(Part::Fingerprint, "the peer's certificate was refused; no frame passed either way")
                        .to_string(),
                );
                return Ok(());
            }
            let state = ears.last_state.as_deref().unwrap_or("nothing");
            let what = format!("nobody was seen or heard; the page ended at `{state}`");
            self.report.errors.push(Failure::new(Part::Visitor, what).to_string());
            return Ok(());
        }
        if self.plan.sabotage == Some(Break::Fingerprint) {
            let what = "frames passed although the certificate was not the signalled one".to_owned();
            expect(false, Part::Fingerprint, what);
        }
        let seconds = report.visit.connected_seconds;
        let enough = |frames: u64| frames as f64 > 5.0 * seconds.max(1.0);
        let least = self.plan.slot.as_secs_f64() * 0.7;
        expect(seconds > least, Part::Visitor, format!("connected for {seconds:.1} s, less than {least:.0} s"));
        let (kiosk, visitor) = (&report.kiosk, &report.visitor);
        let drawn = kiosk.remote_frames_drawn;
        expect(enough(drawn), Part::Visitor, format!("only {drawn} of the visitor's frames on the kiosk's screen"));
        let (decoded, counted) = (visitor.frames_decoded, visitor.counters_seen);
        expect(enough(counted), Part::Camera, format!("only {counted} of the kiosk's frames on the visitor's page"));
        expect(enough(decoded), Part::Camera, format!("the visitor's browser decoded only {decoded} frames"));
        expect(kiosk.remote_tone_heard, Part::Audio, "the kiosk's speaker never played the visitor's tones".to_owned());
        expect(visitor.kiosk_tone_heard, Part::Audio, "the visitor never heard the kiosk's tones".to_owned());
        let early = seen.last_change_at.map_or(0, |last| signed_millis(last, booking.ends_at));
        let most_early = MOST_EARLY.as_millis() as i64;
        expect(early < most_early, Part::End, format!("the picture stopped {early} ms before the slot's end"));
        for trouble in &ears.troubles {
            expect(false, Part::Visitor, format!("an error of the page's own: {trouble}"));
        }
        self.report.errors.extend(missing.iter().map(Failure::to_string));
        Ok(())
    }

    fn note_tap(&mut self, tapped: anyhow::Result<super::Tapped>) -> Result<(), Failure> {
        let tapped = tapped.map_err(|error| self.with_kiosk_log(error)).in_part(Part::Badge)?;
        let millis = tapped.to_screen.as_secs_f64() * 1000.0;
        let badge = &mut self.report.badge;
        badge.reads += 1;
        badge.tap_to_screen_ms = Some(badge.tap_to_screen_ms.map_or(millis, |slowest| slowest.max(millis)));
        Ok(())
    }

    fn picture(&mut self, screen: &KioskScreen<'_>, name: &str) -> Result<(), Failure> {
        let path = screen.save(&self.plan.report, name).in_part(Part::Stage)?;
        self.report.screens.push(name.to_owned());
        self.report.screenshots.push(path.display().to_string());
        tracing::info!("{name}");
        Ok(())
    }

    async fn page_picture(&mut self, browser: &VisitorBrowser, name: &str) -> Result<(), Failure> {
        let path = beside(&self.plan.report, &format!("{name}.png"));
        browser.save_screenshot(&path).await.in_part(Part::Visitor)?;
        self.report.screenshots.push(path.display().to_string());
        Ok(())
    }

    fn with_kiosk_log(&self, error: anyhow::Error) -> anyhow::Error {
        let tail = self.room.kiosk.as_ref().map(Kiosk::tail).unwrap_or_default();
        error.context(tail)
    }
}

/// What the service tells its connectors.
async fn outcome(room: &VisitingRoom, booking: &Bookings, plan: &VisitPlan, report: &mut Report) {
    let what = "the outcome of the visit in the connector's feed";
    let outcome = wait_until(what, Duration::from_secs(8), Duration::from_millis(300), async || {
        room.people.outcome(&room.service, &booking.booking).await
    })
    .await;
    match outcome {
        Ok(outcome) => {
            if outcome != "COMPLETED_NORMALLY" && report.errors.is_empty() {
                report.errors.push(Failure::new(Part::End, format!("the outcome is {outcome}")).to_string());
            }
            report.visit.outcome = Some(outcome);
        }
        Err(error) if plan.sabotage.is_none() => {
            report.errors.push(Failure::new(Part::Service, format!("{error:#}")).to_string());
        }
        Err(error) => tracing::debug!("{error:#}"),
    }
}

/// Milliseconds from `earlier` to `later`, negative where it is the other way round.
pub(super) fn signed_millis(earlier: SystemTime, later: SystemTime) -> i64 {
    match later.duration_since(earlier) {
        Ok(duration) => i64::try_from(duration.as_millis()).unwrap_or(i64::MAX),
        Err(error) => -i64::try_from(error.duration().as_millis()).unwrap_or(i64::MAX),
    }
}
