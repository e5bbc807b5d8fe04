//! What an id, a name, a PIN, a staff number and a language may be.

use muwajaha_core::domain::{Language, is_staff_number};

use crate::fault::Fault;

const INVALID: &str = "invalid-field";

/// An id of the office's choosing.
pub(crate) fn id(pointer: &str, text: &str) -> Result<(), Fault> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    // A path cannot name an id of dots alone: `kiosks/..` is another path.
    let is_dots = text.bytes().all(|byte| byte == b'.');
    if is_dots || text.len() > 40 || !text.bytes().all(is_allowed) {
        return Err(Fault::field(INVALID, pointer, "1 to 40 of A–Z, a–z, 0–9, `.`, `_`, `-`, not dots alone"));
    }
    Ok(())
}

/// A name of a person or place, trimmed.
pub(super) fn name(pointer: &str, text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err(Fault::field(INVALID, pointer, "1 to 200 characters"));
    }
    Ok(text.to_owned())
}

/// A PIN that a pad can take and nobody guesses first.
pub(super) fn pin(text: &str) -> Result<(), Fault> {
    if !(4..=12).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::field(INVALID, "/pin", "4 to 12 digits, 0 to 9"));
    }
    if text.bytes().all(|byte| text.bytes().next() == Some(byte)) {
        return Err(Fault::field(INVALID, "/pin", "not the same digit throughout"));
    }
    Ok(())
}

/// A number that staff type where no reader is.
pub(super) fn staff_number(text: &str) -> Result<(), Fault> {
    if is_staff_number(text) { Ok(()) } else { Err(Fault::field(INVALID, "/number", "4 to 8 digits, 0 to 9")) }
}

/// A language of the screen.
pub(super) fn language(pointer: &str, tag: &str) -> Result<(), Fault> {
    let known = Language::from_tag(tag).is_some();
    if known { Ok(()) } else { Err(Fault::field(INVALID, pointer, "one of `ar`, `ckb`, `en`")) }
}

/// Something has this id already.
pub(super) fn taken(pointer: &str) -> Fault {
    Fault::conflict("id-taken", "this id is taken, perhaps by one that was revoked: choose another").at(pointer)
}

/// Nothing that takes part has this id.
pub(super) fn unknown(pointer: &str, what: &str, id: &str) -> Fault {
    Fault::field("unknown-id", pointer, format!("no {what} `{id}` takes part"))
}
