//! What every handler shares: the store, the clock, the secrets and the two switchboards.

use std::path::PathBuf;
use std::sync::Arc;

use muwajaha_core::domain::Redacted;

use crate::clock::Clock;
use crate::config::Config;
use crate::kiosks::{KioskAuthority, KioskSockets};
use crate::limits::Limiter;
use crate::metrics::HttpCounts;
use crate::people::Enrolments;
use crate::secrets::{ServiceSecret, load_or_create, random_token};
use crate::signalling::Hub;
use crate::store::Store;

/// Connector of bookings that the office makes by hand or by file.
pub(crate) const OFFICE: &str = "office";

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// See [`App`].
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) secret: ServiceSecret,
    pub(crate) admin_token: Redacted<String>,
    pub(crate) metrics_token: Redacted<String>,
    pub(crate) http: HttpCounts,
    pub(crate) kiosk_authority: KioskAuthority,
    pub(crate) kiosk_sockets: KioskSockets,
    pub(crate) hub: Hub,
    pub(crate) enrolments: Enrolments,
    pub(crate) redeems: Limiter,
    pub(crate) refused_credentials: Limiter,
    pub(crate) provisions: Limiter,
    pub(crate) requests: Limiter,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Opens everything that lives in the data directory.
    pub(crate) async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let in_data = |name: &str| -> PathBuf { config.data_directory.join(name) };
        let store = Store::open(&in_data("service.db")).await?;
        let secret = ServiceSecret::load_or_create(&in_data("secret.key"))?;
        let credential = |name: &str| -> anyhow::Result<Redacted<String>> {
            let kept = load_or_create(&in_data(name), random_token)?;
            Ok(Redacted::new(kept.reveal().trim().to_owned()))
        };
        let (admin_token, metrics_token) = (credential("admin.token")?, credential("metrics.token")?);
        let kiosk_authority =
            KioskAuthority::open(config.kiosk.client_ca.as_ref(), &config.data_directory, clock.now_ms())?;
        let mut change = store.change("service", clock.now_ms()).await?;
        change.add_connector(OFFICE, None).await?;
        change.commit().await?;
        let limits = &config.limits;
        Ok(Self(Arc::new(Shared {
            redeems: Limiter::new(limits.redeems_per_minute, 60),
            refused_credentials: Limiter::new(limits.redeems_per_minute, 60),
            provisions: Limiter::new(limits.provisions_per_minute, 60),
            requests: Limiter::new(limits.requests_per_second, 1),
            kiosk_sockets: KioskSockets::default(),
            hub: Hub::default(),
            enrolments: Enrolments::default(),
            config,
            clock,
            store,
            secret,
            admin_token,
            metrics_token,
            http: HttpCounts::default(),
            kiosk_authority,
        })))
    }
}
