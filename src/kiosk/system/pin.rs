//! Comparing a PIN with its Argon2id verifier, on a thread of its own named `pin`.
//!
//! The session sees only the answer. PIN and verifier reach no log; a verifier that cannot be read
//! refuses every PIN.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use muwajaha_core::domain::{PinAttemptId, Redacted};
use muwajaha_core::session::Event;

use crate::lanes::EventSender;

const WAITING_ATTEMPTS: usize = 4;

struct Attempt {
    id: PinAttemptId,
    pin: Redacted<String>,
    verifier: Redacted<String>,
}

/// Hands PINs to the `pin` thread. Clones share it.
#[derive(Debug, Clone)]
pub struct PinVerifier {
    attempts: SyncSender<Attempt>,
}

impl PinVerifier {
    /// Starts the thread; its answers go to `events`.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(events: EventSender) -> std::io::Result<Self> {
        let (attempts, queue) = sync_channel::<Attempt>(WAITING_ATTEMPTS);
        thread::Builder::new().name("pin".to_owned()).spawn(move || {
            for attempt in queue {
                let right = is_right(attempt.pin.reveal(), attempt.verifier.reveal());
                events.send(Event::PinVerified { attempt: attempt.id, right });
            }
        })?;
        Ok(Self { attempts })
    }

    /// Asks for a comparison; `false` where too many wait already.
    pub fn verify(&self, id: PinAttemptId, pin: Redacted<String>, verifier: Redacted<String>) -> bool {
        self.attempts.try_send(Attempt { id, pin, verifier }).is_ok()
    }
}

fn is_right(pin: &str, verifier: &str) -> bool {
    match PasswordHash::new(verifier) {
        Ok(hash) => argon2::Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok(),
        Err(_) => {
            tracing::warn!("a PIN verifier in the schedule is no Argon2 text: set that person's PIN anew");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use argon2::password_hash::PasswordHasher;
    use muwajaha_core::domain::NOBODYS_PIN_VERIFIER;

    use super::*;
    use crate::lanes::{Received, lanes};

    /// Its time is that of a real one: the same algorithm, costs and lengths as the service's.
    #[test]
    fn nobodys_verifier_costs_what_a_real_one_costs_and_takes_no_pin() {
        let real = argon2::Argon2::default().hash_password(b"4321").unwrap().to_string();
        let shape = |text: &str| {
            let hash = PasswordHash::new(text).unwrap();
            let lengths = (hash.salt.map(|salt| salt.len()), hash.hash.map(|hash| hash.len()));
            (hash.algorithm.to_string(), hash.version, hash.params.to_string(), lengths)
        };
        assert_eq!(shape(NOBODYS_PIN_VERIFIER), shape(&real));
        assert!(["", "0000", "4321"].iter().all(|pin| !is_right(pin, NOBODYS_PIN_VERIFIER)));
    }

    #[test]
    fn the_right_pin_is_told_from_a_wrong_one_and_a_broken_verifier_refuses_all() {
        let verifier = argon2::Argon2::default().hash_password(b"4321").unwrap().to_string();
        let (sender, receiver) = lanes();
        let pins = PinVerifier::start(sender).unwrap();
        let cases = [("4321", verifier.clone(), true), ("1234", verifier, false), ("4321", "no hash".into(), false)];
        for (number, (pin, verifier, expected)) in (1..).zip(cases) {
            let id = PinAttemptId(number);
            assert!(pins.verify(id, Redacted::new(pin.to_owned()), Redacted::new(verifier)));
            let Received::Event(answer) = receiver.receive(Duration::from_secs(20)) else { panic!("no answer") };
            assert_eq!(answer, Event::PinVerified { attempt: id, right: expected });
        }
    }
}
