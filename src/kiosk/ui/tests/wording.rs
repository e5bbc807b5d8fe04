//! The locale files say the same things in three languages, with numbers and times as people write
//! them there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use muwajaha_core::domain::Language;

use super::screens::half_past_ten;
use crate::ui::l10n::{Argument, Word, Words};
use crate::ui::text::without_bidi_controls;

fn file(language: Language) -> &'static str {
    match language {
        Language::Arabic => include_str!("../../../../assets/locales/ar.ftl"),
        Language::Kurdish => include_str!("../../../../assets/locales/ckb.ftl"),
        Language::English => include_str!("../../../../assets/locales/en.ftl"),
    }
}

/// Each message of a file with the variables that it names.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            assert!(messages.insert(key.to_owned(), BTreeSet::new()).is_none(), "{key} stands twice");
            key.clone_into(&mut current);
        }
        for part in line.split('$').skip(1) {
            let variable: String = part.chars().take_while(char::is_ascii_lowercase).collect();
            messages.entry(current.clone()).or_default().insert(variable);
        }
    }
    messages
}

#[test]
fn every_language_has_every_message_with_the_same_variables_and_no_other() {
    let keys: BTreeSet<String> = Word::ALL.iter().map(|word| word.key().to_owned()).collect();
    assert_eq!(keys.len(), Word::ALL.len());
    let english = messages(file(Language::English));
    for language in Language::ALL {
        let messages = messages(file(language));
        assert_eq!(messages.keys().cloned().collect::<BTreeSet<_>>(), keys, "{language:?}");
        assert_eq!(messages, english, "{language:?}");
    }
}

#[test]
fn a_missing_message_or_variable_would_be_noticed() {
    let whole = messages("a = x { $n }\nb = y\n");
    assert_ne!(whole, messages("a = x { $n }\n"));
    assert_ne!(whole, messages("a = x { $m }\nb = y\n"));
    assert_ne!(whole, messages("a = x { $n }\nb = y\nc = z\n"));
}

fn minutes(language: Language, minutes: u64) -> String {
    let said = Words::new(language).say_with(Word::TooEarlyMinutes, &[("minutes", Argument::Number(minutes))]);
    without_bidi_controls(&said)
}

#[test]
fn arabic_counts_in_its_six_forms_and_own_digits() {
    let said = [0, 1, 2, 3, 10, 11, 25, 100].map(|count| minutes(Language::Arabic, count));
    assert_eq!(
        said,
        [
            "ارجع بعد أقل من دقيقة",
            "ارجع بعد دقيقة واحدة",
            "ارجع بعد دقيقتين",
            "ارجع بعد ٣ دقائق",
            "ارجع بعد ١٠ دقائق",
            "ارجع بعد ١١ دقيقة",
            "ارجع بعد ٢٥ دقيقة",
            "ارجع بعد ١٠٠ دقيقة",
        ]
    );
}

#[test]
fn kurdish_and_english_count_in_two_forms() {
    assert_eq!(
        [1, 12].map(|count| minutes(Language::Kurdish, count)),
        ["دوای یەک خولەک وەرەوە", "دوای ١٢ خولەک وەرەوە"]
    );
    assert_eq!(
        [1, 12].map(|count| minutes(Language::English, count)),
        ["Come back in one minute", "Come back in 12 minutes"]
    );
}

#[test]
fn times_are_shown_in_the_facilitys_zone() {
    let said = Language::ALL.map(|language| Words::new(language).time_of_day(half_past_ten(), "Asia/Baghdad"));
    assert_eq!(said, ["١٠:٣٠ ص", "١٠:٣٠ ب.ن", "10:30"]);
    assert_eq!(Words::new(Language::English).time_of_day(half_past_ten(), "Europe/Berlin"), "08:30");
}

#[test]
fn a_countdown_reaches_zero_at_the_end_and_not_before() {
    let english = Words::new(Language::English);
    let said = [1_530_000, 61_000, 59_999, 1, 0, 3_725_000].map(|left| english.countdown(Duration::from_millis(left)));
    assert_eq!(said, ["25:30", "1:01", "1:00", "0:01", "0:00", "1:02:05"]);
    assert_eq!(Words::new(Language::Arabic).countdown(Duration::from_secs(1530)), "٢٥:٣٠");
}

#[test]
fn a_name_cannot_turn_a_sentence_around() {
    let words = Words::new(Language::Arabic);
    let said = words.say_with(Word::WaitingTitle, &[("visitor", Argument::Text("Zai\u{202E}nab\u{2069}"))]);
    assert_eq!(said, "ننتظر \u{2068}Zainab\u{2069}");
}
