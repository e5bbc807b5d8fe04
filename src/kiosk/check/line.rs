//! The line's bandwidth, loss and delay: packets as large and as many as a call's, from one relay to
//! another and back to here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use muwajaha_core::domain::{CheckPart, Finding, Remedy};
use tokio::time::{sleep_until, timeout};

use super::turn::{Relay, TurnError, TurnServer};

const SENT_FOR: Duration = Duration::from_secs(2);
/// What comes later is lost to a call.
const LATEST: Duration = Duration::from_millis(500);
const PACKET_BYTES: usize = 1_000;
const STEP: Duration = Duration::from_millis(5);

const GOOD_LOSS: f32 = 0.01;
const BEARABLE_LOSS: f32 = 0.08;
const GOOD_RATE_SHARE: f32 = 0.9;
const LEAST_BITS_PER_SECOND: f32 = 250_000.0;
const GOOD_ROUND_TRIP: Duration = Duration::from_millis(300);

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub(super) sent: u32,
    pub(super) received: u32,
    pub(super) wanted_bits_per_second: u32,
    pub(super) over: Duration,
    /// The median; a packet's way there and back.
    pub(super) round_trip: Duration,
}

pub(super) fn judge(measured: Result<Measured, TurnError>) -> Finding {
    let measured = match measured {
        Ok(measured) => measured,
        Err(error) => {
            let is_forbidden = matches!(error, TurnError::Refused(_));
            let remedy = if is_forbidden { Remedy::LetRelayMeasure } else { Remedy::NameRelay };
            return Finding::warn(CheckPart::Line, error.to_string(), remedy);
        }
    };
    let loss = (1.0 - measured.received as f32 / measured.sent.max(1) as f32).max(0.0);
    let bits = measured.received as f32 * PACKET_BYTES as f32 * 8.0;
    let rate = bits / measured.over.as_secs_f32().max(0.001);
    let milliseconds = measured.round_trip.as_millis();
    let value = format!("{:.2} Mbit/s, {:.1} %, {milliseconds} ms", rate / 1_000_000.0, loss * 100.0);
    let is_fast = rate >= measured.wanted_bits_per_second as f32 * GOOD_RATE_SHARE;
    if loss > BEARABLE_LOSS || rate < LEAST_BITS_PER_SECOND {
        Finding::fail(CheckPart::Line, value, Remedy::SpeedLine)
    } else if loss > GOOD_LOSS || !is_fast || measured.round_trip > GOOD_ROUND_TRIP {
        Finding::warn(CheckPart::Line, value, Remedy::SpeedLine)
    } else {
        Finding::pass(CheckPart::Line, value)
    }
}

/// Sends at this rate through `server` for two seconds.
pub(super) async fn measure(
    server: &TurnServer,
    tls: &Arc<rustls::ClientConfig>,
    bits_per_second: u32,
) -> Result<Measured, TurnError> {
    let mut sender = Relay::reserve(server, tls).await?;
    let mut receiver = Relay::reserve(server, tls).await?;
    let permitted = match receiver.permit(sender.address).await {
        Ok(()) => sender.permit(receiver.address).await,
        refused @ Err(_) => refused,
    };
    let measured = match permitted {
        Ok(()) => Ok(send_and_count(&mut sender, &mut receiver, bits_per_second).await),
        Err(error) => Err(error),
    };
    sender.release().await;
    receiver.release().await;
    measured
}

async fn send_and_count(sender: &mut Relay, receiver: &mut Relay, bits_per_second: u32) -> Measured {
    let began = Instant::now();
    let peer = receiver.address;
    let sending = async {
        let bits_a_packet = u64::try_from(PACKET_BYTES * 8).unwrap_or(u64::MAX);
        let (mut sent, mut due) = (0_u32, began);
        while began.elapsed() < SENT_FOR {
            let owed = u128::from(bits_per_second) * began.elapsed().as_millis() / 1000 / u128::from(bits_a_packet);
            while u128::from(sent) <= owed {
                // A packet that cannot be sent is lost, and counted so.
                let _ = sender.send(peer, packet(began.elapsed())).await;
                sent = sent.saturating_add(1);
            }
            due += STEP;
            sleep_until(due.into()).await;
        }
        sent
    };
    let receiving = async {
        let mut times = Vec::new();
        let over = began + SENT_FOR + LATEST;
        while let Ok(Ok(data)) = timeout(over.saturating_duration_since(Instant::now()), receiver.receive()).await {
            times.extend(sent_at(&data).map(|at| began.elapsed().saturating_sub(at)));
        }
        times
    };
    let (sent, mut times) = tokio::join!(sending, receiving);
    times.retain(|time| *time <= LATEST);
    times.sort_unstable();
    Measured {
        sent,
        received: u32::try_from(times.len()).unwrap_or(u32::MAX),
        wanted_bits_per_second: bits_per_second,
        over: SENT_FOR,
        round_trip: times.get(times.len() / 2).copied().unwrap_or_default(),
    }
}

fn packet(at: Duration) -> Vec<u8> {
    let mut bytes = u64::try_from(at.as_micros()).unwrap_or(u64::MAX).to_be_bytes().to_vec();
    bytes.resize(PACKET_BYTES, 0);
    bytes
}

fn sent_at(data: &[u8]) -> Option<Duration> {
    let is_ours = data.len() == PACKET_BYTES;
    data.first_chunk().filter(|_| is_ours).map(|bytes| Duration::from_micros(u64::from_be_bytes(*bytes)))
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    fn measured(received: u32, milliseconds: u64) -> Measured {
        Measured {
            sent: 375,
            received,
            wanted_bits_per_second: 1_500_000,
            over: SENT_FOR,
            round_trip: Duration::from_millis(milliseconds),
        }
    }

    #[test]
    fn rate_loss_and_delay_each_count() {
        assert_eq!(judge(Ok(measured(375, 24))), Finding::pass(CheckPart::Line, "1.50 Mbit/s, 0.0 %, 24 ms"));
        assert_eq!(judge(Ok(measured(360, 24))).verdict, CheckVerdict::Warn);
        assert_eq!(judge(Ok(measured(300, 24))).verdict, CheckVerdict::Fail);
        assert_eq!(judge(Ok(measured(375, 420))).verdict, CheckVerdict::Warn);
    }

    #[test]
    fn a_server_that_forbids_the_measurement_is_no_fault_of_the_line() {
        assert_eq!(judge(Err(TurnError::Refused(403))).remedy, Some(Remedy::LetRelayMeasure));
        assert_eq!(judge(Err(TurnError::Unreachable("no answer".to_owned()))).remedy, Some(Remedy::NameRelay));
    }
}
