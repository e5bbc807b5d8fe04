//! The record's way up: every row reaches the service once under its key, whatever fails between.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::room::{Room, but, counted, in_health, timings};
use super::service::{Answer, Asked, Service};

/// What was sent: the epoch and the sequences of each batch.
fn sent(asked: &[Asked]) -> Vec<(String, Vec<u64>)> {
    let events = asked.iter().filter(|asked| asked.call() == "events");
    events
        .map(|asked| {
            let batch = asked.json();
            let rows = batch["events"].as_array().unwrap();
            let sequences = rows.iter().map(|row| row["sequence"].as_u64().unwrap()).collect();
            (batch["epoch"].as_str().unwrap().to_owned(), sequences)
        })
        .collect()
}

/// Waits until a batch that ends with this row was sent.
fn once_sent(service: &Service, sequence: u64) -> (String, Vec<u64>) {
    service.once(&format!("row {sequence}"), |asked| {
        sent(asked).into_iter().find(|(_, sequences)| sequences.last() == Some(&sequence))
    })
}

#[test]
fn rows_are_sent_in_order_under_their_keys_and_not_again_once_acknowledged() {
    let service = Service::plain(in_health);
    let mut room = Room::at(&service);
    for _ in 0..3 {
        room.records();
    }
    once_sent(&service, 3);
    room.records();
    let (epoch, sequences) = once_sent(&service, 4);
    assert_eq!(sequences, [4], "what was acknowledged is not sent again");
    let mut keys: Vec<(String, u64)> = Vec::new();
    for (of, sequences) in sent(&service.asked()) {
        assert_eq!(of, epoch);
        keys.extend(sequences.into_iter().map(|sequence| (of.clone(), sequence)));
    }
    assert_eq!(keys.iter().map(|(_, sequence)| *sequence).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let body: Value = serde_json::from_str(
        service.asked().iter().find(|asked| asked.call() == "events").unwrap().json()["events"][0]["body"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    assert_eq!((&body["kind"], &body["boot"]), (&json!("kiosk_opened"), &json!(1)));
}

#[test]
fn a_lost_answer_sends_the_same_rows_under_the_same_keys() {
    let service = Service::plain(counted(
        |count, asked| match count {
            1 => Answer::CutOff(b"{\"acked_thr".to_vec()),
            2 => Answer::text(500, ""),
            3 => Answer::text(200, "{\"acked_through\": \"all\"}"),
            _ => in_health(asked),
        },
        "events",
    ));
    let mut room = Room::at(&service);
    room.records();
    service.nth("events", 4);
    room.records();
    once_sent(&service, 2);
    let batches = sent(&service.asked());
    assert!(batches[..4].iter().all(|batch| *batch == batches[0]), "{batches:?}");
    assert_eq!(batches[0].1, [1]);
}

#[test]
fn a_service_that_holds_less_is_sent_the_rest_and_not_what_it_has() {
    let service = Service::plain(but("events", |_| Answer::text(500, "")));
    let mut room = Room::at(&service);
    for _ in 0..3 {
        room.records();
    }
    service.now_answers(counted(
        |count, asked| if count == 1 { Answer::json(200, &json!({"acked_through": 2})) } else { in_health(asked) },
        "events",
    ));
    service.once("row 3 alone", |asked| sent(asked).into_iter().find(|(_, sequences)| *sequences == [3]));
}

/// From now on the mark that rows are held cannot be written, as on a disk that has just become full.
fn the_mark_cannot_be_written(store: &Path, stuck: bool) {
    let record = rusqlite::Connection::open(store.join("record.db")).unwrap();
    let statement = if stuck {
        "CREATE TRIGGER stuck BEFORE UPDATE ON acknowledged
         BEGIN SELECT raise(ABORT, 'database or disk is full'); END"
    } else {
        "DROP TRIGGER stuck"
    };
    record.execute_batch(statement).unwrap();
}

#[test]
fn a_full_disk_does_not_send_the_same_rows_without_end() {
    let service = Service::plain(in_health);
    let folder = tempfile::tempdir().unwrap();
    let long = super::super::Timings {
        backoff_first: Duration::from_millis(200),
        backoff_longest: Duration::from_millis(400),
        ..timings()
    };
    drop(Room::in_folder(folder.path(), service.url(), "", long));
    the_mark_cannot_be_written(&folder.path().join("store"), true);
    let mut room = Room::in_folder(folder.path(), service.url(), "", long);
    room.records();
    service.nth("events", 4);
    let asked: Vec<_> = service.asked().into_iter().filter(|asked| asked.call() == "events").collect();
    for (pair, least) in asked.windows(2).zip([200, 400, 400]) {
        let step = pair[1].at - pair[0].at;
        assert!(step >= Duration::from_millis(least), "the same rows again after {step:?}");
    }
    drop(room);

    the_mark_cannot_be_written(&folder.path().join("store"), false);
    let before = sent(&service.asked()).len();
    let mut room = Room::in_folder(folder.path(), service.url(), "", long);
    service.nth("events", before + 1);
    room.records();
    let (_, sequences) = service.once("row 2 without row 1", |asked| {
        sent(asked).into_iter().find(|(_, sequences)| sequences.first() == Some(&2))
    });
    assert_eq!(sequences, [2]);
}

/// Keeps rows as the real service does: another row under a known key is a conflict.
fn remembering() -> impl Fn(&Asked) -> Answer + Send {
    let held = std::sync::Mutex::new(std::collections::BTreeMap::<(String, u64), String>::new());
    but("events", move |asked| {
        let batch = asked.json();
        let epoch = batch["epoch"].as_str().unwrap();
        let mut held = held.lock().unwrap();
        let mut last = held.range((epoch.to_owned(), 0)..=(epoch.to_owned(), u64::MAX)).count() as u64;
        for row in batch["events"].as_array().unwrap() {
            let key = (epoch.to_owned(), row["sequence"].as_u64().unwrap());
            let chain = row["chain"].as_str().unwrap();
            if let Some(known) = held.get(&key) {
                if known != chain {
                    return Answer::problem(409, "event-conflict");
                }
            } else if key.1 == last + 1 {
                last = key.1;
                held.insert(key, chain.to_owned());
            }
        }
        Answer::json(200, &json!({"acked_through": last}))
    })
}

#[test]
fn a_service_that_has_lost_rows_is_sent_them_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = Service::plain(remembering());
    let mut room = Room::in_folder(folder.path(), first.url(), "", timings());
    for _ in 0..3 {
        room.records();
    }
    let (epoch, _) = once_sent(&first, 3);
    room.records();
    first.once("row 4, once the mark stands", |asked| sent(asked).into_iter().find(|(_, rows)| *rows == [4]));
    drop(room);
    // The service was restored from a backup of before: it remembers nothing of this kiosk.
    let restored = Service::plain(remembering());
    let mut room = Room::in_folder(folder.path(), restored.url(), "", timings());
    room.records();
    let whole = restored.once("all rows", |asked| sent(asked).into_iter().find(|(_, rows)| *rows == [1, 2, 3, 4, 5]));
    assert_eq!(whole.0, epoch);
    room.records();
    restored.once("row 6 alone", |asked| sent(asked).into_iter().find(|(_, rows)| *rows == [6]));
}

#[test]
fn a_record_restored_to_an_older_state_goes_up_under_a_new_epoch_that_names_the_old_head() {
    let service = Service::plain(remembering());
    let folder = tempfile::tempdir().unwrap();
    let (store, backup) = (folder.path().join("store"), folder.path().join("backup.db"));
    let mut room = Room::in_folder(folder.path(), service.url(), "", timings());
    for _ in 0..2 {
        room.records();
    }
    let (old_epoch, _) = once_sent(&service, 2);
    drop(room);
    std::fs::copy(store.join("record.db"), &backup).unwrap();
    let mut room = Room::in_folder(folder.path(), service.url(), "", timings());
    for _ in 0..3 {
        room.records();
    }
    once_sent(&service, 5);
    drop(room);

    std::fs::copy(&backup, store.join("record.db")).unwrap();
    // While no line is there, rows 3 to 6 are written once more, and tell of other things.
    let away = Service::plain(|_| Answer::text(500, ""));
    let mut room = Room::in_folder(folder.path(), away.url(), "", timings());
    room.rows = 100;
    for _ in 0..4 {
        room.records();
    }
    drop(room);
    let mut room = Room::in_folder(folder.path(), service.url(), "", timings());
    let first = service.once("a new epoch", |asked| {
        let batches = asked.iter().filter(|asked| asked.call() == "events").map(Asked::json);
        batches.into_iter().find(|batch| batch["epoch"] != json!(old_epoch))
    });
    assert_eq!(first["events"][0]["sequence"], 1);
    let body: Value = serde_json::from_str(first["events"][0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["kind"], "record_replaced");
    assert_eq!((&body["previous_epoch"], &body["previous_sequence"]), (&json!(old_epoch), &json!(6)));
    assert_eq!(body["previous_head"].as_str().unwrap().len(), 64);

    room.records();
    service.once("the next row", |asked| {
        sent(asked).into_iter().find(|(epoch, sequences)| *epoch != old_epoch && sequences.last() == Some(&2))
    });
    let aside = std::fs::read_dir(&store).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(aside.filter(|name| name.starts_with("record.db.damaged-")).count(), 1, "nothing is thrown away");
}
