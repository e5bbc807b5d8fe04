//! The screen as a projection of the state: one exhaustive function, no memory of its own.

use super::Session;
use super::admission::{Plan, Refusal};
use super::call::{Call, Joined, Link, Phase, WARNINGS};
use super::mode::KioskMode;
use super::screen::{
    CallPicture, CallView, NoticePoint, NumberPad, Overlay, PinPad, Screen, TimeWarning, View, VisitCard,
};
use super::staff::StaffDialog;
use super::staff_number::Claim;
use super::visit::{Shown, Visit};
use crate::domain::Booking;

impl Session {
    /// What people see now.
    pub fn screen(&self) -> Screen {
        let policy = self.policy();
        Screen {
            language: self.words.chosen().unwrap_or(policy.default_language),
            kiosk: Some(self.kiosk.clone()),
            zone: policy.zone,
            reader: self.devices.reader,
            service_reachable: self.devices.service_reachable,
            offers_staff_number: self.offers_staff_number(),
            view: self.view(),
            overlay: self.overlay(),
        }
    }

    fn view(&self) -> View {
        match &self.mode {
            KioskMode::Locked { .. } => View::Locked,
            KioskMode::OutOfService { cause, .. } => View::OutOfService { cause: *cause },
            KioskMode::Maintenance(maintenance) => View::Maintenance(self.maintenance_view(maintenance)),
            KioskMode::Open(open) => match &open.visit {
                // Until the admission is on disk there is nothing to show to anyone.
                Visit::Idle | Visit::Identified(_) => View::Idle,
                Visit::Refused(refused) => match &refused.why {
                    Shown::UnknownBadge => View::UnknownBadge,
                    Shown::Refusal(refusal) => refusal_view(refusal),
                },
                Visit::Notice(notice) => {
                    View::Notice { visit: card(&notice.plan), points: points(&notice.plan.booking) }
                }
                Visit::Call(call) => self.call_view(call),
                Visit::Ended(ended) => View::Ended { reason: ended.reason },
            },
        }
    }

    fn call_view(&self, call: &Call) -> View {
        match &call.phase {
            Phase::Preparing(preparing) if preparing.failed_tries == 0 => View::Preparing { visit: card(&call.plan) },
            Phase::Preparing(_) => self.waiting_view(call),
            Phase::Joined(joined) => {
                let has_begun = call.plan.begins_at <= self.now.boot;
                match &joined.link {
                    Link::Waiting => self.waiting_view(call),
                    Link::Connecting | Link::Connected(_) | Link::Reconnecting { .. } | Link::VisitorAway => {
                        if has_begun {
                            self.in_call_view(call, joined)
                        } else {
                            self.waiting_view(call)
                        }
                    }
                }
            }
        }
    }

    fn waiting_view(&self, call: &Call) -> View {
        let begins_at = (call.plan.begins_at > self.now.boot).then_some(call.plan.begins_at);
        View::WaitingForVisitor {
            visit: card(&call.plan),
            ends_at: call.plan.ends_at,
            begins_at,
            confirming_end: call.confirming_until.is_some(),
        }
    }

    fn in_call_view(&self, call: &Call, joined: &Joined) -> View {
        View::InCall(CallView {
            visit: card(&call.plan),
            picture: self.picture(joined),
            ends_at: call.plan.ends_at,
            warning: self.warning(call),
            confirming_end: call.confirming_until.is_some(),
            supervised: joined.supervised,
            camera_working: self.devices.camera_working,
            microphone_working: self.devices.microphone_working,
        })
    }

    fn picture(&self, joined: &Joined) -> CallPicture {
        let now = self.now.boot;
        match &joined.link {
            Link::Waiting | Link::Connecting => CallPicture::Connecting,
            Link::Connected(connected) => {
                let has_frames = joined.transport.as_ref().is_some_and(|transport| transport.has_frames);
                match (has_frames, connected.frames_awaited_until <= now) {
                    (true, _) => CallPicture::Live,
                    (false, true) => CallPicture::NoPicture,
                    (false, false) => CallPicture::Connecting,
                }
            }
            Link::Reconnecting { frozen_until } if *frozen_until > now => CallPicture::Frozen,
            Link::Reconnecting { .. } => CallPicture::Reconnecting,
            Link::VisitorAway => CallPicture::VisitorAway,
        }
    }

    fn warning(&self, call: &Call) -> Option<TimeWarning> {
        let left = call.plan.ends_at.since(self.now.boot);
        let [five_minutes, one_minute] = WARNINGS;
        if left <= one_minute {
            Some(TimeWarning::OneMinute)
        } else if left <= five_minutes {
            Some(TimeWarning::FiveMinutes)
        } else {
            None
        }
    }

    fn overlay(&self) -> Option<Overlay> {
        match &self.dialog {
            StaffDialog::Closed => None,
            StaffDialog::NumberPad(pad) => Some(Overlay::NumberPad(NumberPad { closes_at: pad.closes_at })),
            StaffDialog::PinPad(pad) => Some(Overlay::PinPad(PinPad {
                by_number: matches!(pad.claim, Claim::Number { .. }),
                wrong: pad.wrong,
                checking: pad.checking.is_some(),
                locked_until: pad.claim.locked_until(&self.lockouts, self.now.boot),
                closes_at: pad.closes_at,
            })),
            StaffDialog::Panel(panel) => Some(Overlay::GuardPanel(self.panel(panel))),
        }
    }
}

/// What an inmate must know before this visit.
fn points(booking: &Booking) -> Vec<NoticePoint> {
    let watched = match (booking.privileged, booking.supervised) {
        (true, _) => Some(NoticePoint::Privileged),
        (false, true) => Some(NoticePoint::Supervised),
        (false, false) => None,
    };
    watched.into_iter().chain([NoticePoint::NotRecorded, NoticePoint::EndsByItself, NoticePoint::GuardCanEnd]).collect()
}

fn refusal_view(refusal: &Refusal) -> View {
    match refusal {
        Refusal::NoVisitToday => View::NoVisitToday,
        Refusal::AtAnotherKiosk { kiosk, starts_at, .. } => {
            View::VisitAtAnotherKiosk { kiosk: kiosk.clone(), starts_at: *starts_at }
        }
        Refusal::TooEarly { starts_at, opens_at, .. } => View::TooEarly { starts_at: *starts_at, opens_at: *opens_at },
        Refusal::TimeUnknown => View::TimeUnknown,
    }
}

fn card(plan: &Plan) -> VisitCard {
    VisitCard {
        inmate: plan.inmate.clone(),
        visitor: plan.booking.visitor.clone(),
        starts_at: plan.booking.slot.starts_at(),
        ends_at: plan.booking.slot.ends_at(),
    }
}
