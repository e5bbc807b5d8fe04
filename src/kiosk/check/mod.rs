//! The self-check: each part is measured, then judged by a pure function into a [`Finding`].
//!
//! `check` waits and bounds the time; camera, sound, reader and network are measured beside each other
//! on threads of their own (`check-camera`, …). It never touches what the kiosk holds: a part whose
//! device another process has is left out and said so. A value holds nothing personal.

mod bundle;
mod camera;
mod disk;
mod echo;
mod image;
mod line;
mod microphone;
mod network;
mod reader;
mod relay;
mod report;
mod screen;
mod service;
mod sound;
mod speaker;
mod temperature;
#[cfg(test)]
mod tests;
mod thread;
mod tone;
mod touch;
mod tpm;
mod turn;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

use crate::config::KioskConfig;
use crate::identity::KeptIdentity;
pub use crate::media::inspection::Stop;
use crate::net::tls::{self, Authority};
use crate::net::{NetSettings, Timings, random_jitter};
use crate::system::runtime_directory::RuntimeDirectory;
use network::Lines;

pub use bundle::write_bundle;
pub use report::{Report, UnknownPart, parts_named};
pub use thread::{CheckHandle, start};

/// Longer than any part takes by its own limits.
const DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks at the order to stop.
const STEP: Duration = Duration::from_millis(100);

/// Which parts.
pub type Parts = BTreeSet<CheckPart>;

/// Measured by whoever comes first to its device, so never beside a running kiosk.
const DEVICES: [CheckPart; 5] =
    [CheckPart::Camera, CheckPart::Microphone, CheckPart::Speaker, CheckPart::Echo, CheckPart::Reader];

/// Asked of the network.
const NETWORK: [CheckPart; 6] = [
    CheckPart::Service,
    CheckPart::Clock,
    CheckPart::RelayUdp,
    CheckPart::RelayTcp,
    CheckPart::RelayTls,
    CheckPart::Line,
];

/// What is checked, and against what.
#[derive(Debug, Clone)]
pub struct Bench {
    config: KioskConfig,
    /// Who this kiosk is to the service, or why nobody.
    lines: Result<Lines, String>,
    /// `/`, where `/proc` and `/sys` are.
    root: PathBuf,
    /// Another process, a kiosk, has camera, sound and reader.
    devices_taken: bool,
}

impl Bench {
    /// Everything as this configuration says, beside a kiosk that may be running.
    pub fn of(config: &KioskConfig) -> Self {
        let devices_taken = RuntimeDirectory::is_in_use(&config.runtime_directory);
        Self { config: config.clone(), lines: lines(config), root: PathBuf::from("/"), devices_taken }
    }

    /// The same from within the kiosk, whose camera and sound are free while no call is on.
    pub(super) fn within_kiosk(config: &KioskConfig) -> Self {
        Self { devices_taken: false, ..Self::of(config) }
    }

    /// Checks these parts and tells each finding as it comes; whatever was not found in time is told
    /// as a failure. Ends early, and tells nothing more, where `stop` is ordered.
    pub fn check(&self, parts: &Parts, stop: &Stop, mut told: impl FnMut(Finding)) {
        let mut open = parts.clone();
        let mut tell = |finding: Finding| {
            if open.remove(&finding.part) {
                told(finding);
            }
        };
        let began = Instant::now();
        let (sender, findings) = mpsc::channel();
        if self.devices_taken {
            for part in DEVICES {
                tell(Finding::warn(part, "", Remedy::StopKiosk));
            }
        }
        self.start_slow_parts(parts, stop, &sender);
        drop(sender);
        machine(&self.root, &self.config.store_directory).into_iter().for_each(&mut tell);
        while !stop.is_ordered() && began.elapsed() < DEADLINE {
            match findings.recv_timeout(STEP) {
                Ok(finding) => tell(finding),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if stop.is_ordered() {
            return;
        }
        for part in open {
            told(Finding::fail(part, "", Remedy::CheckAgain));
        }
    }

    fn start_slow_parts(&self, parts: &Parts, stop: &Stop, findings: &Sender<Finding>) {
        let wants = |wanted: &[CheckPart]| wanted.iter().any(|part| parts.contains(part));
        if !self.devices_taken {
            let [camera, microphone, speaker, echo, reader] = DEVICES;
            if wants(&[camera]) {
                let (settings, stop) = (self.config.media.camera.clone(), stop.clone());
                on_thread("check-camera", findings, move |told| {
                    told(camera::judge(camera::measure(&settings, &stop), settings.frames_per_second));
                });
            }
            if wants(&[microphone, speaker, echo]) {
                let (settings, stop) = (self.config.media.clone(), stop.clone());
                on_thread("check-sound", findings, move |told| {
                    sound::check(&settings, &stop).into_iter().for_each(told);
                });
            }
            if wants(&[reader]) {
                let settings = self.config.reader.clone();
                on_thread("check-reader", findings, move |told| told(reader::judge(&reader::measure(&settings))));
            }
        }
        if wants(&NETWORK) {
            let (lines, parts) = (self.lines.clone(), parts.clone());
            let bits_per_second = self.config.media.call.maximum_video_bits_per_second;
            on_thread("check-network", findings, move |told| network::check(&lines, bits_per_second, &parts, told));
        }
    }
}

/// The parts that are read at once.
fn machine(root: &Path, store: &Path) -> [Finding; 6] {
    [
        touch::judge(&touch::measure(root)),
        screen::judge(&screen::measure(root)),
        disk::judge(disk::measure(store)),
        temperature::judge(temperature::measure(root)),
        tpm::judge(tpm::measure(root)),
        image::judge(&image::measure(root)),
    ]
}

fn on_thread(name: &'static str, findings: &Sender<Finding>, check: impl FnOnce(&dyn Fn(Finding)) + Send + 'static) {
    let findings = findings.clone();
    let run = move || {
        check(&|finding| {
            // Nobody listens any more where the deadline has passed.
            let _ = findings.send(finding);
        });
    };
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(run) {
        tracing::warn!(%error, name, "no thread to check on");
    }
}

fn lines(config: &KioskConfig) -> Result<Lines, String> {
    let identity = KeptIdentity::read(&config.identity_file).map_err(|error| error.to_string())?;
    let authority = config.authority.as_deref().map(Authority::read).transpose().map_err(|error| error.to_string())?;
    let tls = tls::as_kiosk(authority.as_ref(), Arc::clone(&identity)).map_err(|error| error.to_string())?;
    let relay_tls = tls::towards_relays(authority.as_ref()).map_err(|error| error.to_string())?;
    let service = NetSettings {
        service: config.service.clone(),
        kiosk: identity.shown().kiosk.clone(),
        identity,
        tls,
        timings: Timings::default(),
        jitter: random_jitter(),
    };
    Ok(Lines { service, relay_tls })
}
