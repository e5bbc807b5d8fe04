//! The system's version, the slot it was booted from, and whether that slot has proved itself.
//!
//! The slot is the boot entry that systemd-boot chose; while boots of an update are still counted, its
//! file name ends in `+LEFT` or `+LEFT-TRIED`.

use std::fs;
use std::path::Path;

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

/// systemd-boot's vendor id.
const ENTRY: &str = "sys/firmware/efi/efivars/LoaderEntrySelected-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Measured {
    /// `IMAGE_VERSION` of os-release; `None` on a system that is no image.
    pub(super) version: Option<String>,
    /// `PRETTY_NAME` of os-release.
    pub(super) system: String,
    /// The boot entry, without `.efi` and `.conf`.
    pub(super) slot: Option<String>,
    /// Whether the kernel was told the root's hash.
    pub(super) verified_root: bool,
}

pub(super) fn judge(measured: &Measured) -> Finding {
    let Some(version) = &measured.version else {
        return Finding::warn(CheckPart::Image, measured.system.clone(), Remedy::InstallImage);
    };
    let slot = measured.slot.as_deref().unwrap_or("?");
    let value = format!("{version}, {slot}");
    let is_on_trial = slot.contains('+');
    if !measured.verified_root {
        Finding::warn(CheckPart::Image, value, Remedy::InstallImage)
    } else if is_on_trial {
        Finding::warn(CheckPart::Image, value, Remedy::ProveImage)
    } else {
        Finding::pass(CheckPart::Image, value)
    }
}

/// Reads os-release, the kernel's command line and systemd-boot's choice under `root`.
pub(super) fn measure(root: &Path) -> Measured {
    let text = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let release = Some(text("etc/os-release")).filter(|text| !text.is_empty());
    let release = release.unwrap_or_else(|| text("usr/lib/os-release"));
    let command_line = text("proc/cmdline");
    let is_verity = |word: &str| word.starts_with("roothash=") || word.starts_with("usrhash=");
    Measured {
        version: field(&release, "IMAGE_VERSION"),
        system: field(&release, "PRETTY_NAME").unwrap_or_default(),
        slot: fs::read(root.join(ENTRY)).ok().and_then(|bytes| entry_name(&bytes)),
        verified_root: command_line.split_whitespace().any(is_verity),
    }
}

fn field(release: &str, key: &str) -> Option<String> {
    let line = release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
    Some(line.trim_matches('"').to_owned()).filter(|value| !value.is_empty())
}

/// An EFI variable: four bytes of attributes, then UTF-16 with a zero at its end.
fn entry_name(bytes: &[u8]) -> Option<String> {
    let units = bytes.get(4..)?.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    let name = String::from_utf16(&units).ok()?;
    let bare = name.strip_suffix(".efi").or_else(|| name.strip_suffix(".conf")).unwrap_or(&name);
    Some(bare.to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    fn booted(entry: &str, command_line: &str) -> Measured {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        write("etc/os-release", b"PRETTY_NAME=\"Muwajaha\"\nIMAGE_ID=muwajaha\nIMAGE_VERSION=\"1.2.3\"\n");
        write("proc/cmdline", command_line.as_bytes());
        let utf16 = entry.encode_utf16().chain([0]).flat_map(u16::to_le_bytes);
        write(ENTRY, &[6, 0, 0, 0].into_iter().chain(utf16).collect::<Vec<_>>());
        measure(root.path())
    }

    #[test]
    fn a_slot_that_has_proved_itself_passes() {
        let finding = judge(&booted("muwajaha_1.2.3.efi", "quiet roothash=0123 ro"));
        assert_eq!(finding, Finding::pass(CheckPart::Image, "1.2.3, muwajaha_1.2.3"));
    }

    #[test]
    fn an_update_on_trial_and_a_root_that_is_not_verified_are_told() {
        let finding = judge(&booted("muwajaha_1.2.3+2-1.efi", "roothash=0123"));
        assert_eq!((finding.verdict, finding.remedy), (CheckVerdict::Warn, Some(Remedy::ProveImage)));
        assert_eq!(judge(&booted("muwajaha_1.2.3.efi", "quiet")).remedy, Some(Remedy::InstallImage));
    }

    #[test]
    fn a_system_that_is_no_image_says_what_it_is() {
        let measured = Measured { system: "Debian GNU/Linux 12".to_owned(), ..Measured::default() };
        assert_eq!(judge(&measured), Finding::warn(CheckPart::Image, "Debian GNU/Linux 12", Remedy::InstallImage));
    }
}
