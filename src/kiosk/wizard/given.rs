//! Whether a machine is no kiosk yet, and what it was given to become one: by its image, or by a
//! configuration that a technician laid there.
//!
//! Pure but for reading those files, and for a look whether the directory can be written at all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use muwajaha_core::provisioning::Disk;
use serde::Deserialize;

use super::disk::DiskFiles;
use crate::config::{ConfigError, KioskConfig, service_url};
use crate::net::tls::{self, Authority};
use crate::provisioning;

/// A machine that is no kiosk yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Where identity and configuration go.
    pub directory: PathBuf,
    /// Where signs of life are left.
    pub runtime_directory: PathBuf,
    /// The service's kiosk listener.
    pub service: Option<String>,
    /// The only authority of the service's certificate to trust.
    pub authority: Option<Authority>,
    /// Who must have signed a stick's files.
    pub signed_by: Option<PathBuf>,
    /// Where sticks are to be seen.
    pub stick: Option<PathBuf>,
    /// Whether the machine opens its disk.
    pub disk: Disk,
}

/// `facility.toml` of the image; relative paths are meant from its own folder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Facility {
    service: Option<String>,
    ca_file: Option<PathBuf>,
    kiosk_ca_file: Option<PathBuf>,
    stick: Option<PathBuf>,
}

impl Given {
    /// What the machine was given, where it is none yet and can become one: `config_file` or the identity
    /// beside it is missing, and the directory can be written. With a disk that does not open a machine is
    /// none, whatever lies in the memory in its place.
    ///
    /// # Errors
    /// Where the facility's file is there and broken.
    pub fn to_machine_without_identity(config_file: &Path, facility: Option<&Path>) -> anyhow::Result<Option<Self>> {
        let Some(directory) = directory_of(config_file) else { return Ok(None) };
        let config = match KioskConfig::read(config_file) {
            Ok(config) => Some(config),
            Err(ConfigError::Unreadable { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => None,
            // Told by whoever reads it next.
            Err(_) => return Ok(None),
        };
        let identity = directory.join("identity.toml");
        let is_kiosk = config.as_ref().is_some_and(|config| config.identity_file != identity || is_there(&identity));
        let disk = DiskFiles::of(&provisioning::runtime_directory(&directory)).disk();
        if (is_kiosk && disk == Disk::Opens) || !can_be_written(&directory) {
            return Ok(None);
        }
        let mut given = Self::by_image(directory, facility, disk)?;
        if let Some(config) = config {
            given.service = Some(config.service.to_string());
            given.authority =
                config.authority.as_deref().map(Authority::read).transpose().context("service.ca_file")?;
            given.runtime_directory = config.runtime_directory;
        }
        Ok(Some(given))
    }

    fn by_image(directory: PathBuf, file: Option<&Path>, disk: Disk) -> anyhow::Result<Self> {
        let facility = file.map(read_facility).transpose()?.unwrap_or_default();
        let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
        let authority = facility.ca_file.map(|path| Authority::read(&folder.join(path))).transpose();
        Ok(Self {
            runtime_directory: provisioning::runtime_directory(&directory),
            directory,
            service: facility.service,
            authority: authority.with_context(|| format!("{}: ca_file", file.unwrap_or(Path::new("")).display()))?,
            signed_by: facility.kiosk_ca_file.map(|path| folder.join(path)),
            stick: facility.stick.map(|path| folder.join(path)),
            disk,
        })
    }

    /// Whether the machine is a kiosk by now.
    pub fn has_become_kiosk(&self) -> bool {
        ["identity.toml", "kiosk.toml"].iter().all(|file| self.directory.join(file).exists())
    }
}

/// Whether a facility's file, and those that it names, can be what an image brings.
///
/// # Errors
/// Where it is missing or broken: what, and where.
pub fn check_facility(file: &Path) -> anyhow::Result<()> {
    let facility = read_facility(file)?;
    anyhow::ensure!(file.exists(), "{}: there is no such file", file.display());
    let of_file = || file.display().to_string();
    if let Some(service) = &facility.service {
        service_url(service).map_err(anyhow::Error::msg).context("service").with_context(of_file)?;
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    for (key, named) in [("ca_file", facility.ca_file), ("kiosk_ca_file", facility.kiosk_ca_file)] {
        let Some(path) = named.map(|path| folder.join(path)) else { continue };
        let read = Authority::read(&path).context(key).with_context(of_file)?;
        tls::as_stranger(Some(&read)).context(key).with_context(of_file)?;
    }
    Ok(())
}

/// What cannot be looked at counts as there: nobody is shown the wizard for a disk that stumbles.
fn is_there(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

/// The folder of a configuration that has the name under which provisioning writes it.
fn directory_of(config_file: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(config_file).ok()?;
    let folder = absolute.parent()?.to_owned();
    (absolute.file_name()? == "kiosk.toml").then_some(folder)
}

/// A facility's file that is not there gives nothing.
fn read_facility(file: &Path) -> anyhow::Result<Facility> {
    match fs::read_to_string(file) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("{}", file.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Facility::default()),
        Err(error) => Err(error).with_context(|| format!("{}", file.display())),
    }
}

/// A disk that cannot be written is no wizard's to mend.
fn can_be_written(directory: &Path) -> bool {
    let probe = directory.join("writable.new");
    let written = fs::create_dir_all(directory).and_then(|()| fs::write(&probe, []));
    let removed = written.and_then(|()| fs::remove_file(&probe));
    removed.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::signer;

    fn given(folder: &Path) -> Option<Given> {
        Given::to_machine_without_identity(&folder.join("kiosk.toml"), Some(&folder.join("facility.toml"))).unwrap()
    }

    #[test]
    fn an_empty_machine_has_what_its_image_gives() {
        let folder = tempfile::tempdir().unwrap();
        let nothing = given(folder.path()).unwrap();
        assert_eq!((nothing.service, nothing.authority, nothing.stick), (None, None, None));
        let facility =
            "service = \"https://visit.example:8444\"\nca_file = \"ca.pem\"\nkiosk_ca_file = \"kiosk-ca.pem\"\n";
        std::fs::write(folder.path().join("facility.toml"), facility).unwrap();
        std::fs::write(folder.path().join("ca.pem"), signer::authority()).unwrap();
        let given = given(folder.path()).unwrap();
        assert_eq!(given.service.as_deref(), Some("https://visit.example:8444"));
        assert!(given.authority.is_some());
        assert_eq!(given.signed_by, Some(folder.path().join("kiosk-ca.pem")));
        assert_eq!(given.runtime_directory, folder.path().join("runtime"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left");
    }

    #[test]
    fn a_kiosk_and_a_broken_configuration_get_no_wizard() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("kiosk.toml");
        std::fs::write(&config, crate::config::EXAMPLE.replace("ca_file = ", "# ca_file = ")).unwrap();
        assert_eq!(given(folder.path()).unwrap().service.as_deref(), Some("https://visits.example:8444/"));
        std::fs::write(folder.path().join("identity.toml"), "whatever").unwrap();
        assert_eq!(given(folder.path()), None);
        std::fs::write(&config, "[servce]").unwrap();
        assert_eq!(given(folder.path()), None);
        let elsewhere = folder.path().join("other.toml");
        assert_eq!(Given::to_machine_without_identity(&elsewhere, None).unwrap(), None);
    }

    #[test]
    fn with_a_disk_that_does_not_open_no_identity_in_memory_makes_a_kiosk() {
        let folder = tempfile::tempdir().unwrap();
        let example = crate::config::EXAMPLE.replace("ca_file = ", "# ca_file = ");
        std::fs::write(folder.path().join("kiosk.toml"), example).unwrap();
        std::fs::write(folder.path().join("identity.toml"), "whatever").unwrap();
        assert_eq!(given(folder.path()), None);
        std::fs::create_dir(folder.path().join("runtime-disk")).unwrap();
        std::fs::write(folder.path().join("runtime-disk/closed"), []).unwrap();
        let given = given(folder.path()).unwrap();
        assert_eq!(given.disk, Disk::Closed);
        assert!(given.has_become_kiosk(), "whose disk is made anew without another code");
    }

    #[test]
    fn a_disk_that_cannot_be_written_gets_no_wizard() {
        let config = Path::new("/proc/self/kiosk.toml");
        assert_eq!(Given::to_machine_without_identity(config, None).unwrap(), None);
    }

    #[test]
    fn an_image_is_built_with_a_whole_facilitys_file_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("facility.toml");
        let told = || check_facility(&file).map_err(|error| format!("{error:#}"));
        assert!(told().unwrap_err().contains("no such file"));
        for (text, words) in [
            ("service = \"visit.example\"", "service"),
            ("ca_file = \"missing.pem\"", "ca_file"),
            ("kiosk_ca_file = \"facility.toml\"", "kiosk_ca_file"),
            ("stcik = \"/run/stick\"", "stcik"),
        ] {
            std::fs::write(&file, text).unwrap();
            let told = told().unwrap_err();
            assert!(told.contains(words) && told.contains("facility.toml"), "{told}");
        }
        std::fs::write(folder.path().join("ca.pem"), signer::authority()).unwrap();
        let whole = "service = \"https://visit.example:8444\"\nca_file = \"ca.pem\"\nkiosk_ca_file = \"ca.pem\"\n";
        std::fs::write(&file, whole).unwrap();
        assert_eq!(told(), Ok(()));
    }

    #[test]
    fn a_broken_facilitys_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("facility.toml");
        for broken in ["serivce = \"x\"", "ca_file = \"missing.pem\""] {
            std::fs::write(&file, broken).unwrap();
            let told = Given::to_machine_without_identity(&folder.path().join("kiosk.toml"), Some(&file)).unwrap_err();
            assert!(format!("{told:#}").contains("facility.toml"), "{told:#}");
        }
    }
}
