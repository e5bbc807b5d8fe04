//! Stories of a technician who looks after a kiosk.

use std::time::Duration;

use super::kiosk::{Kiosk, Seen, Store};
use super::room::{Card, PIN, TECHNICIAN};
use crate::badge::osdp::Distrust;
use crate::domain::{CheckId, CheckPart, CheckVerdict, Finding, Remedy, StaffId};
use crate::session::{
    AuditKind, BadgeEvent, CheckEvent, Effect, Event, MaintenanceView, NetEvent, TOUCH_FIELDS, UserAction, View,
};

fn technician() -> StaffId {
    StaffId::new(TECHNICIAN)
}

fn findings(kiosk: &Kiosk) -> Vec<Finding> {
    match kiosk.screen().view {
        View::Maintenance(MaintenanceView::Findings { findings, .. }) => findings,
        other => panic!("{other:?} is on the screen"),
    }
}

fn finding(kiosk: &Kiosk, part: CheckPart) -> (CheckVerdict, Option<Remedy>) {
    let found = findings(kiosk).into_iter().find(|finding| finding.part == part).expect("the part was measured");
    (found.verdict, found.remedy)
}

fn is_running(kiosk: &Kiosk) -> bool {
    matches!(kiosk.screen().view, View::Maintenance(MaintenanceView::Findings { is_running: true, .. }))
}

fn offers_check(kiosk: &mut Kiosk, card: Card) -> bool {
    kiosk.badge(card).pin(PIN);
    match kiosk.screen().overlay {
        Some(crate::session::Overlay::GuardPanel(panel)) => panel.can_check,
        other => panic!("{other:?} lies over the screen"),
    }
}

stories! {
    fn a_technician_sees_each_part_checked_and_leaves_the_kiosk_as_it_was(kiosk: Kiosk::locked()) {
        kiosk.technician_checks().sees(Seen::Findings);
        assert_eq!(finding(&kiosk, CheckPart::Camera), (CheckVerdict::Pass, None));
        assert!(!is_running(&kiosk));
        kiosk.touch(UserAction::MaintenanceLeft).sees(Seen::Locked);
        let recorded = kiosk.recorded();
        assert!(recorded.contains(&AuditKind::MaintenanceEntered { staff: technician() }));
        assert!(recorded.contains(&AuditKind::MaintenanceLeft { staff: technician() }));
    }

    fn a_guard_is_not_offered_the_check_and_cannot_ask_for_it(kiosk: Kiosk::locked()) {
        assert!(!offers_check(&mut kiosk, Card::Guard));
        kiosk.touch(UserAction::CheckWanted).sees(Seen::Locked);
        assert!(offers_check(&mut kiosk, Card::Technician));
    }

    fn nobody_comes_in_without_a_panel(kiosk: Kiosk::locked()) {
        kiosk.touch(UserAction::CheckWanted).sees(Seen::Locked);
        kiosk.badge(Card::Technician).touch(UserAction::CheckWanted).sees(Seen::Locked);
        kiosk.pin("0000").touch(UserAction::CheckWanted).sees(Seen::Locked);
        assert!(!kiosk.effects.iter().any(|effect| matches!(effect, Effect::StartCheck { .. })));
    }

    fn a_call_is_left_alone_and_its_guard_can_end_it(kiosk: Kiosk::in_call()) {
        assert!(!offers_check(&mut kiosk, Card::Technician));
        kiosk.touch(UserAction::CheckWanted).sees(Seen::Call(crate::session::CallPicture::Live));
        kiosk.guard_ends_the_call();
        assert!(matches!(kiosk.seen(), Seen::Ended(_)));
    }

    fn an_open_kiosk_is_locked_first_and_stays_so(kiosk: Kiosk::open()) {
        kiosk.technician_checks().sees(Seen::Findings);
        assert!(kiosk.recorded().contains(&AuditKind::KioskLocked { staff: Some(technician()) }));
        kiosk.touch(UserAction::MaintenanceLeft).sees(Seen::Locked);
        kiosk.at("09:55").badge(Card::Ali).sees(Seen::Locked);
    }

    fn a_kiosk_out_of_service_is_so_again_afterwards(kiosk: Kiosk::locked()) {
        kiosk.guard(UserAction::TakenOutOfService).sees(Seen::OutOfService("K-01"));
        kiosk.technician_checks().sees(Seen::Findings);
        kiosk.touch(UserAction::MaintenanceLeft).sees(Seen::OutOfService("K-01"));
    }

    fn a_kiosk_that_lost_its_record_can_be_looked_after(kiosk: Kiosk::locked()) {
        kiosk.store = Store::Fails;
        kiosk.guard_opens().sees(Seen::OutOfService("K-02"));
        kiosk.technician_checks().sees(Seen::Findings);
        kiosk.touch(UserAction::MaintenanceLeft).sees(Seen::OutOfService("K-02"));
    }

    fn it_is_left_by_itself_and_each_touch_puts_that_off(kiosk: Kiosk::locked()) {
        kiosk.technician_checks().wait_seconds(290);
        kiosk.touch(UserAction::CheckRepeated).wait_seconds(290).sees(Seen::Findings);
        kiosk.wait_seconds(11).sees(Seen::Locked);
    }

    fn a_badge_put_to_the_reader_proves_it_and_opens_nothing(kiosk: Kiosk::locked()) {
        kiosk.at("09:55").technician_checks();
        assert_eq!(finding(&kiosk, CheckPart::Reader), (CheckVerdict::Warn, Some(Remedy::TapBadge)));
        let rows = kiosk.recorded().len();
        kiosk.badge(Card::Ali).sees(Seen::Findings);
        assert_eq!(finding(&kiosk, CheckPart::Reader), (CheckVerdict::Pass, None));
        assert_eq!(kiosk.recorded().len(), rows, "nobody's badge is looked up");
        kiosk.reader_goes();
        assert_eq!(finding(&kiosk, CheckPart::Reader), (CheckVerdict::Fail, Some(Remedy::PlugReader)));
        kiosk.tell(Event::Badge(BadgeEvent::ReaderNotTrusted(Distrust::DefaultKey)));
        assert_eq!(finding(&kiosk, CheckPart::Reader), (CheckVerdict::Fail, Some(Remedy::InstallReaderKey)));
    }

    fn the_touch_screen_passes_once_every_field_was_touched(kiosk: Kiosk::locked()) {
        kiosk.technician_checks();
        assert_eq!(finding(&kiosk, CheckPart::Touch), (CheckVerdict::Warn, Some(Remedy::TapEveryField)));
        kiosk.touch(UserAction::TouchTestWanted).sees(Seen::TouchTest);
        for field in 0..TOUCH_FIELDS {
            kiosk.touch(UserAction::FieldTouched(field));
        }
        kiosk.sees(Seen::Findings);
        assert_eq!(finding(&kiosk, CheckPart::Touch), (CheckVerdict::Pass, None));
    }

    fn a_field_that_cannot_be_touched_fails_the_touch_screen(kiosk: Kiosk::locked()) {
        kiosk.technician_checks().touch(UserAction::TouchTestWanted);
        for field in 0..TOUCH_FIELDS + 3 {
            if field != 7 {
                kiosk.touch(UserAction::FieldTouched(field));
            }
        }
        kiosk.wait_seconds(19).sees(Seen::TouchTest);
        kiosk.wait_seconds(2).sees(Seen::Findings);
        assert_eq!(finding(&kiosk, CheckPart::Touch), (CheckVerdict::Fail, Some(Remedy::TapEveryField)));
    }

    fn what_an_earlier_check_finds_late_changes_nothing(kiosk: Kiosk::locked()) {
        kiosk.technician_checks();
        let earlier = kiosk.check;
        kiosk.touch(UserAction::CheckRepeated);
        let before = findings(&kiosk);
        let finding = Finding::fail(CheckPart::Disk, "late", Remedy::ReplaceDisk);
        kiosk.tell(Event::Check(CheckEvent::Found { check: earlier, finding }));
        kiosk.tell(Event::Check(CheckEvent::Finished { check: CheckId(99) }));
        assert_eq!(findings(&kiosk), before);
    }

    fn a_running_check_is_not_begun_twice_and_is_stopped_on_leaving(kiosk: Kiosk::locked()) {
        kiosk.check_is_stuck = true;
        kiosk.technician_checks();
        assert!(is_running(&kiosk));
        let ordered = kiosk.effects_of(|kiosk| {
            kiosk.touch(UserAction::CheckRepeated).touch(UserAction::MaintenanceLeft);
        });
        let check = kiosk.check;
        assert!(ordered.contains(&Effect::StopCheck { check }), "{ordered:?}");
        assert!(!ordered.iter().any(|effect| matches!(effect, Effect::StartCheck { .. })), "{ordered:?}");
    }

    fn a_technician_who_is_struck_off_is_put_out(kiosk: Kiosk::locked()) {
        kiosk.technician_checks().sees(Seen::Findings);
        kiosk.sync(|schedule| schedule.staff.retain(|member| member.id != technician()));
        kiosk.sees(Seen::Locked);
    }

    fn a_revoked_kiosk_ends_maintenance_at_once(kiosk: Kiosk::locked()) {
        kiosk.technician_checks();
        kiosk.tell(Event::Net(NetEvent::KioskRevoked(true)));
        kiosk.sees(Seen::OutOfService("K-04"));
        kiosk.technician_checks().sees(Seen::Findings);
        kiosk.tell(Event::Net(NetEvent::KioskRevoked(false)));
        kiosk.sees(Seen::Locked);
    }

    fn media_that_still_stops_is_waited_for(kiosk: Kiosk::in_call()) {
        kiosk.media = super::kiosk::Media::Stuck;
        kiosk.guard_ends_the_call().wait(Duration::from_millis(500));
        assert!(!offers_check(&mut kiosk, Card::Technician));
    }
}
