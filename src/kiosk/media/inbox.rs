//! Everything the media thread is told, in one order: commands from the session and what
//! GStreamer's own threads saw. Callbacks only send here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use muwajaha_core::domain::{CallId, ConnectionId};
use muwajaha_core::engine::{CertificateFingerprint, IceState};

use super::MediaCommand;

const COMMAND_CAPACITY: usize = 256;

/// Which transport a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TransportKey {
    /// The call.
    pub call: CallId,
    /// The connection.
    pub connection: ConnectionId,
}

/// What a transport's callbacks saw.
#[derive(Debug)]
pub(crate) enum TransportMessage {
    /// Both encoders told their format: an offer can be made.
    ReadyToOffer,
    /// `create-offer` answered, in webrtcbin's own words.
    OfferMade(String),
    /// The answer was taken over.
    AnswerApplied,
    /// A local candidate; `None` at the end of candidates.
    Candidate(Option<(u32, String)>),
    /// ICE moved.
    Ice(IceState),
    /// The peer showed its certificate.
    PeerCertificate(CertificateFingerprint),
    /// The first remote picture or sound was decoded.
    Decoded,
    /// The transport cannot go on.
    Failed(String),
}

/// What the camera's pipeline told.
#[derive(Debug)]
pub(crate) enum DeviceMessage {
    /// It could not be built or started, or failed later; the text is for the log.
    Failed(String),
    /// A file came to its end.
    EndOfFile,
}

/// What the audio pipeline told; the texts are for the log.
#[derive(Debug)]
pub(crate) enum AudioMessage {
    /// The microphone's side failed.
    MicrophoneFailed(String),
    /// The speaker's side failed.
    SpeakerFailed(String),
}

/// Everything the media thread is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// From the session.
    Command(MediaCommand),
    /// From a transport.
    Transport(TransportKey, TransportMessage),
    /// From the camera's pipeline of this generation.
    Camera(u64, DeviceMessage),
    /// From the audio pipeline of this generation.
    Audio(u64, AudioMessage),
    /// A torn-down part reached its end.
    Reaped(u64),
    /// Stop everything and end the thread.
    Quit,
}

/// The way into the media thread. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Inbox {
    sender: mpsc::Sender<Message>,
    waiting_commands: Arc<AtomicUsize>,
}

/// The media thread's end.
#[derive(Debug)]
pub(crate) struct InboxReceiver {
    receiver: mpsc::Receiver<Message>,
    waiting_commands: Arc<AtomicUsize>,
}

/// A fresh inbox.
pub(crate) fn inbox() -> (Inbox, InboxReceiver) {
    let (sender, receiver) = mpsc::channel();
    let waiting_commands = Arc::new(AtomicUsize::new(0));
    (Inbox { sender, waiting_commands: Arc::clone(&waiting_commands) }, InboxReceiver { receiver, waiting_commands })
}

impl Inbox {
    /// Hands over a command without waiting; `false` where too many wait or the thread is gone.
    pub(crate) fn command(&self, command: MediaCommand) -> bool {
        let waiting = self.waiting_commands.fetch_add(1, Ordering::SeqCst);
        let sent = waiting < COMMAND_CAPACITY && self.sender.send(Message::Command(command)).is_ok();
        if !sent {
            self.waiting_commands.fetch_sub(1, Ordering::SeqCst);
        }
        sent
    }

    /// Tells the media thread something; lost where the thread is gone.
    pub(crate) fn tell(&self, message: Message) {
        // A closed channel means that the process is going down.
        let _ = self.sender.send(message);
    }
}

impl InboxReceiver {
    /// The next message, waiting at most `wait`; `Err` where every sender is gone.
    pub(crate) fn receive(&self, wait: std::time::Duration) -> Result<Option<Message>, ()> {
        match self.receiver.recv_timeout(wait) {
            Ok(message) => {
                if matches!(message, Message::Command(_)) {
                    self.waiting_commands.fetch_sub(1, Ordering::SeqCst);
                }
                Ok(Some(message))
            }
            Err(mpsc::RecvTimeoutError::Timeout) => Ok(None),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(()),
        }
    }
}
