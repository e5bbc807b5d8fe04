//! A wire with somebody at it: a pseudo-terminal for the kiosk, the reader's far end, and between
//! them a thread that hands each frame to the attacker. Frames are built and cut here anew, apart
//! from the code under test.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Whole frames, in order, `true` from the reader.
pub(super) type Heard = Arc<Mutex<Vec<(bool, Vec<u8>)>>>;

/// What comes out of the wire for a frame that went in: replies for a reply, commands for a command.
pub(super) type Attack = Box<dyn FnMut(bool, Vec<u8>) -> Vec<Vec<u8>> + Send>;

/// The wire. Dropping it cuts it.
pub(super) struct Wire {
    pub(super) heard: Heard,
    is_cut: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Wire {
    /// Joins the reader at `reader` with a device file at `kiosk`, by way of `attack`.
    pub(super) fn lay(reader: &Path, kiosk: &Path, mut attack: Attack) -> Self {
        let far = raw(File::options().read(true).write(true).open(reader).unwrap());
        let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&near).unwrap();
        unlockpt(&near).unwrap();
        let name = ptsname(&near, Vec::new()).unwrap();
        std::os::unix::fs::symlink(name.to_str().unwrap(), kiosk).unwrap();
        let near = raw(File::from(near));
        let (heard, is_cut) = (Heard::default(), Arc::new(AtomicBool::new(false)));
        let (noted, cut) = (Arc::clone(&heard), Arc::clone(&is_cut));
        let thread = std::thread::spawn(move || {
            let mut ends = [(near, Vec::new()), (far, Vec::new())];
            while !cut.load(Ordering::Relaxed) {
                wait(&ends[0].0, &ends[1].0);
                for (from, is_reply) in [(0, false), (1, true)] {
                    let mut bytes = [0; 512];
                    // Nothing there, or nobody there.
                    let Ok(length) = ends[from].0.read(&mut bytes) else { continue };
                    ends[from].1.extend(&bytes[..length]);
                    while let Some(frame) = cut_frame(&mut ends[from].1) {
                        noted.lock().unwrap().push((is_reply, frame.clone()));
                        for out in attack(is_reply, frame) {
                            ends[1 - from].0.write_all(&out).unwrap_or_default();
                        }
                    }
                }
            }
        });
        Self { heard, is_cut, thread: Some(thread) }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.is_cut.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn raw(file: File) -> File {
    let mut settings = tcgetattr(&file).unwrap();
    settings.make_raw();
    tcsetattr(&file, OptionalActions::Now, &settings).unwrap();
    fcntl_setfl(&file, OFlags::NONBLOCK).unwrap();
    file
}

fn wait(near: &File, far: &File) {
    let (near, far) = (near.as_fd(), far.as_fd());
    let patience = Timespec { tv_sec: 0, tv_nsec: 2_000_000 };
    let _ = poll(&mut [PollFd::new(&near, PollFlags::IN), PollFd::new(&far, PollFlags::IN)], Some(&patience));
}

fn cut_frame(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let start = buffer.iter().position(|byte| *byte == 0x53)?;
    buffer.drain(..start);
    let length = usize::from(*buffer.get(2)?) | usize::from(*buffer.get(3)?) << 8;
    (buffer.len() >= length).then(|| buffer.drain(..length).collect())
}

/// The security block's type, where the frame has one.
pub(super) fn block(frame: &[u8]) -> Option<u8> {
    (frame[4] & 0x08 != 0).then(|| frame[6])
}

/// The command's or reply's code.
pub(super) fn code(frame: &[u8]) -> u8 {
    if frame[4] & 0x08 == 0 { frame[5] } else { frame[5 + usize::from(frame[5])] }
}

/// A frame in answer to the same command as `like`, with a block and a body of our own.
pub(super) fn forged(like: &[u8], block: &[u8], body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(5 + block.len() + body.len() + 2).unwrap();
    let control = (like[4] & 0x03) | 0x04 | if block.is_empty() { 0 } else { 0x08 };
    let mut frame = vec![0x53, like[1], length, 0, control];
    frame.extend(block);
    frame.extend(body);
    let mut crc = 0x1d0f_u16;
    for byte in &frame {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    frame.extend(crc.to_le_bytes());
    frame
}

/// A card in clear, as a reader without a secure channel tells it: 26 bits of site 1, number 3.
pub(super) const CARD_IN_CLEAR: [u8; 9] = [0x50, 0, 1, 26, 0, 0x80, 0x80, 0x01, 0xc0];
