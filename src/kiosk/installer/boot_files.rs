//! What of a stick's boot partition belongs on a machine's: the signed boot loader and kernel image.
//!
//! Everything else goes: the stick's own addition to the command line, which would make the machine an installer, and what
//! a technician laid beside it. The boot loader's settings and keys come from the verified root.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Whether a signed file of this name, meant from the partition's top, is part of a kiosk.
fn belongs(file: &Path) -> bool {
    let name = file.to_string_lossy().to_ascii_lowercase();
    let kernel = name.strip_prefix("efi/linux/muwajaha_").and_then(|rest| rest.strip_suffix(".efi"));
    ["efi/boot/bootx64.efi", "efi/systemd/systemd-bootx64.efi"].contains(&name.as_str())
        || kernel.is_some_and(|version| !version.contains('/'))
}

/// The files below `folder`, meant from there.
fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(file) = path.strip_prefix(folder) {
                files.push(file.to_owned());
            }
        }
    }
    Ok(files)
}

/// Leaves in `partition` only what belongs there, and lays `settings` (a tree) beside it.
pub(super) fn tidy(partition: &Path, settings: &Path) -> io::Result<()> {
    for file in files_below(partition)?.into_iter().filter(|file| !belongs(file)) {
        fs::remove_file(partition.join(file))?;
    }
    for file in files_below(settings)? {
        let place = partition.join(&file);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(place, fs::read(settings.join(file))?)?;
    }
    Ok(())
}

/// Whether `partition` has each signed file of `stick` as it is there, and nothing beside them but `settings`.
pub(super) fn are_alike(partition: &Path, stick: &Path, settings: &Path) -> io::Result<bool> {
    let signed: Vec<PathBuf> = files_below(stick)?.into_iter().filter(|file| belongs(file)).collect();
    let theirs = signed.iter().map(|file| (stick, file));
    let set = files_below(settings)?;
    let expected: Vec<(&Path, &PathBuf)> = theirs.chain(set.iter().map(|file| (settings, file))).collect();
    let mut are_alike = !signed.is_empty() && files_below(partition)?.len() == expected.len();
    for (source, file) in expected {
        are_alike = are_alike && fs::read(source.join(file))? == fs::read(partition.join(file))?;
    }
    Ok(are_alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay(folder: &Path, files: &[(&str, &str)]) {
        for (file, text) in files {
            let place = folder.join(file);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }
    }

    #[test]
    fn a_kiosk_gets_the_signed_files_and_its_own_settings_alone() {
        let (stick, disk, settings) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let signed = [
            ("EFI/BOOT/BOOTX64.EFI", "loader"),
            ("EFI/systemd/systemd-bootx64.efi", "loader"),
            ("EFI/Linux/muwajaha_0.1.0.efi", "kernel"),
        ];
        let foreign = [
            ("loader/addons/installer.addon.efi", "addition"),
            ("EFI/Linux/muwajaha_0.1.0.efi.extra.d/more.addon.efi", "addition"),
            ("EFI/Linux/other.efi", "kernel"),
            ("loader/loader.conf", "editor yes"),
            ("karkh-01.provisioning", "a code"),
        ];
        for folder in [stick.path(), disk.path()] {
            lay(folder, &signed);
            lay(folder, &foreign);
        }
        lay(settings.path(), &[("loader/loader.conf", "editor no"), ("loader/keys/auto/db.auth", "key")]);
        assert!(!are_alike(disk.path(), stick.path(), settings.path()).unwrap());
        tidy(disk.path(), settings.path()).unwrap();
        assert!(are_alike(disk.path(), stick.path(), settings.path()).unwrap());
        assert_eq!(files_below(disk.path()).unwrap().len(), 5);
        assert_eq!(fs::read_to_string(disk.path().join("loader/loader.conf")).unwrap(), "editor no");
        lay(disk.path(), &[("EFI/Linux/muwajaha_0.1.0.efi", "kermel")]);
        assert!(!are_alike(disk.path(), stick.path(), settings.path()).unwrap());
    }
}
