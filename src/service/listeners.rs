//! The three listeners, their routes, and the clockwork behind them.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{get, post, put};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use muwajaha_core::domain::Utc;
use tokio::task::JoinHandle;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::extract::know_the_caller;
use crate::fault::Fault;
use crate::{bookings, join, kiosks, openapi, pages, people, signalling, tls, visitor};

const LARGEST_BODY_BYTES: usize = 1024 * 1024;
const LONGEST_REQUEST: Duration = Duration::from_secs(20);
const LONGEST_FAREWELL: Duration = Duration::from_secs(5);
const OVERDUE_EVERY: Duration = Duration::from_millis(500);
const CONCLUDED_EVERY: Duration = Duration::from_secs(60);

/// A service that runs.
pub struct Running {
    /// Where visitors and connectors find it.
    pub public: SocketAddr,
    /// Where kiosks find it.
    pub kiosk: SocketAddr,
    /// Where the office finds it.
    pub admin: SocketAddr,
    app: App,
    handle: Handle<SocketAddr>,
    tasks: Vec<JoinHandle<()>>,
}

/// Opens the data directory of `config` and listens.
///
/// # Errors
/// What in the data directory, the certificates or the addresses cannot be used, in words.
pub async fn serve(mut config: Config, clock: Clock) -> anyhow::Result<Running> {
    let directory = config.data_directory.clone();
    make_directory(&directory)?;
    let note = directory.join("listening.json");
    let _ = std::fs::remove_file(&note);
    let [public, kiosk, admin] =
        [bind(&mut config.public.listen)?, bind(&mut config.kiosk.listen)?, bind(&mut config.admin.listen)?];
    let app = App::open(config, clock).await?;
    let config = &app.config;
    let tls = RustlsConfig::from_config(tls::server_config(&config.tls, &directory)?);
    let clients = app.kiosk_authority.verifier();
    let kiosk_tls = tls::kiosk_server_config(&config.tls, &directory, clients, &app.clock)?;
    let proxy = config.public.trusted_proxy;
    // A proxy before kiosks passes TCP on, and with it whatever a stranger writes into the headers.
    let doors = [
        (public, answering(public_routes()), tls.clone(), proxy),
        (kiosk, kiosk_routes(&app), RustlsConfig::from_config(kiosk_tls), None),
        (admin, answering(admin_routes()), tls, proxy),
    ];
    let handle = Handle::new();
    let mut tasks = vec![tokio::spawn(end_overdue(app.clone())), tokio::spawn(conclude(app.clone()))];
    for (listener, routes, tls, proxy) in doors {
        tasks.push(listen(listener, guarded(routes, &app, proxy), tls, handle.clone())?);
    }
    let (public, kiosk, admin) = (config.public.listen, config.kiosk.listen, config.admin.listen);
    let text = serde_json::json!({ "public": public, "kiosk": kiosk, "admin": admin }).to_string();
    std::fs::write(&note, text).with_context(|| format!("{}", note.display()))?;
    tracing::info!(%public, %kiosk, %admin, "listening");
    Ok(Running { public, kiosk, admin, app, handle, tasks })
}

impl Running {
    /// Lets requests finish, closes sockets without ending calls, closes the database.
    pub async fn stop(self) {
        self.app.hub.close_all();
        self.app.kiosk_sockets.close_all();
        self.handle.graceful_shutdown(Some(LONGEST_FAREWELL));
        let [overdue, conclude, listeners @ ..] = self.tasks.as_slice() else { return };
        overdue.abort();
        conclude.abort();
        let deadline = tokio::time::Instant::now() + LONGEST_FAREWELL + Duration::from_secs(1);
        while listeners.iter().any(|task| !task.is_finished()) && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let _ = std::fs::remove_file(self.app.config.data_directory.join("listening.json"));
        self.app.store.close().await;
    }
}

fn make_directory(directory: &std::path::Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .with_context(|| format!("`data_directory` {}", directory.display()))
}

/// Listens at `address`, which says the port from then on where it left the choice.
fn bind(address: &mut SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(*address).with_context(|| format!("cannot listen on {address}"))?;
    listener.set_nonblocking(true)?;
    *address = listener.local_addr()?;
    Ok(listener)
}

fn listen(
    listener: TcpListener,
    routes: Router,
    tls: RustlsConfig,
    handle: Handle<SocketAddr>,
) -> anyhow::Result<JoinHandle<()>> {
    let bound = listener.local_addr()?;
    let server = axum_server::from_tcp_rustls(listener, tls)?.handle(handle);
    let serving = server.serve(routes.into_make_service_with_connect_info::<SocketAddr>());
    Ok(tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(%error, %bound, "a listener failed");
        }
    }))
}

fn guarded(routes: Router<App>, app: &App, trusted_proxy: Option<IpAddr>) -> Router {
    routes
        .layer(middleware::from_fn_with_state((app.clone(), trusted_proxy), know_the_caller))
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST_REQUEST))
        .with_state(app.clone())
}

/// The routes, and an answer to whatever else is asked.
fn answering(routes: Router<App>) -> Router<App> {
    routes
        .route("/healthz", get(health))
        .fallback(async || Fault::unknown_path())
        .method_not_allowed_fallback(async || Fault::unknown_method())
}

fn public_routes() -> Router<App> {
    Router::new()
        .route("/", get(pages::visitor_index))
        .route("/visit", get(pages::visitor_index))
        .route("/web/{name}", get(pages::visitor_file))
        .route("/openapi.json", get(openapi::document))
        .route("/v1/visitor/redeem", post(visitor::redeem))
        .route("/v1/visitor/signalling", get(signalling::visitor_signalling))
        .route("/v1/bookings/{connector_booking_id}", put(bookings::put).get(bookings::get).delete(bookings::delete))
        .route("/v1/outcomes", get(bookings::outcomes))
}

/// Nobody but a known kiosk is answered here, except where machines become kiosks.
fn kiosk_routes(app: &App) -> Router<App> {
    let routes = Router::new()
        .route("/v1/kiosk/certificate", post(kiosks::renew))
        .route("/v1/kiosk/time", get(kiosks::time))
        .route("/v1/kiosk/relays", get(kiosks::relays))
        .route("/v1/kiosk/snapshot", get(kiosks::snapshot))
        .route("/v1/kiosk/events", post(kiosks::events))
        .route("/v1/kiosk/bookings/{booking}/join", post(join::join))
        .route("/v1/kiosk/socket", get(kiosks::kiosk_socket))
        .route("/v1/kiosk/updates/{name}", get(kiosks::update_file))
        .route("/v1/kiosk/calls/{booking}/signalling", get(signalling::kiosk_signalling));
    answering(routes)
        .layer(middleware::from_fn_with_state(app.clone(), kiosks::know_the_kiosk))
        .route("/v1/kiosk/provision", post(kiosks::provision))
        .route("/v1/kiosk/introductions", post(kiosks::introduce))
        .route("/v1/kiosk/introductions/outcome", post(kiosks::introduction_outcome))
        .method_not_allowed_fallback(async || Fault::unknown_method())
}

fn admin_routes() -> Router<App> {
    people::routes()
        .route("/", get(pages::office_index))
        .route("/office/{name}", get(pages::office_file))
        .route("/web/{name}", get(pages::office_shared_file))
        .route("/openapi.json", get(openapi::document))
}

async fn health(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.store.check().await {
        Ok(()) => (StatusCode::OK, r#"{"status":"ok"}"#),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"database"}"#),
    }
}

async fn end_overdue(app: App) {
    let mut tick = tokio::time::interval(OVERDUE_EVERY);
    loop {
        tick.tick().await;
        let now = Utc::from_millis(app.clock.now_ms());
        app.hub.put_early_pages_out(now);
        app.hub.end_overdue(now);
    }
}

async fn conclude(app: App) {
    let mut tick = tokio::time::interval(CONCLUDED_EVERY);
    loop {
        tick.tick().await;
        if let Err(error) = bookings::conclude(&app).await {
            tracing::error!(%error, "outcomes could not be concluded");
        }
    }
}
