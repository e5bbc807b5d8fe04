//! The binary `muwajaha`: runs a kiosk, makes it known to its service, checks its configuration.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use muwajaha_core::domain::{CheckVerdict, Redacted};
use muwajaha_kiosk::badge::{self, CheckOrder, ProbeOrder, Verdict};
use muwajaha_kiosk::check::{self, Bench, Report, Stop};
use muwajaha_kiosk::config::KioskConfig;
use muwajaha_kiosk::fallback::{self, FallbackPlaces};
use muwajaha_kiosk::net::tls::Authority;
use muwajaha_kiosk::provisioning::{self, Order, Provisioned, Voucher};
use muwajaha_kiosk::system::failure::Failure;
use muwajaha_kiosk::system::health::wait_for_health;
use muwajaha_kiosk::system::runtime_directory::note_end;
use muwajaha_kiosk::update::note_update;
use muwajaha_kiosk::{app, installer, net, system, wizard};
use serde::Serialize;
use tracing_subscriber::EnvFilter;

/// The kiosk of a prison's visiting room.
#[derive(Parser)]
#[command(name = "muwajaha", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the kiosk; on a machine that is none yet, the wizard that makes it one.
    Kiosk {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
        /// What the image knows of its facility: its service, whom to trust (`systemd/README.md`); it may be missing.
        #[arg(long)]
        facility: Option<PathBuf>,
        /// A window of this size instead of the full screen.
        #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = window_size)]
        windowed: Option<[u32; 2]>,
    },
    /// Show the picture behind the kiosk's window: one moment, or why the kiosk does not work.
    Fallback {
        /// Where `muwajaha provision` wrote who this kiosk is.
        #[arg(long)]
        identity: PathBuf,
        /// The kiosk's `runtime.directory`.
        #[arg(long)]
        runtime_directory: PathBuf,
        /// A window of this size instead of the full screen.
        #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = window_size)]
        windowed: Option<[u32; 2]>,
    },
    /// On a technician's stick: write the image to the machine's own disk. Erases the disk whose button is held.
    Install {
        /// A window of this size instead of the full screen.
        #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = window_size)]
        windowed: Option<[u32; 2]>,
    },
    /// Wait until the kiosk has drawn its first frames and kept going.
    Health {
        /// The kiosk's `runtime.directory`.
        #[arg(long)]
        runtime_directory: PathBuf,
        /// Give up after so many seconds.
        #[arg(long, default_value_t = 240)]
        within: u64,
    },
    /// Note why the kiosk's process ended, for the picture behind it; systemd runs this.
    NoteEnd {
        /// The kiosk's `runtime.directory`.
        #[arg(long)]
        runtime_directory: PathBuf,
        /// How systemd says that it ended.
        #[arg(long)]
        service_result: String,
        /// The status with which it ended.
        #[arg(long)]
        exit_status: String,
    },
    /// Note what became of an update that the kiosk asked for; systemd runs this.
    NoteUpdate {
        /// What the kiosk asked for.
        #[arg(long)]
        request: PathBuf,
        /// Where the kiosk looks for the outcome.
        #[arg(long)]
        outcome: PathBuf,
        /// How systemd says that it ended.
        #[arg(long)]
        service_result: String,
    },
    /// Make this kiosk known to its service; doing it again harms nothing.
    Provision {
        /// The visit service's kiosk listener, `https://…`.
        #[arg(long, required_unless_present = "file")]
        service: Option<String>,
        /// The one-time code from `muwajaha-service admin --config FILE add-kiosk ID --room ROOM`.
        #[arg(long, required_unless_present = "file")]
        code: Option<String>,
        /// Where identity and configuration are written.
        #[arg(long)]
        dir: PathBuf,
        /// The only authority to trust (PEM).
        #[arg(long)]
        ca: Option<PathBuf>,
        /// A file of `muwajaha-service admin --config FILE add-kiosks`, instead of service, code and authority.
        #[arg(long, conflicts_with_all = ["service", "code", "ca"], requires = "signed_by")]
        file: Option<PathBuf>,
        /// Who must have signed that file: `kiosk-ca.pem` of the service's data directory.
        #[arg(long, requires = "file")]
        signed_by: Option<PathBuf>,
        /// Use the code even though the service accepts the identity that is there: the machine becomes
        /// the kiosk that the code was made for, and leaves nothing of the old one in use.
        #[arg(long)]
        anew: bool,
    },
    /// See whether each part works, what was measured and what to do. Stop the kiosk first.
    #[command(args_conflicts_with_subcommands = true)]
    Check {
        #[command(flatten)]
        order: CheckArguments,
        #[command(subcommand)]
        command: Option<CheckCommand>,
    },
    /// Work on the badge reader.
    Reader {
        #[command(subcommand)]
        command: ReaderCommand,
    },
    /// Work on the configuration file.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(clap::Args)]
struct CheckArguments {
    /// The configuration file.
    #[arg(long, default_value = "/var/lib/muwajaha/kiosk.toml")]
    config: PathBuf,
    /// The report as JSON on standard output.
    #[arg(long)]
    json: bool,
    /// Only these parts: `camera`, `sound`, `reader`, `network`, `disk`, …
    #[arg(long, value_delimiter = ',', value_name = "PART,…")]
    only: Vec<String>,
    /// Also a tar of findings, versions, configuration and journal into this file, personal data taken out.
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
}

#[derive(Subcommand)]
enum CheckCommand {
    /// Speak with the badge reader as the kiosk does. Stop the kiosk first.
    Reader {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
        /// Find out what the reader speaks; `reader.protocol` may be left out. Changes nothing.
        #[arg(long)]
        probe: bool,
        /// Probe at this speed alone, in bits a second.
        #[arg(long, requires = "probe", value_parser = clap::value_parser!(u32).range(300..=1_000_000))]
        baud: Option<u32>,
        /// For at most so many seconds; it ends once a badge was read. A probe listens so long.
        #[arg(long, default_value_t = 30)]
        seconds: u64,
        /// Show the badge's number.
        #[arg(long)]
        reveal: bool,
        /// The report as JSON on standard output.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum ReaderCommand {
    /// Give an OSDP reader in its factory state a key of its own. Stop the kiosk first.
    InstallKey {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
        /// Give up after so many seconds.
        #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(5..=600))]
        within: u64,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Say what is wrong with a configuration file, if anything is.
    Check {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
    },
    /// Say what is wrong with what an image is to know of its facility, if anything is.
    CheckFacility {
        /// `facility.toml`, with the files that it names.
        #[arg(long)]
        facility: PathBuf,
    },
}

fn window_size(text: &str) -> Result<[u32; 2], String> {
    let sides = text.split_once('x').and_then(|(width, height)| Some([width.parse().ok()?, height.parse().ok()?]));
    sides
        .filter(|sides: &[u32; 2]| sides.iter().all(|side| (320..=8192).contains(side)))
        .ok_or_else(|| "give width and height in pixels, 320 to 8192 each, like 1280x800".to_owned())
}

fn main() -> ExitCode {
    system::memory::take_from_one_arena();
    let filter = EnvFilter::try_from_env("MUWAJAHA_LOG").unwrap_or_else(|_| EnvFilter::new("warn,muwajaha=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    match run(Arguments::parse().command) {
        Ok(Told { words, code }) => {
            // Nothing is lost where nobody reads standard output.
            let _ = std::io::stdout().write_all(words.as_bytes());
            code
        }
        Err(error) => {
            // Nothing can be said where standard error is closed.
            let _ = writeln!(std::io::stderr(), "muwajaha: {error:#}");
            ExitCode::from(app::failure_of(&error).exit_status())
        }
    }
}

/// What goes to standard output, and how the program ends.
struct Told {
    words: String,
    code: ExitCode,
}

impl From<String> for Told {
    fn from(words: String) -> Self {
        Self { words, code: ExitCode::SUCCESS }
    }
}

fn run(command: Command) -> anyhow::Result<Told> {
    net::install_crypto();
    match command {
        Command::Kiosk { config, facility, windowed } => {
            app::run(&config, facility.as_deref(), windowed).map(|()| String::new().into())
        }
        Command::Fallback { identity, runtime_directory, windowed } => {
            let places = FallbackPlaces { identity_file: identity, runtime_directory };
            fallback::run(places, windowed).map(|()| String::new().into())
        }
        Command::Install { windowed } => installer::run(windowed).map(|()| String::new().into()),
        Command::Health { runtime_directory, within } => {
            wait_for_health(&runtime_directory, Duration::from_secs(within)).map(|()| String::new().into())
        }
        Command::NoteEnd { runtime_directory, service_result, exit_status } => {
            note_end(&runtime_directory, Failure::of_service_end(&service_result, &exit_status))?;
            Ok(String::new().into())
        }
        Command::NoteUpdate { request, outcome, service_result } => {
            note_update(&request, &outcome, &service_result)?;
            Ok(String::new().into())
        }
        Command::Provision { service, code, dir, ca, file, signed_by, anew } => {
            let order = if let (Some(file), Some(signed_by)) = (file, signed_by) {
                provisioning::order_from_file(&file, &signed_by, dir.clone(), anew)?
            } else {
                Order {
                    service: service.unwrap_or_default(),
                    voucher: Voucher::Code(Redacted::new(code.unwrap_or_default())),
                    directory: dir.clone(),
                    authority: ca.as_deref().map(Authority::read).transpose().context("--ca")?,
                    anew,
                }
            };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let start = format!("start it with: muwajaha kiosk --config {}", dir.join("kiosk.toml").display());
            let words = match runtime.block_on(provisioning::provision(&order, |_| {}))? {
                Provisioned::Anew(kiosk) => format!("this is now kiosk {kiosk}; {start}\n"),
                Provisioned::AsBefore(kiosk) => {
                    format!("this is kiosk {kiosk} already, the code was not used (--anew uses it); {start}\n")
                }
            };
            Ok(words.into())
        }
        Command::Check { command: None, order } => check_parts(&order),
        Command::Check {
            command: Some(CheckCommand::Reader { config, probe: true, baud, seconds, reveal, json }),
            ..
        } => {
            let port = KioskConfig::read_probed_port(&config)?;
            let listen = Duration::from_secs(seconds);
            let order = ProbeOrder { baud, listen, reveal };
            let report = badge::probe_reader(&port, &order, &mut std::io::stderr());
            told(&report, report.verdict, json)
        }
        Command::Check {
            command: Some(CheckCommand::Reader { config, probe: false, baud: _, seconds, reveal, json }),
            ..
        } => {
            let reader = KioskConfig::read(&config)?.reader;
            let order = CheckOrder { at_most: Duration::from_secs(seconds), reveal };
            let report = badge::check_reader(&reader, order, &mut std::io::stderr());
            told(&report, report.verdict, json)
        }
        Command::Reader { command: ReaderCommand::InstallKey { config, within } } => {
            let reader = KioskConfig::read(&config)?.reader;
            let identity = badge::install_key(&reader, Duration::from_secs(within))?;
            Ok(format!("the reader with serial number {} has a key of its own now\n", hex::encode(identity.serial))
                .into())
        }
        Command::Config { command: ConfigCommand::Check { config } } => {
            KioskConfig::read(&config)?;
            Ok(format!("{} is in order\n", config.display()).into())
        }
        Command::Config { command: ConfigCommand::CheckFacility { facility } } => {
            wizard::check_facility(&facility)?;
            Ok(format!("{} is in order\n", facility.display()).into())
        }
    }
}

fn check_parts(order: &CheckArguments) -> anyhow::Result<Told> {
    let parts = check::parts_named(&order.only)?;
    let mut findings = Vec::new();
    let config = KioskConfig::read(&order.config)?;
    Bench::of(&config).check(&parts, &Stop::default(), |finding| findings.push(finding));
    let report = Report::new(findings);
    if let Some(file) = &order.bundle {
        check::write_bundle(file, &order.config, &config, &report)
            .with_context(|| format!("--bundle {}: give a file that can be written", file.display()))?;
    }
    let words = if order.json { report.to_json() } else { report.to_text() };
    let code = if report.verdict() == CheckVerdict::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    Ok(Told { words, code })
}

/// A report; the program fails where it says that something does not work.
fn told(report: &(impl Serialize + std::fmt::Display), verdict: Verdict, json: bool) -> anyhow::Result<Told> {
    let words = if json { serde_json::to_string_pretty(report)? } else { report.to_string() };
    let code = if verdict == Verdict::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    Ok(Told { words: words + "\n", code })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Every command line of this program in the units of `systemd/`.
    fn command_lines() -> Vec<Vec<String>> {
        let units = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systemd/system");
        let services = std::fs::read_dir(units).unwrap().map(|entry| entry.unwrap().path());
        let texts = services.filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).unwrap());
        let lines: Vec<String> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        let commands = lines.iter().filter_map(|line| line.strip_prefix("Exec")?.split_once("=/usr/bin/muwajaha "));
        commands.map(|(_, words)| words.split(' ').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn what_the_units_start_is_what_this_program_takes() {
        let lines = command_lines();
        assert_eq!(
            lines.len(),
            7,
            "kiosk, its end, picture behind it, health, ends of update and disk, installer: {lines:?}"
        );
        for mut words in lines {
            words.insert(0, "muwajaha".to_owned());
            Arguments::try_parse_from(&words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
        }
    }
}
