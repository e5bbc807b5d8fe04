//! Numbers and times of day as ICU writes them, in a language's own digits.
//!
//! Lives on main. Knows the facility's zone only by name.

use fluent_bundle::FluentValue;
use icu_datetime::NoCalendarFormatter;
use icu_datetime::fieldsets::T;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::{Locale, locale};
use icu_time::Time;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use muwajaha_core::domain::{Language, Utc};

/// How one language writes numbers and times.
pub(super) struct Formats {
    decimal: Option<DecimalFormatter>,
    time: Option<NoCalendarFormatter<T>>,
}

/// The country decides the digits: bare `ar` would print Latin ones.
fn locale_of(language: Language) -> Locale {
    match language {
        Language::Arabic => locale!("ar-IQ"),
        Language::Kurdish => locale!("ckb-IQ"),
        Language::English => locale!("en-GB"),
    }
}

impl Formats {
    pub(super) fn new(language: Language) -> Self {
        let locale = locale_of(language);
        let decimal = DecimalFormatter::try_new(locale.clone().into(), Default::default());
        let time = NoCalendarFormatter::try_new(locale.into(), T::hm());
        if decimal.is_err() || time.is_err() {
            tracing::error!(language = language.tag(), "the compiled-in ICU data lack this language");
        }
        Self { decimal: decimal.ok(), time: time.ok() }
    }

    /// `number` with at least `digits` digits.
    pub(super) fn number(&self, number: u64, digits: i16) -> String {
        let mut decimal = Decimal::from(number);
        decimal.pad_start(digits);
        match &self.decimal {
            Some(formatter) => formatter.format(&decimal).to_string(),
            None => decimal.to_string(),
        }
    }

    pub(super) fn time_of_day(&self, utc: Utc, zone: &str) -> String {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let civil = Timestamp::from_millisecond(utc.as_millis()).unwrap_or_default().to_zoned_datetime(zone);
        let part = |value: i8| u8::try_from(value).unwrap_or(0);
        match (&self.time, Time::try_new(part(civil.hour()), part(civil.minute()), 0, 0)) {
            (Some(formatter), Ok(time)) => formatter.format(&time).to_string(),
            (Some(_) | None, Ok(_) | Err(_)) => civil.strftime("%H:%M").to_string(),
        }
    }
}

/// Fluent's formatter of arguments: numbers in the language's digits, all else as it is.
pub(super) fn format_argument(language: Language, value: &FluentValue<'_>) -> Option<String> {
    thread_local! {
        static FORMATS: [(Language, Formats); 3] = Language::ALL.map(|language| (language, Formats::new(language)));
    }
    let FluentValue::Number(number) = value else { return None };
    let whole: u64 = number.as_string().parse().ok()?;
    FORMATS.with(|formats| {
        let (_, formats) = formats.iter().find(|(candidate, _)| *candidate == language)?;
        Some(formats.number(whole, 1))
    })
}
