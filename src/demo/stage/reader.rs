//! A badge reader that is a pseudo-terminal: the kiosk opens its far end like a serial port.
//!
//! It speaks RDM6300: STX, ten hexadecimal digits, two digits of checksum (XOR of the five bytes),
//! ETX, repeated while the card rests.

use std::ffi::OsStr;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

const RESTING_FRAMES: u32 = 3;
const FRAME_EVERY: Duration = Duration::from_millis(65);

/// A card: the five bytes of an EM4100 chip.
pub type Card = [u8; 5];

/// The simulated reader. Its link exists while it is plugged in.
#[derive(Debug)]
pub struct Reader {
    link: PathBuf,
    port: Option<OwnedFd>,
}

impl Reader {
    /// A reader whose device file is to be `link`, plugged in.
    ///
    /// # Errors
    /// When no pseudo-terminal can be opened or the link not be made.
    pub fn plugged_in(link: &Path) -> anyhow::Result<Self> {
        let mut reader = Self { link: link.to_owned(), port: None };
        reader.plug()?;
        Ok(reader)
    }

    /// The path that the kiosk opens.
    pub fn path(&self) -> &Path {
        &self.link
    }

    /// Whether it is plugged in.
    pub fn is_plugged(&self) -> bool {
        self.port.is_some()
    }

    /// Plugs it in: a new pseudo-terminal behind the same link.
    ///
    /// # Errors
    /// When no pseudo-terminal can be opened or the link not be made.
    pub fn plug(&mut self) -> anyhow::Result<()> {
        if self.port.is_some() {
            return Ok(());
        }
        let port = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&port)?;
        unlockpt(&port)?;
        let mut settings = tcgetattr(&port)?;
        settings.make_raw();
        tcsetattr(&port, OptionalActions::Now, &settings)?;
        fcntl_setfl(&port, OFlags::NONBLOCK)?;
        let name = ptsname(&port, Vec::new())?;
        remove_link(&self.link)?;
        std::os::unix::fs::symlink(OsStr::from_bytes(name.to_bytes()), &self.link)
            .with_context(|| format!("linking {}", self.link.display()))?;
        self.port = Some(port);
        Ok(())
    }

    /// Pulls the plug: the device file goes and the open port fails.
    ///
    /// # Errors
    /// When the link cannot be removed.
    pub fn unplug(&mut self) -> anyhow::Result<()> {
        remove_link(&self.link)?;
        self.port = None;
        Ok(())
    }

    /// Puts a card to the reader until it is taken away after about 0.2 s.
    ///
    /// # Errors
    /// When the reader is not plugged in or nobody reads from it.
    pub async fn tap(&self, card: Card) -> anyhow::Result<()> {
        for _ in 0..RESTING_FRAMES {
            self.write(&frame(card))?;
            tokio::time::sleep(FRAME_EVERY).await;
        }
        Ok(())
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// When the reader is not plugged in or nobody reads from it.
    pub fn write(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let port = self.port.as_ref().context("the badge reader is unplugged")?;
        let mut port = std::fs::File::from(port.try_clone()?);
        port.write_all(bytes).context("writing to the badge reader's line: does the kiosk read it?")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Err(error) = self.unplug() {
            tracing::debug!("{error:#}");
        }
    }
}

/// One frame of a card.
pub fn frame(card: Card) -> [u8; 14] {
    let checksum = card.iter().fold(0, |sum, byte| sum ^ byte);
    framed(card, checksum)
}

/// A frame whose checksum is wrong, as a bad line delivers it.
pub fn corrupt_frame(card: Card) -> [u8; 14] {
    let checksum = card.iter().fold(0, |sum, byte| sum ^ byte);
    framed(card, !checksum)
}

fn framed(card: Card, checksum: u8) -> [u8; 14] {
    let mut frame = [0x02; 14];
    let [a, b, c, d, e] = card;
    let digits = format!("{:010X}{checksum:02X}\x03", u64::from_be_bytes([0, 0, 0, a, b, c, d, e]));
    for (byte, digit) in frame.iter_mut().skip(1).zip(digits.bytes()) {
        *byte = digit;
    }
    frame
}

fn remove_link(link: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(link) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("removing {}", link.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_frame_is_what_an_rdm6300_sends() {
        assert_eq!(&frame([0x62, 0xe3, 0x08, 0x6c, 0xed]), b"\x0262E3086CED08\x03");
        assert_eq!(&corrupt_frame([0x62, 0xe3, 0x08, 0x6c, 0xed]), b"\x0262E3086CEDF7\x03");
    }

    #[tokio::test]
    async fn the_far_end_reads_the_card_and_notices_the_pulled_plug() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("reader");
        let mut reader = Reader::plugged_in(&link).unwrap();
        let mut far_end = std::fs::OpenOptions::new().read(true).write(true).open(&link).unwrap();
        reader.tap([0, 1, 2, 3, 4]).await.unwrap();
        let mut bytes = [0; 14];
        far_end.read_exact(&mut bytes).unwrap();
        assert_eq!(bytes, frame([0, 1, 2, 3, 4]));

        reader.unplug().unwrap();
        assert!(!link.exists());
        let mut rest = Vec::new();
        assert!(far_end.read_to_end(&mut rest).is_err() || rest.len() <= 28);
        assert!(reader.tap([0; 5]).await.is_err());

        reader.plug().unwrap();
        let mut far_end = std::fs::File::open(&link).unwrap();
        reader.write(b"again").unwrap();
        let mut bytes = [0; 5];
        far_end.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"again");
    }
}
