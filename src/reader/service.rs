//! The process's life: take line and key from the kiosk, give everything else up, carry one session.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use muwajaha_core::badge::osdp::{Begin, FromPanel, LONGEST_MESSAGE_BYTES, ToPanel};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendFlags, recv, recvmsg, send};

use crate::clock::boot_now;
use crate::line::{Line, Received};
use crate::panel::Panel;
use crate::sandbox;

/// libosdp wants to be called at least every 50 ms; its answers come sooner the more often it is.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 4_000_000 };
const FLOOD_PAUSE: Duration = Duration::from_millis(20);
const COUNTS_EVERY: Duration = Duration::from_secs(1);

/// Serves the kiosk on standard input until the reader is lost or the kiosk is gone.
///
/// # Errors
/// What was wrong with the kiosk's first word, or what the kernel refused.
pub fn run() -> anyhow::Result<()> {
    sandbox::close_inherited_files();
    let kiosk = rustix::stdio::stdin();
    let (begin, port) = first_word(kiosk).context("the kiosk's first word")?;
    let line = Line::new(port, begin.address, begin.purpose);
    let panel = Panel::new(&begin, line.clone(), boot_now())?;
    sandbox::enter()?;
    serve(kiosk, &line, panel)
}

fn first_word(kiosk: BorrowedFd<'_>) -> anyhow::Result<(Begin, OwnedFd)> {
    let mut bytes = vec![0; LONGEST_MESSAGE_BYTES];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let length = {
        let mut parts = [std::io::IoSliceMut::new(&mut bytes)];
        recvmsg(kiosk, &mut parts, &mut ancillary, RecvFlags::CMSG_CLOEXEC)?.bytes
    };
    let port = ancillary
        .drain()
        .find_map(|message| if let RecvAncillaryMessage::ScmRights(mut files) = message { files.next() } else { None });
    match serde_json::from_slice(bytes.get(..length).unwrap_or_default())? {
        ToPanel::Begin(begin) => Ok((begin, port.context("it brings no serial port")?)),
        ToPanel::Show(_) => bail!("it is no beginning"),
    }
}

fn serve(kiosk: BorrowedFd<'_>, line: &Line, mut panel: Panel) -> anyhow::Result<()> {
    let mut counts = line.guard().counts();
    let mut counted_at = boot_now();
    loop {
        let mut waits = [PollFd::new(line.port(), PollFlags::IN), PollFd::new(&kiosk, PollFlags::IN)];
        match poll(&mut waits, Some(&TICK)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error).context("waiting"),
        }
        let [of_line, of_kiosk] = waits.map(|wait| !wait.revents().is_empty());
        let received = match of_line {
            true => line.receive().context("the port is gone")?,
            false => Received::default(),
        };
        panel.tick(received.is_answer, boot_now());
        for word in panel.told() {
            let is_over = matches!(word, FromPanel::Lost(_));
            if is_over {
                tell_counts(kiosk, line, &panel)?;
            }
            tell(kiosk, &word)?;
            if is_over {
                return Ok(());
            }
        }
        if of_kiosk && !obey(kiosk, &mut panel)? {
            return Ok(());
        }
        if boot_now().since(counted_at) >= COUNTS_EVERY {
            counted_at = boot_now();
            let latest = line.guard().counts();
            if latest != counts {
                counts = latest;
                tell_counts(kiosk, line, &panel)?;
            }
        }
        if received.is_flood {
            std::thread::sleep(FLOOD_PAUSE);
        }
    }
}

/// Whether the kiosk is still there.
fn obey(kiosk: BorrowedFd<'_>, panel: &mut Panel) -> anyhow::Result<bool> {
    let mut bytes = [0; LONGEST_MESSAGE_BYTES];
    let length = match recv(kiosk, &mut bytes, RecvFlags::DONTWAIT) {
        Ok((0, _)) => return Ok(false),
        Ok((length, _)) => length,
        Err(Errno::AGAIN | Errno::INTR) => return Ok(true),
        Err(error) => return Err(error).context("the kiosk is gone"),
    };
    match serde_json::from_slice(bytes.get(..length).unwrap_or_default())? {
        ToPanel::Show(feedback) => panel.show(feedback),
        ToPanel::Begin(_) => bail!("the kiosk began twice"),
    }
    Ok(true)
}

/// What the line has carried so far, and how fast.
fn tell_counts(kiosk: BorrowedFd<'_>, line: &Line, panel: &Panel) -> anyhow::Result<()> {
    tell(kiosk, &FromPanel::Counts(line.guard().counts()))?;
    panel.latency().map_or(Ok(()), |latency| tell(kiosk, &FromPanel::Latency(latency)))
}

fn tell(kiosk: BorrowedFd<'_>, word: &FromPanel) -> anyhow::Result<()> {
    let bytes = serde_json::to_vec(word)?;
    ensure!(bytes.len() <= LONGEST_MESSAGE_BYTES, "a word is too long to be told");
    send(kiosk.as_fd(), &bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL).context("the kiosk hears nothing")?;
    Ok(())
}
