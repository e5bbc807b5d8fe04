//! The room's snapshot: fetched, kept, asked for by its ETag, and refused where it is not right.

use muwajaha_core::domain::Language;
use muwajaha_core::session::NetEvent;
use serde_json::json;

use super::room::{Room, but, counted, in_health, snapshot, timings};
use super::service::{Answer, Service};

/// The service tells that something changed, on the kiosk's own socket.
fn changed(line: &super::service::Line) {
    line.tells(&json!({"type": "snapshot_changed"}));
}

#[test]
fn an_unchanged_room_is_asked_for_by_its_etag_and_told_once() {
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    assert_eq!(room.hears_schedule().policy.default_language, Language::Arabic);
    let line = service.line();
    assert!(room.clock.now().service.is_some(), "the service's time is known");
    let before = service.asked().iter().filter(|asked| asked.call() == "snapshot").count();
    changed(&line);
    let again = service.nth("snapshot", before + 1);
    assert_eq!(again.header("if-none-match"), Some("\"1\""));
    service.now_answers(but("snapshot", |_| Answer::json(200, &snapshot("K-01", "ckb")).with("etag", "\"2\"")));
    changed(&line);
    let next = room.hears("a schedule", |event| match event {
        NetEvent::ScheduleSynced(schedule) => Some(schedule.policy.default_language),
        _ => None,
    });
    assert_eq!(next, Language::Kurdish, "the unchanged one was not told again");
}

#[test]
fn a_snapshot_is_kept_for_the_next_start_with_its_etag() {
    let service = Service::plain(in_health);
    let folder = tempfile::tempdir().unwrap();
    let room = Room::in_folder(folder.path(), service.url(), "", timings());
    room.hears_schedule();
    drop(room);
    let before = service.asked().iter().filter(|asked| asked.call() == "snapshot").count();
    let room = Room::in_folder(folder.path(), service.url(), "", timings());
    let first = service.nth("snapshot", before + 1);
    assert_eq!(first.header("if-none-match"), Some("\"1\""));
    room.hears_event(&NetEvent::ServiceReachable(true));
}

#[test]
fn a_failing_service_is_asked_again_more_and_more_slowly() {
    let script = counted(|count, asked| if count <= 4 { Answer::text(500, "") } else { in_health(asked) }, "time");
    // Without a socket nothing but the backoff wakes the sync.
    let service = Service::plain(move |asked| if asked.call() == "socket" { Answer::Silence } else { script(asked) });
    let room = Room::at(&service);
    room.hears_event(&NetEvent::ServiceReachable(false));
    room.hears_schedule();
    room.hears_event(&NetEvent::ServiceReachable(true));
    let asked: Vec<_> = service.asked().into_iter().filter(|asked| asked.call() == "time").collect();
    let steps: Vec<u128> = asked.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect();
    for (step, least) in steps.iter().zip([20, 40, 80, 160]) {
        assert!(*step >= least, "{steps:?}");
    }
}

#[test]
fn a_snapshot_for_another_kiosk_is_never_taken_for_ours() {
    let service = Service::plain(but("snapshot", |asked| match asked.header("if-none-match") {
        Some("\"other\"") => Answer::text(304, ""),
        _ => Answer::json(200, &snapshot("K-02", "ar")).with("etag", "\"other\""),
    }));
    let room = Room::at(&service);
    room.hears_event(&NetEvent::ServiceReachable(false));
    service.nth("snapshot", 4);
    let heard = room.heard();
    assert!(!heard.contains(&NetEvent::ServiceReachable(true)), "{heard:?}");
    assert!(!heard.iter().any(|event| matches!(event, NetEvent::ScheduleSynced(_))));
    assert!(service.asked().iter().all(|asked| asked.header("if-none-match").is_none()), "its ETag was not kept");
    service.now_answers(in_health);
    room.hears_schedule();
}

#[test]
fn the_last_good_snapshot_stands_until_a_whole_and_sound_one_comes() {
    let whole = snapshot("K-01", "ckb").to_string();
    let service = Service::plain(in_health);
    let room = Room::at(&service);
    let line = service.line();
    room.hears_schedule();
    let mut unknown_role = snapshot("K-01", "ckb");
    unknown_role["staff"] =
        json!([{"id": "s", "role": "governor", "badges": [], "pin_verifier": "", "valid_until_ms": 1}]);
    let partial = [
        Answer::text(200, &whole[..whole.len() / 2]).with("etag", "\"half\""),
        Answer::CutOff(whole.as_bytes()[..whole.len() / 2].to_vec()),
        Answer::json(200, &unknown_role).with("etag", "\"role\""),
        Answer::text(200, "").with("etag", "\"empty\""),
        Answer::Whole { status: 200, headers: Vec::new(), body: vec![0xff, 0xfe] },
    ];
    for answer in partial {
        room.heard();
        let bad = answer.clone();
        service.now_answers(but("snapshot", move |_| bad.clone()));
        changed(&line);
        room.hears_event(&NetEvent::ServiceReachable(false));
        service.now_answers(but("snapshot", |_| Answer::text(304, "")));
        room.hears_event(&NetEvent::ServiceReachable(true));
        let asked = service.asked();
        let last = asked.iter().rfind(|asked| asked.call() == "snapshot").unwrap();
        assert_eq!(last.header("if-none-match"), Some("\"1\""), "after {answer:?}");
        assert!(!room.heard().iter().any(|event| matches!(event, NetEvent::ScheduleSynced(_))), "{answer:?}");
    }
}

#[test]
fn a_token_that_is_refused_means_revoked_until_it_is_taken_again() {
    for status in [401, 403] {
        let service = Service::plain(move |_| Answer::problem(status, "kiosk-revoked"));
        let room = Room::at(&service);
        room.hears_event(&NetEvent::KioskRevoked(true));
        service.now_answers(in_health);
        room.hears_event(&NetEvent::KioskRevoked(false));
    }
}
