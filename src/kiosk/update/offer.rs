//! What the service offers: the sums of an update's files, read for the version and the names. Pure.
//!
//! Nothing is believed for standing here: systemd-sysupdate checks the signature of these very bytes
//! before anything is written. What is read here only says what to fetch, and whether it came whole.

use std::cmp::Ordering;

use sha2::{Digest as _, Sha256};

/// The sums, as systemd-sysupdate reads them.
pub(super) const SUMS: &str = "SHA256SUMS";
/// Their signature.
pub(super) const SIGNATURE: &str = "SHA256SUMS.gpg";
/// An update has three files; a few more do no harm.
const MOST_FILES: usize = 8;
const LONGEST_VERSION: usize = 32;

/// An update to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) version: String,
    pub(super) files: Vec<OfferedFile>,
    pub(super) sums: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

/// One of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfferedFile {
    pub(super) name: String,
    pub(super) sha256: [u8; 32],
}

impl Offer {
    /// The newest version among the sums, with all its files; nothing where the sums are none.
    pub(super) fn read(sums: Vec<u8>, signature: Vec<u8>) -> Option<Self> {
        let text = std::str::from_utf8(&sums).ok()?;
        let files = text.lines().map(read_line).collect::<Option<Vec<_>>>()?;
        let version = files.iter().filter_map(|file| version_of(&file.name)).max_by(|a, b| compare(a, b))?.to_owned();
        let files: Vec<_> = files.into_iter().filter(|file| version_of(&file.name) == Some(version.as_str())).collect();
        (files.len() <= MOST_FILES).then_some(Self { version, files, sums, signature })
    }

    /// By which an offer that was refused is known again: signed anew, it is another one.
    pub(super) fn digest(&self) -> String {
        hex::encode(Sha256::new().chain_update(&self.sums).chain_update(&self.signature).finalize())
    }
}

/// `<64 hexadecimal digits> *<name>`
fn read_line(line: &str) -> Option<OfferedFile> {
    let (sum, name) = line.split_once(' ')?;
    let name = name.strip_prefix(['*', ' '])?;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    if name.is_empty() || name.len() > 160 || name.starts_with('.') || !name.chars().all(is_plain) {
        return None;
    }
    let sha256 = hex::decode(sum).ok()?.try_into().ok()?;
    Some(OfferedFile { name: name.to_owned(), sha256 })
}

/// The V of `muwajaha_V.efi` and `muwajaha_V_….raw.gz`.
fn version_of(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("muwajaha_")?;
    let version = rest.strip_suffix(".efi").or_else(|| rest.split_once('_').map(|(version, _)| version))?;
    is_version(version).then_some(version)
}

/// Numbers and points.
pub(super) fn is_version(text: &str) -> bool {
    text.len() <= LONGEST_VERSION
        && text.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

/// Which version comes first: `0.9.3` before `0.10.1`.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    let numbers = |version: &str| version.split('.').map(|part| part.parse().unwrap_or(u64::MAX)).collect::<Vec<_>>();
    numbers(one).cmp(&numbers(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(names: &[&str]) -> Vec<u8> {
        names.iter().map(|name| format!("{} *{name}\n", "ab".repeat(32))).collect::<String>().into_bytes()
    }

    #[test]
    fn the_newest_version_is_offered_with_its_own_files() {
        let names = ["muwajaha_0.9.3.efi", "muwajaha_0.10.1.efi", "muwajaha_0.10.1_12ad.root.raw.gz", "notes.txt"];
        let offer = Offer::read(sums(&names), b"signed".to_vec()).unwrap();
        assert_eq!(offer.version, "0.10.1");
        let offered: Vec<&str> = offer.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(offered, names[1..3]);
        assert_eq!(offer.files[0].sha256, [0xab; 32]);
    }

    #[test]
    fn sums_that_are_none_offer_nothing() {
        for names in [&["muwajaha_.efi"][..], &["muwajaha_1.x.efi"], &["other_1.efi"], &["muwajaha_1_../../x"], &[".a"]]
        {
            assert_eq!(Offer::read(sums(names), Vec::new()), None, "{names:?}");
        }
        for text in ["", "<html>", "abcd *muwajaha_1.efi", "\u{0}"] {
            assert_eq!(Offer::read(text.as_bytes().to_vec(), Vec::new()), None, "{text:?}");
        }
        assert_eq!(Offer::read(vec![0xff, 0xfe], Vec::new()), None);
        let many: Vec<String> = (0..9).map(|part| format!("muwajaha_1_{part}.gz")).collect();
        assert_eq!(Offer::read(sums(&many.iter().map(String::as_str).collect::<Vec<_>>()), Vec::new()), None);
    }

    #[test]
    fn an_offer_that_was_signed_anew_is_another_one() {
        let digest = |signature: &[u8]| Offer::read(sums(&["muwajaha_1.efi"]), signature.to_vec()).unwrap().digest();
        assert_eq!(digest(b"by one"), digest(b"by one"));
        assert_ne!(digest(b"by one"), digest(b"by another"));
    }

    #[test]
    fn versions_follow_each_other_by_their_numbers() {
        assert_eq!(compare("0.9.3", "0.10.1"), Ordering::Less);
        assert_eq!(compare("1.0", "1.0.1"), Ordering::Less);
        assert_eq!(compare("0.1.0.175", "0.1.0.175"), Ordering::Equal);
    }
}
