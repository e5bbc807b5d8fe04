//! A serial port by the identity of the USB device that it belongs to, wherever it comes back.
//!
//! The kernel names USB serial ports in the order of their coming (`ttyUSB0`, `ttyACM1`), so that a
//! reader pulled and plugged in again may have another name. Sysfs tells of each port which device it
//! is part of: from `/sys/class/tty/NAME/device` upwards, the first folder with an `idVendor`. This
//! was written from the kernel's documentation (`Documentation/ABI/stable/sysfs-bus-usb`) and tried on
//! a made-up sysfs alone, not on a real USB device.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const PORTS: &str = "/sys/class/tty";
const DEVICES: &str = "/dev";
/// The names of ports whose device is on USB.
const NAMES: [&str; 2] = ["ttyUSB", "ttyACM"];

/// `reader.usb`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UsbIdentity {
    /// The vendor's number, four hexadecimal digits.
    vendor: String,
    /// The product's number, four hexadecimal digits.
    product: String,
    /// The serial number; it may be left out where only one such device is ever there.
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<String>,
}

/// Why there is no one port of this identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsbError {
    /// None.
    #[error("no USB serial port has it: plug the reader in, or compare `reader.usb` with `lsusb -v`")]
    Absent,
    /// Several.
    #[error("several USB serial ports have it: give `serial`, or for a device of several ports `reader.port`")]
    Ambiguous,
}

impl UsbIdentity {
    /// What is wrong with it and how to mend it.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let is_number = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_number(&self.vendor) || !is_number(&self.product) {
            return Some("`vendor` and `product` are four hexadecimal digits each, as `lsusb` prints them");
        }
        let is_empty = self.serial.as_ref().is_some_and(|serial| serial.trim().is_empty());
        is_empty.then_some("`serial` is empty: leave it out, or give the one that `lsusb -v` prints as iSerial")
    }

    /// The device file of its port, as it is named just now.
    ///
    /// # Errors
    /// Where there is none, or more than one.
    pub fn find(&self) -> Result<PathBuf, UsbError> {
        self.find_among(Path::new(PORTS), Path::new(DEVICES))
    }

    fn find_among(&self, ports: &Path, devices: &Path) -> Result<PathBuf, UsbError> {
        let entries = fs::read_dir(ports).map_err(|_| UsbError::Absent)?;
        let mut found = entries
            .filter_map(Result::ok)
            .filter(|port| NAMES.iter().any(|name| port.file_name().to_string_lossy().starts_with(name)))
            .filter(|port| self.is_of(&port.path()));
        let port = found.next().ok_or(UsbError::Absent)?;
        match found.next() {
            None => Ok(devices.join(port.file_name())),
            Some(_) => Err(UsbError::Ambiguous),
        }
    }

    /// Whether a port belongs to this device. One that is being pulled belongs to none.
    fn is_of(&self, port: &Path) -> bool {
        let Ok(interface) = port.join("device").canonicalize() else { return false };
        let Some(device) = interface.ancestors().find(|folder| folder.join("idVendor").is_file()) else {
            return false;
        };
        let says = |file: &str| fs::read_to_string(device.join(file)).map(|text| text.trim().to_owned()).ok();
        let is_number = |file, number: &str| says(file).is_some_and(|text| text.eq_ignore_ascii_case(number));
        is_number("idVendor", &self.vendor)
            && is_number("idProduct", &self.product)
            && self.serial.as_ref().is_none_or(|serial| says("serial").as_deref() == Some(serial.trim()))
    }
}

impl fmt::Display for UsbIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { vendor, product, serial } = self;
        write!(formatter, "the USB device {vendor}:{product}")?;
        serial.as_ref().map_or(Ok(()), |serial| write!(formatter, " {serial}"))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A sysfs of our own: devices on a hub, their interfaces and ports, and the links of the class.
    struct Sysfs {
        folder: tempfile::TempDir,
    }

    impl Sysfs {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let sysfs = Self { folder };
            let hub = sysfs.path("devices/pci0000:00/usb1");
            write(&hub, &[("idVendor", "1d6b"), ("idProduct", "0002")]);
            fs::create_dir_all(sysfs.path("class/tty")).unwrap();
            sysfs.link("console", "devices/virtual/tty/console", None);
            sysfs.link("ttyS0", "devices/pnp0/00:03/tty/ttyS0", Some("devices/pnp0/00:03"));
            sysfs
        }

        fn path(&self, place: &str) -> PathBuf {
            self.folder.path().join(place)
        }

        /// `device` is where the port's link of that name leads.
        fn link(&self, name: &str, port: &str, device: Option<&str>) {
            fs::create_dir_all(self.path(port)).unwrap();
            if let Some(device) = device {
                symlink(self.path(device), self.path(port).join("device")).unwrap();
            }
            symlink(self.path(port), self.path("class/tty").join(name)).unwrap();
        }

        fn plug(&self, place: &str, name: &str, [vendor, product, serial]: [&str; 3]) {
            let device = format!("devices/pci0000:00/usb1/{place}");
            let interface = format!("{device}/{place}:1.0");
            fs::create_dir_all(self.path(&interface)).unwrap();
            write(&self.path(&device), &[("idVendor", vendor), ("idProduct", product)]);
            if !serial.is_empty() {
                write(&self.path(&device), &[("serial", serial)]);
            }
            // A port of `usb-serial` is a device below the interface, one of `cdc_acm` is not.
            let parent = if name.starts_with("ttyUSB") { format!("{interface}/{name}") } else { interface };
            self.link(name, &format!("{parent}/tty/{name}"), Some(&parent));
        }

        fn pull(&self, place: &str, name: &str) {
            fs::remove_file(self.path("class/tty").join(name)).unwrap();
            fs::remove_dir_all(self.path("devices/pci0000:00/usb1").join(place)).unwrap();
        }

        fn find(&self, identity: &UsbIdentity) -> Result<PathBuf, UsbError> {
            identity.find_among(&self.path("class/tty"), Path::new("/dev"))
        }
    }

    fn write(folder: &Path, files: &[(&str, &str)]) {
        fs::create_dir_all(folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), format!("{text}\n")).unwrap();
        }
    }

    fn identity(vendor: &str, product: &str, serial: Option<&str>) -> UsbIdentity {
        UsbIdentity { vendor: vendor.to_owned(), product: product.to_owned(), serial: serial.map(str::to_owned) }
    }

    #[test]
    fn a_reader_is_found_under_whatever_name_it_comes_back() {
        let (sysfs, reader) = (Sysfs::new(), identity("0403", "6001", Some("A5005XYZ")));
        assert_eq!(sysfs.find(&reader), Err(UsbError::Absent));
        sysfs.plug("1-1", "ttyUSB0", ["0403", "6001", "A5005XYZ"]);
        sysfs.plug("1-2", "ttyUSB1", ["0403", "6001", "B7000ABC"]);
        assert_eq!(sysfs.find(&reader), Ok(PathBuf::from("/dev/ttyUSB0")));
        sysfs.pull("1-1", "ttyUSB0");
        assert_eq!(sysfs.find(&reader), Err(UsbError::Absent));
        sysfs.plug("1-3", "ttyUSB2", ["0403", "6001", "A5005XYZ"]);
        assert_eq!(sysfs.find(&reader), Ok(PathBuf::from("/dev/ttyUSB2")));
    }

    #[test]
    fn a_device_of_the_other_driver_without_a_serial_number_is_found_too() {
        let sysfs = Sysfs::new();
        sysfs.plug("1-4", "ttyACM0", ["09d8", "0420", ""]);
        assert_eq!(sysfs.find(&identity("09D8", "0420", None)), Ok(PathBuf::from("/dev/ttyACM0")));
        assert_eq!(sysfs.find(&identity("09d8", "0420", Some("1"))), Err(UsbError::Absent));
    }

    #[test]
    fn two_that_cannot_be_told_apart_are_none() {
        let sysfs = Sysfs::new();
        sysfs.plug("1-1", "ttyUSB0", ["0403", "6001", "A5005XYZ"]);
        sysfs.plug("1-2", "ttyUSB1", ["0403", "6001", "B7000ABC"]);
        assert_eq!(sysfs.find(&identity("0403", "6001", None)), Err(UsbError::Ambiguous));
    }

    #[test]
    fn the_hub_above_a_port_is_not_its_device() {
        let sysfs = Sysfs::new();
        sysfs.plug("1-1", "ttyUSB0", ["0403", "6001", "A5005XYZ"]);
        assert_eq!(sysfs.find(&identity("1d6b", "0002", None)), Err(UsbError::Absent));
    }
}
