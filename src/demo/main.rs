//! `muwajaha-demo`: see `--help`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use muwajaha_demo::prison::{MediaFault, RoomPlan, VisitingRoom};
use muwajaha_demo::script::{AlonePlan, Break, Report, VisitPlan, play, visit_alone};
use muwajaha_demo::stage::{StageDirectory, adopt_orphans, end_orphans};
use muwajaha_demo::{bench, desk};
use tokio::signal::unix::{SignalKind, signal};

/// A whole visit on one machine, with the real binaries.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    side: Option<Side>,
    /// How long the visit is: 45s, 10m, 1h.
    #[arg(long, default_value = "10m", value_parser = parse_duration)]
    slot: Duration,
    /// Keep everything in this folder instead of a temporary one.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Play the visit with nobody present and measure it from outside.
    #[arg(long, requires = "report")]
    headless: bool,
    /// Measure the kiosk beside Chromium in kiosk mode; takes some minutes.
    #[arg(long, requires = "report", conflicts_with = "headless")]
    bench: bool,
    /// Measure every reader's protocol before the kiosk, and its screen beside a flood; takes forty minutes.
    #[arg(long, requires = "report", conflicts_with_all = ["headless", "bench"])]
    bench_readers: bool,
    /// That many reads of each reader.
    #[arg(long, default_value_t = 1000, requires = "bench_readers")]
    reads: usize,
    /// Only the reader whose name begins so: rdm, id, twn, pn, plain, osdp.
    #[arg(long, default_value = "", requires = "bench_readers")]
    reader: String,
    /// Where the report of a headless visit or of a bench goes; pictures lie beside it.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Sabotage this part; the headless visit must then fail and name it.
    #[arg(long = "break", value_name = "PART", requires = "headless")]
    sabotage: Option<Break>,
    /// Media through a real TURN server (coturn) only.
    #[arg(long)]
    relay: bool,
    /// That many visits in a row.
    #[arg(long, default_value_t = 1, requires = "headless")]
    visits: u32,
}

/// One side of a visit alone.
#[derive(Debug, Subcommand)]
enum Side {
    /// The visitor, at a kiosk that somebody else runs.
    Visitor {
        #[command(flatten)]
        plan: AlonePlan,
        /// Where the report goes; a picture of the page lies beside it.
        #[arg(long)]
        report: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("MUWAJAHA_DEMO_LOG");
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| "warn,muwajaha_demo=info".into()))
        .with_writer(std::io::stderr)
        .init();
    adopt_orphans();
    let ended = run(&arguments);
    end_orphans();
    match ended {
        Ok(code) => code,
        Err(error) => {
            tell(&mut std::io::stderr(), &format!("muwajaha-demo: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            bail!("a cryptography provider was installed twice");
        }
        if let Some(Side::Visitor { plan, report }) = &arguments.side {
            return tokio::select! {
                code = visitor_alone(plan, report) => code,
                () = asked_to_end() => bail!("interrupted"),
            };
        }
        match &arguments.report {
            Some(report) if arguments.headless => tokio::select! {
                code = headless(arguments, report) => code,
                () = asked_to_end() => bail!("interrupted"),
            },
            Some(report) if arguments.bench => tokio::select! {
                code = measure(arguments, report) => code,
                () = asked_to_end() => bail!("interrupted"),
            },
            Some(report) if arguments.bench_readers => tokio::select! {
                code = measure_readers(arguments, report) => code,
                () = asked_to_end() => bail!("interrupted"),
            },
            Some(_) | None => open_desk(arguments).await,
        }
    })
}

/// Plays the visits, writes the reports and says what failed.
async fn headless(arguments: &Arguments, report_file: &Path) -> anyhow::Result<ExitCode> {
    let plan = RoomPlan {
        relay_only: arguments.relay,
        fault: match arguments.sabotage {
            Some(Break::Camera) => MediaFault::MissingCamera,
            Some(Break::Audio) => MediaFault::SilentMicrophone,
            Some(Break::Badge | Break::End | Break::Visitor | Break::Fingerprint) | None => MediaFault::None,
        },
        ..RoomPlan::quiet()
    };
    let directory = StageDirectory::create(arguments.dir.as_deref())?;
    let mut room = match VisitingRoom::open(directory, plan).await {
        Ok(room) => room,
        Err(error) => {
            let report = Report { errors: vec![format!("stage: {error:#}")], ..Report::default() };
            return write_report(report_file, &report).map(|()| ExitCode::FAILURE);
        }
    };
    let mut all_happened = true;
    for number in 1..=arguments.visits {
        let file = numbered(report_file, number, arguments.visits);
        let visit = VisitPlan { slot: arguments.slot, sabotage: arguments.sabotage, report: file.clone(), number };
        let report = play(&mut room, &visit).await;
        write_report(&file, &report)?;
        all_happened &= report.errors.is_empty();
    }
    let mut directory = room.close().await;
    if !all_happened {
        directory.keep();
        tell(&mut std::io::stderr(), &format!("logs are kept in {}", directory.path().display()));
    }
    Ok(if all_happened { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Plays the visitor, writes the report and says what failed.
async fn visitor_alone(plan: &AlonePlan, report_file: &Path) -> anyhow::Result<ExitCode> {
    let report = visit_alone(&StageDirectory::create(None)?, plan, report_file).await;
    write_report(report_file, &report)?;
    Ok(if report.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Takes the figures, writes them and prints them as a table; a missed expectation is a result.
async fn measure(arguments: &Arguments, report_file: &Path) -> anyhow::Result<ExitCode> {
    let directory = StageDirectory::create(arguments.dir.as_deref())?;
    let bench = bench::run(directory, report_file.to_owned()).await?;
    write_figures(report_file, &bench)?;
    tell(&mut std::io::stdout(), &bench::table(&bench));
    Ok(ExitCode::SUCCESS)
}

/// The same for every reader's protocol, where a missed expectation is a failure.
async fn measure_readers(arguments: &Arguments, report_file: &Path) -> anyhow::Result<ExitCode> {
    let bench = bench::readers(arguments.dir.as_deref(), arguments.reads, &arguments.reader).await?;
    write_figures(report_file, &bench)?;
    tell(&mut std::io::stdout(), &bench::readers_table(&bench));
    Ok(if bench.is_held() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write_figures(file: &Path, figures: &impl serde::Serialize) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(figures)?;
    std::fs::write(file, json).with_context(|| format!("writing the report {}", file.display()))
}

fn write_report(file: &Path, report: &Report) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(report)?;
    std::fs::write(file, &json).with_context(|| format!("writing the report {}", file.display()))?;
    tell(&mut std::io::stdout(), &json);
    for error in &report.errors {
        tell(&mut std::io::stderr(), &format!("did not happen: {error}"));
    }
    Ok(())
}

/// `report.json` stays; of several visits each gets its number: `report-3.json`.
fn numbered(file: &Path, number: u32, of: u32) -> PathBuf {
    if of == 1 {
        return file.to_owned();
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}-{number}.json"))
}

/// Opens the room and serves the desk until Ctrl-C.
async fn open_desk(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut stdout = std::io::stdout();
    let display = std::env::var("DISPLAY").ok().filter(|display| !display.is_empty());
    if display.is_none() {
        tell(&mut stdout, "There is no display: the kiosk's screen is shown on the demo desk instead.");
    }
    let plan = RoomPlan { display, wants_network: true, relay_only: arguments.relay, ..RoomPlan::quiet() };
    let room = VisitingRoom::open(StageDirectory::create(arguments.dir.as_deref())?, plan).await?;
    let (room, ended) = desk::serve(room, arguments.slot, asked_to_end(), |address| {
        tell(&mut std::io::stdout(), &format!("The demo desk: {address}   (Ctrl-C ends everything)"));
    })
    .await;
    if let Some(room) = room {
        room.close().await;
    }
    ended.map(|()| ExitCode::SUCCESS)
}

/// Resolves at Ctrl-C or SIGTERM.
async fn asked_to_end() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn tell(to: &mut impl Write, text: &str) {
    // Nobody may be listening any more; that is no reason to fail.
    let _ = writeln!(to, "{text}");
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];
    units
        .iter()
        .find_map(|(unit, millis)| {
            let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
            (number > 0).then(|| Duration::from_millis(number.saturating_mul(*millis)))
        })
        .ok_or_else(|| "write it like 45s, 10m or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_written_like_45s() {
        assert_eq!(parse_duration("45s"), Ok(Duration::from_secs(45)));
        assert_eq!(parse_duration("10m"), Ok(Duration::from_secs(600)));
        for wrong in ["", "45", "s", "0s", "-1m", "1d"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_of_several_visits_has_its_own_report() {
        assert_eq!(numbered(Path::new("/x/r.json"), 1, 1), Path::new("/x/r.json"));
        assert_eq!(numbered(Path::new("/x/r.json"), 3, 10), Path::new("/x/r-3.json"));
    }
}
