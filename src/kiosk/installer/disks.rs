//! The machine's own disks, as the kernel's sysfs shows them: what may be written, and what is on it.
//!
//! Reads only. A stick, a memory card and whatever else can be taken out is never among them.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::InstallerProblem;
use super::stick::Stick;

/// What a disk of "8 GB" has at least: slots, and room for `/var`.
const LEAST_BYTES: u64 = 7_000_000_000;
const SECTOR_BYTES: u64 = 512;
/// What stands here tells an empty disk from one whose partitions the kernel does not know.
const HEAD_BYTES: u64 = 1 << 20;
/// The partition by which a kiosk's disk is known (`repart.d/30-var.conf`).
const KIOSK_PARTITION: &str = "PARTNAME=kiosk-var";

/// A disk that may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// The kernel's name of it.
    pub name: String,
    /// What its maker calls it; empty where it does not say.
    pub model: String,
    /// Its size.
    pub bytes: u64,
    /// What would be lost.
    pub holds: Holds,
}

/// What is on a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Nothing.
    Nothing,
    /// A kiosk, with its identity and record.
    Kiosk,
    /// Something else.
    Something,
}

impl Disk {
    /// The device of one of its partitions, counted from 1.
    pub(super) fn partition(&self, number: u32) -> PathBuf {
        let between = if self.name.ends_with(|last: char| last.is_ascii_digit()) { "p" } else { "" };
        Path::new("/dev").join(format!("{}{between}{number}", self.name))
    }

    /// The whole of it.
    pub(super) fn device(&self) -> PathBuf {
        Path::new("/dev").join(&self.name)
    }

    /// What was written to it since the machine was started.
    pub(super) fn written_bytes(&self) -> u64 {
        let figures = fs::read_to_string(Path::new("/sys/block").join(&self.name).join("stat")).unwrap_or_default();
        let sectors = figures.split_whitespace().nth(6).and_then(|figure| figure.parse::<u64>().ok());
        sectors.unwrap_or(0) * SECTOR_BYTES
    }
}

/// The disks to choose from, but for the one that the stick is.
pub(super) fn usable_disks(stick: &Stick) -> Result<Vec<Disk>, InstallerProblem> {
    large_enough(disks_in(Path::new("/sys/block"), Path::new("/dev"), stick.disk()))
}

fn large_enough(disks: Vec<Disk>) -> Result<Vec<Disk>, InstallerProblem> {
    if disks.is_empty() {
        return Err(InstallerProblem::NoDisk);
    }
    let large: Vec<Disk> = disks.into_iter().filter(|disk| disk.bytes >= LEAST_BYTES).collect();
    if large.is_empty() { Err(InstallerProblem::DiskTooSmall) } else { Ok(large) }
}

fn disks_in(blocks: &Path, devices: &Path, stick: &str) -> Vec<Disk> {
    let built_in = names_in(blocks).filter(|name| name != stick && is_built_in(&blocks.join(name), name));
    let mut names: Vec<String> = built_in.collect();
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let block = blocks.join(&name);
            let bytes = figure(&block.join("size")) * SECTOR_BYTES;
            let holds = what_is_on(&block, &name, &devices.join(&name));
            Disk { model: model(&block), bytes, holds, name }
        })
        .collect()
}

fn is_built_in(block: &Path, name: &str) -> bool {
    // What only looks like a disk has no device below it; boot areas of an eMMC are no disks.
    let is_disk = block.join("device").exists() && !name.starts_with("sr") && !name.contains("boot");
    let is_on_usb = block.canonicalize().is_ok_and(|path| path.to_string_lossy().contains("/usb"));
    let is_card = line(&block.join("device/type")) == "SD";
    let can_be_written = figure(&block.join("size")) > 0 && figure(&block.join("ro")) == 0;
    // One path of several to an NVMe disk, which stands beside it and cannot be opened.
    let is_path = figure(&block.join("hidden")) != 0;
    is_disk && !is_path && !is_on_usb && !is_card && can_be_written && figure(&block.join("removable")) == 0
}

fn model(block: &Path) -> String {
    let told = ["device/model", "device/name"].map(|file| line(&block.join(file)));
    told.into_iter().find(|model| !model.is_empty()).unwrap_or_default()
}

fn what_is_on(block: &Path, name: &str, device: &Path) -> Holds {
    let partitions: Vec<String> = names_in(block).filter(|inside| inside.starts_with(name)).collect();
    let is_kiosk = |partition: &String| {
        let told = fs::read_to_string(block.join(partition).join("uevent")).unwrap_or_default();
        told.lines().any(|line| line == KIOSK_PARTITION)
    };
    if partitions.iter().any(is_kiosk) {
        Holds::Kiosk
    } else if partitions.is_empty() && begins_empty(device) {
        Holds::Nothing
    } else {
        Holds::Something
    }
}

/// What cannot be read is not known to be empty.
fn begins_empty(device: &Path) -> bool {
    let mut head = Vec::new();
    let read = fs::File::open(device).and_then(|device| device.take(HEAD_BYTES).read_to_end(&mut head));
    read.is_ok() && head.iter().all(|byte| *byte == 0)
}

fn names_in(folder: &Path) -> impl Iterator<Item = String> {
    fs::read_dir(folder).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok())
}

fn line(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default().trim().to_owned()
}

fn figure(file: &Path) -> u64 {
    line(file).parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine's sysfs and devices, made up.
    struct Machine {
        folder: tempfile::TempDir,
    }

    impl Machine {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir_all(folder.path().join("dev")).unwrap();
            fs::create_dir_all(folder.path().join("block")).unwrap();
            Self { folder }
        }

        /// A disk at `place` of the tree of devices, with `files` of its own.
        fn with(self, place: &str, name: &str, gigabytes: u64, files: &[(&str, &str)]) -> Self {
            let block = self.folder.path().join("devices").join(place).join("block").join(name);
            fs::create_dir_all(block.join("device")).unwrap();
            let sectors = (gigabytes * 1_000_000_000 / SECTOR_BYTES).to_string();
            let common = [("size", sectors.as_str()), ("ro", "0\n"), ("removable", "0\n")];
            for (file, text) in common.iter().chain(files) {
                fs::create_dir_all(block.join(file).parent().unwrap()).unwrap();
                fs::write(block.join(file), text).unwrap();
            }
            std::os::unix::fs::symlink(&block, self.folder.path().join("block").join(name)).unwrap();
            fs::write(self.folder.path().join("dev").join(name), [0; 4096]).unwrap();
            self
        }

        fn disks(&self) -> Vec<Disk> {
            disks_in(&self.folder.path().join("block"), &self.folder.path().join("dev"), "sdb")
        }
    }

    fn disk(name: &str, model: &str, gigabytes: u64, holds: Holds) -> Disk {
        let bytes = gigabytes * 1_000_000_000;
        Disk { name: name.to_owned(), model: model.to_owned(), bytes, holds }
    }

    #[test]
    fn only_disks_that_are_built_in_are_shown() {
        let machine = Machine::new()
            .with("pci0/nvme", "nvme0n1", 256, &[("device/model", "Samsung SSD 980   \n")])
            .with("pci0/nvme", "nvme0c0n1", 256, &[("hidden", "1\n")])
            .with("pci0/usb1/1-1", "sda", 64, &[])
            .with("pci0/ata1", "sdb", 64, &[])
            .with("pci0/ata2", "sdc", 64, &[("removable", "1\n")])
            .with("pci0/mmc0", "mmcblk0", 32, &[("device/name", "DF4032\n"), ("device/type", "MMC\n")])
            .with("pci0/mmc0", "mmcblk0boot0", 8, &[("device/type", "MMC\n")])
            .with("pci0/mmc1", "mmcblk1", 32, &[("device/type", "SD\n")])
            .with("pci0/ata3", "sdd", 64, &[("ro", "1\n")])
            .with("pci0/ata4", "sr0", 4, &[]);
        assert_eq!(
            machine.disks(),
            [disk("mmcblk0", "DF4032", 32, Holds::Nothing), disk("nvme0n1", "Samsung SSD 980", 256, Holds::Nothing)]
        );
    }

    #[test]
    fn what_would_be_lost_is_known() {
        let kiosk = ("vda4/uevent", "DEVTYPE=partition\nPARTN=4\nPARTNAME=kiosk-var\n");
        let windows = ("vdb1/uevent", "DEVTYPE=partition\nPARTN=1\nPARTNAME=Basic data partition\n");
        let machine =
            Machine::new().with("a", "vda", 8, &[kiosk]).with("b", "vdb", 8, &[windows]).with("c", "vdc", 8, &[]);
        let holds = |machine: &Machine| machine.disks().iter().map(|disk| disk.holds).collect::<Vec<_>>();
        assert_eq!(holds(&machine), [Holds::Kiosk, Holds::Something, Holds::Nothing]);
        fs::write(machine.folder.path().join("dev/vdc"), b"LUKS").unwrap();
        assert_eq!(holds(&machine)[2], Holds::Something);
        fs::remove_file(machine.folder.path().join("dev/vdc")).unwrap();
        assert_eq!(holds(&machine)[2], Holds::Something, "what cannot be read is not called empty");
    }

    #[test]
    fn a_machine_without_a_disk_or_with_too_small_ones_is_told_apart() {
        assert_eq!(large_enough(Machine::new().disks()), Err(InstallerProblem::NoDisk));
        let small = Machine::new().with("a", "vda", 4, &[]);
        assert_eq!(large_enough(small.disks()), Err(InstallerProblem::DiskTooSmall));
        let both = small.with("b", "vdb", 8, &[]);
        assert_eq!(large_enough(both.disks()), Ok(vec![disk("vdb", "", 8, Holds::Nothing)]));
    }

    #[test]
    fn partitions_have_the_kernels_names() {
        assert_eq!(disk("nvme0n1", "", 8, Holds::Nothing).partition(2), Path::new("/dev/nvme0n1p2"));
        assert_eq!(disk("sda", "", 8, Holds::Nothing).partition(1), Path::new("/dev/sda1"));
    }
}
