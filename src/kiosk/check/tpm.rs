//! The TPM, which keeps the key of the disk.

use std::fs;
use std::path::Path;

use muwajaha_core::domain::{CheckPart, Finding, Remedy};

/// `version`: the major version of the first TPM; `None` where none is.
pub(super) fn judge(version: Option<u32>) -> Finding {
    match version {
        Some(version @ 2..) => Finding::pass(CheckPart::Tpm, format!("TPM {version}.0")),
        Some(version) => Finding::warn(CheckPart::Tpm, format!("TPM {version}"), Remedy::EnableTpm),
        None => Finding::warn(CheckPart::Tpm, "", Remedy::EnableTpm),
    }
}

/// Reads `sys/class/tpm` under `root`.
pub(super) fn measure(root: &Path) -> Option<u32> {
    fs::read_to_string(root.join("sys/class/tpm/tpm0/tpm_version_major")).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::CheckVerdict;

    use super::*;

    #[test]
    fn a_tpm_of_version_2_passes_and_a_missing_one_is_named() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(judge(measure(root.path())).remedy, Some(Remedy::EnableTpm));
        let folder = root.path().join("sys/class/tpm/tpm0");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("tpm_version_major"), "2\n").unwrap();
        assert_eq!(judge(measure(root.path())), Finding::pass(CheckPart::Tpm, "TPM 2.0"));
        assert_eq!(judge(Some(1)).verdict, CheckVerdict::Warn);
    }
}
