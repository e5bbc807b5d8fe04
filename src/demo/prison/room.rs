//! The visiting room: everything that runs for one or more visits, and its orderly end.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::Context;

use super::{Kiosk, KioskPlan, MediaFault, People, Person, Service, ServicePlan, TurnServer};
use crate::stage::{Card, Display, KioskNetwork, NetworkError, Reader, ReaderModel, StageDirectory, Turn};
use crate::visitor::{PictureFormat, public_key_hash};

/// How the room is to be.
#[derive(Debug, Clone)]
pub struct RoomPlan {
    /// Shown on this X display instead of one of the room's own.
    pub display: Option<String>,
    /// The kiosk gets a network of its own, where we are root.
    pub wants_network: bool,
    /// Media goes through a TURN server only.
    pub relay_only: bool,
    /// What is wrong with the kiosk's devices.
    pub fault: MediaFault,
    /// What the kiosk's camera delivers.
    pub picture: PictureFormat,
    /// The kiosk's badge reader.
    pub reader: ReaderModel,
}

impl RoomPlan {
    /// On a display of its own, without a network of its own, nothing wrong, a small picture, an RDM6300.
    pub fn quiet() -> Self {
        Self {
            display: None,
            wants_network: false,
            relay_only: false,
            fault: MediaFault::None,
            picture: PictureFormat::SMALL,
            reader: ReaderModel::default(),
        }
    }
}

/// The running room.
#[derive(Debug)]
pub struct VisitingRoom {
    /// Its folder.
    pub directory: StageDirectory,
    /// The X server, where it is the room's own.
    pub display: Option<Arc<Display>>,
    /// The kiosk's network, or why it has none of its own.
    pub network: Result<KioskNetwork, NetworkError>,
    /// The TURN server.
    pub turn: Option<Turn>,
    /// The badge reader.
    pub reader: Reader,
    /// The visit service.
    pub service: Service,
    /// Who is there.
    pub people: People,
    /// The kiosk; `None` before [`VisitingRoom::start_kiosk`].
    pub kiosk: Option<Kiosk>,
    plan: RoomPlan,
}

impl VisitingRoom {
    /// Starts everything but the kiosk, and seeds the service.
    ///
    /// # Errors
    /// When a part does not come up; names it.
    pub async fn open(directory: StageDirectory, plan: RoomPlan) -> anyhow::Result<Self> {
        let display = match plan.display {
            Some(_) => None,
            None => Some(Arc::new(Display::start(&directory, "screen").await.context("starting a display")?)),
        };
        let network = if plan.wants_network { KioskNetwork::create().await } else { Err(NetworkError::NotWanted) };
        let address = address(&network);
        let turn = match plan.relay_only {
            true => Some(Turn::start(&directory, address).await.context("starting the TURN server")?),
            false => None,
        };
        let reader = Reader::of_model(plan.reader.clone(), &directory.path().join("reader"));
        let reader = reader.context("plugging the reader in")?;
        let turn_server =
            turn.as_ref().map(|turn| TurnServer { url: turn.url.clone(), shared_secret: turn.shared_secret.clone() });
        let service = Service::start(&directory, &ServicePlan { address, turn: turn_server }).await;
        let service = service.context("starting the visit service")?;
        let people =
            People::seed(&service, plan.relay_only, &plan.reader).await.context("seeding the visit service")?;
        Ok(Self { directory, display, network, turn, reader, service, people, kiosk: None, plan })
    }

    /// Provisions and starts the kiosk.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_kiosk(&mut self) -> anyhow::Result<()> {
        let own = self.display.as_deref().map(Display::name);
        let plan = KioskPlan {
            display: own.or(self.plan.display.as_deref()).unwrap_or_default(),
            reader: self.reader.path(),
            model: &self.plan.reader,
            network: self.network.as_ref().ok(),
            fault: self.plan.fault,
            picture: self.plan.picture,
        };
        let code = &self.people.provisioning_code;
        self.kiosk =
            Some(Kiosk::start(&self.directory, &self.service, code, &plan).await.context("starting the kiosk")?);
        Ok(())
    }

    /// The kiosk.
    ///
    /// # Errors
    /// Before it was started.
    pub fn kiosk(&mut self) -> anyhow::Result<&mut Kiosk> {
        self.kiosk.as_mut().context("the kiosk was not started")
    }

    /// Someone's badge, of a kind that the room's reader reads.
    pub fn badge(&self, person: Person) -> Card {
        person.badge(&self.plan.reader)
    }

    /// Puts someone's badge to the reader.
    ///
    /// # Errors
    /// When the reader is unplugged or nobody reads it.
    pub async fn tap(&self, person: Person) -> anyhow::Result<()> {
        self.reader.tap(self.badge(person)).await
    }

    /// The hash by which a browser trusts the service.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn trusted_key_hash(&self) -> anyhow::Result<String> {
        let file = self.service.certificate_file();
        public_key_hash(&std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?)
    }

    /// Fails where service or kiosk have ended by themselves.
    ///
    /// # Errors
    /// With the end of their log.
    pub fn check_running(&mut self) -> anyhow::Result<()> {
        self.service.check_running()?;
        self.kiosk.as_mut().map_or(Ok(()), Kiosk::check_running)
    }

    /// Ends everything, the kiosk first, and hands back the folder.
    pub async fn close(self) -> StageDirectory {
        if let Some(mut kiosk) = self.kiosk {
            kiosk.stop().await;
        }
        self.service.stop().await;
        if let Some(turn) = self.turn {
            turn.stop().await;
        }
        drop(self.network);
        if let Some(display) = self.display.and_then(Arc::into_inner) {
            display.stop().await;
        }
        self.directory
    }
}

/// The address at which the kiosk and the visitor reach this machine.
fn address(network: &Result<KioskNetwork, NetworkError>) -> IpAddr {
    match network {
        Ok(network) => IpAddr::V4(network.demo_address()),
        Err(_) => IpAddr::from([127, 0, 0, 1]),
    }
}
