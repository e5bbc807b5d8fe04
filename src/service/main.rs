//! `muwajaha-service`: serve | admin | import | report | openapi.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use muwajaha_service::config::Config;
use muwajaha_service::{AdminCommand, Clock, administer, import, openapi, report, serve};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// The visit service of Muwajaha.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve kiosks, visitors, connectors and the office.
    Serve {
        #[arg(long)]
        config: PathBuf,
    },
    /// Create, list and revoke people, kiosks and badges at the running service.
    Admin {
        #[arg(long)]
        config: PathBuf,
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Put the bookings of a CSV file.
    Import {
        #[arg(long)]
        config: PathBuf,
        file: PathBuf,
    },
    /// Outcomes by day, as JSON.
    Report {
        #[arg(long)]
        config: PathBuf,
        /// The first day, `2026-11-24`.
        #[arg(long)]
        from: Option<String>,
        /// The last day.
        #[arg(long)]
        to: Option<String>,
    },
    /// Print the OpenAPI document.
    Openapi,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "muwajaha-service: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve { config } => {
            let mut terminate = signal(SignalKind::terminate())?;
            let running = serve(Config::read(&config)?, Clock::system()).await?;
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            running.stop().await;
            Ok(())
        }
        Command::Admin { config, command } => print(&administer(&Config::read(&config)?, command).await?),
        Command::Import { config, file } => {
            let results = import(&Config::read(&config)?, &file).await?;
            let mut refused = 0_usize;
            for result in results {
                match result {
                    Ok(booking) => print(&booking)?,
                    Err(error) => {
                        refused = refused.saturating_add(1);
                        writeln!(std::io::stderr(), "{}: {error}", file.display())?;
                    }
                }
            }
            if refused > 0 {
                anyhow::bail!("{refused} rows were not imported; mend them and import the file again");
            }
            Ok(())
        }
        Command::Report { config, from, to } => {
            print(&report(Config::read(&config)?, from.as_deref(), to.as_deref()).await?)
        }
        Command::Openapi => Ok(std::io::stdout().write_all(openapi::text().as_bytes())?),
    }
}

/// JSON, or a text as it is.
fn print(value: &serde_json::Value) -> anyhow::Result<()> {
    if let Some(text) = value.as_str() {
        return Ok(writeln!(std::io::stdout(), "{text}")?);
    }
    Ok(writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(value)?)?)
}
