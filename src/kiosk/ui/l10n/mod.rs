//! The words of the screen in one language: fluent messages, with ICU numbers and times.
//!
//! Lives on main. Messages are compiled in from `assets/locales`. Names that come in as arguments
//! are isolated, so that a Latin name does not turn an Arabic sentence around, and lose any
//! character that would steer direction.

mod check;
mod numbers;
mod word;

use std::borrow::Cow;
use std::time::Duration;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use muwajaha_core::domain::{Language, Utc};

pub use check::CheckWords;
pub(crate) use check::{part_word, remedy_word, verdict_word};
pub(crate) use word::Word;

use super::text::without_bidi_controls;
use numbers::Formats;

/// An argument of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Argument<'a> {
    /// A number, which chooses the plural.
    Number(u64),
    /// Text as it is: a name, a formatted time.
    Text(&'a str),
}

/// All words in one language.
pub(crate) struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    formats: Formats,
}

fn source(language: Language) -> &'static str {
    match language {
        Language::Arabic => include_str!("../../../../assets/locales/ar.ftl"),
        Language::Kurdish => include_str!("../../../../assets/locales/ckb.ftl"),
        Language::English => include_str!("../../../../assets/locales/en.ftl"),
    }
}

impl Words {
    /// The words of every language, in the order of [`Language::ALL`].
    pub(crate) fn in_all_languages() -> [Self; 3] {
        Language::ALL.map(Self::new)
    }

    /// Those of `language` among all.
    pub(crate) fn among([arabic, kurdish, english]: &[Self; 3], language: Language) -> &Self {
        match language {
            Language::Arabic => arabic,
            Language::Kurdish => kurdish,
            Language::English => english,
        }
    }

    /// The words of `language`.
    pub(crate) fn new(language: Language) -> Self {
        let locale = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![locale]);
        let resource = match FluentResource::try_new(source(language).to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(language = language.tag(), ?errors, "a locale file is malformed");
                resource
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(language = language.tag(), ?errors, "a locale file repeats a message");
        }
        bundle.set_formatter(Some(match language {
            Language::Arabic => |value, _| numbers::format_argument(Language::Arabic, value),
            Language::Kurdish => |value, _| numbers::format_argument(Language::Kurdish, value),
            Language::English => |value, _| numbers::format_argument(Language::English, value),
        }));
        Self { language, bundle, formats: Formats::new(language) }
    }

    /// The language of these words.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A message without arguments.
    pub(crate) fn say(&self, word: Word) -> String {
        self.say_with(word, &[])
    }

    /// A message with arguments, by their names in the locale files.
    pub(crate) fn say_with(&self, word: Word, arguments: &[(&'static str, Argument<'_>)]) -> String {
        let mut fluent_arguments = FluentArgs::new();
        for (name, argument) in arguments {
            match argument {
                Argument::Number(number) => fluent_arguments.set(*name, FluentValue::from(*number)),
                Argument::Text(text) => {
                    let text: Cow<'_, str> = Cow::Owned(without_bidi_controls(text));
                    fluent_arguments.set(*name, FluentValue::String(text));
                }
            }
        }
        let Some(pattern) = self.bundle.get_message(word.key()).and_then(|message| message.value()) else {
            tracing::error!(language = self.language.tag(), key = word.key(), "a message is missing");
            return word.key().to_owned();
        };
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, Some(&fluent_arguments), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(language = self.language.tag(), key = word.key(), ?errors, "a message lacks an argument");
        }
        said
    }

    /// A number in the language's own digits.
    pub(crate) fn number(&self, number: u64) -> String {
        self.formats.number(number, 1)
    }

    /// Time that is left, as minutes and seconds, with hours where there are any. Seconds are rounded
    /// up, so that 0:00 is reached at the end and not before.
    pub(crate) fn countdown(&self, left: Duration) -> String {
        let seconds = u64::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let number = |number, digits| self.formats.number(number, digits);
        if hours > 0 {
            format!("{}:{}:{}", number(hours, 1), number(minutes, 2), number(seconds, 2))
        } else {
            format!("{}:{}", number(minutes, 1), number(seconds, 2))
        }
    }

    /// The time of day at `utc` in the zone of this IANA name.
    pub(crate) fn time_of_day(&self, utc: Utc, zone: &str) -> String {
        self.formats.time_of_day(utc, zone)
    }
}
