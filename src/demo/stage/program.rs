//! A child process with a log file, and waiting with a deadline.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, ChildStdout, Command};

const TAIL_LINES: usize = 15;

/// A running program. Dropping it kills it; [`Program::stop`] asks first.
#[derive(Debug)]
pub struct Program {
    name: String,
    child: Child,
    log: PathBuf,
    log_from: usize,
}

impl Program {
    /// Starts `command` with both outputs appended to `log`.
    ///
    /// # Errors
    /// When the program or its log cannot be opened.
    pub fn start(name: &str, mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let output = OpenOptions::new().create(true).append(true).open(log)?;
        command.stdout(output.try_clone()?);
        Self::start_with(name, command, output, log)
    }

    /// Starts `command` with its error output in `log` and hands over its standard output.
    ///
    /// # Errors
    /// When the program or its log cannot be opened.
    pub fn start_piped(name: &str, mut command: Command, log: &Path) -> anyhow::Result<(Self, ChildStdout)> {
        let output = OpenOptions::new().create(true).append(true).open(log)?;
        command.stdout(Stdio::piped());
        let mut program = Self::start_with(name, command, output, log)?;
        let stdout = program.child.stdout.take().context("the program's standard output is no pipe")?;
        Ok((program, stdout))
    }

    fn start_with(name: &str, mut command: Command, errors: std::fs::File, log: &Path) -> anyhow::Result<Self> {
        let log_from = usize::try_from(errors.metadata()?.len())?;
        let child = command
            .stdin(Stdio::null())
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {name} ({})", command.as_std().get_program().display()))?;
        tracing::debug!("started {name}, process {:?}", child.id());
        Ok(Self { name: name.to_owned(), child, log: log.to_owned(), log_from })
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// The last lines of its log, for a message.
    pub fn tail(&self) -> String {
        let text = self.log_text();
        let lines: Vec<_> = text.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default();
        format!("last lines of {}:\n    {}", self.log.display(), tail.join("\n    "))
    }

    /// Everything it has written so far, not what earlier programs wrote into the same log.
    pub fn log_text(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(bytes.get(self.log_from..).unwrap_or_default()).into_owned()
    }

    /// How it ended, if it did.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Fails where it has ended by itself.
    ///
    /// # Errors
    /// Names the program, its exit and the end of its log.
    pub fn check_running(&mut self) -> anyhow::Result<()> {
        match self.exited() {
            Some(status) => bail!("{} ended by itself ({status}); {}", self.name, self.tail()),
            None => Ok(()),
        }
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// When it does not run.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        kill_process(pid.with_context(|| format!("{} does not run", self.name))?, signal)
            .with_context(|| format!("signalling {}", self.name))
    }

    /// Asks it to end, and kills it where it does not within `grace`.
    pub async fn stop(mut self, grace: Duration) -> Option<ExitStatus> {
        if self.exited().is_none() {
            // A stopped process handles SIGTERM only once it goes on.
            for signal in [Signal::TERM, Signal::CONT] {
                if let Err(error) = self.signal(signal) {
                    tracing::debug!("{error:#}");
                }
            }
        }
        match tokio::time::timeout(grace, self.child.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => {
                tracing::warn!("{} did not end within {} s and is killed", self.name, grace.as_secs());
                self.kill().await;
                None
            }
        }
    }

    /// Kills it at once, as a crash would.
    pub async fn kill(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::debug!("killing {}: {error}", self.name);
        }
    }
}

/// Waits until `check` has an answer, asking it every `pause`.
///
/// # Errors
/// After `limit`: "`what` did not happen within …"; and whatever `check` fails with.
pub async fn wait_until<T>(
    what: &str,
    limit: Duration,
    pause: Duration,
    mut check: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = check().await? {
            return Ok(answer);
        }
        if started.elapsed() >= limit {
            bail!("{what}: did not happen within {:.1} s", limit.as_secs_f32());
        }
        tokio::time::sleep(pause).await;
    }
}
