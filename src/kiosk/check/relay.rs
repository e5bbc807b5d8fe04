//! TURN servers by their transport: whether each reserves a relay for the credential that the service
//! gives out, which also shows that service and server share their secret.

use std::sync::Arc;
use std::time::{Duration, Instant};

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

use super::turn::{Relay, Transport, TurnError, TurnServer};

/// Unauthorized, wrong credentials, stale nonce.
const CREDENTIAL_CODES: [u16; 3] = [401, 441, 438];

/// One server that was tried.
#[derive(Debug, Clone)]
pub(super) struct Tried {
    pub(super) server: String,
    /// How long it took until a relay was reserved.
    pub(super) reserved: Result<Duration, TurnError>,
}

/// Judges all servers of one transport; the worst counts.
pub(super) fn judge(transport: Transport, tried: &[Tried]) -> Finding {
    let part = part_of(transport);
    let failed = tried.iter().find_map(|tried| Some((tried, tried.reserved.as_ref().err()?)));
    if let Some((Tried { server, .. }, error)) = failed {
        let remedy = match error {
            TurnError::Refused(code) if CREDENTIAL_CODES.contains(code) => Remedy::ShareRelaySecret,
            TurnError::Refused(_) | TurnError::Unreachable(_) => Remedy::OpenFirewall,
        };
        let value = format!("{server}: {error}");
        // Calls speak UDP and TCP to a TURN server, not TLS.
        return match transport {
            Transport::Udp | Transport::Tcp => Finding::fail(part, value, remedy),
            Transport::Tls => Finding::warn(part, value, remedy),
        };
    }
    let slowest = tried.iter().filter_map(|tried| tried.reserved.as_ref().ok()).max();
    match (slowest, transport) {
        (Some(took), _) => Finding::pass(part, format!("{} ms", took.as_millis())),
        (None, Transport::Udp | Transport::Tcp) => Finding::warn(part, "", Remedy::NameRelay),
        (None, Transport::Tls) => Finding::pass(part, ""),
    }
}

pub(super) fn part_of(transport: Transport) -> CheckPart {
    match transport {
        Transport::Udp => CheckPart::RelayUdp,
        Transport::Tcp => CheckPart::RelayTcp,
        Transport::Tls => CheckPart::RelayTls,
    }
}

/// Reserves a relay and gives it back.
pub(super) async fn measure(server: &TurnServer, tls: &Arc<rustls::ClientConfig>) -> Tried {
    let name = format!("{}:{}", server.host, server.port);
    let began = Instant::now();
    let reserved = Relay::reserve(server, tls).await;
    let took = began.elapsed();
    let reserved = match reserved {
        Ok(relay) => {
            relay.release().await;
            Ok(took)
        }
        Err(error) => Err(error),
    };
    Tried { server: name, reserved }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    fn tried(reserved: Result<Duration, TurnError>) -> Tried {
        Tried { server: "turn.example:3478".to_owned(), reserved }
    }

    #[test]
    fn the_worst_server_of_a_transport_counts_and_says_what_to_do() {
        let good = tried(Ok(Duration::from_millis(21)));
        assert_eq!(judge(Transport::Udp, std::slice::from_ref(&good)), Finding::pass(CheckPart::RelayUdp, "21 ms"));
        let away = tried(Err(TurnError::Unreachable("no answer".to_owned())));
        let finding = judge(Transport::Tcp, &[good, away.clone()]);
        assert_eq!((finding.verdict, finding.remedy), (CheckVerdict::Fail, Some(Remedy::OpenFirewall)));
        assert_eq!(finding.value, "turn.example:3478: no answer");
        let refused = tried(Err(TurnError::Refused(401)));
        assert_eq!(judge(Transport::Udp, &[refused]).remedy, Some(Remedy::ShareRelaySecret));
        assert_eq!(judge(Transport::Tls, &[away]).verdict, CheckVerdict::Warn);
    }

    #[test]
    fn a_transport_without_a_server_is_told_where_calls_would_use_it() {
        assert_eq!(judge(Transport::Udp, &[]).remedy, Some(Remedy::NameRelay));
        assert_eq!(judge(Transport::Tls, &[]).verdict, CheckVerdict::Pass);
    }
}
