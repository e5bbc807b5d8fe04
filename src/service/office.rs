//! The office's commands: `admin` and `import` talk to the running service, so that its kiosks hear of a
//! change at once; `report` reads its data directory.
//!
//! Prints JSON on standard output through its callers; problems come back as errors in the words of
//! the service. Keeps nothing itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use muwajaha_core::provisioning::ShortCode;
use muwajaha_wire::bookings::BookingRequest;
use muwajaha_wire::problem::Problem;
use reqwest::header::RETRY_AFTER;
use reqwest::{Method, Response, StatusCode, Url};
use serde_json::{Value, json};

use crate::app::App;
use crate::batch;
use crate::clock::Clock;
use crate::config::Config;
use crate::extract::describe;
use crate::fault::Fault;
use crate::fleet::FleetCommand;
use crate::people;

/// How often one request is sent again that the service asked to wait with.
const MOST_TRIES: u32 = 10;

/// `muwajaha-service admin …`
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "the fields are the words of the command line")]
pub enum AdminCommand {
    /// Lists a collection: facilities, rooms, kiosks, staff, inmates, badges, connectors, bookings, changes.
    List { collection: String },
    /// Revokes a member of a collection.
    Revoke { collection: String, id: String },
    /// Creates a facility.
    AddFacility {
        id: String,
        #[arg(long)]
        name: String,
        #[arg(long, default_value = "Asia/Baghdad")]
        zone: String,
        #[arg(long, default_value = "ar")]
        language: String,
        /// Media may flow without TURN.
        #[arg(long)]
        direct_allowed: bool,
        /// Guards do not look in.
        #[arg(long)]
        unsupervised: bool,
        /// Staff may come by number and PIN while a kiosk has no reader.
        #[arg(long)]
        staff_number_without_reader: bool,
    },
    /// Says whether staff of a facility may come by number and PIN while a kiosk has no reader.
    AllowStaffNumbers {
        facility: String,
        #[arg(action = clap::ArgAction::Set)]
        allowed: bool,
    },
    /// Creates a room.
    AddRoom {
        id: String,
        #[arg(long)]
        facility: String,
        #[arg(long)]
        name: String,
    },
    /// Creates a kiosk and prints its provisioning code.
    AddKiosk {
        id: String,
        #[arg(long)]
        room: String,
    },
    /// Creates a kiosk for each name of a file, one a line, and prints their codes; all or none.
    AddKiosks {
        #[arg(long)]
        names_file: PathBuf,
        #[arg(long)]
        room: String,
        /// How long the codes are good.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=30))]
        days: u32,
        /// Writes a signed file for each into this folder, best a technician's stick.
        #[arg(long)]
        files: Option<PathBuf>,
    },
    /// Makes a new provisioning code for a kiosk.
    KioskCode { id: String },
    /// Lists the machines that ask to become kiosks, by the short codes on their screens.
    ListIntroductions,
    /// Says which kiosk the machine with this short code is.
    ApproveIntroduction {
        short_code: String,
        #[arg(long)]
        kiosk: String,
        /// Who approves.
        #[arg(long)]
        by: String,
    },
    /// Refuses the machine with this short code.
    RefuseIntroduction { short_code: String },
    /// Creates a guard or technician; the PIN is read from standard input.
    AddStaff {
        id: String,
        #[arg(long)]
        facility: String,
        #[arg(long)]
        name: String,
        #[arg(long, value_parser = ["guard", "technician"])]
        role: String,
        /// 4 to 8 digits, typed before the PIN where a kiosk has no reader.
        #[arg(long)]
        number: Option<String>,
    },
    /// Gives a member of staff a number; without one, takes it away.
    SetStaffNumber {
        id: String,
        #[arg(long)]
        number: Option<String>,
    },
    /// Creates an inmate.
    AddInmate {
        id: String,
        #[arg(long)]
        facility: String,
        #[arg(long)]
        name: String,
    },
    /// Gives a badge by its number.
    AddBadge {
        #[arg(long, conflicts_with = "staff", required_unless_present = "staff")]
        inmate: Option<String>,
        #[arg(long)]
        staff: Option<String>,
        #[arg(long)]
        number: String,
    },
    /// Gives a badge by tapping it at a kiosk.
    EnrolBadge {
        #[arg(long, conflicts_with = "staff", required_unless_present = "staff")]
        inmate: Option<String>,
        #[arg(long)]
        staff: Option<String>,
        #[arg(long)]
        kiosk: String,
        #[arg(long, default_value_t = 60)]
        within_seconds: u32,
    },
    /// Creates a booking connector and prints its credential.
    AddConnector { name: String },
    /// Cancels a booking.
    CancelBooking { booking: String },
    #[command(flatten)]
    Fleet(FleetCommand),
}

/// Why a row of a CSV file was not imported.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {words}")]
pub struct ImportError {
    /// The line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub words: String,
}

/// The way to the running service's admin API.
pub(crate) struct Desk {
    client: reqwest::Client,
    front: String,
    token: String,
}

/// Carries out `command` at the running service and returns what it answered, a table as a text.
///
/// # Errors
/// The service's own words, or why it could not be asked.
pub async fn administer(config: &Config, command: AdminCommand) -> anyhow::Result<Value> {
    let desk = Desk::open(config)?;
    match command {
        AdminCommand::List { collection } => desk.ask(Method::GET, &collection, None).await,
        AdminCommand::Revoke { collection, id } => desk.ask(Method::DELETE, &format!("{collection}/{id}"), None).await,
        AdminCommand::AddFacility {
            id,
            name,
            zone,
            language,
            direct_allowed,
            unsupervised,
            staff_number_without_reader,
        } => {
            let policy = json!({ "zone": zone, "default_language": language, "relay_only": !direct_allowed,
                "supervised": !unsupervised, "staff_number_without_reader": staff_number_without_reader });
            desk.add("facilities", json!({ "id": id, "name": name, "policy": policy })).await
        }
        AdminCommand::AllowStaffNumbers { facility, allowed } => {
            let change = json!({ "policy": { "staff_number_without_reader": allowed } });
            desk.ask(Method::PATCH, &format!("facilities/{facility}"), Some(change)).await
        }
        AdminCommand::AddRoom { id, facility, name } => {
            desk.add("rooms", json!({ "id": id, "facility": facility, "name": name })).await
        }
        AdminCommand::AddKiosk { id, room } => desk.add("kiosks", json!({ "id": id, "room": room })).await,
        AdminCommand::AddKiosks { names_file, room, days, files } => {
            batch::add_kiosks(&desk, &names_file, &room, days, files.as_deref()).await
        }
        AdminCommand::KioskCode { id } => desk.add(&format!("kiosks/{id}/code"), Value::Null).await,
        AdminCommand::ListIntroductions => desk.ask(Method::GET, "introductions", None).await,
        AdminCommand::ApproveIntroduction { short_code, kiosk, by } => {
            let approval = json!({ "kiosk": kiosk, "staff": by });
            desk.add(&format!("introductions/{}/approval", ShortCode::typed(&short_code).as_str()), approval).await
        }
        AdminCommand::RefuseIntroduction { short_code } => {
            desk.ask(Method::DELETE, &format!("introductions/{}", ShortCode::typed(&short_code).as_str()), None).await
        }
        AdminCommand::SetStaffNumber { id, number } => {
            desk.add(&format!("staff/{id}/number"), json!({ "number": number })).await
        }
        AdminCommand::AddStaff { id, facility, name, role, number } => {
            let pin = std::io::read_to_string(std::io::stdin()).context("the PIN is read from standard input")?;
            let staff = json!({ "id": id, "facility": facility, "name": name, "role": role, "pin": pin.trim(),
                "number": number });
            desk.add("staff", staff).await
        }
        AdminCommand::AddInmate { id, facility, name } => {
            desk.add("inmates", json!({ "id": id, "facility": facility, "name": name })).await
        }
        AdminCommand::AddBadge { inmate, staff, number } => {
            desk.add("badges", json!({ "inmate": inmate, "staff": staff, "number": number })).await
        }
        AdminCommand::EnrolBadge { inmate, staff, kiosk, within_seconds } => {
            let wish = json!({ "inmate": inmate, "staff": staff, "kiosk": kiosk, "within_seconds": within_seconds });
            desk.enrol(wish).await
        }
        AdminCommand::AddConnector { name } => desk.add("connectors", json!({ "name": name })).await,
        AdminCommand::CancelBooking { booking } => desk.add(&format!("bookings/{booking}/cancel"), Value::Null).await,
        AdminCommand::Fleet(command) => {
            let (method, path, body) = command.request();
            command.shown(desk.ask(method, &path, body).await?)
        }
    }
}

impl Desk {
    fn open(config: &Config) -> anyhow::Result<Self> {
        let read = |name: &str| {
            let path = config.data_directory.join(name);
            std::fs::read_to_string(&path)
                .with_context(|| format!("{}: start `muwajaha-service serve` first", path.display()))
        };
        let listening: Value = serde_json::from_str(&read("listening.json")?)?;
        let address =
            listening.get("admin").and_then(Value::as_str).context("listening.json names no admin listener")?;
        let mut roots = rustls::RootCertStore::empty();
        let certificate = match &config.tls.certificate {
            Some(path) => std::fs::read(path)?,
            None => read("ca.pem")?.into_bytes(),
        };
        use rustls::pki_types::{CertificateDer, pem::PemObject as _};
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&certificate).flatten());
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = config.tls.self_signed_names.first().cloned().unwrap_or_else(|| config.public_host().to_owned());
        let address: std::net::SocketAddr = address.parse()?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .resolve(&name, address)
            .timeout(Duration::from_secs(20))
            .build()?;
        let front = format!("https://{name}:{}/v1/admin", address.port());
        Ok(Self { client, front, token: read("admin.token")?.trim().to_owned() })
    }

    pub(crate) async fn add(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Puts what the path of these segments names.
    async fn put(&self, segments: &[&str], body: Value) -> anyhow::Result<Value> {
        let mut url = Url::parse(&self.front)?;
        url.path_segments_mut().map_err(|()| anyhow::anyhow!("the admin listener has no address"))?.extend(segments);
        self.send(Method::PUT, url, Some(body)).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        self.send(method, Url::parse(&format!("{}/{path}", self.front))?, body).await
    }

    /// Waits, where the service asks for it, and sends again: a file may have more rows than are let in at once.
    async fn send(&self, method: Method, url: Url, body: Option<Value>) -> anyhow::Result<Value> {
        let mut request = self.client.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let request = request.build()?;
        for _ in 0..MOST_TRIES {
            let request = request.try_clone().context("this request can be sent but once")?;
            let answer = self.client.execute(request).await;
            let answer = answer.context("the service does not answer on its admin listener")?;
            match retry_after(&answer) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return said(answer).await,
            }
        }
        bail!("the service is asked too much by others: try again later")
    }

    async fn enrol(&self, wish: Value) -> anyhow::Result<Value> {
        let mut enrolment = self.add("enrolments", wish).await?;
        let id = enrolment.get("id").and_then(Value::as_str).context("the answer has no id")?.to_owned();
        while enrolment.get("state").and_then(Value::as_str) == Some("waiting") {
            tokio::time::sleep(Duration::from_millis(500)).await;
            enrolment = self.ask(Method::GET, &format!("enrolments/{id}"), None).await?;
        }
        Ok(enrolment)
    }
}

/// How long the service asks to wait, where it does.
fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER).filter(|_| answer.status() == StatusCode::TOO_MANY_REQUESTS)?;
    seconds.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// What the service says, or its problem in words.
async fn said(answer: Response) -> anyhow::Result<Value> {
    let (status, text) = (answer.status(), answer.text().await?);
    if status.is_success() {
        return Ok(serde_json::from_str(&text).unwrap_or(Value::Null));
    }
    match serde_json::from_str::<Problem>(&text) {
        Ok(Problem { field, detail, title, .. }) => {
            let words = detail.unwrap_or(title);
            bail!("{}", field.map_or_else(|| words.clone(), |field| format!("{field}: {words}")))
        }
        Err(_) => bail!("the service answered {status}"),
    }
}

/// A row of a CSV file of bookings.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportRow {
    id: String,
    revision: u64,
    #[serde(default)]
    facility: Option<String>,
    #[serde(default)]
    kiosk: Option<String>,
    inmate: String,
    visitor: String,
    #[serde(default)]
    language: Option<String>,
    starts_at: String,
    ends_at: String,
    #[serde(default)]
    zone: Option<String>,
}

/// Puts the bookings of a CSV file with the columns `id,revision,facility,kiosk,inmate,visitor,
/// language,starts_at,ends_at,zone`; good rows are kept, bad ones come back with their lines.
///
/// # Errors
/// Where the file cannot be read, or the service does not run.
pub async fn import(config: &Config, file: &Path) -> anyhow::Result<Vec<Result<Value, ImportError>>> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(file)
        .with_context(|| format!("{}", file.display()))?;
    let desk = Desk::open(config)?;
    let headers = reader.headers().with_context(|| format!("{}", file.display()))?.clone();
    let mut results = Vec::new();
    for record in reader.records() {
        let result = match record {
            Err(error) => Err(ImportError { line: line(error.position()), words: error.to_string() }),
            Ok(record) => {
                let booking = import_row(&desk, &record, &headers).await;
                booking.map_err(|words| ImportError { line: line(record.position()), words })
            }
        };
        results.push(result);
    }
    Ok(results)
}

fn line(position: Option<&csv::Position>) -> u64 {
    position.map_or(0, csv::Position::line)
}

/// Puts the booking of one row, or says what is wrong with it.
async fn import_row(desk: &Desk, record: &csv::StringRecord, headers: &csv::StringRecord) -> Result<Value, String> {
    let row: ImportRow = record.deserialize(Some(headers)).map_err(|error| error.to_string())?;
    let request = request(&row).map_err(|fault| fault.words())?;
    let request = serde_json::to_value(&request).map_err(|error| error.to_string())?;
    desk.put(&["bookings", &row.id], request).await.map_err(|error| format!("{error:#}"))
}

fn request(row: &ImportRow) -> Result<BookingRequest, Fault> {
    let present = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let mut visitor = json!({ "name": row.visitor });
    if let (Some(members), Some(language)) = (visitor.as_object_mut(), present(&row.language)) {
        members.insert("language".to_owned(), language.into());
    }
    let request = json!({
        "revision": row.revision, "facility": present(&row.facility), "kiosk": present(&row.kiosk),
        "inmate": row.inmate, "visitor": visitor,
        "slot": { "starts_at": row.starts_at, "ends_at": row.ends_at, "zone": present(&row.zone) },
    });
    serde_path_to_error::deserialize(request).map_err(|error| describe(&error))
}

/// Outcomes by day, from `from` to `to`.
///
/// # Errors
/// Where a day is none, or the data directory cannot be read.
pub async fn report(config: Config, from: Option<&str>, to: Option<&str>) -> anyhow::Result<Value> {
    let app = App::open(config, Clock::system()).await?;
    let rows = people::report_rows(&app, from, to).await.map_err(|fault| anyhow::anyhow!(fault.words()))?;
    app.store.close().await;
    Ok(serde_json::to_value(rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands behind each `muwajaha-service admin` in backticks: what a person is told to type.
    fn named_commands(file: &str) -> Vec<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let typed = text.split("`muwajaha-service admin ").skip(1);
        typed.filter_map(|rest| rest.split('`').next()).map(ToOwned::to_owned).collect()
    }

    fn typed(words: &str) -> Result<AdminCommand, clap::Error> {
        use clap::FromArgMatches as _;
        let command = AdminCommand::augment_subcommands(clap::Command::new("admin"));
        AdminCommand::from_arg_matches(&command.try_get_matches_from(words.split(' '))?)
    }

    #[test]
    fn staff_numbers_are_given_taken_away_and_allowed_by_command() {
        let add = typed("admin add-staff g-1 --facility karkh --name n --role guard --number 4711").unwrap();
        assert!(matches!(add, AdminCommand::AddStaff { number: Some(number), .. } if number == "4711"));
        let take = typed("admin set-staff-number g-1").unwrap();
        assert!(matches!(take, AdminCommand::SetStaffNumber { number: None, .. }));
        for (word, expected) in [("true", true), ("false", false)] {
            let allow = typed(&format!("admin allow-staff-numbers karkh {word}")).unwrap();
            assert!(matches!(allow, AdminCommand::AllowStaffNumbers { allowed, .. } if allowed == expected));
        }
        assert!(typed("admin allow-staff-numbers karkh").is_err());
        let facility = typed("admin add-facility karkh --name n --staff-number-without-reader").unwrap();
        assert!(matches!(facility, AdminCommand::AddFacility { staff_number_without_reader: true, .. }));
    }

    #[test]
    fn a_command_that_somebody_is_told_to_type_exists() {
        let known = AdminCommand::augment_subcommands(clap::Command::new("admin"));
        for file in ["kiosk/main.rs", "kiosk/provisioning/mod.rs", "wire/kiosk.rs"] {
            let named = named_commands(file);
            assert!(!named.is_empty(), "{file} names no command");
            for typed in named {
                let command = typed.strip_prefix("--config FILE ").and_then(|rest| rest.split(' ').next());
                let exists = command.is_some_and(|command| known.find_subcommand(command).is_some());
                assert!(exists, "{file}: `muwajaha-service admin {typed}`");
            }
        }
    }
}
