//! The machine beneath the program: its image, its slot, its disk. What cannot be read is absent.

use std::path::Path;

/// What systemd-boot says it started: four bytes of attributes, then UTF-16.
const BOOT_ENTRY: &str = "sys/firmware/efi/efivars/LoaderEntrySelected-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
/// systemd-boot sets it where it counts the tries of what it started.
const BOOT_COUNT: &str = "sys/firmware/efi/efivars/LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
/// Longer texts are none of an image of ours.
const LONGEST_TEXT: usize = 64;

/// What does not change while the machine runs; nothing on a plain machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Machine {
    /// `IMAGE_VERSION` of `os-release`.
    pub image_version: Option<String>,
    /// The boot entry that was started, which names the slot.
    pub slot: Option<String>,
    /// This boot is one of the tries that an update has.
    pub is_on_trial: bool,
}

impl Machine {
    /// Reads it from the running system.
    pub fn read() -> Self {
        Self::read_below(Path::new("/"))
    }

    fn read_below(root: &Path) -> Self {
        let release = ["etc/os-release", "usr/lib/os-release"]
            .iter()
            .find_map(|name| std::fs::read_to_string(root.join(name)).ok())
            .unwrap_or_default();
        let image_version = value(&release, "IMAGE_VERSION");
        // Other machines have boot entries too; only an image has slots.
        let entry = image_version.as_ref().and_then(|_| std::fs::read(root.join(BOOT_ENTRY)).ok());
        let is_on_trial = image_version.is_some() && root.join(BOOT_COUNT).exists();
        Self { image_version, slot: entry.as_deref().and_then(entry_name), is_on_trial }
    }
}

/// The value of `key` in a file of `KEY=value` lines, quoted or not.
fn value(text: &str, key: &str) -> Option<String> {
    let found = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
    usable(found.trim_matches(['"', '\'']))
}

fn entry_name(variable: &[u8]) -> Option<String> {
    let units: Vec<u16> = variable
        .get(4..)?
        .chunks_exact(2)
        .map(|pair| pair.iter().rev().fold(0, |unit, byte| (unit << 8) | u16::from(*byte)))
        .take_while(|unit| *unit != 0)
        .collect();
    let name = String::from_utf16(&units).ok()?;
    usable(name.trim_end_matches(".efi").trim_end_matches(".conf"))
}

fn usable(text: &str) -> Option<String> {
    let is_text =
        !text.is_empty() && text.len() <= LONGEST_TEXT && text.chars().all(|letter| letter.is_ascii_graphic());
    is_text.then(|| text.to_owned())
}

/// What a disk holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DiskSpace {
    pub(super) free_bytes: u64,
    pub(super) total_bytes: u64,
}

/// The disk under `path`.
pub(super) fn disk_space(path: &Path) -> Option<DiskSpace> {
    let found = rustix::fs::statvfs(path).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Some(DiskSpace { free_bytes: bytes(found.f_bavail), total_bytes: bytes(found.f_blocks) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Vec<u8> {
        let units = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes);
        [6, 0, 0, 0].into_iter().chain(units).collect()
    }

    #[test]
    fn an_image_tells_its_version_and_slot_and_a_plain_machine_nothing() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        assert_eq!(Machine::read_below(root.path()), Machine::default());
        write("etc/os-release", b"ID=debian\nVERSION_ID=\"13\"\n");
        write(BOOT_ENTRY, &variable("muwajaha_0.3.1+2-1.efi"));
        assert_eq!(Machine::read_below(root.path()), Machine::default(), "a slot of no image");
        write("etc/os-release", b"ID=muwajaha\nIMAGE_VERSION=\"0.3.1\"\n");
        let told = Machine::read_below(root.path());
        assert_eq!(told.image_version.as_deref(), Some("0.3.1"));
        assert_eq!((told.slot.as_deref(), told.is_on_trial), (Some("muwajaha_0.3.1+2-1"), false));
        write(BOOT_COUNT, &variable("\\EFI\\Linux\\muwajaha_0.3.1+2-1.efi"));
        assert!(Machine::read_below(root.path()).is_on_trial);
        for garbage in [&b"\x06\0"[..], b"\x06\0\0\0\0\xd8", &variable(&"x".repeat(80)), &variable("a\nb")] {
            write(BOOT_ENTRY, garbage);
            assert_eq!(Machine::read_below(root.path()).slot, None);
        }
    }

    #[test]
    fn a_disk_is_measured_and_a_missing_one_is_not() {
        let space = disk_space(Path::new("/")).unwrap();
        assert!(0 < space.free_bytes && space.free_bytes < space.total_bytes, "{space:?}");
        assert_eq!(disk_space(Path::new("/no/such/folder")), None);
    }
}
