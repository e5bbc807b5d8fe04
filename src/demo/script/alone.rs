//! The visitor's side of a visit alone, at a kiosk that somebody else runs: the test of the kiosk's image.
//!
//! Opens the link in a real Chromium, joins as soon as the page lets it, and stays until the kiosk ends the visit or
//! the plan's time is over. The kiosk's screen and loudspeaker are told to it as files; it never touches the kiosk.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;

use super::ears::Ears;
use super::eye::Seen;
use super::failure::{Failure, InPart, Part};
use super::report::Report;
use super::screens::beside;
use crate::detect::{Pixels, find_strip};
use crate::stage::StageDirectory;
use crate::visitor::{
    BrowserTrick, CameraFile, FIRST_VISITOR_COUNTER, PictureFormat, VisitorBrowser, public_key_hash, write_microphone,
};

const SETTLED: Duration = Duration::from_secs(20);

/// What a visitor alone does and is to see.
#[derive(Debug, Clone, clap::Args)]
pub struct AlonePlan {
    /// The visitor's link.
    #[arg(long)]
    pub link: String,
    /// The service's certificate (PEM).
    #[arg(long)]
    pub certificate: PathBuf,
    /// How long the visitor waits for the call to begin, in seconds.
    #[arg(long)]
    pub patience: u64,
    /// How long they stay in it, in seconds, unless it is ended before.
    #[arg(long)]
    pub stay: u64,
    /// A folder with pictures of the kiosk's screen during the call (PPM), named in their order.
    #[arg(long)]
    pub screens: PathBuf,
    /// What the kiosk's loudspeaker played (WAV).
    #[arg(long)]
    pub speaker: PathBuf,
    /// So many different pictures each side must see of the other.
    #[arg(long)]
    pub least_frames: u64,
}

/// Visits, and reports. Never fails: what did not happen stands in the report.
pub async fn visit_alone(directory: &StageDirectory, plan: &AlonePlan, report_file: &Path) -> Report {
    let mut report = Report::default();
    if let Err(failure) = visit(directory, plan, report_file, &mut report).await {
        report.errors.push(failure.to_string());
    }
    report
}

async fn visit(
    directory: &StageDirectory,
    plan: &AlonePlan,
    report_file: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let folder = directory.folder("visitor").in_part(Part::Stage)?;
    let (camera_file, microphone) = (folder.join("camera.y4m"), folder.join("microphone.wav"));
    let camera = CameraFile::write(&camera_file, FIRST_VISITOR_COUNTER, PictureFormat::LOW).in_part(Part::Stage)?;
    write_microphone(&microphone).in_part(Part::Stage)?;
    let trust = std::fs::read(&plan.certificate).map_err(anyhow::Error::from).and_then(|pem| public_key_hash(&pem));
    let trust = trust.in_part(Part::Service)?;
    let browser = VisitorBrowser::start(directory, &camera_file, &microphone, &trust, BrowserTrick::Honest).await;
    let browser = browser.in_part(Part::Visitor)?;
    let mut ears = Ears::new(&plan.speaker);
    let called = call(&browser, plan, &mut ears, &beside(report_file, "page.png")).await;
    browser.stop().await;
    called.in_part(Part::Visitor)?;
    let counters = counters_on_screens(&plan.screens, &camera).in_part(Part::Stage)?;
    ears.fill(report, &Seen { frames: counters, ..Seen::default() });
    judge(report, plan.least_frames);
    Ok(())
}

/// Joins, and stays until it is ended or its time is over; takes one picture of the page meanwhile.
async fn call(browser: &VisitorBrowser, plan: &AlonePlan, ears: &mut Ears, picture: &Path) -> anyhow::Result<()> {
    let patience = Duration::from_secs(plan.patience);
    browser.open(&plan.link).await?;
    browser.press("join", patience).await?;
    browser.wait_for_state(&["in_call"], patience).await?;
    tracing::info!("in call");
    let (began, mut is_pictured) = (Instant::now(), false);
    while began.elapsed() < Duration::from_secs(plan.stay) {
        ears.take(browser.observe().await?);
        if !is_pictured && began.elapsed() > SETTLED {
            is_pictured = true;
            browser.save_screenshot(picture).await?;
        }
        if ears.last_state.as_deref() == Some("ended") {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

/// How often the visitor's frame counter changed from picture to picture.
fn counters_on_screens(folder: &Path, camera: &CameraFile) -> anyhow::Result<u64> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("looking into {}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    let mut counters = Vec::new();
    for file in files {
        let pixels =
            Pixels::from_ppm(&std::fs::read(&file)?).with_context(|| format!("{} is no PPM", file.display()))?;
        counters
            .extend(find_strip(&pixels).map(|strip| strip.counter).filter(|counter| camera.counters.contains(counter)));
    }
    counters.dedup();
    Ok(counters.len() as u64)
}

fn judge(report: &mut Report, least_frames: u64) {
    let drawn = report.kiosk.remote_frames_drawn;
    let decoded = report.visitor.frames_decoded;
    let (kiosk, visitor) = (report.kiosk.remote_tone_heard, report.visitor.kiosk_tone_heard);
    for (holds, part, what) in [
        (drawn >= least_frames, Part::Kiosk, format!("{drawn} of the visitor's pictures were on the kiosk's screen")),
        (decoded >= least_frames, Part::Visitor, format!("{decoded} of the kiosk's pictures reached the visitor")),
        (kiosk, Part::Kiosk, "the visitor's tones were not all in the kiosk's loudspeaker".to_owned()),
        (visitor, Part::Visitor, "the tones in the kiosk's room were not all heard by the visitor".to_owned()),
    ] {
        if !holds {
            report.errors.push(Failure::new(part, what).to_string());
        }
    }
}
