//! Takes personal data and secrets out of texts. Pure.
//!
//! What is known is taken out by itself. Everything else by its shape: letters beyond ASCII (logs are
//! English, names are not), four digits and more in a row (badge and staff numbers), pairs of
//! hexadecimal digits (UIDs), long runs with digits in them (tokens, digests), what follows a `#` or
//! `text:`.

use serde_json::Value;

const TAKEN_OUT: &str = "[redacted]";
/// Shorter texts are too common to be taken out wherever they stand.
const LEAST_KNOWN: usize = 3;
const LEAST_DIGITS: usize = 4;
const LEAST_SECRET: usize = 16;

/// What is taken out.
pub(super) struct Scrubber {
    /// The longest first, so that no part of one is left.
    known: Vec<String>,
}

impl Scrubber {
    /// Knows these texts, and each word of them.
    pub(super) fn knowing(texts: Vec<String>) -> Self {
        let words = texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect::<Vec<_>>();
        let mut known: Vec<String> = texts.into_iter().chain(words).collect();
        known.retain(|text| text.chars().count() >= LEAST_KNOWN);
        known.sort_by_key(|text| std::cmp::Reverse(text.len()));
        known.dedup();
        Self { known }
    }

    /// Without what is known.
    pub(super) fn known_taken_out(&self, text: &str) -> String {
        self.known.iter().fold(text.to_owned(), |text, known| text.replace(known.as_str(), TAKEN_OUT))
    }

    /// Without what is known and what may be personal or secret by its shape.
    pub(super) fn scrubbed(&self, text: &str) -> String {
        let text = self.known_taken_out(text);
        text.split_inclusive(|letter: char| letter.is_whitespace() || "\"'(){}[],;".contains(letter))
            .map(scrubbed_word)
            .collect::<String>()
            .replace("[[redacted]]", TAKEN_OUT)
    }
}

/// A word with the one letter that ended it.
fn scrubbed_word(word: &str) -> String {
    let bare = word.trim_end_matches(|letter: char| letter.is_whitespace() || "\"'(){}[],;".contains(letter));
    let end = word.get(bare.len()..).unwrap_or_default();
    let (bare, hidden) = match bare.find('#').or_else(|| bare.find("text:").map(|at| at + 4)) {
        Some(at) => (bare.get(..at).unwrap_or_default(), TAKEN_OUT),
        None => (bare, ""),
    };
    let kept = if has_foreign_letters(bare) || is_uid(bare) || bare.split(['=', '&', '?']).any(is_secret) {
        TAKEN_OUT.to_owned()
    } else {
        without_numbers(bare)
    };
    format!("{kept}{hidden}{end}")
}

fn has_foreign_letters(word: &str) -> bool {
    word.chars().any(|letter| !letter.is_ascii() && letter.is_alphabetic())
}

/// `04:A2:2B:1A`, with colons or dashes.
fn is_uid(word: &str) -> bool {
    let is_pair = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = word.rsplit('=').next().unwrap_or(word);
    value.split([':', '-']).filter(|part| is_pair(part)).count() >= 4
}

fn is_secret(word: &str) -> bool {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || "-_+".contains(letter);
    word.split(|letter| !is_inside(letter)).any(|run| {
        let has_digit = run.bytes().any(|byte| byte.is_ascii_digit());
        let is_mixed = run.bytes().any(|byte| byte.is_ascii_lowercase())
            && run.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
        run.len() >= LEAST_SECRET && (has_digit || is_mixed)
    })
}

fn without_numbers(word: &str) -> String {
    let mut kept = String::new();
    let mut digits = String::new();
    for letter in word.chars().chain(['\0']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        kept += if digits.len() >= LEAST_DIGITS { TAKEN_OUT } else { &digits };
        digits.clear();
        if letter != '\0' {
            kept.push(letter);
        }
    }
    kept
}

/// The configuration without comments and without the values of keys that name a secret.
pub(super) fn config(text: &str) -> String {
    let Ok(mut table) = text.parse::<toml::Table>() else { return "not to be read\n".to_owned() };
    hide_secrets(&mut table);
    table.to_string()
}

fn hide_secrets(table: &mut toml::Table) {
    let names_secret = |key: &str| ["secret", "password", "token", "pin"].iter().any(|word| key.contains(word));
    for (key, value) in table.iter_mut() {
        match value {
            toml::Value::Table(inner) => hide_secrets(inner),
            toml::Value::String(_)
            | toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_)
            | toml::Value::Array(_) => {
                if names_secret(key) {
                    *value = toml::Value::String(TAKEN_OUT.to_owned());
                }
            }
        }
    }
}

/// Names, numbers and secrets of a room's snapshot.
pub(super) fn personal_texts(snapshot: &Value) -> Vec<String> {
    const PERSONAL: [&str; 6] = ["name", "visitor", "number", "secret", "pin_verifier", "hmac_sha256"];
    match snapshot {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value.as_str().filter(|_| PERSONAL.contains(&key.as_str())) {
                Some(text) => vec![text.to_owned()],
                None => personal_texts(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(personal_texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
