//! The kiosk as a running process: provisioned as a technician does, configured by its own file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::Signal;
use tokio::process::Command;
use toml::{Table, Value};

use super::reader_settings::reader_settings;
use super::{Service, binary};
use crate::stage::{KioskNetwork, Program, ReaderModel, StageDirectory};
use crate::visitor::PictureFormat;

/// What is wrong with the kiosk's devices, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaFault {
    /// Nothing.
    None,
    /// The configured camera does not exist.
    MissingCamera,
    /// The microphone hears nothing.
    SilentMicrophone,
}

/// How the kiosk is to run.
#[derive(Debug)]
pub struct KioskPlan<'a> {
    /// The X display.
    pub display: &'a str,
    /// The reader's device file.
    pub reader: &'a Path,
    /// What the reader is.
    pub model: &'a ReaderModel,
    /// A network of its own, where there is one.
    pub network: Option<&'a KioskNetwork>,
    /// What is wrong with its devices.
    pub fault: MediaFault,
    /// What its camera delivers.
    pub picture: PictureFormat,
}

/// The running kiosk.
#[derive(Debug)]
pub struct Kiosk {
    program: Option<Program>,
    folder: PathBuf,
    log: PathBuf,
    display: String,
    prefix: Vec<String>,
    notify_socket: Option<PathBuf>,
}

impl Kiosk {
    /// Provisions it with `code`, configures and starts it.
    ///
    /// # Errors
    /// When provisioning fails or it does not start.
    pub async fn start(
        directory: &StageDirectory,
        service: &Service,
        code: &str,
        plan: &KioskPlan<'_>,
    ) -> anyhow::Result<Self> {
        let mut kiosk = Self {
            program: None,
            folder: directory.folder("kiosk")?,
            log: directory.log("kiosk"),
            display: plan.display.to_owned(),
            prefix: plan.network.map(KioskNetwork::command_prefix).unwrap_or_default(),
            notify_socket: None,
        };
        kiosk.provision(service, code).await?;
        kiosk.configure(plan)?;
        kiosk.start_again()?;
        Ok(kiosk)
    }

    async fn provision(&self, service: &Service, code: &str) -> anyhow::Result<()> {
        let mut command = self.command()?;
        command.args(["provision", "--service", &service.kiosk_url(), "--code", code, "--dir"]).arg(&self.folder);
        command.arg("--ca").arg(service.authority_file());
        let provisioning = tokio::time::timeout(Duration::from_secs(30), command.output());
        let output = provisioning.await.context("`muwajaha provision` did not end within 30 s")??;
        if !output.status.success() {
            let said = [output.stdout, output.stderr].concat();
            bail!("`muwajaha provision` failed ({}): {}", output.status, String::from_utf8_lossy(&said));
        }
        Ok(())
    }

    /// Changes the file that provisioning wrote to the demo's devices.
    fn configure(&self, plan: &KioskPlan<'_>) -> anyhow::Result<()> {
        let path = self.config_file();
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let mut config: Table = text.parse().with_context(|| format!("the provisioned {}", path.display()))?;
        let mut set = |table: &str, key: &str, value: Value| -> anyhow::Result<()> {
            let table = config.entry(table).or_insert_with(|| Value::Table(Table::new()));
            table
                .as_table_mut()
                .context("the provisioned configuration is made of tables")?
                .insert(key.to_owned(), value);
            Ok(())
        };
        let file = |path: PathBuf| one("file", path.display().to_string());
        set("reader", "port", Value::String(plan.reader.display().to_string()))?;
        for (key, value) in reader_settings(plan.model, &self.folder.join("reader.key"))? {
            set("reader", &key, value)?;
        }
        let camera = match plan.fault {
            MediaFault::MissingCamera => one("v4l2", "/dev/video-that-is-not-there".to_owned()),
            MediaFault::None | MediaFault::SilentMicrophone => Value::String("test".to_owned()),
        };
        set("camera", "source", camera)?;
        let PictureFormat { width, height, frames_per_second } = plan.picture;
        for (key, value) in [("width", width), ("height", height), ("frames_per_second", frames_per_second)] {
            set("camera", key, Value::Integer(value.into()))?;
        }
        let microphone = match plan.fault {
            MediaFault::SilentMicrophone => "none",
            MediaFault::None | MediaFault::MissingCamera => "test",
        };
        set("microphone", "source", Value::String(microphone.to_owned()))?;
        set("speaker", "sink", file(self.speaker_file()))?;
        set("call", "loopback_candidates", Value::Boolean(plan.network.is_none()))?;
        set("runtime", "directory", Value::String(self.runtime_directory().display().to_string()))?;
        std::fs::write(&path, toml::to_string(&config)?).with_context(|| format!("writing {}", path.display()))
    }

    fn command(&self) -> anyhow::Result<Command> {
        let binary = binary("muwajaha")?;
        let mut words = self.prefix.iter();
        let mut command = match words.next() {
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(binary);
                command
            }
            None => Command::new(binary),
        };
        command.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY").env_remove("NOTIFY_SOCKET");
        if let Some(socket) = &self.notify_socket {
            command.env("NOTIFY_SOCKET", socket);
        }
        Ok(command)
    }

    /// Starts it, also again after it was killed.
    ///
    /// # Errors
    /// When the binary cannot be started.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        let mut command = self.command()?;
        command.args(["kiosk", "--config"]).arg(self.config_file());
        self.program = Some(Program::start("the kiosk", command, &self.log)?);
        Ok(())
    }

    /// From the next start on, it tells this socket what it would tell systemd.
    pub fn notifies(&mut self, socket: &Path) {
        self.notify_socket = Some(socket.to_owned());
    }

    /// Its configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.folder.join("kiosk.toml")
    }

    /// The folder in which it keeps its stores.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where its signs of life lie.
    pub fn runtime_directory(&self) -> PathBuf {
        self.folder.join("run")
    }

    /// What came out of its loudspeaker.
    pub fn speaker_file(&self) -> PathBuf {
        self.folder.join("speaker.wav")
    }

    /// Fails where it has ended by itself.
    ///
    /// # Errors
    /// With the end of its log.
    pub fn check_running(&mut self) -> anyhow::Result<()> {
        self.program.as_mut().map_or(Ok(()), Program::check_running)
    }

    /// The last lines of its log.
    pub fn tail(&self) -> String {
        self.program.as_ref().map(Program::tail).unwrap_or_default()
    }

    /// Its process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.program.as_ref().and_then(Program::pid)
    }

    /// Freezes it: no thread of it runs any more.
    ///
    /// # Errors
    /// When it does not run.
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.program.as_ref().context("the kiosk does not run")?.signal(Signal::STOP)
    }

    /// Kills it as a crash would.
    pub async fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.kill().await;
        }
    }

    /// Ends it; [`Kiosk::start_again`] starts it anew.
    pub async fn stop(&mut self) {
        if let Some(program) = self.program.take() {
            program.stop(Duration::from_secs(10)).await;
        }
    }
}

fn one(key: &str, value: String) -> Value {
    Value::Table(Table::from_iter([(key.to_owned(), Value::String(value))]))
}
