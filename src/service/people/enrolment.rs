//! Enrolling a badge by tapping it: the office starts, a kiosk answers, in memory and for minutes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use muwajaha_core::badge::BadgeNumber;
use muwajaha_wire::admin::{EnrolmentState, EnrolmentWire, NewEnrolment};
use muwajaha_wire::kiosk::ToKiosk;

use super::{OFFICE_DESK, badges};
use crate::app::App;
use crate::fault::Fault;
use crate::secrets::random_id;
use crate::store::Owner;

const REMEMBERED: usize = 256;

/// Enrolments of late.
#[derive(Debug, Default)]
pub(crate) struct Enrolments(Mutex<HashMap<String, Enrolment>>);

#[derive(Debug, Clone)]
struct Enrolment {
    kiosk: String,
    owner: Owner,
    expires_at_ms: i64,
    /// A badge was tapped and is being given.
    tapped: bool,
    state: EnrolmentState,
    detail: Option<String>,
}

impl Enrolment {
    fn waits_for_tap(&self) -> bool {
        self.state == EnrolmentState::Waiting && !self.tapped
    }
}

impl Enrolments {
    fn with<T>(&self, action: impl FnOnce(&mut HashMap<String, Enrolment>) -> T) -> T {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How far an enrolment is.
    pub(super) fn get(&self, id: &str, now_ms: i64) -> Option<EnrolmentWire> {
        self.with(|all| {
            let enrolment = all.get_mut(id)?;
            if enrolment.waits_for_tap() && enrolment.expires_at_ms <= now_ms {
                enrolment.state = EnrolmentState::Expired;
            }
            Some(EnrolmentWire { id: id.to_owned(), state: enrolment.state, detail: enrolment.detail.clone() })
        })
    }

    /// Ends one that still waits, and tells how far it was.
    pub(super) fn withdraw(&self, id: &str, now_ms: i64) -> Option<EnrolmentWire> {
        self.with(|all| {
            if let Some(enrolment) = all.get_mut(id).filter(|one| one.waits_for_tap()) {
                enrolment.state = EnrolmentState::Expired;
            }
        });
        self.get(id, now_ms)
    }

    fn finish(&self, id: &str, state: EnrolmentState, detail: Option<String>) {
        self.with(|all| {
            if let Some(enrolment) = all.get_mut(id) {
                enrolment.state = state;
                enrolment.detail = detail;
            }
        });
    }

    /// Takes the one that waits at `kiosk`, so that one tap enrols one badge.
    fn take_waiting(&self, kiosk: &str, now_ms: i64) -> Option<(String, Owner)> {
        self.with(|all| {
            let waits = |one: &Enrolment| one.kiosk == kiosk && one.waits_for_tap() && now_ms < one.expires_at_ms;
            let (id, enrolment) = all.iter_mut().find(|(_, one)| waits(one))?;
            enrolment.tapped = true;
            Some((id.clone(), enrolment.owner.clone()))
        })
    }
}

pub(crate) async fn start_enrolment(app: &App, new: &NewEnrolment) -> Result<EnrolmentWire, Fault> {
    let owner = badges::owner(new.inmate.as_deref(), new.staff.as_deref())?;
    badges::facility_of(app, &owner).await?;
    if !(5..=300).contains(&new.within_seconds) {
        return Err(Fault::field("invalid-field", "/within_seconds", "5 to 300"));
    }
    let now_ms = app.clock.now_ms();
    let id = random_id("e");
    let enrolment = Enrolment {
        kiosk: new.kiosk.clone(),
        owner,
        expires_at_ms: now_ms + i64::from(new.within_seconds) * 1000,
        tapped: false,
        state: EnrolmentState::Waiting,
        detail: None,
    };
    app.enrolments.with(|all| {
        if all.len() >= REMEMBERED {
            all.retain(|_, one| now_ms < one.expires_at_ms);
        }
        for one in all.values_mut().filter(|one| one.kiosk == new.kiosk && one.waits_for_tap()) {
            one.state = EnrolmentState::Expired;
        }
        all.insert(id.clone(), enrolment);
    });
    if !app.kiosk_sockets.tell(&new.kiosk, ToKiosk::EnrolNextBadge { within_seconds: new.within_seconds }) {
        app.enrolments.with(|all| all.remove(&id));
        return Err(Fault::conflict("kiosk-not-connected", "that kiosk is not connected").at("/kiosk"));
    }
    Ok(EnrolmentWire { id, state: EnrolmentState::Waiting, detail: None })
}

/// A kiosk sends the badge that was tapped.
pub(crate) async fn answer_enrolment(app: &App, kiosk: &str, printed_number: &str, normalisation_version: u16) {
    let Some((id, owner)) = app.enrolments.take_waiting(kiosk, app.clock.now_ms()) else { return };
    let number = BadgeNumber::from_typed(printed_number);
    let (state, detail) = match number {
        Ok(number) if normalisation_version == number.normalisation_version().0 => {
            match badges::give(app, &format!("{OFFICE_DESK} at {kiosk}"), owner, &number).await {
                Ok(_) => (EnrolmentState::Enrolled, None),
                Err(fault) => (EnrolmentState::Refused, Some(fault.words())),
            }
        }
        Ok(_) | Err(_) => {
            (EnrolmentState::Refused, Some("that kiosk reads badges by other rules: update it".to_owned()))
        }
    };
    app.enrolments.finish(&id, state, detail);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_that_is_being_given_is_neither_refused_nor_given_twice_nor_withdrawn() {
        let enrolments = Enrolments::default();
        let waiting = Enrolment {
            kiosk: "K-01".to_owned(),
            owner: Owner::Inmate("i-1".to_owned()),
            expires_at_ms: 1000,
            tapped: false,
            state: EnrolmentState::Waiting,
            detail: None,
        };
        enrolments.with(|all| all.insert("e-1".to_owned(), waiting));
        assert!(enrolments.take_waiting("K-01", 999).is_some());
        assert!(enrolments.take_waiting("K-01", 999).is_none());
        assert_eq!(enrolments.withdraw("e-1", 1000).unwrap().state, EnrolmentState::Waiting);
        enrolments.finish("e-1", EnrolmentState::Enrolled, None);
        assert_eq!(enrolments.get("e-1", 2000).unwrap().state, EnrolmentState::Enrolled);
    }
}
