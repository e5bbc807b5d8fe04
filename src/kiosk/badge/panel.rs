//! The child process that carries OSDP: `muwajaha-reader`, beside this program.
//!
//! It is handed the open port and the key over a socket, and from then on owns them alone; what it
//! says is one datagram a word. Dropping it ends it. Its crash is a reader that went away.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::net::{
    AddressFamily, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recv,
    sendmsg, socketpair,
};

use super::line::{Line, SerialPort};

/// A running child.
#[derive(Debug)]
pub(super) struct Panel {
    child: Child,
    socket: OwnedFd,
    /// Goes with the first word.
    port: Option<OwnedFd>,
}

impl Panel {
    /// Starts a child for this port.
    pub(super) fn start(program: &Path, port: SerialPort) -> io::Result<Self> {
        let (socket, of_child) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        let child = Command::new(program).stdin(of_child).stdout(Stdio::null()).env_clear().current_dir("/").spawn()?;
        Ok(Self { child, socket, port: Some(port.into()) })
    }
}

impl Line for Panel {
    fn readable(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(recv(&self.socket, buffer, RecvFlags::DONTWAIT)?.0)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let port = self.port.take();
        let files: Vec<BorrowedFd<'_>> = port.iter().map(AsFd::as_fd).collect();
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !files.is_empty() {
            ancillary.push(SendAncillaryMessage::ScmRights(&files));
        }
        sendmsg(&self.socket, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?;
        Ok(())
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, and is waited for all the same.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
