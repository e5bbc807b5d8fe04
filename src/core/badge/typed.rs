//! Badge numbers as people type them and as the service stores them.
//!
//! | form | card |
//! |---|---|
//! | `0004578453` | EM4100: the ten decimal digits printed on it |
//! | `0x010045dc95` | EM4100: all 40 bits, version byte first (typed only) |
//! | `04:A2:2B:1A:5C:64:80` | ISO/IEC 14443-A: its UID of 4, 7 or 10 bytes, UID0 first |
//! | `123/45678` | 26 bits: site and number |
//! | `2001/345678@37` | another count of bits: site and number, then the count |
//! | `text:A-4711` | whatever a plain-text reader prints |

use super::card::{CardRefusal, CardText, MOST_BITS, Uid};
use super::number::{BadgeNumber, Number, SiteAndNumber};

/// Bits of the usual site card, HID's H10301.
pub(super) const USUAL_BITS: u8 = 26;

/// Why typed text is no badge number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TypedNumberError {
    /// None of the forms that cards carry.
    #[error(
        "a badge number is the ten digits printed on the card, ten hexadecimal digits after `0x`, \
         a UID like `04:A2:2B:1A:5C:64:80`, or site and number like `123/45678`"
    )]
    Unreadable,
    /// More than 32 bits.
    #[error("the ten digits are above 4294967295, which no card carries: read them again")]
    TooLarge,
    /// More than a card of so many bits holds.
    #[error("a card of 26 bits has a site up to 255 and a number up to 65535: read them again")]
    SiteTooLarge,
    /// No card whose UID can be a badge.
    #[error(transparent)]
    Refused(#[from] CardRefusal),
}

impl BadgeNumber {
    /// From what a person types or the service stored; see the module for the forms.
    ///
    /// # Errors
    /// [`TypedNumberError`], fit to show beside the field.
    pub fn from_typed(text: &str) -> Result<Self, TypedNumberError> {
        let text = text.trim();
        if let Some(digits) = text.strip_prefix("0x") {
            let bytes = hex::decode(digits).map_err(|_| TypedNumberError::Unreadable)?;
            let bytes: [u8; 5] = bytes.try_into().map_err(|_| TypedNumberError::Unreadable)?;
            return Ok(Self::from_em4100(bytes));
        }
        if let Some(characters) = text.strip_prefix("text:") {
            let text = CardText::new(characters.as_bytes()).ok_or(TypedNumberError::Unreadable)?;
            return Ok(Self::from_text(text));
        }
        if text.contains(':') {
            return Ok(Self::from_uid(Uid::new(&pairs(text)?)?));
        }
        if let Some((site, number)) = text.split_once('/') {
            return site_and_number(site, number).map(Self::from_site_and_number);
        }
        if text.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TypedNumberError::Unreadable);
        }
        text.parse().map(Self::from_em4100_number).map_err(|_| TypedNumberError::TooLarge)
    }

    /// The form that [`BadgeNumber::from_typed`] takes; for the service's store and a technician's
    /// eyes. One number has one form.
    pub fn reveal_typed(&self) -> String {
        match self.reveal() {
            Number::Em4100(number) => format!("{number:010}"),
            Number::Uid(uid) => uid.reveal().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":"),
            Number::SiteAndNumber(SiteAndNumber { bits: USUAL_BITS, site, number }) => format!("{site}/{number:05}"),
            Number::SiteAndNumber(SiteAndNumber { bits, site, number }) => format!("{site}/{number}@{bits}"),
            Number::Text(text) => format!("text:{}", text.reveal()),
        }
    }
}

fn pairs(text: &str) -> Result<Vec<u8>, TypedNumberError> {
    let pair = |pair: &str| {
        let is_pair = pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_pair.then(|| u8::from_str_radix(pair, 16).ok()).flatten().ok_or(TypedNumberError::Unreadable)
    };
    text.split(':').take(usize::from(MOST_BITS)).map(pair).collect()
}

fn site_and_number(site: &str, number: &str) -> Result<SiteAndNumber, TypedNumberError> {
    let decimal = |text: &str| {
        let is_decimal = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_decimal.then(|| text.parse::<u32>().ok()).flatten().ok_or(TypedNumberError::Unreadable)
    };
    let (number, bits) = match number.split_once('@') {
        None => (number, USUAL_BITS),
        Some((number, bits)) => {
            let bits = decimal(bits)?;
            let bits = u8::try_from(bits).ok().filter(|bits| (2..=MOST_BITS).contains(bits));
            (number, bits.ok_or(TypedNumberError::Unreadable)?)
        }
    };
    let (site, number) = (decimal(site)?, decimal(number)?);
    if bits == USUAL_BITS && (site > u32::from(u8::MAX) || number > u32::from(u16::MAX)) {
        return Err(TypedNumberError::SiteTooLarge);
    }
    Ok(SiteAndNumber { bits, site, number })
}
