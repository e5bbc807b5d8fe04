//! Stories of orders that the service gives a kiosk.

use std::time::Duration;

use super::kiosk::{Kiosk, Seen, Store};
use super::room::{Card, DESK, PIN, TECHNICIAN};
use super::stories::called_for;
use crate::domain::{EndReason, StaffEndReason, StaffId};
use crate::session::{
    AuditKind, CallPicture, Event, KioskActivity, MediaEvent, NetEvent, OrderReason, OrderedAction, OutOfServiceCause,
    UserAction,
};

const LOCK: OrderedAction = OrderedAction::Lock { now: false };
const LOCK_NOW: OrderedAction = OrderedAction::Lock { now: true };
const OUT: OrderedAction = OrderedAction::TakeOutOfService { reason: OrderReason::Security, now: false };
const OUT_NOW: OrderedAction = OrderedAction::TakeOutOfService { reason: OrderReason::Security, now: true };
const BACK: OrderedAction = OrderedAction::ReturnToService;

fn live() -> Seen {
    Seen::Call(CallPicture::Live)
}

fn by_order() -> Seen {
    Seen::OutOfService("K-09")
}

fn ended_by_order() -> Seen {
    Seen::Ended(EndReason::StaffEnded(StaffEndReason::Operational))
}

stories! {
    fn an_order_is_on_record_before_it_is_answered(kiosk: Kiosk::open()) {
        kiosk.store = Store::Silent;
        let effects = kiosk.effects_of(|kiosk| _ = kiosk.ordered("o-1", LOCK).sees(Seen::Locked));
        assert!(!called_for(&effects).contains(&"answer order"), "it locks at once, and says so later");
        let effects = kiosk.effects_of(|kiosk| _ = kiosk.store_catches_up());
        assert_eq!(called_for(&effects), ["answer order"]);
    }

    fn an_order_told_twice_is_obeyed_once_and_answered_again(kiosk: Kiosk::open()) {
        kiosk.ordered("o-1", LOCK).guard_opens().sees(Seen::Idle);
        let effects = kiosk.effects_of(|kiosk| _ = kiosk.ordered("o-1", LOCK).sees(Seen::Idle));
        assert_eq!(called_for(&effects), ["answer order"]);
        kiosk.restart(Duration::from_secs(5), false).guard_opens().ordered("o-1", LOCK).sees(Seen::Idle);
        kiosk.ordered("o-2", LOCK).sees(Seen::Locked);
    }

    fn an_order_told_again_while_its_row_is_on_its_way_is_not_answered_yet(kiosk: Kiosk::open()) {
        kiosk.store = Store::Silent;
        kiosk.ordered("o-1", OUT);
        assert_eq!(called_for(&kiosk.effects_of(|kiosk| _ = kiosk.ordered("o-1", OUT))), Vec::<&str>::new());
    }

    fn an_order_to_lock_now_ends_the_visit_with_a_farewell(kiosk: Kiosk::in_call()) {
        let effects = kiosk.effects_of(|kiosk| _ = kiosk.ordered("o-1", LOCK_NOW));
        let called = called_for(&effects);
        assert_eq!(called[..4], ["record", "shut gate", "mark", "stop media"], "restrictions go first");
        kiosk.sees(ended_by_order()).badge(Card::Hasan).sees(Seen::Locked);
        let end = kiosk.recorded().into_iter().find_map(|kind| match kind {
            AuditKind::VisitEnded { staff, .. } => staff,
            _ => None,
        });
        assert_eq!(end, Some(StaffId::new(DESK)), "the record says by whose order");
        let mut other = Kiosk::in_call();
        other.ordered("o-1", LOCK_NOW).sees(ended_by_order()).wait_seconds(10).sees(Seen::Locked);
    }

    fn a_kiosk_is_taken_out_and_brought_back_by_the_service(kiosk: Kiosk::open()) {
        kiosk.ordered("o-1", OUT).sees(by_order()).badge(Card::Ali).sees(by_order());
        assert_eq!(
            kiosk.session.condition(kiosk.now()).activity,
            KioskActivity::OutOfService(OutOfServiceCause::ByService(OrderReason::Security))
        );
        let cause = OutOfServiceCause::ByService(OrderReason::Security);
        let row = AuditKind::OutOfService { staff: Some(StaffId::new(DESK)), cause };
        assert!(kiosk.recorded().contains(&row));
        kiosk.ordered("o-2", BACK).sees(Seen::Locked);
        let row = AuditKind::ReturnedToService { staff: Some(StaffId::new(DESK)) };
        assert!(kiosk.recorded().contains(&row));
        kiosk.guard_opens().sees(Seen::Idle);
    }

    fn a_kiosk_does_not_come_back_by_order_before_that_is_on_disk(kiosk: Kiosk::open()) {
        kiosk.ordered("o-1", OUT);
        kiosk.store = Store::Silent;
        kiosk.ordered("o-2", BACK).sees(by_order());
        kiosk.ordered("o-3", OUT);
        kiosk.store_catches_up();
        kiosk.sees(by_order());
    }

    fn a_running_visit_goes_on_to_its_end_and_the_kiosk_is_out_after_it(kiosk: Kiosk::in_call()) {
        kiosk.ordered("o-1", OUT).sees(live()).at("10:29:59").sees(live());
        kiosk.at("10:30").sees(Seen::Ended(EndReason::SlotOver)).badge(Card::Hasan);
        kiosk.sees(Seen::Ended(EndReason::SlotOver)).at("10:30:10").sees(by_order());
    }

    fn an_order_that_says_now_ends_the_visit(kiosk: Kiosk::in_call()) {
        kiosk.ordered("o-1", OUT_NOW).sees(ended_by_order()).wait_seconds(10).sees(by_order());
        assert_eq!(kiosk.recorded_end(), Some(EndReason::StaffEnded(StaffEndReason::Operational)));
    }

    fn an_order_that_waits_for_a_visit_is_taken_back(kiosk: Kiosk::in_call()) {
        kiosk.ordered("o-1", OUT).ordered("o-2", BACK).at("10:30:10").sees(Seen::Idle);
    }

    fn an_order_that_waits_for_a_visit_outlives_what_ends_it(kiosk: Kiosk::in_call()) {
        kiosk.ordered("o-1", OUT).tell(Event::Media(MediaEvent::MediaFailed));
        kiosk.sees(Seen::OutOfService("K-03"));
        let mut revoked = Kiosk::in_call();
        revoked.ordered("o-1", OUT).tell(Event::Net(NetEvent::KioskRevoked(true)));
        revoked.tell(Event::Net(NetEvent::KioskRevoked(false)));
        revoked.sees(by_order());
    }

    fn a_visit_that_was_cut_off_may_come_back_before_the_kiosk_goes_out(kiosk: Kiosk::in_call()) {
        kiosk.ordered("o-1", OUT).restart(Duration::from_secs(5), false).sees(Seen::Locked);
        kiosk.badge(Card::Ali).wait_seconds(1).sees(live()).at("10:30:10").sees(by_order());
        let mut away = Kiosk::in_call();
        away.ordered("o-1", OUT).restart(Duration::from_secs(5), false).at("10:30").sees(by_order());
    }

    fn a_guard_ends_the_services_order_on_the_spot(kiosk: Kiosk::open()) {
        kiosk.ordered("o-1", OUT).guard(UserAction::ReturnedToService).sees(Seen::Locked);
        kiosk.restart(Duration::from_secs(5), true).sees(Seen::Locked).guard_opens().sees(Seen::Idle);
    }

    fn the_service_does_not_end_a_guards_order(kiosk: Kiosk::open()) {
        kiosk.guard(UserAction::TakenOutOfService).sees(Seen::OutOfService("K-01"));
        kiosk.ordered("o-1", OUT).sees(Seen::OutOfService("K-01"));
        kiosk.ordered("o-2", BACK).sees(Seen::OutOfService("K-01"));
        kiosk.guard(UserAction::ReturnedToService).sees(Seen::Locked);
    }

    fn either_order_outlives_a_restart(kiosk: Kiosk::open()) {
        kiosk.ordered("o-1", OUT).restart(Duration::from_secs(5), true).sees(by_order());
        kiosk.ordered("o-2", BACK).sees(Seen::Locked).guard(UserAction::TakenOutOfService);
        kiosk.restart(Duration::from_secs(5), true).sees(Seen::OutOfService("K-01"));
        kiosk.guard(UserAction::ReturnedToService).restart(Duration::from_secs(5), true).sees(Seen::Locked);
    }

    fn a_newer_reason_replaces_the_older(kiosk: Kiosk::locked()) {
        kiosk.ordered("o-1", OUT).sees(by_order());
        let reason = OrderReason::RoomClosed;
        kiosk.ordered("o-2", OrderedAction::TakeOutOfService { reason, now: false }).sees(Seen::OutOfService("K-10"));
    }

    fn looking_over_disturbs_nobody(kiosk: Kiosk::in_call()) {
        let effects = kiosk.effects_of(|kiosk| _ = kiosk.ordered("o-1", OrderedAction::LookOver).sees(live()));
        assert_eq!(called_for(&effects), ["record", "look over", "answer order"]);
    }

    fn an_order_that_shuts_the_kiosk_ends_a_technicians_maintenance_at_once(kiosk: Kiosk::locked()) {
        kiosk.technician_checks().sees(Seen::Findings);
        assert_eq!(kiosk.session.condition(kiosk.now()).activity, KioskActivity::Maintenance);
        kiosk.ordered("o-1", LOCK).sees(Seen::Locked);
        assert!(kiosk.recorded().contains(&AuditKind::MaintenanceLeft { staff: StaffId::new(TECHNICIAN) }));
        kiosk.technician_checks();
        kiosk.store = Store::Silent;
        let effects = kiosk.effects_of(|kiosk| _ = kiosk.ordered("o-2", OUT).sees(by_order()));
        assert_eq!(called_for(&effects), ["record", "record", "record"], "it waits for no row");
    }

    fn a_kiosk_that_the_service_took_out_is_looked_after_and_comes_back_by_its_order(kiosk: Kiosk::locked()) {
        kiosk.ordered("o-1", OUT).technician_checks().wait_seconds(60).sees(Seen::Findings);
        kiosk.touch(UserAction::MaintenanceLeft).sees(by_order());
        kiosk.technician_checks().ordered("o-2", BACK).sees(Seen::Locked);
        kiosk.guard(UserAction::TakenOutOfService).technician_checks().ordered("o-3", BACK).sees(Seen::Findings);
        kiosk.touch(UserAction::MaintenanceLeft).sees(Seen::OutOfService("K-01"));
    }

    fn an_order_that_waits_for_a_farewell_is_heeded_once_maintenance_is_left(kiosk: Kiosk::in_call()) {
        kiosk.ordered("o-1", OUT).at("10:30").technician_checks().wait_seconds(60).sees(Seen::Findings);
        kiosk.touch(UserAction::MaintenanceLeft).sees(by_order());
    }

    fn looking_over_leaves_a_technician_at_work(kiosk: Kiosk::locked()) {
        kiosk.technician_checks().ordered("o-1", OrderedAction::LookOver).sees(Seen::Findings);
    }

    fn a_guard_at_the_panel_is_not_in_the_way_of_an_order(kiosk: Kiosk::open()) {
        kiosk.badge(Card::Guard).pin(PIN).ordered("o-1", OUT).sees(by_order());
        kiosk.touch(UserAction::ReturnedToService).sees(Seen::Locked);
    }
}
