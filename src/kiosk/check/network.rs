//! Everything that is asked of the network, in turn: service and clock, the relays by transport, the
//! line through one of them. On the thread `check-network`, a tokio runtime of its own.

use std::sync::Arc;
use std::time::Duration;

use muwajaha_core::domain::{CheckPart, Finding, Remedy};
use rustls::ClientConfig;
use tokio::time::timeout;

use super::turn::{Transport, TurnError, TurnServer};
use super::{NETWORK, Parts, line, relay, service};
use crate::net::{CallError, NetSettings, ServiceClient};

const RELAYED: [CheckPart; 4] = [CheckPart::RelayUdp, CheckPart::RelayTcp, CheckPart::RelayTls, CheckPart::Line];
const SERVICE_PATIENCE: Duration = Duration::from_secs(15);

/// The ways out of this kiosk.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// To the service, as the kiosk that it knows.
    pub(super) service: NetSettings,
    /// To TURN servers that speak TLS.
    pub(super) relay_tls: Arc<ClientConfig>,
}

/// Checks what is wanted of the network. `lines`: or why the service knows nobody here.
pub(super) fn check(lines: &Result<Lines, String>, call_bits_per_second: u32, parts: &Parts, told: &dyn Fn(Finding)) {
    let client = lines.as_ref().map_err(Clone::clone).and_then(|lines| {
        ServiceClient::new(&lines.service).map(|client| (lines, client)).map_err(|error| error.to_string())
    });
    let (lines, client) = match client {
        Ok(usable) => usable,
        Err(why) => {
            told(Finding::fail(CheckPart::Service, why, Remedy::ProvisionAnew));
            let others = NETWORK.into_iter().filter(|part| *part != CheckPart::Service);
            return others.map(|part| Finding::fail(part, "", Remedy::ProvisionAnew)).for_each(told);
        }
    };
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            runtime.block_on(Network { relay_tls: &lines.relay_tls, client, call_bits_per_second, parts, told }.check())
        }
        Err(error) => tracing::warn!(%error, "nothing to ask the network by"),
    }
}

struct Network<'a> {
    relay_tls: &'a Arc<ClientConfig>,
    client: ServiceClient,
    call_bits_per_second: u32,
    parts: &'a Parts,
    told: &'a dyn Fn(Finding),
}

impl Network<'_> {
    async fn check(&self) {
        if self.wants(&[CheckPart::Service, CheckPart::Clock]) {
            self.check_service().await;
        }
        if self.wants(&RELAYED) {
            let named = timeout(SERVICE_PATIENCE, self.client.relays()).await;
            match named.unwrap_or_else(|_| Err(CallError::Unreachable("no answer".to_owned()))) {
                Ok(named) => self.check_relays(&named.iter().filter_map(TurnServer::of).collect::<Vec<_>>()).await,
                Err(error) => {
                    let unknown = |part| Finding::fail(part, "", service::remedy(&error));
                    RELAYED.into_iter().for_each(|part| self.tell(unknown(part)));
                }
            }
        }
    }

    fn wants(&self, parts: &[CheckPart]) -> bool {
        parts.iter().any(|part| self.parts.contains(part))
    }

    fn tell(&self, finding: Finding) {
        if self.parts.contains(&finding.part) {
            (self.told)(finding);
        }
    }

    async fn check_service(&self) {
        let measured = timeout(SERVICE_PATIENCE, service::measure(&self.client)).await;
        let measured = measured.unwrap_or_else(|_| Err(CallError::Unreachable("no answer".to_owned())));
        self.tell(service::judge(&measured));
        self.tell(service::judge_clock(measured.ok()));
    }

    async fn check_relays(&self, turn: &[TurnServer]) {
        for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
            if !self.parts.contains(&relay::part_of(transport)) {
                continue;
            }
            let mut tried = Vec::new();
            for server in turn.iter().filter(|server| server.transport == transport) {
                tried.push(relay::measure(server, self.relay_tls).await);
            }
            self.tell(relay::judge(transport, &tried));
        }
        if self.parts.contains(&CheckPart::Line) {
            let measured = match turn.iter().find(|server| server.transport == Transport::Udp) {
                Some(server) => line::measure(server, self.relay_tls, self.call_bits_per_second).await,
                None => Err(TurnError::Unreachable(String::new())),
            };
            self.tell(line::judge(measured));
        }
    }
}
