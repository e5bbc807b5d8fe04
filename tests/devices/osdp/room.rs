//! The kiosk's badge thread, the reader, and the wire between them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use muwajaha_core::badge::osdp::Distrust;
use muwajaha_core::badge::{BadgeRules, ReaderFeedback};
use muwajaha_core::session::{BadgeEvent, Event};
use muwajaha_demo::stage::{Colour, OsdpSettings as ReaderSide, Reader, ReaderModel, Shown};
use muwajaha_kiosk::badge::{BadgeThread, OsdpSettings, ReaderKind, ReaderSettings};
use muwajaha_kiosk::lanes::{EventReceiver, Received, lanes};

use super::wire::{Attack, Heard, Wire, code, forged};

pub(in super::super) const KEY: [u8; 16] =
    [0x94, 0x4b, 0x8e, 0xdd, 0xcb, 0xaa, 0x2b, 0x5f, 0xe2, 0xb0, 0x14, 0x8d, 0x1b, 0x2f, 0x95, 0xc9];
pub(in super::super) const DEFAULT_KEY: [u8; 16] = *b"0123456789:;<=>?";

/// See the module.
pub(in super::super) struct Room {
    pub(in super::super) reader: Reader,
    pub(in super::super) settings: ReaderSettings,
    pub(in super::super) folder: tempfile::TempDir,
    events: EventReceiver,
    thread: Option<BadgeThread>,
    wire: Option<Wire>,
}

impl Room {
    /// A kiosk with `KEY` and a reader with its own, and somebody at the wire.
    pub(in super::super) fn with(key: Option<[u8; 16]>, attack: Attack) -> Self {
        let mut room = Self::locked(key, &hex(&KEY));
        room.lay(attack);
        room.start();
        room
    }

    /// The same, with nothing laid or started; the kiosk's key file holds `key_text`.
    pub(in super::super) fn locked(key: Option<[u8; 16]>, key_text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let reader =
            Reader::of_model(ReaderModel::Osdp(ReaderSide { address: 3, key }), &folder.path().join("reader")).unwrap();
        let key_file = folder.path().join("reader.key");
        std::fs::write(&key_file, key_text).unwrap();
        std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let settings = ReaderSettings {
            port: folder.path().join("kiosk").into(),
            protocol: ReaderKind::Osdp(OsdpSettings {
                address: 3,
                key_file,
                program: program_beside("muwajaha-reader"),
            }),
            baud: 9600,
            rules: BadgeRules::default(),
        };
        let (_, events) = lanes();
        Self { reader, settings, folder, events, thread: None, wire: None }
    }

    pub(in super::super) fn lay(&mut self, attack: Attack) {
        self.wire = None;
        let kiosk = self.folder.path().join("kiosk");
        let _ = std::fs::remove_file(&kiosk);
        self.wire = Some(Wire::lay(self.reader.path(), &kiosk, attack));
    }

    pub(in super::super) fn start(&mut self) {
        let (sender, events) = lanes();
        self.events = events;
        self.thread = Some(BadgeThread::start(self.settings.clone(), sender).unwrap());
    }

    /// Ends the badge thread.
    pub(in super::super) fn stop(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.stop();
        }
    }

    pub(in super::super) fn thread(&self) -> &BadgeThread {
        self.thread.as_ref().unwrap()
    }

    /// All frames on the wire so far, `true` from the reader.
    pub(in super::super) fn heard(&self) -> Heard {
        self.wire.as_ref().unwrap().heard.clone()
    }

    /// The next event, within ten seconds.
    pub(in super::super) fn next(&self) -> BadgeEvent {
        self.next_within(Duration::from_secs(10)).expect("an event of the reader")
    }

    pub(in super::super) fn next_within(&self, patience: Duration) -> Option<BadgeEvent> {
        match self.events.receive(patience) {
            Received::Event(Event::Badge(event)) => Some(event),
            Received::TimedOut | Received::Closed => None,
            other => panic!("{other:?}"),
        }
    }

    /// The kiosk accepts a badge, and the reader's green light goes on.
    #[track_caller]
    pub(in super::super) fn accepts_and_the_reader_is_green(&self) {
        self.thread().lights().show(ReaderFeedback::Accepted);
        let deadline = Instant::now() + Duration::from_secs(5);
        while !self.reader.shown().iter().any(|shown| matches!(shown, Shown::Light { colour: Colour::Green, .. })) {
            assert!(Instant::now() < deadline, "{:?}", self.reader.shown());
            std::thread::yield_now();
        }
    }

    /// Waits for the reader to be distrusted for this reason; a badge on the way fails the test.
    #[track_caller]
    pub(in super::super) fn is_distrusted(&self, reason: Distrust) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            match self.next_within(Duration::from_secs(1)) {
                Some(BadgeEvent::ReaderNotTrusted(told)) => return assert_eq!(told, reason),
                Some(badge @ BadgeEvent::BadgeRead(_)) => panic!("{badge:?} from an attacker"),
                Some(_) | None => {}
            }
        }
        panic!("not distrusted within 20 s");
    }

    /// No badge comes for a while.
    #[track_caller]
    pub(in super::super) fn yields_no_badge(&self) {
        let deadline = Instant::now() + Duration::from_secs(2);
        while Instant::now() < deadline {
            if let Some(badge @ BadgeEvent::BadgeRead(_)) = self.next_within(Duration::from_millis(200)) {
                panic!("{badge:?} from an attacker");
            }
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The attacker who only listens.
pub(in super::super) fn listening() -> Attack {
    Box::new(|_, frame| vec![frame])
}

/// The attacker who says for the reader that it cannot encrypt.
pub(in super::super) fn unable_to_encrypt() -> Attack {
    Box::new(|is_reply, frame| {
        if !is_reply || code(&frame) != 0x46 {
            return vec![frame];
        }
        let entries = frame[6..frame.len() - 2].chunks(3).filter(|entry| entry[0] != 9);
        let body: Vec<u8> = std::iter::once(0x46).chain(entries.flatten().copied()).collect();
        vec![forged(&frame, &[], &body)]
    })
}

pub(in super::super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A real program, built beside the tests.
pub(in super::super) fn program_beside(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().parent().unwrap().join(name);
    assert!(program.exists(), "build it first: cargo build --workspace --bins");
    program
}
