//! How a Chromium is started: unseen for a visitor in a scripted visit or for an officer at a desk, or
//! filling a display as the kiosk does, to be compared with it.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::stage::{SCREEN_SIZE, StageDirectory};

/// Debian's Chromium.
pub(super) const CHROMIUM: &str = "/usr/bin/chromium";
const WATCHER: &str = include_str!("watcher.js");
const FORGERY: &str = include_str!("forge_fingerprint.js");
const HIGH_DEFINITION: &str = include_str!("high_definition.js");
const SWITCHES: [&str; 7] = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
const MEDIA_SWITCHES: [&str; 5] = [
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
];

/// What a visitor's browser does besides being a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserTrick {
    /// Nothing.
    Honest,
    /// Its answers carry a forged certificate fingerprint.
    ForgedFingerprint,
}

/// What a visitor's browser has.
#[derive(Debug, Clone)]
pub struct VisitorThings {
    /// The picture of its camera, Y4M.
    pub camera: PathBuf,
    /// The sound of its microphone, WAV.
    pub microphone: PathBuf,
    /// The hash of the public key that it trusts.
    pub trusted_key_hash: String,
}

/// How a browser is started.
#[derive(Debug, Clone)]
pub struct BrowserPlan {
    pub(super) switches: Vec<String>,
    pub(super) display: Option<String>,
    pub(super) scripts: Vec<&'static str>,
}

impl BrowserPlan {
    /// Without a window, its page watched from inside.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn headless(directory: &StageDirectory, things: &VisitorThings, trick: BrowserTrick) -> anyhow::Result<Self> {
        let mut switches = visitor_switches(things, &directory.folder("browser")?);
        switches.extend(["--headless=new".to_owned(), "--window-size=1000,760".to_owned()]);
        let mut scripts = vec![WATCHER];
        if trick == BrowserTrick::ForgedFingerprint {
            scripts.push(FORGERY);
        }
        Ok(Self { switches, display: None, scripts })
    }

    /// In kiosk mode on this display, sending 720p30; nothing watches its page but on request.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn kiosk(directory: &StageDirectory, things: &VisitorThings, display: &str) -> anyhow::Result<Self> {
        let mut switches = visitor_switches(things, &directory.folder("browser-kiosk")?);
        let (width, height) = SCREEN_SIZE;
        switches.extend(["--kiosk".to_owned(), "--window-position=0,0".to_owned()]);
        switches.push(format!("--window-size={width},{height}"));
        Ok(Self { switches, display: Some(display.to_owned()), scripts: vec![HIGH_DEFINITION] })
    }

    /// Without a window, the size of a desk's screen, with neither camera nor microphone.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn desk(directory: &StageDirectory, trusted_key_hash: &str) -> anyhow::Result<Self> {
        let mut switches = switches(trusted_key_hash, &directory.folder("browser-desk")?);
        switches.extend(["--headless=new".to_owned(), "--window-size=1280,800".to_owned()]);
        Ok(Self { switches, display: None, scripts: Vec::new() })
    }

    /// The command that opens `link` in it, without a driver.
    pub fn command(&self, link: &str) -> Command {
        let mut command = Command::new(CHROMIUM);
        command.args(&self.switches).arg(link);
        if let Some(display) = &self.display {
            command.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY");
        }
        command
    }
}

fn visitor_switches(things: &VisitorThings, profile: &Path) -> Vec<String> {
    let mut switches = switches(&things.trusted_key_hash, profile);
    switches.extend(MEDIA_SWITCHES.iter().map(|switch| (*switch).to_owned()));
    switches.push(format!("--use-file-for-fake-video-capture={}", things.camera.display()));
    switches.push(format!("--use-file-for-fake-audio-capture={}", things.microphone.display()));
    switches
}

fn switches(trusted_key_hash: &str, profile: &Path) -> Vec<String> {
    let mut switches: Vec<String> = SWITCHES.iter().map(|switch| (*switch).to_owned()).collect();
    switches.push(format!("--ignore-certificate-errors-spki-list={trusted_key_hash}"));
    switches.push(format!("--user-data-dir={}", profile.display()));
    switches
}
