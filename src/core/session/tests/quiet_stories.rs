//! Stories of when a kiosk may be started anew for an update.

use super::kiosk::{Kiosk, Seen};
use super::room::{Card, here, local};
use crate::domain::{BookingId, InmateId, Slot, UpdateFailure, UpdateHours};
use crate::session::{AuditKind, Event, NetEvent, OrderReason, OrderedAction, Unquiet};

impl Kiosk {
    #[track_caller]
    fn is_quiet(&mut self) -> &mut Self {
        assert_eq!(self.session.condition(self.now()).quiet, Ok(()));
        self
    }

    #[track_caller]
    fn is_not_quiet(&mut self, why: Unquiet) -> &mut Self {
        assert_eq!(self.session.condition(self.now()).quiet, Err(why));
        self
    }

    /// The service adds a visit at this kiosk.
    fn books(&mut self, from: &str, to: &str) -> &mut Self {
        let mut booking = self.schedule.bookings[0].clone();
        (booking.id, booking.inmate) = (BookingId::new(from), InmateId::new("zaid"));
        booking.slot = Slot::new(local(from), local(to)).unwrap();
        self.schedule.bookings.push(booking);
        self.syncs()
    }

    fn syncs(&mut self) -> &mut Self {
        self.tell(Event::Net(NetEvent::ScheduleSynced(Box::new(self.schedule.clone()))));
        self
    }
}

stories! {
    fn a_kiosk_is_left_alone_by_day_and_quiet_in_the_facilitys_hours(kiosk: Kiosk::locked()) {
        kiosk.is_not_quiet(Unquiet::OutsideUpdateHours);
        kiosk.at("24:59:59").is_not_quiet(Unquiet::OutsideUpdateHours).at("25:00").is_quiet();
        kiosk.at("28:59:59").is_quiet().at("29:00").is_not_quiet(Unquiet::OutsideUpdateHours);
    }

    fn hours_may_go_over_midnight_and_may_be_none(kiosk: Kiosk::locked()) {
        kiosk.schedule.policy.update_hours = UpdateHours { from_minute: 22 * 60, until_minute: 60 };
        kiosk.syncs().at("21:59:59").is_not_quiet(Unquiet::OutsideUpdateHours).at("22:00").is_quiet();
        kiosk.at("24:30").is_quiet().at("25:00").is_not_quiet(Unquiet::OutsideUpdateHours);
        kiosk.schedule.policy.update_hours = UpdateHours { from_minute: 0, until_minute: 0 };
        kiosk.syncs().at("48:00").is_not_quiet(Unquiet::OutsideUpdateHours);
    }

    fn a_visit_near_keeps_it_as_it_is_until_the_visit_is_over(kiosk: Kiosk::locked()) {
        // Let in from 02:50 on, and half an hour before that nothing is risked.
        kiosk.books("27:00", "27:30").at("26:19:59").is_quiet().at("26:20").is_not_quiet(Unquiet::VisitNear);
        kiosk.at("27:29:59").is_not_quiet(Unquiet::VisitNear).at("27:30").is_quiet();
    }

    fn a_visit_that_is_cancelled_over_or_elsewhere_keeps_nothing(kiosk: Kiosk::locked()) {
        kiosk.books("27:00", "27:30").at("26:45").is_not_quiet(Unquiet::VisitNear);
        let last = kiosk.schedule.bookings.len() - 1;
        kiosk.schedule.bookings[last].cancelled = true;
        kiosk.syncs().is_quiet();
        kiosk.schedule.bookings[last].cancelled = false;
        kiosk.schedule.bookings[last].finished = true;
        kiosk.syncs().is_quiet();
        kiosk.schedule.bookings[last].finished = false;
        assert_eq!(kiosk.schedule.bookings[last].kiosk, here());
        kiosk.schedule.bookings[last].kiosk = crate::domain::KioskId::new("K2");
        kiosk.syncs().is_quiet();
    }

    fn a_kiosk_in_use_is_not_quiet_whatever_the_hour(kiosk: Kiosk::in_call()) {
        kiosk.is_not_quiet(Unquiet::InVisit);
        kiosk.schedule.policy.update_hours = UpdateHours { from_minute: 0, until_minute: 1439 };
        kiosk.syncs().is_not_quiet(Unquiet::InVisit).badge(Card::Hasan).is_not_quiet(Unquiet::InVisit);
        let mut looked_after = Kiosk::locked();
        looked_after.at("26:00").technician_checks().sees(Seen::Findings).is_not_quiet(Unquiet::Maintenance);
    }

    fn an_open_kiosk_with_nobody_there_and_one_out_of_service_are_quiet_at_night(kiosk: Kiosk::locked()) {
        kiosk.schedule.policy.closes_at_minute = None;
        kiosk.syncs().guard_opens().at("26:00").sees(Seen::Idle).is_quiet();
        let out = OrderedAction::TakeOutOfService { reason: OrderReason::Maintenance, now: false };
        kiosk.ordered("o-1", out).is_quiet();
    }

    fn without_the_services_time_nobody_knows_what_hour_it_is(kiosk: Kiosk::locked()) {
        kiosk.at("26:00").is_quiet();
        kiosk.service_time_known = false;
        kiosk.is_not_quiet(Unquiet::TimeUnknown);
    }

    fn what_became_of_an_update_is_on_record(kiosk: Kiosk::locked()) {
        let (version, failure) = ("0.2.0".to_owned(), UpdateFailure::RolledBack);
        kiosk.tell(Event::Net(NetEvent::UpdateInstalled { version: version.clone() }));
        kiosk.tell(Event::Net(NetEvent::UpdateFailed { version: version.clone(), failure }));
        let rows = kiosk.recorded();
        assert!(rows.contains(&AuditKind::UpdateInstalled { version: version.clone() }), "{rows:?}");
        assert!(rows.contains(&AuditKind::UpdateFailed { version, failure }), "{rows:?}");
    }
}
