//! What must hold after every event, whatever happened.

use super::call::Link;
use super::mode::KioskMode;
use super::visit::Visit;
use super::{OutOfServiceCause, Session};

impl Session {
    /// Checks that the state is one that may be; cheap enough for every event.
    ///
    /// # Errors
    /// The invariant that does not hold, in words.
    pub fn verify_invariants(&self) -> Result<(), String> {
        let now = self.now.boot;
        let holds = |condition: bool, words: &str| if condition { Ok(()) } else { Err(words.to_owned()) };
        match &self.mode {
            KioskMode::Locked { opening } => {
                holds(
                    opening.is_none_or(|row| self.ledger.is_on_its_way(row)),
                    "an opening waits for a row that nobody will answer for",
                )?;
            }
            KioskMode::OutOfService { cause, .. } => {
                holds(
                    self.schedule.is_none() || *cause != OutOfServiceCause::NoSchedule,
                    "a kiosk with a schedule says that it has none",
                )?;
            }
            KioskMode::Maintenance(maintenance) => {
                holds(self.dialog.is_closed(), "a pad lies over maintenance")?;
                holds(maintenance.unused_at > now, "maintenance outstayed its time")?;
                holds(self.teardown.is_none(), "maintenance beside a call's media")?;
            }
            KioskMode::Open(open) => match &open.visit {
                Visit::Idle => {
                    holds(self.standing.cause().is_none(), "a kiosk that was ordered out waits for badges")?;
                    holds(
                        self.words.chosen().is_none() || self.words.unused_at().is_some(),
                        "the idle screen keeps a visit's language",
                    )?;
                    holds(!self.ledger.is_lost(), "a kiosk without a record waits for badges")?;
                }
                Visit::Refused(refused) => holds(refused.until > now, "a refusal outstayed its time")?,
                Visit::Identified(identified) => {
                    holds(
                        self.ledger.is_on_its_way(identified.row),
                        "an admission waits for a row that nobody will answer for",
                    )?;
                    holds(self.teardown.is_none(), "someone was admitted while media still stops")?;
                }
                Visit::Notice(notice) => {
                    holds(notice.plan.ends_at > now, "a notice outlived its slot")?;
                    holds(!self.ledger.is_lost(), "a notice stands without a record")?;
                }
                Visit::Call(call) => {
                    holds(call.plan.ends_at > now, "a call outlived its end")?;
                    holds(self.teardown.is_none(), "two calls are live")?;
                    holds(!self.ended.contains(&call.plan.booking.id), "an ended booking has a call")?;
                    if let Some(joined) = call.joined() {
                        let gate_is_right = joined.transport.as_ref().is_none_or(|transport| {
                            !transport.gate_open || (transport.verified && call.plan.begins_at <= now)
                        });
                        holds(gate_is_right, "a gate is open before its certificate or its slot")?;
                        let is_carried = joined.transport.is_some() || !matches!(joined.link, Link::Connected(_));
                        holds(is_carried, "a call is connected by nothing")?;
                    }
                }
                Visit::Ended(_) => {}
            },
        }
        let next = self.poll_timeout();
        holds(next.is_none_or(|(at, _)| at > now), "a deadline that has come was left undone")
    }
}
