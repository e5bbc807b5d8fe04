//! What an OSDP child may say, and anything else: a card is told only between the word that the
//! channel is up and the one that it is lost, and is the one in the word; nothing piles up.
//!
//! A zero byte ends a datagram; one that begins with a byte of 1 is feedback to show.

#![no_main]

use libfuzzer_sys::fuzz_target;
use muwajaha_core::badge::osdp::{Begin, LONGEST_MESSAGE_BYTES, OsdpDialog, Purpose, ToPanel};
use muwajaha_core::badge::{CardIdentifier, MOST_BITS, ReaderDialog, ReaderEvent, ReaderFeedback, ReaderHealth};
use muwajaha_core::domain::{BootTime, Redacted};
use muwajaha_fuzz::frames::bytes_of;
use serde_json::{Value, from_slice, json};

/// The most feedback that waits.
const MOST_WAITING: usize = 4;

fn begin() -> Begin {
    let key = Redacted::new("944b8eddcbaa2b5fe2b0148d1b2f95c9".to_owned());
    Begin { address: 3, baud: 9600, key, purpose: Purpose::Read }
}

/// Every string in a word.
fn strings(word: &Value, found: &mut Vec<String>) {
    match word {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn check_card(card: &CardIdentifier, word: &Value) {
    let told = match card {
        CardIdentifier::Em4100(bytes) => bytes.to_vec(),
        CardIdentifier::Iso14443a(uid) => uid.reveal().to_vec(),
        CardIdentifier::Bits(bits) => return assert!((1..=MOST_BITS).contains(&bits.count())),
        CardIdentifier::Text(_) => panic!("an OSDP reader tells no text"),
    };
    let mut found = vec![];
    strings(word, &mut found);
    assert!(found.iter().any(|text| bytes_of(text.as_bytes()) == Some(told.clone())), "another card than was said");
}

fuzz_target!(|input: &[u8]| {
    let mut dialog = OsdpDialog::new(begin());
    let now = BootTime::from_millis(1);
    let first = dialog.poll_transmit().expect("the first word");
    assert_eq!(from_slice::<ToPanel>(&first).unwrap(), ToPanel::Begin(begin()));
    let mut may_be_up = false;
    for datagram in input.split(|byte| *byte == 0) {
        if datagram.first() == Some(&1) {
            dialog.show(ReaderFeedback::Accepted, now);
            continue;
        }
        let word = from_slice(&datagram[..datagram.len().min(LONGEST_MESSAGE_BYTES)]).unwrap_or(Value::Null);
        may_be_up |= word.get("secured").is_some();
        let mut told = 0;
        dialog.receive(datagram, now, &mut |event| {
            told += 1;
            match event {
                ReaderEvent::CardRead(card) => {
                    assert!(may_be_up && word.get("card").is_some(), "a card without a channel");
                    check_card(&card, &word);
                }
                ReaderEvent::CardRefused(_) => assert!(may_be_up && word.get("card").is_some()),
                ReaderEvent::HealthChanged(health) => {
                    assert_eq!(health == ReaderHealth::Answering, word.get("secured").is_some());
                    assert_eq!(health != ReaderHealth::Answering, word.get("lost").is_some());
                }
                ReaderEvent::ConditionChanged(_) => assert!(word.get("condition").is_some()),
            }
        });
        assert!(told <= 1, "{told} events of one word");
        assert!(may_be_up || dialog.health() != ReaderHealth::Answering);
        if word == json!({"lost": "silent"}) || word == json!({"lost": {"not_trusted": "wrong_key"}}) {
            may_be_up = false;
        }
    }
    let waiting = std::iter::from_fn(|| dialog.poll_transmit()).inspect(|word| {
        assert_eq!(from_slice::<ToPanel>(word).unwrap(), ToPanel::Show(ReaderFeedback::Accepted));
    });
    assert!(waiting.count() <= MOST_WAITING);
});
